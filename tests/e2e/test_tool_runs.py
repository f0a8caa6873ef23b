"""`run_tools` as one unit of work, against the sandbox, with both clients."""

from __future__ import annotations

import asyncio
import pickle
import time
from typing import Any

import pytest

import runinfra_ext as sdk
from runinfra_ext import Hooks
from runinfra_ext.tools import ToolCallEvent, ToolDoneEvent, ToolResultEvent, ToolTextEvent

QUESTION = [{"role": "user", "content": "What is the weather in Paris?"}]


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"Sunny in {city}."


async def ask(client: Any, *functions: Any, **options: Any) -> Any:
    """A run with these functions."""
    return await client.chat.completions.run_tools(
        list(functions) or [get_weather],
        model="acme-chat-8b",
        messages=QUESTION,
        **options,
    )


def keys(gateway: Any) -> list[str]:
    return [entry.headers.get("idempotency-key") for entry in gateway.journal]


@pytest.mark.parametrize("stream", [False, True])
def test_key_of_a_run(both: Any, stream: bool) -> None:
    """Each step has a key of its own; a repeat of the run pays nothing again."""

    async def scenario() -> list[Any]:
        runs = []
        async with both.client() as client:
            for _ in range(2):
                run = await ask(client, idempotency_key="job-1", stream=stream)
                runs.append(await run.final() if stream else run)
        return runs

    first, second = both.run(scenario)
    sent = keys(both.gateway)

    assert 2 == first.steps == second.steps
    assert sent[:2] == sent[2:]
    assert sent[0] != sent[1]
    assert all(key.startswith("job-1-") for key in sent)
    if not stream:
        assert 2 == len(both.gateway.charges)
        assert first.messages == second.messages
        assert second.completion.meta.replayed


def test_key_of_a_run_whose_tools_change_their_mind(both: Any) -> None:
    """Another result is another question: it is asked anew, and is no conflict."""
    results = iter(["Sunny.", "Rainy."])

    def weather(city: str) -> str:
        """Tell the weather of a city."""
        return next(results)

    async def scenario() -> None:
        async with both.client() as client:
            for _ in range(2):
                await ask(client, weather, idempotency_key="job-1")

    both.run(scenario)
    sent = keys(both.gateway)
    assert sent[0] == sent[2]
    assert sent[1] != sent[3]
    assert 3 == len(both.gateway.charges)


def test_longest_key_and_request_id(both: Any) -> None:
    """What a call takes, a run takes; the steps can be told apart."""

    async def scenario() -> None:
        async with both.client() as client:
            await ask(client, idempotency_key="k" * 255, client_request_id="r" * 512)
            await ask(client, client_request_id="mine")

    both.run(scenario)
    ids = [entry.headers["x-client-request-id"] for entry in both.gateway.journal]
    assert 4 == len(set(ids))
    assert ["mine-1", "mine-2"] == ids[2:]
    assert [None, None] != keys(both.gateway)[:2]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("idempotency_key", "ä"),
        ("client_request_id", 1),
        ("deadline", -1),
        ("max_steps", True),
        ("stream", "yes"),
        ("tools", []),
    ],
)
def test_wrong_options(both: Any, option: str, value: Any) -> None:
    """A wrong option is told before anything is sent."""

    async def scenario() -> None:
        async with both.client() as client:
            with pytest.raises(sdk.InvalidRequestError) as caught:
                await ask(client, **{option: value})
            assert option == caught.value.param

    both.run(scenario)
    assert [] == both.gateway.journal


@pytest.mark.parametrize("of_the_client", [False, True])
def test_deadline_of_a_run(both: Any, of_the_client: bool) -> None:
    """The deadline bounds the run, not each of its steps; what was done is on the error."""

    def slow(city: str) -> str:
        """Tell the weather of a city."""
        time.sleep(0.8)
        return "Sunny."

    async def scenario() -> Any:
        given = {"deadline": 0.75}
        async with both.client(**(given if of_the_client else {})) as client:
            with pytest.raises(sdk.DeadlineExceededError, match=r"deadline of 0\.75 s") as caught:
                await ask(client, slow, **({} if of_the_client else given))
            return caught.value

    error = both.run(scenario)
    assert 1 == len(both.gateway.journal) == error.steps
    assert "Sunny." == error.messages[-1]["content"]


def test_deadline_of_an_async_tool(gateway: Any) -> None:
    """An async tool is cancelled when the run has no time left; its own timeouts are its own."""
    cancelled = []

    async def endless(city: str) -> str:
        """Tell the weather of a city."""
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(city)
            raise
        return ""

    async def own(city: str) -> str:
        """Tell the weather of a city."""
        raise TimeoutError("mine")

    async def scenario() -> None:
        async with sdk.AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            with pytest.raises(sdk.DeadlineExceededError, match="'endless' took longer"):
                await ask(client, endless, deadline=1)
            with pytest.raises(TimeoutError, match="mine"):
                await ask(client, own, deadline=30)

    asyncio.run(scenario())
    assert ["Paris"] == cancelled


def test_forced_call(both: Any) -> None:
    """A choice that forces a call holds for the first step: else the model could never answer."""

    async def scenario() -> Any:
        async with both.client() as client:
            return await ask(client, tool_choice="required")

    assert 2 == both.run(scenario).steps
    assert ["required", None] == [entry.body.get("tool_choice") for entry in both.gateway.journal]


def test_refused_step(both: Any) -> None:
    """The error of a step carries what was done and paid before it, also in a pickle."""
    both.gateway.script("ok", "400")

    async def scenario() -> Any:
        async with both.client() as client:
            with pytest.raises(sdk.BadRequestError) as caught:
                await ask(client)
            return caught.value

    error = pickle.loads(pickle.dumps(both.run(scenario)))
    assert ["user", "assistant", "tool"] == [message["role"] for message in error.messages]
    assert (1, "Sunny in Paris.") == (error.steps, error.messages[-1]["content"])
    assert error.usage.total_tokens > 0


def test_raising_tool(both: Any) -> None:
    """The application's own exception reaches it unchanged, with the run so far."""

    class OwnError(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            if not name.startswith("__"):
                raise AttributeError(name)
            super().__setattr__(name, value)

    def bad(city: str) -> str:
        """Tell the weather of a city."""
        raise OwnError(city)

    async def scenario() -> Any:
        async with both.client() as client:
            with pytest.raises(OwnError) as caught:
                await ask(client, bad)
            return caught.value

    error: Any = both.run(scenario)
    assert ("Paris",) == error.args
    assert ["user", "assistant"] == [message["role"] for message in error.messages]
    assert 1 == error.steps
    assert error.usage.total_tokens > 0
    assert "raised by the tool 'bad' after 1 request(s)" in error.__notes__[0]


def test_tool_that_ends_a_loop(both: Any) -> None:
    """What its own `next()` raises is an error, and no silent end of the steps."""
    end = StopIteration if both.kind == "sync" else StopAsyncIteration

    def broken(city: str) -> str:
        """Tell the weather of a city."""
        raise end

    async def scenario() -> None:
        async with both.client() as client:
            stream = await ask(client, broken, stream=True)
            async with stream:
                async for _ in stream:
                    pass

    with pytest.raises(RuntimeError, match=f"a function of this run raised {end.__name__}"):
        both.run(scenario)


def test_limit_of_steps(both: Any) -> None:
    """The limit carries the run too."""

    async def scenario() -> Any:
        async with both.client() as client:
            with pytest.raises(sdk.ToolLoopError, match=r"max_steps \(1 requests\)") as caught:
                await ask(client, max_steps=1)
            return caught.value

    error = both.run(scenario)
    assert (1, "assistant") == (error.steps, error.messages[-1]["role"])
    assert error.usage.total_tokens > 0


def test_answer_that_goes_back_by_hand(both: Any) -> None:
    """A message of an answer goes back without its content of null, as in a run."""

    async def scenario() -> None:
        async with both.client() as client:
            tool = sdk.function_tool(get_weather).as_param()
            given = {"model": "acme-chat-8b", "tools": [tool]}
            chat = await client.chat.completions.create(messages=QUESTION, **given)
            message = chat.choices[0].message
            result = {
                "role": "tool",
                "tool_call_id": message.tool_calls[0].id,
                "content": "Sunny.",
            }
            assert None is message.content
            await client.chat.completions.create(messages=[*QUESTION, message, result], **given)

    both.run(scenario)
    assert {"role", "tool_calls"} == both.gateway.journal[1].body["messages"][1].keys()


def test_usage_of_a_run(both: Any) -> None:
    """The usage of all steps together."""

    async def scenario() -> Any:
        async with both.client() as client:
            return await ask(client)

    run = both.run(scenario)
    told = [entry.answer["usage"]["total_tokens"] for entry in both.gateway.journal]
    assert sum(told) == run.usage.total_tokens > run.completion.usage.total_tokens


def test_typed_steps(both: Any) -> None:
    """A streamed run yields texts, calls, results and at last itself."""

    async def scenario() -> Any:
        async with both.client() as client:
            events = []
            run = await ask(client, stream=True)
            async with run:
                async for event in run:
                    events.append(event)
                assert await run.final() == events[-1].run
            with pytest.raises(sdk.StreamConsumedError, match="is over"):
                async for _ in run:
                    pass
            return events

    events = both.run(scenario)
    call, result, *texts, done = events
    assert (ToolCallEvent, ToolResultEvent, ToolDoneEvent) == tuple(
        type(event) for event in (call, result, done)
    )
    assert {ToolTextEvent} == {type(text) for text in texts}
    assert ["call", "result", "text", "done"] == list(dict.fromkeys(e.type for e in events))
    assert [1, 1, 2, 2] == [call.step, result.step, texts[0].step, done.step]
    assert ("get_weather", {"city": "Paris"}) == (call.call.name, call.call.arguments)
    assert ("Sunny in Paris.", "Sunny in Paris.") == (result.result, result.content)
    assert "".join(text.text for text in texts) == done.run.completion.choices[0].message.content
    assert 2 == done.run.steps


@pytest.mark.parametrize("way", ["break", "close", "block"])
def test_run_that_is_left(both: Any, way: str) -> None:
    """Nothing happens that nobody asked for: no tool is called, no further request sent."""
    called = []

    def weather(city: str) -> str:
        """Tell the weather of a city."""
        called.append(city)
        return "Sunny."

    async def scenario() -> None:
        async with both.client() as client:
            run = await ask(client, weather, stream=True)
            if way == "block":
                async with run:
                    async for _ in run:
                        break
            elif way == "break":
                async for _ in run:
                    break
            else:
                await run.__anext__()
                await run.close()
            if way != "break" or both.kind == "async":
                with pytest.raises(sdk.StreamConsumedError, match="closed before its end"):
                    await run.final()

    both.run(scenario)
    assert [] == called
    assert 1 == len(both.gateway.journal)


def test_error_of_a_streamed_run(both: Any) -> None:
    """It is raised again when it is asked again, and carries the run."""
    both.gateway.script("ok", "400")

    async def scenario() -> Any:
        async with both.client() as client:
            run = await ask(client, stream=True, stream_options={"include_usage": True})
            seen = []
            with pytest.raises(sdk.BadRequestError):
                async for event in run:
                    seen.append(event.type)
            with pytest.raises(sdk.BadRequestError) as caught:
                await run.final()
            assert (["call", "result"], 1) == (seen, run.steps)
            assert run.messages == caught.value.messages
            assert run.usage.total_tokens == caught.value.usage.total_tokens

    both.run(scenario)


def test_plain_callbacks(both: Any) -> None:
    """Plain functions work with both clients."""
    chunks: list[Any] = []

    async def scenario() -> Any:
        async with both.client() as client:
            return await ask(client, on_event=chunks.append)

    assert 2 == both.run(scenario).steps
    assert len(chunks) > 2


def test_async_callbacks(both: Any) -> None:
    """The async client awaits them; the blocking one refuses them before anything is sent."""
    heard: list[str] = []

    async def on_event(chunk: Any) -> None:
        await asyncio.sleep(0)
        heard.append("chunk")

    async def start(fact: Any) -> None:
        await asyncio.sleep(0)
        heard.append(f"start {fact.attempt}")

    async def end(fact: Any) -> None:
        await asyncio.sleep(0)
        heard.append(f"end {fact.status}")

    async def pause(fact: Any) -> None:
        await asyncio.sleep(0)
        heard.append("sleep")

    async def scenario() -> Any:
        hooks = Hooks(before_attempt=start, after_attempt=end, before_sleep=pause)
        if both.kind == "sync":
            with pytest.raises(sdk.ConfigurationError, match="is async") as caught:
                both.client(hooks=hooks)
            assert "hooks.before_attempt" == caught.value.param
            async with both.client() as client:
                with pytest.raises(sdk.ConfigurationError, match="AsyncRunInfra"):
                    client.with_options(hooks=hooks)
                with pytest.raises(sdk.InvalidRequestError, match="'on_event' is async"):
                    await ask(client, on_event=on_event)
            return
        both.gateway.script("503", "ok", "400")
        async with both.client(hooks=hooks) as client:
            with pytest.raises(sdk.BadRequestError):
                await ask(client)
        both.gateway.script("ok")
        async with both.client(hooks=hooks) as client:
            assert 2 == (await ask(client, on_event=on_event)).steps

    both.run(scenario)
    if both.kind == "sync":
        assert [] == both.gateway.journal
    else:
        assert ["start 1", "end 503", "sleep", "start 2", "end 200", "start 1", "end 400"] == (
            heard[:7]
        )
        assert ["start 1", "end 200", "chunk"] == heard[7:10]


def test_callback_that_only_turns_out_to_be_async(both: Any) -> None:
    """What can't be seen before is refused when it is there, in words, and is not left un-awaited."""

    async def later(*facts: Any) -> str:
        return "Sunny."

    def weather(city: str) -> Any:
        """Tell the weather of a city."""
        return later()

    async def scenario() -> Any:
        async with both.client(hooks=Hooks(before_attempt=lambda fact: later(fact))) as client:
            if both.kind == "sync":
                with pytest.raises(sdk.InvalidRequestError, match="A hook is async"):
                    await ask(client)
        async with both.client() as client:
            if both.kind == "sync":
                with pytest.raises(sdk.InvalidRequestError, match="The tool 'weather' is async"):
                    await ask(client, weather)
            else:
                run = await ask(client, weather)
                assert "Sunny." == run.messages[2]["content"]

    both.run(scenario)
