"""Spans and metrics of calls; imported when the first :class:`Telemetry` is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from opentelemetry import metrics, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from .._ground.error_fields import FailedAttempt
from .._ground.json_codec import is_mapping
from .._ground.redaction import Redactor, escaped
from .._version import __version__
from ..errors import InvalidRequestError
from . import content, names

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.propagators.textmap import TextMapPropagator
    from opentelemetry.trace import TracerProvider

    from .._call.call import Call
    from .._call.options import Settings
    from .._ground.answer_facts import Facts
    from ..middleware import CallEnd, CallStart

_ERROR: Final = trace.Status(trace.StatusCode.ERROR)
_SHOWN: Final = 256  # characters of a server's own text
_REASONS: Final = 32  # finish reasons of one answer
_PLAIN: Final = frozenset({"stop", "length", "tool_calls", "content_filter", "completed"})


class Recorder:
    """What all spans of one :class:`~runinfra_ext.telemetry.Telemetry` have in common."""

    def __init__(
        self,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
        propagator: TextMapPropagator | None,
        *,
        capture_content: bool,
        redact: Callable[[str], str] | None,
    ) -> None:
        scope = names.SCOPE, __version__
        self.tracer = trace.get_tracer(*scope, tracer_provider, schema_url=names.SCHEMA_URL)
        meter = metrics.get_meter(*scope, meter_provider, schema_url=names.SCHEMA_URL)
        self.propagator = propagator or TraceContextTextMapPropagator()
        self.capture_content = capture_content
        self.redact = redact
        self.duration = meter.create_histogram(
            names.DURATION,
            "s",
            "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=names.SECONDS,
        )
        self.tokens = meter.create_histogram(
            names.TOKEN_USAGE,
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=names.TOKENS,
        )
        self.first_chunk = meter.create_histogram(
            names.TIME_TO_FIRST_CHUNK,
            "s",
            "Time to receive the first chunk of a stream.",
            explicit_bucket_boundaries_advisory=names.SECONDS,
        )
        self.retries = meter.create_counter(
            names.RETRIES, "{attempt}", "Attempts that followed a failed one."
        )

    def begin(self, start: CallStart, call: Call, settings: Settings) -> CallSpan:
        """A span of a call, and the headers that carry it."""
        operation = names.OPERATIONS.get(start.operation, start.operation)
        common: dict[str, Any] = {
            names.OPERATION_NAME: operation,
            names.PROVIDER_NAME: names.PROVIDER,
        }
        name = operation
        if start.model is not None:
            common[names.REQUEST_MODEL] = start.model
            name = f"{operation} {start.model}"
        attributes = {**common, names.CLIENT_REQUEST_ID: start.client_request_id}
        if not call.foreign:
            address, port = _server(settings.base.url)
            attributes[names.SERVER_ADDRESS] = address
            attributes[names.SERVER_PORT] = port
        if start.streaming:
            attributes[names.REQUEST_STREAM] = True
        if start.operation in names.OUTPUT_TYPES:
            attributes[names.OUTPUT_TYPE] = names.OUTPUT_TYPES[start.operation]
        _parameters(call.arguments, attributes)
        if self.capture_content:
            redact = self.content_redactor(settings.redactor)
            attributes.update(_asked(call.arguments, redact))
        span = self.tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=attributes)
        self._carry(start, span)
        return CallSpan(self, span, common, settings.redactor)

    def _carry(self, start: CallStart, span: trace.Span) -> None:
        """Give the call the headers that carry the trace."""
        carrier: dict[str, str] = {}
        context = trace.set_span_in_context(span)
        self.propagator.inject(carrier, context)  # pyright: ignore[reportArgumentType] - a dict is what its default setter takes
        for name, value in carrier.items():
            with suppress(InvalidRequestError):  # no call fails because of a propagator
                start.add_header(name, value)

    def content_redactor(self, redactor: Redactor) -> Callable[[str], str]:
        """Blanks keys, and what the application wants blanked, in a text of bounded length."""
        own = self.redact

        def redact(text: str) -> str:
            text = redactor.excerpt(text, content.TEXT_LIMIT)
            return text if own is None else own(text)

        return redact


class CallSpan:
    """The span of one call.

    Args:
        recorder: whose it is.
        span: OpenTelemetry's.
        common: attributes that its metrics have too.
        redactor: blanks keys in what a server wrote.
    """

    __slots__ = ("_common", "_recorder", "_redactor", "_span")

    def __init__(
        self,
        recorder: Recorder,
        span: trace.Span,
        common: dict[str, Any],
        redactor: Redactor,
    ) -> None:
        self._recorder = recorder
        self._span = span
        self._common = common
        self._redactor = redactor

    def failed(self, failure: FailedAttempt) -> None:
        """An attempt has failed: an event of the call."""
        attributes: dict[str, Any] = {
            names.ATTEMPT: failure.number,
            names.PHASE: failure.phase,
            names.ERROR_TYPE: failure.error,
            names.ELAPSED: failure.elapsed,
        }
        if failure.status:
            attributes[names.STATUS_CODE] = failure.status
        if failure.request_id is not None:
            attributes[names.REQUEST_ID] = failure.request_id
        self._span.add_event(names.ATTEMPT_FAILED, attributes)

    def over(self, end: CallEnd, facts: Facts) -> None:
        """The call is over: the rest of its attributes, and its metrics."""
        span = self._span
        model = _clean(facts.model, self._redactor, self._common.get(names.REQUEST_MODEL))
        if model is not None:
            self._common[names.RESPONSE_MODEL] = model
        if end.error is not None:
            self._common[names.ERROR_TYPE] = type(end.error).__name__
        if span.is_recording():
            span.set_attributes(self._attributes(end, facts, model))
            if end.error is not None:
                span.set_status(_ERROR)
        span.end()
        self._measure(end)

    def _attributes(self, end: CallEnd, facts: Facts, model: str | None) -> dict[str, Any]:
        given = {
            names.RESPONSE_ID: _clean(facts.id, self._redactor),
            names.RESPONSE_MODEL: model,
            names.INPUT_TOKENS: end.input_tokens,
            names.OUTPUT_TOKENS: end.output_tokens,
            names.CACHED_TOKENS: facts.cached_tokens,
            names.REASONING_TOKENS: facts.reasoning_tokens,
            names.FIRST_CHUNK: end.first_chunk,
            names.STATUS_CODE: end.status or None,
            names.REQUEST_ID: end.request_id,
            names.ERROR_TYPE: self._common.get(names.ERROR_TYPE),
            names.EVENT_COUNT: end.event_count or None,
        }
        attributes: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        attributes[names.OUTCOME] = end.outcome
        attributes[names.ATTEMPTS] = end.attempts
        attributes[names.REPLAYED] = end.replayed
        if facts.finish_reasons:
            attributes[names.FINISH_REASONS] = [
                reason if reason in _PLAIN else _clean(reason, self._redactor) or ""
                for reason in facts.finish_reasons[:_REASONS]
            ]
        if self._recorder.capture_content:
            redact = self._recorder.content_redactor(self._redactor)
            answered = content.answers_of(end.result, redact)
            if answered is not None:
                attributes[names.OUTPUT_MESSAGES] = answered
        return attributes

    def _measure(self, end: CallEnd) -> None:
        recorder, common = self._recorder, self._common
        recorder.duration.record(end.elapsed, common)
        for kind, count in (("input", end.input_tokens), ("output", end.output_tokens)):
            if count is not None:
                recorder.tokens.record(count, {**common, names.TOKEN_TYPE: kind})
        if end.first_chunk is not None:
            recorder.first_chunk.record(end.first_chunk, common)
        if end.attempts > 1:
            recorder.retries.add(end.attempts - 1, common)


@lru_cache(maxsize=256)
def _server(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _parameters(arguments: Mapping[str, Any], found: dict[str, Any]) -> None:
    """Add the arguments that the conventions have names for."""
    for argument, value in arguments.items():
        known = names.PARAMETERS.get(argument)
        if known is not None:
            if isinstance(value, int | float):
                found[known[0]] = known[1](value)
        elif argument == "n":
            if isinstance(value, int) and value != 1:
                found[names.CHOICE_COUNT] = value
        elif argument == "stop":
            given: list[Any] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType] - an argument of any type
            texts = [text[:_SHOWN] for text in given[:_REASONS] if isinstance(text, str)]
            found[names.STOP_SEQUENCES] = texts
        elif argument == "encoding_format" and isinstance(value, str):
            found[names.ENCODING_FORMATS] = [value]
        elif argument == "response_format" and is_mapping(value):
            kind = str(value.get("type"))
            found[names.OUTPUT_TYPE] = "json" if kind.startswith("json") else kind


def _asked(arguments: Mapping[str, Any], redact: Callable[[str], str]) -> dict[str, str]:
    """The content of a question."""
    given = {
        names.INPUT_MESSAGES: content.messages_of(arguments, redact),
        names.SYSTEM_INSTRUCTIONS: content.instructions_of(arguments, redact),
    }
    return {name: text for name, text in given.items() if text is not None}


def _clean(text: object, redactor: Redactor, same: object = None) -> str | None:
    """A text of a server's as it may stand on a span; the same as ours needs no look."""
    if not isinstance(text, str) or not text or text == same:
        return text if isinstance(text, str) and text else None
    return escaped(redactor.excerpt(text, _SHOWN))
