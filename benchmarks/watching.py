"""What it costs that somebody watches a call: the telemetry, and OpenTelemetry's own part of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final

MODEL: Final = "acme-chat-8b"
_ANSWER: Final = {
    "id": "chatcmpl-0123456789abcdef",
    "object": "chat.completion",
    "created": 1767607200,
    "model": MODEL,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The quick brown fox."},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 42, "completion_tokens": 80, "total_tokens": 122},
}


def _settings(**options: Any) -> Any:
    made = importlib.import_module("runinfra_ext._call.options").make_settings
    return made(
        api_key="rp_live_benchmark0000000000000000",
        base_url="http://127.0.0.1:1/v1",
        pipeline_id=None,
        options=options,
    )


def _call(settings: Any) -> Any:
    endpoint = importlib.import_module("runinfra_client.api.chat.create_chat_completion")
    requests = importlib.import_module("runinfra_ext._call.requests")
    messages = [{"role": "user", "content": "Hello"}]
    arguments = {"model": MODEL, "messages": messages, "temperature": 0.5}
    return requests.described(endpoint, arguments, settings, function="create")


def _providers() -> tuple[Any, Any]:
    """OpenTelemetry as an application sets it up, but for where it all goes to."""
    traces = importlib.import_module("opentelemetry.sdk.trace")
    metrics = importlib.import_module("opentelemetry.sdk.metrics")
    export = importlib.import_module("opentelemetry.sdk.metrics.export")
    return traces.TracerProvider(), metrics.MeterProvider([export.InMemoryMetricReader()])


def watching(contender: str, count: int, *, traced: bool) -> tuple[Callable[[], None], int]:
    """A call's watch, without the call.

    Args:
        contender: ``ext``, or ``socket`` for the limit: the same span, header and metrics by hand.
        count: how many calls.
        traced: with telemetry; else nobody watches.
    """
    if contender == "socket":
        return _by_hand(count), count
    options: dict[str, Any] = {"telemetry": False}
    if traced:
        tracers, meters = _providers()
        telemetry = importlib.import_module("runinfra_ext.telemetry").Telemetry
        options["telemetry"] = telemetry(tracer_provider=tracers, meter_provider=meters)
    settings = _settings(**options)
    call = _call(settings)
    watch_of = importlib.import_module("runinfra_ext._call.watch").watch_of
    result = importlib.import_module("runinfra_ext.types").ChatCompletion.from_dict(_ANSWER)
    meta = importlib.import_module("runinfra_ext").Meta(
        operation="createChatCompletion",
        status=200,
        headers={},
        request_id="req_0123456789abcdef",
        client_request_id="id",
        idempotency_key="key",
        replayed=False,
        attempts=1,
        failures=(),
        elapsed=0.1,
    )

    def work() -> None:
        for _ in range(count):
            watch = watch_of(call, settings, "id", "key")
            if watch is not None:
                watch.meta = meta
                watch.over(result=result)

    return work, count


def _by_hand(count: int) -> Callable[[], None]:
    names = importlib.import_module("runinfra_ext.telemetry.names")
    trace = importlib.import_module("opentelemetry.trace")
    headers = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
    propagator = headers.TraceContextTextMapPropagator()
    tracers, meters = _providers()
    tracer, meter = tracers.get_tracer("bench"), meters.get_meter("bench")
    # With the buckets that the conventions ask for, as the SDK's have them.
    duration, tokens = (
        meter.create_histogram(name, unit, explicit_bucket_boundaries_advisory=bounds)
        for name, unit, bounds in (
            (names.DURATION, "s", names.SECONDS),
            (names.TOKEN_USAGE, "{token}", names.TOKENS),
        )
    )
    common = {
        names.OPERATION_NAME: "chat",
        names.PROVIDER_NAME: names.PROVIDER,
        names.REQUEST_MODEL: MODEL,
    }
    measured = {**common, names.RESPONSE_MODEL: MODEL}
    kinds = [(42, {**measured, names.TOKEN_TYPE: "input"})]
    kinds.append((80, {**measured, names.TOKEN_TYPE: "output"}))
    before = {
        **common,
        names.SERVER_ADDRESS: "127.0.0.1",
        names.SERVER_PORT: 1,
        names.CLIENT_REQUEST_ID: "id",
        "gen_ai.request.temperature": 0.5,
    }
    after = {
        names.RESPONSE_ID: _ANSWER["id"],
        names.RESPONSE_MODEL: MODEL,
        names.INPUT_TOKENS: 42,
        names.OUTPUT_TOKENS: 80,
        names.STATUS_CODE: 200,
        names.REQUEST_ID: "req_0123456789abcdef",
        names.OUTCOME: "ok",
        names.ATTEMPTS: 1,
        names.REPLAYED: False,
        names.FINISH_REASONS: ["stop"],
    }

    def work() -> None:
        for _ in range(count):
            span = tracer.start_span("chat", kind=trace.SpanKind.CLIENT, attributes=before)
            context = trace.set_span_in_context(span)
            propagator.inject({}, context)
            span.set_attributes(after)
            span.end()
            duration.record(0.1, measured, context)
            for number, attributes in kinds:
                tokens.record(number, attributes, context)

    return work
