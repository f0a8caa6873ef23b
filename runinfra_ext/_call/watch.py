"""One logical call as its middleware, the telemetry and the log see it, without I/O.

A :class:`Watch` accompanies a call over all its attempts, and a stream until its end. However it
ends (result, error, end of the stream, early close, cancellation, or nobody holding it any more),
the end is told once. Where nobody watches there is no watch, and a call costs what it did.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from .._ground.answer_facts import Facts, facts_of
from .._ground.checks import shown
from .._ground.error_fields import FailedAttempt
from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from ..errors import ConfigurationError, RunInfraError
from ..middleware import After, CallEnd, CallStart, Middleware, Outcome
from .call import Call

if TYPE_CHECKING:
    from .._stream.reader import EventReader
    from .options import Settings
    from .spans import Work

_calls: Final = logging.getLogger("runinfra_ext.calls")
_middleware: Final = logging.getLogger("runinfra_ext.middleware")


class Span(Protocol):
    """What the telemetry keeps of one call."""

    def failed(self, failure: FailedAttempt) -> None:
        """An attempt has failed."""
        ...

    def over(self, end: CallEnd, facts: Facts) -> None:
        """The call is over; ``facts`` are what its answer says of itself."""
        ...


@runtime_checkable
class Tracer(Protocol):
    """The telemetry: makes spans; ``None`` where one can't be made, which ends no call."""

    def begin(self, start: CallStart, call: Call, settings: Settings) -> Span | None:
        """A call is about to be made; headers may be added to it."""
        ...

    def run(self, model: object, settings: Settings) -> Work | None:
        """A tool-calling loop begins."""
        ...

    def job(self, operation: str, settings: Settings) -> Work | None:
        """A bulk job begins."""
        ...


class Process:
    """What holds for all clients of the process that were not told otherwise.

    Attributes:
        tracer: the telemetry, where it was enabled.
    """

    tracer: Tracer | None = None


def tracer_of(settings: Settings) -> Tracer | None:
    """The telemetry of a client, if there is any: its own, or the process's."""
    own = settings.telemetry
    return Process.tracer if own is None else (own or None)


def watch_of(
    call: Call, settings: Settings, client_request_id: str, idempotency_key: str | None
) -> Watch | None:
    """Who watches a call; ``None`` where nobody does."""
    tracer = tracer_of(settings)
    logged = _calls.isEnabledFor(logging.INFO)
    if not settings.middleware and tracer is None and not logged:
        return None
    start = CallStart(call, client_request_id, idempotency_key)
    span = None if tracer is None else tracer.begin(start, call, settings)
    return Watch(start, settings, span, logged=logged)


class Watch:
    """The audience of one call.

    Args:
        start: the call as its middleware sees it.
        settings: of the call.
        span: the telemetry's, if any.
        logged: write the log's line at the end.

    Attributes:
        middleware: of the client, for the driver to call before the call.
        pending: what ``async`` functions have returned, for the driver to await.
        leave: takes care of ``pending`` where nobody can await it; set by the driver.
        meta: of the answer, once it is there.
    """

    __slots__ = (
        "_afters",
        "_clock",
        "_first",
        "_logged",
        "_over",
        "_redactor",
        "_span",
        "_started",
        "leave",
        "meta",
        "middleware",
        "pending",
        "start",
    )

    def __init__(
        self, start: CallStart, settings: Settings, span: Span | None, *, logged: bool
    ) -> None:
        self.start = start
        self.middleware: tuple[Middleware, ...] = settings.middleware
        self.pending: list[Awaitable[object]] = []
        self.leave: Callable[[list[Awaitable[object]]], None] | None = None
        self.meta: Meta | None = None
        self._afters: list[After] = []
        self._clock = settings.clock
        self._redactor = settings.redactor
        self._started = settings.clock()
        self._first: float | None = None
        self._span = span
        self._logged = logged
        self._over = False

    def heard(self, after: After | None) -> None:
        """A middleware has let the call pass; ``after`` is to be told its end.

        Raises:
            ConfigurationError: it is no function; nothing was sent.
        """
        if after is not None:
            if not callable(after):
                msg = f"middleware: expected None or a function to be returned, got {shown(after)}"
                raise ConfigurationError(msg)
            self._afters.append(after)

    def failed(self, failure: FailedAttempt) -> None:
        """An attempt has failed."""
        if self._span is not None:
            self._span.failed(failure)

    def first(self) -> None:
        """The first piece of a stream is here."""
        if self._first is None:
            self._first = self._clock() - self._started

    def over(
        self,
        outcome: Outcome | None = None,
        *,
        error: BaseException | None = None,
        result: Any = None,
        reader: EventReader[Any, Any] | None = None,
        events: int = 0,
    ) -> None:
        """The call is over; only the first end counts.

        Args:
            outcome: how it went, if ``error`` does not tell.
            error: what ended it.
            result: what came of it.
            reader: of a stream of events: what it came to is asked for only if somebody wants it.
            events: how many events it had, if the last of them is still to be handed out.
        """
        if self._over:
            return
        self._over = True
        if error is not None:
            outcome = "error" if isinstance(error, RunInfraError) else "cancelled"
        end = CallEnd(
            self.start,
            outcome or "ok",
            error,
            self.meta,
            (lambda: result) if reader is None else reader.arrived,
        )
        end.elapsed = self._clock() - self._started
        end.first_chunk = self._first
        facts = facts_of(result) if reader is None else reader.assembler.facts
        if reader is not None:
            end.event_count = events or reader.event_count
        if facts.usage is not None:
            end.input_tokens, end.output_tokens = facts.tokens()
        if self._span is not None:
            self._span.over(end, facts)
        if self._logged:
            _log(end, self._redactor)
        while self._afters:
            self._tell(self._afters.pop(), end)

    def lost(self, error: Exception) -> None:
        """A middleware raised when the call was over."""
        _middleware.error("a middleware failed after %s", self.start.operation, exc_info=error)

    def drop(self, outcome: Outcome = "dropped") -> None:
        """The call is over where nobody can wait for its middleware."""
        self.over(outcome)
        if self.pending and self.leave is not None:
            self.leave(self.pending)

    def __del__(self) -> None:
        if not self._over:
            self.drop()

    def _tell(self, after: After, end: CallEnd) -> None:
        try:
            returned = after(end)
        except Exception as error:  # noqa: BLE001 - what was paid for is handed out all the same
            self.lost(error)
        else:
            if isinstance(returned, Awaitable):
                self.pending.append(returned)  # pyright: ignore[reportUnknownArgumentType] - what it gives is never read


def _log(end: CallEnd, redactor: Redactor) -> None:
    """The line of a call: what, how, how long, and whom to ask."""
    parts = [f"{end.operation} {end.outcome}"]
    for name, value in (
        ("error", type(end.error).__name__ if end.error is not None else None),
        ("model", None if end.model is None else redactor.name(end.model)),
        ("status", end.status or None),
        ("ms", round(end.elapsed * 1000)),
        ("first_chunk_ms", None if end.first_chunk is None else round(end.first_chunk * 1000)),
        ("input_tokens", end.input_tokens),
        ("output_tokens", end.output_tokens),
        ("attempts", end.attempts),
        ("replayed", "true" if end.replayed else None),
        ("request_id", end.request_id),
        ("client_request_id", end.client_request_id),
    ):
        if value is not None:
            parts.append(f"{name}={value}")
    _calls.info("%s", " ".join(parts))
