"""Where an answer begins and ends: the strict half of HTTP/1.1, without any I/O.

Chunks are read by it in both worlds: the async one hands aiohttp what is left of them.

``http.client`` parses the head, and is lax about all that decides on the framing: it takes a head
that was cut for complete, splits lines at bare carriage returns, believes the first of two
lengths, and throws away what stands behind a chunk unseen. Each of these lets bytes of one answer
become another one. Promise: framing that is not certain is an :class:`Unframed`, and bytes behind
the end of a body are told (``surplus``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from .heads import BLANK, FIELD, HEAD_BYTES, LENGTH, STATUS, Unframed, is_interim, may_begin

_TRAILER_BYTES: Final = 16 * 1024
_SIZE_LINE: Final = 2 * 1024  # limit for the line of a chunk, with its extensions

_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_STATUS_AT: Final = len("HTTP/1.1 ")
_INTERIM: Final = re.compile(rb"HTTP/1\.[01] 1(?!01)[0-9]{2}[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n")


class CutHead(Exception):
    """The connection ended before the head was complete.

    Attributes:
        begun: whether a part of it had come, and not only interim ones.
    """

    def __init__(self, *, begun: bool) -> None:
        super().__init__()
        self.begun = begun


class EarlyAnswer(Exception):
    """Sending makes no sense any more: there is an answer, or the connection broke."""


class Head:
    """The file that ``http.client`` reads heads from, line by line; it sees no interim ones.

    Args:
        receive: waits for further bytes; ``b""`` when the peer has closed.
        data: what has come already.

    Attributes:
        status: of the answer, as soon as it is known.
    """

    def __init__(self, receive: Callable[[], bytes], data: bytes = b"") -> None:
        self._receive = receive
        self._data = data
        self._at = 0
        self._size = 0  # of all lines, those of interim heads too
        self._within = False
        self.status = 0

    @property
    def rest(self) -> bytes:
        """What has come behind the lines that were read."""
        return self._data[self._at :]

    def readline(self, limit: int = -1) -> bytes:  # noqa: ARG002 - http.client gives one; here all heads share another
        """The next line of a head.

        Raises:
            CutHead: the connection ended before.
            Unframed: it is no line of a head, or the heads are too long.
        """
        line = self._line()
        while not self.status:
            match = STATUS.fullmatch(line)
            if match is None:
                raise Unframed
            if not is_interim(match[1]):
                self.status = int(match[1])
                return line
            while (line := self._line()) not in BLANK:
                _check_field(line)
            self._within = False
            line = self._line()
        if line not in BLANK:
            _check_field(line)
        return line

    def _line(self) -> bytes:
        while (stop := self._data.find(b"\n", self._at)) < 0:
            rest = self._data[self._at :]
            if len(rest) + self._size > HEAD_BYTES or not (self._within or may_begin(rest)):
                raise Unframed
            more = self._receive()
            if not more:
                raise CutHead(begun=self._within or bool(rest))
            self._data = rest + more
            self._at = 0
        line = self._data[self._at : stop + 1]
        self._at = stop + 1
        self._size += len(line)
        if self._size > HEAD_BYTES:
            raise Unframed
        self._within = True
        return line

    def flush(self) -> None:
        """Part of what a file can do."""

    def close(self) -> None:
        """Part of what a file can do; the connection stays open."""


def _check_field(line: bytes) -> None:
    if not FIELD.fullmatch(line):
        raise Unframed


def without_interim(data: bytes) -> tuple[bytes, bool]:
    """The beginning of an answer without the interim ones; whether a final one has begun."""
    while interim := _INTERIM.match(data):
        data = data[interim.end() :]
    return data, len(data) > _STATUS_AT and data[_STATUS_AT] != ord("1")


class Body(Protocol):
    """Takes a body out of the bytes that come."""

    over: bool
    """Whether its end was reached."""
    surplus: bool
    """Whether something came behind its end."""
    broken: bool
    """Whether what came next makes no sense."""
    until_close: bool
    """Whether its end is the connection's."""

    def feed(self, data: bytes) -> bytes:
        """The part of the body that is in these bytes; ``Unframed`` if they make no sense."""
        ...


class SizedBody:
    """A body of a known length."""

    __slots__ = ("_left", "over", "surplus")

    until_close = False
    broken = False

    def __init__(self, length: int) -> None:
        self._left = length
        self.over = length == 0
        self.surplus = False

    def feed(self, data: bytes) -> bytes:
        """The part of the body that is in these bytes."""
        left = self._left - len(data)
        if left > 0:
            self._left = left
            return data
        self.over = True
        if left < 0:
            self.surplus = True
            data = data[: self._left]
        self._left = 0
        return data


class OpenBody:
    """A body that ends when the connection does."""

    __slots__ = ("over",)

    until_close = True
    surplus = False
    broken = False

    def __init__(self) -> None:
        self.over = False

    def feed(self, data: bytes) -> bytes:
        """All of it."""
        return data


class ChunkedBody:
    """A body in chunks; however many came together, they are handed out together."""

    __slots__ = (
        "_before",
        "_ending",
        "_held",
        "_left",
        "_trailers",
        "broken",
        "over",
        "surplus",
    )

    until_close = False

    def __init__(self) -> None:
        self.over = False
        self.surplus = False
        self._left = 0  # bytes of the chunk that are still to come
        self._before = b""  # what stands between the last chunk and the line of the next one
        self._held = b""  # a line that has not come whole
        self._ending = False
        self._trailers = 0  # bytes
        self.broken = False

    def feed(self, data: bytes) -> bytes:
        """The part of the body that is in these bytes.

        Raises:
            Unframed: they make no sense. What came before is handed out first.
        """
        if self.broken:
            raise Unframed
        if self._held:
            data = self._held + data
            self._held = b""
        pieces: list[bytes] = []
        at, size = 0, len(data)
        while at < size and not self._ending:
            left = self._left
            if left:
                piece = data[at : at + left] if at or left < size else data
                at += len(piece)
                self._left = left - len(piece)
                pieces.append(piece)
                continue
            before = self._before
            if not data.startswith(before, at) and not before.startswith(data[at:]):
                return self._fail(pieces)
            line = _CHUNK.match(data, at + len(before))
            if line is None:
                if size - at > _SIZE_LINE or data.find(b"\n", at + len(before)) >= 0:
                    return self._fail(pieces)
                break
            self._before = b"\r\n"
            self._left = int(line[1], 16)
            self._ending = not self._left
            at = line.end()
        rest = data[at:]
        if self._ending:
            self._end(rest)
            if self.broken and not pieces:
                raise Unframed
        else:
            self._held = rest
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _end(self, rest: bytes) -> None:
        """Pass over the trailers, which nobody reads, as long as they are some."""
        at = 0
        while stop := rest.find(b"\n", at) + 1:
            line = rest[at:stop]
            at = stop
            if line == b"\r\n":
                self.over = True
                self.surplus = len(rest) > at
                return
            self._trailers += len(line)
            if not line.endswith(b"\r\n") or not FIELD.fullmatch(line):
                self.broken = True
                return
        self._held = rest[at:]
        self.broken = self._trailers + len(self._held) > _TRAILER_BYTES

    def _fail(self, pieces: list[bytes]) -> bytes:
        self.broken = True
        if not pieces:
            raise Unframed
        return b"".join(pieces)


def is_kept(version: int, headers: Iterable[tuple[str, str]]) -> bool:
    """Whether the peer keeps the connection after its answer: what any line of it says counts.

    Args:
        version: 10 or 11.
        headers: of the answer.
    """
    said: set[str] = set()
    for name, value in headers:
        # A comparison of lengths is cheaper than lowering every name.
        if len(name) == 10 and name.lower() == "connection":
            said.update(word.strip(" \t").lower() for word in value.split(","))
    return "close" not in said and (version > 10 or "keep-alive" in said)


def body_of(
    method: str, status: int, version: int, headers: Iterable[tuple[str, str]], *, defects: bool
) -> Body:
    """How the body of an answer is framed.

    Args:
        method: of the request.
        status: of the answer.
        version: 10 or 11.
        headers: of the answer.
        defects: whether the parser of the headers found something wrong with them.

    Raises:
        Unframed: it is not certain.
    """
    lengths: list[str] = []
    codings: list[str] = []
    for name, value in headers:
        size = len(name)
        # Two comparisons of lengths are cheaper than lowering every name.
        if size == 14 and name.lower() == "content-length":
            lengths.append(value)
        elif size == 17 and name.lower() == "transfer-encoding":
            codings.append(value)
    if defects or status < 200 or len(lengths) + len(codings) > 1:
        raise Unframed
    if lengths and not LENGTH.fullmatch(lengths[0].strip(" \t")):
        raise Unframed
    if codings and (codings[0].strip(" \t").lower() != "chunked" or version < 11):
        raise Unframed
    if method == "HEAD" or status in {204, 304}:
        return SizedBody(0)
    if lengths:
        return SizedBody(int(lengths[0]))
    return ChunkedBody() if codings else OpenBody()
