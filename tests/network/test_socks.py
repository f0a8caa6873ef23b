"""SOCKS proxies in both worlds: no limit is theirs, and what is wrong is told in the same way."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from typing import Any

import pytest

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.asynchronous import AsyncHTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.blocking import closed_meanwhile, door
from tests.network.hostile import Hostile, Peer, limits
from tests.network.loops import on_loops, run
from tests.network.worlds import in_worlds, outcome

NOWHERE = "http://gateway.example/v1/x"


def drips(peer: Peer) -> None:
    """Takes all that it is told, and answers with a name of 255 letters, byte by byte."""
    peer.sock.recv(100)
    peer.send(b"\5\0")
    peer.sock.recv(300)
    for byte in b"\5\0\0\3\xff" + b"x" * 257:
        peer.send(bytes([byte]))
        time.sleep(0.03)


def silent(peer: Peer) -> None:
    """Takes the connection, and says nothing."""
    while peer.sock.recv(100):
        pass


@in_worlds
@pytest.mark.parametrize("handler", [drips, silent])
def test_the_deadline_bounds_the_talk_with_the_proxy(world: str, handler: Any) -> None:
    """However it cuts what it says; the socket is given back at once."""
    with Hostile(handler) as hop:
        options = HTTPOptions(proxy=f"socks5h://localhost:{hop.port}")
        error = outcome(world, NOWHERE, options, limits(0.8))
        assert isinstance(error, TransportFailure)
        assert (error.reason, error.sent) == ("deadline", False)
        assert hop.wait_for_closed(hop.opened)


@in_worlds
def test_a_name_that_can_not_be_told_to_the_proxy(world: str) -> None:
    """It is told at once, and not as a wait that was too long."""
    with Hostile(drips) as hop:
        options = HTTPOptions(proxy=f"socks5h://localhost:{hop.port}")
        error = outcome(world, "http://a..example/v1/x", options, limits(5))
        assert isinstance(error, TransportFailure)
        assert (error.reason, error.sent) == ("proxy", False)
        assert "label empty or too long" in error.message
        assert hop.wait_for_closed(hop.opened)


@in_worlds
def test_the_lookup_of_the_proxys_name_is_bounded(
    world: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of any other."""
    go_on, real = threading.Event(), socket.getaddrinfo
    waited_for = []

    def hanging(host: Any, *arguments: Any, **options: Any) -> Any:
        if host != "hung.example":
            return real(host, *arguments, **options)
        if not go_on.wait(10):
            waited_for.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    error = outcome(
        world, NOWHERE, HTTPOptions(proxy="socks5h://hung.example"), limits(connect=0.1)
    )
    go_on.set()
    assert isinstance(error, TransportFailure)
    assert (error.reason, error.sent, waited_for) == ("connect_timeout", False, [])


@in_worlds
@pytest.mark.parametrize(
    ("scheme", "found", "expected"),
    [
        ("socks5", [], ("dns", "The name of gateway.example was not found: it has no address.")),
        (
            "socks4",
            [(socket.AF_INET6, ("::1", 80, 0, 0))],
            ("dns", "The name of gateway.example was not found: it has no IPv4 address."),
        ),
    ],
)
def test_a_name_that_is_looked_up_here(
    world: str, scheme: str, found: Any, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with it is no fault of the proxy's."""
    kind = socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *arguments, **options: [(family, *kind, to) for family, to in found],
    )
    error = outcome(world, NOWHERE, HTTPOptions(proxy=f"{scheme}://127.0.0.1:9"))
    assert isinstance(error, TransportFailure)
    assert (error.reason, error.message) == expected


@in_worlds
def test_the_next_address_of_the_proxy_is_tried(
    world: str, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    """It may have one of a family in which nobody listens."""

    def refuses(peer: Peer) -> None:
        peer.sock.recv(100)
        peer.send(b"\5\xff")

    with Hostile(refuses) as hop:
        kind = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        addresses = [("127.0.0.1", free_port), ("127.0.0.1", hop.port)]
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_, **options: [(*kind, to) for to in addresses]
        )
        error = outcome(world, NOWHERE, HTTPOptions(proxy="socks5h://two.example"))
        assert hop.opened == 1
    assert isinstance(error, TransportFailure)
    assert error.reason == "proxy"
    assert "SOCKS5" in error.message


@pytest.mark.parametrize("raised", [TimeoutError, OSError, KeyboardInterrupt])
def test_what_a_signals_handler_raises_passes_unchanged(raised: type[BaseException]) -> None:
    """The package below would take it for an error of the socket's."""

    def ring(*details: object) -> None:
        raise raised("from outside")

    before = signal.signal(signal.SIGUSR1, ring)
    try:
        with Hostile(silent) as hop:
            http = door(proxy=f"socks5h://localhost:{hop.port}")
            timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
            timer.start()
            with pytest.raises(raised, match="from outside"):
                http.send("GET", NOWHERE, {}, None, limits())
            timer.join()
            assert hop.wait_for_closed(1)
            assert http._made["backend"].connections == 0
            http.close()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_closing_the_client_ends_the_talk() -> None:
    """From another thread, at once."""
    with Hostile(silent) as hop:
        http = door(proxy=f"socks5h://localhost:{hop.port}")
        assert closed_meanwhile(http, NOWHERE, hop) == [("client_closed", False)]
        assert hop.wait_for_closed(1)


@on_loops
def test_proxies_that_hang_hold_nothing_up(loop: str) -> None:
    """Neither the event loop's own threads nor its end wait for them."""

    async def scenario(port: int) -> list[Any]:
        http = AsyncHTTP(options=HTTPOptions(proxy=f"socks5h://localhost:{port}"))
        calls = [
            asyncio.create_task(http.send("GET", f"{NOWHERE}/{n}", {}, None, limits()))
            for n in range(40)
        ]
        while hop.opened < 40:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(len, calls)
        for call in calls:
            call.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        await http.aclose()
        return ended

    with Hostile(silent) as hop:
        ended = run(loop, lambda: scenario(hop.port))
        assert {type(one) for one in ended} == {asyncio.CancelledError}
        assert hop.wait_for_closed(40)
