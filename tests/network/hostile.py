"""A server of raw sockets, which does whatever a test wants of one: nothing in it knows HTTP well."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trustme

from runinfra_ext._ground.limits import Limits, Timeout

KEY = "rp_live_" + "0123456789abcdef" * 4


@functools.cache
def authority() -> trustme.CA:
    """A throw-away authority."""
    return trustme.CA()


@functools.cache
def server_context(*names: str) -> ssl.SSLContext:
    """TLS of a server with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*(names or ("localhost", "127.0.0.1", "::1"))).configure_cert(context)
    return context


@functools.cache
def client_context() -> ssl.SSLContext:
    """TLS of a client that trusts the authority."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context


@functools.cache
def authority_file() -> str:
    """The authority's certificate in a file."""
    path = Path(tempfile.mkdtemp(prefix="authority-")) / "authority.pem"
    authority().cert_pem.write_to_path(path)
    return str(path)


def chat(text: str = "hi") -> bytes:
    """The body of an answer to a chat."""
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "chat-1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    ).encode()


def answer(
    body: bytes,
    *lines: str,
    status: str = "200 OK",
    media: str = "application/json",
    length: bool = True,
) -> bytes:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {media}", *lines]
    if length:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def chunked(*chunks: bytes) -> bytes:
    """A body in chunks, with its end."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


class Peer:
    """One connection as the server sees it.

    Attributes:
        sock: its socket, with TLS if the server has it.
        number: which connection it is, from 1.
        requests: how many were read.
    """

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock = sock
        self.number = number
        self.requests = 0
        self._data = b""

    def head(self) -> bytes | None:
        """The head of the next request; ``None`` at the end."""
        while b"\r\n\r\n" not in self._data:
            data = self.sock.recv(65536)
            if not data:
                return None
            self._data += data
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        self.requests += 1
        return head

    def request(self) -> tuple[bytes, bytes] | None:
        """Head and body of the next request; ``None`` at the end."""
        head = self.head()
        if head is None:
            return None
        match = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        size = int(match[1]) if match else 0
        while len(self._data) < size:
            data = self.sock.recv(65536)
            if not data:
                return None
            self._data += data
        body, self._data = self._data[:size], self._data[size:]
        return head, body

    def rest(self) -> bytes:
        """What has come behind what was read."""
        data, self._data = self._data, b""
        return data

    def send(self, data: bytes) -> None:
        """Send all of it in one go."""
        self.sock.sendall(data)

    def send_bytewise(self, data: bytes) -> None:
        """Send each byte by itself; over TLS each in a record of its own."""
        for index in range(len(data)):
            self.sock.sendall(data[index : index + 1])

    def finish(self) -> None:
        """Say that nothing more comes, without a goodbye of TLS."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_WR)

    def reset(self) -> None:
        """Break the connection."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Hostile:
    """A server that hands every connection to a handler in a thread of its own.

    Args:
        handler: gets the :class:`Peer`; when it returns, the connection is closed.
        tls: the context of the server, for https.
        family: of the addresses.
        receive_buffer: bytes that the system takes for the server.
    """

    def __init__(
        self,
        handler: Callable[[Peer], Any],
        *,
        tls: ssl.SSLContext | None = None,
        family: socket.AddressFamily = socket.AF_INET,
        receive_buffer: int | None = None,
    ) -> None:
        self._handler = handler
        self._tls = tls
        self.opened = 0
        self.closed = 0
        self.problems: list[str] = []
        self._changed = threading.Condition()
        self._sock = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._sock.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self._sock.listen(512)
        self.port: int = self._sock.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._peers: set[socket.socket] = set()
        self._loop = threading.Thread(target=self._accept, daemon=True)
        self._loop.start()

    @property
    def base_url(self) -> str:
        """Where a client finds it."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://localhost:{self.port}/v1"

    def options(self, **more: Any) -> dict[str, Any]:
        """Options of a client for it: one attempt, and limits that no test waits for."""
        found: dict[str, Any] = {"api_key": KEY, "base_url": self.base_url, "timeout": 20}
        if self._tls is not None:
            found["ssl_context"] = client_context()
        return {**found, "max_retries": 0, **more}

    def wait_for_closed(self, count: int) -> bool:
        """Whether so many connections have ended, at the latest in ten seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.closed >= count, 10)

    def __enter__(self) -> Hostile:
        return self

    def __exit__(self, *details: object) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()
        self._loop.join(10)
        for peer in tuple(self._peers):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(peer, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        assert self.problems == []

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._sock.accept()
            except OSError:
                return
            with self._changed:
                self.opened += 1
                number = self.opened
            thread = threading.Thread(target=self._serve, args=(sock, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        self._peers.add(sock)
        held = sock
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                held = self._tls.wrap_socket(sock, server_side=True)
                self._peers.add(held)
            peer = Peer(held, number)
            try:
                self._handler(peer)
            finally:
                held = peer.sock
        except (OSError, ValueError):
            pass  # the client has gone, or the test has ended
        except Exception as error:
            self.problems.append(repr(error))
        finally:
            self._peers -= {sock, held}
            held.close()
            sock.close()
            with self._changed:
                self.closed += 1
                self._changed.notify_all()


def answering(*answers: bytes) -> Callable[[Peer], None]:
    """A handler that gives these answers in turn, and then closes."""

    def handle(peer: Peer) -> None:
        for one in answers:
            if peer.request() is None:
                return
            peer.send(one)

    return handle


def echoing(peer: Peer) -> None:
    """A handler that answers each chat with the words of the question."""
    while (request := peer.request()) is not None:
        question = json.loads(request[1])
        peer.send(answer(chat(question["messages"][-1]["content"])))


def limits(deadline: float | None = None, **each: float | None) -> Limits:
    """Limits of one attempt: ten seconds each, which no test waits for, if nothing is said."""
    timeout = Timeout(**{"connect": 10, "read": 10, "write": 10, "pool": 10, **each})
    return Limits(timeout, None if deadline is None else time.monotonic() + deadline)


def body_of(source: Any) -> bytes:
    """The whole body of an answer."""
    pieces = []
    while piece := source.receive():
        pieces.append(piece)
    return b"".join(pieces)
