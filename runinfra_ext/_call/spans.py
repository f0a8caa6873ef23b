"""Work that makes calls, as the telemetry sees it: a run of tools, one of its tools, a job of rows.

A :class:`Work` has a span around those of its calls. It is begun where the work begins, made the
current one while the work goes on (and never while the application's own code has its turn between
two steps), and ended once. Where nobody traces there is :data:`UNTRACED`, which does nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from .watch import tracer_of

if TYPE_CHECKING:
    from types import TracebackType

    from .._structured.conversation import ToolCall
    from ..middleware import Outcome
    from .options import Settings


class ToolSpan(Protocol):
    """The span of a tool that is being executed: a context manager around it."""

    def __enter__(self) -> Self:
        """The tool begins."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """It is over."""
        ...

    def answered(self, content: str) -> None:
        """What the model will be told."""
        ...


class Work(Protocol):
    """The span of work that makes calls."""

    def current(self) -> AbstractContextManager[object]:
        """Around what is done for it: spans that begin inside are its children."""
        ...

    def tool(self, call: ToolCall) -> ToolSpan:
        """A tool is about to be executed."""
        ...

    def over(
        self, outcome: Outcome, error: type[BaseException] | None = None, **facts: Any
    ) -> None:
        """The work is over; only the first end counts.

        Args:
            outcome: how it went, as of a call.
            error: class of what ended it.
            facts: what it came to, by the names in the telemetry's table.
        """
        ...


class _Untraced:
    """Work that nobody traces, and its tools."""

    def current(self) -> AbstractContextManager[object]:
        return nullcontext()

    def tool(self, call: ToolCall) -> ToolSpan:  # noqa: ARG002 - nobody is told
        return self

    def over(
        self, outcome: Outcome, error: type[BaseException] | None = None, **facts: Any
    ) -> None:
        """Nobody is told."""

    def answered(self, content: str) -> None:
        """Nobody is told."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        """Nobody is told."""


UNTRACED: Final[Work] = _Untraced()
NO_TOOL: Final[ToolSpan] = _Untraced()


def run_span(settings: Settings, model: object) -> Work:
    """The span of a tool-calling loop that begins."""
    tracer = tracer_of(settings)
    span = None if tracer is None else tracer.run(model, settings)
    return UNTRACED if span is None else span


def job_span(settings: Settings, operation: str) -> Work:
    """The span of a bulk job that begins."""
    tracer = tracer_of(settings)
    span = None if tracer is None else tracer.job(operation, settings)
    return UNTRACED if span is None else span


def ended_by(error: type[BaseException] | None) -> Outcome:
    """How work went that this exception ended; what is no ``Exception`` has cancelled it."""
    if error is None:
        return "ok"
    return "error" if issubclass(error, Exception) else "cancelled"
