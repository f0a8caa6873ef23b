"""Whatever ends a wait from outside passes unchanged, and leaves a client that works."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import time

import anyio
import pytest
from aiohttp.client_proto import ResponseHandler

from runinfra_ext._http.aiohttp_lookup import Resolver
from tests.network.hostile import Peer, answer, chunked
from tests.network.loops import fetch, network, on_grounds, on_loops, run, served

pytestmark = [on_loops, on_grounds]


def echo(peer: Peer) -> None:
    """Answers with the question's nonce, in a way and at a pace that the nonce decides."""
    while (request := peer.request()) is not None:
        nonce = int(re.search(rb"nonce-(\d+)", request[1])[1])
        body = b"%d " % nonce * (1 + nonce % 3000)
        if nonce % 3 == 0:
            time.sleep(nonce % 7 / 1000)
        if nonce % 2:
            head = answer(b"", "Transfer-Encoding: chunked", length=False)
            data = head + chunked(*(body[at : at + 997] for at in range(0, len(body), 997)))
        else:
            data = answer(body)
        for at in range(0, len(data), 5000):
            peer.send(data[at : at + 5000])


def test_cancellations_at_random_moments(loop, tls):
    """Nothing crosses, leaks or hangs: each call is cancelled, or has its own answer.

    2,000 calls on the four grounds together.
    """
    chance = random.Random(7)
    answered, cancelled = [], []

    async def scenario():
        http = network(tls, max_connections=8)

        async def one(nonce: int) -> None:
            _, body = await fetch(http, server, b"nonce-%d" % nonce + b" " * (nonce % 90_000))
            assert set(body.split()) == {b"%d" % nonce}
            answered.append(nonce)

        async def killed(nonce: int, after: float) -> None:
            task = asyncio.create_task(one(nonce))
            await asyncio.sleep(after)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                cancelled.append(nonce)

        for start in range(0, 500, 25):
            await asyncio.gather(
                *(killed(nonce, chance.random() ** 3 / 10) for nonce in range(start, start + 25))
            )
        await one(1_000)  # all turns are back, or this would wait for ever
        await asyncio.gather(*(one(2_000 + nonce) for nonce in range(16)))
        (backend,) = http._backends.values()
        left = backend.connections, sum(line.busy for line in backend._pool.lines)
        free = backend._pool._free
        await http.aclose()
        return left, free

    with served(echo, tls) as server:
        (left, busy), free = run(loop, scenario)
        assert server.wait_for_closed(server.opened)
    assert (busy, free) == (0, 8)
    assert left <= 8
    assert len(answered) + len(cancelled) == 500 + 17
    assert cancelled
    assert answered


@pytest.mark.parametrize("stage", ["pool", "head", "body"])
def test_a_cancelled_wait_frees_the_socket_at_once(loop, tls, stage):
    """Within 100 ms, without waiting for a goodbye of TLS."""
    reached = []

    def handle(peer: Peer) -> None:
        peer.request()
        if stage == "body":
            peer.send(answer(b"", "Content-Length: 100", length=False) + b"begun")
        reached.append(peer)
        assert peer.head() is None  # the client has gone

    async def scenario():
        http = network(tls, max_connections=1)
        first = asyncio.create_task(fetch(http, server))
        while not reached:
            await asyncio.sleep(0.005)
        task = first
        if stage == "pool":
            task = asyncio.create_task(fetch(http, server))
            await asyncio.sleep(0.02)
        task.cancel("why")
        started = time.monotonic()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert caught.value.args == ("why",)
        if stage == "pool":
            first.cancel()
            await asyncio.wait([first])
        (backend,) = http._backends.values()
        while backend.connections and time.monotonic() < started + 10:
            await asyncio.sleep(0.001)
        took = time.monotonic() - started
        await asyncio.to_thread(server.wait_for_closed, 1)
        await http.aclose()
        return took

    with served(handle, tls) as server:
        assert run(loop, scenario) < 5  # a busy machine's; TLS alone would wait for 30 seconds
    assert server.closed == 1


@pytest.mark.parametrize("scope", ["timeout", "anyio", "wait_for"])
@pytest.mark.parametrize("stage", ["head", "body"])
def test_clocks_of_the_application_are_its_own(loop, tls, scope, stage):
    """`asyncio.timeout`, `wait_for` and anyio's cancel scopes end a call as they end anything."""

    def handle(peer: Peer) -> None:
        peer.request()
        if stage == "body":
            peer.send(answer(b"", "Content-Length: 100", length=False) + b"begun")
        peer.head()

    async def scenario():
        http = network(tls)
        if scope == "anyio":
            with anyio.move_on_after(0.1) as clock:
                await fetch(http, server)
            ended = clock.cancelled_caught
        else:
            with pytest.raises(TimeoutError) as caught:
                if scope == "timeout":
                    async with asyncio.timeout(0.1):
                        await fetch(http, server)
                else:
                    await asyncio.wait_for(fetch(http, server), 0.1)
            ended = type(caught.value) is TimeoutError
        (backend,) = http._backends.values()
        await asyncio.sleep(0.01)
        left = backend.connections
        await http.aclose()
        return ended, left

    with served(handle, tls) as server:
        assert run(loop, scenario) == (True, 0)


class Foreign(TimeoutError):
    """A timeout of somebody else's."""


@pytest.mark.parametrize("stage", ["lookup", "head", "body"])
def test_a_foreign_timeout_passes_unchanged(loop, tls, stage, monkeypatch):
    """An exception that somebody throws into the call, as a soft time limit does, is not ours."""
    thrown = Foreign("soft limit")

    def handle(peer: Peer) -> None:
        peer.request()
        if stage == "body":
            peer.send(answer(b"", "Content-Length: 100", length=False) + b"begun")
        peer.head()

    async def scenario():
        http = network(tls)
        if stage == "lookup":

            async def resolve(*arguments, **options):
                raise thrown

            monkeypatch.setattr(Resolver, "resolve", resolve)
        call = asyncio.create_task(fetch(http, server))
        while stage != "lookup":
            await asyncio.sleep(0.01)
            (backend,) = http._backends.values()
            lines = list(backend._pool.lines)
            if not lines:
                continue
            place = lines[0].handler if stage == "head" else lines[0].content
            if place is not None and place._waiter is not None:
                place._waiter.set_exception(thrown)
                break
        with pytest.raises(TimeoutError) as caught:
            await call
        await asyncio.sleep(0.01)
        (backend,) = http._backends.values()
        left = backend.connections
        await http.aclose()
        return caught.value, left

    with served(handle, tls) as server:
        found, left = run(loop, scenario)
    assert found is thrown
    assert left == 0


def test_cancelled_at_the_moment_of_connecting(loop, tls, monkeypatch):
    """The connection is there and nobody has it yet: it ends without waiting for a goodbye."""
    left_open = []
    connected = ResponseHandler.connection_made

    def handle(peer: Peer) -> None:
        peer.sock.settimeout(15)  # beyond what the test waits for
        try:
            while socket.socket.recv(peer.sock, 100):  # below TLS, whose goodbye is not yet an end
                pass
        except TimeoutError:
            left_open.append(peer.number)

    async def scenario():
        http = network(tls)
        call = asyncio.create_task(fetch(http, server))

        def connection_made(self, transport):
            connected(self, transport)
            call.cancel()

        monkeypatch.setattr(ResponseHandler, "connection_made", connection_made)
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(server.wait_for_closed, 1)
        await http.aclose()

    with served(handle, tls) as server:
        run(loop, scenario)
    assert left_open == []


def test_a_connection_that_was_closed_twice_can_be_ended(loop, tls):
    """A polite end waits for the peer's goodbye; asyncio's own forgets the socket at the second."""
    left_open = []

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"right"))
        peer.sock.settimeout(15)  # beyond what the test waits for
        try:
            while socket.socket.recv(peer.sock, 100):
                pass
        except TimeoutError:
            left_open.append(peer.number)

    async def scenario():
        http = network(tls)
        await fetch(http, server)
        (backend,) = http._backends.values()
        (line,) = backend._pool.lines
        line.transport.close()
        line.transport.close()
        line.abort()
        assert await asyncio.to_thread(server.wait_for_closed, 1)
        await http.aclose()

    with served(handle, tls) as server:
        run(loop, scenario)
    assert left_open == []
