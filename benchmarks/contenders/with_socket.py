"""The limit: a socket, prepared headers, and only as much parsing as the work needs.

No client could be used like this: nothing is checked, and every failure is a wrong answer.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from .base import KEY, MODEL, Events, chat_body, embedding_body, speech_body
from .vectors import count_numbers

_PIECE = 256 * 1024
_BOUNDARY = b"boundary0123456789"
_COUNT = [{"role": "user", "content": "Count."}]


def request_head(path: str, kind: str, length: int) -> bytes:
    """The head of a request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


class Dechunker:
    """The data of a chunked body, piece by piece."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.over = False
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what came from the socket."""
        data = self._rest + data
        place = 0
        pieces = []
        while (end := data.find(b"\r\n", place)) >= 0:
            size = int(data[place:end], 16)
            if len(data) < end + 4 + size:
                break
            if not size:
                self.over = True
                break
            pieces.append(data[end + 2 : end + 2 + size])
            place = end + 4 + size
        self._rest = data[place:]
        if pieces:
            self.events.feed(b"".join(pieces))


class Sync:
    """One blocking socket, kept open."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "", parts.port or 0)
        self._path = parts.path
        self._tls = parts.scheme == "https"
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        sock = socket.create_connection(self._address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls:
            return ssl.create_default_context().wrap_socket(sock, server_hostname="localhost")
        return sock

    def _ask(self, path: str, body: dict[str, Any]) -> None:
        content = orjson.dumps(body)
        head = request_head(self._path + path, "application/json", len(content))
        self._socket.sendall(head + content)

    def _head(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._socket.recv(65536)
        head, _, rest = data.partition(b"\r\n\r\n")
        return head, rest

    def _body(self) -> bytes:
        head, rest = self._head()
        left = length_of(head) - len(rest)
        pieces = [rest]
        while left > 0:
            data = self._socket.recv(_PIECE)
            pieces.append(data)
            left -= len(data)
        return b"".join(pieces)

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        self._ask("/chat/completions", chat_body(messages))
        text: str = orjson.loads(self._body())["choices"][0]["message"]["content"]
        return text

    def stream(self) -> int:
        """One chat stream; its events."""
        self._ask("/chat/completions", chat_body(_COUNT, stream=True))
        body = Dechunker(Events())
        _, rest = self._head()
        body.feed(rest)
        while not body.over:
            body.feed(self._socket.recv(65536))
        return body.events.count

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        self._ask("/embeddings", embedding_body(encoded=encoded))
        return count_numbers(self._body())

    def speech(self, path: Path) -> None:
        """Speech into a file."""
        self._ask("/audio/speech", speech_body())
        head, rest = self._head()
        left = length_of(head) - len(rest)
        buffer = memoryview(bytearray(_PIECE))
        with path.open("wb", buffering=0) as file:
            file.write(rest)
            while left > 0:
                count = self._socket.recv_into(buffer)
                file.write(buffer[:count])
                left -= count

    def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        before, after = multipart(path.name)
        length = len(before) + path.stat().st_size + len(after)
        kind = "multipart/form-data; boundary=" + _BOUNDARY.decode()
        head = request_head(self._path + "/audio/transcriptions", kind, length)
        self._socket.sendall(head + before)
        with path.open("rb", buffering=0) as file:
            while data := file.read(_PIECE):
                self._socket.sendall(data)
        self._socket.sendall(after)
        text: str = orjson.loads(self._body())["text"]
        return text

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class _Exchange(asyncio.Protocol):
    """One request and its answer on a connection of its own, which is used again after it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._done: asyncio.Future[int] | None = None
        self._data = bytearray()
        self._left = -1
        self._chunks: Dechunker | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed, by either side."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or EOFError("closed in the middle of an answer"))

    def ask(self, request: bytes) -> asyncio.Future[Any]:
        """Send a request; the future holds the body, or the number of events."""
        self._done = asyncio.get_running_loop().create_future()
        self._data.clear()
        self._left, self._chunks = -1, None
        self.transport.write(request)
        return self._done

    def data_received(self, data: bytes) -> None:
        """Bytes of the answer have come."""
        if self._left < 0 and self._chunks is None:
            head, _, data = data.partition(b"\r\n\r\n")
            if b"chunked" in head:
                self._chunks = Dechunker(Events())
            else:
                self._left = length_of(head)
        done: Any = self._done
        if self._chunks is not None:
            self._chunks.feed(data)
            if self._chunks.over:
                done.set_result(self._chunks.events.count)
        else:
            self._data += data
            if len(self._data) >= self._left:
                done.set_result(bytes(self._data))


class Async:
    """Connections of asyncio's own, without its streams."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "", parts.port or 0)
        self._path = parts.path
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._idle: list[_Exchange] = []

    async def _ask(self, path: str, body: dict[str, Any]) -> Any:
        content = orjson.dumps(body)
        request = request_head(self._path + path, "application/json", len(content)) + content
        if self._idle:
            exchange = self._idle.pop()
        else:
            loop = asyncio.get_running_loop()
            _, exchange = await loop.create_connection(_Exchange, *self._address, ssl=self._tls)
        answer = await exchange.ask(request)
        self._idle.append(exchange)
        return answer

    async def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        body = await self._ask("/chat/completions", chat_body(messages))
        text: str = orjson.loads(body)["choices"][0]["message"]["content"]
        return text

    async def stream(self) -> int:
        """One chat stream; its events."""
        count: int = await self._ask("/chat/completions", chat_body(_COUNT, stream=True))
        return count

    async def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        return count_numbers(await self._ask("/embeddings", embedding_body(encoded=encoded)))

    async def close(self) -> None:
        """Close the connections."""
        for exchange in self._idle:
            exchange.transport.close()


def length_of(head: bytes) -> int:
    """The length of a body, from the head before it."""
    return int(head.split(b"Content-Length: ", 1)[1].split(b"\r\n", 1)[0])


def multipart(name: str) -> tuple[bytes, bytes]:
    """What stands before and behind the file in a form."""
    before = (
        b"--" + _BOUNDARY + b'\r\nContent-Disposition: form-data; name="model"\r\n\r\n'
        + MODEL.encode() + b"\r\n--" + _BOUNDARY
        + b'\r\nContent-Disposition: form-data; name="file"; filename="'
        + os.fsencode(name) + b'"\r\n\r\n'
    )  # fmt: skip
    return before, b"\r\n--" + _BOUNDARY + b"--\r\n"
