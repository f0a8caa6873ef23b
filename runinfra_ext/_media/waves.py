"""WAV files: their chunks, their samples as they come, and headers for raw samples."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from .._ground.checks import count
from ..errors import InvalidRequestError

SampleType = Literal["uint8", "int16", "int24", "int32", "float32"]

_PCM: Final = 1
_FLOAT: Final = 3
_EXTENSIBLE: Final = 0xFFFE  # then the first two bytes of an id say what it is
_TYPES: Final[dict[tuple[int, int], SampleType]] = {
    (_PCM, 8): "uint8",
    (_PCM, 16): "int16",
    (_PCM, 24): "int24",
    (_PCM, 32): "int32",
    (_FLOAT, 32): "float32",
}
_BYTES: Final = {kind: bits // 8 for (_, bits), kind in _TYPES.items()}
_UNKNOWN_SIZE: Final = 0xFFFFFFFF  # of an encoder that streams, as is 0
_LONGEST_HEADER: Final = 1024 * 1024  # bytes; tags stand in it
_ENOUGH: Final = 12  # bytes that tell what file it is


class Sound(NamedTuple):
    """What samples are.

    Attributes:
        rate: samples in a second, of one channel.
        channels: of the sound.
        samples: their type.
    """

    rate: int
    channels: int
    samples: SampleType = "int16"

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * _BYTES[self.samples]

    @classmethod
    def raw(cls, sample_rate: object, channels: object) -> Sound:
        """Raw samples of 16 bits, as a caller tells of them.

        Raises:
            InvalidRequestError: a value is not a whole number of at least 1.
        """
        return cls(
            count("sample_rate", sample_rate, minimum=1), count("channels", channels, minimum=1)
        )


def chunks(data: bytes | bytearray) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and size of the chunks of a WAV file, as far as its beginning goes."""
    if not _is_wave(data):
        return
    position, long = _ENOUGH, _UNKNOWN_SIZE
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        start = position + 8
        if name == b"ds64" and start + 16 <= len(data):
            (long,) = struct.unpack_from("<Q", data, start + 8)  # of the samples, in 64 bits
        elif name == b"data" and size == _UNKNOWN_SIZE:
            size = long
        yield name, start, size
        position = start + size + (size & 1)


def _is_wave(data: bytes | bytearray) -> bool:
    """Whether it is a WAV file, or one of those whose sizes are told in 64 bits."""
    return data.startswith((b"RIFF", b"RF64")) and data.startswith(b"WAVE", 8)


def wave_of(samples: bytes, sound: Sound) -> bytes:
    """Whole samples, as a WAV file."""
    kind = _FLOAT if sound.samples == "float32" else _PCM
    form = struct.pack(
        "<HHIIHH",
        kind,
        sound.channels,
        sound.rate,
        sound.rate * sound.frame,
        sound.frame,
        sound.frame // sound.channels * 8,
    )
    head = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", len(form))
    return b"".join([head, form, struct.pack("<4sI", b"data", len(samples)), samples])


class WaveReader:
    """Takes a WAV file piece by piece, and gives its samples.

    Attributes:
        sound: what they are, once that is known.
    """

    def __init__(self) -> None:
        self.sound: Sound | None = None
        self._head = bytearray()
        self._left: int | None = None  # bytes of samples that are to come, if that is known

    def feed(self, piece: bytes) -> bytes:
        """The samples in the next piece.

        Raises:
            InvalidRequestError: it is another file, or its samples are of an unknown type.
        """
        if self.sound is None:
            self._head += piece
            piece = self._begin()
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        return piece

    def end(self) -> None:
        """There is no more.

        Raises:
            InvalidRequestError: not even the header was whole.
        """
        if self.sound is None:
            raise _not("a WAV file that is whole")

    def _begin(self) -> bytes:
        """Read the header, once it is there; the samples behind it."""
        head = self._head
        if len(head) >= _ENOUGH and not _is_wave(head):
            raise _not("a WAV file")
        form: Sound | None = None
        for name, start, size in chunks(head):
            if name == b"fmt " and start + size <= len(head):
                form = _sound(bytes(head[start : start + size]))
            elif name == b"data":
                if form is None:
                    raise _not("a WAV file that says what its samples are")
                self.sound = form
                self._left = None if size in {0, _UNKNOWN_SIZE} else size
                rest = bytes(head[start:])
                head.clear()
                return rest
        if len(head) > _LONGEST_HEADER:
            raise _not("a WAV file with samples")
        return b""


def _sound(form: bytes) -> Sound:
    try:
        kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
        if kind == _EXTENSIBLE:
            (kind,) = struct.unpack_from("<H", form, 24)
    except struct.error as error:
        raise _not("a WAV file that says what its samples are") from error
    samples = _TYPES.get((kind, bits))
    if samples is None or not channels or not rate:
        raise _not(
            "WAV with PCM samples of 8, 16, 24 or 32 bits, or floats of 32;"
            f" this one has {bits} bits of type {kind}"
        )
    return Sound(rate, channels, samples)


def _not(expected: str) -> InvalidRequestError:
    return InvalidRequestError(f"sound: expected {expected}", param="sound")
