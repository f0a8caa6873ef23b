"""Answers as the street sends them, to the blocking client: whole, in bits, too long, and cut."""

from __future__ import annotations

import threading
import time

import pytest

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.blocking import HTTP
from tests.network.blocking import door, serve
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    answering,
    body_of,
    chunked,
    limits,
)

HEAD = b"HTTP/1.1 200 OK\r\n"


def send(http: HTTP, server: Hostile, content: object = b"{}", **more):
    """Send one request."""
    headers = {"content-type": "text/plain"}
    return http.send("POST", f"{server.base_url}/x", headers, content, limits(**more))


def outcome(handler, tls: bool, **more) -> bytes | str:
    """The body of an answer, or the reason of the failure."""
    with serve(handler, tls) as server:
        http = door()
        try:
            return body_of(send(http, server, **more))
        except TransportFailure as failure:
            assert failure.sent
            return failure.reason
        finally:
            http.close()


LONG = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    "data",
    [
        answer(LONG),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(LONG[:70_000], LONG[70_000:]),
        answer(LONG, length=False),
    ],
    ids=["length", "chunks", "until-close"],
)
def test_long_bodies_come_whole(data: bytes, tls: bool) -> None:
    """Many records and segments, in odd sizes: byte for byte what was sent."""

    def handle(peer: Peer) -> None:
        peer.request()
        sizes, at = [1, 7, 1000, 16_384, 16_385, 65_536, 5], 0
        while at < len(data):
            size = sizes[at % len(sizes)]
            peer.send(data[at : at + size])
            at += size
        if tls:
            peer.sock = peer.sock.unwrap()

    assert outcome(handle, tls) == LONG


@pytest.mark.parametrize(
    "data",
    [
        answer(b"hello"),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"he", b"llo"),
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(b"hello"),
    ],
    ids=["length", "chunks", "interim"],
)
def test_one_byte_at_a_time(data: bytes, tls: bool) -> None:
    """Over TLS each byte is a record of its own."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send_bytewise(data)

    assert outcome(handle, tls) == b"hello"


def test_what_has_come_is_handed_out_at_once(tls: bool) -> None:
    """Nothing waits for more: each piece is seen before the next one is sent."""
    go_on = threading.Event()

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        go_on.wait(10)
        peer.send(b"1\r\nc\r\n0\r\n\r\n")

    with serve(handle, tls) as server:
        http = door()
        source = send(http, server)
        assert source.receive() == b"ab"
        go_on.set()
        assert (source.receive(), source.receive()) == (b"c", b"")
        http.close()


EVIL = answer(b"EVIL")


@pytest.mark.parametrize(
    "first",
    [
        answer(b"right") + EVIL,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"right") + EVIL,
        b"HTTP/1.1 204 No Content\r\n\r\n" + EVIL,
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nEVIL",
        answer(b"right") + b"\r\n",
    ],
    ids=["length", "chunks", "204", "304", "blank-line"],
)
def test_bytes_behind_an_answer_are_never_another_one(first: bytes, tls: bool) -> None:
    """Whatever stands behind the end: the connection is closed, the next answer is its own."""

    def handle(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(first if peer.number == 1 else answer(b"own"))

    with serve(handle, tls) as server:
        http = door()
        body_of(send(http, server))
        assert [body_of(send(http, server)) for _ in range(2)] == [b"own", b"own"]
        assert server.opened == 2
        http.close()


def test_bytes_that_come_later_are_noticed(tls: bool) -> None:
    """The peer speaks while the connection is idle: it is not used."""
    spoken = threading.Event()

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"one"))
        if peer.number == 1:
            peer.send(EVIL)
            spoken.set()
            peer.request()

    with serve(handle, tls) as server:
        http = door()
        assert body_of(send(http, server)) == b"one"
        assert spoken.wait(10)
        assert body_of(send(http, server)) == b"one"
        assert server.opened == 2
        http.close()


def test_a_kept_connection_is_used_again(tls: bool) -> None:
    """Ten answers over one connection; the tickets of TLS 1.3 are no news."""

    def handle(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer(str(peer.requests).encode()))

    with serve(handle, tls) as server:
        http = door()
        got = [body_of(send(http, server)) for _ in range(10)]
        assert got == [str(number).encode() for number in range(1, 11)]
        assert server.opened == 1
        http.close()


@pytest.mark.parametrize("line", ["Connection: close", "connection: Keep-Alive, Close"])
def test_a_connection_that_shall_close_is_not_kept(line: str, tls: bool) -> None:
    with serve(answering(answer(b"a", line)), tls) as server:
        http = door()
        assert body_of(send(http, server)) == b"a"
        assert body_of(send(http, server)) == b"a"
        assert server.opened == 2
        http.close()


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("HTTP/1.1 200 OK\r\nConnection: upgrade\r\nConnection: Close", False),
        ("HTTP/1.1 200 OK\r\nConnection: upgrade", True),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive", True),
        ("HTTP/1.0 200 OK", False),
        ("HTTP/1.0 200 OK\r\nKeep-Alive: timeout=5", False),
    ],
)
def test_what_a_server_says_of_its_connection(lines: str, kept: bool) -> None:
    """On whichever line; of HTTP/1.0 it must say that it keeps it."""

    def handle(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(lines.encode() + b"\r\nContent-Length: 1\r\n\r\na")

    with serve(handle, False) as server:
        http = door()
        assert [body_of(send(http, server)) for _ in range(2)] == [b"a", b"a"]
        assert server.opened == (1 if kept else 2)
        http.close()


@pytest.mark.parametrize(
    "data",
    [
        answer(b"hello", "Content-Length: 4"),
        answer(b"hello", "Transfer-Encoding: chunked"),
        answer(b"hello", "Content-Length : 5", length=False),
        answer(b"hello", "X: y\rContent-Length: 5", length=False),
        answer(b"hello", "Transfer-Encoding: gzip", length=False),
        answer(b"hello", "Content-Length: five", length=False),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello"),
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"hello\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
)
def test_odd_framing_is_refused(data: bytes, tls: bool) -> None:
    """Framing that could be read in two ways is no answer."""
    assert outcome(answering(data), tls) == "protocol"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "closed"),
        (b"HTT", "truncated"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5", "truncated"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "truncated"),
        (answer(b"hello")[:-1], "truncated"),
        (answer(b"hello")[:-5], "truncated"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "truncated"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "truncated"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "truncated"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n", "truncated"),
    ],
)
def test_an_answer_that_is_cut_is_told(data: bytes, reason: str, tls: bool) -> None:
    """Wherever the end of the connection falls; with and without a goodbye of TLS."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(data)
        if tls and peer.number == 1:
            peer.sock = peer.sock.unwrap()
        else:
            peer.finish()

    assert outcome(handle, tls) == reason


def test_a_body_until_the_end_needs_a_goodbye_over_tls() -> None:
    """Anybody on the way can send a FIN: without close_notify the body may be cut."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"hello", length=False))
        peer.finish()

    assert outcome(handle, tls=False) == b"hello"
    assert outcome(handle, tls=True) == "truncated"


def test_resets_are_told(tls: bool) -> None:
    """Before the answer, and in the middle of it."""

    def before(peer: Peer) -> None:
        peer.request()
        peer.reset()

    def within(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"hello")[:-2])
        peer.sock.recv(1)
        peer.reset()

    assert outcome(before, tls) == "reset"
    with serve(within, tls) as server:
        http = door()
        source = send(http, server)
        assert source.receive() == b"hel"
        # The server waits for a byte, so that what it sent has been read before the reset.
        wire = source._exchange._connection.wire
        wire.sendall(b"x")
        with pytest.raises(TransportFailure) as caught:
            source.receive()
        assert caught.value.reason == "reset"
        http.close()


def test_noise_inside_of_tls_is_told() -> None:
    """What can't be decrypted breaks the connection, and the answer."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"hello")[:-2])
        raw = peer.sock.detach()
        import socket

        with socket.socket(fileno=raw) as sock:
            sock.sendall(b"\x17\x03\x03\x00\x20" + b"?" * 32)
            sock.recv(65536)

    with serve(handle, tls=True) as server:
        http = door()
        source = send(http, server)
        with pytest.raises(TransportFailure) as caught:
            body_of(source)
        assert caught.value.reason == "reset"
        assert "mac" in caught.value.message
        http.close()


def test_interim_answers_are_passed_over(tls: bool) -> None:
    """A server may send any number of them while it works."""
    interim = b"HTTP/1.1 102 Processing\r\nX: y\r\n\r\n" + b"HTTP/1.1 100 Continue\r\n\r\n"
    assert outcome(answering(interim * 150 + answer(b"hello")), tls) == b"hello"


def test_headers_come_as_they_were_sent(tls: bool) -> None:
    """In UTF-8 or Latin-1, and folded ones on one line."""
    data = answer(b"", "X-A: caf\u00e9", "X-B: one\r\n\ttwo", "x-a: again")
    latin = answer(b"").replace(b"Content-Type", b"X-L: caf\xe9\r\nContent-Type")
    with serve(answering(data, latin), tls) as server:
        http = door()
        source = send(http, server)
        assert (source.headers.all("x-a"), source.headers["x-b"]) == (("café", "again"), "one two")
        assert body_of(source) == b""
        assert send(http, server).headers["x-l"] == "café"
        http.close()


def test_silence_and_deadline_while_reading(tls: bool) -> None:
    """Each ends the wait, and says which it was; silence may be bounded more tightly."""
    quiet = threading.Event()

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD + b"Content-Length: 5\r\n\r\nhe")
        peer.request()

    def silent(peer: Peer) -> None:
        peer.request()
        peer.request()

    def drips(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD + b"Content-Length: 500\r\n\r\n")
        while not quiet.wait(0.01):
            peer.send(b"x")

    reasons = []
    with serve(handle, tls) as server:
        http = door()
        source = send(http, server)
        assert source.receive() == b"he"
        with pytest.raises(TransportFailure) as caught:
            source.receive(0.02)
        reasons.append(caught.value.reason)
        http.close()
        reasons.append(outcome(silent, tls, read=0.05))
        reasons.append(outcome(silent, tls, deadline=0.4))
        reasons.append(outcome(drips, tls, deadline=0.4))
        quiet.set()
    assert reasons == ["read_timeout", "read_timeout", "deadline", "deadline"]


def test_the_deadline_ends_a_flood(tls: bool) -> None:
    """Also where bytes are always there, so that nothing is ever waited for."""
    given_up = time.monotonic() + 5

    def floods(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while time.monotonic() < given_up:
            peer.send(b"1\r\nx\r\n" * 10_000)

    assert outcome(floods, tls, deadline=0.4) == "deadline"
