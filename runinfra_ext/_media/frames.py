"""Frames of MPEG audio and AAC: formats whose files begin with no name, only with a frame's header.

Two bytes of it are in many a raw sample too, so the whole header has to make sense, and where the
next frame is at hand, it has to begin where this one ends.
"""

from __future__ import annotations

from typing import Final, Literal

_MPEG_1: Final = 3  # of the version's bits; 1 is reserved, 0 and 2 are MPEG 2.5 and 2
_RESERVED_VERSION: Final = 1
_LAYER_3: Final = 1  # of the layer's bits; 0 is reserved in MPEG, and means ADTS here
_KILOBITS: Final = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # of layer 3, by the bits of the rate; for MPEG 1 or not
_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ADTS_RATES: Final = 13  # how many sample rates ADTS knows
_ADTS_HEADER: Final = 7  # bytes


def frame_format(start: bytes) -> Literal["mp3", "aac"] | None:
    """The format whose frame the bytes begin with.

    Args:
        start: a file's first bytes; with a few thousand, a second frame is looked for.
    """
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:
        return None
    layer = start[1] >> 1 & 3
    if layer == 0:
        return "aac" if _is_adts(start) else None
    return "mp3" if _is_mpeg(start, layer) else None


def _is_adts(start: bytes) -> bool:
    if start[1] & 0xF0 != 0xF0 or start[2] >> 2 & 0xF >= _ADTS_RATES:
        return False
    if len(start) < _ADTS_HEADER:
        return True  # as far as can be seen
    size = (start[3] & 3) << 11 | start[4] << 3 | start[5] >> 5
    # A size of nothing is that of a sketch of a header, with nothing to look at behind it.
    return size == 0 or (size >= _ADTS_HEADER and _goes_on(start, size, 0xFFF6))


def _is_mpeg(start: bytes, layer: int) -> bool:
    version, rate, sampling = start[1] >> 3 & 3, start[2] >> 4, start[2] >> 2 & 3
    if version == _RESERVED_VERSION or rate == 0xF or sampling == 3:
        return False
    if layer != _LAYER_3 or rate == 0:
        return True  # the length of these is not known from the header
    samples = 144 if version == _MPEG_1 else 72
    size = samples * _KILOBITS[version == _MPEG_1][rate] * 1000 // _RATES[version][sampling]
    return _goes_on(start, size + (start[2] >> 1 & 1), 0xFFFE)


def _goes_on(start: bytes, size: int, mask: int) -> bool:
    """Whether another frame of the same kind follows, as far as can be seen."""
    following = start[size : size + 2]
    if len(following) < 2:
        return True
    here, there = int.from_bytes(start[:2], "big"), int.from_bytes(following, "big")
    return here & mask == there & mask
