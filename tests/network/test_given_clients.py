"""An application's own client of httpx or httpx2: used as it is, and told apart when it fails."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from typing import Any

import httpx
import pytest
import trustme

import runinfra_ext as sdk
from runinfra_ext import AsyncRunInfra, RunInfra
from runinfra_ext._http.httpx_given import below
from tests.conftest import Both
from tests.e2e.test_faults import serving
from tests.network.given import LIBRARIES, close, hook, make

CHAT: dict[str, Any] = {
    "model": "acme-chat-8b",
    "messages": [{"role": "user", "content": "Say: one two three."}],
}


@pytest.fixture(params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> str:
    """The library of the application's client."""
    return str(request.param)


def calling(both: Both, library: str, call: Any, given: dict[str, Any], **options: Any) -> Any:
    """Run a call with a client of the application's, which must be usable afterwards."""

    async def scenario() -> Any:
        own = make(library, both.kind, **given)
        try:
            async with both.client(http_client=own, **options) as client:
                result = await call(client)
            assert own.is_closed is False
            return result
        finally:
            await close(own)

    return both.run(scenario)


def failing(both: Both, library: str, given: dict[str, Any], **options: Any) -> Any:
    """The error of a chat call over a client of the application's."""

    async def call(client: Any) -> Any:
        with pytest.raises(sdk.RunInfraError) as caught:
            await client.chat.completions.create(**CHAT)
        return caught.value

    error = calling(both, library, call, given, **{"max_retries": 0, **options})
    assert error.__cause__ is None
    assert error.__context__ is None
    assert both.gateway.api_key not in repr(error) + str(error)
    return error


async def chat(client: Any) -> Any:
    """A chat call."""
    return await client.chat.completions.create(**CHAT)


def test_used_as_it_is(both: Both, library: str) -> None:
    """Its hooks are called, nothing in it is replaced, and it can be used before and afterwards."""
    seen: list[str] = []
    hooks = {
        "request": [hook(both.kind, lambda request: seen.append(str(request.url)))],
        "response": [hook(both.kind, lambda response: seen.append(str(response.status_code)))],
    }

    def parts(own: Any) -> list[Any]:
        pool = own._transport._pool
        return [
            own._transport,
            pool,
            pool._network_backend,
            own.timeout,
            own.auth,
            dict(own.headers),
        ]

    async def scenario() -> None:
        own = make(library, both.kind, event_hooks=hooks)
        before = parts(own)
        models = f"{both.gateway.base_url}/models"
        headers = {"Authorization": f"Bearer {both.gateway.api_key}"}

        async def direct() -> int:
            answer = own.get(models, headers=headers)
            return (await answer if both.kind == "async" else answer).status_code

        assert await direct() == 200
        async with both.client(http_client=own) as client:
            assert (await chat(client)).choices[0].message.content == "one two three."
            stream = await client.chat.completions.create(**CHAT, stream=True)
            assert (await stream.final()).choices[0].message.content == "one two three."
        assert await direct() == 200
        after = parts(own)
        assert all(one is other for one, other in zip(before[:3], after[:3], strict=True))
        assert before[3:] == after[3:]
        assert own.is_closed is False
        await close(own)

    both.run(scenario)
    assert seen.count("200") == 4
    assert len(both.gateway.journal) == 4


def test_answers_that_a_hook_has_read(both: Both, library: str) -> None:
    """A hook may read the answer (to log it): the body is taken as it is; also a stream's."""

    async def aread(response: Any) -> None:
        await response.aread()

    read = (lambda response: response.read()) if both.kind == "sync" else aread

    async def call(client: Any) -> Any:
        stream = await client.chat.completions.create(**CHAT, stream=True)
        return await chat(client), await stream.final(), await client.models.list()

    whole, streamed, models = calling(both, library, call, {"event_hooks": {"response": [read]}})
    assert whole.choices[0].message.content == "one two three."
    assert streamed.choices[0].message.content == "one two three."
    assert models.data != []


def test_what_lies_below_a_client() -> None:
    """The libraries and what they stand on are known from their packages, the rest is not theirs."""
    assert {"httpx", "httpx2", "httpcore", "httpcore2", "anyio", "h11", "h2", "socksio"} <= below()
    assert not {"rich", "click", "pytest", "runinfra_ext", "aiohttp", "urllib3"} & below()


def test_a_hook_that_raises_for_status(both: Both, library: str) -> None:
    """raise_for_status in a hook is still the gateway's answer, not a broken connection."""
    hooks = {"response": [hook(both.kind, lambda response: response.raise_for_status())]}
    both.gateway.script("429")
    error = failing(both, library, {"event_hooks": hooks})
    assert isinstance(error, sdk.RateLimitError)
    both.gateway.script("503")
    answer = calling(both, library, chat, {"event_hooks": hooks})
    assert answer.meta.attempts == 2


def test_a_hook_that_takes_the_body(both: Both, library: str) -> None:
    """A body that a hook has taken away is an error that says so; nothing is asked again."""

    def spoil(response: Any) -> None:
        if both.kind == "sync":
            list(response.iter_raw())

    async def aspoil(response: Any) -> None:
        async for _ in response.aiter_raw():
            pass

    spoiling = spoil if both.kind == "sync" else aspoil
    error = failing(both, library, {"event_hooks": {"response": [spoiling]}})
    assert isinstance(error, sdk.RunInfraConnectionError)
    assert error.reason == "client_closed"
    assert "hook" in str(error)
    assert error.outcome_unknown
    assert len(both.gateway.journal) == 1


@pytest.mark.parametrize("event", ["request", "response"])
def test_a_hooks_own_exception(both: Both, library: str, event: str) -> None:
    """What a hook raises is the application's: it passes unchanged, and no frame shows the key."""

    class Mine(Exception):
        pass

    def refuse(_value: Any) -> None:
        raise Mine("not on my watch")

    async def call(client: Any) -> Any:
        with pytest.raises(Mine) as caught:
            await chat(client)
        return caught.value

    error = calling(both, library, call, {"event_hooks": {event: [hook(both.kind, refuse)]}})
    assert str(error) == "not on my watch"
    assert len(both.gateway.journal) == (1 if event == "response" else 0)
    shown = "".join(
        traceback.TracebackException.from_exception(error, capture_locals=True).format()
    )
    assert both.gateway.api_key not in shown


def test_its_own_settings_leak_nothing(both: Both, library: str) -> None:
    """Its auth, headers, parameters, cookies and base URL are not mixed in; no redirect is followed."""
    given = {
        "auth": ("user", "secret"),
        "headers": {"X-Own": "1", "Accept-Encoding": "gzip, br"},
        "params": {"tenant": "7"},
        "cookies": {"session": "abc"},
        "base_url": "https://elsewhere.invalid",
        "follow_redirects": True,
    }
    calling(both, library, chat, given)
    assert {"x-own", "cookie"} & set(both.gateway.journal[0].headers) == set()
    with serving(lambda connection: None) as (port, elsewhere):
        target = f"http://127.0.0.1:{port}/v1"
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
        with serving(lambda connection: connection.sendall(moved)) as (own_port, seen):
            error = failing(both, library, given, base_url=f"http://127.0.0.1:{own_port}/v1")
    assert error.status == 307
    assert f"authorization: bearer {both.gateway.api_key}".encode() in seen[0].lower()
    assert b"accept-encoding: identity" in seen[0].lower()
    assert b"?tenant" not in seen[0]
    assert elsewhere == []


@pytest.mark.parametrize("name", ["Client", "AsyncClient"])
def test_the_wrong_kind(library: str, name: str) -> None:
    """A client of the other world is refused before any request, with a word on who takes it."""
    own = getattr(LIBRARIES[library], name)()
    maker, right = (
        (RunInfra, "AsyncRunInfra") if name == "AsyncClient" else (AsyncRunInfra, "RunInfra")
    )
    with pytest.raises(sdk.ConfigurationError) as caught:
        maker(api_key="k", http_client=own)
    assert caught.value.param == "http_client"
    assert f"got {library}.{name}, which is for {right}" in str(caught.value)
    asyncio.run(close(own))


@pytest.mark.parametrize("maker", [RunInfra, AsyncRunInfra])
@pytest.mark.parametrize("value", ["http://proxy.example", 5, object(), httpx.Client])
def test_something_else(maker: Any, value: object) -> None:
    """What is no client at all is refused too."""
    with pytest.raises(sdk.ConfigurationError, match="http_client: expected an httpx.*got "):
        maker(api_key="k", http_client=value)


def test_httpx2_is_not_imported() -> None:
    """httpx2 is optional: neither an import nor a client of httpx loads it."""
    code = """
import sys, httpx, runinfra_ext
client = runinfra_ext.RunInfra(api_key="k", http_client=httpx.Client(), base_url="http://127.0.0.1:9/v1")
try:
    client.models.list(max_retries=0)
except runinfra_ext.RunInfraConnectionError as error:
    print(error.reason, "httpx2" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("refused False\n", "")


def test_a_closed_client(both: Both, library: str) -> None:
    """A client that the application has closed is told as closed, with nothing sent."""

    async def scenario() -> Any:
        own = make(library, both.kind)
        await close(own)
        async with both.client(http_client=own) as client:
            with pytest.raises(sdk.RunInfraConnectionError) as caught:
                await chat(client)
            return caught.value

    error = both.run(scenario)
    assert (error.reason, error.phase, error.attempts) == ("client_closed", "never_sent", 1)


def test_reasons_of_what_was_never_sent(both: Both, library: str) -> None:
    """A name, a port, a certificate, a proxy: each with its own reason, and nothing sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        error = failing(both, library, {}, base_url=refusing)
        assert (error.reason, error.phase) == ("refused", "never_sent")
        proxied = {"proxy": refusing.removesuffix("/v1")}
        error = failing(both, library, proxied, base_url="https://gateway.invalid/v1")
        assert error.phase == "never_sent"
    error = failing(both, library, {}, base_url="https://gateway.invalid/v1")
    assert (error.reason, error.phase) == ("dns", "never_sent")
    assert "gateway.invalid" in str(error)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving(lambda connection: None, context) as (port, seen):
        error = failing(both, library, {}, base_url=f"https://127.0.0.1:{port}/v1")
    assert type(error) is sdk.TLSError
    assert (error.reason, error.phase) == ("tls_certificate", "never_sent")
    assert "certificate" in str(error)
    assert seen == [b""]
    with serving(lambda connection: connection.sendall(b"no TLS here\r\n" * 20)) as (port, seen):
        error = failing(both, library, {}, base_url=f"https://127.0.0.1:{port}/v1")
    assert (error.reason, error.phase) == ("tls_handshake", "never_sent")

    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with serving(lambda connection: connection.sendall(refusal)) as (port, seen):
        proxied = {"proxy": f"http://127.0.0.1:{port}"}
        error = failing(both, library, proxied, base_url="https://gateway.invalid/v1")
    assert (error.reason, error.phase) == ("proxy", "never_sent")
    assert "status 407, check its user name and password" in str(error)
    assert both.gateway.api_key.encode() not in seen[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "closed"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
            "truncated",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n{", "protocol"),
        (b"SMTP ready\r\n\r\n", "protocol"),
    ],
)
def test_reasons_of_what_may_have_run(both: Both, library: str, answer: bytes, reason: str) -> None:
    """A connection that closes or speaks nonsense after the request: outcome unknown, and why."""
    with serving(lambda connection: connection.sendall(answer)) as (port, _):
        error = failing(both, library, {}, base_url=f"http://127.0.0.1:{port}/v1")
    assert (error.reason, error.outcome_unknown) == (reason, True)


@pytest.mark.parametrize("cut", [False, True])
def test_the_end_of_a_body_without_a_length(both: Both, library: str, cut: bool) -> None:
    """Over TLS only the peer's goodbye ends such a body; without it the answer was cut."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    models = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"object":"list","data":[]}'

    def answer(connection: Any) -> None:
        with connection:
            connection.sendall(models)
            if not cut:
                connection.unwrap().close()

    async def call(client: Any) -> Any:
        return await client.models.list()

    async def lose(client: Any) -> Any:
        with pytest.raises(sdk.RunInfraConnectionError) as caught:
            await call(client)
        return caught.value

    with serving(answer, context) as (port, _):
        options = {"base_url": f"https://127.0.0.1:{port}/v1", "max_retries": 0}
        result = calling(both, library, lose if cut else call, {"verify": trusting}, **options)
    if cut:
        assert result.reason == "truncated"
    else:
        assert result.data == []


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n"),
    ],
)
def test_an_answer_that_has_no_body(both: Both, library: str, method: str, head: bytes) -> None:
    """It ends with its head: no more is waited for, and the connection stays the next call's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def answer(connection: Any) -> None:
        with connection:
            connection.sendall(head)
            connection.recv(65536)  # the next call's, over the same connection
            connection.sendall(head)
            connection.recv(1)  # nothing is said until the client closes

    async def call(client: Any) -> Any:
        return [await client.request(method, "/jobs/1", replay_safe=True) for _ in range(2)]

    with serving(answer, context) as (port, accepted):
        options = {"base_url": f"https://127.0.0.1:{port}/v1", "max_retries": 0, "timeout": 20}
        results = calling(both, library, call, {"verify": trusting}, **options)
    assert [raw.content for raw in results] == [b"", b""]
    assert len(accepted) == 1


def test_a_stale_connection_is_replaced(both: Both, library: str) -> None:
    """A pooled connection that was reset is repeated once, outside of max_retries."""

    async def call(client: Any) -> Any:
        await chat(client)
        both.gateway.script("reset")
        return await client.chat.completions.create(**CHAT, max_retries=0)

    assert calling(both, library, call, {}).meta.attempts == 2


@pytest.mark.parametrize("fault", ["drip-headers", "drip-body", "never-answer"])
def test_the_deadline_ends_every_wait(both: Both, library: str, fault: str) -> None:
    """A drip of the head or of the body, and silence, end with the call's time, not with a wait's."""
    began = time.monotonic()

    async def call(client: Any) -> Any:
        with pytest.raises(sdk.DeadlineExceededError):
            await client.chat.completions.create(
                **CHAT, deadline=0.4, extra_headers={"X-Sandbox-Fault": fault}
            )

    calling(both, library, call, {})
    assert time.monotonic() - began < 20


def test_the_read_limit(both: Both, library: str) -> None:
    """Silence ends with the read limit: after the request has left, the outcome is unknown."""

    async def call(client: Any) -> Any:
        with pytest.raises(sdk.RunInfraTimeoutError) as caught:
            await client.chat.completions.create(
                **CHAT,
                timeout=sdk.Timeout(read=0.3),
                max_retries=0,
                extra_headers={"X-Sandbox-Fault": "never-answer"},
            )
        return caught.value

    error = calling(both, library, call, {})
    assert (error.reason, error.outcome_unknown) == ("read_timeout", True)


def test_an_exception_of_a_signal_handler(gateway: Any, library: str) -> None:
    """A signal handler's TimeoutError is not taken for the socket's: it ends the call unchanged."""

    class Soft(TimeoutError):
        pass

    for error in (TimeoutError("time is up"), Soft("soft limit"), KeyboardInterrupt()):

        def ring(*_details: Any, error: BaseException = error) -> None:
            raise error

        before = signal.signal(signal.SIGUSR1, ring)
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
        own = make(library, "sync")
        with (
            own,
            RunInfra(api_key=gateway.api_key, base_url=gateway.base_url, http_client=own) as client,
        ):
            client.models.list()
            timer.start()
            try:
                with pytest.raises(type(error)) as caught:
                    client.chat.completions.create(
                        **CHAT, extra_headers={"X-Sandbox-Fault": "never-answer"}
                    )
            finally:
                timer.join()
                signal.signal(signal.SIGUSR1, before)
            assert caught.value is error
            assert client.chat.completions.create(**CHAT).choices


def test_cancellation_frees_the_connection(gateway: Any, library: str) -> None:
    """A cancelled call closes its connection, and the client goes on."""

    async def main() -> None:
        async with (
            make(library, "async") as own,
            AsyncRunInfra(
                api_key=gateway.api_key, base_url=gateway.base_url, http_client=own
            ) as client,
        ):
            task = asyncio.create_task(
                client.chat.completions.create(
                    **CHAT, extra_headers={"X-Sandbox-Fault": "never-answer"}
                )
            )
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert own._transport._pool.connections == []
            assert (await chat(client)).choices

    asyncio.run(main())


def test_uploads(both: Both, library: str, tmp_path: Any) -> None:
    """A file is sent whole; an exception of its source is the caller's own, and comes unchanged."""

    class Broken:
        name = "speech.wav"

        def read(self, _size: int = -1) -> bytes:
            raise LookupError("the tape is torn")

    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF" + bytes(300_000))

    async def call(client: Any) -> Any:
        with path.open("rb") as file:
            await client.audio.transcriptions.create(model="acme-asr", file=file)
        with pytest.raises(LookupError, match="torn"):
            await client.audio.transcriptions.create(model="acme-asr", file=Broken())

    calling(both, library, call, {})
    assert both.gateway.journal[0].status == 200


@pytest.mark.parametrize("kind", [LookupError, ConnectionResetError])
def test_a_source_that_fails_under_way(both: Both, library: str, kind: type[Exception]) -> None:
    """An upload's file that fails is told as such, not as a connection; the client goes on.

    What only the application can know comes as it was raised.
    """
    expected = sdk.InvalidRequestError if issubclass(kind, OSError) else kind
    error = kind("the tape is torn")

    class Torn(io.BytesIO):
        name = "speech.wav"

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100_000:
                raise error
            return super().read(size)

    async def call(client: Any) -> Any:
        file = Torn(b"RIFF" + bytes(3_000_000))
        with pytest.raises(expected) as caught:
            await client.audio.transcriptions.create(model="acme-asr", file=file)
        assert (caught.value is error) == (expected is kind)
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        return await chat(client)

    assert calling(both, library, call, {}).choices
    assert [entry.path for entry in both.gateway.journal if entry.status == 200] == [
        "/v1/chat/completions"
    ]


def test_a_transport_that_tells_nothing(both: Both, library: str) -> None:
    """Of a foreign transport only its documented connect errors prove that nothing was sent."""
    module = LIBRARIES[library]
    kinds = {
        module.ConnectError: ("unreachable", "never_sent"),
        module.PoolTimeout: ("pool_timeout", "never_sent"),
        module.ConnectTimeout: ("reset", "outcome_unknown"),
        module.ReadError: ("reset", "outcome_unknown"),
        module.LocalProtocolError: ("protocol", "outcome_unknown"),
        module.ReadTimeout: ("read_timeout", "outcome_unknown"),
    }
    for kind, expected in kinds.items():

        def handle(request: Any, kind: Any = kind) -> Any:
            raise kind("broken", request=request)

        error = failing(both, library, {"transport": module.MockTransport(handle)}, timeout=0.001)
        assert (error.reason, error.phase) == expected, kind


def test_answers_of_a_mock_transport(both: Both, library: str) -> None:
    """A transport without sockets answers as any other."""
    module = LIBRARIES[library]

    def handle(_request: Any) -> Any:
        return module.Response(200, json={"object": "list", "data": []})

    async def call(client: Any) -> Any:
        return await client.models.list()

    assert calling(both, library, call, {"transport": module.MockTransport(handle)}).data == []


def test_options_of_the_network_have_no_effect_on_it(library: str) -> None:
    """proxy= and ssl_context= belong to the given client: refused beside it."""
    own = make(library, "sync")
    for option in (
        {"proxy": "http://proxy.example"},
        {"ssl_context": ssl.create_default_context()},
    ):
        with pytest.raises(sdk.ConfigurationError, match="own"):
            RunInfra(api_key="k", http_client=own, **option)
    own.close()
