"""Uploads over the async client: answers that come early, sources that fail, servers that stall."""

from __future__ import annotations

import asyncio
import select
import time

import pytest

import runinfra_ext as sdk
from runinfra_ext._ground.limits import Limits, Timeout
from runinfra_ext._ground.wire import TransportFailure
from tests.network.hostile import Peer, answer, chat
from tests.network.loops import PATIENT, failing, fetch, network, on_grounds, on_loops, run, served

pytestmark = [on_loops, on_grounds]

BIG = b"RIFF" + b"\0" * 8_000_000
REFUSED = answer(b'{"error":{"message":"too big"}}', status="413 Payload Too Large")


class Pieces:
    """An upload in pieces, of a size that is known before."""

    def __init__(self, *pieces: bytes, error: BaseException | None = None) -> None:
        self.size = sum(map(len, pieces)) + (error is not None)
        self._pieces = pieces
        self._error = error

    def __iter__(self):
        yield from self._pieces
        if self._error is not None:
            raise self._error


def stays(peer: Peer) -> None:
    """Answers at once, and reads no more."""
    peer.head()
    peer.send(REFUSED)
    poll = select.poll()
    poll.register(peer.sock, select.POLLRDHUP)
    poll.poll(10_000)


def takes_nothing(peer: Peer) -> None:
    """Reads the head, and no more."""
    peer.head()
    poll = select.poll()
    poll.register(peer.sock, select.POLLRDHUP)
    poll.poll(10_000)


def closes(peer: Peer) -> None:
    """Answers at once, and closes with all that was not read."""
    peer.head()
    peer.send(REFUSED)


def resets(peer: Peer) -> None:
    """Answers at once, and breaks off a little later."""
    peer.head()
    peer.send(REFUSED)
    time.sleep(0.02)
    peer.reset()


@pytest.mark.parametrize("content", [BIG, Pieces(*[b"x" * 262_144] * 40)], ids=["bytes", "pieces"])
@pytest.mark.parametrize("how", [stays, closes, resets])
def test_an_early_answer_is_the_answer(loop, tls, how, content):
    """Also where the server stops reading, or closes the door behind it."""

    async def scenario():
        http = network(tls)
        found = []
        for _ in range(1 if how is stays else 10):
            try:
                found.append((await fetch(http, server, content))[0])
            except TransportFailure as error:
                found.append(error.reason)
        (backend,) = http._backends.values()
        left = backend.connections
        await http.aclose()
        return found, left

    with served(how, tls) as server:
        found, left = run(loop, scenario)
    # uvloop closes a connection to which it can't write, with the answer that nobody has decrypted.
    may_be_lost = {"reset"} if (loop, tls) == ("uvloop", True) and how is not stays else set()
    assert set(found) - may_be_lost == {413}
    assert left == 0


def test_an_early_answer_through_the_client(loop, tls):
    """It becomes the error of its status, and is not repeated."""

    async def scenario():
        async with sdk.AsyncRunInfra(**server.options(max_retries=2)) as client:
            with pytest.raises(sdk.PayloadTooLargeError) as caught:
                await client.audio.transcriptions.create(model="m", file=("a.wav", BIG))
            return caught.value

    with served(stays, tls) as server:
        error = run(loop, scenario)
    assert (error.outcome_unknown, server.opened) == (False, 1)


@pytest.mark.parametrize("content", [BIG, Pieces(*[b"x" * 262_144] * 40)], ids=["bytes", "pieces"])
def test_interim_answers_do_not_end_an_upload(loop, tls, content):
    """All of it is sent, and its answer is the last one; the connection goes on."""
    size = len(content) if isinstance(content, bytes) else content.size

    def handle(peer: Peer) -> None:
        while peer.head() is not None:
            for _ in range(20):
                peer.send(b"HTTP/1.1 102 Processing\r\nA: b\r\n\r\n")
            peer.send(b"HTTP/1.1 1")
            taken = len(peer.rest())
            while taken < size:
                taken += len(peer.sock.recv(1 << 20))
            peer.send(b"00 Continue\r\n\r\n" + answer(b"%d" % taken))

    async def scenario():
        http = network(tls)
        found = [await fetch(http, server, content) for _ in range(2)]
        await http.aclose()
        return found

    with served(handle, tls) as server:
        assert run(loop, scenario) == [(200, b"%d" % size)] * 2
    assert server.opened == 1


@pytest.mark.parametrize(
    ("content", "pause"),
    [(BIG, 0.0), (Pieces(*[b"x" * 262_144] * 40), 0.0), (BIG, 0.2)],
    ids=["bytes", "pieces", "when nothing more can be written"],
)
def test_a_server_that_falls_silent_in_the_head_of_an_early_answer(loop, tls, content, pause):
    """The upload has stopped for this answer: the wait for the rest of it is a read."""

    def handle(peer: Peer) -> None:
        peer.head()
        time.sleep(pause)
        peer.send(b"HTTP/1.1 413 Payload Too Large\r\n")
        poll = select.poll()
        poll.register(peer.sock, select.POLLRDHUP)
        poll.poll(10_000)

    async def scenario():
        http = network(tls)
        error = await failing(http, server, content, Limits(Timeout(20, 0.3, None, 20), None))
        await http.aclose()
        return error

    with served(handle, tls) as server:
        error = run(loop, scenario)
    assert (error.reason, error.sent) == ("read_timeout", True)


@pytest.mark.parametrize("size", [10, 65_536, 65_537, 3_000_000])
@pytest.mark.parametrize("form", ["bytes", "pieces"])
def test_bodies_arrive_as_they_are(loop, tls, size, form):
    """And the connection serves the next one, though the answer may come before the source ends."""
    received = []

    def handle(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            received.append(request[1])
            peer.send(answer(chat()))

    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    content = body
    if form == "pieces":
        content = Pieces(*(body[at : at + 100_000] for at in range(0, size, 100_000)))

    async def scenario():
        http = network(tls)
        for _ in range(3):
            await fetch(http, server, content)
        await http.aclose()

    with served(handle, tls) as server:
        run(loop, scenario)
    assert received == [body] * 3
    assert server.opened == 1


class Own(Exception):
    """What a source raises."""


class Stopped(BaseException):
    """What a framework stops a thread with."""


@pytest.mark.parametrize(
    "error",
    [
        Own("disk"),
        OSError("gone"),
        TimeoutError(),
        ValueError("x"),
        Stopped(),
        GeneratorExit(),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("before", [0, 3])
def test_a_sources_own_exception_comes_through(loop, tls, error, before):
    """Unchanged; the connection is dropped, and what had come is never a complete upload."""
    received = []

    def handle(peer: Peer) -> None:
        received.append(peer.request())

    async def scenario():
        http = network(tls)
        with pytest.raises(type(error)) as caught:
            await fetch(http, server, Pieces(*[b"x" * 100_000] * before, error=error))
        (backend,) = http._backends.values()
        left = backend.connections
        await http.aclose()
        return caught.value, left

    with served(handle, tls) as server:
        found, left = run(loop, scenario)
        assert server.wait_for_closed(1)
    assert found is error
    assert (left, received) == (0, [None])


@pytest.mark.parametrize("content", [BIG, Pieces(*[b"x" * 262_144] * 40)], ids=["bytes", "pieces"])
@pytest.mark.parametrize("limit", ["write", "deadline"])
def test_a_server_that_takes_nothing(loop, tls, content, limit):
    """The write limit ends it, or the deadline; the application's own clock is not needed."""

    timeout = Timeout(20, 20, 0.2 if limit == "write" else 20, 20)

    async def scenario():
        http = network(tls)
        # Long enough for a busy machine to connect.
        deadline = time.monotonic() + 0.8 if limit == "deadline" else None
        error = await failing(http, server, content, Limits(timeout, deadline))
        await http.aclose()
        return error

    with served(takes_nothing, tls, receive_buffer=20_000) as server:
        error = run(loop, scenario)
    assert (error.reason, error.sent) == ("write_timeout" if limit == "write" else "deadline", True)


def test_a_slow_server_that_takes_a_little_now_and_then(loop, tls):
    """The write limit holds for each piece, not for all of them."""

    def handle(peer: Peer) -> None:
        peer.head()
        taken = len(peer._data)
        pause = 0
        while taken < len(content):
            taken += len(peer.sock.recv(400_000))
            if taken > pause:
                pause += 400_000
                time.sleep(0.02)
        peer.send(answer(b"ok"))

    content = b"x" * 12_000_000

    async def scenario():
        http = network(tls)
        started = time.monotonic()
        timeout = Timeout(20, 20, 0.5, 20)
        found = await fetch(http, server, content, Limits(timeout, None))
        took = time.monotonic() - started
        await http.aclose()
        return found, took

    with served(handle, tls) as server:
        found, took = run(loop, scenario)
    assert found == (200, b"ok")
    assert took > 0.5


def test_a_source_that_blocks_is_bounded_by_the_deadline(loop, tls):
    """Reading the source is nobody's write limit, but the call's deadline."""

    class Slow(Pieces):
        def __iter__(self):
            yield b"x" * 10
            time.sleep(0.5)
            yield b"x" * 10

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"ok"))
        peer.head()
        peer.head()

    async def scenario():
        http = network(tls)
        await fetch(http, server)  # so that the short limit is not for connecting
        limits = Limits(PATIENT.timeout, time.monotonic() + 0.2)
        error = await failing(http, server, Slow(b"x" * 20), limits)
        await http.aclose()
        return error

    with served(handle, tls) as server:
        error = run(loop, scenario)
    assert (error.reason, error.sent) == ("deadline", True)
