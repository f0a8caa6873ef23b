"""An actor that sends rows: one async client, made from its machine's environment."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from ..._async.client import AsyncRunInfra
from ...bulk.rows import Row
from ...errors import ConfigurationError
from .columns import with_columns
from .pacer import EVERY, SharedFlow
from .tracing import carried
from .work import Columns, Work, member, named_by_request


class Worker:
    """Sends batches of rows; several of them at a time share its client and its pace.

    Args:
        work: what to do with each row.
        columns: names of what is added.
        key: the column that names a row.
        job: name of the job.
        client: options of the client.
        flow: the pace of all workers together: ``max_concurrency`` and the rates by the minute.
        pacer: handle of the pacer.
        trace: what carries the span that was current where the dataset was made.
    """

    def __init__(
        self,
        work: Work,
        columns: Columns,
        key: str | None,
        job: str,
        client: Mapping[str, Any],
        flow: tuple[int, float | None, float | None],
        pacer: Any,
        trace: Mapping[str, str],
    ) -> None:
        self._work = work
        self._columns = columns
        self._key = key
        self._job = job
        self._client = AsyncRunInfra.from_env(**client)
        self._flow = SharedFlow(*flow)
        self._pacer = pacer
        self._trace = trace
        self._name = uuid.uuid4().hex

    async def __call__(self, table: Any) -> AsyncIterator[Any]:
        """The batch with its columns.

        Args:
            table: an Arrow table.

        Raises:
            RunInfraError: what concerns all rows.
        """
        columns = self._columns
        for name in columns:
            if name in table.column_names:
                msg = f"the column {name!r} is there already; give the new ones other names"
                raise ConfigurationError(msg)
        self._flow.begin()
        reports = asyncio.create_task(self._reports())
        try:
            await self._report()
            with carried(self._trace):
                rows = await self._sent(table.to_pylist())
        finally:
            self._flow.end()
            reports.cancel()
        yield with_columns(columns, table, self._work.operation, rows)

    async def _sent(self, items: list[dict[str, Any]]) -> list[Row[Any, Any]]:
        """The finished rows, in order. Those of one key that is their request's are sent once."""
        named: dict[str, dict[str, Any]] = {}
        keys: list[str] = []
        unique: list[tuple[Any, Mapping[str, Any]]] = []
        for item in items:
            params = self._work.arguments(item)
            if self._key is None:
                key = named_by_request(params)
                if key not in named:
                    named[key] = params
                    unique.append((key, params))
                keys.append(key)
            else:
                unique.append((member(item, self._key, "key"), params))
        job = self._client.bulk.map(
            unique,
            _params_of,
            operation=self._work.operation,
            key=_key_of,
            target=self._work.target,
            job=self._job,
            ordered=True,
            on_bad_row="record",
            flow=self._flow,
        )
        rows = [row async for row in job]
        if self._key is not None:
            return list(rows)
        found = {name: row for (name, _), row in zip(unique, rows, strict=True)}
        return [found[key] for key in keys]

    async def _report(self) -> None:
        # The machine of the pacer may have died; the share that was told last goes on.
        with contextlib.suppress(Exception):
            await self._flow.report(self._pacer, self._name)

    async def _reports(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._report()


def _key_of(pair: tuple[Any, Mapping[str, Any]]) -> Any:
    return pair[0]


def _params_of(pair: tuple[Any, Mapping[str, Any]]) -> Mapping[str, Any]:
    return pair[1]
