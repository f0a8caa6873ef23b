"""A local server of prepared bytes, in a process of its own: ``python -m benchmarks.server``.

It speaks as much HTTP/1.1 as the contenders need. The first segment of the path is the scenario,
the rest the operation. ``GET /-/counts`` tells the connections and requests so far; such requests
are not counted. It prints its ports, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys

from . import prepared

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_PIECE = 256 * 1024


class Bodies:
    """What is answered with, and what is counted."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests = 0
        self.turn = 0  # of the scenario that refuses two out of three
        self.chat = prepared.chat()
        self.busy = prepared.busy()
        self.numbers = prepared.embeddings(encoded=False)
        self.encoded = prepared.embeddings(encoded=True)
        self.speech = {
            scenario: (prepared.speech_head(scenario), memoryview(prepared.speech_body(scenario)))
            for scenario in ("short", "plain", "long")
        }
        self.transcription = prepared.transcription()
        self.streams = prepared.streams()


class Connection(asyncio.Protocol):
    """One connection of a contender."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._counted = False
        self._buffer = bytearray()
        self._head = b""
        self._left = 0  # bytes of the request's body that are to come; -1: chunked
        self._tail = b""
        self._body = bytearray()
        self._rest: memoryview | None = None  # of an answer that is too large to be written at once
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A contender has connected."""
        assert isinstance(transport, asyncio.Transport)
        # With any other limit a small rest in the buffer would never be told as written.
        transport.set_write_buffer_limits(0)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Bytes of a request have come."""
        if not self._head:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head = bytes(self._buffer[: end + 2])
            data = bytes(self._buffer[end + 4 :])
            self._buffer.clear()
            length = _LENGTH.search(self._head)
            chunked = _CHUNKED.search(self._head)
            self._left = -1 if chunked else int(length.group(1)) if length else 0
        if self._left < 0:
            self._tail = (self._tail + data)[-5:]
            if self._tail != b"0\r\n\r\n":
                return
        else:
            self._left -= len(data)
            if len(self._body) < _PIECE:  # an upload is not kept
                self._body += data
            if self._left > 0:
                return
        request, body = self._head, bytes(self._body)
        self._head = self._tail = b""
        self._body.clear()
        self._answer(request, body)

    def resume_writing(self) -> None:
        """The socket takes more of a large answer."""
        self._write_rest()

    def pause_writing(self) -> None:
        """The socket's buffer is full; :meth:`_write_rest` asks the transport itself."""

    def _answer(self, request: bytes, body: bytes) -> None:
        bodies = self._bodies
        path = request.split(b" ", 2)[1].decode()
        if path == "/-/counts":
            counts = {"connections": bodies.connections, "requests": bodies.requests}
            self._transport.write(prepared.whole(json.dumps(counts).encode()))
            self._transport.close()
            return
        bodies.requests += 1
        if not self._counted:
            self._counted = True
            bodies.connections += 1
        scenario = path.split("/", 2)[1]
        if path.endswith("/chat/completions"):
            self._chat(scenario)
        elif path.endswith("/embeddings"):
            self._transport.write(bodies.encoded if b"base64" in body else bodies.numbers)
        elif path.endswith("/audio/speech"):
            head, self._rest = bodies.speech[scenario]
            self._transport.write(head)
            self._write_rest()
        elif path.endswith("/audio/transcriptions"):
            self._transport.write(bodies.transcription)
        else:
            self._transport.write(prepared.whole(b"{}", "application/json", "404 Not Found"))

    def _chat(self, scenario: str) -> None:
        bodies = self._bodies
        stream = bodies.streams.get(scenario)
        if stream is not None:
            self._stream(stream)
        elif scenario == "busy":
            bodies.turn = (bodies.turn + 1) % 3
            self._transport.write(bodies.busy if bodies.turn else bodies.chat)
        else:
            self._transport.write(bodies.chat)

    def _stream(self, stream: prepared.Stream) -> None:
        if not stream.pause:
            self._transport.write(stream.head + stream.pieces[0])
            return
        self._transport.write(stream.head)
        loop = asyncio.get_running_loop()
        pieces = iter(stream.pieces)
        due = loop.time()

        def write() -> None:
            nonlocal due
            piece = next(pieces, b"")
            if piece and not self._transport.is_closing():
                self._transport.write(piece)
                due += stream.pause
                loop.call_at(due, write)

        write()

    def _write_rest(self) -> None:
        while self._rest is not None and not self._transport.is_closing():
            # Taken off first: TLS asks for more while it is being written to.
            piece, self._rest = self._rest[:_PIECE], self._rest[_PIECE:] or None
            self._transport.write(piece)
            if self._transport.get_write_buffer_size():
                return


async def serve(certificate: str | None) -> None:
    """Serve until standard input ends.

    Args:
        certificate: a PEM file with key and chain for the TLS port; none: no such port.
    """
    loop = asyncio.get_running_loop()
    bodies = Bodies()
    contexts: list[ssl.SSLContext | None] = [None]
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        contexts.append(context)
    ports: list[int] = []
    for context_or_none in contexts:
        server = await loop.create_server(
            lambda: Connection(bodies), "127.0.0.1", 0, backlog=2048, ssl=context_or_none
        )
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps({"ports": ports}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1] if len(sys.argv) > 1 else None))
