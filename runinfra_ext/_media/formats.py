"""Audio as bytes: what format it is, how long, and whether it is audio at all."""

from __future__ import annotations

import base64
import os
import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, cast

from .._answer.bodies import media_type
from .._answer.error_mapping import BASE_URL_HINT, error_from_response, implied_status
from .._answer.notebook import player
from .._ground.checks import count, wrong
from .._ground.doors import door
from .._ground.files import StrPath, write_atomic
from .._ground.json_codec import decode, is_object
from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from .._ground.wire import JSON, Headers
from ..errors import (
    InvalidRequestError,
    ResponseShapeError,
    RunInfraError,
    UnexpectedContentError,
)
from .frames import frame_format
from .waves import Sound, chunks, wave_of

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
_SHORTEST_TEXT: Final = 4  # bytes; fewer may be samples
_TEXT: Final = re.compile(rb"[\t\r\n -~]+")
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


def pcm_rate(content_type: str) -> tuple[int, int]:
    """Sample rate and channels by the parameters of a media type (``audio/L16; rate=24000``).

    Returns:
        A rate of 0 if it is not told.
    """
    parameters: dict[str, int] = {}
    for part in content_type.lower().split(";")[1:]:
        name, _, value = part.partition("=")
        digits = value.strip().strip('"')
        if digits.isascii() and digits.isdigit() and len(digits) <= _RATE_DIGITS:
            parameters[name.strip()] = int(digits)
    return parameters.get("rate", 0), parameters.get("channels", 1) or 1


def check_audio_start(
    meta: Meta, start: bytes, redactor: Redactor, *, whole: bool
) -> RunInfraError | None:
    """What is wrong with an answer that should be audio, by its headers and first bytes.

    Args:
        meta: of the answer.
        start: its first bytes, or all of it.
        redactor: blanks secrets in what the error shows.
        whole: there is no more than ``start``.
    """
    if not start and whole:
        return UnexpectedContentError("The gateway answered with an empty body instead of audio.")
    kind = media_type(meta.headers)
    text = start[:256].lstrip().lower()
    if kind == JSON or kind.endswith("+json") or text.startswith(b"{"):
        return _json_instead(meta, start, redactor)
    if kind == "text/html" or text.startswith((b"<!doctype", b"<html")):
        msg = f"The gateway answered with a web page instead of audio. {BASE_URL_HINT}"
        return UnexpectedContentError(msg)
    if kind.startswith("text/"):
        return UnexpectedContentError(f"The gateway answered with {kind} instead of audio.")
    if _is_text(start) and sniff_format(start) is None:
        label = f" labelled {kind}" if kind else ""
        return UnexpectedContentError(f"The gateway answered with text{label} instead of audio.")
    return None


def _is_text(start: bytes) -> bool:
    """Whether bytes are plain words: samples of sound are not all of them printable."""
    return len(start) >= _SHORTEST_TEXT and _TEXT.fullmatch(start[:256]) is not None


def _json_instead(meta: Meta, start: bytes, redactor: Redactor) -> RunInfraError | None:
    content: object = None
    try:
        content = decode(start)
    except ValueError:
        if not media_type(meta.headers).endswith("json"):
            return None  # raw samples may well begin with a brace
    if is_object(content) and content.get("error"):
        status = implied_status(content["error"])
        return error_from_response(status, Headers(meta.headers.items()), content, redactor)
    return UnexpectedContentError("The gateway answered with JSON instead of audio.")


class SpeechAudio:
    """Speech, whole and in memory.

    Attributes:
        content: the audio file's bytes.
        content_type: media type as the gateway says, without parameters.
        meta: facts about the call.
    """

    __slots__ = ("_asked", "content", "content_type", "meta")

    def __init__(self, content: bytes, meta: Meta, asked: object = None) -> None:
        self.content = content
        self._asked = asked  # the call's `response_format`
        self.content_type = media_type(meta.headers) or "application/octet-stream"
        self.meta = meta

    @property
    def request_id(self) -> str | None:
        """The gateway's id of this answer."""
        return self.meta.request_id

    @property
    def format(self) -> AudioFormat:
        """The format, told from the bytes first and the header second."""
        return audio_format(self.content[:LONGEST_SNIFF], self.content_type, self._asked)

    def _repr_html_(self) -> str:
        form = self.format
        if form == "pcm" and self._told_rate()[0]:
            rate, channels = self._told_rate()
            return player(wave_of(self.content, Sound(rate, channels)), "audio/wav")
        return player(self.content, MIME_TYPES.get(form, self.content_type))

    @door
    def play(self, *, sample_rate: int | None = None, channels: int = 1) -> None:
        """Play it on this machine, and wait until it has sounded; needs the extra ``audio``.

        Args:
            sample_rate: of raw samples (``response_format="pcm"``) whose media type does not tell.
            channels: of the same.

        Raises:
            InvalidRequestError: it is neither WAV nor raw samples of a known rate: ask for
                ``response_format="wav"``, or write it to a file for a player.
            ConfigurationError: the extra is not installed, or there is no device.
        """
        from .._display.devices import Speaker  # noqa: PLC0415 - loaded when something is played

        told = self.meta.headers.get("content-type", "")
        with Speaker(played(self.format, told, sample_rate, channels)) as speaker:
            speaker.write(self.content)

    def _told_rate(self) -> tuple[int, int]:
        return pcm_rate(self.meta.headers.get("content-type", ""))

    @property
    def duration(self) -> float | None:
        """Seconds where known: of WAV, and of raw samples whose media type tells the rate.

        ``None`` for formats that have to be decoded for it, and for raw samples of an unknown rate:
        see :meth:`pcm_duration`.
        """
        if self.format == "pcm":
            rate, channels = self._told_rate()
            return self.pcm_duration(rate, channels=channels) if rate else None
        return wav_duration(self.content)

    def pcm_duration(self, sample_rate: int, *, channels: int = 1, sample_width: int = 2) -> float:
        """Seconds of raw samples (``response_format="pcm"``).

        The gateway documents no rate; it is the model's. 24000 samples a second is common.

        Args:
            sample_rate: samples in a second, of one channel.
            channels: of the sound.
            sample_width: bytes of a sample.

        Raises:
            InvalidRequestError: a value is not a whole number of at least 1.
        """
        frame = 1
        for name, value in (
            ("sample_rate", sample_rate),
            ("channels", channels),
            ("sample_width", sample_width),
        ):
            frame *= count(name, value, minimum=1)
        return len(self.content) / frame

    def write_to_file(self, path: StrPath) -> Path:
        """Write the audio to a file, atomically; its path.

        Raises:
            OSError: the file can't be written; nothing is left behind.
        """
        return write_atomic(path, self.content)

    def iter_bytes(self, chunk_size: int = 64 * 1024) -> Iterator[bytes]:
        """The bytes in pieces, for players and web frameworks."""
        for start in range(0, len(self.content), chunk_size):
            yield self.content[start : start + chunk_size]

    def __bytes__(self) -> bytes:
        return self.content

    def __len__(self) -> int:
        return len(self.content)

    def __repr__(self) -> str:
        return f"<SpeechAudio {self.format}, {len(self.content)} bytes, {self.request_id}>"


def played(
    form: AudioFormat, content_type: str, sample_rate: int | None, channels: int
) -> Sound | None:
    """What the samples of a sound that is to be played are; ``None`` for WAV, which tells.

    Args:
        form: of the sound.
        content_type: of the answer, with its parameters.
        sample_rate: that the caller gave.
        channels: that the caller gave.

    Raises:
        InvalidRequestError: it can't be played without decoding it, or its rate is unknown.
    """
    if sample_rate is not None:
        return Sound(
            count("sample_rate", sample_rate, minimum=1), count("channels", channels, minimum=1)
        )
    if form == "wav":
        return None
    if form != "pcm":
        msg = (
            f"sound: expected WAV or raw samples, got {form}: ask for response_format='wav', or"
            " write it to a file for a player"
        )
        raise InvalidRequestError(msg, param="sound")
    rate, told = pcm_rate(content_type)
    if not rate:
        raise wrong("sample_rate", "the samples in a second: raw ones do not tell", sample_rate)
    return Sound(rate, told)


def speech_result(body: bytes, meta: Meta, redactor: Redactor, asked: object) -> SpeechAudio:
    """The speech of a whole answer.

    Args:
        body: of the answer.
        meta: of the answer.
        redactor: blanks secrets in what an error shows.
        asked: the format that the call asked for, if it did.

    Raises:
        UnexpectedContentError: it is not audio.
        APIStatusError: it is an error body, whatever its label says.
    """
    error = check_audio_start(meta, body, redactor, whole=True)
    if error is not None:
        raise error
    return SpeechAudio(body, meta, asked)


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
