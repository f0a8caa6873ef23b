"""What is no answer is not taken for one, and nothing behind an answer is anybody else's."""

from __future__ import annotations

import asyncio
import threading

import pytest

from runinfra_ext._ground.wire import TransportFailure
from tests.network.hostile import Peer, answer, chat, chunked
from tests.network.loops import PATIENT, failing, fetch, network, on_grounds, on_loops, run, served

pytestmark = [on_loops, on_grounds]

RIGHT = answer(b"right")
EVIL = answer(b"EVIL: the answer to nobody's question")


def exchanges(loop, tls, handler, *, count=3):
    """Bodies of so many exchanges, one after the other, and the server's connections."""

    async def scenario():
        http = network(tls)
        bodies = [(await fetch(http, server))[1] for _ in range(count)]
        await http.aclose()
        return bodies

    with served(handler, tls) as server:
        return run(loop, scenario), server.opened


def first_then_right(*first: bytes):
    """A handler whose first connection begins with something else."""

    def handle(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.number == 1 and peer.requests == 1:
                for piece in first:
                    peer.send(piece)
            else:
                peer.send(RIGHT)

    return handle


@pytest.mark.parametrize(
    "first",
    [
        [RIGHT + EVIL],
        [RIGHT + b"HTTP/1.1 2"],
        [RIGHT + b"\r\n"],
        [RIGHT + b"x"],
        [RIGHT[:-3], RIGHT[-3:] + EVIL],
        [RIGHT[:-3], RIGHT[-3:] + EVIL[:30]],
        [answer(b"", "Transfer-Encoding: chunked", length=False) + chunked(b"right") + EVIL],
        [answer(b"", "Transfer-Encoding: chunked", length=False) + chunked(b"right") + b"\r\n"],
        [answer(b"", "Transfer-Encoding: chunked", length=False), chunked(b"right") + b"HTTP/1"],
    ],
    ids=["whole", "begun", "line end", "byte", "late", "late begun", "chunks", "line", "split"],
)
def test_bytes_behind_an_answer_end_the_connection(loop, tls, first):
    """They are never the answer to the next question, nor do they spoil it."""
    bodies, opened = exchanges(loop, tls, first_then_right(*first))
    assert bodies == [b"right"] * 3
    assert opened == 2


def test_bytes_behind_an_answer_without_a_body(loop, tls):
    """204 and 304 have no body, whatever their headers say; what follows is surplus."""
    first = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n" + EVIL
    bodies, opened = exchanges(loop, tls, first_then_right(first))
    assert bodies == [b"", b"right", b"right"]
    assert opened == 2


def test_bytes_while_idle_end_the_connection(loop, tls):
    """A server that speaks without being asked is not asked again on that connection."""
    spoken = threading.Event()

    def handle(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(RIGHT)
            if peer.number == 1:
                peer.send(EVIL)
                spoken.set()

    async def scenario():
        http = network(tls)
        bodies = [(await fetch(http, server))[1]]
        await asyncio.to_thread(spoken.wait, 5)
        bodies += [(await fetch(http, server))[1] for _ in range(2)]
        await http.aclose()
        return bodies

    with served(handle, tls) as server:
        assert run(loop, scenario) == [b"right"] * 3
    assert server.opened == 2


@pytest.mark.parametrize("framing", ["length", "chunked", "bytewise", "informed", "trailers"])
def test_a_clean_end_keeps_the_connection(loop, tls, framing):
    """Where nothing is wrong the connection serves the next request."""

    def handle(peer: Peer) -> None:
        head = answer(b"", "Transfer-Encoding: chunked", length=False)
        while peer.request() is not None:
            if framing == "length":
                peer.send(RIGHT)
            elif framing == "bytewise":
                peer.send_bytewise(RIGHT)
            elif framing == "informed":
                peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + RIGHT)
            elif framing == "chunked":
                peer.send_bytewise(head + chunked(b"ri", b"ght"))
            else:
                peer.send(head + b"5\r\nright\r\n0\r\nX-Sum: 1\r\n\r\n")

    bodies, opened = exchanges(loop, tls, handle)
    assert bodies == [b"right"] * 3
    assert opened == 1


def reason_of(loop, tls, handler, *, before=0):
    """How an exchange fails, after so many good ones."""

    async def scenario():
        http = network(tls)
        for _ in range(before):
            await fetch(http, server)
        error = await failing(http, server)
        (backend,) = http._backends.values()
        open_ones = backend.connections
        await http.aclose()
        return error, open_ones

    with served(handler, tls) as server:
        error, open_ones = run(loop, scenario)
    assert open_ones == 0
    return error


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nright",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nright",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nright\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 5, 5\r\n\r\nright",
        HEAD + b"Content-Length: +5\r\n\r\nright",
        HEAD + b"Content-Length: 0x5\r\n\r\nright",
        HEAD + b"Content-Length: -5\r\n\r\nright",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nright\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n5\r\nright\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: xchunked\r\n\r\n5\r\nright\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: identity\r\n\r\nright",
        HEAD + b"Content-Length : 5\r\n\r\nright",
        HEAD + b"No colon\r\nContent-Length: 5\r\n\r\nright",
        HEAD + b"X: a\x00b\r\nContent-Length: 5\r\n\r\nright",
        HEAD + b"X: a\rb\r\nContent-Length: 5\r\n\r\nright",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/3.0 200 OK\r\nContent-Length: 5\r\n\r\nright",
        b"HTTP/1.1 two OK\r\nContent-Length: 5\r\n\r\nright",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nright\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nrightX\r\n0\r\n\r\n",
        HEAD + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        HEAD + b"".join(b"X-%d: %b\r\n" % (n, b"a" * 4000) for n in range(60)) + b"\r\n",
        HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(2000)) + b"\r\n",
        HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(99)) + b"Content-Length: 5\r\n\r\nright",
    ],
)
def test_framing_that_is_not_certain_is_no_answer(loop, tls, data):
    """Two lengths, a length beside chunks, odd codings, defects of the head, endless heads."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(data)
        peer.request()

    error = reason_of(loop, tls, handle)
    assert (error.reason, error.sent, error.stale) == ("protocol", True, False)
    assert "valid HTTP/1.1" in error.message


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("cut", [1, 20, len(HEAD)])
def test_a_head_that_is_cut_is_no_answer(loop, tls, cut, before):
    """Also on a reused connection it is not called stale: something was heard."""

    def handle(peer: Peer) -> None:
        for _ in range(before):
            peer.request()
            peer.send(RIGHT)
        peer.request()
        peer.send(HEAD[:cut])

    error = reason_of(loop, tls, handle, before=before)
    assert (error.reason, error.sent, error.stale) == ("truncated", True, False)


@pytest.mark.parametrize("how", ["finish", "reset"])
def test_a_stale_connection_is_told_and_all_idle_ones_go(loop, tls, how):
    """A reused connection on which nothing was heard; the others of that time are not used."""
    ready = threading.Barrier(3)

    def handle(peer: Peer) -> None:
        peer.request()
        if peer.number <= 3:
            ready.wait(10)
        peer.send(RIGHT)
        if peer.request() is None:
            return
        if how == "reset":
            peer.reset()

    async def scenario():
        http = network(tls)
        await asyncio.gather(*(fetch(http, server) for _ in range(3)))
        (backend,) = http._backends.values()
        before = backend.connections
        error = await failing(http, server)
        after = backend.connections
        _, body = await fetch(http, server)
        await http.aclose()
        return before, error, after, body

    with served(handle, tls) as server:
        before, error, after, body = run(loop, scenario)
    assert (before, after, body) == (3, 0, b"right")
    assert error.reason == ("closed" if how == "finish" else "reset")
    assert (error.sent, error.stale) == (True, True)
    assert server.opened == 4


@pytest.mark.parametrize(
    ("how", "reason"), [("finish", "closed"), ("reset", "reset"), ("close", "closed")]
)
def test_no_answer_on_a_new_connection(loop, tls, how, reason):
    """The peer closes, or breaks off, without a byte: it may have run."""

    def handle(peer: Peer) -> None:
        peer.request()
        if how != "close":
            getattr(peer, how)()

    error = reason_of(loop, tls, handle)
    assert (error.reason, error.sent, error.stale) == (reason, True, False)
    assert "ocalhost:" in error.message


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("how", ["finish", "reset"])
def test_a_body_that_is_cut_is_an_error(loop, tls, framing, how):
    """What had come is handed out before; over TLS a cut without a last word is seen."""
    heads = {
        "length": answer(b"", "Content-Length: 9000", length=False),
        "chunked": answer(b"", "Transfer-Encoding: chunked", length=False) + b"2328\r\n",
        "close": answer(b"", "Connection: close", length=False),
    }
    read = threading.Event()

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(heads[framing] + b"a" * 5000)
        if how == "reset":
            read.wait(10)  # a reset takes what was not read with it
        getattr(peer, how)()

    async def scenario():
        http = network(tls)
        source = await http.send("POST", f"{server.base_url}/x", {}, b"{}", PATIENT)
        body = b""
        try:
            while piece := await source.receive():
                body += piece
                if len(body) == 5000:
                    read.set()
                    await asyncio.sleep(0.05)
        except TransportFailure as error:
            return body, error
        finally:
            await http.aclose()
        return body, None

    with served(handle, tls) as server:
        body, error = run(loop, scenario)
    assert body == b"a" * 5000
    if how == "finish" and framing == "close" and not tls:
        assert error is None  # over plain HTTP this is how such a body ends
    else:
        assert (error.reason, error.sent) == ("truncated" if how == "finish" else "reset", True)


def test_statuses_and_headers_come_as_they_are(loop, tls):
    """Also several of one name, and bytes that are no UTF-8."""
    data = (
        b"HTTP/1.1 418 I'm a teapot\r\nX-Two: one\r\nX-Two: two\r\nX-Latin: caf\xe9\r\n"
        b"X-Utf: caf\xc3\xa9\r\nContent-Length: 2\r\n\r\n{}"
    )

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(data)

    async def scenario():
        http = network(tls)
        source = await http.send("GET", f"{server.base_url}/x", {}, None, PATIENT)
        await source.aclose()
        await http.aclose()
        return source

    with served(handle, tls) as server:
        source = run(loop, scenario)
    assert source.status == 418
    assert source.headers.all("x-two") == ("one", "two")
    assert (source.headers["x-latin"], source.headers["x-utf"]) == ("café", "café")


def test_nothing_is_added_repeated_or_followed(loop, tls):
    """The request goes out as given: no cookies, no redirect, no encoding, no second request."""
    heads = []

    def handle(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            heads.append(request[0])
            peer.send(
                answer(b"", "Location: /elsewhere", "Set-Cookie: a=b; Path=/", status="302 Found")
            )

    async def scenario():
        http = network(tls)
        found = [await fetch(http, server, None) for _ in range(2)]
        await http.aclose()
        return found

    with served(handle, tls) as server:
        assert run(loop, scenario) == [(302, b"")] * 2
        port = server.port
    lines = [sorted(head.decode().lower().split("\r\n")[1:]) for head in heads]
    assert (
        lines == [["accept: */*", "content-type: application/json", f"host: localhost:{port}"]] * 2
    )
    assert all(head.startswith(b"GET /v1/x HTTP/1.1\r\n") for head in heads)


def test_an_idempotent_request_is_not_repeated_either(loop, tls):
    """aiohttp repeats GET and DELETE on a dead connection by itself; here it must not."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(RIGHT)
        peer.request()

    async def scenario():
        http = network(tls)
        await fetch(http, server, None)
        error = await failing(http, server, None)
        await http.aclose()
        return error

    with served(handle, tls) as server:
        assert run(loop, scenario).stale
    assert server.opened == 1


def test_paths_go_out_as_given(loop, tls):
    """Encoded slashes, dots and queries are nobody's to tidy up."""
    targets = []

    def handle(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            targets.append(request[0].split(b" ")[1].decode())
            peer.send(answer(chat()))

    paths = ["/v1/a%2Fb/../c", "/v1/%7Ex?q=a%20b&q=%C3%A4", "/v1/a;b=c:d@e"]

    async def scenario():
        http = network(tls)
        for path in paths:
            url = server.base_url.removesuffix("/v1") + path
            source = await http.send("GET", url, {}, None, PATIENT)
            while await source.receive():
                pass
        await http.aclose()

    with served(handle, tls) as server:
        run(loop, scenario)
    assert targets == paths
