"""Real PNG pictures of the asked size, drawn from the prompt."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from typing import Final

MAX_SIDE: Final = 2048  # pixels
DEFAULT_SIZE: Final = (512, 512)
_NAME = re.compile(r"([0-9a-f]{12})-([0-9x]+)\.png\Z")
_SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})\Z")


def parse_size(text: str | None) -> tuple[int, int] | None:
    """Width and height, ``None`` if the text is not a size that can be drawn."""
    if text is None:
        return DEFAULT_SIZE
    match = _SIZE.match(text)
    if match is None or max(int(match[1]), int(match[2])) > MAX_SIDE:
        return None
    return int(match[1]), int(match[2])


def colours(prompt: str, number: int) -> str:
    """What a picture is drawn from, as a part of its URL."""
    return hashlib.sha256(f"{prompt}\0{number}".encode()).hexdigest()[:12]


def named(name: str) -> bytes | None:
    """The picture that a URL names (``COLOURS-WIDTHxHEIGHT.png``); ``None`` if there is none."""
    match = _NAME.match(name)
    size = parse_size(match[2]) if match else None
    return png(match[1], *size) if match and size else None


def png(drawn_from: str, width: int, height: int) -> bytes:
    """A gradient in its own colours.

    Args:
        drawn_from: see :func:`colours`.
        width: in pixels.
        height: in pixels.
    """
    seed = bytes.fromhex(drawn_from)
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        shade = y * 255 // height
        left = bytes((seed[0], shade, seed[1]))
        right = bytes((seed[2], seed[3], 255 - shade))
        cut = (seed[4] * width // 256 + y * seed[5] // 256) % (width + 1)
        rows += left * cut + right * (width - cut)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(bytes(rows), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
