"""Streams that go wrong, over real sockets, with both clients."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest

import runinfra_ext as sdk
from tests.connections import connections_of
from tests.helpers import fault

FIVE = [{"role": "user", "content": "Count to five."}]


async def open_stream(client, operation="chat", **options):
    """A stream of either operation."""
    if operation == "chat":
        return await client.chat.completions.create(
            model="acme-chat-8b", messages=FIVE, stream=True, **options
        )
    return await client.responses.create(
        model="acme-chat-8b", input="Count to five.", stream=True, **options
    )


def broken(both, name, operation="chat", client_options=None, **options):
    """Read a stream that breaks; its events and its error."""

    async def scenario():
        events = []
        async with both.client(**(client_options or {})) as client:
            stream = await open_stream(client, operation, **fault(name), **options)
            async with stream:
                with pytest.raises(sdk.RunInfraError) as caught:
                    async for event in stream:
                        events.append(event)
                with pytest.raises(type(caught.value)):
                    await stream.final()
            return events, caught.value

    events, error = both.run(scenario)
    assert error.request_id == both.gateway.journal[-1].request_id
    assert error.__context__ is None
    assert error.event_count == len(events)
    assert len(both.gateway.journal) == 1
    return events, error


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_clean_end_without_marker(both, operation):
    """1: a truncated stream is an error that holds what had arrived."""
    count = 3 if operation == "chat" else 6
    events, error = broken(both, f"truncate:{count}", operation)
    assert type(error) is sdk.StreamTruncatedError
    assert len(events) == count
    if operation == "chat":
        assert error.partial.choices[0].message.content == "one two"
        assert error.partial.choices[0].finish_reason is None
    else:
        assert error.partial.output_text == "one two"


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_clean_end_inside_an_event(both, operation):
    """2: half an event is none, and the stream is truncated."""
    events, error = broken(both, "half-event:3", operation)
    assert type(error) is sdk.StreamTruncatedError
    assert len(events) == 3


def test_truncation_can_be_allowed(both):
    """1: for servers that never send a marker."""

    async def scenario():
        async with both.client(allow_truncated=True) as client:
            stream = await open_stream(client, **fault("truncate:3"))
            return await stream.final()

    assert both.run(scenario).choices[0].message.content == "one two"


def test_no_events_at_all(both):
    """11: an empty stream is no success."""
    events, error = broken(both, "truncate:0")
    assert (type(error), events) == (sdk.StreamTruncatedError, [])


def test_unfinished_tool_call_never_shows(both):
    """2: a tool call that is cut is in no list of tool calls."""
    tool = {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }

    async def scenario():
        async with both.client() as client:
            stream = await open_stream(
                client, tools=[tool], tool_choice="required", **fault("truncate:3")
            )
            with pytest.raises(sdk.StreamTruncatedError) as caught:
                async for _ in stream:
                    assert stream.tool_calls == []
            return caught.value

    error = both.run(scenario)
    assert error.partial.choices[0].message.tool_calls is None


def test_cut_in_mid_chunk(both):
    """3: the connection breaks in the middle of a chunk."""
    events, error = broken(both, "cut-stream:3")
    assert type(error) is sdk.RunInfraConnectionError
    assert len(events) == 3
    assert error.partial.choices[0].message.content == "one two"


def test_silence(both):
    """4: silence ends the stream at the idle limit."""
    started = time.monotonic()
    events, error = broken(both, "stall:2", client_options={"idle_timeout": 0.5})
    assert type(error) is sdk.ReadTimeoutError
    assert len(events) == 2
    assert 0.45 < time.monotonic() - started < 20


def test_heartbeats_keep_the_idle_clock_quiet(both):
    """5: comments count as life; the progress clock and the deadline do not care for them."""
    _, error = broken(
        both, "heartbeats", client_options={"idle_timeout": 0.45, "progress_timeout": 0.5}
    )
    assert type(error) is sdk.ReadTimeoutError
    assert "content" in str(error)
    both.gateway.reset()
    _, error = broken(both, "heartbeats", client_options={"idle_timeout": 0.45}, deadline=0.5)
    assert type(error) is sdk.DeadlineExceededError


def test_error_object_in_the_stream(both):
    """8: an error inside the stream has the class that its status would have had."""
    events, error = broken(both, "error-after:3")
    assert type(error) is sdk.ServiceUnavailableError
    assert (error.status, error.code, len(events)) == (503, "overloaded", 3)
    assert error.partial.choices[0].message.content == "one two"
    both.gateway.reset()
    events, error = broken(both, "error-first:rate_limit_exceeded")
    assert (type(error), events) == (sdk.RateLimitError, [])


def test_error_before_the_first_event_is_never_repeated(both):
    """8: it was answered with 200, so it may have run: asking again could charge twice."""

    async def scenario():
        async with both.client(retry_streams=True) as client:
            stream = await open_stream(client, idempotency_key="k1", **fault("error-first*1"))
            with pytest.raises(sdk.ServiceUnavailableError) as caught:
                await stream.final()
            return caught.value

    error = both.run(scenario)
    assert (error.phase, error.outcome_unknown, error.attempts) == ("outcome_unknown", True, 1)
    assert error.idempotency_key == "k1"
    assert len(both.gateway.journal) == 1


def test_a_stream_that_was_refused_is_asked_for_again(both):
    """With retry_streams and a key; a refusal by status proves that nothing ran."""

    async def scenario():
        async with both.client(retry_streams=True) as client:
            stream = await open_stream(client, idempotency_key="k1", **fault("503*1"))
            return await stream.final(), stream.meta

    final, meta = both.run(scenario)
    assert final.choices[0].message.content == "one two three four five."
    assert meta.attempts == 2


def test_malformed_event(both):
    """9: bad JSON tells which event, and shows its start."""
    events, error = broken(both, "malformed:2")
    assert type(error) is sdk.RunInfraStreamParseError
    assert "Event 2" in str(error)
    assert "broken" in str(error)
    assert len(events) == 2


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("html", sdk.UnexpectedContentError),
        ("json-error", sdk.ServiceUnavailableError),
        ("empty:204", sdk.UnexpectedContentError),
        ("empty", sdk.StreamTruncatedError),
    ],
)
def test_no_stream_at_all(both, name, cls):
    """10, 11: a page, an error, nothing: raised, never zero events in silence."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(sdk.RunInfraError) as caught:
                stream = await open_stream(client, **fault(name))
                await stream.final()
            return caught.value

    error = both.run(scenario)
    assert type(error) is cls
    assert error.request_id is not None


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_torture(both, operation):
    """12: one byte a packet, all line ends, a BOM and comments give the same events."""

    async def scenario():
        async with both.client() as client:
            clean = await open_stream(client, operation)
            torn = await open_stream(client, operation, **fault("torture"))
            return [e async for e in clean], [e async for e in torn]

    clean, torn = both.run(scenario)
    for events in (clean, torn):
        for event in events:
            for holder in (event, getattr(event, "response", None)):
                for name in ("created", "created_at"):
                    if holder is not None and hasattr(holder, name):
                        setattr(holder, name, 0)
    assert clean == torn


def test_big_events(both):
    """12: an event of a megabyte passes; one beyond the limit is a typed error."""

    async def scenario():
        async with both.client() as client:
            return await (await open_stream(client, **fault("big-event:1048576"))).final()

    assert both.run(scenario).choices[0].finish_reason == "stop"
    both.gateway.reset()
    _, error = broken(both, "big-event:200000", client_options={"max_event_bytes": 100_000})
    assert type(error) is sdk.StreamTooLargeError
    both.gateway.reset()
    _, error = broken(both, "big-event:200000", client_options={"max_response_bytes": 100_000})
    assert type(error) is sdk.StreamTooLargeError


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_unknown_events(both, operation):
    """13: what nobody knows is handed out, what comes after the end is ignored."""

    async def scenario():
        async with both.client() as client:
            stream = await open_stream(client, operation, **fault("unknown-events"))
            return [event.to_dict() async for event in stream], await stream.final()

    events, final = both.run(scenario)
    mark = "mood" if operation == "chat" else "loud"
    assert sum(mark in event for event in events) == 1
    assert not any("late" in event for event in events)
    text = final.choices[0].message.content if operation == "chat" else final.output_text
    assert text == "one two three four five."


def test_odd_indexes_of_tool_calls(both):
    """14: null, repeated and jumping indexes still give the right calls."""

    async def scenario():
        async with both.client() as client:
            stream = await open_stream(client, **fault("bad-index"))
            return await stream.final()

    calls = both.run(scenario).choices[0].message.tool_calls
    assert [(c.id, c.function.name, c.function.arguments) for c in calls] == [
        ("call_a", "first", '{"a":1}'),
        ("call_b", "second", '{"b":2}'),
        ("call_c", "third", "{}"),
    ]


def test_odd_indexes_are_those_of_a_chat(both):
    """A response has none: it comes as it is, and not as the pieces of a chat."""

    async def scenario():
        async with both.client() as client:
            stream = await open_stream(client, "responses", **fault("bad-index"))
            return await stream.final()

    assert both.run(scenario).output_text == "one two three four five."


def test_leaving_early_releases_the_connection(both):
    """21: `break` closes the socket, and the client goes on working."""
    both.gateway.configure(tokens_per_second=50)

    async def scenario():
        async with both.client() as client:
            for _ in range(3):
                stream = await open_stream(client)
                async with stream:
                    async for _ in stream:
                        break
                with pytest.raises(sdk.StreamConsumedError):
                    async for _ in stream:
                        pass
            both.gateway.configure(tokens_per_second=0)
            return await client.models.list()

    assert both.run(scenario).data


def test_streams_reuse_one_connection(both):
    """After the terminal marker the body is read to its end, so the connection is used again."""

    async def scenario():
        async with both.client() as client:
            for _ in range(5):
                await (await open_stream(client)).final()
            return len(connections_of(client))

    assert both.run(scenario) == 1


def test_second_iteration_is_an_error(both):
    """A stream that was read is never silently empty."""

    async def scenario():
        async with both.client() as client:
            stream = await open_stream(client)
            assert len([event async for event in stream]) == 7
            with pytest.raises(sdk.StreamConsumedError):
                async for _ in stream:
                    pass
            return await stream.final(), stream.text

    final, text = both.run(scenario)
    assert final.choices[0].message.content == text == "one two three four five."


def test_dropped_stream_gives_its_connection_back(both):
    """21: garbage collection without close releases the connection."""
    both.gateway.configure(tokens_per_second=20)

    async def scenario():
        async with both.client() as client:
            stream = await open_stream(client)
            async for _ in stream:
                break
            del stream
            gc.collect()
            await asyncio.sleep(0.05)
            both.gateway.configure(tokens_per_second=0)
            await client.models.list()
            return [c for c in connections_of(client) if not c.is_idle()]

    assert both.run(scenario) == []


def test_cancellation_closes_the_connection(gateway):
    """21: a cancelled task is cancelled, and its connection is closed."""
    gateway.configure(tokens_per_second=10)

    async def main():
        async with sdk.AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:

            async def read():
                stream = await open_stream(client)
                async for _ in stream:
                    pass

            async def wait():
                await client.chat.completions.create(
                    model="acme-chat-8b", messages=FIVE, **fault("never-answer")
                )

            async def sleep():
                await client.chat.completions.create(
                    model="acme-chat-8b", messages=FIVE, **fault("retry-after:30")
                )

            for scenario in (read, wait, sleep):
                task = asyncio.create_task(scenario())
                await asyncio.sleep(0.15)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert [c for c in connections_of(client) if not c.is_idle()] == []

    asyncio.run(main())


def test_close_from_another_task(gateway):
    """A stream can be closed while another task reads it; the reader gets an error."""
    gateway.configure(tokens_per_second=5)

    async def main():
        async with sdk.AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            stream = await open_stream(client)

            async def read():
                async for _ in stream:
                    pass

            task = asyncio.create_task(read())
            await asyncio.sleep(0.1)
            await stream.close()
            await stream.aclose()
            with pytest.raises(sdk.RunInfraError):
                await task

    asyncio.run(main())
