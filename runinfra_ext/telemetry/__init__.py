"""Traces and metrics by OpenTelemetry, after its conventions for generative AI (extra ``otel``).

Once for the process::

    from runinfra_ext import telemetry

    telemetry.enable()

or for one client: ``RunInfra(telemetry=Telemetry(...))``. The names of all spans, attributes and
metrics stand in :mod:`runinfra_ext.telemetry.names`. Where spans go to is the application's own
choice, made with the OpenTelemetry SDK.

One span is a logical call, over all its attempts; a stream's ends when the stream does, however it
does. What was asked and answered is written only with ``capture_content=True``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .._call.call import Call
from .._call.options import Settings
from .._call.spans import Work
from .._call.watch import Process, Span
from .._ground.late import LateModule
from ..errors import ConfigurationError
from ..middleware import CallStart
from .names import SEMANTIC_CONVENTIONS

if TYPE_CHECKING:
    from opentelemetry import metrics, trace
    from opentelemetry.propagators import textmap
else:
    metrics, trace = LateModule("opentelemetry.metrics"), LateModule("opentelemetry.trace")
    textmap = LateModule("opentelemetry.propagators.textmap")

__all__ = ["SEMANTIC_CONVENTIONS", "Telemetry", "disable", "enable"]


class Telemetry:
    """Makes a span and the metrics of each call.

    Args:
        tracer_provider: where spans go to; the process's if left out.
        meter_provider: where metrics go to; the process's if left out.
        propagator: writes the headers that carry the trace to the gateway; ``traceparent`` and
            ``tracestate`` by default, without baggage, which is the application's own.
        capture_content: write what was asked and answered on the span, keys blanked, each text up
            to 8,000 characters.
        redact: blanks what else must not be in the content; it is given each text.

    Raises:
        ConfigurationError: the extra is not installed.
    """

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        propagator: textmap.TextMapPropagator | None = None,
        capture_content: bool = False,
        redact: Callable[[str], str] | None = None,
    ) -> None:
        if not (find_spec("opentelemetry") and find_spec("opentelemetry.trace")):
            msg = "telemetry needs OpenTelemetry's API: pip install 'runinfra-ext[otel]'"
            raise ConfigurationError(msg, param="telemetry")
        from .recording import Recorder

        self._own = tracer_provider, meter_provider, propagator
        self._content = capture_content, redact
        self._recorder = Recorder(
            tracer_provider,
            meter_provider,
            propagator,
            capture_content=capture_content,
            redact=redact,
        )

    def begin(self, start: CallStart, call: Call, settings: Settings) -> Span | None:
        """A call is about to be made: of the client's own use."""
        return self._recorder.begin(start, call, settings)

    def run(self, model: object, settings: Settings) -> Work | None:
        """A run of tools begins: of the client's own use."""
        return self._recorder.run(model, settings)

    def job(self, operation: str, settings: Settings) -> Work | None:
        """A bulk job begins: of the client's own use."""
        return self._recorder.job(operation, settings)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._own != (None, None, None):
            msg = "a Telemetry with providers of its own can't be pickled; use those of the process"
            raise TypeError(msg)
        return _again, self._content

    def __repr__(self) -> str:
        return f"Telemetry(capture_content={self._content[0]})"


def _again(capture_content: bool, redact: Callable[[str], str] | None) -> Telemetry:  # noqa: FBT001 - from a pickle
    return Telemetry(capture_content=capture_content, redact=redact)


def enable(telemetry: Telemetry | None = None) -> Telemetry:
    """Trace the calls of all clients of the process that have no ``telemetry`` of their own.

    Args:
        telemetry: one that is made; by default that of the process's providers.

    Returns:
        What is used from now on.

    Raises:
        ConfigurationError: the extra is not installed.
    """
    used = telemetry or Telemetry()
    Process.tracer = used
    return used


def disable() -> None:
    """Trace no more, but for clients with a ``telemetry`` of their own."""
    Process.tracer = None
