"""Middleware around each logical call, with both clients, over real sockets."""

from __future__ import annotations

import asyncio
import gc

import pytest

import runinfra_ext as sdk
from runinfra_ext.middleware import Argument
from tests.helpers import fault

FIVE = [{"role": "user", "content": "Count to five."}]


async def ask(client, **options):
    """A chat call."""
    return await client.chat.completions.create(model="acme-chat-8b", messages=FIVE, **options)


class Seen:
    """A middleware that keeps what it is told, plain or ``async``."""

    def __init__(self, kind="plain", headers=None):
        self.kind = kind
        self.headers = headers or {}
        self.starts = []
        self.ends = []

    @property
    def middleware(self):
        return self._awaited if self.kind == "async" else self._plain

    @property
    def outcomes(self):
        return [end.outcome for end in self.ends]

    def _plain(self, start):
        for name, value in self.headers.items():
            start.add_header(name, value)
        self.starts.append(start)
        return self.ends.append

    async def _awaited(self, start):
        after = self._plain(start)

        async def over(end):
            await asyncio.sleep(0)
            after(end)

        return over


@pytest.fixture
def seen(both):
    """What a middleware of the client sees; an ``async`` one with the async client."""
    return Seen("async" if both.kind == "async" else "plain")


def run(both, seen, call):
    """Run a scenario with a client that has the middleware."""

    async def scenario():
        async with both.client(middleware=[seen.middleware]) as client:
            result = await call(client)
            await asyncio.sleep(0)
            return result

    result = both.run(scenario)
    gc.collect()
    return result


def test_a_call(both, seen):
    """The call is seen before and after, once, whatever its attempts."""
    result = run(both, seen, lambda c: ask(c, temperature=0.5, **fault("503*1")))
    [start], [end] = seen.starts, seen.ends
    assert (start.operation, start.model) == ("createChatCompletion", "acme-chat-8b")
    assert not start.streaming
    assert start.arguments == {
        "model": Argument("str", 12),
        "messages": Argument("list", 1),
        "temperature": Argument("float", None),
    }
    assert start.client_request_id == end.client_request_id == result.meta.client_request_id
    assert start.idempotency_key == result.meta.idempotency_key
    assert (end.operation, end.model, end.outcome) == (start.operation, start.model, "ok")
    assert end.result is result
    assert end.meta is result.meta
    assert (end.status, end.request_id, end.attempts) == (200, result.request_id, 2)
    assert [failure.status for failure in end.failures] == [503]
    assert (end.input_tokens, end.output_tokens) == (
        result.usage.prompt_tokens,
        result.usage.completion_tokens,
    )
    assert end.elapsed > 0
    assert (end.first_chunk, end.event_count, end.error) == (None, 0, None)


def test_an_error(both, seen):
    """What the call raises is what the middleware is told."""

    async def call(client):
        with pytest.raises(sdk.BadRequestError) as caught:
            await ask(client, **fault("400"))
        return caught.value

    error = run(both, seen, call)
    [end] = seen.ends
    assert (end.outcome, end.error, end.status, end.attempts) == ("error", error, 400, 1)
    assert (end.request_id, end.result) == (error.request_id, None)


def test_an_unusable_answer(both, seen):
    """A 2xx answer that can't be read is an error, of an attempt that failed."""

    async def call(client):
        with pytest.raises(sdk.UnexpectedContentError):
            await ask(client, **fault("html"))

    run(both, seen, call)
    [end] = seen.ends
    assert (end.outcome, end.status, end.attempts, len(end.failures)) == ("error", 200, 1, 1)


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_a_stream(both, seen, operation):
    """A stream's call is over at its end, with what it amounts to."""

    async def call(client):
        if operation == "chat":
            options = {"stream_options": {"include_usage": True}}
            stream = await ask(client, stream=True, **options)
        else:
            stream = await client.responses.create(
                model="acme-chat-8b", input="Count to five.", stream=True
            )
        async with stream:
            assert seen.ends == []
            async for _ in stream:
                pass
            assert seen.outcomes == ["ok"]
            return await stream.final(), stream.event_count

    result, count = run(both, seen, call)
    [start], [end] = seen.starts, seen.ends
    assert start.streaming
    assert end.event_count == count
    assert 0 < end.first_chunk <= end.elapsed
    assert end.result.to_dict() == result.to_dict()
    assert end.output_tokens > 0
    assert end.meta == result.meta


async def close_early(stream):
    await anext(stream)
    await stream.close()


async def leave_block(stream):
    async with stream:
        async for _ in stream:
            break


async def drop(stream):
    await anext(stream)


async def drop_at_once(_stream):
    pass


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (close_early, "closed"),
        (leave_block, "closed"),
        (drop, "dropped"),
        (drop_at_once, "dropped"),
    ],
)
def test_a_stream_that_is_not_read_to_its_end(both, seen, end, outcome):
    """However a stream is let go of, its end is told once."""

    async def call(client):
        await end(await ask(client, stream=True))
        gc.collect()
        for _ in range(5):
            await asyncio.sleep(0)

    run(both, seen, call)
    assert seen.outcomes == [outcome]


CHAT = {"model": "acme-chat-8b", "messages": FIVE, "stream": True}


def test_a_loop_that_is_left(only_async):
    """Leaving a loop closes the stream."""
    seen, options = Seen(), {"api_key": only_async.gateway.api_key}
    options["base_url"] = only_async.gateway.base_url
    with sdk.RunInfra(**options, middleware=[seen.middleware]) as client:
        for _ in client.chat.completions.create(**CHAT):
            break
    assert seen.outcomes == ["closed"]
    seen = Seen("async")

    async def call(client):
        async for _ in client.chat.completions.create(**CHAT):
            break

    run(only_async, seen, call)
    assert seen.outcomes == ["closed"]


def test_a_broken_stream(both, seen):
    """A stream that breaks is an error, with what had arrived."""

    async def call(client):
        stream = await ask(client, stream=True, **fault("truncate:3"))
        with pytest.raises(sdk.StreamTruncatedError) as caught:
            await stream.final()
        return caught.value

    error = run(both, seen, call)
    [end] = seen.ends
    assert (end.outcome, end.error, end.event_count) == ("error", error, 3)
    assert end.result.choices[0].message.content == "one two"


@pytest.mark.parametrize("how", ["whole", "broken", "closed", "dropped"])
def test_speech(both, seen, how):
    """A stream of bytes tells its end as one of events does."""
    arguments = {"model": "acme-tts", "input": "Hello.", "voice": "nova"}

    async def call(client):
        options = fault("cut-body") if how == "broken" else {}
        stream = await client.audio.speech.stream(**arguments, **options)
        if how == "closed":
            await anext(stream)
            await stream.close()
        elif how != "dropped":
            try:
                async for _ in stream:
                    pass
            except sdk.RunInfraError as error:
                return error
        return None

    error = run(both, seen, call)
    [end] = seen.ends
    assert end.outcome == {"whole": "ok", "broken": "error"}.get(how, how)
    assert end.error is error
    assert (end.first_chunk is None) == (how == "dropped")


RAW = {"model": "acme-chat-8b", "messages": FIVE, "stream": True}


@pytest.mark.parametrize(
    ("how", "outcome"), [("whole", "ok"), ("truncate:2", "error"), ("stall:2", "closed")]
)
def test_a_raw_stream(both, seen, how, outcome):
    """A raw call is seen as any other, and its events are counted behind the bytes."""

    async def call(client):
        options = {"headers": {"X-Sandbox-Fault": how}} if ":" in how else {}
        stream = await client.request("chat.completions.create", json=RAW, stream=True, **options)
        try:
            async for _ in stream:
                if outcome == "closed":
                    break
        except sdk.StreamTruncatedError as error:
            return error
        finally:
            await stream.close()

    error = run(both, seen, call)
    [start], [end] = seen.starts, seen.ends
    assert (start.model, start.streaming) == ("acme-chat-8b", True)
    assert start.arguments["messages"] == Argument("list", 1)
    assert (end.outcome, end.error) == (outcome, error)
    assert end.event_count > 0
    # Of the one that was closed perhaps no more than the beginning was read.
    assert end.result.choices[0].message.content is not None


@pytest.mark.parametrize("streaming", [False, True])
def test_a_cancelled_call(only_async, streaming):
    """A cancelled task's call is over, with the cancellation."""
    seen = Seen("async")

    async def call(client):
        async def work():
            name = "stall:1" if streaming else "never-answer"
            answer = await ask(client, **({"stream": True} if streaming else {}), **fault(name))
            await answer.final()

        task = asyncio.create_task(work())
        while not seen.starts or (streaming and not only_async.gateway.journal):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(only_async, seen, call)
    [end] = seen.ends
    assert end.outcome == "cancelled"
    assert isinstance(end.error, asyncio.CancelledError)


def test_an_interrupted_call(both, seen):
    """Ctrl-C goes through, and ends the call."""

    def interrupted(_fact):
        raise KeyboardInterrupt

    async def scenario():
        hooks = sdk.Hooks(before_attempt=interrupted)
        async with both.client(middleware=[seen.middleware], hooks=hooks) as client:
            with pytest.raises(KeyboardInterrupt):
                await ask(client)

    both.run(scenario)
    assert seen.outcomes == ["cancelled"]


def test_headers(both, seen):
    """A middleware may add headers, also in the place of the caller's own."""
    seen.headers = {"X-Team": "search", "X-Own": "theirs"}
    run(both, seen, lambda c: ask(c, extra_headers={"X-Own": "mine", "X-Other": "o"}))
    headers = both.gateway.journal[-1].headers
    assert (headers["x-team"], headers["x-own"], headers["x-other"]) == ("search", "theirs", "o")
    assert seen.starts[0].headers == {"x-team": "search", "x-own": "theirs"}


@pytest.mark.parametrize(
    ("name", "value"), [("Authorization", "x"), ("Idempotency-Key", "x"), ("X-A", "a\nb")]
)
def test_reserved_headers(both, seen, name, value):
    """What the client sets itself is refused, and nothing is sent."""
    seen.headers = {name: value}

    async def call(client):
        with pytest.raises(sdk.InvalidRequestError, match="add_header"):
            await ask(client)

    run(both, seen, call)
    assert both.gateway.journal == []


def test_order(both):
    """The first middleware is the outermost: told first, and last that it is over."""
    steps = []

    def named(name):
        def middleware(_start):
            steps.append(f"{name} before")
            return lambda _end: steps.append(f"{name} after")

        return middleware

    async def scenario():
        async with both.client(middleware=[named("a"), named("b"), lambda _start: None]) as client:
            await ask(client)

    both.run(scenario)
    assert steps == ["a before", "b before", "b after", "a after"]


def test_an_exception_before_the_call(both, seen):
    """It ends the call, nothing is sent, and those before it hear of it."""

    def refuse(_start):
        raise LookupError

    async def scenario():
        async with both.client(middleware=[seen.middleware, refuse]) as client:
            with pytest.raises(LookupError):
                await ask(client)

    both.run(scenario)
    assert both.gateway.journal == []
    assert seen.outcomes == ["cancelled"]


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_an_exception_after_the_call(both, caplog, kind):
    """It takes no result away, and is logged."""

    def plain(_start):
        def after(_end):
            raise LookupError

        async def awaited(_end):
            raise LookupError

        return awaited if (kind, both.kind) == ("async", "async") else after

    async def scenario():
        async with both.client(middleware=[plain]) as client:
            return await ask(client)

    assert both.run(scenario).choices
    [record] = caplog.records
    assert (record.name, record.levelname) == ("runinfra_ext.middleware", "ERROR")
    assert record.exc_info[0] is LookupError


def test_async_middleware_needs_the_async_client(gateway):
    """The blocking client refuses ``async`` functions: at once, or before anything is sent."""

    async def middleware(_start):
        pass

    async def after(_end):
        pass

    options = {"api_key": gateway.api_key, "base_url": gateway.base_url}
    with pytest.raises(sdk.ConfigurationError, match=r"middleware\[0\]: 'middleware' is async"):
        sdk.RunInfra(**options, middleware=[middleware])
    with (
        sdk.RunInfra(**options, middleware=[lambda _start: after]) as client,
        pytest.raises(sdk.ConfigurationError, match="'after' is async"),
    ):
        client.models.list()
    assert gateway.journal == []


@pytest.mark.parametrize("returned", [5, "after", True, []])
def test_what_is_no_function_after_the_call(both, seen, returned):
    """It is told before anything is sent; those around it are told, too."""

    async def scenario():
        async with both.client(middleware=[seen.middleware, lambda _start: returned]) as client:
            with pytest.raises(sdk.ConfigurationError, match="expected None or a function to be"):
                await ask(client)

    both.run(scenario)
    assert both.gateway.journal == []
    assert seen.outcomes == ["error"]


def test_a_call_that_is_thrown_away(only_async):
    """A coroutine that is closed in the middle tells its end, and does not wait."""
    seen = Seen("async")

    async def call(client):
        coroutine = ask(client, **fault("never-answer"))
        coroutine.send(None)
        assert len(seen.starts) == 1
        coroutine.close()
        for _ in range(5):
            await asyncio.sleep(0)

    run(only_async, seen, call)
    assert seen.outcomes == ["cancelled"]


def test_another_loop_has_no_turn(only_async):
    """A stream that is dropped when its loop is gone gives its ``async`` function up."""
    seen, kept = Seen("async"), []

    async def scenario():
        async with only_async.client(middleware=[seen.middleware]) as client:
            kept.append(await ask(client, stream=True))

    only_async.run(scenario)
    kept.clear()
    gc.collect()
    assert seen.ends == []


def test_with_options(both, seen):
    """A copy may have other middleware, or none."""

    async def call(client):
        for options in ({"middleware": None}, {"timeout": 5}):
            copy = client.with_options(**options)
            if both.kind == "async":
                await copy.models.list()
            else:
                copy.models.list()

    run(both, seen, call)
    assert [start.operation for start in seen.starts] == ["listModels"]
