"""Play and record sound on this machine, for scripts; needs the extra ``audio``.

::

    from runinfra_ext import RunInfra, audio

    with RunInfra() as client:
        question = audio.record(seconds=5)
        words = client.audio.transcriptions.create(model="acme-asr", file=question)
        speech = client.audio.speech.create(
            model="acme-tts", input=words.text, voice="nova", response_format="wav"
        )
        speech.play()

In a notebook the sound of a result has a player of its own, which plays where the browser is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from runinfra_client.types import FileData

from ._answer.notebook import player
from ._display.devices import Speaker, recorded
from ._ground.checks import number, wrong
from ._ground.doors import door
from ._ground.files import StrPath, write_atomic
from ._media.sources import source_of
from ._media.speech import SpeechAudio
from ._media.waves import Sound, wave_of

__all__ = ["Recording", "play", "record"]

_LONGEST: Final = 3600.0  # seconds: all of a recording is in memory


class Recording(bytes):
    """What the microphone has heard: the bytes of a WAV file, to be sent or kept.

    Attributes:
        duration: in seconds.
        sample_rate: samples in a second.
        channels: 1 for mono, 2 for stereo.
    """

    duration: float
    sample_rate: int
    channels: int

    def play(self) -> None:
        """Play it, and wait until it has sounded; raises as :func:`play` does."""
        play(self)

    def write_to_file(self, path: StrPath) -> Path:
        """Write it to a file, atomically; its path.

        Raises:
            OSError: the file can't be written; nothing is left behind.
        """
        return write_atomic(path, self)

    def _repr_html_(self) -> str:
        return player(self, "audio/wav")

    def __repr__(self) -> str:
        return f"<Recording wav, {self.duration:.1f} s, {len(self)} bytes>"


@door
def record(seconds: float, *, sample_rate: int = 16_000, channels: int = 1) -> Recording:
    """Record from the microphone; Ctrl-C gives it up.

    Args:
        seconds: how long, at most an hour.
        sample_rate: samples in a second; 16000 is what models of speech are trained on.
        channels: 1 for mono, 2 for stereo.

    Raises:
        InvalidRequestError: an argument is wrong.
        ConfigurationError: the extra is not installed, or there is no microphone.
    """
    if number("seconds", seconds, positive=True) > _LONGEST:
        raise wrong("seconds", f"at most {_LONGEST:.0f}", seconds)
    sound = Sound.raw(sample_rate, channels)
    samples = recorded(seconds, sound)
    made = Recording(wave_of(samples, sound))
    made.duration = len(samples) / sound.frame / sound.rate
    made.sample_rate, made.channels = sound.rate, sound.channels
    return made


@door
def play(
    sound: FileData | SpeechAudio, *, sample_rate: int | None = None, channels: int = 1
) -> None:
    """Play sound, and wait until it has sounded; Ctrl-C ends it.

    Args:
        sound: a WAV file: its bytes, its path, an open file, or speech of the SDK's. With a
            ``sample_rate`` it is raw samples of 16 bits instead.
        sample_rate: of raw samples.
        channels: of raw samples.

    Raises:
        InvalidRequestError: it is no WAV file; other formats need a player of their own.
        ConfigurationError: the extra is not installed, or there is no device.
    """
    if isinstance(sound, SpeechAudio):
        sound.play(sample_rate=sample_rate, channels=channels)
        return
    shape = None if sample_rate is None else Sound.raw(sample_rate, channels)
    with source_of(sound, "sound").open() as file, Speaker(shape) as speaker:
        while piece := file.read(256 * 1024):
            speaker.write(piece)
