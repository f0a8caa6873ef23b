"""Both worlds read the same answer out of the same bytes, whatever their libraries think of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from runinfra_ext._ground.wire import TransportFailure
from tests.network.blocking import door
from tests.network.hostile import Hostile, Peer, answer, body_of, chunked, limits, server_context
from tests.network.loops import fetch, network, run

HEAD = b"HTTP/1.1 200 OK\r\n"
SIZED = b"Content-Length: 5\r\n\r\nhello"
CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"hello")
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
RIGHT = b"hello"

# What is sent before the server goes, and what becomes of it: the body, or the reason of a failure.
ANSWERS: dict[str, tuple[bytes, bytes | str]] = {
    "of HTTP/1.0": (b"HTTP/1.0 200 OK\r\n" + SIZED, RIGHT),
    "chunks in HTTP/1.0": (b"HTTP/1.0 200 OK\r\n" + CHUNKS, "protocol"),
    "HTTP/2.0": (b"HTTP/2.0 200 OK\r\n" + SIZED, "protocol"),
    "HTTP/0.9": (b"HTTP/0.9 200 OK\r\n" + SIZED, "protocol"),
    "a line before": (b"\r\n" + HEAD + SIZED, "protocol"),
    "no reason": (b"HTTP/1.1 200\r\n" + SIZED, RIGHT),
    "a bell in the reason": (b"HTTP/1.1 200 O\x07K\r\n" + SIZED, "protocol"),
    "a folded line": (HEAD + b"X: a\r\n\tb\r\n" + SIZED, RIGHT),
    "a folded coding": (HEAD + CHUNKS.replace(b": ", b":\r\n ", 1), RIGHT),
    "a folded first line": (HEAD + b" X: a\r\n" + SIZED, "protocol"),
    "line feeds alone": (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", RIGHT),
    "many behind line feeds": (
        b"HTTP/1.1 200 OK\nContent-Length: 300000\n\n" + b"h" * 300_000,
        b"h" * 300_000,
    ),
    "a blank before the colon": (b"HTTP/1.1 200 OK\nContent-Length : 5\n\nhello", "protocol"),
    "a bell in a value": (HEAD + b"X: a\x07b\r\n" + SIZED, "protocol"),
    "an escape in a value": (HEAD + b"X: a\x1b[0m\r\n" + SIZED, "protocol"),
    "a large header": (HEAD + b"X: " + b"a" * 40_000 + b"\r\n" + SIZED, RIGHT),
    "99 headers": (HEAD + b"X: a\r\n" * 98 + SIZED, RIGHT),
    "100 headers": (HEAD + b"X: a\r\n" * 99 + SIZED, "protocol"),
    "a length of 20 digits": (
        HEAD + b"Content-Length: 18446744073709551615\r\n\r\nhello",
        "protocol",
    ),
    "interim ones": (INTERIM * 3 + HEAD + SIZED, RIGHT),
    "interim ones alone": (INTERIM * 3, "closed"),
    "interim ones for ever": (INTERIM * 20_000, "protocol"),
    "an interim one, cut": (INTERIM[:20], "truncated"),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "protocol"),
    "a head, cut": (HEAD[:-1], "truncated"),
    "a line, cut": (HEAD + b"Content-Le", "truncated"),
    "one byte": (b"H", "truncated"),
    "gibberish without a line": (b"hello", "protocol"),
    "an alert of TLS": (b"\x15\x03\x01\x00\x02\x02\x28", "protocol"),
    "nothing": (b"", "closed"),
}


def handle(peer: Peer) -> None:
    """Gives the answer that the request's path asks for, and goes."""
    head = peer.head()
    assert head is not None
    data, _ = list(ANSWERS.values())[int(head.split()[1].rpartition(b"/")[2])]
    peer.send(data)
    peer.finish()
    peer.request()


def blocking(server: Hostile) -> dict[str, bytes | str]:
    """The outcomes of the blocking client."""
    found: dict[str, bytes | str] = {}
    for number, name in enumerate(ANSWERS):
        http = door()
        try:
            url = f"{server.base_url}/{number}"
            found[name] = body_of(http.send("GET", url, {}, None, limits()))
        except TransportFailure as error:
            found[name] = error.reason
        http.close()
    return found


def on(loop: str) -> Callable[[Hostile], Any]:
    """The outcomes of the async one."""

    async def asked(server: Hostile) -> dict[str, bytes | str]:
        found: dict[str, bytes | str] = {}
        for number, name in enumerate(ANSWERS):
            http = network()
            try:
                url = f"{server.base_url}/{number}"
                source = await http.send("GET", url, {}, None, limits())
                pieces = []
                while piece := await source.receive():
                    pieces.append(piece)
                found[name] = b"".join(pieces)
            except TransportFailure as error:
                found[name] = error.reason
            await http.aclose()
        return found

    return lambda server: run(loop, lambda: asked(server))


WORLDS: dict[str, Callable[[Hostile], Any]] = {
    "blocking": blocking,
    "asyncio": on("asyncio"),
    "uvloop": on("uvloop"),
}


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_a_head_and_what_is_not(world: str, tls: bool) -> None:
    with Hostile(handle, tls=server_context() if tls else None) as server:
        found = WORLDS[world](server)
    assert found == {name: outcome for name, (_, outcome) in ANSWERS.items()}


@pytest.mark.parametrize("world", WORLDS)
def test_values_are_trimmed_and_on_one_line(world: str) -> None:
    def folding(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer(b"{}", "X-A:  \tone  \r\n \t two \t"))

    with Hostile(folding) as server:
        if world == "blocking":
            http = door()
            source: Any = http.send("GET", f"{server.base_url}/x", {}, None, limits())
            http.close()
        else:

            async def asked() -> Any:
                http = network()
                source = await http.send("GET", f"{server.base_url}/x", {}, None, limits())
                await http.aclose()
                return source

            source = run(world, asked)
    assert source.headers["x-a"] == "one two"


@pytest.mark.parametrize("world", WORLDS)
def test_interim_answers_without_end_while_an_upload_waits(world: str, tls: bool) -> None:
    """They keep no upload waiting for ever: it ends long before the limit of a write."""

    def flooding(peer: Peer) -> None:
        peer.head()
        while True:
            peer.send(INTERIM * 100)

    content = b"x" * 30_000_000
    with Hostile(flooding, tls=server_context() if tls else None, receive_buffer=4096) as server:
        if world == "blocking":
            http = door()
            with pytest.raises(TransportFailure) as caught:
                http.send("POST", f"{server.base_url}/x", {}, content, limits())
            http.close()
        else:

            async def asked() -> None:
                http = network()
                async with asyncio.timeout(60):
                    await fetch(http, server, content)

            with pytest.raises(TransportFailure) as caught:
                run(world, asked)
    assert caught.value.reason == "protocol"
