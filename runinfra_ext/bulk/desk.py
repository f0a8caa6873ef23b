"""Who works on what: the rows that wait, those on their way, and why the job stops; no I/O.

The one who feeds and consumes, and all workers, meet here; everything is guarded by one lock that
is never held while anybody waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from .. import errors as e
from .account import Account
from .errors import BulkStoppedError
from .flow import Flow
from .options import Options
from .rows import Outcome, Row, Ticket
from .verdict import OUTAGE, judged

_REMAINING: Final = "x-ratelimit-remaining"
_AHEAD: Final = 64  # rows that are fed beyond what may be on their way


class Desk:
    """The state of a running job.

    Args:
        flow: how many rows may be on their way.
        options: of the job.
        account: to count in.
        clock: monotonic seconds.
        before: what earlier rounds of the same job have done: its limits are those of all.
        unfinished: whether a row that has failed will be tried again in pieces.
    """

    def __init__(
        self,
        flow: Flow,
        options: Options,
        account: Account,
        clock: Callable[[], float],
        *,
        before: Account | None = None,
        unfinished: Callable[[Row[Any, Any]], bool] | None = None,
    ) -> None:
        self.flow = flow
        self.account = account
        self._options = options
        self._clock = clock
        self._before = before or Account()
        self._unfinished = unfinished
        self._failures = self._before.failed
        self.begin()
        self._pending: deque[Ticket] = deque()
        # Entered again by a job that the garbage collector finds while its lock is held.
        self._lock = threading.RLock()
        self._streak = 0
        self._succeeded = False
        # Known before it is durable and counted, so that no row leaves that can't be paid.
        self._spent = 0.0
        self._priced = 0
        self.in_flight = 0
        # Rows that were fed and not yet given to the caller.
        self.outstanding = 0
        self.window = 2 * flow.highest + _AHEAD
        self.stopping = False
        self.error: BaseException | None = None

    def begin(self) -> None:
        """The job begins, which may be long after it was made: its time counts from now."""
        self._begun = self._clock()
        left = self._options.deadline
        self._deadline_at = None if left is None else self._begun + left - self._before.elapsed

    def room(self) -> bool:
        """Whether one more row may be fed: memory is bounded by this."""
        return not self.stopping and self.outstanding < self.window

    def submit(self, ticket: Ticket) -> None:
        """A row that has to be sent; dropped when a worker has stopped the job since it was fed."""
        with self._lock:
            if not self.stopping:
                self.outstanding += 1
                self._pending.append(ticket)

    def claim(self) -> Ticket | None:
        """The next row for a worker, if one may leave now."""
        if not self._pending:
            return None
        with self._lock:
            if self._overdue():
                self._stop(self._stopped("deadline"))
            if not self._pending or self.in_flight >= self.flow.limit:
                return None
            if self._dear():
                # Those on their way may turn out cheaper; if they do not, this was the last.
                if self.in_flight == 0:
                    self._stop(self._stopped("max_cost"))
                return None
            self.in_flight += 1
            return self._pending.popleft()

    def release(self) -> None:
        """A worker has done with its row."""
        with self._lock:
            self.in_flight -= 1

    def give_back(self, ticket: Ticket) -> None:
        """A row that was not sent after all, or has to be sent again."""
        with self._lock:
            if self.stopping:
                self.outstanding -= 1
            else:
                self._pending.append(ticket)

    def until_due(self, ticket: Ticket) -> float:
        """Seconds until a row may be sent; asked again after the wait. 0.0 counts it as sent."""
        now = self._clock()
        wait = ticket.not_before - now
        if wait <= 0:
            wait = self.flow.wait(now)
        if wait > 0 and self._deadline_at is not None:
            wait = min(wait, max(self._deadline_at - now, 0.001))
            if now >= self._deadline_at:
                self.stop(self._stopped("deadline"))
        return max(wait, 0.0)

    def failed(self, ticket: Ticket, error: e.RunInfraError) -> bool | None:
        """What becomes of a row whose call ended with an error.

        Returns:
            Whether another run may send it again, if it has failed; ``None`` if it has not: it was
            given back, or the job stops because of it.
        """
        ticket.rounds += 1
        verdict = judged(error, rounds=ticket.rounds, succeeded=self._succeeded)
        now = self._clock()
        if verdict.kind == "later":
            ticket.not_before = now + verdict.after
            if verdict.everyone:
                self.flow.hold(now + verdict.after)
            self.give_back(ticket)
            return None
        if verdict.kind == "job":
            self.stop(error)
            self.give_back(ticket)
            return None
        with self._lock:
            self._streak = self._streak + 1 if verdict.passing else 0
            if self._streak >= OUTAGE:
                self._stop(error)
        return verdict.passing

    def succeeded(self, cost: float | None) -> None:
        """A row has a result.

        Args:
            cost: US dollars, if they were told.
        """
        self._succeeded = True
        self._streak = 0
        if cost is not None:
            self.spent(cost, 1)
        elif self._options.max_cost is not None:
            msg = "max_cost: the gateway does not tell what a row costs; give price= too"
            self.stop(e.InvalidRequestError(msg, param="max_cost"))

    def spent(self, cost: float, rows: int) -> None:
        """Money that is gone, now or in an earlier run."""
        with self._lock:
            self._spent += cost
            self._priced += rows

    def ended(self, outcome: Outcome, ticket: Ticket, begun: float, busy: float) -> None:
        """A row's call has ended: the flow learns from it.

        Args:
            outcome: of the call.
            ticket: the row.
            begun: when it left.
            busy: seconds that a thread of its own was busy with it.
        """
        usage, meta = outcome.row.meta.usage, ticket.meta
        error, now = outcome.row.error, self._clock()
        if busy:
            self.flow.worked(busy, now)
        self.flow.ended(
            begun=begun,
            now=now,
            in_flight=self.in_flight,
            refused=outcome.refused > 0 or (error is not None and error.status in {429, 503}),
            tokens=usage.input_tokens + usage.output_tokens,
            rate_limit=None if meta is None or _REMAINING not in meta.headers else meta.rate_limit,
        )

    def count(self, outcome: Outcome) -> None:
        """A row is durable: it counts now, and may be the one that reaches a limit."""
        with self._lock:
            account = self.account
            account.add(outcome.row, bad=outcome.bad, refused=outcome.refused)
            if outcome.row.error is None or outcome.bad or outcome.known:
                return
            if self._unfinished is None or not self._unfinished(outcome.row):
                self._failures += outcome.row.meta.size
            limit = self._options.max_failures
            if limit is not None and self._failures > limit:
                self._stop(self._stopped("max_failures"))

    def resumed(self) -> None:
        """A row that an earlier run has finished, or that can't be sent."""
        with self._lock:
            self.outstanding += 1

    def lost(self, error: BaseException) -> None:
        """A worker has ended without telling what became of its row: the job stops.

        Args:
            error: that ended the worker.
        """
        with self._lock:
            self._stop(error)
            self.outstanding -= 1

    def given(self) -> None:
        """A row has been handed to the caller."""
        with self._lock:
            self.outstanding -= 1

    def stop(self, error: BaseException | None) -> None:
        """Send nothing more; those on their way are finished.

        Args:
            error: to be raised at the end; ``None`` for a stop that was asked for.
        """
        with self._lock:
            self._stop(error)

    def snapshot(self) -> Account:
        """The account, with what changes all the time."""
        account, now = self.account, self._clock()
        account.in_flight = self.in_flight
        account.concurrency = self.flow.limit
        account.waiting = 0.0 if self.stopping else self.flow.held(now)
        account.elapsed = now - self._begun
        return account

    def _stop(self, error: BaseException | None) -> None:
        if self.stopping:
            return
        self.stopping = True
        self.error = error
        self.outstanding -= len(self._pending)
        self._pending.clear()
        if isinstance(error, BulkStoppedError):
            self.account.stopped = error.limit
        else:
            self.account.stopped = "asked" if error is None else type(error).__name__

    def _overdue(self) -> bool:
        return self._deadline_at is not None and self._clock() >= self._deadline_at

    def _dear(self) -> bool:
        limit = self._options.max_cost
        if limit is None:
            return False
        if not self._priced:
            return self.in_flight > 0  # the first row goes alone, to learn the price
        # What those on their way will probably take is spent already.
        price = self._spent / self._priced
        return self._spent + (self.in_flight + 1) * price > limit * (1 + 1e-9)

    def _stopped(self, limit: str) -> BulkStoppedError:
        account = self.account
        shown = {
            "max_cost": f"${self._spent:.4f} are spent, and one more row would go beyond it",
            "max_failures": f"{self._failures} rows have failed",
            "deadline": "its time is up",
        }[limit]
        error = BulkStoppedError(f"The job has stopped at its {limit}: {shown}.")
        error.limit = limit
        error.account = account
        return error
