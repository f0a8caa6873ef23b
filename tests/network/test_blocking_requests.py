"""Requests of the blocking client: in one piece, refused half-way, stuck, and with a secret in them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from runinfra_ext._ground.redaction import Credential
from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.blocking import HTTP
from tests.network.blocking import door, serve
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    body_of,
    limits,
)

TOO_LARGE = answer(b"too large", status="413 Content Too Large")
BIG = 30_000_000


def send(http: HTTP, server: Hostile, content: object = b"{}", **more):
    """Send one request."""
    headers = {"content-type": "text/plain"}
    if not isinstance(content, bytes):
        headers["content-length"] = str(BIG)
    return http.send("POST", f"{server.base_url}/x", headers, content, limits(**more))


def pieces() -> Iterator[bytes]:
    """An upload in pieces."""
    for _ in range(BIG // 1_000_000):
        yield b"x" * 1_000_000


def stays(peer: Peer) -> None:
    """Answers, and reads nothing more."""
    peer.head()
    peer.send(TOO_LARGE)
    threading.Event().wait(0.2)


def closes(peer: Peer) -> None:
    """Answers, and closes."""
    peer.head()
    peer.send(TOO_LARGE)


def hesitates(peer: Peer) -> None:
    """Says that it goes on, and then refuses."""
    peer.head()
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nA: b\r\n\r\nHTTP/1.1 4")
    threading.Event().wait(0.05)
    peer.send(TOO_LARGE[len("HTTP/1.1 4") :])
    threading.Event().wait(0.2)


@pytest.mark.parametrize("content", ["bytes", "pieces"])
@pytest.mark.parametrize("handler", [stays, closes, hesitates])
def test_an_early_answer_ends_the_upload(handler, content: str, tls: bool) -> None:
    """A refusal is that refusal, whether the server reads on, stops reading or closes."""
    with serve(handler, tls) as server:
        http = door()
        body = b"x" * BIG if content == "bytes" else pieces()
        source = send(http, server, body)
        assert (source.status, body_of(source)) == (413, b"too large")
        # The rest of the upload was never sent, so the connection is of no further use.
        assert http._made["backend"].connections == 0
        http.close()


def test_interim_answers_do_not_end_an_upload(tls: bool) -> None:
    """All of it is sent, and its answer is the last one."""

    def handle(peer: Peer) -> None:
        head = peer.head()
        assert head is not None
        for _ in range(50):
            peer.send(b"HTTP/1.1 102 Processing\r\nA: b\r\n\r\n")
        size = len(peer.rest())
        while size < BIG:
            size += len(peer.sock.recv(1 << 20))
        peer.send(answer(b"%d" % size))

    with serve(handle, tls) as server:
        http = door()
        assert body_of(send(http, server, pieces())) == b"%d" % BIG
        assert http._made["backend"].connections == 1
        http.close()


def test_a_server_that_takes_nothing(tls: bool) -> None:
    """The write limit ends the wait, and so does the deadline; each is told as itself."""
    done = threading.Event()

    def handle(peer: Peer) -> None:
        peer.head()
        done.wait(10)

    reasons = []
    with serve(handle, tls, receive_buffer=4096) as server:
        http = door()
        for more in ({"write": 0.05}, {"deadline": 0.8}):
            with pytest.raises(TransportFailure) as caught:
                send(http, server, b"x" * BIG, **more)
            reasons.append((caught.value.reason, caught.value.sent))
        done.set()
        http.close()
    assert reasons == [("write_timeout", True), ("deadline", True)]


def test_a_server_that_goes_while_it_is_sent_to(tls: bool) -> None:
    """Without a word: closed or reset, and sent as far as anybody knows."""

    def closes_at_once(peer: Peer) -> None:
        peer.head()

    def resets(peer: Peer) -> None:
        peer.head()
        peer.reset()

    for handler in (closes_at_once, resets):
        with serve(handler, tls) as server:
            http = door()
            with pytest.raises(TransportFailure) as caught:
                send(http, server, b"x" * BIG)
            assert caught.value.reason in {"closed", "reset"}
            assert (caught.value.sent, caught.value.stale) == (True, False)
            http.close()


@pytest.mark.parametrize(
    "raised",
    [OSError("the disk"), BrokenPipeError(), TimeoutError(), KeyboardInterrupt(), Exception()],
)
def test_what_a_source_raises_reaches_the_caller(raised: BaseException, tls: bool) -> None:
    """As it was, and not as a failure of the network; the connection is closed."""

    def broken() -> Iterator[bytes]:
        yield b"x" * 100
        raise raised

    def handle(peer: Peer) -> None:
        peer.head()
        while peer.sock.recv(1000):
            pass

    with serve(handle, tls) as server:
        http = door()
        with pytest.raises(type(raised)) as caught:
            send(http, server, broken())
        assert caught.value is raised
        assert http._made["backend"].connections == 0
        assert server.wait_for_closed(1)
        http.close()


def test_a_small_request_leaves_in_one_piece() -> None:
    """Head, credentials and body in one segment; nothing is added that was not asked for."""
    seen = []

    def handle(peer: Peer) -> None:
        seen.append(peer.sock.recv(65536))
        peer.send(answer(b""))

    headers = {
        "authorization": Credential("Bearer secret"),
        "accept-encoding": "identity",
        "user-agent": "ours",
        "x-id": "1",
    }
    with serve(handle, tls=False) as server:
        # A door for each: the server closes behind its answer, perhaps only when the next is asked.
        for method, path, body in (("POST", "/a%2Fb/../c?d=%20", b"{}"), ("GET", "/m", None)):
            http = door()
            body_of(http.send(method, f"{server.base_url}{path}", headers, body, limits()))
            http.close()
    common = (
        b"Host: localhost:%d\r\nAccept-Encoding: identity\r\nUser-Agent: ours\r\nX-Id: 1\r\n"
        b"Authorization: Bearer secret\r\n\r\n"
    )
    lines = [
        (first, sorted(line.lower() for line in head.split(b"\r\n")), body)
        for first, _, rest in (data.partition(b"\r\n") for data in seen)
        for head, _, body in [rest.partition(b"\r\n\r\n")]
    ]
    own = sorted((common % server.port).lower().split(b"\r\n")[:-2])
    assert lines == [
        (b"POST /v1/a%2Fb/../c?d=%20 HTTP/1.1", sorted([*own, b"content-length: 2"]), b"{}"),
        (b"GET /v1/m HTTP/1.1", own, b""),
    ]


def test_no_frame_shows_the_key(tls: bool) -> None:
    """Whatever an exception passes through: no local variable and nothing they hold shows it."""
    secret = "rp_live_never_to_be_seen"

    def handle(peer: Peer) -> None:
        peer.head()
        peer.request()

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise KeyboardInterrupt

    with serve(handle, tls, receive_buffer=4096) as server:
        http = door()
        headers = {"authorization": Credential(f"Bearer {secret}"), "content-length": "100"}
        for content, more in (
            (broken(), {}),
            (b"x" * 6_000_000, {"write": 0.05}),
            (b"x", {"read": 0.05}),
        ):
            with pytest.raises((TransportFailure, KeyboardInterrupt)) as caught:
                http.send("POST", f"{server.base_url}/x", headers, content, limits(**more))
            frames, trace = [], caught.value.__traceback__
            while trace is not None:
                frames.append(trace.tb_frame)
                trace = trace.tb_next
            for frame in frames[1:]:
                for value in frame.f_locals.values():
                    assert secret not in repr(value)
                    state = getattr(value, "__dict__", {})
                    assert secret not in repr(state)
            headers.pop("content-length", None)
        http.close()


def test_a_stale_connection_is_told() -> None:
    """A reused connection that dies without a byte of an answer; a fresh one is not stale."""

    def handle(peer: Peer) -> None:
        if peer.request() is not None and peer.number == 1:
            peer.send(answer(b"a"))
            peer.request()

    for tls in (False, True):
        with serve(handle, tls) as server:
            http = door()
            body_of(send(http, server))
            stale = []
            for _ in range(2):
                with pytest.raises(TransportFailure) as caught:
                    send(http, server)
                stale.append((caught.value.reason, caught.value.stale))
            http.close()
        assert stale == [("closed", True), ("closed", False)]
