"""Spans of work that makes calls: a run of tools, each tool, a job of rows; once each."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import logging

import pytest
from opentelemetry import trace

import runinfra_ext as sdk
from runinfra_ext.telemetry import names
from tests.bulk.jobs import CHAT, begun, chat, rows_of
from tests.observability.conftest import run

CHATTED = f"chat {CHAT}"
JOB = "runinfra.bulk chat.completions.create"
QUESTION = [{"role": "user", "content": "What is the weather in Paris?"}]
SECRET = "sk-ri-0123456789abcdef"


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"Sunny in {city}; the key is {SECRET}."


async def ask(client, *tools, **options):
    """A run of tools."""
    return await client.chat.completions.run_tools(
        list(tools), model=CHAT, messages=QUESTION, **options
    )


@pytest.mark.parametrize("stream", [False, True])
def test_a_run_of_tools(both, recorded, stream):
    """One span for all of it, the calls and tools its children, the tool's own below the tool's."""
    tracer = recorded.tracers.get_tracer("app")

    def weather(city: str) -> str:
        with tracer.start_as_current_span("lookup"):
            return f"Sunny in {city}."

    async def call(client):
        with tracer.start_as_current_span("request"):
            more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
            done = await ask(client, weather, **more)
            if stream:
                async for _ in done:
                    # Between its steps the application's own span is the current one.
                    assert trace.get_current_span().name == "request"
                done = await done.final()
        return done

    done = run(both, recorded, call)
    assert recorded.tree() == [
        (CHATTED, "invoke_agent", "ok"),
        (CHATTED, "invoke_agent", "ok"),
        ("execute_tool weather", "invoke_agent", "ok"),
        ("invoke_agent", "request", "ok"),
        ("lookup", "execute_tool weather", None),
        ("request", None, None),
    ]
    whole = recorded.named("invoke_agent")
    assert (whole.kind, whole.status.is_unset) == (trace.SpanKind.INTERNAL, True)
    assert dict(whole.attributes) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "runinfra",
        "gen_ai.request.model": CHAT,
        "gen_ai.usage.input_tokens": done.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": done.usage.completion_tokens,
        "runinfra.steps": 2,
        "runinfra.outcome": "ok",
    }
    tool = recorded.named("execute_tool weather")
    assert tool.kind is trace.SpanKind.INTERNAL
    assert dict(tool.attributes) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "weather",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.description": "",
        "gen_ai.tool.call.id": done.messages[2]["tool_call_id"],
        "runinfra.outcome": "ok",
    }


def test_content_of_tools(both, recorded):
    """Arguments and results only where they were asked for, redacted."""
    both.gateway.answer(
        tool_calls=[{"name": "get_weather", "arguments": json.dumps({"city": "Eve"})}]
    )
    run(
        both,
        recorded,
        lambda client: ask(client, get_weather),
        capture_content=True,
        redact=lambda text: text.replace("Eve", "[name]"),
    )
    attributes = recorded.named("execute_tool get_weather").attributes
    assert json.loads(attributes["gen_ai.tool.call.arguments"]) == {"city": "[name]"}
    assert attributes["gen_ai.tool.call.result"] == "Sunny in [name]; the key is [redacted]."
    for span in recorded.spans:
        assert SECRET not in span.to_json()


def test_a_tool_that_fails(both, recorded):
    """Its span and the run's are errors of its class, with nothing of what it said."""

    def get_weather(city: str) -> str:
        raise LookupError(f"no {city}")

    async def call(client):
        with pytest.raises(LookupError):
            await ask(client, get_weather)

    run(both, recorded, call)
    assert recorded.tree() == [
        (CHATTED, "invoke_agent", "ok"),
        ("execute_tool get_weather", "invoke_agent", "error"),
        ("invoke_agent", None, "error"),
    ]
    for name in ("execute_tool get_weather", "invoke_agent"):
        span = recorded.named(name)
        assert span.attributes["error.type"] == "LookupError"
        assert span.status.status_code is trace.StatusCode.ERROR
        assert (span.status.description, span.events) == (None, ())


def test_a_result_without_a_json_form(both, recorded):
    """The tool has failed then, as the run has."""
    both.gateway.answer(tool_calls=[{"name": "endless", "arguments": {"city": "Paris"}}])
    run(both, recorded, lambda c: refused(ask(c, endless), sdk.ToolLoopError))
    assert recorded.tree()[1:] == [
        ("execute_tool endless", "invoke_agent", "error"),
        ("invoke_agent", None, "error"),
    ]


def endless(city: str) -> object:
    """What no JSON can hold."""
    ring = []
    ring.append(ring)
    return ring


async def refused(awaitable, error):
    """It raises this."""
    with pytest.raises(error):
        await awaitable


@pytest.mark.parametrize(
    "call", [{"name": "no\u202etool"}, {"name": "get_weather", "arguments": '{"town": 1}'}]
)
def test_a_call_that_can_not_be_executed(both, recorded, call):
    """A tool that there isn't, or arguments that don't fit: an error of a tool, not of the run."""
    both.gateway.answer(tool_calls=[{"arguments": "{}", **call}])
    both.gateway.answer(text="Sorry.")
    run(both, recorded, lambda client: ask(client, get_weather), capture_content=True)
    assert recorded.tree() == [
        (CHATTED, "invoke_agent", "ok"),
        (CHATTED, "invoke_agent", "ok"),
        ("execute_tool", "invoke_agent", "ok"),
        ("invoke_agent", None, "ok"),
    ]
    span = recorded.named("execute_tool")
    assert span.attributes["error.type"] == "runinfra.refused_tool_call"
    assert span.attributes["gen_ai.tool.name"] == call["name"].replace("\u202e", "\\u202e")
    assert names.TOOL_ARGUMENTS not in span.attributes
    assert span.status.status_code is trace.StatusCode.ERROR


async def leave(done):
    async with done:
        async for _ in done:
            break


async def close(done):
    await anext(done)
    await done.close()


async def drop(done):
    await anext(done)


@pytest.mark.parametrize(
    ("end", "outcome"), [(leave, "closed"), (close, "closed"), (drop, "dropped")]
)
def test_a_run_that_is_left(both, recorded, end, outcome):
    """Its span ends once, however it is left; and so does that of its stream."""

    async def call(client):
        await end(await ask(client, get_weather, stream=True))
        gc.collect()

    both.gateway.answer(text="One two three.")
    run(both, recorded, call)
    assert [(name, parent) for name, parent, _ in recorded.tree()] == [
        (CHATTED, "invoke_agent"),
        ("invoke_agent", None),
    ]
    whole = recorded.named("invoke_agent")
    assert whole.attributes["runinfra.outcome"] == outcome
    assert whole.status.is_unset


def test_a_run_that_was_never_begun(both, recorded):
    """Nothing has happened, and there is no span of it."""
    run(both, recorded, lambda client: ask(client, get_weather, stream=True))
    assert recorded.spans == ()


@pytest.mark.parametrize("way", ["cancel", "throw away"])
def test_a_run_that_is_cancelled(only_async, recorded, way, caplog):
    """In the middle of a tool: the spans of tool and run end, and no context is left behind."""
    waiting = asyncio.Event()

    async def slow(city: str) -> str:
        waiting.set()
        await asyncio.sleep(60)

    async def call(client):
        waiting.clear()
        task = asyncio.create_task(ask(client, slow))
        await waiting.wait()
        if way == "cancel":
            task.cancel()
            await refused(task, asyncio.CancelledError)
        else:
            # Ended from another context than it began in.
            task.get_coro().close()
            task.cancel()
            await refused(task, (RuntimeError, asyncio.CancelledError))
        assert not trace.get_current_span().is_recording()

    only_async.gateway.answer(tool_calls=[{"name": "slow", "arguments": {"city": "Paris"}}])
    with caplog.at_level(logging.ERROR):
        run(only_async, recorded, call)
    assert caplog.messages == []
    assert recorded.tree() == [
        (CHATTED, "invoke_agent", "ok"),
        ("execute_tool slow", "invoke_agent", "cancelled"),
        ("invoke_agent", None, "cancelled"),
    ]


def test_a_job(both, recorded):
    """One span for the job, below that of whoever iterates; the rows' calls are its children."""
    tracer = recorded.tracers.get_tracer("app")

    async def call(client):
        job = await begun(client.bulk.map(range(8), chat, job="nightly"))
        with tracer.start_as_current_span("request"):
            assert len(await rows_of(job)) == 8
        return job.account

    account = run(both, recorded, call)
    assert recorded.tree() == [
        *[(CHATTED, JOB, "ok")] * 8,
        ("request", None, None),
        (JOB, "request", "ok"),
    ]
    span = recorded.named(JOB)
    assert (span.kind, span.status.is_unset) == (trace.SpanKind.INTERNAL, True)
    assert dict(span.attributes) == {
        "runinfra.bulk.operation": "chat.completions.create",
        "runinfra.bulk.job": "nightly",
        "runinfra.bulk.rows.done": 8,
        "runinfra.bulk.rows.failed": 0,
        "runinfra.bulk.rows.bad": 0,
        "runinfra.bulk.rows.resumed": 0,
        "runinfra.bulk.rows.replayed": 0,
        "runinfra.attempts": 8,
        "gen_ai.usage.input_tokens": account.input_tokens,
        "gen_ai.usage.output_tokens": account.output_tokens,
        "runinfra.outcome": "ok",
    }
    sent = {entry.headers["traceparent"].split("-")[1] for entry in both.gateway.journal}
    assert sent == {f"{span.context.trace_id:032x}"}


def test_rows_of_a_journal_are_no_calls(both, recorded, tmp_path):
    """What an earlier run has finished is in the account, and has no span."""

    async def call(client):
        for count in (2, 3):
            job = client.bulk.map(range(count), chat, key=str, journal=tmp_path / "j.db")
            await rows_of(job)

    run(both, recorded, call)
    assert [name for name, *_ in recorded.tree()] == [CHATTED] * 3 + [JOB] * 2
    last = recorded.spans[-1].attributes
    assert (last["runinfra.bulk.rows.done"], last["runinfra.bulk.rows.resumed"]) == (3, 2)


def test_a_job_that_fails(both, recorded):
    """What concerns all rows is the job's error; the row that met it has its own."""

    async def call(client):
        rows = client.bulk.map(range(1), lambda _: {**chat(1), "model": "acme-paused"})
        await refused(rows_of(rows), sdk.ModelPausedError)

    run(both, recorded, call)
    assert recorded.tree() == [("chat acme-paused", JOB, "error"), (JOB, None, "error")]
    assert recorded.named(JOB).attributes["error.type"] == "ModelPausedError"
    assert recorded.named(JOB).status.status_code is trace.StatusCode.ERROR


def test_a_row_of_the_application_that_fails(both, recorded):
    """The exception that its own iterable raises ends the job, and its span."""

    def rows():
        yield 1
        raise LookupError

    run(both, recorded, lambda c: refused(rows_of(c.bulk.map(rows(), chat)), LookupError))
    assert (JOB, None, "error") in recorded.tree()
    assert recorded.named(JOB).attributes["error.type"] == "LookupError"
    assert len(recorded.spans) == len(both.gateway.journal) + 1  # a row on its way is finished


async def first_of(job):
    async with job:
        await anext(job)


async def stop(job):
    await anext(job)
    await begun(job.stop())
    async for _ in job:
        pass


async def forget(job):
    await anext(job)


@pytest.mark.parametrize(
    ("end", "outcome"), [(first_of, "closed"), (stop, "closed"), (forget, "dropped")]
)
def test_a_job_that_is_left(both, recorded, end, outcome):
    """Its span ends once, however it is left, and every row's call has one of its own."""

    async def call(client):
        await end(await begun(client.bulk.map(range(4), chat, max_concurrency=1)))
        gc.collect()
        for _ in range(200):
            if recorded.spans and recorded.spans[-1].name == JOB:
                break
            await asyncio.sleep(0.01)

    run(both, recorded, call)
    assert recorded.named(JOB).attributes["runinfra.outcome"] == outcome
    assert recorded.named(JOB).status.is_unset
    chats = [span for span in recorded.spans if span.name == CHATTED]
    assert len(chats) == len(both.gateway.journal)
    assert {span.parent.span_id for span in chats} == {recorded.named(JOB).context.span_id}


def test_a_job_that_is_cancelled(only_async, recorded):
    """The task's cancellation is the job's; a row on its way is finished first."""

    async def call(client):
        hooks = sdk.Hooks(before_attempt=lambda _start: task.cancel())
        job = client.with_options(hooks=hooks).bulk.map(range(2), chat, max_concurrency=1)
        task = asyncio.create_task(rows_of(job))
        await refused(task, asyncio.CancelledError)

    run(only_async, recorded, call)
    assert recorded.tree() == [(CHATTED, JOB, "ok"), (JOB, None, "cancelled")]
    assert recorded.named(JOB).attributes["error.type"] == "CancelledError"


def test_context_variables_reach_the_workers(both):
    """Those of whoever iterates are what the application's own functions see there."""
    variable = contextvars.ContextVar("tenant", default="nobody")
    seen = []
    hooks = sdk.Hooks(before_attempt=lambda _start: seen.append(variable.get()))

    async def scenario():
        async with both.client(hooks=hooks) as client:
            job = await begun(client.bulk.map(range(6), chat, max_concurrency=3))
            token = variable.set("acme")
            await rows_of(job)
            variable.reset(token)

    both.run(scenario)
    assert seen == ["acme"] * 6
