"""The same promise over a real connection: answers of all kinds, as bytes that a server writes.

Fewer examples than from memory, because each is an exchange on the loopback interface. What this
adds is the HTTP library itself: how an answer is framed, and how it breaks.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext import AsyncRunInfra, RunInfra, RunInfraError
from tests.contract.exchanges import CASES, OPTIONS, Case, Exchange, look, look_at_error
from tests.contract.instances import bodies_of, component, dumped, examples, headers, media_types
from tests.contract.stream_events import CALLS, EVENTS, cut, cuts, ending, play, written

WAYS = ("length", "chunked", "close")
BROKEN_WAYS = (
    "too long",
    "too short",
    "half a chunk",
    "half a head",
    "no status",
    "nothing",
    "twice",
)
# Closed at once, so that no call goes out on a connection that is about to end.
HEAD = b"HTTP/1.1 %d OK\r\nconnection: close\r\n%b\r\n"


class Server:
    """Answers each connection's first request with the bytes that were set last, and closes it.

    Attributes:
        answer: the pieces.
        url: where it listens.
    """

    def __init__(self) -> None:
        self.answer: tuple[bytes, ...] = ()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; waits for the thread."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # The client may leave when it has seen enough.
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                self._take(connection)
                for piece in self.answer:
                    connection.sendall(piece)

    def _take(self, connection: socket.socket) -> None:
        """Read one whole request, so that closing does not reset the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        left = int(length[1]) - len(body) if length else 0
        while left > 0:
            left -= len(connection.recv(65536))


class Connected(Exchange):
    """The same over a socket; a header named ``way`` says how the answer is framed."""

    def _connect(self) -> None:
        self.server = Server()
        cls: Any = RunInfra if self.kind == "sync" else AsyncRunInfra
        self.client = cls(base_url=self.server.url, timeout=10, **OPTIONS)

    def close(self) -> None:
        """Close the client, the event loop and the server."""
        self.wait(self.client.close())
        self._runner.close()
        self.server.close()

    def set(self, status: int, headers: Mapping[str, str], *pieces: bytes) -> None:
        """What is answered from now on."""
        given = dict(headers)
        way = given.pop("way", "length")
        lines = b"".join(
            f"{name}: {value}\r\n".encode("latin-1", "replace") for name, value in given.items()
        )
        size = sum(map(len, pieces))
        size += {"too long": -1, "too short": 7}.get(way, 0)
        if way in ("chunked", "half a chunk"):
            lines += b"transfer-encoding: chunked\r\n"
            pieces = tuple(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
            pieces = (*pieces, b"0\r\n\r\n") if way == "chunked" else (*pieces, b"5\r\nab")
        elif way != "close":
            lines += b"content-length: %d\r\n" % max(size, 0)
        head = HEAD % (status, lines)
        whole = {
            "half a head": (head[: len(head) // 2],),
            "no status": (b"hello\r\n\r\n", *pieces),
            "nothing": (),
            "twice": (head, *pieces, head, *pieces),
        }
        self.server.answer = whole.get(way, (head, *pieces))


@pytest.fixture(scope="module", params=["sync", "async"])
def connected(request: pytest.FixtureRequest) -> Iterator[Connected]:
    """A client of either kind over a socket."""
    made = Connected(request.param)
    yield made
    made.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.component)
def test_documented_answers_over_a_socket(case: Case, connected: Connected):
    """However it is framed, a documented answer is the result."""

    @examples(5)
    @given(component(case.component), st.sampled_from(WAYS), cuts)
    def check(instance, way, at):
        body = json.dumps(instance).encode()
        connected.set(200, {"content-type": "application/json", "way": way}, *cut(body, at))
        result = connected.call(case.call)
        if isinstance(result, RunInfraError):
            # The instance is an error report, or holds a text that is no vector.
            assert instance.get("error") or case.component == "EmbeddingList", result
        else:
            assert dumped(result.to_dict()) == dumped(instance)

    check()


def test_broken_answers_over_a_socket(connected: Connected):
    """Faults in the body, the headers and the framing: a result, or our error."""

    @examples(60)
    @given(
        st.sampled_from(CASES).flatmap(
            lambda case: st.tuples(st.just(case), bodies_of(case.component, faulty=True))
        ),
        headers,
        media_types,
        st.sampled_from([200, 204, 302, 418, 500, 999]),
        st.sampled_from(WAYS + BROKEN_WAYS),
        cuts,
    )
    def check(pair, more, kind, status, way, at):
        case, body = pair
        connected.set(status, {**more, "content-type": kind, "way": way}, *cut(body, at))
        result = connected.call(case.call)
        if isinstance(result, RunInfraError):
            look_at_error(result)
        else:
            look(result)

    check()


@pytest.mark.parametrize("operation", CALLS)
def test_broken_streams_over_a_socket(operation: str, connected: Connected):
    """Documented events whose framing breaks anywhere: a result, or our error."""

    @examples(25)
    @given(
        st.lists(EVENTS[operation].map(lambda event: written(event, None)), max_size=3),
        st.booleans(),
        st.sampled_from(("close", "chunked", "half a chunk", "too short", "too long")),
        cuts,
    )
    def check(events, ended, way, at):
        body = b"".join(events) + (ending(operation) if ended else b"")
        for _ in play(connected, operation, cut(body, at), way=way):
            pass

    check()
