# Generated from runinfra_ext/_async/bulk.py by `make gen`; do not edit.
"""``client.bulk``: jobs of many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from typing import Any, TypeVar, Unpack

from ..bulk.options import JobOptions, checked_key, checked_operation, checked_options
from ..bulk.plan import Plan
from ..errors import InvalidRequestError
from ._crew import Rows
from .bulk_job import BulkJob
from .transport import Transport

ItemT = TypeVar("ItemT")


class Bulk:
    """Jobs of many rows: kept in a journal, sent at the gateway's pace, each paid once.

    Args:
        transport: of the client.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def map(
        self,
        rows: Rows[ItemT],
        request: Callable[[ItemT], Any] | None = None,
        *,
        operation: str = "chat.completions.create",
        key: str | Callable[[ItemT], object] | None = None,
        target: Any = None,
        **options: Unpack[JobOptions],
    ) -> BulkJob[ItemT]:
        """Call an operation for each row.

        Rows are taken in as they are needed, so they may be a generator without end; memory does
        not grow with them. The blocking client takes them in the thread that iterates, and works
        in threads of its own. The rows are given as they are finished; each has a result or an
        error, which does not stop the job. What concerns all rows does (a wrong key, no credit, a
        paused model): it is raised after the rows that were on their way, and the same call with
        the same ``journal`` goes on when it is mended.

        Args:
            rows: the input; the async client takes async iterables too.
            request: makes the keyword arguments of a row's call from the row; without it, a row
                is the mapping of these itself.
            operation: the method to call, as it is called on the client. Streams are not read.
            key: what names a row: the name of a member of it, or a function. Without it, its
                number does: then a later run must have the same rows in the same order.
            target: for ``….parse``: the type or schema of the objects.
            **options: of the job, see :class:`.bulk.JobOptions`.

        Returns:
            An iterator of :class:`.bulk.Row`, with ``.account``, ``.stop()`` and ``.close()``; a
            context manager.

        Raises:
            TypeError: an unknown option.
            InvalidRequestError: an option is wrong; while iterating, a row is.
            JournalError: while iterating: the journal is in use, of another job, or can't be
                written.
            BulkStoppedError: while iterating: a limit of the job was reached.
            APIStatusError: while iterating: the gateway refuses all rows.
            RunInfraConnectionError: while iterating: nobody is there.
        """
        checked = checked_options(options)
        name = checked_operation(operation)
        if request is not None and not callable(request):
            msg = "request: expected a function that makes the arguments of a row's call"
            raise InvalidRequestError(msg, param="request")
        if (target is not None) != name.endswith(".parse"):
            msg = "target: expected together with operation='….parse', and only then"
            raise InvalidRequestError(msg, param="target")
        plan = Plan(
            rows,
            request,
            name,
            checked_key(key),
            target,
            identity={"kind": "map", "operation": name, **self._place()},
            total=len(rows) if isinstance(rows, Sized) else None,
        )
        return BulkJob(self._transport, plan, checked)

    def _place(self) -> Mapping[str, str | None]:
        """What of the client makes another job."""
        base = self._transport.settings
        return {"pipeline": str(base.pipeline_id or "")}
