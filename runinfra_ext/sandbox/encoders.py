"""Opus and AAC, by FFmpeg's encoders in the package PyAV; they are there with an extra."""

from __future__ import annotations

import importlib.util
import io
from fractions import Fraction
from typing import Any, Final, NamedTuple

EXTRA: Final = "runinfra-ext[sandbox-audio]"
MEDIA_TYPES: Final = {"opus": "audio/ogg", "aac": "audio/aac"}


class _Way(NamedTuple):
    """How a format is made: FFmpeg's names of container and codec, and what the codec takes."""

    container: str
    codec: str
    rate: int
    options: dict[str, str]


# Without bitexact an Ogg stream has a random number, and the same text not the same bytes.
_WAYS: Final = {
    "opus": _Way("ogg", "libopus", 48_000, {"fflags": "+bitexact"}),
    "aac": _Way("adts", "aac", 16_000, {"fflags": "+bitexact", "write_id3v2": "1"}),
}


def available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("av") is not None


def encode(samples: bytes, rate: int, form: str, comment: str) -> bytes:
    """Samples as an audio file.

    Args:
        samples: mono, 16 bits, little-endian.
        rate: samples a second.
        form: one of :data:`MEDIA_TYPES`.
        comment: text that travels in the file, as it is.

    Raises:
        ImportError: the extra is not installed.
    """
    import av  # noqa: PLC0415 - an extra of the extra

    way = _WAYS[form]
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
    frame.planes[0].update(samples)
    file = io.BytesIO()
    made: Any = av.open(file, "w", format=way.container, options=way.options)
    with made as container:
        stream = container.add_stream(way.codec, rate=way.rate, layout="mono")
        # Ogg keeps the comment with the stream, the ID3 tag of ADTS with the file.
        container.metadata["comment"] = comment
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=way.rate)
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            container.mux(stream.encode(part))
    return file.getvalue()
