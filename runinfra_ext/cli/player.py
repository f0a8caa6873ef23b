"""Plays sound by a program that is installed.

Promise: whether there is one is found out before anything is paid for; a player that is left early,
by Ctrl-C or because it ends, leaves no process behind.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
from types import TracebackType
from typing import IO, Final, Self

from ..errors import ConfigurationError

VARIABLE: Final = "RUNINFRA_PLAYER"

# Each reads from stdin whatever format comes, but for those that know WAV only.
_KNOWN: Final = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"),
    ("mpv", "--really-quiet", "--no-video", "-"),
    ("aplay", "-q", "-"),
    ("pacat", "--file-format=wav"),
)
_WAV_ONLY: Final = frozenset({"aplay", "pacat"})


class Player:
    """Plays what is written to it.

    Args:
        form: of the sound, for example ``mp3``.

    Raises:
        ConfigurationError: no program for it is installed.
        ChildProcessError: at the end of its block: the program has failed.
    """

    def __init__(self, form: str) -> None:
        own = os.environ.get(VARIABLE, "").strip()
        found: list[str] = []
        problem = ""
        try:
            found = shlex.split(own) if own else _found(form)
        except ValueError as error:  # a quote that is open
            problem = str(error)
        if problem:
            raise ConfigurationError(f"{VARIABLE}: expected a command: {problem}", param=VARIABLE)
        if not found or shutil.which(found[0]) is None:
            known = ", ".join(command[0] for command in _KNOWN)
            only = "; some of them play wav only: --format wav" if form != "wav" else ""
            msg = f"--play: expected one of {known}, or {VARIABLE}, to be a program here{only}"
            raise ConfigurationError(msg, param="play")
        self._command = found
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, piece: bytes) -> None:
        """Play more; a player that has ended is let go."""
        with contextlib.suppress(BrokenPipeError):
            self._stdin.write(piece)

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process is not None
        assert self._process.stdin is not None
        return self._process.stdin

    def __enter__(self) -> Self:
        # Now, and not with the first piece: one that can't be started is found out in time.
        self._process = subprocess.Popen(  # noqa: S603 - of the list, or the user's own
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        process = self._process
        assert process is not None
        try:
            with contextlib.suppress(BrokenPipeError):
                self._stdin.close()
            if exc_value is None:
                process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if exc_value is None and process.returncode:
            msg = f"{self._command[0]}: it did not play this; it ended with {process.returncode}"
            raise ChildProcessError(msg)


def speaks(form: str | None) -> bool:
    """Whether this program plays it itself: WAV, with the extra ``audio`` and a device.

    Args:
        form: of the sound; ``None`` where any will do.
    """
    from .._display.devices import has_speaker

    own = os.environ.get(VARIABLE, "").strip()
    return form in {None, "wav"} and not own and has_speaker()


def _found(form: str) -> list[str]:
    for command in _KNOWN:
        if (form == "wav" or command[0] not in _WAV_ONLY) and shutil.which(command[0]):
            return list(command)
    return []
