# Generated from runinfra_ext/_async/speech.py by `make gen`; do not edit.
"""Speech as it comes: bytes in constant memory."""

from __future__ import annotations

from typing import Final, Literal

from .._display.devices import Speaker, loaded
from .._ground.doors import door
from .._media.formats import SNIFF_BYTES, AudioFormat, audio_format
from .._media.speech import check_audio_start, played
from ..errors import RunInfraError
from ._timing import run_blocking
from .binary import BinaryStream

_ERROR_BODY: Final = 64 * 1024  # bytes of an error body under an audio label that are looked at


class SpeechStream(BinaryStream):
    """The bytes of a speech while it is generated.

    Use it as a context manager, iterate over it once, or write it to a file. Memory stays constant.

    Raises (while reading):
        UnexpectedContentError: what came is not audio.
        APIStatusError: what came is an error body, whatever its label says.
        RunInfraConnectionError: the connection broke, the body is shorter than promised, or a clock
            ran out. Nothing is repeated automatically.
    """

    _what = "speech"

    @property
    def format(self) -> AudioFormat:
        """The format, by the first bytes as soon as they are there, else by the header."""
        asked = self._journey.call.arguments.get("response_format")
        return audio_format(self._start, self.content_type, asked)

    @door
    def play(self, *, sample_rate: int | None = None, channels: int = 1) -> None:
        """Play it on this machine while it comes, and wait until it has sounded.

        It needs the extra ``audio``, which is looked for before anything is read.

        Args:
            sample_rate: of raw samples (``response_format="pcm"``) whose media type does not tell.
            channels: of the same.

        Raises:
            InvalidRequestError: it is neither WAV nor raw samples of a known rate.
            ConfigurationError: the extra is not installed, or there is no device.
            RunInfraError: as for reading.
        """
        loaded()
        self.prime()
        told = self.meta.headers.get("content-type", "")
        with Speaker(played(self.format, told, sample_rate, channels)) as speaker:
            for piece in self:
                run_blocking(speaker.write, piece)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.format}, {self.request_id}>"

    def _verdict(self) -> RunInfraError | Literal[False] | None:
        enough = len(self._start) >= SNIFF_BYTES
        if not (enough or self._over):
            return False
        if self._start.lstrip()[:1] == b"{" and not self._over and len(self._start) < _ERROR_BODY:
            return False  # perhaps an error body: it has to be whole to be read
        redactor = self._journey.settings.redactor
        return check_audio_start(self.meta, self._start, redactor, whole=self._over)
