"""Bodies that come packed although ``identity`` was asked for, as some proxies send them.

gzip and deflate are unpacked piece by piece: no piece is larger than :data:`PIECE`, so that the
limits of whoever reads bound what a bomb can take. Any other encoding is a failure that names it.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

from .._ground.checks import is_printable
from .._ground.wire import Headers
from .failures import failure

PIECE: Final = 64 * 1024  # bytes, unpacked, at a time
# Packed bytes that may come without giving any: empty blocks and members could go on for ever.
_FRUITLESS: Final = 1024 * 1024
_CODINGS: Final = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_NAME_SHOWN: Final = 40
# Of the packed body: they would say wrong things of the unpacked one.
_OF_THE_PACKED: Final = frozenset({"content-encoding", "content-length"})


def unpacker_for(headers: list[tuple[str, str]]) -> tuple[Headers, Unpacker | None]:
    """What unpacks the body with these headers, and the headers of the unpacked body."""
    kept = Headers(headers)
    if "content-encoding" not in kept:
        return kept, None
    named = ",".join(kept.all("content-encoding")).lower().split(",")
    codings = [name.strip() for name in named if name.strip() not in {"", "identity"}]
    kept = Headers(pair for pair in headers if pair[0].lower() not in _OF_THE_PACKED)
    return kept, Unpacker(", ".join(codings)) if codings else None


class Unpacker:
    """Unpacks one body: ``put`` what has come, ``take`` until nothing is left, ``finish``.

    Args:
        coding: ``gzip`` or ``deflate``; another one fails with the first byte of the body.
    """

    def __init__(self, coding: str) -> None:
        self._name = coding
        self._coding = _CODINGS.get(coding, "")
        self._packed = b""
        self._engine: Any = None  # none before the body, and between members of gzip
        self._begun = False
        self._fruitless = 0

    def put(self, data: bytes) -> None:
        """Take packed bytes in.

        Raises:
            TransportFailure: the encoding is none of the two, or there is no end of nothing.
        """
        if not self._coding:
            shown = self._name if is_printable(self._name) else "unreadable"
            detail = f"{shown[:_NAME_SHOWN]!r}, though none was asked for"
            raise failure("encoding", sent=True, detail=detail)
        self._packed += data
        self._fruitless += len(data)
        if self._fruitless > _FRUITLESS:
            raise self._broken()

    def take(self) -> bytes:
        """The next unpacked bytes of what was put in; ``b""`` when it is used up.

        Raises:
            TransportFailure: they are not what the header says.
        """
        while True:
            if self._engine is None and not self._begin():
                return b""
            piece = self._unpack()
            if piece:
                self._fruitless = 0
                return piece
            if self._engine is not None:
                return b""

    def finish(self) -> None:
        """The body has ended.

        Raises:
            TransportFailure: in the middle.
        """
        if self._engine is not None or self._packed:
            raise failure("truncated", sent=True)

    def _begin(self) -> bool:
        """Begin the body, or a further member of it, if there is enough for that."""
        if self._begun:
            self._packed = self._packed.lstrip(b"\0")  # gzip may be filled up to a whole block
        if len(self._packed) < 2:
            return False
        if self._begun and self._coding != "gzip":
            raise self._broken()
        window = zlib.MAX_WBITS
        if self._coding == "gzip":
            window += 16
        elif self._packed[0] & 0x0F != zlib.DEFLATED or int.from_bytes(self._packed[:2]) % 31:
            # It is meant to stand in zlib's frame, but some servers send it bare.
            window = -window
        self._engine = zlib.decompressobj(window)
        self._begun = True
        return True

    def _unpack(self) -> bytes:
        try:
            piece: bytes = self._engine.decompress(self._packed, PIECE)
        except zlib.error as error:
            self._packed = b""
            raise self._broken() from error
        self._packed = self._engine.unconsumed_tail
        if self._engine.eof:
            self._packed = self._engine.unused_data
            self._engine = None
        return piece

    def _broken(self) -> Exception:
        return failure("encoding", sent=True, detail=f"{self._coding} that is broken")
