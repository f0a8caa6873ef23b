"""Speech: whole, and whether it is speech at all that came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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
from ..errors import InvalidRequestError, RunInfraError, UnexpectedContentError
from .formats import (
    LONGEST_SNIFF,
    MIME_TYPES,
    AudioFormat,
    audio_format,
    sniff_format,
    told_sound,
    wav_duration,
)
from .waves import Sound, wave_of

_SHORTEST_TEXT: Final = 4  # bytes; fewer may be samples
_TEXT: Final = re.compile(rb"[\t\r\n -~]+")


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
        if form == "pcm" and (sound := self._told_sound()) is not None:
            return player(wave_of(self.content, sound), "audio/wav")
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

    def _told_sound(self) -> Sound | None:
        return told_sound(self.meta.headers.get("content-type", ""))

    @property
    def duration(self) -> float | None:
        """Seconds where known: of WAV, and of raw samples whose media type tells the rate.

        ``None`` for formats that have to be decoded for it, and for raw samples of an unknown rate:
        see :meth:`pcm_duration`.
        """
        if self.format == "pcm":
            sound = self._told_sound()
            return None if sound is None else len(self.content) / sound.frame / sound.rate
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
        sound = Sound.raw(sample_rate, channels)
        width = count("sample_width", sample_width, minimum=1)
        return len(self.content) / (sound.rate * sound.channels * width)

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
        return Sound.raw(sample_rate, channels)
    if form == "wav":
        return None
    if form != "pcm":
        msg = (
            f"sound: expected WAV or raw samples, got {form}: ask for response_format='wav', or"
            " write it to a file for a player"
        )
        raise InvalidRequestError(msg, param="sound")
    told = told_sound(content_type)
    if told is None:
        raise wrong("sample_rate", "the samples in a second: raw ones do not tell", sample_rate)
    return told


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
