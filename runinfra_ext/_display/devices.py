"""The loudspeaker and the microphone of this machine, by sounddevice (the extra ``audio``).

It is loaded when something is played or recorded. Samples go to it and come from it as bytes, so
that it needs no numpy.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Generator
from types import TracebackType
from typing import Any, Final, Self

from .._media.waves import Sound, WaveReader
from ..errors import ConfigurationError

_PIECE: Final = 64 * 1024  # bytes written at once: between two of them Ctrl-C is heard
_BLOCKS: Final = 10  # reads in a second of a recording, for the same reason


class Speaker:
    """Plays what is written to it, while it comes; a context manager.

    Left well, it waits until all has sounded; left by an error, it is silent at once.

    Args:
        sound: what the samples are; ``None`` for a WAV file, which tells.
    """

    def __init__(self, sound: Sound | None = None) -> None:
        self._wave = WaveReader() if sound is None else None
        self._sound = sound
        self._devices = loaded()
        self._stream: Any = None
        self._rest = b""

    def write(self, piece: bytes) -> None:
        """Play more; returns when nearly all of it was taken.

        Raises:
            InvalidRequestError: it is no WAV file.
            ConfigurationError: there is no device for it.
        """
        if self._wave is not None:
            piece = self._wave.feed(piece)
            self._sound = self._wave.sound
        if self._sound is None or not piece:
            return
        samples, frame = self._rest + piece, self._sound.frame
        whole, step = len(samples) - len(samples) % frame, _PIECE - _PIECE % frame
        self._rest = samples[whole:]
        with _explained(self._devices, "play"):
            if self._stream is None:
                self._stream = self._opened(self._sound)
            for start in range(0, whole, step):
                self._stream.write(samples[start : min(start + step, whole)])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                if exc_value is None:
                    stream.stop()  # waits for what was written
                else:
                    stream.abort()
            finally:
                stream.close()
        if exc_value is None and self._wave is not None:
            self._wave.end()

    def _opened(self, sound: Sound) -> Any:
        stream = self._devices.RawOutputStream(
            samplerate=sound.rate, channels=sound.channels, dtype=sound.samples
        )
        stream.start()
        return stream


def recorded(seconds: float, sound: Sound) -> bytes:
    """Samples from the microphone.

    Raises:
        ConfigurationError: the extra is not installed, or there is no microphone.
    """
    devices = loaded()
    pieces: list[bytes] = []
    left = max(round(seconds * sound.rate), 1)
    with (
        _explained(devices, "record"),
        devices.RawInputStream(
            samplerate=sound.rate, channels=sound.channels, dtype=sound.samples
        ) as stream,
    ):
        while left:
            frames = min(max(sound.rate // _BLOCKS, 1), left)
            data, _ = stream.read(frames)
            pieces.append(bytes(data))
            left -= frames
    return b"".join(pieces)


def has_speaker() -> bool:
    """Whether something can be played here: the extra and a device are there."""
    try:
        devices = loaded()
        with _explained(devices, "play"):
            devices.query_devices(kind="output")
    except ConfigurationError:
        return False
    return True


def loaded() -> Any:
    """The module ``sounddevice``.

    Raises:
        ConfigurationError: it, or the library below it, is not installed.
    """
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        problem = f"pip install 'runinfra-ext[audio]' ({error})"
    except OSError as error:  # what it says when PortAudio is not there
        problem = f"install PortAudio, for example Debian's libportaudio2 ({error})"
    msg = f"playing and recording need the extra `audio`: {problem}"
    raise ConfigurationError(msg)


@contextlib.contextmanager
def _explained(devices: Any, what: str) -> Generator[None, None, None]:
    try:
        yield
    except (devices.PortAudioError, ValueError) as error:
        # Its errors have lines of their own for each layer below.
        told = " ".join(str(error).split())
        msg = f"no device here can {what} this sound: {told}"
        raise ConfigurationError(msg) from error
