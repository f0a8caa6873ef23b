"""The blocking client in a real process: threads, Ctrl-C at any moment, forks, and the end of it."""

from __future__ import annotations

import atexit
import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.blocking import HTTP
from tests.network.blocking import closed_meanwhile, door, serve
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    authority_file,
    body_of,
    chunked,
    limits,
)


def send(http: HTTP, server: Hostile, body: bytes, **more):
    """Send one request."""
    return http.send("POST", f"{server.base_url}/x", {"x-a": "b"}, body, limits(**more))


def echoes(peer: Peer) -> None:
    """Answers each request with its body, in one of two framings."""
    while (request := peer.request()) is not None:
        body = request[1]
        if peer.requests % 2:
            peer.send(answer(body))
        else:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body))


def endless(peer: Peer) -> None:
    """Answers each request with pieces, one for each byte that it is sent."""
    while peer.request() is not None:
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while peer.sock.recv(1) not in {b"", b"."}:
            peer.send(b"1\r\nx\r\n")
        peer.send(b"0\r\n\r\n")


def poke(source, data: bytes) -> None:
    """Send something on the connection of an answer that is being read."""
    source._exchange._connection.wire.sendall(data)


def test_64_threads_never_mix_their_answers(tls: bool) -> None:
    """Every answer is that of its question, whoever used the connection before."""
    wrong: list[object] = []
    with serve(echoes, tls) as server:
        http = door(max_connections=8)

        def work(number: int) -> None:
            for turn in range(15):
                nonce = f"{number}-{turn}-{random.random()}".encode()
                try:
                    got = body_of(send(http, server, nonce))
                except Exception as error:
                    wrong.append(error)
                else:
                    if got != nonce:
                        wrong.append((nonce, got))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert http._made["backend"].connections <= 8
        assert server.opened <= 8
        http.close()
    assert wrong == []


class Interrupt(BaseException):
    """What a handler of a signal raises."""


class Late(TimeoutError):
    """The same, of the kind that a socket raises too."""


SPARED = (
    *(f"{os.sep}{name}{os.sep}" for name in ("coverage", "hypothesis")),
    *(f"{os.sep}{name}.py" for name in ("_weakrefset", "weakref")),
)


class Alarm:
    """Raises an exception at a random moment of a block."""

    def __init__(self) -> None:
        self.kind: type[BaseException] = Interrupt
        self.fired = 0
        self.armed = False
        self._collecting = False

    def note(self, phase: str, _info: object) -> None:
        """Called by the garbage collector."""
        self._collecting = phase == "start"

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Called by the system."""
        while frame is not None:
            if self._collecting or any(name in frame.f_code.co_filename for name in SPARED):
                # Coverage has a lock of its own, which an interrupt would leave taken; Hypothesis
                # is called by the garbage collector, and weak sets where one of their members is
                # freed: the interpreter swallows it there. So it does in whatever other tests have
                # left behind, if it is collected now.
                signal.setitimer(signal.ITIMER_REAL, 1e-4)
                return
            frame = frame.f_back
        if self.armed:
            self.armed = False
            self.fired += 1
            raise self.kind


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    """The process's alarm clock."""
    made = Alarm()
    before = signal.signal(signal.SIGALRM, made)
    gc.callbacks.append(made.note)
    yield made
    gc.callbacks.remove(made.note)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("kind", [Interrupt, Late])
def test_an_interrupt_at_any_moment_leaves_nothing_behind(
    kind: type[BaseException], alarm: Alarm, tls: bool
) -> None:
    """Nothing crosses, hangs or leaks; no interrupt is swallowed, and no place in the pool lost.

    2,000 calls of both kinds, with and without TLS, together.
    """
    alarm.kind = kind
    dice = random.Random(7)
    caught = complete = 0
    with serve(echoes, tls) as server:
        http = door(max_connections=2)
        assert body_of(send(http, server, b"first")) == b"first"
        # Half of the calls come through: also a connection that is new needs its time.
        window = 0.001
        for turn in range(500):
            nonce = b"%d-%d" % (turn, dice.getrandbits(64))
            try:
                try:
                    alarm.armed = True
                    signal.setitimer(signal.ITIMER_REAL, dice.uniform(1e-6, window))
                    got = body_of(send(http, server, nonce))
                finally:
                    alarm.armed = False
            except kind:
                caught += 1
                window *= 1.05
            else:
                complete += 1
                window *= 0.95
                assert got == nonce
        assert body_of(send(http, server, b"last")) == b"last"
        backend = http._made["backend"]
        assert backend.connections <= 2
        assert server.wait_for_closed(server.opened - backend.connections)
        http.close()
    assert caught == alarm.fired
    assert min(caught, complete) > 100


@pytest.mark.parametrize("raised", [TimeoutError, OSError, KeyboardInterrupt, Interrupt])
def test_what_a_handler_raises_passes_unchanged(
    raised: type[BaseException], alarm: Alarm, tls: bool
) -> None:
    """Also an exception that looks like the socket's own; the connection is closed."""

    def handler(*details: object) -> None:
        raise raised("from outside")

    def silent(peer: Peer) -> None:
        peer.request()
        peer.request()

    signal.signal(signal.SIGALRM, handler)
    with serve(silent, tls) as server:
        http = door()
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(raised, match="from outside"):
            send(http, server, b"x")
        assert http._made["backend"].connections == 0
        assert server.wait_for_closed(1)
        http.close()


def test_a_handler_may_use_and_close_the_client(alarm: Alarm) -> None:
    """It runs in the middle of a call; the call then ends as that of a closed client."""

    def silent(peer: Peer) -> None:
        if peer.number > 1:
            return echoes(peer)
        peer.request()
        peer.request()
        return None

    with serve(silent, tls=False) as server:
        http = door()
        inner = []

        def handler(*details: object) -> None:
            inner.append(body_of(send(http, server, b"inner")))
            http.close()

        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(TransportFailure) as caught:
            send(http, server, b"x")
        assert (caught.value.reason, inner) == ("client_closed", [b"inner"])


def test_another_thread_ends_a_wait(tls: bool) -> None:
    """Closing an answer that is being read wakes its reader, and frees the socket."""
    with serve(endless, tls) as server:
        http = door(max_connections=1)
        source = send(http, server, b"")
        reasons = []

        def read() -> None:
            try:
                source.receive()
            except TransportFailure as failure:
                reasons.append(failure.reason)

        thread = threading.Thread(target=read)
        thread.start()
        while not source._exchange._connection.wire.busy:
            time.sleep(0.001)
        source.close()
        thread.join(10)
        assert reasons == ["client_closed"]
        assert server.wait_for_closed(1)
        # The place is free at once.
        send(http, server, b"", pool=0.05).close()
        http.close()


def test_a_client_is_closed_while_a_connection_is_made() -> None:
    """In the middle of a handshake that never ends."""

    def silent(peer: Peer) -> None:
        peer.request()

    with Hostile(silent) as server:
        found = closed_meanwhile(door(), f"https://localhost:{server.port}/", server)
    assert found == [("client_closed", False)]


def test_an_answer_that_is_dropped_closes_its_connection(tls: bool) -> None:
    """Without a warning and at once; its place is found again."""
    with serve(endless, tls) as server:
        http = door(max_connections=1)
        source = send(http, server, b"")
        poke(source, b"a")
        assert source.receive() == b"x"
        del source
        assert server.wait_for_closed(1)
        assert http._made["backend"].connections == 0
        send(http, server, b"").close()
        http.close()


def test_a_client_that_is_dropped_closes_its_connections(tls: bool) -> None:
    """Idle ones at once; one in use when its answer goes, too."""
    with serve(endless, tls) as server:
        http = door()
        sources = [send(http, server, b"") for _ in range(3)]
        poke(sources[0], b".")
        assert sources[0].receive() == b""
        del http
        gc.collect()
        assert server.wait_for_closed(0)
        poke(sources[1], b"a")
        assert sources[1].receive() == b"x"
        del sources
        gc.collect()
        assert server.wait_for_closed(3)


LEFT_OPEN = """
import sys
from runinfra_ext._ground.limits import Limits, Timeout
from runinfra_ext._http.blocking import HTTP
from runinfra_ext._http.options import HTTPOptions
http = HTTP(options=HTTPOptions())
limits = Limits(Timeout(), None)
idle = http.send("POST", sys.argv[1], {}, b"", limits)
idle._exchange._connection.wire.sendall(b".")
assert idle.receive() == b""
held = http.send("POST", sys.argv[1], {}, b"", limits)
http.send("POST", sys.argv[1], {}, b"", limits)
"""


def test_a_process_ends_quietly(tls: bool) -> None:
    """With connections idle, in use and dropped; under -W error."""
    with serve(endless, tls) as server:
        run = subprocess.run(
            [sys.executable, "-W", "error", "-X", "dev", "-c", LEFT_OPEN, f"{server.base_url}/x"],
            env={**os.environ, "SSL_CERT_FILE": authority_file(), "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)
        assert server.wait_for_closed(2)


def in_a_child(work: Callable[[], object]) -> None:
    """Do something in a child of a fork."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads, on 3.12
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.parametrize("way", ["close", "client", "collect", "exit", "with-lock"])
def test_a_child_lets_go_of_its_parents_answer(way: str, tls: bool) -> None:
    """However it does: the parent's answer goes on."""
    with serve(endless, tls) as server:
        http = door()
        held = {"source": send(http, server, b""), "http": http}
        source = held["source"]
        poke(source, b"a")
        assert source.receive() == b"x"

        def work() -> None:
            if way in {"close", "with-lock"}:
                held["source"].close()
            elif way == "client":
                http.close()
                assert http.closed
            elif way == "exit":
                atexit._run_exitfuncs()
            held.clear()
            gc.collect()

        if way == "with-lock":
            # Another thread of the parent was in the pool when it was forked.
            with http._made["backend"]._pool._lock:
                in_a_child(work)
        else:
            in_a_child(work)
        poke(source, b"b")
        assert source.receive() == b"x"
        poke(source, b".")
        assert source.receive() == b""
        assert http._made["backend"].connections == 1
        assert server.closed == 0
        http.close()


def test_a_child_makes_connections_of_its_own(tls: bool) -> None:
    """It neither uses nor ends its parent's, idle or in use; reading on in it is refused."""
    with serve(echoes, tls) as server, serve(endless, tls) as other:
        http = door()
        assert body_of(send(http, server, b"one")) == b"one"
        source = send(http, other, b"")

        def work() -> None:
            assert body_of(send(http, server, b"child")) == b"child"
            try:
                source.receive()
            except TransportFailure as failure:
                assert failure.reason == "client_closed"
            else:
                raise AssertionError
            http.close()

        in_a_child(work)
        assert body_of(send(http, server, b"two")) == b"two"
        assert server.opened == 2
        poke(source, b"b")
        assert source.receive() == b"x"
        http.close()
