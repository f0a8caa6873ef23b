"""Audio as bytes: what format it is, and how long it is."""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, cast

from .._ground.checks import wrong
from ..errors import (
    ResponseShapeError,
)
from .frames import frame_format
from .waves import Sound, chunks

AudioFormat = Literal["wav", "mp3", "flac", "opus", "ogg", "aac", "m4a", "webm", "pcm", "unknown"]

MIME_TYPES: Final[Mapping[str, str]] = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "ogg": "audio/ogg",
    "aac": "audio/aac",
    "m4a": "audio/mp4",
    "webm": "audio/webm",
    "pcm": "audio/pcm",
}
_BY_MIME: Final[Mapping[str, AudioFormat]] = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/flac": "flac",
    "audio/opus": "opus",
    "audio/ogg": "ogg",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
    "audio/pcm": "pcm",
    "audio/l16": "pcm",
}
_PATH_LIMIT: Final = 4_000  # characters; what is longer is no path but data
_RATE_DIGITS: Final = 7  # no sound has ten million samples a second
SNIFF_BYTES: Final = 64  # enough of a file's start to tell its format
LONGEST_SNIFF: Final = 4096  # where more is at hand, a second frame can be looked for


def sniff_format(start: bytes) -> AudioFormat | None:
    """The format that the first bytes of a file tell; ``None`` for raw samples and the unknown."""
    if start[:4] in {b"RIFF", b"RF64", b"RIFX"} and start[8:12] == b"WAVE":
        return "wav"
    if start[:4] == b"fLaC":
        return "flac"
    if start[:4] == b"OggS":
        return "opus" if b"OpusHead" in start else "ogg"
    if start[4:8] == b"ftyp":
        return "m4a"
    if start[:4] == b"\x1a\x45\xdf\xa3":
        return "webm"
    if start[:3] == b"ID3":
        tagged = start[_tag_size(start) :]
        return "flac" if tagged[:4] == b"fLaC" else frame_format(tagged) or "mp3"
    return frame_format(start)


def _tag_size(start: bytes) -> int:
    """Bytes of the ID3 tag at the start; its size is written in seven bits a byte."""
    size = 0
    for byte in start[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def audio_format(start: bytes, content_type: str, asked: object = None) -> AudioFormat:
    """The format by the bytes, or else by the media type.

    Args:
        start: the first bytes.
        content_type: without parameters.
        asked: the format that the call asked for. It counts for raw samples only, which no byte
            tells and which are sent as any bytes (``application/octet-stream``), too.
    """
    labelled = _BY_MIME.get(content_type)
    if labelled is None and asked == "pcm":
        labelled = "pcm"
    # Samples may well begin like the header of a frame, which is two bytes of evidence only.
    if labelled == "pcm" and frame_format(start):
        return "pcm"
    # A tag stands before AAC as well, and a long one hides what comes after it.
    if labelled == "aac" and start[:3] == b"ID3" and len(start) <= _tag_size(start):
        return "aac"
    return sniff_format(start) or labelled or "unknown"


def wav_duration(data: bytes) -> float | None:
    """Seconds of a WAV file, by its format and data chunks; ``None`` if they are not there.

    Neither are they known where files stand one behind the other: who plays them hears the first.
    """
    rate, seconds = 0, None
    for name, start, size in chunks(data):
        if name == b"fmt " and start + 16 <= len(data):
            (rate,) = struct.unpack_from("<I", data, start + 8)
        elif name == b"data":
            # A streaming encoder writes a size of 0 or the maximum: what is there counts.
            present = min(size, len(data) - start) if size else len(data) - start
            seconds = present / rate if rate else None
            if not size:
                break
        elif name == b"RIFF":
            return None
    return seconds


def told_sound(content_type: str) -> Sound | None:
    """What raw samples are by the parameters of their media type (``audio/L16; rate=24000``).

    Returns:
        ``None`` if their rate is not told.
    """
    parameters: dict[str, int] = {}
    for part in content_type.lower().split(";")[1:]:
        name, _, value = part.partition("=")
        digits = value.strip().strip('"')
        if digits.isascii() and digits.isdigit() and len(digits) <= _RATE_DIGITS:
            parameters[name.strip()] = int(digits)
    rate = parameters.get("rate")
    return Sound(rate, parameters.get("channels") or 1) if rate else None


def reference_audio(value: object) -> object:
    """Reference audio as the gateway takes it: a URL stays, bytes and files become a data URL.

    Raises:
        InvalidRequestError: the file can't be read.
    """
    if isinstance(value, str) and ("://" in value or value.startswith("data:")):
        return value
    if isinstance(value, str | os.PathLike):
        path = Path(cast("str", value))
        if isinstance(value, str) and (len(value) > _PATH_LIMIT or not path.is_file()):
            return value  # an opaque reference of the deployment's own
        try:
            data = path.read_bytes()
        except OSError:
            data = b""
        if not data:
            raise wrong("ref_audio", "a URL, or a readable file that is not empty", str(path))
    elif isinstance(value, bytes | bytearray | memoryview):
        data = bytes(cast("bytes", value))
    else:
        return value  # refused by the check of the field
    mime = MIME_TYPES.get(sniff_format(data[:SNIFF_BYTES]) or "", "audio/wav")
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"


def decode_base64(text: str, field: str) -> bytes:
    """The bytes of a base64 text.

    Args:
        text: the text.
        field: where it stood, for the error.

    Raises:
        ResponseShapeError: it is not base64.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:  # TypeError: it is not even a text
        msg = f"The gateway's {field} is not base64."
        raise ResponseShapeError(msg) from error
