"""The pool of the blocking client: its limit, its queue, and what it does with old connections."""

from __future__ import annotations

import threading
import time

import pytest

import runinfra_ext as sdk
from runinfra_ext._ground.limits import Limits, Timeout
from runinfra_ext._http import urllib3_pool
from runinfra_ext._http.failures import TransportFailure
from runinfra_ext._http.urllib3_clock import Clock
from runinfra_ext._http.urllib3_connect import Route
from runinfra_ext._http.urllib3_pool import Pool
from tests.network.hostile import Hostile, answer, answering, chat, echoing

ROUTE = Route("http", "one.example", 80, None)
OTHER = Route("http", "two.example", 80, None)


def clock(pool: float | None = None, deadline_at: float | None = None) -> Clock:
    """A clock in the stage of waiting for the pool."""
    made = Clock(Limits(Timeout(pool=pool), deadline_at), "one.example")
    made.stage("pool_timeout", whole=pool)
    return made


def ask(client: sdk.RunInfra, text: str = "q") -> str | None:
    """What a chat says."""
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model="m", messages=messages).choices[0].message.content


def backend_of(client: sdk.RunInfra):
    """The backend of a client that has sent something."""
    return client._http._made["backend"]


def test_beyond_the_limit_a_call_waits_and_then_says_so() -> None:
    """No free connection within the pool's limit: never sent, and told as that."""
    let_go = threading.Event()

    def handle(peer):
        peer.request()
        let_go.wait(10)
        peer.send(answer(chat()))

    with Hostile(handle) as server:
        options = server.options(max_connections=1, timeout=sdk.Timeout(pool=0.1))
        with sdk.RunInfra(**options) as client:
            first = threading.Thread(target=ask, args=(client,))
            first.start()
            while server.opened == 0:
                time.sleep(0.001)
            with pytest.raises(sdk.RunInfraConnectionError) as caught:
                ask(client)
            let_go.set()
            first.join()
            assert backend_of(client).connections <= 1
    assert (caught.value.reason, caught.value.phase) == ("pool_timeout", "never_sent")
    assert server.opened == 1


def test_the_deadline_bounds_the_wait() -> None:
    """A call's deadline ends the wait for a connection, too, and is told as the deadline."""
    pool = Pool(1)
    held = pool.take(ROUTE, None, clock())
    with pytest.raises(TransportFailure) as caught:
        pool.take(ROUTE, None, clock(10, time.monotonic() + 0.05))
    assert (caught.value.reason, caught.value.sent) == ("deadline", False)
    assert pool.wires == [held.wire]


def test_200_waiters_get_their_turn_in_order() -> None:
    """Whoever waits for longer goes first; nobody is overtaken, and nobody forgotten."""
    pool, order = Pool(1), []
    first = pool.take(ROUTE, None, clock())
    threads = []
    for number in range(200):

        def work(number: int = number) -> None:
            connection = pool.take(ROUTE, None, clock())
            order.append(number)
            pool.drop(connection)

        thread = threading.Thread(target=work)
        thread.start()
        threads.append(thread)
        while len(pool._queue) <= number:
            time.sleep(0.0005)
    pool.drop(first)
    for thread in threads:
        thread.join(20)
    assert order == list(range(200))
    assert (len(pool._queue), pool.wires) == (0, [])


def test_whoever_gives_up_passes_the_turn_on() -> None:
    """The first in the queue runs out of time; the next one still gets the place."""
    pool, got = Pool(1), []
    held = pool.take(ROUTE, None, clock())
    failed = threading.Event()

    def impatient() -> None:
        with pytest.raises(TransportFailure, match="pool"):
            pool.take(ROUTE, None, clock(0.05))
        failed.set()

    threads = [
        threading.Thread(target=impatient),
        threading.Thread(target=lambda: got.append(pool.take(ROUTE, None, clock()))),
    ]
    for place, thread in enumerate(threads):
        thread.start()
        while len(pool._queue) <= place and not failed.is_set():
            time.sleep(0.0005)
    assert failed.wait(10)
    pool.drop(held)
    for thread in threads:
        thread.join(10)
    assert len(got) == 1


def test_a_connection_that_was_lost_leaves_its_place() -> None:
    """Somebody let go of a connection without giving it back: the next one finds its place."""
    pool = Pool(1)
    connection = pool.take(ROUTE, None, clock())
    del connection
    assert pool.take(ROUTE, None, clock(5)) is not None


def test_a_turn_that_was_lost_is_passed_over() -> None:
    """A waiter that is gone without having left the queue holds nobody up."""
    import weakref

    pool = Pool(1)
    pool._queue.append(weakref.ref(gone := threading.Lock()))
    del gone
    assert pool.take(ROUTE, None, clock(5)) is not None


def test_the_last_used_is_used_first() -> None:
    """Two connections, one call after the other: it is always the same one that serves."""
    numbers = []
    both_in = threading.Barrier(2)

    def handle(peer):
        while peer.request() is not None:
            if peer.requests == 1:
                both_in.wait(10)
            numbers.append(peer.number)
            peer.send(answer(chat()))

    with Hostile(handle) as server, sdk.RunInfra(**server.options()) as client:
        threads = [threading.Thread(target=ask, args=(client,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        del numbers[:]
        for _ in range(5):
            ask(client)
    assert len(numbers) == 5
    assert len(set(numbers)) == 1


def test_old_connections_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was idle for too long is closed instead of used."""
    with Hostile(echoing) as server, sdk.RunInfra(**server.options()) as client:
        assert ask(client, "one") == "one"
        monkeypatch.setattr(urllib3_pool, "IDLE_SECONDS", 0.0)
        assert ask(client, "two") == "two"
        assert server.wait_for_closed(1)
    assert server.opened == 2


def test_idle_connections_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a burst only so many connections are kept as are allowed to idle."""
    monkeypatch.setattr(urllib3_pool, "MAX_IDLE_CONNECTIONS", 2)
    with Hostile(echoing) as server, sdk.RunInfra(**server.options()) as client:
        barrier = threading.Barrier(8)

        def work() -> None:
            barrier.wait(10)
            for _ in range(5):
                ask(client)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert backend_of(client).connections <= 2


def test_another_hosts_idle_connection_makes_room() -> None:
    """At the limit, an idle connection to one host gives way to a new one to another."""
    with Hostile(echoing) as server, Hostile(answering(answer(chat("other")))) as other:
        with sdk.RunInfra(**server.options(max_connections=1)) as client:
            assert ask(client) == "q"
            backend = backend_of(client)
            clients = sdk.RunInfra(**other.options(max_connections=1))
            clients._http._made["backend"] = backend
            assert ask(clients) == "other"
            assert server.wait_for_closed(1)
            assert backend.connections <= 1


def test_a_connection_whose_peer_has_gone_is_not_used() -> None:
    """The server closed it while it was idle: the next call opens a new one, and is sent once."""
    seen = []

    def handle(peer):
        seen.append(peer.request())
        peer.send(answer(chat(f"from {peer.number}")))

    with Hostile(handle) as server, sdk.RunInfra(**server.options()) as client:
        assert ask(client) == "from 1"
        assert server.wait_for_closed(1)
        assert ask(client) == "from 2"
    assert len(seen) == 2


def test_one_stale_connection_makes_all_idle_ones_suspect() -> None:
    """A restarted server left many connections dead: the transparent repeat takes a new one."""
    barrier = threading.Barrier(4)
    let_die = threading.Event()

    def handle(peer):
        if peer.number > 4:
            return echoing(peer)
        peer.request()
        barrier.wait(10)
        peer.send(answer(chat()))
        # Dies with the next request on it, unanswered, which no look at the socket foretells.
        peer.request()
        let_die.set()
        return None

    with Hostile(handle) as server, sdk.RunInfra(**server.options()) as client:
        threads = [threading.Thread(target=ask, args=(client,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert backend_of(client).connections == 4
        assert ask(client, "again") == "again"
        assert server.wait_for_closed(4)
        assert backend_of(client).connections == 1
    assert server.opened == 5


def test_a_closed_client_sends_nothing_more() -> None:
    """Calls that are under way end, waiters too, and new ones fail unsent."""
    asked = threading.Event()
    errors: list[sdk.RunInfraConnectionError] = []

    def handle(peer):
        peer.request()
        asked.set()
        peer.request()

    def work(client: sdk.RunInfra) -> None:
        try:
            ask(client)
        except sdk.RunInfraConnectionError as error:
            errors.append(error)

    with Hostile(handle) as server:
        client = sdk.RunInfra(**server.options(max_connections=1))
        threads = [threading.Thread(target=work, args=(client,)) for _ in range(3)]
        threads[0].start()
        assert asked.wait(10)
        for thread in threads[1:]:
            thread.start()
        while len(backend_of(client)._pool._queue) < 2:
            time.sleep(0.001)
        client.close()
        for thread in threads:
            thread.join(10)
        work(client)
        assert server.wait_for_closed(1)
    assert {error.reason for error in errors} == {"client_closed"}
    assert sorted(str(error.phase) for error in errors).count("never_sent") == 3
    assert len(errors) == 4
    assert backend_of(client).closed


def test_a_connection_given_back_to_a_closed_pool_is_closed() -> None:
    """Closing while an answer is read leaves no descriptor open."""
    with Hostile(echoing) as server:
        client = sdk.RunInfra(**server.options())
        ask(client)
        pool = backend_of(client)._pool
        connection = pool._find(Route("http", "localhost", server.port, None), None)
        pool.closed = True
        pool.give(connection)
        assert connection.wire.sockets[0].fileno() == -1
