"""What comes out of a job: a :class:`Row` for each that went in, with its result or its error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import attrs

from .. import errors as e
from .._ground.metadata import Meta

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_CENTS: Final = 100.0
_MICRO: Final = 1e6
_MOST: Final = 2**53  # of anything that is counted: more is a mistake, and no journal could hold it


@attrs.frozen(kw_only=True)
class Usage:
    """What one row took, as the gateway tells it; what it does not tell is zero, or ``None``.

    Attributes:
        input_tokens: of the prompt or the texts.
        output_tokens: of the answer.
        cost: US dollars.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None


@attrs.frozen(kw_only=True)
class RowMeta:
    """How a row went.

    Attributes:
        position: of the row in the input, from 0.
        attempts: requests that it took, over all runs of the job.
        resumed: it was finished by an earlier run of the job and is read from the journal.
        replayed: the gateway answered from its store: nothing ran and nothing was charged again.
        request_id: the gateway's id of the answer.
        idempotency_key: the key that the row was sent with.
        elapsed: seconds from its sending to its answer.
        usage: its tokens and cost.
        size: how many rows it counts for: for a pack of texts, the texts in it.
    """

    position: int
    attempts: int = 0
    resumed: bool = False
    replayed: bool = False
    request_id: str | None = None
    idempotency_key: str | None = None
    elapsed: float = 0.0
    usage: Usage = Usage()
    size: int = 1


@attrs.frozen
class Row(Generic[ItemT, ResultT]):
    """One row of a job, finished.

    Attributes:
        key: of the row.
        item: the row as it was given.
        result: what the operation's method returns; ``None`` if there is an error.
        error: why there is no result; ``None`` if there is one.
        meta: how it went.
    """

    key: str
    item: ItemT
    result: ResultT | None
    error: e.RunInfraError | None
    meta: RowMeta

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None

    def unwrap(self) -> ResultT:
        """The result.

        Raises:
            RunInfraError: the row's error.
        """
        if self.error is not None:
            raise self.error
        result: Any = self.result
        return result  # type: ignore[no-any-return]  # there is a result if there is no error


@attrs.define(eq=False)
class Ticket:
    """A row on its way through a job; each is in the hands of one worker at a time.

    Attributes:
        key: of the row.
        item: the row as it was given.
        position: in the input.
        operation: the method to call, dotted.
        params: its keyword arguments.
        stored: what the journal knows of it.
        digest: of its request, once that is made.
        body: of its answer.
        meta: of its answer.
        idempotency_key: that it was sent with.
        attempts: requests so far.
        rounds: how often its call ended with an error.
        not_before: monotonic time before which it must not be sent again.
        size: how many rows it counts for.
    """

    key: str
    item: Any
    position: int
    operation: str
    params: Mapping[str, Any]
    stored: Any = None
    digest: bytes = b""
    body: bytes | None = None
    meta: Meta | None = None
    idempotency_key: str | None = None
    attempts: int = 0
    rounds: int = 0
    not_before: float = 0.0
    size: int = 1


@attrs.define
class Outcome:
    """A finished row, and what the journal is to keep of it.

    Attributes:
        row: for the caller.
        digest: of its request.
        body: of its answer, as it came.
        status: HTTP status of its answer.
        content_type: of its answer.
        passing: its error may pass, so that another run of the job sends it again.
        bad: it was never sent, because there was something wrong with the row itself.
        known: the journal has it.
        refused: attempts of it that were answered with 429 or 503.
    """

    row: Row[Any, Any]
    digest: bytes = b""
    body: bytes | None = None
    status: int = 0
    content_type: str = ""
    passing: bool = False
    bad: bool = False
    known: bool = False
    refused: int = 0

    def passes(self) -> Outcome:
        """The same, of an error that may pass: there is no answer worth keeping."""
        return attrs.evolve(self, passing=True, body=None)


def usage_of(told: Any) -> Usage:
    """The usage of a result or an error, in one form for all operations.

    Args:
        told: anything with ``usage``; what has none took nothing that is known.
    """
    usage = getattr(told, "usage", None)
    if usage is None:
        return Usage()
    cost = getattr(usage, "cost", None)
    if cost is None:
        detail = getattr(getattr(usage, "runinfra", None), "cost_microcents", None)
        cost = None if detail is None else detail / _MICRO / _CENTS
    return Usage(
        input_tokens=_count(usage, "prompt_tokens", "input_tokens"),
        output_tokens=_count(usage, "completion_tokens", "output_tokens"),
        cost=float(cost) if isinstance(cost, int | float) and 0 <= cost < _MOST else None,
    )


def _count(usage: Any, *names: str) -> int:
    for name in names:
        value = getattr(usage, name, None)
        if isinstance(value, int) and 0 <= value < _MOST:
            return value
    return 0


# What a stored error gets back; the class, and what an answer said, are looked up by name.
_FIELDS: Final[tuple[str, ...]] = (
    "status",
    "type",
    "code",
    "param",
    "request_id",
    "client_request_id",
    "idempotency_key",
    "operation",
    "attempts",
    "phase",
    "reason",
    "outcome_unknown",
    "gave_up",
    "retry_after_seconds",
    "body",
)


def error_facts(error: e.RunInfraError) -> dict[str, Any]:
    """An error as JSON can hold it."""
    facts: dict[str, Any]
    facts = {name: getattr(error, name) for name in _FIELDS if name in vars(error)}
    return {"class": type(error).__name__, "message": error.message, **facts}


def error_of(facts: Mapping[str, Any]) -> e.RunInfraError:
    """The error that :func:`error_facts` wrote down."""
    cls = getattr(e, str(facts.get("class")), None)  # only of this package's own, by their names
    if not (isinstance(cls, type) and issubclass(cls, e.RunInfraError)):
        cls = e.RunInfraError
    error = cls(str(facts.get("message", "")))
    for name in _FIELDS:
        if name in facts:
            setattr(error, name, facts[name])
    return error
