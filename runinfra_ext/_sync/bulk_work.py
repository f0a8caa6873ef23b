# Generated from runinfra_ext/_async/bulk_work.py by `make gen`; do not edit.
"""The two ends of a running job: rows are taken in here, and workers send them.

What decides is pure and stands in :mod:`runinfra_ext.bulk`: the desk (who works on what, when to
stop), the flow (how many at once), the journal (what is finished). This module moves the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .._ground.checks import shown, wrong
from .._ground.json_codec import is_mapping
from ..bulk.account import Account
from ..bulk.desk import Desk
from ..bulk.journal import Journal
from ..bulk.options import Options
from ..bulk.outcomes import bad_outcome, finished, placed, unsent
from ..bulk.plan import Plan
from ..bulk.rows import Outcome, Ticket
from ..bulk.seen import Seen
from ..bulk.sources import Line
from ..bulk.writer import Writer
from ..errors import (
    ConfigurationError,
    InvalidRequestError,
    RunInfraError,
    StructuredOutputError,
)
from ._callbacks import settled
from ._crew import Bell, Crew, Mailbox, thread_time
from .bulk_line import BulkLine, Methods
from .transport import Transport

_SLOW: Final = 0.1  # seconds of taking rows in, while finished ones wait to be given out
_NAP: Final = 60.0  # seconds at most until a worker asks anew how long it has to wait


class BulkWork:
    """Takes rows in and sends them; what is finished goes into the mailbox.

    Args:
        transport: of the client.
        plan: what to do.
        options: how.
    """

    # Made when the job begins: in the async client they are of its event loop.
    _rows: Iterator[Any]
    _mail: Mailbox[Outcome]
    _bell: Bell
    _crew: Crew

    def __init__(self, transport: Transport, plan: Plan, options: Options) -> None:
        settings = transport.settings.changed({"max_retries": options.max_retries})
        self._transport = Transport(settings, transport.http)
        self._plan = plan
        self._options = options
        self._clock = settings.clock
        self._desk = Desk(
            options.made_flow(),
            options,
            Account(total=plan.total),
            settings.clock,
            before=plan.before,
            unfinished=plan.unfinished,
        )
        self._journal: Journal | None = None
        self._writer: Writer | None = None
        self._seen: Seen | None = None
        self._methods = Methods()
        self._job = ""
        self._fed = 0
        self._exhausted = False

    def _feed(self) -> None:
        """Take rows in as long as there is room; a slow source does not hold finished rows back."""
        desk = self._desk
        until = self._clock() + _SLOW
        try:
            while desk.room() and not (self._mail.presses() and self._clock() > until):
                try:
                    item = next(self._rows)
                except StopIteration:
                    self._exhausted = True
                    break
                position = self._fed
                self._fed += 1
                self._take_in(item, position)
        finally:
            self._mail.put([])

    def _take_in(self, item: Any, position: int) -> None:
        problem: RunInfraError | None = None
        ticket: Ticket | None = None
        try:
            ticket = self._ticket(item, position)
        except InvalidRequestError as error:
            problem = error
        if ticket is None:
            key = item.key if isinstance(item, Line) else ""
            self._bad(item, key or f"row {position + 1}", position, problem)
            return
        journal = self._journal
        # Looked for only where it can be: SQLite lets other threads run meanwhile, and a busy job
        # has many that want to.
        stored = journal.find(ticket.key) if journal is not None and journal.has_rows else None
        ticket.stored = stored
        if stored is not None and not self._resend(stored):
            self._resume(ticket)
            return
        self._desk.submit(ticket)
        self._hire()

    def _ticket(self, item: Any, position: int) -> Ticket:
        """The row with its key and its request.

        Raises:
            InvalidRequestError: it has no key, one that another row had, or no request.
        """
        plan = self._plan
        params: Any = item
        if isinstance(item, Line) and item.problem:
            raise item.error
        problem: Exception | None = None
        key = ""
        try:
            key = plan.keyed.of(item, position)
        except InvalidRequestError:  # it is none; which row's, is told by whoever hears of it
            raise
        except Exception as error:  # noqa: BLE001 - a function of the application's
            problem = self._borne(error, f"in the key of row {position + 1}")
        if problem is not None:
            raise unsent(problem, position, "key")
        if self._seen is not None:
            before = self._seen.add(key, position)
            if before is not None:
                msg = f"key: {shown(key)} is the key of row {before + 1} already"
                raise InvalidRequestError(msg, param="key")
        if plan.request is not None:
            try:
                params = settled(plan.request(item), "request")
            except Exception as error:  # noqa: BLE001 - the application's function may raise anything
                problem = self._borne(error, f"in the request of row {position + 1}, {shown(key)}")
            if problem is not None:
                raise unsent(problem, position, "request")
        if isinstance(params, Ticket):
            params.position = position
            return params
        if not is_mapping(params) or not all(isinstance(name, str) for name in params):
            what = "rows" if plan.request is None else "request"
            raise wrong(what, "a mapping of names to the arguments of a row's call", params)
        return Ticket(key, item, position, plan.operation, params)

    def _borne(self, error: Exception, where: str) -> Exception:
        """What a function of the application's has raised, where a row may be a bad one.

        Raises:
            Exception: the same, where it may not.
        """
        if self._options.on_bad_row == "raise":
            error.add_note(where)
            raise error
        return error

    def _resend(self, stored: Any) -> bool:
        return not stored.done and (stored.passing or self._options.retry_failed)

    def _resume(self, ticket: Ticket) -> None:
        """A row that an earlier run has finished: made of what the journal has."""
        line = BulkLine(self._transport, ticket, self._job, resend=False)
        result, error = self._called(line, ticket)
        if isinstance(error, InvalidRequestError) and ticket.digest != ticket.stored.digest:
            self._bad(ticket.item, ticket.key, ticket.position, error)
            return
        outcome = finished(ticket, result, error, self._options.price)
        self._desk.resumed()
        self._mail.put([outcome])

    def _bad(self, item: Any, key: str, position: int, error: RunInfraError | None) -> None:
        """A row that can't be sent."""
        if error is None:
            return
        error = placed(error, item, position)
        if self._options.on_bad_row == "raise":
            self._desk.stop(error)
            self._bell.ring()
            return
        outcome = bad_outcome(item, key, position, error)
        self._desk.resumed()
        self._keep(outcome)

    def _hire(self) -> None:
        """Have a worker begin for each row that may leave."""
        while (first := self._desk.claim()) is not None:
            self._crew.start(self._work, first, self._lost)

    def _lost(self, error: BaseException) -> None:
        """A worker has ended, and nobody works on its row any more."""
        self._desk.lost(error)
        self._desk.release()
        self._mail.put([])

    def _work(self, ticket: Ticket) -> None:
        """One worker: a row, and then the next one that may leave.

        However it ends, an interrupt or a cancellation too, the desk knows what became of the row:
        one that nobody works on any more would be waited for without end.
        """
        desk = self._desk
        following: Ticket | None = ticket
        while following is not None:
            try:
                self._send(following)
                desk.release()
            except BaseException as error:  # noqa: BLE001 - the consumer raises it
                self._lost(error)
            following = self._following()
        if desk.stopping:
            self._bell.ring()
            self._mail.put([])

    def _following(self) -> Ticket | None:
        """The next row of a worker; others begin if the limit has grown meanwhile."""
        following: Ticket | None = None
        try:
            following = self._desk.claim()
            if following is not None:
                self._hire()
        except BaseException as error:  # noqa: BLE001 - a worker that ends unheard is waited for
            self._desk.stop(error)
        return following

    def _send(self, ticket: Ticket) -> None:
        desk = self._desk
        while wait := desk.until_due(ticket):
            if desk.stopping:
                break
            self._bell.wait(min(wait, _NAP))
        if desk.stopping:
            desk.give_back(ticket)
            return
        line = BulkLine(self._transport, ticket, self._job, resend=True)
        begun, busy = self._clock(), thread_time()
        result, error = self._called(line, ticket)
        if isinstance(error, InvalidRequestError) and not (line.sent and error.attempts):
            error = placed(error, ticket.item, ticket.position, ticket.key)
            if not isinstance(error, ConfigurationError) and self._options.on_bad_row == "record":
                self._keep(bad_outcome(ticket.item, ticket.key, ticket.position, error))
                return
            desk.stop(error)
            desk.give_back(ticket)
            return
        outcome = finished(ticket, result, error, self._options.price)
        desk.ended(outcome, ticket, begun, thread_time() - busy)
        if error is None or isinstance(error, StructuredOutputError):
            desk.succeeded(outcome.row.meta.usage.cost)  # it was answered, and paid
        else:
            passing = desk.failed(ticket, error)
            if passing is None:
                return
            outcome = outcome.passes() if passing else outcome
        self._keep(outcome)

    def _called(self, line: BulkLine, ticket: Ticket) -> tuple[Any, RunInfraError | None]:
        """Make the call of a row: its result or its error."""
        result: Any = None
        fault: RunInfraError | None = None
        try:
            method = self._methods.of(line, ticket.operation)
            if ticket.operation.endswith(".parse"):
                result = method(self._plan.target, **ticket.params)
            else:
                result = method(**ticket.params)
        except RunInfraError as error:
            fault = error
        except TypeError as error:
            if line.sent:
                raise
            fault = InvalidRequestError(str(error))
        return result, fault

    def _keep(self, outcome: Outcome) -> None:
        """Have a row written; without a journal it is finished at once."""
        if self._writer is None:
            self._mail.put([outcome])
        else:
            self._writer.put(outcome)
