"""One process for one journal: a lock that the system takes away when the process ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .errors import JournalError

if sys.platform == "win32":  # pragma: no cover
    import msvcrt
else:
    import fcntl


class FileLock:
    """A lock on a file beside the journal; on the journal itself SQLite has its own.

    Args:
        path: of the lock.
        guarded: the journal, for messages.

    Raises:
        JournalError: another job has it, or the file can't be made.
    """

    def __init__(self, path: Path, guarded: Path) -> None:
        problem = ""
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if problem:
            raise JournalError(f"The journal {guarded} can't be used: {problem}.")
        if not self._take():
            holder = os.read(self._file, 32).decode("ascii", "replace").strip()
            os.close(self._file)
            raise JournalError(
                f"The journal {guarded} is in use by another job (process {holder or 'unknown'}). "
                "Wait for it, or use another journal."
            )
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def _take(self) -> bool:
        try:
            if sys.platform == "win32":  # pragma: no cover
                os.lseek(self._file, 1024, os.SEEK_SET)  # past the text, which others read
                msvcrt.locking(self._file, msvcrt.LK_NBLCK, 1)
                os.lseek(self._file, 0, os.SEEK_SET)
            else:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def release(self) -> None:
        """Let others have it."""
        os.close(self._file)
