"""Bodies arrive as they were sent, however the network cuts them, and whoever else is at work."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import threading
import time
import tracemalloc

import pytest

import runinfra_ext as sdk
from tests.network.hostile import Peer, answer, chat, chunked
from tests.network.loops import PATIENT, fetch, network, on_grounds, on_loops, run, served

pytestmark = [on_loops, on_grounds]


def blob(nonce: str, size: int) -> bytes:
    """Bytes that nobody else's answer has."""
    seed = hashlib.sha256(nonce.encode()).digest()
    return (seed * (size // len(seed) + 1))[:size]


def nonce_of(request: tuple[bytes, bytes]) -> str:
    return re.search(rb"nonce-(\w+)", request[1])[1].decode()


def framed(body: bytes, framing: str) -> bytes:
    if framing == "length":
        return answer(body)
    if framing == "chunked":
        pieces = [body[start : start + 7001] for start in range(0, len(body), 7001)]
        return answer(b"", "Transfer-Encoding: chunked", length=False) + chunked(*pieces)
    return answer(body, "Connection: close", length=False)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("cut", [1, 1400, 16384, 10_000_000])
def test_a_body_in_pieces_of_any_size(loop, tls, framing, cut):
    """One byte at a time, a packet at a time, a TLS record at a time, all in one."""
    size = 3000 if cut == 1 else 400_000

    def serve(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            data = framed(blob(nonce_of(request), size), framing)
            for start in range(0, len(data), cut):
                peer.send(data[start : start + cut])
            if framing == "close":
                if tls:
                    peer.sock.unwrap()
                return

    async def scenario():
        http = network(tls)
        try:
            for number in range(3):
                _, body = await fetch(http, server, f"nonce-{number}".encode())
                assert body == blob(str(number), size)
        finally:
            await http.aclose()

    with served(serve, tls) as server:
        run(loop, scenario)
    assert server.opened == (3 if framing == "close" else 1)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_reader_slower_than_the_goodbye(loop, tls, framing):
    """A server that closes after its answer takes nothing of it along that has come already."""
    size = 800_000  # more than aiohttp takes unread, less than that and what uvloop's TLS takes

    def serve(peer: Peer) -> None:
        data = framed(blob(nonce_of(peer.request()), size), framing)
        peer.send(data[:700_000])
        time.sleep(0.05)  # now nobody reads
        peer.send(data[700_000:])
        if tls:
            peer.sock.settimeout(0)
            with contextlib.suppress(OSError):  # the client's goodbye is not waited for
                peer.sock.unwrap()

    async def scenario():
        http = network(tls)
        headers = {"content-type": "application/json"}
        source = await http.send("POST", f"{server.base_url}/x", headers, b"nonce-1", PATIENT)
        try:
            body = await source.receive()
            assert await asyncio.to_thread(server.wait_for_closed, 1)
            await asyncio.sleep(0.1)
            while piece := await source.receive():
                body += piece
            assert body == blob("1", size)
        finally:
            await source.aclose()
            await http.aclose()

    with served(serve, tls) as server:
        run(loop, scenario)


def test_what_was_handed_on_is_not_kept(loop, tls):
    """An answer that goes on holds nothing of what was read of it."""
    size = 100_000
    half = bytes(size)  # made before memory is counted: the peer is in this process
    told = threading.Event()

    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"", f"Content-Length: {2 * size}", length=False))
        told.wait(20)
        peer.send(half)
        peer.sock.recv(1)

    async def scenario():
        http = network(tls)
        headers = {"content-type": "application/json"}
        source = await http.send("POST", f"{server.base_url}/x", headers, b"{}", PATIENT)
        tracemalloc.start()
        try:
            told.set()
            left = size
            while left:
                left -= len(await source.receive())
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
            await source.aclose()
            await http.aclose()

    with served(serve, tls) as server:
        assert run(loop, scenario) < size / 2  # what coverage notes is counted too


def test_a_hundred_at_once_with_bursts(loop, tls):
    """Nobody gets a byte of another's answer, and no answer loses one."""

    def serve(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            nonce = nonce_of(request)
            size = 20_000 + int(nonce) * 97
            data = framed(blob(nonce, size), "chunked" if int(nonce) % 2 else "length")
            step = 1 + int(nonce) * 331
            for start in range(0, len(data), step):
                peer.send(data[start : start + step])

    async def scenario():
        http = network(tls)

        async def one(number: int) -> bool:
            same = True
            for turn in range(3):
                nonce = number + 100 * turn
                _, body = await fetch(http, server, f"nonce-{nonce}".encode())
                same = same and body == blob(str(nonce), 20_000 + nonce * 97)
            return same

        done = await asyncio.gather(*(one(number) for number in range(100)))
        await http.aclose()
        return done

    with served(serve, tls) as server:
        assert run(loop, scenario) == [True] * 100
    assert server.opened <= 100


def test_a_slow_reader_holds_the_sender_back(loop, tls):
    """A body that is not read does not pile up in memory, and arrives whole all the same."""
    size = 30_000_000
    sent = []

    def serve(peer: Peer) -> None:
        request = peer.request()
        peer.send(answer(b"", f"Content-Length: {size}", length=False))
        data = blob(nonce_of(request), size)
        for start in range(0, size, 100_000):
            peer.send(data[start : start + 100_000])
            sent.append(start)

    async def scenario():
        http = network(tls)
        digest = hashlib.sha256()
        source = await http.send("POST", f"{server.base_url}/x", {}, b"nonce-slow", PATIENT)
        await asyncio.sleep(0.3)
        waiting = len(sent) * 100_000
        while piece := await source.receive():
            digest.update(piece)
        await http.aclose()
        return waiting, digest.digest()

    with served(serve, tls) as server:
        waiting, digest = run(loop, scenario)
    assert digest == hashlib.sha256(blob("slow", size)).digest()
    assert waiting < 20_000_000


def test_large_answers_of_chats(loop, tls):
    """The same through the client: each answer holds its question's nonce."""

    def serve(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            nonce = nonce_of(request)
            data = answer(chat(f"{nonce} " * 20_000))
            peer.send(data[:9000])
            for start in range(9000, len(data), 16384):
                peer.send(data[start : start + 16384])

    async def scenario():
        async with sdk.AsyncRunInfra(**server.options()) as client:

            async def one(number: int) -> bool:
                message = {"role": "user", "content": f"nonce-{number}"}
                result = await client.chat.completions.create(model="m", messages=[message])
                return set(result.choices[0].message.content.split()) == {str(number)}

            return await asyncio.gather(*(one(number) for number in range(30)))

    with served(serve, tls) as server:
        assert run(loop, scenario) == [True] * 30
