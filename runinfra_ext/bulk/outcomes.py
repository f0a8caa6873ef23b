"""From a call that has ended to the row that is given out and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from .._ground import checks
from ..errors import ConfigurationError, InvalidRequestError, RunInfraError
from .rows import Outcome, Row, RowMeta, Ticket, Usage, usage_of
from .sources import Line

_REFUSALS: Final = frozenset({429, 503})


def finished(
    ticket: Ticket,
    result: Any,
    error: RunInfraError | None,
    price: Callable[[Any], float] | None,
) -> Outcome:
    """A row whose call has ended, or that the journal has.

    Args:
        ticket: the row.
        result: of its call.
        error: of its call; then there is no result.
        price: gives the cost of a result.
    """
    known = ticket.stored if ticket.meta is None and ticket.idempotency_key is None else None
    if known is not None:
        meta = RowMeta(
            position=ticket.position,
            attempts=known.attempts,
            resumed=True,
            replayed=bool(known.replayed),
            request_id=known.request_id,
            idempotency_key=known.idempotency_key,
            elapsed=known.elapsed,
            usage=known.usage,
            size=ticket.size,
        )
        return Outcome(Row(ticket.key, ticket.item, result, error, meta), known=True)
    told = ticket.meta
    failures = told.failures if told is not None else error.failures if error is not None else ()
    ticket.attempts += (
        told.attempts if told is not None else error.attempts if error is not None else 0
    )
    usage = usage_of(result if error is None else error)
    if price is not None and error is None:
        usage = attrs.evolve(usage, cost=checks.number("price", price(result), positive=False))
    meta = RowMeta(
        position=ticket.position,
        attempts=ticket.attempts,
        replayed=told is not None and told.replayed,
        request_id=told.request_id if told is not None else error.request_id if error else None,
        idempotency_key=ticket.idempotency_key,
        elapsed=told.elapsed if told is not None else 0.0,
        usage=usage,
        size=ticket.size,
    )
    return Outcome(
        Row(ticket.key, ticket.item, result, error, meta),
        digest=ticket.digest,
        body=ticket.body,
        status=told.status if told is not None else error.status if error is not None else 0,
        content_type=told.headers.get("content-type", "") if told is not None else "",
        refused=sum(failure.status in _REFUSALS for failure in failures),
    )


def bad_outcome(item: Any, key: str, position: int, error: RunInfraError) -> Outcome:
    """A row that can't be sent."""
    meta = RowMeta(position=position, usage=Usage())
    return Outcome(Row(key, item, None, error, meta), bad=True)


def placed(error: RunInfraError, item: Any, position: int, key: str = "") -> RunInfraError:
    """The error of a row that can't be sent, with the place of the row.

    A line of a file is in its message, by which people find it; a program's row is in a note.
    """
    if isinstance(item, Line) and not isinstance(error, ConfigurationError):
        if error.message.startswith("line "):
            return error
        msg = f"line {item.number}: {error.message}"
        return InvalidRequestError(msg, param=getattr(error, "param", None))
    name = f", {checks.shown(key)}" if key else ""
    error.add_note(f"row {position + 1} of the input{name}")
    return error


def unsent(problem: Exception, position: int, what: str) -> InvalidRequestError:
    """The error of a row whose key or request could not be made."""
    if isinstance(problem, InvalidRequestError):
        return problem
    msg = f"row {position + 1}: its {what} can't be made: {type(problem).__name__}: {problem}"
    return InvalidRequestError(msg, param=what)
