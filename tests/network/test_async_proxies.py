"""The async client through proxies: forward, CONNECT with credentials, TLS to the proxy, SOCKS."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from runinfra_ext import ConfigurationError
from runinfra_ext._ground.redaction import Credential
from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.asynchronous import AsyncHTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    authority_file,
    client_context,
    limits,
    server_context,
)
from tests.network.loops import run
from tests.network.proxying import Forwarding, relay, socks5

CREDENTIALS = "user:p%40ss"


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> str:
    """The event loop."""
    return str(request.param)


def echoes(peer: Peer) -> None:
    """Answers each request with its path and body."""
    while (request := peer.request()) is not None:
        assert b"proxy-" not in request[0].lower()
        peer.send(answer(request[0].split()[1] + b" " + request[1]))


def serve(tls: bool) -> Hostile:
    """A server of either kind."""
    return Hostile(echoes, tls=server_context() if tls else None)


async def ask(http: AsyncHTTP, url: str, body: bytes = b"{}", **more: Any) -> bytes:
    """What a server answers."""
    headers = {"authorization": Credential("Bearer key")}
    source = await http.send("POST", f"{url}/x", headers, body, limits(**more))
    pieces = []
    while piece := await source.receive():
        pieces.append(piece)
    assert source.status == 200
    return b"".join(pieces)


def asking(
    loop: str, proxy: str | None, scenario: Callable[[AsyncHTTP], Any], **options: Any
) -> Any:
    """Run a scenario with the door of an async client behind a proxy."""

    async def main() -> Any:
        http = AsyncHTTP(options=HTTPOptions(ssl_context=client_context(), proxy=proxy, **options))
        try:
            return await scenario(http)
        finally:
            await http.aclose()

    return run(loop, main)


def lost(loop: str, proxy: str | None, url: str, **more: Any) -> TransportFailure:
    """How a request fails."""

    async def scenario(http: AsyncHTTP) -> TransportFailure:
        with pytest.raises(TransportFailure) as caught:
            await ask(http, url, **more)
        assert "p%40ss" not in caught.value.message
        assert "p@ss" not in caught.value.message
        return caught.value

    return asking(loop, proxy, scenario)


@pytest.mark.parametrize("secure", [False, True], ids=["http-proxy", "https-proxy"])
def test_requests_go_through_the_proxy(
    loop: str, secure: bool, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain ones are forwarded, others tunnelled, with its credentials; TLS may be in TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", authority_file())
    proxy = Forwarding("user:p@ss")
    context = server_context() if secure else None
    big = b"x" * 300_000
    with serve(tls) as server, Hostile(proxy, tls=context) as hop:
        url = server.base_url

        async def scenario(http: AsyncHTTP) -> list[bytes]:
            return [await ask(http, url), await ask(http, url, big)]

        scheme = "https" if secure else "http"
        got = asking(loop, f"{scheme}://{CREDENTIALS}@localhost:{hop.port}", scenario)
        assert got == [b"/v1/x {}", b"/v1/x " + big]
        assert hop.opened == 1
    started = [line.rpartition(b" ")[0] for line in proxy.asked]
    where = b"localhost:%d" % server.port
    assert started == ([b"CONNECT " + where] if tls else [b"POST http://%b/v1/x" % where] * 2)


def test_wrong_credentials_are_told(loop: str) -> None:
    """A proxy's refusal of a tunnel is its own, and nothing was sent."""
    with serve(tls=True) as server, Hostile(Forwarding("user:else")) as hop:
        fault = lost(loop, f"http://{CREDENTIALS}@localhost:{hop.port}", server.base_url)
    assert (fault.reason, fault.sent, server.opened) == ("proxy", False, 0)
    assert fault.message.endswith(": status 407, check its user name and password.")


def test_what_is_wrong_with_a_proxy_is_told_as_that(loop: str) -> None:
    """Nobody there, no such name, one that closes, one that speaks something else."""

    def closes(peer: Peer) -> None:
        peer.head()

    def gibberish(peer: Peer) -> None:
        peer.head()
        peer.send(b"SSH-2.0-OpenSSH_9\r\n")

    def silent(peer: Peer) -> None:
        peer.head()
        peer.request()

    told = []
    with serve(tls=True) as server:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            free = sock.getsockname()[1]
        for where in (f"localhost:{free}", "nowhere.invalid:1"):
            told.append(lost(loop, f"http://{where}", server.base_url))
        for handler in (closes, gibberish, silent):
            with Hostile(handler) as hop:
                told.append(lost(loop, f"http://localhost:{hop.port}", server.base_url, connect=1))
    assert [one.reason for one in told] == ["proxy"] * 4 + ["connect_timeout"]
    assert [one.sent for one in told] == [False] * 5


def test_the_environments_proxies(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are heeded for https; plain http to this machine never goes through one."""
    proxy = Forwarding()
    with serve(tls=True) as server, serve(tls=False) as plain, Hostile(proxy) as hop:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://localhost:{hop.port}")
        monkeypatch.delenv("no_proxy", raising=False)

        async def scenario(http: AsyncHTTP) -> None:
            assert await ask(http, server.base_url) == b"/v1/x {}"
            assert (hop.opened, len(proxy.asked)) == (1, 1)
            assert await ask(http, plain.base_url) == b"/v1/x {}"
            assert hop.opened == 1

        asking(loop, None, scenario)

        async def alone(http: AsyncHTTP) -> None:
            assert await ask(http, server.base_url) == b"/v1/x {}"
            assert hop.opened == 1

        asking(loop, None, alone, trust_env=False)
        monkeypatch.setenv("NO_PROXY", f"localhost:{server.port}")
        asking(loop, None, alone)


def test_a_malformed_proxy_is_this_sides_fault(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the option or the variable, and nothing is sent."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncHTTP(options=HTTPOptions(proxy="ftp://localhost:1"))
    assert caught.value.param == "proxy"
    monkeypatch.setenv("https_proxy", "http://")
    with serve(tls=True) as server:

        async def scenario(http: AsyncHTTP) -> None:
            with pytest.raises(ConfigurationError) as caught:
                await ask(http, server.base_url)
            assert caught.value.param == "https_proxy"

        asking(loop, None, scenario)
    assert server.opened == 0


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks(loop: str, scheme: str, tls: bool) -> None:
    """Names are looked up here, or by the proxy; one connection serves many requests."""
    asked: list[tuple[str, int]] = []
    with serve(tls) as server, Hostile(socks5(asked, (b"user", b"p@ss"))) as hop:
        url = server.base_url

        async def scenario(http: AsyncHTTP) -> list[bytes]:
            return [await ask(http, url), await ask(http, url)]

        got = asking(loop, f"{scheme}://{CREDENTIALS}@localhost:{hop.port}", scenario)
        assert got == [b"/v1/x {}"] * 2
        assert hop.opened == 1
    assert asked == [("localhost" if scheme == "socks5h" else "127.0.0.1", server.port)]


def test_socks_4(loop: str) -> None:
    """The old one knows IPv4 addresses only."""

    def handle(peer: Peer) -> None:
        data = peer.sock.recv(100)
        (port,) = struct.unpack(">H", data[2:4])
        with socket.create_connection((socket.inet_ntoa(data[4:8]), port)) as onward:
            peer.send(b"\0\x5a" + data[2:8])
            relay(peer.sock, onward)

    with serve(tls=False) as server, Hostile(handle) as hop:
        url = server.base_url
        got = asking(loop, f"socks4://localhost:{hop.port}", lambda http: ask(http, url))
    assert got == b"/v1/x {}"


def test_what_is_wrong_with_socks_is_told(loop: str) -> None:
    """Refused credentials, a target that refuses, nobody there, a wrong certificate, silence."""

    def silent(peer: Peer) -> None:
        peer.sock.recv(100)
        peer.sock.recv(100)

    told = []
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        free = f"localhost:{sock.getsockname()[1]}"
        for handler in (socks5([], (b"user", b"else")), socks5([]), silent):
            with Hostile(handler) as hop:
                proxy = f"socks5h://{CREDENTIALS}@localhost:{hop.port}"
                told.append(lost(loop, proxy, f"http://{free}/v1", connect=0.5))
        told.append(lost(loop, f"socks5h://{free}", "http://localhost/v1"))
        told.append(lost(loop, f"socks5://{free}", "http://nowhere.invalid/v1"))
    other = Hostile(echoes, tls=server_context("elsewhere.example"))
    with other as server, Hostile(socks5([])) as hop:
        told.append(lost(loop, f"socks5h://localhost:{hop.port}", server.base_url))
    reasons = ["proxy", "proxy", "connect_timeout", "proxy", "dns", "tls_certificate"]
    assert [one.reason for one in told] == reasons
    assert not any(one.sent for one in told)


def test_a_cancelled_connect_over_socks_leaves_nothing(loop: str) -> None:
    """The thread may come to a connection later: it is closed."""

    def slow(peer: Peer) -> None:
        peer.sock.recv(100)
        peer.send(b"\5\0")
        peer.sock.recv(100)
        peer.send(b"\5\0\0\1\0\0\0\0\0\0")
        while peer.sock.recv(100):  # the rest of what it was asked, perhaps
            pass

    with Hostile(slow) as hop:

        async def scenario(http: AsyncHTTP) -> None:
            task = asyncio.create_task(ask(http, "http://localhost:9/v1"))
            while not hop.opened:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(hop.wait_for_closed, 1)

        asking(loop, f"socks5h://localhost:{hop.port}", scenario)
