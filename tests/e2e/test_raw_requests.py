"""``client.request`` over real sockets: the whole engine, for operations and for other routes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading

import pytest

import runinfra_ext as sdk
from runinfra_ext.hooks import Hooks
from runinfra_ext.types import BinaryStream, RawResponse
from tests.connections import connections_of
from tests.network.hostile import Hostile, answer, chunked

FIVE = [{"role": "user", "content": "Count to five."}]
CHAT = {"model": "acme-chat-8b", "messages": FIVE}
STREAM = {**CHAT, "stream": True}
SPEECH = {"model": "acme-tts", "input": "Hello there.", "voice": "alloy"}


def fault(name):
    """Headers that ask the sandbox for a fault."""
    return {"X-Sandbox-Fault": name}


def ask(both, *args, client_options=None, **given):
    """One request of a client; its result."""

    async def scenario():
        async with both.client(**(client_options or {})) as client:
            return await client.request(*args, **given)

    return both.run(scenario)


def failing(both, *args, **given):
    """One that fails; its error."""
    with pytest.raises(sdk.RunInfraError) as caught:
        ask(both, *args, **given)
    return caught.value


def streamed(both, *args, **given):
    """Read a stream of bytes; these, and the error that ended it, if any."""

    async def scenario():
        pieces, error = [], None
        async with both.client() as client:
            stream = await client.request(*args, stream=True, **given)
            async with stream:
                try:
                    async for piece in stream:
                        pieces.append(piece)
                except sdk.RunInfraError as caught:
                    error = caught
            assert [c for c in connections_of(client) if not c.is_idle()] == []
            return b"".join(pieces), error, stream.meta

    return both.run(scenario)


def events_of(data):
    """The data of the events in bytes."""
    return [part.removeprefix(b"data: ") for part in data.split(b"\n\n") if part]


@pytest.mark.every_way
def test_operation_raw(both):
    """Status, headers, bytes and JSON as they came, with what the engine knows of the call."""
    raw = ask(both, "chat.completions.create", json=CHAT)
    entry = both.gateway.journal[-1]
    assert type(raw) is RawResponse
    assert raw.json() == entry.answer == json.loads(raw.text) == json.loads(raw.content)
    assert (raw.status, raw.content_type) == (200, "application/json")
    assert raw.headers["X-Request-Id"] == raw.request_id == entry.request_id
    assert raw.meta.operation == "createChatCompletion"
    assert raw.meta.idempotency_key == entry.idempotency_key is not None
    assert len(both.gateway.charges) == 1


def test_lost_answer_is_repeated_with_one_key(both):
    """An operation that is replay-safe is repeated and charged once, as by its own method."""
    raw = ask(both, "POST", "/chat/completions", json=CHAT, headers=fault("lost*1"))
    first, second = both.gateway.journal
    assert raw.meta.attempts == 2
    assert first.idempotency_key == second.idempotency_key
    assert len(both.gateway.charges) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_lost_speech_is_not_repeated(both, stream):
    """One that is not says so, with the key."""
    error = failing(both, "audio.speech.create", json=SPEECH, headers=fault("lost"), stream=stream)
    assert type(error) is sdk.RunInfraConnectionError
    assert (error.operation, error.outcome_unknown) == ("createSpeech", True)
    assert error.idempotency_key == both.gateway.journal[-1].idempotency_key
    assert len(both.gateway.journal) == len(both.gateway.charges) == 1


@pytest.mark.parametrize(
    ("operation", "body", "name"),
    [
        ("chat.completions.create", CHAT, "html"),
        ("chat.completions.create", CHAT, "json-error"),
        ("audio.speech.create", SPEECH, "html"),
        ("embeddings.create", {"model": "acme-embed-m", "input": "one"}, "empty"),
    ],
)
def test_answer_that_is_none_is_refused(both, operation, body, name):
    """A page, an error or nothing under status 200: typed, and not repeated."""
    error = failing(both, operation, json=body, headers=fault(name))
    assert isinstance(error, sdk.APIStatusError if name == "json-error" else sdk.APIResponseError)
    assert error.request_id == both.gateway.journal[-1].request_id
    assert error.idempotency_key == both.gateway.journal[-1].idempotency_key
    assert len(both.gateway.journal) == 1


def test_response_has_a_member_called_error(both):
    """That of a response says how the response went; it is not the answer's own error."""
    body = {"model": "acme-chat-8b", "input": "Count to five."}
    assert ask(both, "responses.create", json=body).json()["object"] == "response"


def test_transcript_may_be_text(both):
    """A form with a file; the answer is text where the operation has text."""
    given = {"files": {"file": ("a.wav", b"RIFF0000WAVEfmt ")}, "on_progress": print}
    for form, kind in (("text", "text/plain"), ("json", "application/json")):
        data = {"model": "acme-asr", "response_format": form}
        raw = ask(both, "audio.transcriptions.create", data=data, **given)
        assert raw.content_type == kind
    assert [entry.operation for entry in both.gateway.journal] == ["createTranscription"] * 2


@pytest.mark.sends_invalid("a route that no document knows")
def test_refusal_is_the_error_of_its_status(both):
    """An unknown route of the gateway; the error has the ids, and nothing was repeated."""
    error = failing(both, "POST", "/batches", json={"model": "m"})
    assert (type(error), error.operation, error.attempts) == (sdk.NotFoundError, "POST /batches", 1)
    assert error.client_request_id == both.gateway.journal[-1].client_request_id


def test_stream_of_bytes(both):
    """The events' bytes as they come, to the marker; the connection is free afterwards."""
    data, error, meta = streamed(both, "chat.completions.create", json=STREAM)
    *chunks, end = events_of(data)
    assert (error, end, meta.idempotency_key) == (None, b"[DONE]", None)
    text = [json.loads(chunk)["choices"][0]["delta"].get("content") or "" for chunk in chunks]
    assert "".join(text) == "one two three four five."


@pytest.mark.parametrize(
    ("name", "cls", "whole"),
    [
        ("truncate:3", sdk.StreamTruncatedError, 3),
        ("half-event:3", sdk.StreamTruncatedError, 3),
        ("cut-stream:3", sdk.RunInfraConnectionError, 3),
        ("error-after:3", sdk.ServiceUnavailableError, 3),
        ("error-first:rate_limit_exceeded", sdk.RateLimitError, 0),
        ("malformed:3", sdk.RunInfraStreamParseError, 3),
        ("html", sdk.UnexpectedContentError, 0),
        ("json-error", sdk.InternalServerError, 0),
    ],
)
def test_stream_of_bytes_tells_the_truth(both, name, cls, whole):
    """What a stream of events raises is raised here too, behind the bytes that were in order."""
    data, error, _ = streamed(both, "chat.completions.create", json=STREAM, headers=fault(name))
    assert isinstance(error, cls)
    assert data.count(b"\n\n") == error.event_count == whole
    assert error.outcome_unknown
    assert error.request_id == both.gateway.journal[-1].request_id
    if whole:
        assert error.partial.choices[0].message.content == "one two"


def test_stream_of_responses(both):
    """Its end is an event of its own; a cut before it is an error."""
    body = {"model": "acme-chat-8b", "input": "Count to five.", "stream": True}
    data, error, _ = streamed(both, "responses.create", json=body)
    assert error is None
    assert b"response.completed" in data
    _, error, _ = streamed(both, "responses.create", json=body, headers=fault("truncate:6"))
    assert type(error) is sdk.StreamTruncatedError
    assert error.partial.output_text == "one two"


def test_stream_may_end_early_where_that_is_allowed(both):
    """And may come in any form: a byte at a time, with mixed line ends."""
    headers = fault("truncate:3")
    given = {"json": STREAM, "allow_truncated": True, "headers": headers}
    data, error, _ = streamed(both, "chat.completions.create", **given)
    assert (error, data.count(b"\n\n")) == (None, 3)
    data, error, _ = streamed(both, "createChatCompletion", json=STREAM, headers=fault("torture"))
    assert error is None
    assert b"[DONE]" in data


def test_silent_stream_is_an_error(both):
    """The clocks of a stream hold here too."""
    for name, limits in (
        ("stall:2", {"idle_timeout": 0.4}),
        ("heartbeats:2", {"progress_timeout": 0.4}),
        ("heartbeats:2", {"deadline": 0.8}),
    ):
        given = {"json": STREAM, "headers": fault(name), **limits}
        _, error, _ = streamed(both, "chat.completions.create", **given)
        assert isinstance(error, sdk.RunInfraTimeoutError)
        assert error.event_count == 2


def test_typed_events(both):
    """The operation's own stream, for a body that the application made."""

    async def scenario():
        async with both.client() as client:
            stream = await client.request("chat.completions.create", json=STREAM, stream="events")
            async with stream:
                return await stream.final()

    assert both.run(scenario).choices[0].message.content == "one two three four five."


def test_speech_as_it_comes(both):
    """Sound in pieces; what is no sound is an error before its first byte."""
    data, error, meta = streamed(both, "audio.speech.create", json=SPEECH)
    assert (error, meta.status, data[:3]) == (None, 200, b"ID3")
    for name, cls in (("mislabelled", sdk.APIStatusError), ("html", sdk.UnexpectedContentError)):
        data, error, _ = streamed(both, "createSpeech", json=SPEECH, headers=fault(name))
        assert (data, isinstance(error, cls)) == (b"", True)


@pytest.mark.parametrize("way", ["close", "leave", "after the end"])
def test_early_close_frees_the_connection(both, way):
    """Whoever has enough of a stream closes it; the next call has a connection."""

    async def scenario():
        async with both.client(max_connections=1, timeout=20) as client:
            stream = await client.request("chat.completions.create", json=STREAM, stream=True)
            assert (stream.status, stream.content_type) == (200, "text/event-stream")
            assert stream.headers["x-request-id"] == stream.request_id
            if way == "leave":
                async with stream:
                    await anext(stream)
            else:
                while b"[DONE]" not in await anext(stream):
                    if way == "close":
                        break
                await stream.close()
            with pytest.raises(sdk.StreamConsumedError):
                aiter(stream)
            return await client.request("GET", "/models")

    assert both.run(scenario).status == 200


def test_cancelling_frees_the_connection(gateway):
    """A task that waits for a silent stream is cancelled."""

    async def scenario():
        options = {"api_key": gateway.api_key, "base_url": gateway.base_url}
        async with sdk.AsyncRunInfra(max_connections=1, **options) as client:

            async def read():
                given = {"json": STREAM, "headers": fault("stall:2")}
                call = client.request("chat.completions.create", stream=True, **given)
                async for piece in call:
                    got.set()
                    assert piece

            got = asyncio.Event()
            task = asyncio.create_task(read())
            await got.wait()
            await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert task.cancelled()
            return await asyncio.wait_for(client.request("GET", "/models"), 20)

    assert asyncio.run(scenario()).status == 200


class Route:
    """A server with a route that no document knows: it drops its first answers."""

    def __init__(self, drop):
        self.left = drop
        self.heads = []
        self.bodies = []

    def __call__(self, peer):
        while (found := peer.request()) is not None:
            self.heads.append(found[0].decode().split("\r\n"))
            self.bodies.append(found[1])
            if self.left:
                self.left -= 1
                return
            peer.send(answer(b'{"ok":true}'))

    @property
    def keys(self):
        """The idempotency keys that came."""
        return [
            line.partition(": ")[2]
            for head in self.heads
            for line in head
            if line.lower().startswith("idempotency-key")
        ]


@pytest.fixture
def anywhere(both):
    """Send a request to a server of its own; its answer or error."""

    def send(handler, *args, client_options=None, **given):
        with Hostile(handler) as server:
            options = server.options(max_retries=2, **(client_options or {}))
            try:
                return ask(both, *args, client_options=options, **given)
            except sdk.RunInfraError as error:
                return error

    return send


def test_unknown_route_is_not_repeated(anywhere):
    """Its answer was lost: the error says that it may have run, and has the key."""
    route = Route(drop=1)
    error = anywhere(route, "POST", "/jobs", json={"n": 1})
    assert type(error) is sdk.RunInfraConnectionError
    assert (error.attempts, error.outcome_unknown) == (1, True)
    assert route.keys == [error.idempotency_key]


def test_unknown_route_is_repeated_if_told(anywhere):
    """With the same key, which the caller may give; without a key only what has no body."""
    route = Route(drop=1)
    raw = anywhere(route, "POST", "/jobs", json={"n": 1}, replay_safe=True, idempotency_key="k-1")
    assert (raw.json(), raw.meta.attempts, route.keys) == ({"ok": True}, 2, ["k-1", "k-1"])
    assert route.bodies == [b'{"n":1}', b'{"n":1}']
    route = Route(drop=1)
    raw = anywhere(route, "GET", "/jobs", query={"after": "j_1"}, replay_safe=True)
    assert (raw.meta.attempts, route.keys) == (2, [])
    assert route.heads[0][0] == "GET /v1/jobs?after=j_1 HTTP/1.1"
    own = {"client_options": {"auto_idempotency": False}}
    error = anywhere(Route(drop=1), "POST", "/jobs", json={}, replay_safe=True, **own)
    assert error.attempts == 1


def test_unknown_route_may_stream(anywhere, both):
    """Bytes of any kind, as they come."""

    def handler(peer):
        peer.request()
        head = answer(b"", "Transfer-Encoding: chunked", media="text/csv", length=False)
        peer.send(head + chunked(b"a,b\n", b"1,2\n"))

    async def scenario():
        with Hostile(handler) as server:
            async with both.client(**server.options()) as client:
                stream = await client.request("GET", "/export", stream=True)
                async with stream:
                    return b"".join([piece async for piece in stream]), stream.content_type

    assert both.run(scenario) == (b"a,b\n1,2\n", "text/csv")


def test_head_has_no_body(anywhere):
    """Whatever length the answer tells."""

    def handler(peer):
        while peer.request() is not None:
            peer.send(answer(b"", "Content-Length: 10", length=False))

    raw = anywhere(handler, "HEAD", "/models")
    assert (raw.status, raw.content, raw.headers["content-length"]) == (200, b"", "10")


def test_json_that_is_none(anywhere):
    """Of a route that nothing is known of, only the caller knows what it should be."""

    def handler(peer):
        peer.request()
        peer.send(answer(b"<html>", "X-Request-Id: req_1", media="text/html"))

    raw = anywhere(handler, "POST", "/jobs", json={})
    assert (raw.text, repr(raw)) == ("<html>", "<RawResponse 200, 6 bytes of text/html>")
    with pytest.raises(sdk.UnexpectedContentError) as caught:
        raw.json()
    assert caught.value.idempotency_key == raw.meta.idempotency_key
    assert (caught.value.request_id, caught.value.__context__) == ("req_1", None)


@pytest.mark.sends_invalid("a route that no document knows")
def test_hooks_hear_of_it(both):
    """They are told the operation, or method and path."""
    heard = []
    hooks = Hooks(before_attempt=lambda start: heard.append(start.operation))
    ask(both, "GET", "/models", client_options={"hooks": hooks})
    failing(both, "GET", "/files", client_options={"hooks": hooks})
    assert heard == ["listModels", "GET /files"]


@pytest.mark.parametrize("stream", [False, True])
def test_middleware_hears_of_it(both, stream):
    """The model that the body names, the end, and the usage, of a stream too."""
    ends = []

    def middleware(start):
        return lambda end: ends.append((start.model, dict(start.arguments), end))

    body = {**(STREAM if stream else CHAT), "stream_options": {"include_usage": True}}
    content = {"content": json.dumps(body).encode(), "content_type": "application/json"}
    for given in ({"json": body}, content):

        async def scenario(given=given):
            async with both.client(middleware=[middleware]) as client:
                answer = await client.request("chat.completions.create", stream=stream, **given)
                if stream:
                    async for _ in answer:
                        pass

        both.run(scenario)
        model, arguments, end = ends.pop()
        assert (model, end.outcome, end.input_tokens, end.output_tokens) == (
            "acme-chat-8b",
            "ok",
            3,
            5,
        )
        assert arguments["messages"].size == 1
        assert end.event_count == (8 if stream else 0)


def test_last_event_is_handed_out_at_once(both, monkeypatch):
    """Not when the body's end has come, which may take its time."""
    for world in ("_async", "_sync"):
        monkeypatch.setattr(f"runinfra_ext.{world}.raw_events.DRAIN_SECONDS", 30.0)
    got, in_time = threading.Event(), []

    def handler(peer):
        peer.request()
        event = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0}]}\n\n'
        head = answer(b"", "Transfer-Encoding: chunked", media="text/event-stream", length=False)
        peer.send(head + chunked(event + b"data: [DONE]\n\n")[:-5])
        in_time.append(got.wait(10))
        peer.send(b"0\r\n\r\n")

    async def scenario():
        with Hostile(handler) as server:
            async with both.client(**server.options()) as client:
                stream = await client.request("createChatCompletion", json=STREAM, stream=True)
                async with stream:
                    while b"[DONE]" not in await anext(stream):
                        pass
                    got.set()

    both.run(scenario)
    assert in_time == [True]


def test_arguments_are_refused_before_anything_is_sent(both):
    """A path that leads elsewhere, a header that the client sets, two bodies."""
    for wrong in (
        {"path": "/models/../keys"},
        {"path": "/models", "headers": {"Authorization": "Bearer x"}},
        {"path": "/models", "query": {"a": object()}},
    ):
        error = failing(both, "GET", **wrong)
        assert isinstance(error, sdk.InvalidRequestError)
    assert both.gateway.journal == []


def test_blocking_stream_is_a_binary_stream(client):
    """One class for bytes as they come."""
    with client.request("chat.completions.create", json=STREAM, stream=True) as stream:
        assert isinstance(stream, BinaryStream)
        assert list(stream)[-1] == b"data: [DONE]\n\n"
