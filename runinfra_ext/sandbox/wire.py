"""How answers leave the sandbox: properly, or in every way in which a network fails."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final

from . import faults
from .faults import Fault
from .settings import Settings
from .shapes import is_mapping

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# Where the server puts the connection, for faults, and the event of its end.
TRANSPORT: Final = "runinfra.transport"
LOST: Final = "runinfra.lost"

_DRIP_SECONDS: Final = 0.05
_BEAT_SECONDS: Final = 0.02
_FOR_EVER: Final = 3600.0  # seconds; a client or the sandbox's own end comes first
_BREAKS: Final = frozenset(
    {"truncate", "half-event", "cut-stream", "stall", "heartbeats", "error-after", "malformed"}
)
# Of the body as a whole; streams meet them too.
_WHOLE: Final = frozenset(
    {"no-length", "cut-no-length", "pieces", "cut-body", "short-body", "drip-body", "hang-up"}
)
_SSE: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}


async def lifespan(receive: Receive, send: Send) -> None:
    """Agree to begin and to end: nothing has to be made ready."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class Wire:
    """The way back to the client.

    Attributes:
        lost: set when the connection is closed, by either side.
    """

    def __init__(self, send: Send, scope: Mapping[str, Any]) -> None:
        self._send = send
        extensions: Mapping[str, Any] = scope.get("extensions") or {}
        self._transport: Any = extensions.get(TRANSPORT)
        self.lost: asyncio.Event = extensions.get(LOST) or asyncio.Event()
        self._complete = False

    @property
    def gone(self) -> bool:
        """Whether the client, or this side, has closed the connection."""
        return self._transport is None or self._transport.is_closing()

    @property
    def left(self) -> bool:
        """Whether the client is known to have closed the connection."""
        return self._transport is not None and self._transport.is_closing()

    async def empty(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer without a body."""
        await self.start(status, headers)
        await self.piece(b"", last=True)

    async def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """A whole answer."""
        await self.start(status, {**headers, "content-length": str(len(body))})
        await self.piece(body, last=True)

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and the headers."""
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def piece(self, data: bytes, *, last: bool = False) -> None:
        """A piece of the body; nothing once the client has left: asyncio complains of each."""
        if self.left or self.lost.is_set():
            return
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})
        self._complete = last
        await asyncio.sleep(0)  # the loop sees only then that the client has left

    async def raw(self, data: bytes) -> None:
        """Bytes past the HTTP library."""
        if not self.gone:
            self._transport.write(data)
            await asyncio.sleep(0)

    async def drop(self, *, reset: bool = False, cut: bool = False) -> None:
        """Close the connection: orderly, with a reset, or as a machine that breaks.

        The latter says no ``close_notify`` over TLS; without TLS it is like an orderly end.
        """
        transport = self._transport
        if transport is None:
            return
        if reset:
            sock = transport.get_extra_info("socket")
            linger = struct.pack("ii", 1, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if reset or (cut and transport.get_extra_info("sslcontext") is not None):
            transport.abort()
        else:
            transport.close()
        if not self._complete:
            # Let the server see it before the application returns without an answer. Over TLS an
            # orderly end takes until the client has said the same.
            await self.lost.wait()

    async def wait(self) -> None:
        """Say nothing until the client goes."""
        step = 0.02
        for _ in range(int(_FOR_EVER / step)):
            if self.gone:
                return
            await asyncio.sleep(step)

    async def play(self, fault: Fault, headers: Mapping[str, str]) -> int:
        """A fault that needs no work done; the status, or 0 if it is not one of these."""
        name = fault.name
        if name == "html":
            page = b"<!doctype html><html><body>Please log in.</body></html>"
            status = fault.number(200)
            await self.send(status, {**headers, "content-type": "text/html"}, page)
        elif name == "empty":
            status = fault.number(200)
            await self.send(status, headers, b"")
        elif name == "garbage":
            status = fault.number(502)
            await self.send(status, {**headers, "content-type": "text/plain"}, b"\xff\xfe\x80" * 9)
        elif name == "json-error":
            status = 200
            code = fault.argument or "overloaded"
            body = {"error": {"message": "Too busy.", "type": code, "code": code}}
            kind = {"content-type": "application/json"}
            await self.send(200, {**headers, **kind}, json.dumps(body).encode())
        elif name == "mislabelled":
            status = 200
            body = {"error": {"message": "No speech today.", "type": "api_error", "code": "none"}}
            kind = {"content-type": fault.argument or "audio/mpeg"}
            await self.send(200, {**headers, **kind}, json.dumps(body).encode())
        elif name == "redirect":
            status = 307
            await self.send(307, {**headers, "location": fault.argument}, b"")
        elif name == "never-answer":
            status = -1
            await self.wait()
            await self.drop()
        elif name == "reset":
            status = -1
            await self.drop(reset=True)
        elif name == "drip-headers":
            status = -1
            await self._drip(b"HTTP/1.1 200 OK\r\nx-drip: " + b"a" * 10_000)
        else:
            return 0
        return status

    async def spoil(self, fault: Fault, headers: Mapping[str, str], body: bytes) -> int:
        """A whole answer, after the work was done, with a fault on its way."""
        name = fault.name
        head = _head(headers)
        if name == "lost":
            await self.drop(cut=True)
            return -1
        if name == "cut-body":
            await self.raw(head + b"transfer-encoding: chunked\r\n\r\n")
            await self.raw(b"%x\r\n" % len(body) + body[: len(body) // 2])
            await self.drop(cut=True)
        elif name == "short-body":
            await self.raw(head + b"content-length: %d\r\n\r\n" % (len(body) + 100))
            await self.raw(body)
            await self.drop()
        elif name in {"no-length", "cut-no-length"}:
            cut = name == "cut-no-length"
            await self.raw(head + b"connection: close\r\n\r\n")
            await self.raw(body[: len(body) // 2] if cut else body)
            await self.drop(cut=cut)
        elif name == "pieces":
            await self.start(200, headers)
            await self._pieces(body, fault.number(1))
        elif name == "hang-up":
            await self.send(200, headers, body)
            await self.drop()
        elif name == "drip-body":
            await self.raw(head + b"content-length: %d\r\n\r\n" % len(body))
            await self._drip(body)
        else:
            await self.send(200, headers, body)
        return 200

    async def _pieces(self, data: bytes, size: int) -> None:
        for start in range(0, len(data), max(size, 1)):
            await self.piece(data[start : start + max(size, 1)])
        await self.piece(b"", last=True)

    async def _drip(self, data: bytes) -> None:
        for number in range(len(data)):
            if self.gone:
                return
            await self.raw(data[number : number + 1])
            await asyncio.sleep(_DRIP_SECONDS)
        await self.drop()


async def send_stream(
    wire: Wire,
    headers: Mapping[str, str],
    events: Iterator[dict[str, Any]],
    settings: Settings,
    *,
    named: bool,
) -> None:
    """A stream as it should be, at the sandbox's pace."""
    await wire.start(200, {**headers, **_SSE})
    pause = 1 / settings.tokens_per_second if settings.tokens_per_second else 0.0
    left = settings.time_to_first_token
    for event in events:
        while left > 0:
            beat = min(left, settings.heartbeat_seconds)
            await asyncio.sleep(beat)
            left -= beat
            if left > 0:
                await wire.piece(b": heartbeat\n\n")
        if wire.left:
            return
        await wire.piece(frame(event, named=named))
        left = pause
    if not named:
        await wire.piece(b"data: [DONE]\n\n")
    await wire.piece(b"", last=True)


async def think(answer: Any, settings: Settings) -> None:
    """Take as long for a whole answer as its stream would."""
    usage: Any = answer.get("usage") if is_mapping(answer) else None
    tokens: int = usage.get("completion_tokens", 0) if is_mapping(usage) else 0
    pace = settings.tokens_per_second
    pause = settings.time_to_first_token + (tokens / pace if pace else 0.0)
    if tokens and pause:
        await asyncio.sleep(pause)


def frame(event: Mapping[str, Any], *, named: bool) -> bytes:
    """An event on the wire."""
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    name = f"event: {event['type']}\n" if named else ""
    return f"{name}data: {data}\n\n".encode()


async def send_faulty_stream(
    wire: Wire,
    headers: Mapping[str, str],
    events: list[dict[str, Any]],
    fault: Fault,
    *,
    named: bool,
) -> None:
    """A stream with a fault in it."""
    name = fault.name
    if name == "lost":
        await wire.drop(cut=True)
        return
    if name == "bad-index" and not named:  # the items of a response have no such index
        events = faults.odd_indexes(events)
    frames = [frame(event, named=named) for event in events]
    end = b"" if named else b"data: [DONE]\n\n"
    if name in _WHOLE:
        await wire.spoil(fault, {**headers, **_SSE}, b"".join(frames) + end)
        return
    await wire.start(200, {**headers, **_SSE})
    count = min(fault.number(1 if name == "heartbeats" else 2), len(frames))
    if name == "torture":
        await _torture(wire, frames, end)
        return
    if name == "error-first":
        await wire.piece(faults.stream_error(fault.argument or "overloaded").encode(), last=True)
        return
    if name == "big-event":
        filler = json.dumps({**events[0], "filler": "x" * fault.number(1024 * 1024)})
        frames.insert(1, f"data: {filler}\n\n".encode())
    elif name == "unknown-events":
        frames.insert(1, _unknown(events[0], named=named))
        end += frame({**events[0], "late": True}, named=named)
    elif name in _BREAKS:
        for data in frames[:count]:
            await wire.piece(data)
        await _break(wire, fault, frames[count:] or [b"data: {}\n\n"])
        return
    for data in [*frames, end]:
        await wire.piece(data)
    await wire.piece(b"", last=True)


async def _break(wire: Wire, fault: Fault, rest: list[bytes]) -> None:
    name = fault.name
    if name == "truncate":
        await wire.piece(b"", last=True)
    elif name == "half-event":
        await wire.piece(rest[0][: len(rest[0]) // 2], last=True)
    elif name == "cut-stream":
        await wire.raw(b"%x\r\n" % len(rest[0]) + rest[0][: len(rest[0]) // 2])
        await wire.drop(cut=True)
    elif name == "stall":
        await wire.wait()
    elif name == "heartbeats":
        for _ in range(int(_FOR_EVER / _BEAT_SECONDS)):
            if wire.gone:
                return
            await wire.piece(b": heartbeat\n\n")
            await asyncio.sleep(_BEAT_SECONDS)
    elif name == "error-after":
        await wire.piece(faults.stream_error("overloaded").encode())
        await wire.piece(b"data: [DONE]\n\n", last=True)
    else:
        await wire.piece(b'data: {"id": "broken", \n\n')
        await wire.piece(b"".join(rest), last=True)


async def _torture(wire: Wire, frames: list[bytes], end: bytes) -> None:
    ends = (b"\r\n", b"\r", b"\n")
    whole = b"\xef\xbb\xbf: a comment first\r\n\r\n"
    for number, data in enumerate([*frames, end]):
        whole += b": beat\n" + data.replace(b"data: ", b"data:").replace(b"\n", ends[number % 3])
    for number in range(len(whole)):
        await wire.piece(whole[number : number + 1])
    await wire.piece(b"", last=True)


def _unknown(event: Mapping[str, Any], *, named: bool) -> bytes:
    if named:
        odd = {"type": "response.thunder", "loud": True}
        return frame(odd, named=True)
    strange: dict[str, Any] = {**event, "choices": [], "mood": "fine"}
    return b"event: mood\nretry: 10\nid: 7\n" + frame(strange, named=False)


def _head(headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return b"HTTP/1.1 200 OK\r\n" + lines.encode("latin-1")
