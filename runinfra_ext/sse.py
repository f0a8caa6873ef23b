"""Server-sent events from bytes: exactly the standard's grammar, without I/O.

Promises: lines end with LF, CRLF or CR, wherever the network cuts; one leading byte order mark is
dropped; several ``data`` lines are joined with LF; comments, unknown fields and a missing space
after the colon are fine; U+2028 and its like are ordinary characters. Work and memory are linear in
the bytes that came, however they are cut, and one event can't take more than the limit.

One deliberate difference: an event that the end of the input cuts off is handed out by
:meth:`SSEDecoder.finish`, because some servers leave out the last blank line; the reader above
decides whether it is whole.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_BOM: Final = b"\xef\xbb\xbf"
_COLON: Final = ord(":")


class ServerSentEvent(NamedTuple):
    """One event.

    Attributes:
        data: the ``data`` lines, joined with LF; UTF-8, not decoded.
        event: its name, ``""`` if it has none.
        id: the last id that was sent, ``""`` if none was.
        retry: reconnection time in milliseconds, if this event set one.
    """

    data: bytes
    event: str = ""
    id: str = ""
    retry: int | None = None


class EventTooLarge(Exception):
    """One event is larger than the limit; becomes a StreamEventTooLargeError."""


class SSEDecoder:
    """Bytes in, events out.

    Args:
        max_event_bytes: limit of one event, its field names and separators included.
    """

    def __init__(self, max_event_bytes: int) -> None:
        self._limit = max_event_bytes
        self._line: list[bytes] = []  # the pieces of a line whose end has not come
        self._data: list[bytes] = []
        self._size = 0  # bytes of the event so far, its unfinished line included
        self._event = ""
        self._id = ""
        self._retry: int | None = None
        self._skip_lf = False  # the last piece ended with CR: an LF now belongs to it
        self._first = True

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that these bytes complete.

        Raises:
            EventTooLarge: the event that is under way exceeds the limit.
        """
        if self._skip_lf and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if not chunk:
            # An empty piece says nothing about what follows a CR.
            return []
        self._skip_lf = chunk.endswith(b"\r")
        carriage = b"\r" in chunk
        if not carriage and b"\n" not in chunk:
            # Searched once and kept: many small pieces of one long line stay linear.
            self._line.append(chunk)
            self._grow(len(chunk))
            return []
        if carriage:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if self._line:
            self._line.append(chunk)
            self._size -= sum(map(len, self._line[:-1]))
            chunk = b"".join(self._line)
            self._line.clear()
        lines = chunk.split(b"\n")
        rest = lines.pop()
        events = self._take(lines)
        if rest:
            self._line.append(rest)
            self._grow(len(rest))
        return events

    def finish(self) -> list[ServerSentEvent]:
        """The event that the end of the input cut off, if any."""
        line = b"".join(self._line)
        self._line.clear()
        return self._take([line, b""] if line else [b""])

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            raise EventTooLarge

    def _take(self, lines: list[bytes]) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        if self._first and lines:
            self._first = False
            lines[0] = lines[0].removeprefix(_BOM)
        for line in lines:
            if not line:
                if self._data:
                    events.append(
                        ServerSentEvent(
                            self._data[0] if len(self._data) == 1 else b"\n".join(self._data),
                            self._event,
                            self._id,
                            self._retry,
                        )
                    )
                    self._data.clear()
                self._event = ""
                self._retry = None
                self._size = 0
                continue
            self._grow(len(line) + 1)
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif line[0] != _COLON:
                self._field(line)
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) < 16:
            self._retry = int(value)
