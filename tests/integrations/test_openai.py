"""``openai``'s own clients over this SDK's engine: what is charged, and what is raised.

It runs with ``openai`` 3 here, and with ``openai`` 2 in an environment of its own, so that it uses
none of the suite's fixtures.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import io
import json
import logging
import pickle
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import openai
import pytest

try:
    from uvloop import new_event_loop
except ImportError:  # an environment of a framework may not have it
    from asyncio import new_event_loop

import runinfra_ext as sdk
from runinfra_ext.hooks import Hooks
from runinfra_ext.integrations.openai import (
    async_http_client,
    async_openai_client,
    http_client,
    openai_client,
)
from runinfra_ext.sandbox import Sandbox
from tests.helpers import fault

FIVE = [{"role": "user", "content": "Count to five."}]
TEXT = "one two three four five."
SPEECH = {"model": "acme-tts", "input": "Hello there.", "voice": "alloy"}
WAVE = ("a.wav", b"RIFF0000WAVEfmt ")


async def done(value):
    """What a call of either client gives."""
    return await value if inspect.isawaitable(value) else value


async def items(stream):
    """All items of either client's stream."""
    if hasattr(stream, "__aiter__"):
        return [item async for item in stream]
    return list(stream)


async def read(stream):
    """The items of a stream that fails, and its error."""
    found = []
    try:
        if hasattr(stream, "__aiter__"):
            async for item in stream:
                found.append(item)
        else:
            for item in stream:
                found.append(item)
    except openai.OpenAIError as error:
        return found, error
    return found, None


class Theirs:
    """Makes openai's client of one kind, over the engine, for a sandbox."""

    def __init__(self, kind, gateway):
        self.kind = kind
        self.gateway = gateway

    def make(self, **options):
        """A client of openai's."""
        where = {"api_key": self.gateway.api_key, "base_url": self.gateway.base_url}
        made = async_openai_client if self.kind == "async" else openai_client
        return made(**where | options)

    def run(self, scenario, loop=None, **options):
        """Run a scenario with a client, and close that."""

        async def main():
            client = self.make(**options)
            try:
                return await scenario(client)
            finally:
                await done(client.close())

        if loop is None:
            return asyncio.run(main())
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(main())

    def failing(self, scenario, **options):
        """The error of openai's that a scenario ends with; the SDK's is its cause."""
        with pytest.raises(openai.OpenAIError) as caught:
            self.run(scenario, **options)
        error = caught.value
        assert isinstance(error, openai.APIError)
        assert isinstance(error.__cause__, sdk.RunInfraError)
        assert error.message == str(error) == str(error.__cause__)
        assert self.gateway.api_key not in repr(error) + repr(vars(error))
        return error


@pytest.fixture(scope="module")
def ledger():
    """A sandbox for all of these tests."""
    with Sandbox() as gateway:
        yield gateway


@pytest.fixture(params=["sync", "async"])
def theirs(request, ledger):
    """Both kinds of client; the ledger is empty."""
    ledger.reset()
    return Theirs(request.param, ledger)


def chat(**given):
    """A scenario: one chat."""

    async def scenario(client):
        create = client.chat.completions.create
        return await done(create(model="acme-chat-8b", messages=FIVE, **given))

    return scenario


def chat_stream(**given):
    """A scenario: one streamed chat, read to its end or error."""

    async def scenario(client):
        create = client.chat.completions.create
        stream = await done(create(model="acme-chat-8b", messages=FIVE, stream=True, **given))
        chunks, error = await read(stream)
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        return text, error

    return scenario


def keys(gateway):
    """The idempotency keys that came."""
    return [entry.idempotency_key for entry in gateway.journal]


def test_chat_carries_a_key(theirs):
    """The engine's key and id travel; openai finds the gateway's id where it looks for it."""
    whole = theirs.run(chat())
    entry = theirs.gateway.journal[-1]
    assert whole.choices[0].message.content == TEXT
    assert whole._request_id == entry.request_id
    assert entry.idempotency_key is not None
    assert entry.client_request_id is not None
    assert len(theirs.gateway.charges) == 1


def test_own_key_is_kept(theirs):
    """Given as openai's users give it."""
    own = {"Idempotency-Key": "k-1", "X-Client-Request-Id": "r-1", "X-Mine": "m"}
    theirs.run(chat(extra_headers=own))
    entry = theirs.gateway.journal[-1]
    assert (entry.idempotency_key, entry.client_request_id) == ("k-1", "r-1")


@pytest.mark.parametrize("what", ["chat", "embeddings", "responses", "images"])
def test_lost_answer_is_charged_once(theirs, what):
    """It is asked for again with the same key, and openai knows nothing of it."""

    async def scenario(client):
        lost = fault("lost*1")
        if what == "chat":
            return await chat(**lost)(client)
        if what == "embeddings":
            return await done(client.embeddings.create(model="acme-embed-m", input="one", **lost))
        if what == "responses":
            return await done(client.responses.create(model="acme-chat-8b", input="Hi.", **lost))
        return await done(client.images.generate(model="acme-flux", prompt="a kite", **lost))

    assert theirs.run(scenario)
    first, second = keys(theirs.gateway)
    assert first == second is not None
    assert len(theirs.gateway.charges) == 1


@pytest.mark.parametrize("way", ["whole", "streamed"])
def test_lost_speech_is_charged_once_and_told(theirs, way):
    """It may not be repeated: the error says that it may have run, with its key."""

    async def scenario(client):
        if way == "whole":
            return await done(client.audio.speech.create(**SPEECH, **fault("lost")))
        opening = client.audio.speech.with_streaming_response.create(**SPEECH, **fault("lost"))
        if theirs.kind == "async":
            async with opening as answer:
                return await answer.read()
        with opening as answer:
            return answer.read()

    error = theirs.failing(scenario)
    assert type(error) is openai.APIConnectionError
    assert error.__cause__.outcome_unknown
    assert [error.__cause__.idempotency_key] == keys(theirs.gateway)
    assert len(theirs.gateway.charges) == 1


def test_retries_are_the_engines(theirs):
    """openai repeats nothing by itself; the engine does what either was told."""
    error = theirs.failing(chat(**fault("503")), max_retries=1)
    assert type(error) is openai.InternalServerError
    assert (error.status_code, error.__cause__.attempts) == (503, 2)
    assert len(theirs.gateway.journal) == 2


@pytest.mark.parametrize(("times", "client_has"), [(0, 4), (3, 0)])
def test_retries_of_one_call(theirs, times, client_has):
    """``with_options(max_retries=…)`` and ``options=`` hold for the engine; nothing multiplies."""

    async def told(client):
        assert client.max_retries == client_has
        return await chat(**fault("retry-after-ms:1"))(client.with_options(max_retries=times))

    assert theirs.failing(told, max_retries=client_has).__cause__.attempts == times + 1
    assert len(theirs.gateway.journal) == times + 1

    async def posted(client):
        headers = fault("retry-after-ms:1")["extra_headers"]
        body = {"model": "acme-chat-8b", "messages": FIVE}
        given = {"headers": headers, "max_retries": times}
        return await done(
            client.post("/chat/completions", cast_to=object, body=body, options=given)
        )

    assert theirs.failing(posted, max_retries=client_has).__cause__.attempts == times + 1
    sent = [entry.headers for entry in theirs.gateway.journal]
    assert not any("x-runinfra-max-retries" in headers for headers in sent)


@pytest.mark.parametrize(("value", "attempts"), [("0", 1), ("2", 3), ("-1", 0), ("1e3", 0)])
def test_retries_of_a_client_of_ones_own(theirs, value, attempts):
    """An HTTP client is not told openai's ``max_retries``: a header that is not sent tells it."""

    async def scenario(client):
        cls = openai.AsyncOpenAI if theirs.kind == "async" else openai.OpenAI
        own = cls(api_key="x", base_url=client.base_url, http_client=client._client, max_retries=4)
        headers = fault("retry-after-ms:1")["extra_headers"] | {"X-RunInfra-Max-Retries": value}
        return await chat(extra_headers=headers)(own)

    cause = theirs.failing(scenario, max_retries=1).__cause__
    assert cause.attempts == attempts == len(theirs.gateway.journal)
    assert cause.param == (None if attempts else "X-RunInfra-Max-Retries")


STATUSES = {
    302: openai.APIStatusError,
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    402: openai.APIStatusError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    529: openai.InternalServerError,
}


@pytest.mark.parametrize("status", [402, 429])
def test_refusal_is_openais_error_of_the_status(theirs, status):
    """With its body, code and request id, and the SDK's error behind it."""
    error = theirs.failing(chat(**fault(str(status))), max_retries=0)
    assert type(error) is STATUSES[status]
    assert error.status_code == error.response.status_code == error.__cause__.status == status
    assert error.request_id == theirs.gateway.journal[-1].request_id
    assert error.body == error.__cause__.body["error"]
    assert (error.type, error.code) == (error.body["type"], error.body["code"])
    assert error.response.json() == error.__cause__.body
    assert len(theirs.gateway.charges) == 0


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_openais_class(status):
    """Also where the body is no JSON."""
    from runinfra_ext.integrations._openai.answers import openai_error
    from runinfra_ext.integrations._openai.library import http

    ours = sdk.APIStatusError("No.", status=status, body="plain", request_id="req_1")
    error = openai_error(ours, http.Request("POST", "http://localhost/v1/x"))
    assert type(error) is STATUSES[status]
    assert (error.status_code, error.body, error.response.text) == (status, "plain", "plain")


def test_stream(theirs):
    """A stream to its end; no key is made up for it."""
    assert theirs.run(chat_stream(stream_options={"include_usage": True})) == (TEXT, None)
    assert keys(theirs.gateway) == [None]


@pytest.mark.parametrize(
    ("name", "cls", "cause"),
    [
        ("truncate:3", openai.APIConnectionError, sdk.StreamTruncatedError),
        ("half-event:3", openai.APIConnectionError, sdk.StreamTruncatedError),
        ("cut-stream:3", openai.APIConnectionError, sdk.RunInfraConnectionError),
        ("error-after:3", openai.InternalServerError, sdk.ServiceUnavailableError),
        ("malformed:3", openai.APIResponseValidationError, sdk.RunInfraStreamParseError),
    ],
)
def test_broken_stream_is_an_error(theirs, name, cls, cause):
    """With what had arrived; it was charged once, and nothing was repeated."""
    text, error = theirs.run(chat_stream(**fault(name)))
    assert (text, type(error), type(error.__cause__)) == ("one two", cls, cause)
    assert error.__cause__.partial.choices[0].message.content == "one two"
    assert error.__cause__.outcome_unknown
    assert error.__cause__.request_id == theirs.gateway.journal[-1].request_id
    assert len(theirs.gateway.journal) == len(theirs.gateway.charges) == 1


def test_stream_of_responses(theirs):
    """Its events to the end; a cut before it is an error."""

    async def scenario(client, **given):
        create = client.responses.create
        given |= {"model": "acme-chat-8b", "input": "Count to five.", "stream": True}
        return await read(await done(create(**given)))

    events, error = theirs.run(scenario)
    assert (events[-1].type, events[-1].response.output_text, error) == (
        "response.completed",
        TEXT,
        None,
    )
    events, error = theirs.run(lambda client: scenario(client, **fault("truncate:6")))
    assert (len(events), type(error)) == (6, openai.APIConnectionError)
    assert error.__cause__.partial.output_text == "one two"


def test_stalled_stream_is_a_timeout(theirs):
    """By the limit of the call, as openai's users give it, and by the SDK's own clocks."""
    text, error = theirs.run(chat_stream(timeout=1, **fault("stall:3")))
    assert (text, type(error)) == ("one two", openai.APITimeoutError)
    assert isinstance(error.__cause__, sdk.ReadTimeoutError)
    text, error = theirs.run(chat_stream(**fault("heartbeats:3")), progress_timeout=1)
    assert (text, type(error), error.__cause__.code) == (
        "one two",
        openai.APITimeoutError,
        "no_progress",
    )


def test_silence_is_a_timeout(theirs):
    """Before the answer, too."""
    given = {"timeout": 1, **fault("never-answer")}
    error = theirs.failing(chat(**given), max_retries=0)
    assert type(error) is openai.APITimeoutError
    assert error.__cause__.outcome_unknown
    error = theirs.failing(chat(**fault("never-answer")), deadline=0.2)
    assert isinstance(error.__cause__, sdk.DeadlineExceededError)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("name", "cls"),
    [("html", openai.APIResponseValidationError), ("json-error", openai.InternalServerError)],
)
def test_success_that_is_none(theirs, name, cls, stream):
    """A page, or an error, under status 200: openai alone would take both for an answer."""
    if stream:
        text, error = theirs.run(chat_stream(**fault(name)))
        assert text == ""
    else:
        error = theirs.failing(chat(**fault(name)))
    assert type(error) is cls
    assert error.__cause__.request_id == theirs.gateway.journal[-1].request_id
    assert error.response.status_code == error.status_code
    assert len(theirs.gateway.journal) == 1


def test_speech(theirs):
    """Sound whole and as it comes; what is no sound is an error."""

    async def scenario(client, **given):
        whole = (await done(client.audio.speech.create(**SPEECH, **given))).content
        opening = client.audio.speech.with_streaming_response.create(**SPEECH, **given)
        if theirs.kind == "async":
            async with opening as answer:
                return whole, b"".join([piece async for piece in answer.iter_bytes()])
        with opening as answer:
            return whole, b"".join(answer.iter_bytes())

    whole, streamed = theirs.run(scenario)
    assert whole == streamed
    assert whole[:3] == b"ID3"
    for name in ("html", "mislabelled"):
        error = theirs.failing(lambda client, name=name: scenario(client, **fault(name)))
        assert type(error.__cause__) in {sdk.UnexpectedContentError, sdk.InternalServerError}


def test_speech_that_breaks_off(theirs):
    """In the middle of its bytes, which the application reads."""

    async def scenario(client):
        create = client.audio.speech.with_streaming_response.create
        opening = create(**SPEECH, **fault("short-body"))
        if theirs.kind == "async":
            async with opening as answer:
                return [piece async for piece in answer.iter_bytes()]
        with opening as answer:
            return list(answer.iter_bytes())

    error = theirs.failing(scenario)
    assert type(error) is openai.APIConnectionError
    assert error.__cause__.reason == "truncated"


def test_upload(theirs, tmp_path):
    """A file is sent while it is read, whatever it is given as; a text comes back as one."""
    (tmp_path / "a.wav").write_bytes(WAVE[1])

    class Unknown(io.RawIOBase):
        """A file that does not tell its size."""

        name = "a.wav"
        left = WAVE[1]

        def read(self, size=-1):
            piece, self.left = self.left, b""
            return piece

        def seekable(self):
            return False

        def fileno(self):
            raise OSError

    async def scenario(client):
        create, found = client.audio.transcriptions.create, []
        with (tmp_path / "a.wav").open("rb") as file:
            for given in (WAVE, file, tmp_path / "a.wav", ("a.wav", io.BytesIO(WAVE[1]))):
                found.append((await done(create(model="acme-asr", file=given))).text)
        if theirs.kind == "sync":
            found.append(create(model="acme-asr", file=Unknown()).text)
        text = await done(create(model="acme-asr", file=WAVE, response_format="text"))
        return found, text

    found, text = theirs.run(scenario)
    assert set(found) == {"foreign audio of 16 bytes, which the sandbox can't hear"}
    assert text.strip() == found[0]


def test_upload_is_not_repeated(theirs):
    """A transcription whose answer was lost is charged once, and told."""

    async def scenario(client):
        create = client.audio.transcriptions.create
        return await done(create(model="acme-asr", file=WAVE, **fault("lost")))

    error = theirs.failing(scenario)
    assert error.__cause__.outcome_unknown
    assert len(theirs.gateway.journal) == len(theirs.gateway.charges) == 1


def test_upload_is_sent_when_a_connection_comes(theirs):
    """Nothing of it was taken when the first attempt found nobody."""
    from runinfra_ext._media.uploads import PiecesBody

    body = PiecesBody(iter([b"a", b"b"]), "text/plain", 2)
    assert body.rewindable
    assert b"".join(body.iter_chunks()) == b"ab"
    assert (body.rewindable, list(body.iter_chunks())) == (False, [])


def test_stream_that_is_none_of_the_gateways(theirs):
    """openai would read no event from an answer that is none, and take it for an empty stream."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"text": "hello"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Say nothing."""

    async def scenario(client):
        post = client.post
        return await read(
            await done(
                post(
                    "/unknown",
                    cast_to=object,
                    stream=True,
                    stream_cls=(
                        openai.AsyncStream[object]
                        if theirs.kind == "async"
                        else openai.Stream[object]
                    ),
                    body={},
                )
            )
        )

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/v1"
            error = theirs.failing(scenario, base_url=url)
        finally:
            server.shutdown()
    assert type(error) is openai.APIResponseValidationError
    assert error.__cause__.idempotency_key is not None


def test_body_that_is_made_while_it_is_sent(theirs):
    """Bytes of a generator; that of the async client has to be read first."""

    def pieces():
        yield from (b'{"a"', b":1}")

    async def pieces_async():
        for piece in pieces():
            yield piece

    async def scenario(client):
        content = pieces_async() if theirs.kind == "async" else pieces()
        return await done(client.post("/unknown", cast_to=object, content=content))

    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            theirs.run(scenario, base_url=f"http://127.0.0.1:{server.server_port}/v1")
        finally:
            server.shutdown()
    assert bodies == [b'{"a":1}']


@pytest.mark.parametrize("way", ["raw", "streaming"])
def test_raw_and_streaming_responses(theirs, way):
    """They work, have what the engine knows of the call, and keep its guarantees."""

    async def scenario(client):
        given = {"model": "acme-chat-8b", "messages": FIVE, **fault("lost*1")}
        if way == "raw":
            raw = await done(client.chat.completions.with_raw_response.create(**given))
            assert raw.elapsed.total_seconds() > 0
            return raw.parse(), raw.headers, raw.http_response.extensions["runinfra_meta"]
        opening = client.chat.completions.with_streaming_response.create(**given)
        if theirs.kind == "async":
            async with opening as answer:
                meta = answer.http_response.extensions["runinfra_meta"]
                return await answer.parse(), answer.headers, meta
        with opening as answer:
            meta = answer.http_response.extensions["runinfra_meta"]
            return answer.parse(), answer.headers, meta

    parsed, headers, meta = theirs.run(scenario)
    assert parsed.choices[0].message.content == TEXT
    assert headers["x-request-id"] == meta.request_id == theirs.gateway.journal[-1].request_id
    assert (meta.attempts, len(theirs.gateway.charges)) == (2, 1)


def test_raw_stream(theirs):
    """A stream of events under ``with_raw_response``."""

    async def scenario(client):
        create = client.chat.completions.with_raw_response.create
        raw = await done(create(model="acme-chat-8b", messages=FIVE, stream=True))
        return await items(raw.parse())

    chunks = theirs.run(scenario)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == TEXT


def own(theirs, **options):
    """A client of the SDK's for the same sandbox."""
    cls = sdk.AsyncRunInfra if theirs.kind == "async" else sdk.RunInfra
    where = {"api_key": theirs.gateway.api_key, "base_url": theirs.gateway.base_url}
    return cls(**where, **options)


def over(theirs, client):
    """openai's client over a client of the SDK's."""
    return (async_openai_client if theirs.kind == "async" else openai_client)(client)


@pytest.mark.parametrize("way", ["close", "leave", "forget"])
def test_early_close_frees_the_connection(theirs, way):
    """There is only one; the next call gets it."""

    async def scenario():
        mine = own(theirs, max_connections=1, timeout=20)
        client = over(theirs, mine)
        create = client.chat.completions.create
        stream = await done(create(model="acme-chat-8b", messages=FIVE, stream=True))
        if theirs.kind == "async":
            await anext(stream)
        else:
            next(stream)
        if way == "close":
            await done(stream.close())
        elif way == "leave" and theirs.kind == "async":
            async with stream:
                pass
        elif way == "leave":
            with stream:
                pass
        elif theirs.kind == "async":
            await stream._iterator.aclose()  # what the event loop does with a forgotten one
        del stream
        gc.collect()
        models = await done(client.models.list())
        await done(mine.close())
        return models.data[0].id

    assert asyncio.run(scenario()) == "acme-chat-8b"


def test_cancelling_frees_the_connection(ledger):
    """A task that waits for an answer, or for a silent stream, is cancelled."""
    ledger.reset()
    theirs = Theirs("async", ledger)

    async def scenario():
        async with own(theirs, max_connections=1, timeout=20) as mine:
            client = over(theirs, mine)

            async def waits(name):
                create = client.chat.completions.create
                given = {"model": "acme-chat-8b", "messages": FIVE, **fault(name)}
                if name == "never-answer":
                    await create(**given)
                async for chunk in await create(stream=True, **given):
                    assert chunk
                    got.set()

            for name in ("never-answer", "stall:2"):
                got = asyncio.Event()
                task = asyncio.create_task(waits(name))
                if name == "stall:2":
                    await got.wait()
                await asyncio.sleep(0.1)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                assert task.cancelled()
            return await asyncio.wait_for(client.models.list(), 20)

    assert asyncio.run(scenario()).data


def test_client_of_the_applications_own(theirs):
    """``http_client=`` for an ``openai.OpenAI`` that is made elsewhere, with retries of its own."""

    async def scenario():
        made = async_http_client if theirs.kind == "async" else http_client
        where = {"api_key": theirs.gateway.api_key, "base_url": theirs.gateway.base_url}
        http = made(**where, timeout=33.0)
        cls = openai.AsyncOpenAI if theirs.kind == "async" else openai.OpenAI
        client = cls(api_key="sk-other", base_url=http.base_url, http_client=http, max_retries=4)
        assert client.timeout.read == 33.0
        with pytest.raises(openai.APIConnectionError) as caught:
            await done(client.audio.speech.create(**SPEECH, **fault("lost")))
        lost = caught.value
        whole = await chat(**fault("lost*1"))(client)
        await done(client.close())
        return lost, whole

    lost, whole = asyncio.run(scenario())
    assert lost.__cause__.outcome_unknown
    assert whole.choices[0].message.content == TEXT
    assert len(theirs.gateway.journal) == 3
    assert len(theirs.gateway.charges) == 2


def test_whom_a_call_speaks_for(theirs):
    """A key that is given to openai's client, or for one request, is used, and none in its stead."""
    gateway, other = theirs.gateway, "rp_live_somebody_else_0123"

    async def scenario(client):
        mine = {"Authorization": f"Bearer {other}"}
        ways = [
            (client.with_options(api_key=other), {}),
            (client.with_options(default_headers=mine), {}),
            (client, {"extra_headers": mine}),
            (client.with_options(api_key=lambda: other), {}),
        ]
        if theirs.kind == "async":

            async def provided():
                return other

            ways[-1] = (client.with_options(api_key=provided), {})
        for made, more in ways:
            with pytest.raises(openai.AuthenticationError) as caught:
                await chat(**more)(made)
            error = caught.value
            assert other not in repr(dict(error.request.headers)) + str(error) + repr(vars(error))
            with pytest.raises(openai.AuthenticationError):
                await done(
                    made.chat.completions.create(
                        model="acme-chat-8b", messages=FIVE, stream=True, **more
                    )
                )
        pipeline = client.with_options(
            api_key=gateway.pipeline_api_key, base_url=f"{gateway.base_url}/{gateway.pipeline_id}"
        )
        create = pipeline.chat.completions.create
        assert (await done(create(model="default", messages=FIVE))).model == "acme-chat-8b"
        with pytest.raises(openai.APIError, match="Authorization: expected Bearer and an API key"):
            await chat(extra_headers={"Authorization": "Basic abc"})(client)
        return await chat()(client)

    assert theirs.run(scenario).choices[0].message.content == TEXT
    assert [entry.status for entry in gateway.journal] == [401] * 8 + [200, 200]


def test_another_base_url_is_refused(theirs):
    """Nothing is sent to a host that the key is not for."""

    async def scenario():
        made = async_http_client if theirs.kind == "async" else http_client
        http = made(api_key=theirs.gateway.api_key, base_url=theirs.gateway.base_url)
        cls = openai.AsyncOpenAI if theirs.kind == "async" else openai.OpenAI
        for url in ("https://api.example.com/v1", f"{theirs.gateway.base_url}0/x"):
            client = cls(api_key="sk-other", base_url=url, http_client=http)
            with pytest.raises(openai.APIError, match="base_url: expected") as caught:
                await done(client.models.list())
            assert isinstance(caught.value.__cause__, sdk.ConfigurationError)
        await done(client.close())

    asyncio.run(scenario())
    assert theirs.gateway.journal == []


def test_bad_header_is_refused(theirs):
    """As in the SDK's own calls: by an error that names it, before anything is sent."""
    error = theirs.failing(chat(extra_headers={"X-Forwarded-For": "10.0.0.1"}))
    assert type(error) is openai.APIError
    assert isinstance(error.__cause__, sdk.InvalidRequestError)
    assert theirs.gateway.journal == []


def test_openais_own_headers_stay_here(theirs, monkeypatch):
    """Organisation and project are for OpenAI's eyes; so is what it says of the machine."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    async def scenario(client):
        return await done(client.models.list())

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            theirs.failing(scenario, base_url=f"http://127.0.0.1:{server.server_port}/v1")
        finally:
            server.shutdown()
    (headers,) = seen
    assert headers["authorization"] == f"Bearer {theirs.gateway.api_key}"
    assert [n for n in headers if n.startswith(("openai", "x-stainless"))] == []
    assert headers["user-agent"].startswith("runinfra-ext/")


def test_key_is_neither_shown_nor_pickled(theirs, caplog, monkeypatch):
    """openai's client does not have it: it holds a word in its place."""
    caplog.set_level(logging.DEBUG)
    key = theirs.gateway.api_key

    async def scenario(client):
        await chat(**fault("503*1"))(client)
        http = client._client
        with pytest.raises(TypeError, match="never pickled"):
            pickle.dumps(http)
        return repr(client) + repr(vars(client)) + repr(vars(http)) + client.api_key

    assert key not in theirs.run(scenario) + caplog.text
    monkeypatch.setenv("RUNINFRA_API_KEY", key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", theirs.gateway.base_url)

    async def pickled():
        cls = sdk.AsyncRunInfra if theirs.kind == "async" else sdk.RunInfra
        mine = cls.from_env()
        http = (async_http_client if theirs.kind == "async" else http_client)(mine)
        data = pickle.dumps(http)
        assert key.encode() not in data
        copy = pickle.loads(data)
        assert str(copy.base_url).rstrip("/") == theirs.gateway.base_url
        await done((copy.aclose if theirs.kind == "async" else copy.close)())
        return await done(mine.models.list())  # its own client was not closed with it

    assert asyncio.run(pickled()).data


def test_hooks_hear_of_it(theirs):
    """What the SDK's client was given holds: hooks, pace and quota are the engine's."""
    heard = []
    hooks = Hooks(after_attempt=lambda end: heard.append((end.operation, end.status)))
    theirs.run(chat(**fault("503*1")), hooks=hooks)
    assert heard == [("createChatCompletion", 503), ("createChatCompletion", 200)]


def test_middleware_hears_of_it(theirs):
    """Of each call of openai's, with the model and the usage that it came to."""
    ends = []

    def middleware(start):
        return lambda end: ends.append((end.operation, end.model, end.outcome, end.output_tokens))

    theirs.run(chat(), middleware=[middleware])
    theirs.run(
        chat_stream(stream_options={"include_usage": True}, **fault("truncate:9")),
        middleware=[middleware],
    )
    theirs.run(chat_stream(**fault("truncate:3")), middleware=[middleware])
    whole = ("createChatCompletion", "acme-chat-8b", "ok", 5)
    assert ends[0] == whole
    assert [end[:3] for end in ends[1:]] == [(*whole[:2], outcome) for outcome in ("ok", "error")]


def test_rate_limit_holds_back(theirs):
    """A hint for longer than the deadline allows: the next call says so, without being sent."""

    async def scenario(client):
        with pytest.raises(openai.RateLimitError):
            await chat(**fault("retry-after:30"))(client)
        with pytest.raises(openai.RateLimitError) as caught:
            await chat()(client)
        return caught.value

    error = theirs.run(scenario, deadline=20, max_retries=0)
    assert (error.status_code, error.__cause__.phase) == (429, "never_sent")
    assert len(theirs.gateway.journal) == 1


def test_pipeline(theirs):
    """A client of one pipeline."""
    gateway = theirs.gateway
    where = {"api_key": gateway.pipeline_api_key, "pipeline_id": gateway.pipeline_id}

    async def scenario(client):
        create = client.chat.completions.create
        return await done(create(model="default", messages=FIVE))

    assert theirs.run(scenario, **where).choices[0].message.content == TEXT


def test_tls_and_uvloop():
    """A certificate of the company's own, and another event loop."""
    with Sandbox(tls=True) as gateway:
        where = {"api_key": gateway.api_key, "base_url": gateway.base_url}
        trust = {"ssl_context": gateway.ssl_context}

        async def main():
            async with sdk.AsyncRunInfra(**where, **trust) as mine:
                client = async_openai_client(mine)
                whole = await chat(**fault("lost*1"))(client)
                return whole.choices[0].message.content, await chat_stream()(client)

        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            assert runner.run(main()) == (TEXT, (TEXT, None))
        with sdk.RunInfra(**where, **trust) as mine:
            assert asyncio.run(chat()(openai_client(mine))).choices[0].message.content == TEXT
        assert len(gateway.charges) == 3


@pytest.mark.parametrize("found", ["none", "old"])
def test_missing_extra_is_named(found, tmp_path):
    """The base install has no openai, and an old one would repeat what has failed."""
    text = "raise ImportError('no openai')" if found == "none" else "__version__ = '2.39.0'"
    (tmp_path / "openai.py").write_text(text)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from runinfra_ext import ConfigurationError\n"
        "from runinfra_ext.integrations.openai import http_client\n"
        "assert 'openai' not in sys.modules\n"
        "try: http_client(api_key='k')\n"
        "except ConfigurationError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'runinfra-ext[openai]'" in run.stdout
