"""Telemetry of the application's that fails, that samples out, or that is told what can't be."""

from __future__ import annotations

import json
import logging

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Sampler

import runinfra_ext as sdk
from runinfra_client.api.chat import create_chat_completion
from runinfra_ext._call.options import make_settings
from runinfra_ext._call.requests import described
from runinfra_ext._call.watch import watch_of
from tests.bulk.jobs import CHAT, begun, chat, rows_of
from tests.observability.conftest import Recorded, run

FIVE = [{"role": "user", "content": "Count to five."}]


async def ask(client, **options):
    """A chat call."""
    return await client.chat.completions.create(model=CHAT, messages=FIVE, **options)


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"Sunny in {city}."


async def everything(client):
    """A call, a stream, a run of tools and a job: all of them come to their ends."""
    assert (await ask(client)).choices
    assert (await (await ask(client, stream=True)).final()).choices
    completions = client.chat.completions
    question = [{"role": "user", "content": "What is the weather in Paris?"}]
    assert (await completions.run_tools([get_weather], model=CHAT, messages=question)).steps == 2
    assert len(await rows_of(await begun(client.bulk.map(range(2), chat)))) == 2


class Broken(SpanProcessor):
    """Raises in one of its methods."""

    def __init__(self, method):
        setattr(self, method, self.fail)

    def fail(self, *_arguments, **_options):
        raise RuntimeError("broken")


class BrokenSampler(Sampler):
    """Raises."""

    def should_sample(self, *_arguments, **_options):
        raise RuntimeError("broken")

    def get_description(self):
        return "broken"


@pytest.mark.parametrize("broken", ["on_start", "on_end", "sampler", "propagator", "redact"])
def test_no_call_fails_because_of_its_telemetry(both, broken, caplog):
    """What the application's own parts raise is logged; metrics are recorded all the same."""
    options = {}
    recorded = Recorded(**({"sampler": BrokenSampler()} if broken == "sampler" else {}))
    if broken.startswith("on_"):
        recorded.tracers.add_span_processor(Broken(broken))
    elif broken == "propagator":
        options["propagator"] = object()
    elif broken == "redact":
        options = {"capture_content": True, "redact": lambda text: text.undefined}
    with caplog.at_level(logging.ERROR, "runinfra_ext.telemetry"):
        run(both, recorded, everything, **options)
    assert {record.name for record in caplog.records} == {"runinfra_ext.telemetry"}
    if broken in {"on_end", "propagator", "redact"}:
        assert len(recorded.spans) == 9
        assert "gen_ai.client.operation.duration" in recorded.metrics()
        assert "Count to five" not in "".join(span.to_json() for span in recorded.spans)
    recorded.close()


def test_sampled_out(both):
    """No span and no content is made; the metrics are there, and the header says so."""
    recorded = Recorded(sampler=ALWAYS_OFF)
    run(both, recorded, everything, capture_content=True, redact=lambda text: text.undefined)
    assert recorded.spans == ()
    points = recorded.metrics()["gen_ai.client.operation.duration"]
    assert sum(point.count for point in points) == 6
    flags = {int(e.headers["traceparent"][-2:], 16) for e in both.gateway.journal}
    assert {flag & 1 for flag in flags} == {0}
    recorded.close()


@pytest.mark.parametrize("at", ["before_attempt", "after_attempt", "middleware"])
def test_an_exception_in_a_hook_loses_no_span(both, recorded, at):
    """It ends the call, and its span."""

    def fail(_event):
        raise LookupError("no")

    async def call(client):
        given = [fail] if at == "middleware" else sdk.Hooks(**{at: fail})
        client = client.with_options(**{"middleware" if at == "middleware" else "hooks": given})
        with pytest.raises(LookupError):
            await ask(client)

    run(both, recorded, call)
    assert recorded.span.attributes["error.type"] == "LookupError"
    assert recorded.span.attributes["runinfra.outcome"] == "cancelled"


def test_what_can_not_be_exported(recorded):
    """Half characters and endless numbers would lose all that is exported together with them."""
    given = {"telemetry": recorded.telemetry(capture_content=True)}
    settings = make_settings(api_key="k", base_url=None, pipeline_id=None, options=given)
    arguments = {"model": CHAT, "messages": [{"role": "user", "content": "Hello"}]}
    call = described(create_chat_completion, arguments, settings, function="create")
    # No call is sent with such arguments: they are refused before that.
    messages = [{"role": "user", "content": "\ud800"}]
    more = {"messages": messages, "seed": 10**30, "stop": "\ud800"}
    call = call._replace(arguments={**arguments, **more})
    watch = watch_of(call, settings, "id", None)
    watch.over(
        result={
            "id": "a\ud800b",
            "model": ["m"],
            "choices": [{"finish_reason": {"not": "a reason"}}],
            "usage": {"prompt_tokens": 10**30, "completion_tokens": -1},
        }
    )
    assert encode_spans(recorded.spans).SerializeToString()
    attributes = dict(recorded.span.attributes)
    assert attributes["gen_ai.response.id"] == "a\\ud800b"
    assert attributes["gen_ai.request.stop_sequences"] == ("\\ud800",)
    assert attributes["gen_ai.response.finish_reasons"] == ("",)
    assert json.loads(attributes["gen_ai.input.messages"])[0]["parts"][0]["content"] == "\ud800"
    absent = {"gen_ai.request.seed", "gen_ai.response.model", "gen_ai.usage.input_tokens"}
    assert not absent & attributes.keys()
    assert set(recorded.metrics()) == {"gen_ai.client.operation.duration"}
