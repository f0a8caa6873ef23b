"""``client.bulk``: jobs of many rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sized
from typing import Any, TypeVar, Unpack

from .._ground.checks import wrong
from .._ground.files import StrPath, checked_path
from ..bulk.account import Account
from ..bulk.options import (
    JobOptions,
    Keyed,
    checked_key,
    checked_operation,
    checked_options,
)
from ..bulk.orders import EmbedOrder, RunOrder, read_order
from ..bulk.plan import Plan
from ..bulk.sources import source_of
from ..bulk.vectors import PACK_CHARACTERS, PACK_TEXTS, OnError, Pack, Packer, Vectors
from ..errors import InvalidRequestError
from ._crew import AsyncRows, iterator
from ._timing import run_blocking
from .bulk_job import AsyncBulkJob
from .bulk_line import AsyncDryLine
from .transport import AsyncTransport

ItemT = TypeVar("ItemT")


class AsyncBulk:
    """Jobs of many rows: kept in a journal, sent at the gateway's pace, each paid once.

    Args:
        transport: of the client.
    """

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def map(
        self,
        rows: AsyncRows[ItemT],
        request: Callable[[ItemT], Any] | None = None,
        *,
        operation: str = "chat.completions.create",
        key: str | Callable[[ItemT], object] | None = None,
        target: Any = None,
        **options: Unpack[JobOptions],
    ) -> AsyncBulkJob[ItemT]:
        """Call an operation for each row.

        Rows are read as they are needed, so they may be an endless generator; memory does not
        grow with them. The blocking client reads them in the thread that iterates, and sends
        them in threads of its own. Each row is yielded as soon as it is finished, with its result
        or its error. An error of one row does not stop the job. One that concerns all rows does (a
        wrong key, no credit, a paused model): it is raised after the rows that were under way, and
        the same call with the same ``journal`` resumes later.

        Args:
            rows: the input; the async client takes async iterables too.
            request: a function that returns the keyword arguments of a row's call; without it,
                each row is a mapping of these.
            operation: the method to call, named as on the client. Streams are not read.
            key: identifies a row in a later run: the name of a member, or a function of the row.
                Without it the row's number is its key, and a later run must have the same rows in
                the same order.
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
        return AsyncBulkJob(self._transport, plan, checked)

    async def run(
        self,
        input: StrPath,
        *,
        output: StrPath,
        request: Mapping[str, Any] | None = None,
        operation: str = "chat.completions.create",
        key: str | None = None,
        **options: Unpack[JobOptions],
    ) -> Account:
        """Do the requests of a file, and write what comes to another.

        The input is OpenAI's batch format (``.jsonl``, each line with ``custom_id``, ``method``,
        ``url`` and ``body``), or rows (``.jsonl``, ``.csv``, or ``.parquet`` with the extra of that
        name) for a template. Its lines are checked before anything is sent, and so are their
        arguments (but for files to be uploaded). The output is written from the journal when the
        job has ended, in the order of the input: ``.jsonl`` in OpenAI's format, ``.csv`` or
        ``.parquet`` as a table. A job that stopped goes on by the same call.

        Args:
            input: the file to read.
            output: the file to write. One that exists is refused, unless this journal wrote it.
            request: template of a row's request: its texts name columns in braces.
            operation: the method to call with the template.
            key: the column that names a row; without it, its number does.
            **options: of the job, see :class:`.bulk.JobOptions`. The ``journal`` is
                ``<output>.journal`` if left out.

        Returns:
            What was done.

        Raises:
            TypeError: an unknown option.
            InvalidRequestError: an option or a line is wrong; nothing was sent.
            ConfigurationError: the extra for a format is not installed.
            JournalError: the journal or the output can't be used.
            BulkStoppedError: a limit of the job was reached.
            APIStatusError: the gateway refuses all rows.
            RunInfraConnectionError: nobody is there.
        """
        if options.get("journal") is None:
            options["journal"] = f"{checked_path('output', output)}.journal"
        checked = checked_options(options)
        name = checked_operation(operation)
        if name.endswith(".parse"):
            msg = "operation: a file holds no type to parse for; use map()"
            raise InvalidRequestError(msg, param="operation")
        source = source_of(input, request, name, key)
        order = RunOrder(source, output, checked)
        await run_blocking(order.check, AsyncDryLine(self._transport).problem)
        plan = Plan(
            source.lines(),
            order.ticket,
            name,
            Keyed(order.key),
            identity={**order.identity, **self._place()},
            total=order.count,
            facts=order.facts,
        )
        async with AsyncBulkJob[Any](self._transport, plan, order.options) as job:
            async for _ in job:
                pass
        await run_blocking(order.write)
        return job.account

    async def retry(self, journal: StrPath, /, **options: Unpack[JobOptions]) -> Account:
        """Do a file's job again, with the rows that have failed: all else is in its journal.

        Args:
            journal: of a job that :meth:`run` began, the first argument.
            **options: as for :meth:`run`.

        Returns:
            What was done.

        Raises:
            JournalError: there is no such journal, or its rows came from a program.
            InvalidRequestError: the input is not what it was.
        """
        order = read_order(journal)
        options["journal"] = journal
        options["retry_failed"] = True
        return await self.run(**order, **options)

    async def embed(
        self,
        texts: AsyncRows[str],
        *,
        model: str | None = None,
        dimensions: int | None = None,
        pack_texts: int = PACK_TEXTS,
        pack_characters: int = PACK_CHARACTERS,
        on_error: OnError = "raise",
        **options: Unpack[JobOptions],
    ) -> Vectors:
        """Embed any number of texts.

        They travel in packs; a pack that is refused for its size or for one of its texts is
        halved until the others have passed. The vectors come in the order of the texts.

        Args:
            texts: the input; the async client takes async iterables too.
            model: to embed with; a client of one pipeline may leave it out.
            dimensions: length of the vectors, where the model can choose it.
            pack_texts: texts of a request at most (default 64).
            pack_characters: characters of a request at most (default 64,000).
            on_error: ``"raise"`` raises the error of the first text that has no vector, after all
                others are done and kept; ``"record"`` leaves it in ``.errors``.
            **options: of the job, see :class:`.bulk.JobOptions`; ``ordered`` and ``on_bad_row``
                mean nothing here.

        Returns:
            The vectors: a sequence, with ``.to_numpy()`` and ``.to_arrow()``.

        Raises:
            TypeError: an unknown option.
            InvalidRequestError: an option is wrong, or a text is none.
            RunInfraError: as of :meth:`map`.
        """
        if on_error not in {"raise", "record"}:
            raise wrong("on_error", "'raise' or 'record'", on_error)
        checked = checked_options(options)
        order = EmbedOrder(model, dimensions)
        identity = {
            **order.identity(pack_texts, pack_characters),
            **self._place(),
        }
        checked = checked._replace(on_bad_row=on_error)
        packer = Packer(pack_texts, pack_characters, strict=on_error == "raise")
        packs: Any = packed(iterator(texts), packer)
        total = len(texts) if isinstance(texts, Sized) else None
        account = Account(total=total)
        while packs is not None:
            plan = Plan(
                packs,
                order.ticket,
                "embeddings.create",
                Keyed(order.key),
                identity=identity,
                total=total,
                before=order.before(account),
                unfinished=order.is_halved,
            )
            job: AsyncBulkJob[Pack] = AsyncBulkJob(self._transport, plan, checked)
            async with job:
                async for row in job:
                    order.arrived(row)
            elapsed = account.elapsed + job.account.elapsed  # rounds follow each other
            account += job.account
            account.elapsed = elapsed
            packs = order.halved()
        return order.finished(account, on_error)

    def _place(self) -> Mapping[str, str | None]:
        """What of the client makes another job."""
        base = self._transport.settings
        return {"pipeline": str(base.pipeline_id or "")}


async def packed(texts: AsyncIterator[str], packer: Packer) -> AsyncIterator[Pack]:
    """The texts in packs."""
    async for text in texts:
        full = packer.add(text)
        if full is not None:
            yield full
    rest = packer.rest()
    if rest is not None:
        yield rest
