"""Spans of work that makes calls: a run of tools, each of its tools, a job of rows."""

from __future__ import annotations

from contextvars import Token
from typing import TYPE_CHECKING, Any, Final, Self

from opentelemetry import context, trace

from .._call.spans import NO_TOOL, ended_by
from . import names
from .content import text_of
from .guard import guarded

if TYPE_CHECKING:
    from types import TracebackType

    from .._call.spans import ToolSpan
    from .._ground.redaction import Redact
    from .._structured.conversation import ToolCall
    from ..middleware import Outcome

ERROR: Final = trace.Status(trace.StatusCode.ERROR)


class TracedWork:
    """The span of work that makes calls.

    Args:
        tracer: OpenTelemetry's.
        span: its span, begun.
        line: makes a text of a model's fit for a span.
        redact: makes content fit for a span; ``None`` where it isn't wanted.
    """

    def __init__(
        self, tracer: trace.Tracer, span: trace.Span, line: Redact, redact: Redact | None
    ) -> None:
        self._tracer = tracer
        self._span = span
        self._line = line
        self._redact = redact
        self._over = False

    def current(self) -> Current:
        """Around what is done for it."""
        return Current(self._span)

    @guarded(NO_TOOL)
    def tool(self, call: ToolCall) -> ToolSpan:
        """The span of a tool, begun when its block is."""
        attributes: dict[str, Any] = {
            names.OPERATION_NAME: names.EXECUTE_TOOL,
            names.TOOL_TYPE: "function",
            names.TOOL_NAME: self._line(str(call.name)),
            names.TOOL_CALL_ID: self._line(str(call.id)),
        }
        name = names.EXECUTE_TOOL
        if call.tool is not None:
            # A tool that there isn't has its name of the model, which may say anything.
            name = f"{name} {call.tool.name}"
            attributes[names.TOOL_DESCRIPTION] = self._line(call.tool.description)
        span = self._tracer.start_span(name, attributes=attributes)
        if self._redact is not None and call.tool is not None:
            write(span, names.TOOL_ARGUMENTS, call.arguments, self._redact)
        return TracedTool(span, self._redact, refused=call.tool is None)

    def over(
        self, outcome: Outcome, error: type[BaseException] | None = None, **facts: Any
    ) -> None:
        """The work is over; only the first end counts."""
        if self._over:
            return
        self._over = True
        found = {
            names.FACTS[name]: self._line(value) if isinstance(value, str) else value
            for name, value in facts.items()
            if value is not None
        }
        ended(self._span, outcome, error, found)

    def __del__(self) -> None:
        if not self._over:
            self.over("dropped")


class Current:
    """Makes a span the current one, in a block.

    Args:
        span: OpenTelemetry's.
    """

    __slots__ = ("_span", "_token")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._token: Token[context.Context] | None = None

    def __enter__(self) -> None:
        self._token = context.attach(trace.set_span_in_context(self._span))

    def __exit__(self, *_details: object) -> None:
        # A coroutine that is thrown away ends in another context than it began in, which has
        # nothing to give back.
        if self._token is not None and trace.get_current_span() is self._span:
            context.detach(self._token)


class TracedTool:
    """The span of a tool while it is executed.

    Args:
        span: OpenTelemetry's.
        redact: makes content fit for a span; ``None`` where it isn't wanted.
        refused: there is nothing to execute, which the model is told.
    """

    __slots__ = ("_current", "_redact", "_refused", "_span")

    def __init__(self, span: trace.Span, redact: Redact | None, *, refused: bool) -> None:
        self._span = span
        self._current = Current(span)
        self._redact = redact
        self._refused = refused

    def __enter__(self) -> Self:
        self._current.__enter__()
        return self

    def answered(self, content: str) -> None:
        """What the model will be told."""
        if self._redact is not None:
            write(self._span, names.TOOL_RESULT, content, self._redact)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self._current.__exit__()
        found = {names.ERROR_TYPE: names.REFUSED_CALL} if self._refused else {}
        ended(self._span, ended_by(exc_type), exc_type, found)


@guarded(None)
def write(span: trace.Span, name: str, value: object, redact: Redact) -> None:
    """Write what a tool was given, or has returned."""
    if span.is_recording():
        span.set_attribute(name, text_of(value, redact))


@guarded(None)
def ended(
    span: trace.Span,
    outcome: Outcome,
    error: type[BaseException] | None,
    found: dict[str, Any],
) -> None:
    """End a span, with what the work came to."""
    try:
        if span.is_recording():
            if error is not None:
                found[names.ERROR_TYPE] = error.__name__
            span.set_attributes({**found, names.OUTCOME: outcome})
            if names.ERROR_TYPE in found:
                span.set_status(ERROR)
    finally:
        span.end()
