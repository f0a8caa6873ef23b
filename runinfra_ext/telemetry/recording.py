"""Spans and metrics of calls; imported when the first :class:`Telemetry` is made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from opentelemetry import metrics, trace
from opentelemetry.context import get_current
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from .._ground.error_fields import FailedAttempt
from .._ground.json_codec import is_mapping
from .._ground.redaction import Redact, Redactor
from .._version import __version__
from ..errors import InvalidRequestError
from . import content, names
from .guard import guarded, lost
from .work import ERROR, TracedWork

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.propagators.textmap import TextMapPropagator
    from opentelemetry.trace import TracerProvider

    from .._call.call import Call
    from .._call.options import Settings
    from .._ground.answer_facts import Facts
    from ..middleware import CallEnd, CallStart

Tokens: TypeAlias = tuple[int | None, int | None]  # of a question, and of its answer

_CLIENT: Final = trace.SpanKind.CLIENT
_REASONS: Final = 32  # finish reasons of one answer
_GREATEST: Final = 2**63 - 1  # of OTLP: a greater number would lose all that is sent with it
_OTHERS: Final = frozenset({"n", "stop", "encoding_format", "response_format"})
_NUMBERS: Final = (int, float)
_KEPT: Final = 256  # models, and servers, whose attributes are kept ready
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
        redact: Redact | None,
    ) -> None:
        scope = names.SCOPE, __version__
        self.tracer = trace.get_tracer(*scope, tracer_provider, schema_url=names.SCHEMA_URL)
        meter = metrics.get_meter(*scope, meter_provider, schema_url=names.SCHEMA_URL)
        self.propagator = propagator
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

    @guarded(None)
    def begin(self, start: CallStart, call: Call, settings: Settings) -> CallSpan:
        """A span of a call, and the headers that carry it."""
        redactor = settings.redactor
        model = None if start.model is None else redactor.name(start.model)
        url = "" if call.foreign else settings.base.url
        name, known = _beginning(start.operation, model, url, streaming=start.streaming)
        attributes = {**known, names.CLIENT_REQUEST_ID: start.client_request_id}
        _parameters(call.arguments, attributes, redactor)
        # Looked up once: tracer, sampler and exemplars would each do it again.
        current = get_current()
        span = self.tracer.start_span(name, current, _CLIENT, attributes)
        context = trace.set_span_in_context(span, current)
        told = span.get_span_context()
        if self.propagator is not None or told.trace_state:
            self._inject(start, self.propagator or TraceContextTextMapPropagator(), context)
        elif told.is_valid:
            # What that propagator would write, without the checks that a foreign one's needs.
            flags = told.trace_flags & 0xFF
            digits = (told.trace_id << 72 | told.span_id << 8 | flags).to_bytes(25).hex()
            text = f"00-{digits[:32]}-{digits[32:48]}-{digits[48:]}"
            start._carry("traceparent", text)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this package
        if self.capture_content and span.is_recording():
            asked(span, call.arguments, self.content_redactor(redactor))
        return CallSpan(self, span, context, (start.operation, model), redactor)

    @guarded(None)
    def run(self, model: object, settings: Settings) -> TracedWork:
        """A span of a tool-calling loop."""
        attributes = {
            names.OPERATION_NAME: names.INVOKE_AGENT,
            names.PROVIDER_NAME: names.PROVIDER,
        }
        if isinstance(model, str):
            attributes[names.REQUEST_MODEL] = settings.redactor.name(model)
        return self._work(names.INVOKE_AGENT, attributes, settings.redactor)

    @guarded(None)
    def job(self, operation: str, settings: Settings) -> TracedWork:
        """A span of a bulk job."""
        attributes = {names.BULK_OPERATION: operation}
        return self._work(f"{names.BULK} {operation}", attributes, settings.redactor)

    def _work(self, name: str, attributes: Mapping[str, Any], redactor: Redactor) -> TracedWork:
        span = self.tracer.start_span(name, attributes=attributes)
        redact = self.content_redactor(redactor) if self.capture_content else None
        return TracedWork(self.tracer, span, redactor.line, redact)

    @guarded(None)
    def _inject(self, start: CallStart, propagator: TextMapPropagator, context: Context) -> None:
        """Give the call the headers that carry the trace."""
        carrier: dict[str, str] = {}
        propagator.inject(carrier, context)  # pyright: ignore[reportArgumentType] - a dict is what its default setter takes
        for name, value in carrier.items():
            with suppress(InvalidRequestError):  # no call fails because of a propagator
                start.add_header(name, value)

    def content_redactor(self, redactor: Redactor) -> Redact:
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
        context: with the span as the current one.
        asked: the operation, and the model that was asked for.
        redactor: blanks keys in what a server wrote.
    """

    __slots__ = ("_asked", "_context", "_recorder", "_redactor", "_span")

    def __init__(
        self,
        recorder: Recorder,
        span: trace.Span,
        context: Context,
        asked: tuple[str, str | None],
        redactor: Redactor,
    ) -> None:
        self._recorder = recorder
        self._span = span
        self._context = context
        self._asked = asked
        self._redactor = redactor

    @guarded(None)
    def failed(self, failure: FailedAttempt) -> None:
        """An attempt has failed: an event of the call."""
        if not self._span.is_recording():
            return
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
        operation, asked = self._asked
        given = facts.model
        model = asked
        if given != asked:
            model = self._redactor.name(given) if isinstance(given, str) and given else None
        error = None if end.error is None else type(end.error).__name__
        tokens = _count(end.input_tokens), _count(end.output_tokens)
        try:
            self._end(end, facts, tokens, model, error)
        except Exception as fault:  # noqa: BLE001 - of the application's telemetry, which may raise anything
            lost("_end", fault)
        try:
            self._measure(end, tokens, _measured(operation, asked, model, error))
        except Exception as fault:  # noqa: BLE001 - meters are the application's, which may raise anything
            lost("_measure", fault)

    def _end(
        self, end: CallEnd, facts: Facts, tokens: Tokens, model: str | None, error: str | None
    ) -> None:
        span = self._span
        try:
            if span.is_recording():
                attributes = self._attributes(end, facts, tokens)
                if model is not None:
                    attributes[names.RESPONSE_MODEL] = model
                if error is not None:
                    attributes[names.ERROR_TYPE] = error
                span.set_attributes(attributes)
                if error is not None:
                    span.set_status(ERROR)
                if self._recorder.capture_content:
                    redact = self._recorder.content_redactor(self._redactor)
                    answered(span, end.result, redact)
        finally:
            span.end()

    def _attributes(self, end: CallEnd, facts: Facts, tokens: Tokens) -> dict[str, Any]:
        redactor = self._redactor
        attributes: dict[str, Any] = {
            names.OUTCOME: end.outcome,
            names.ATTEMPTS: end.attempts,
            names.REPLAYED: end.replayed,
        }
        if end.status:
            attributes[names.STATUS_CODE] = end.status
        if end.request_id is not None:
            attributes[names.REQUEST_ID] = end.request_id
        if facts.id is not None and (text := _text(facts.id, redactor)) is not None:
            attributes[names.RESPONSE_ID] = text
        if facts.finish_reasons:
            attributes[names.FINISH_REASONS] = [
                _reason(reason, redactor) for reason in facts.finish_reasons[:_REASONS]
            ]
        if facts.usage is not None:
            asked, answered = tokens
            cached, thought = facts.special_tokens()
            if asked is not None:
                attributes[names.INPUT_TOKENS] = asked
            if answered is not None:
                attributes[names.OUTPUT_TOKENS] = answered
            if cached is not None and _count(cached) is not None:
                attributes[names.CACHED_TOKENS] = cached
            if thought is not None and _count(thought) is not None:
                attributes[names.REASONING_TOKENS] = thought
        if end.first_chunk is not None:
            attributes[names.FIRST_CHUNK] = end.first_chunk
        if end.event_count:
            attributes[names.EVENT_COUNT] = end.event_count
        return attributes

    def _measure(
        self, end: CallEnd, tokens: Tokens, attributes: tuple[dict[str, Any], ...]
    ) -> None:
        recorder, context = self._recorder, self._context
        plain, of_input, of_output = attributes
        asked, answered = tokens
        recorder.duration.record(end.elapsed, plain, context)
        if asked is not None:
            recorder.tokens.record(asked, of_input, context)
        if answered is not None:
            recorder.tokens.record(answered, of_output, context)
        if end.first_chunk is not None:
            recorder.first_chunk.record(end.first_chunk, plain, context)
        if end.attempts > 1:
            recorder.retries.add(end.attempts - 1, plain, context)


@lru_cache(maxsize=_KEPT)
def _beginning(
    operation: str, model: str | None, url: str, *, streaming: bool
) -> tuple[str, dict[str, Any]]:
    """The name of a span, and the attributes that all calls like this one begin with."""
    name = names.OPERATIONS.get(operation, operation)
    attributes: dict[str, Any] = {
        names.OPERATION_NAME: name,
        names.PROVIDER_NAME: names.PROVIDER,
    }
    if model is not None:
        attributes[names.REQUEST_MODEL] = model
        name = f"{name} {model}"
    if url:
        parts = urlsplit(url)
        attributes[names.SERVER_ADDRESS] = parts.hostname or ""
        attributes[names.SERVER_PORT] = parts.port or (443 if parts.scheme == "https" else 80)
    if streaming:
        attributes[names.REQUEST_STREAM] = True
    if operation in names.OUTPUT_TYPES:
        attributes[names.OUTPUT_TYPE] = names.OUTPUT_TYPES[operation]
    return name, attributes


@lru_cache(maxsize=_KEPT)
def _measured(
    operation: str, asked: str | None, model: str | None, error: str | None
) -> tuple[dict[str, Any], ...]:
    """The attributes of a call's metrics: plain, and those of its input and output tokens."""
    plain: dict[str, Any] = {
        names.OPERATION_NAME: names.OPERATIONS.get(operation, operation),
        names.PROVIDER_NAME: names.PROVIDER,
    }
    more = {names.REQUEST_MODEL: asked, names.RESPONSE_MODEL: model, names.ERROR_TYPE: error}
    plain.update({name: value for name, value in more.items() if value is not None})
    return plain, *({**plain, names.TOKEN_TYPE: kind} for kind in ("input", "output"))


def _parameters(arguments: Mapping[str, Any], found: dict[str, Any], redactor: Redactor) -> None:
    """Add the arguments that the conventions have names for."""
    for argument, value in arguments.items():
        known = names.PARAMETERS.get(argument)
        if known is not None:
            # What no number of OTLP can hold is no lawful argument either.
            if isinstance(value, _NUMBERS) and -_GREATEST <= value <= _GREATEST:
                found[known[0]] = known[1](value)
        elif argument not in _OTHERS:
            continue
        elif argument == "n":
            if isinstance(value, int) and value != 1 and _count(value) is not None:
                found[names.CHOICE_COUNT] = value
        elif argument == "stop":
            given: list[Any] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType] - an argument of any type
            texts = [redactor.line(text) for text in given[:_REASONS] if isinstance(text, str)]
            found[names.STOP_SEQUENCES] = texts
        elif argument == "encoding_format" and isinstance(value, str):
            found[names.ENCODING_FORMATS] = [redactor.line(value)]
        elif argument == "response_format" and is_mapping(value):
            kind = str(value.get("type"))
            found[names.OUTPUT_TYPE] = "json" if kind.startswith("json") else redactor.line(kind)


@guarded(None)
def asked(span: trace.Span, arguments: Mapping[str, Any], redact: Redact) -> None:
    """Write the content of a question; all of it, or nothing."""
    messages = content.messages_of(arguments, redact)
    if messages is not None:
        span.set_attribute(names.INPUT_MESSAGES, messages)
    instructions = content.instructions_of(arguments, redact)
    if instructions is not None:
        span.set_attribute(names.SYSTEM_INSTRUCTIONS, instructions)


@guarded(None)
def answered(span: trace.Span, result: object, redact: Redact) -> None:
    """Write the content of an answer."""
    text = content.answers_of(result, redact)
    if text is not None:
        span.set_attribute(names.OUTPUT_MESSAGES, text)


def _count(value: int | None) -> int | None:
    """A server's number, if it is one of tokens that OTLP can hold."""
    return value if value is not None and 0 <= value <= _GREATEST else None


def _reason(reason: object, redactor: Redactor) -> str:
    return reason if isinstance(reason, str) and reason in _PLAIN else _text(reason, redactor) or ""


def _text(given: object, redactor: Redactor) -> str | None:
    """A text of a server's, if it is one."""
    return redactor.line(given) if isinstance(given, str) and given else None
