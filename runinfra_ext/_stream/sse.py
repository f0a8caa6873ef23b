"""Server-sent events, from bytes: the decoder of the WHATWG standard, without I/O.

Promises: the same events whatever the fragmentation, in time linear in the bytes; LF, CR and CRLF
end a line, nothing else does (U+2028 is text); one leading byte order mark is dropped; an event is
handed out as soon as its blank line (or the CR of it) has come; memory is bounded by the limit for
one event.

Data stays bytes, because a JSON parser reads these faster than text. Two deviations, on purpose:
:meth:`SSEDecoder.end` gives the event that the input ended in, which the standard throws away,
so that the caller can tell a last event without its blank line from a cut one; and a field
``error`` is the data of an event of that name, which the standard ignores, and some engines send.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

from ..errors import StreamTooLargeError

_BOM: Final = b"\xef\xbb\xbf"
_COLON: Final = ord(":")
_ERROR: Final = b"error"
_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class ServerSentEvent(NamedTuple):
    """One event.

    Attributes:
        data: the ``data`` lines, joined with LF.
        event: the ``event`` field; empty if the event has none (the standard's ``message``).
    """

    data: bytes
    event: str = ""


# The constructor of a named tuple is written in Python; this one does the same for each event.
_event = cast("Any", tuple).__new__


class SSEDecoder:
    """Bytes in by :meth:`feed`, events out of :attr:`events`.

    Args:
        max_event_bytes: limit for the data of one event, and for one line.
        max_bytes: limit for all that is fed.

    Attributes:
        events: what was decoded and not taken yet, oldest first; take them with ``popleft``.
    """

    __slots__ = (
        "_data",
        "_event",
        "_left",
        "_limit",
        "_max_bytes",
        "_size",
        "_skip_lf",
        "_start",
        "_tail",
        "_tail_size",
        "events",
    )

    def __init__(self, max_event_bytes: int, max_bytes: float = math.inf) -> None:
        self.events: deque[ServerSentEvent] = deque()
        self._limit = max_event_bytes
        self._max_bytes = self._left = max_bytes
        self._start: bytes | None = b""  # what may be part of a BOM; None once that is settled
        self._skip_lf = False
        # Fragments of the line that is not complete yet: joined once, so that a line that comes
        # byte by byte costs no more than its length.
        self._tail: list[bytes] = []
        self._tail_size = 0
        self._data: list[bytes] = []
        self._size = 0  # of the data so far
        self._event = ""

    def feed(self, data: bytes) -> None:
        """Decode more bytes.

        Raises:
            StreamTooLargeError: an event or line is beyond the limit, or all of them are; the
                events before it are in :attr:`events`, and the decoder must not be fed again.
        """
        self._left -= len(data)
        if self._left < 0:
            # Up to the limit all the same: how it was cut on its way counts for nothing.
            within = data[: int(self._left)]
            self._left = len(within)
            self.feed(within)
            msg = f"The stream is larger than max_response_bytes ({self._max_bytes} bytes)."
            raise StreamTooLargeError(msg)
        if self._start is not None:
            data = self._start + data
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._start = data
                return
            self._start = None
            data = data.removeprefix(_BOM)
        if self._skip_lf and data:
            # The CR before it has already ended the line.
            data = data.removeprefix(b"\n")
            self._skip_lf = False
        if b"\r" in data:
            self._skip_lf = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = data.split(b"\n")
        rest = lines.pop()
        if lines and self._tail:
            self._tail.append(lines[0])
            lines[0] = b"".join(self._tail)
            self._tail.clear()
            self._tail_size = 0
        self._decode(lines)
        if rest:
            if rest.isspace() and (not self._tail or self._tail == [b" "]):
                # White space says nothing, however long it grows; that the line began so counts.
                self._tail, self._tail_size = [b" "], 1
                return
            self._tail.append(rest)
            self._tail_size += len(rest)
            if self._size + self._tail_size > self._limit:
                self._refuse()

    def end(self) -> ServerSentEvent | None:
        """The event that the input ended in, without its blank line; ``None`` if there is none."""
        if self._start:
            self._tail.append(self._start)
        if self._tail:
            self._decode([b"".join(self._tail)])
            self._tail.clear()
        if not self._data:
            return None
        event = ServerSentEvent(b"\n".join(self._data), self._event)
        self._data.clear()
        return event

    def _decode(self, lines: list[bytes]) -> None:
        pending, limit = self._data, self._limit
        for line in lines:
            if line[:6] == b"data: ":
                size = self._size + len(line)
                if size > limit:
                    self._refuse()
                pending.append(line[6:])
                self._size = size - 5  # with the LF that will join it to the next
            elif not line:
                if pending:
                    data = pending[0] if len(pending) == 1 else b"\n".join(pending)
                    self.events.append(_event(ServerSentEvent, (data, self._event)))
                    pending.clear()
                    self._size = 0
                self._event = ""
            elif line.isspace():
                continue  # some servers pad to keep a proxy awake
            elif self._size + len(line) > limit:
                self._refuse()
            elif line[0] != _COLON:  # a colon begins a comment
                self._field(line)

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == _ERROR:
            # A field of llama-server's own, whose stream is marked as done behind it.
            self._event = "error"
        if name in {b"data", _ERROR}:
            self._data.append(value)
            self._size += len(value) + 1
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        # `id` and `retry` are for streams that can be taken up again; those of a POST can't.

    def _refuse(self) -> None:
        msg = f"An event of the stream is larger than max_event_bytes ({self._limit} bytes)."
        raise StreamTooLargeError(msg)


def cut_at_events(data: bytes) -> Iterator[bytes]:
    """Bytes of a stream, cut behind the blank lines in them.

    A blank line that is spelled in some other way, or came in two parts, is no cut.
    """
    start = 0
    for found in _BLANK_LINE.finditer(data):
        yield data[start : found.end()]
        start = found.end()
    if start < len(data):
        yield data[start:]
