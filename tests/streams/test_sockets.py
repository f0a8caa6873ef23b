"""Streams over real sockets: what the scripted bodies can't show."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import attrs
import pytest

from runinfra_ext._structured.parsing import ParsedChatCompletion, response_format_for
from runinfra_ext.errors import InvalidRequestError, StreamConsumedError, StructuredOutputError
from tests.connections import connections_of

WORDS = [{"role": "user", "content": "Say: one two three four five."}]
TARGETS = ("createChatCompletion", "createResponse")


async def open_stream(client: Any, operation: str, **options: Any) -> Any:
    """A stream of either operation."""
    if operation == "createChatCompletion":
        return await client.chat.completions.create(
            model="acme-chat-8b", messages=WORDS, stream=True, **options
        )
    return await client.responses.create(
        model="acme-chat-8b", input="Say: one two three four five.", stream=True, **options
    )


def busy(both: Any, client: Any) -> int:
    """Connections of a client that are in use."""
    return sum(not connection.is_idle() for connection in connections_of(client))


@pytest.mark.parametrize("operation", TARGETS)
def test_leaving_a_loop_frees_the_connection(both: Any, operation: str) -> None:
    """21: `break` without a `with` block frees the connection, though the stream is still held."""
    both.gateway.configure(tokens_per_second=20)

    async def scenario() -> Any:
        async with both.client() as client:
            stream = await open_stream(client, operation)
            if both.kind == "sync":
                for _ in stream.inner:
                    break
            else:
                async for _ in stream:
                    break
            until = time.monotonic() + 5
            while busy(both, client) and time.monotonic() < until:
                await asyncio.sleep(0.005)
            with pytest.raises(StreamConsumedError):
                await stream.final()
            return busy(both, client)

    assert 0 == both.run(scenario)


def test_final_is_the_unstreamed_object(both: Any) -> None:
    """A streamed completion comes to what the unstreamed call returns, but for its id and time."""
    tools = [
        {
            "type": "function",
            "function": {
                "name": "clock",
                "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}},
            },
        }
    ]
    requests: list[dict[str, Any]] = [
        {},
        {"n": 2},
        {"max_tokens": 2},
        {"logprobs": True, "top_logprobs": 2},
        {"tools": tools, "tool_choice": "required"},
    ]

    async def scenario() -> Any:
        pairs = []
        async with both.client() as client:
            ask = client.chat.completions.create
            for params in requests:
                plain = await ask(model="acme-chat-8b", messages=WORDS, **params)
                stream = await ask(
                    model="acme-chat-8b",
                    messages=WORDS,
                    stream=True,
                    stream_options={"include_usage": True},
                    **params,
                )
                pairs.append((comparable(plain), comparable(await stream.final())))
        return pairs

    for plain, streamed in both.run(scenario):
        assert plain == streamed


def test_final_is_the_unstreamed_response(both: Any) -> None:
    """The same for responses."""

    async def scenario() -> Any:
        async with both.client() as client:
            plain = await client.responses.create(model="acme-chat-8b", input="Say: one two.")
            stream = await client.responses.create(
                model="acme-chat-8b", input="Say: one two.", stream=True
            )
            return comparable(plain), comparable(await stream.final())

    plain, streamed = both.run(scenario)
    assert plain == streamed


@attrs.define
class Answer:
    """An answer."""

    city: str
    sure: bool
    count: int


@pytest.mark.parametrize("stream", [False, True])
def test_parse(both: Any, stream: bool) -> None:
    """chat.completions.parse gives the object, and asks for its schema; streamed or not."""

    async def scenario() -> Any:
        async with both.client() as client:
            result = await client.chat.completions.parse(
                Answer, model="acme-chat-8b", messages=WORDS, stream=stream
            )
            completion = await result.final() if stream else result
            with pytest.raises(InvalidRequestError, match="target"):
                await client.chat.completions.parse(
                    Answer, model="acme-chat-8b", messages=WORDS, response_format={"type": "text"}
                )
            return completion

    completion = both.run(scenario)
    assert isinstance(completion, ParsedChatCompletion)
    assert isinstance(completion.parsed, Answer)
    assert completion.request_id is not None
    asked = both.gateway.journal[0].body["response_format"]
    assert response_format_for(Answer) == asked


@pytest.mark.parametrize("stream", [False, True])
def test_parse_of_a_cut_text(both: Any, stream: bool) -> None:
    """A text that the token limit cut is an error with the ids of the call."""

    async def scenario() -> Any:
        async with both.client() as client:
            with pytest.raises(StructuredOutputError, match="cut short") as caught:
                result = await client.chat.completions.parse(
                    Answer, model="acme-chat-8b", messages=WORDS, stream=stream, max_tokens=1
                )
                await result.final()
            return caught.value

    error = both.run(scenario)
    assert error.request_id is not None
    assert error.operation == "createChatCompletion"
    assert error.partial.choices[0].finish_reason == "length"
    assert not error.outcome_unknown


@pytest.mark.parametrize("stream", [False, True])
def test_run_tools(both: Any, stream: bool) -> None:
    """chat.completions.run_tools calls the function and comes to an answer."""
    called: list[str] = []
    events: list[Any] = []

    def weather(city: str) -> str:
        """The weather of a city."""
        called.append(city)
        return "sunny"

    async def scenario() -> Any:
        async with both.client() as client:
            return await client.chat.completions.run_tools(
                [weather],
                model="acme-chat-8b",
                messages=[{"role": "user", "content": "Call the tool weather."}],
                on_event=events.append if stream else None,
            )

    run = both.run(scenario)
    assert called != []
    assert ["user", "assistant", "tool", "assistant"] == [m["role"] for m in run.messages]
    assert 2 == run.steps == len(both.gateway.journal)
    assert stream == bool(events)


def comparable(result: Any) -> Any:
    """A result without what differs from call to call: ids and times."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            gone = {"id", "call_id", "created", "created_at"}
            return {key: strip(inner) for key, inner in value.items() if key not in gone}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return strip(result.to_dict())
