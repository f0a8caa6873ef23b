# Generated from runinfra_ext/_async/bulk_job.py by `make gen`; do not edit.
"""One running job, as it is iterated over: begun, given out in turn, finished or given up."""

from __future__ import annotations

import os
import uuid
from collections import deque
from functools import partial
from typing import Any, Final, Generic, Self, TypeVar

from .._call.spans import UNTRACED, Work, ended_by, job_span
from ..bulk.account import Account
from ..bulk.journal import Journal
from ..bulk.options import Options
from ..bulk.plan import Plan
from ..bulk.progress import Display
from ..bulk.rows import Outcome, Row
from ..bulk.seen import Seen
from ..bulk.writer import Writer
from ._callbacks import settled
from ._crew import INTERRUPTS, Bell, Crew, Feeding, Mailbox, iterator, undisturbed
from .bulk_work import BulkWork
from .transport import Transport

ItemT = TypeVar("ItemT")

# Members of a job's account that its span has.
_TRACED: Final = (
    *("done", "failed", "bad", "resumed", "replayed", "attempts"),
    *("input_tokens", "output_tokens"),
)
_TICK: Final = 1.0  # seconds between looks at the clock while nothing comes


class BulkJob(BulkWork, Generic[ItemT]):
    """The rows of a job as they are finished; begun by iterating over it.

    Leave it by ``close()`` (or a ``with`` block): then rows on their way are finished and kept. An
    interrupt (Ctrl-C, a cancelled task) does the same once, and gives up at once the second time;
    what was on its way then is repeated by the next run with the same keys, and not paid again.

    Args:
        transport: of the client.
        plan: what to do.
        options: how.
    """

    def __init__(self, transport: Transport, plan: Plan, options: Options) -> None:
        super().__init__(transport, plan, options)
        self._display = Display(options.progress)
        self._ready: deque[Outcome] = deque()
        self._held: dict[int, Outcome] = {}
        self._next = 0
        self._span: Work = UNTRACED
        self._left_by: type[BaseException] | None = None  # what ended the iteration
        self._begun = False
        self._closed = False
        self._process = os.getpid()

    @property
    def account(self) -> Account:
        """What the job has done so far."""
        return self._desk.snapshot()

    @property
    def job(self) -> str:
        """The job's name, in the keys of all rows; empty before it has begun."""
        return self._job

    def stop(self) -> None:
        """Send nothing more; the iteration ends when what is on its way has been given out."""
        self._desk.stop(None)
        if self._begun:
            self._bell.ring()
            self._mail.put([])

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Row[ItemT, Any]:
        try:
            found = None if self._closed else self._next_row()
        except StopIteration as error:
            # Of a function of the application's: it would end the caller's loop without a word.
            msg = f"a function of this job raised {type(error).__name__}"
            raise RuntimeError(msg) from error
        if found is None:
            raise StopIteration
        return found

    def _next_row(self) -> Row[ItemT, Any] | None:
        """The next row; ``None`` at the end, if all went well."""
        found: Row[ItemT, Any] | None = None
        if self._is_copy():
            msg = "a job that has begun goes on in its own process, and not in one that was forked"
            raise RuntimeError(msg)
        try:
            if not self._begun:
                self._begin()
            found = self._find()
        except BaseException as error:  # whatever it is: what is on its way is kept first
            self._left_by = type(error)
            if isinstance(error, INTERRUPTS):
                self._display.interrupted(self._desk.in_flight)
            self._drain()
            raise
        if found is not None:
            return found
        self._end()
        reason = self._broken() or self._desk.error
        if reason is not None:
            raise self._told(reason)
        return None

    def close(self) -> None:
        """Send nothing more, finish and keep what is on its way, and let go of the journal."""
        self._drain()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def _begin(self) -> None:
        plan, options = self._plan, self._options
        self._desk.begin()
        self._rows = iterator(plan.rows)
        self._mail = Mailbox()
        self._bell = Bell()
        self._span = job_span(self._transport.settings, plan.operation)
        with self._span.current():
            self._crew = Crew()
        self._feeding = Feeding()
        self._begun = True
        self._job = options.job or uuid.uuid4().hex
        if options.journal is not None:
            identity = {"job": options.job, **plan.identity}
            self._journal = journal = Journal(options.journal, identity)
            self._desk.spent(*journal.spent())
            total = {} if plan.total is None else {"total": str(plan.total)}
            journal.begin({**plan.facts, **total, "stopped": "unfinished"})
            self._job = journal.job
            self._writer = Writer(journal, self._mail.post, self._desk.stop)
        elif plan.before is not None:
            self._desk.spent(plan.before.cost, plan.before.priced)
        if plan.keyed.by is not None:
            self._seen = Seen()
        self._display.begin(self._desk.snapshot)

    def _find(self) -> Row[ItemT, Any] | None:
        """The next finished row; ``None`` at the end."""
        desk = self._desk
        while True:
            if self._ready:
                found = self._ready.popleft()
                desk.given()
                return found.row
            if desk.stopping:
                self._bell.ring()  # nobody waits for a row's time any more, whoever stopped the job
            elif not self._exhausted and desk.room():
                self._feeding.go_on(self._feed)
            self._hire()
            if self._closed or self._is_over():
                return None
            if self._ready:
                continue
            self._arrived(self._mail.get(_TICK))
            settled(self._display.tick(), "progress")

    def _is_over(self) -> bool:
        desk = self._desk
        if self._broken() is not None:
            return desk.in_flight == 0
        if desk.stopping and desk.outstanding == len(self._held):
            # What came before those that never will is given out.
            for position in sorted(self._held):
                self._ready.append(self._held.pop(position))
        return (desk.stopping or self._exhausted) and desk.outstanding == 0

    def _arrived(self, outcomes: list[Outcome]) -> None:
        """Rows that are durable: count them, and give them out in their turn."""
        for found in outcomes:
            self._desk.count(found)
            if not self._options.ordered:
                self._ready.append(found)
                continue
            self._held[found.row.meta.position] = found
            while self._next in self._held:
                self._ready.append(self._held.pop(self._next))
                self._next += 1

    def __del__(self) -> None:
        # Left in the middle, without a word: what its workers had is done, and the journal is free
        # soon. The garbage collector may come in any thread, so nothing is waited for.
        if getattr(self, "_begun", False) and not self._closed and not self._is_copy():
            self._closed = True
            self._desk.stop(None)
            self._crew.dismiss()
            self._let_go()
            self._span.over("dropped", **self._traced())

    def _is_copy(self) -> bool:
        """Whether this is a forked process, in which nobody works for the job.

        Its workers, its journal and its locks are the other's.
        """
        return self._begun and self._process != os.getpid()

    def _traced(self) -> dict[str, Any]:
        """What the span tells of the job."""
        account = self._desk.account
        return {"job": self._job or None, **{name: getattr(account, name) for name in _TRACED}}

    def _let_go(self) -> None:
        """Have the journal ended when all that came is written, and forget the keys."""
        if self._seen is not None:
            self._seen.close()
        if self._journal is None:
            return
        end = partial(self._journal.end, self._desk.account.stopped or "")
        if self._writer is not None:
            self._writer.end(end)
        else:
            end()

    def _broken(self) -> BaseException | None:
        """Why the journal can't be written any more, if it can't."""
        return None if self._writer is None else self._writer.error

    def _drain(self) -> None:
        """Finish and keep what is on its way; an interrupt meanwhile gives it up."""
        if self._closed or not self._begun or self._is_copy():
            self._closed = True
            return
        self._desk.stop(None)
        self._bell.ring()
        with undisturbed():
            try:
                self._feeding.end()
                while self._desk.in_flight:
                    self._arrived(self._mail.get(_TICK))
            except BaseException:  # a second interrupt ends at once what the first one waits for
                self._crew.give_up()
                raise
            finally:
                self._end()

    def _end(self) -> None:
        """Let go of everything."""
        if self._closed:
            return
        self._closed = True
        self._crew.dismiss()
        with undisturbed():
            try:
                self._feeding.end()
            finally:
                self._let_go()
                if self._writer is not None:
                    self._writer.join()
            self._arrived(self._mail.get(0.0))
            self._trace_end()
            settled(self._display.end(self._desk.snapshot()), "progress")

    def _trace_end(self) -> None:
        """Tell the span how the job went."""
        error = self._broken() or self._desk.error
        cause = self._left_by or (None if error is None else type(error))
        stopped = cause is None and self._desk.account.stopped
        self._span.over("closed" if stopped else ended_by(cause), cause, **self._traced())

    def _told(self, error: BaseException) -> BaseException:
        if self._journal is not None:
            error.add_note(
                f"bulk: what was finished is kept in {self._journal.path}; the same call goes on"
            )
        return error
