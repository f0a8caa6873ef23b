"""What the head of an answer is, in one place for both worlds: the libraries are lax in other ways.

Promises: a head that could be read as two different ones, or is none of HTTP/1.0 and 1.1, is an
:class:`Unframed`; folded lines are joined, as the standard asks for; all heads of one answer, the
interim ones too, are bounded together.
"""

from __future__ import annotations

import re
from typing import Final

HEAD_BYTES: Final = 100 * 1024  # limit for the heads of one answer
LINE_BYTES: Final = 64 * 1024  # limit for one line of them, as http.client has it
MOST_HEADERS: Final = 99  # of an answer; the same

_TEXT: Final = rb"[^\x00-\x08\x0a-\x1f\x7f]*"  # a control character belongs into no header
_STATUS: Final = rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: " + _TEXT + rb")?\r?\n"
_FIELD: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:" + _TEXT + rb"\r?\n"
_FOLDED: Final = rb"[ \t]" + _TEXT + rb"\r?\n"
_START: Final = b"HTTP/1."

STATUS: Final = re.compile(_STATUS)
FIELD: Final = re.compile(_FIELD + rb"|" + _FOLDED)
BLANK: Final = (b"\r\n", b"\n")
LENGTH: Final = re.compile(r"[0-9]{1,18}")
_HEAD: Final = re.compile(_STATUS + rb"(?:" + _FIELD + rb"(?:" + _FOLDED + rb")*)*")
_END: Final = re.compile(rb"\n\r?\n")
_FOLD: Final = re.compile(rb"[ \t]*\r?\n[ \t]+")
_CODE_AT: Final = len("HTTP/1.1 ")


class Unframed(Exception):
    """The peer does not speak HTTP/1.1 in a way that leaves no doubt."""


def is_interim(code: bytes) -> bool:
    """Whether another answer follows the one of this status."""
    return code.startswith(b"1") and code != b"101"


def may_begin(data: bytes | bytearray) -> bool:
    """Whether a head may begin with this, which is not complete."""
    if b"\n" in data:
        return STATUS.match(data) is not None
    return data.startswith(_START) or _START.startswith(data)


class Heads:
    """Takes the head of an answer out of bytes, however they were cut; interim ones are dropped.

    Attributes:
        begun: something of a head that is not complete has come.
        final: what has begun is no interim one.
    """

    __slots__ = ("_data", "_passed", "begun", "final")

    def __init__(self) -> None:
        self._data = bytearray()
        self._passed = 0  # bytes of interim heads
        self.begun = False
        self.final = False

    def feed(self, data: bytes) -> tuple[bytes, bytes] | None:
        """The head, and what has come behind it; ``None`` while it is not complete.

        Args:
            data: the next bytes.

        Raises:
            Unframed: it is no head, or there is no end to it.
        """
        held = self._data
        at = max(0, len(held) - 2)
        held += data
        while end := _END.search(held, at):
            match = _HEAD.fullmatch(held, 0, end.start() + 1)
            if match is None:
                raise Unframed
            stop = end.end()
            if not is_interim(match[1]):
                self.final = True
                head = bytes(held[:stop])
                if b"\n " in head or b"\n\t" in head:
                    head = _FOLD.sub(b" ", head)
                return head, data[len(data) - (len(held) - stop) :]
            self._passed += stop
            del held[:stop]
            at = 0
        if len(held) + self._passed > HEAD_BYTES or not may_begin(held):
            raise Unframed
        self.begun = bool(held)
        self.final = len(held) > _CODE_AT and held[_CODE_AT] != ord("1")
        return None
