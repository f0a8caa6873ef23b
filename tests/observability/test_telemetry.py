"""Spans and metrics of calls, with both clients, in memory and over OTLP."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

import runinfra_ext as sdk
from runinfra_ext import telemetry
from runinfra_ext.telemetry import names
from tests.helpers import fault
from tests.observability.conftest import Recorded, run

FIVE = [{"role": "user", "content": "Count to five."}]


async def ask(client, **options):
    """A chat call."""
    return await client.chat.completions.create(model="acme-chat-8b", messages=FIVE, **options)


def test_a_call(both, recorded):
    """One CLIENT span by the conventions' names, with all that is known."""
    options = {"temperature": 0.5, "max_tokens": 64, "seed": 7, "stop": "ten", "n": 1}
    result = run(both, recorded, lambda c: ask(c, **options))
    span = recorded.span
    host, port = re.search(r"//(.*):(\d+)", both.gateway.base_url).groups()
    assert (span.name, span.kind) == ("chat acme-chat-8b", trace.SpanKind.CLIENT)
    assert span.status.is_unset
    assert span.instrumentation_scope.name == "runinfra_ext"
    assert span.instrumentation_scope.version == sdk.__version__
    assert span.instrumentation_scope.schema_url == "https://opentelemetry.io/schemas/1.41.1"
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "runinfra",
        "gen_ai.request.model": "acme-chat-8b",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ("ten",),
        "server.address": host,
        "server.port": int(port),
        "gen_ai.response.id": result.id,
        "gen_ai.response.model": "acme-chat-8b",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": result.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": result.usage.completion_tokens,
        "http.response.status_code": 200,
        "runinfra.outcome": "ok",
        "runinfra.attempts": 1,
        "runinfra.replayed": False,
        "runinfra.request_id": result.request_id,
        "runinfra.client_request_id": result.meta.client_request_id,
    }
    assert span.events == ()


def test_a_retried_call(both, recorded):
    """All attempts are one span; each that failed is an event of it."""
    result = run(both, recorded, lambda c: ask(c, **fault("503*2")))
    span = recorded.span
    assert span.attributes["runinfra.attempts"] == 3
    assert span.status.is_unset
    assert [event.name for event in span.events] == ["runinfra.attempt_failed"] * 2
    first = result.meta.failures[0]
    assert dict(span.events[0].attributes) == {
        "runinfra.attempt": 1,
        "runinfra.phase": "refused",
        "error.type": "ServiceUnavailableError",
        "runinfra.elapsed": first.elapsed,
        "http.response.status_code": 503,
        "runinfra.request_id": first.request_id,
    }
    [point] = recorded.metrics()["runinfra.client.retries"]
    assert point.value == 2


def test_a_replayed_call(both, recorded):
    """An answer from the gateway's store says so."""

    async def call(client):
        for _ in range(2):
            await ask(client, idempotency_key="once")

    run(both, recorded, call)
    assert [span.attributes["runinfra.replayed"] for span in recorded.spans] == [False, True]


def test_an_error(both, recorded):
    """An error has its class, and nothing that the gateway wrote."""

    async def call(client):
        with pytest.raises(sdk.BadRequestError) as caught:
            await ask(client, **fault("400"))
        return caught.value

    error = run(both, recorded, call)
    span = recorded.span
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description is None
    assert span.attributes["error.type"] == "BadRequestError"
    assert span.attributes["http.response.status_code"] == 400
    assert span.attributes["runinfra.outcome"] == "error"
    assert span.attributes["runinfra.request_id"] == error.request_id
    assert error.message not in span.to_json()
    [point] = recorded.metrics()["gen_ai.client.operation.duration"]
    assert point.attributes["error.type"] == "BadRequestError"


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_a_stream(both, recorded, operation):
    """A stream's span ends with it, and has its tokens and the time until its first event."""

    async def call(client):
        if operation == "chat":
            stream = await ask(client, stream=True, stream_options={"include_usage": True})
        else:
            stream = await client.responses.create(
                model="acme-chat-8b", input="Count to five.", stream=True
            )
        async with stream:
            await anext(stream)
            assert recorded.spans == ()
            return await stream.final(), stream.event_count

    result, count = run(both, recorded, call)
    attributes = recorded.span.attributes
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.response.id"] == result.id
    reasons = attributes["gen_ai.response.finish_reasons"]
    assert reasons == (("stop",) if operation == "chat" else ("completed",))
    usage = result.usage
    assert attributes["gen_ai.usage.output_tokens"] == (
        usage.completion_tokens if operation == "chat" else usage.output_tokens
    )
    assert attributes["runinfra.event_count"] == count
    metrics = recorded.metrics()
    [first] = metrics["gen_ai.client.operation.time_to_first_chunk"]
    assert first.sum == attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert [p.attributes["gen_ai.token.type"] for p in metrics["gen_ai.client.token.usage"]] == [
        "input",
        "output",
    ]


async def break_early(stream):
    async with stream:
        async for _ in stream:
            break


async def close(stream):
    await stream.close()


async def drop(stream):
    await anext(stream)


@pytest.mark.parametrize(
    ("end", "outcome"), [(break_early, "closed"), (close, "closed"), (drop, "dropped")]
)
def test_a_stream_that_is_let_go_of(both, recorded, end, outcome):
    """A span ends exactly once however a stream is left, and that is no error."""

    async def call(client):
        await end(await ask(client, stream=True))
        gc.collect()

    run(both, recorded, call)
    span = recorded.span
    assert span.attributes["runinfra.outcome"] == outcome
    assert span.status.is_unset
    assert "error.type" not in span.attributes


@pytest.mark.parametrize("kind", ["events", "bytes"])
def test_a_broken_stream(both, recorded, kind):
    """A stream that breaks is an error, with what was known until then."""

    async def call(client):
        if kind == "events":
            stream = await ask(client, stream=True, **fault("cut-stream:3"))
        else:
            stream = await client.audio.speech.stream(
                model="acme-tts", input="Hello.", voice="nova", **fault("cut-body")
            )
        with pytest.raises(sdk.RunInfraError) as caught:
            async for _ in stream:
                pass
        return type(caught.value).__name__

    error = run(both, recorded, call)
    span = recorded.span
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.attributes["error.type"] == error
    assert span.attributes["runinfra.outcome"] == "error"
    assert "gen_ai.response.time_to_first_chunk" in span.attributes


@pytest.mark.parametrize("streaming", [False, True])
def test_a_cancelled_call(only_async, recorded, streaming):
    """A cancelled task's span ends, once, with the cancellation."""

    async def call(client):
        async def work():
            name = "stall:1" if streaming else "never-answer"
            answer = await ask(client, stream=streaming, **fault(name))
            await answer.final()

        task = asyncio.create_task(work())
        while not only_async.gateway.journal and streaming:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(only_async, recorded, call)
    attributes = recorded.span.attributes
    assert (attributes["runinfra.outcome"], attributes["error.type"]) == (
        "cancelled",
        "CancelledError",
    )


def test_the_trace_goes_on(both, recorded):
    """The span is a child of the one around it, and travels as ``traceparent``."""

    async def call(client):
        tracer = recorded.tracers.get_tracer("app")
        with tracer.start_as_current_span("request"):
            await ask(client, extra_headers={"Traceparent": "stale"})

    run(both, recorded, call)
    span, parent = recorded.spans
    assert (span.name, parent.name) == ("chat acme-chat-8b", "request")
    assert span.parent.span_id == parent.context.span_id
    sent = both.gateway.journal[-1].headers
    context = span.context
    ids = f"00-{context.trace_id:032x}-{context.span_id:016x}-"
    assert sent["traceparent"] == f"{ids}{context.trace_flags:02x}"
    assert "baggage" not in sent


class Shouting:
    """A propagator that writes what may not be sent."""

    fields = {"authorization", "x-trace"}

    def inject(self, carrier, context=None, setter=None):
        carrier["Authorization"] = "mine"
        carrier["X-Trace"] = "a\nb"
        carrier["X-Fine"] = "fine"

    def extract(self, carrier, context=None, getter=None):
        return context


def test_another_propagator(both, recorded):
    """Its headers are sent, but for those that may not be; no call fails because of it."""
    run(both, recorded, ask, propagator=Shouting())
    sent = both.gateway.journal[-1].headers
    assert sent["x-fine"] == "fine"
    assert "x-trace" not in sent
    assert "traceparent" not in sent


def test_metrics(both, recorded):
    """Duration and tokens, with the conventions' attributes, units and bounds."""
    result = run(both, recorded, ask)
    metrics = recorded.metrics()
    [duration] = metrics["gen_ai.client.operation.duration"]
    assert duration.count == 1
    assert duration.explicit_bounds[:2] == (0.01, 0.02)
    assert duration.explicit_bounds[-1] == 81.92
    assert duration.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "runinfra",
        "gen_ai.request.model": "acme-chat-8b",
        "gen_ai.response.model": "acme-chat-8b",
    }
    tokens = {p.attributes["gen_ai.token.type"]: p for p in metrics["gen_ai.client.token.usage"]}
    assert tokens["input"].sum == result.usage.prompt_tokens
    assert tokens["output"].sum == result.usage.completion_tokens
    assert tokens["input"].explicit_bounds[-1] == 67108864
    assert set(metrics) == {"gen_ai.client.operation.duration", "gen_ai.client.token.usage"}


MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Who is Eve? My key is sk-ri-0123456789abcdef."},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "Eve listens."},
]


def test_no_content_unless_it_is_asked_for(both, recorded):
    """Nothing of question or answer is on a span, or in a metric."""
    result = run(
        both,
        recorded,
        lambda c: c.chat.completions.create(model="acme-chat-8b", messages=MESSAGES),
    )
    text = recorded.span.to_json()
    assert "Eve" not in text
    assert result.choices[0].message.content not in text


@pytest.mark.parametrize("stream", [False, True])
def test_content(both, recorded, stream):
    """Asked for, it is written by the conventions' schema, redacted, without files."""

    async def call(client):
        answer = await client.chat.completions.create(
            model="acme-chat-8b", messages=MESSAGES, stream=stream
        )
        return await answer.final() if stream else answer

    result = run(
        both,
        recorded,
        call,
        capture_content=True,
        redact=lambda text: text.replace("Eve", "[name]"),
    )
    attributes = recorded.span.attributes
    assert json.loads(attributes["gen_ai.input.messages"]) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "Who is [name]? My key is [redacted]."},
                {"type": "image_url"},
            ],
        },
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "find", "arguments": "{}"}],
        },
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "c1", "result": "[name] listens."}],
        },
    ]
    said = result.choices[0].message.content.replace("Eve", "[name]")
    assert json.loads(attributes["gen_ai.output.messages"]) == [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": said}],
            "finish_reason": "stop",
        }
    ]


def test_content_of_responses(both, recorded):
    """The other operation's forms: a text, instructions, items."""

    async def call(client):
        first = await client.responses.create(
            model="acme-chat-8b", instructions="Be brief.", input="Hello " * 4000
        )
        items = [
            {"role": "user", "content": [{"type": "input_text", "text": "Hi."}]},
            {"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "None."},
        ]
        await client.responses.create(model="acme-chat-8b", input=items)
        return first

    result = run(both, recorded, call, capture_content=True)
    one, two = recorded.spans
    [asked] = json.loads(one.attributes["gen_ai.input.messages"])
    assert len(asked["parts"][0]["content"]) <= 8000
    assert json.loads(one.attributes["gen_ai.system_instructions"]) == [
        {"type": "text", "content": "Be brief."}
    ]
    [answer] = json.loads(one.attributes["gen_ai.output.messages"])
    [said] = answer["parts"]
    assert said["content"] == result.output_text[:8000]
    assert [
        part for m in json.loads(two.attributes["gen_ai.input.messages"]) for part in m["parts"]
    ] == [
        {"type": "text", "content": "Hi."},
        {"type": "tool_call", "id": "c1", "name": "find", "arguments": "{}"},
        {"type": "tool_call_response", "id": "c1", "result": "None."},
    ]


def test_every_operation(both, recorded):
    """Each operation has a span under the conventions' name of what it does."""
    image = {"model": "acme-flux", "prompt": "A fox.", "n": 2}

    async def call(client):
        await client.embeddings.create(model="acme-embed-m", input="Hi.", encoding_format="base64")
        await client.rerank.create(model="acme-rerank", query="a", documents=["b", "c"])
        await client.images.generate(**image)
        await client.audio.speech.create(model="acme-tts", input="Hi.", voice="nova")
        await client.models.list()

    run(both, recorded, call)
    spans = recorded.spans
    assert [span.attributes["gen_ai.operation.name"] for span in spans] == [
        "embeddings",
        "rerank",
        "generate_content",
        "generate_content",
        "listModels",
    ]
    assert spans[0].attributes["gen_ai.request.encoding_formats"] == ("base64",)
    assert spans[2].attributes["gen_ai.output.type"] == "image"
    assert spans[2].attributes["gen_ai.request.choice.count"] == 2
    assert spans[3].attributes["gen_ai.output.type"] == "speech"
    assert spans[4].name == "listModels"


def test_for_the_process(both, recorded):
    """Enabled once, it holds for all clients but those that were told otherwise."""
    own = Recorded()

    async def scenario():
        async with both.client() as client, both.client(telemetry=False) as silent:
            await ask(client)
            telemetry.enable(recorded.telemetry())
            await ask(client)
            await ask(silent)
            async with both.client(telemetry=own.telemetry()) as other:
                await ask(other)
            telemetry.disable()
            await ask(client)

    try:
        both.run(scenario)
    finally:
        telemetry.disable()
    assert (len(recorded.spans), len(own.spans)) == (1, 1)


def test_without_the_sdk(both):
    """Without an OpenTelemetry SDK nothing is recorded, no header sent, and no call fails."""
    made = telemetry.Telemetry()

    async def scenario():
        async with both.client(telemetry=made) as client:
            return await ask(client)

    assert both.run(scenario).choices
    assert "traceparent" not in both.gateway.journal[-1].headers


def test_it_travels_to_workers(recorded):
    """A client from the environment takes it along, but no providers."""
    made = telemetry.Telemetry(capture_content=True)
    assert repr(pickle.loads(pickle.dumps(made))) == "Telemetry(capture_content=True)"
    with pytest.raises(TypeError, match="providers of its own"):
        pickle.dumps(recorded.telemetry())


def test_the_extra_is_named(tmp_path):
    """Without OpenTelemetry the error says what to install, and nothing else asks for it."""
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'opentelemetry' else find(name, *a)\n"
        "from runinfra_ext import RunInfra, telemetry\n"
        "RunInfra(api_key='k').close()\n"
        "try: telemetry.enable()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == (
        "ConfigurationError telemetry needs OpenTelemetry's API: pip install 'runinfra-ext[otel]'\n"
    )


class Collector(ThreadingHTTPServer):
    """Receives OTLP over HTTP."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receive)
        self.spans = []
        self.metrics = []


class Receive(BaseHTTPRequestHandler):
    """One export."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    self.server.spans.extend(scope.spans)
        else:
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for scope in resource.scope_metrics:
                    self.server.metrics.extend(scope.metrics)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        """Quiet."""


def test_over_otlp(gateway):
    """What reaches a collector are the spans and metrics of a retried call."""
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{collector.server_port}"
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"), 1e9)
    meters = MeterProvider([reader])
    made = telemetry.Telemetry(tracer_provider=tracers, meter_provider=meters)
    try:
        with sdk.RunInfra(
            api_key=gateway.api_key, base_url=gateway.base_url, telemetry=made
        ) as client:
            client.models.list(**fault("503*1"))
    finally:
        tracers.shutdown()
        meters.shutdown()
        collector.shutdown()
        thread.join()
        collector.server_close()
    [span] = collector.spans
    assert (span.name, [event.name for event in span.events]) == (
        "listModels",
        ["runinfra.attempt_failed"],
    )
    assert {metric.name for metric in collector.metrics} == {
        "gen_ai.client.operation.duration",
        "runinfra.client.retries",
    }


def test_names_are_the_conventions():
    """The names without our prefix are those of the release of the conventions that is named."""
    from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as known
    from opentelemetry.semconv._incubating.metrics import gen_ai_metrics as metrics
    from opentelemetry.semconv.schemas import Schemas

    assert names.SCHEMA_URL in {schema.value for schema in Schemas}
    theirs = {
        value
        for module in (known, metrics)
        for name, value in vars(module).items()
        if name.startswith(("GEN_AI", "METRIC_GEN_AI")) and isinstance(value, str)
    }
    ours = {
        value
        for value in [*vars(names).values(), *(name for name, _ in names.PARAMETERS.values())]
        if isinstance(value, str) and value.startswith("gen_ai.")
    }
    assert ours
    assert ours <= theirs
