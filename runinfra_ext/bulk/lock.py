"""One process for one journal: a lock that the system takes away when the process ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import Final

from .errors import JournalError

_BUSY: Final = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # the last two where it is Windows

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
        problem = self._taken()
        if problem:
            os.close(self._file)
            raise JournalError(f"The journal {guarded} {problem}")
        with contextlib.suppress(OSError):  # a courtesy, for which a full disk may have no room
            os.ftruncate(self._file, 0)
            os.write(self._file, str(os.getpid()).encode())

    def _taken(self) -> str:
        """Take the lock; what keeps it from that, if anything does."""
        try:
            if sys.platform == "win32":  # pragma: no cover
                os.lseek(self._file, 1024, os.SEEK_SET)  # past the text, which others read
                msvcrt.locking(self._file, msvcrt.LK_NBLCK, 1)
                os.lseek(self._file, 0, os.SEEK_SET)
            else:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                return f"can't be locked: {error.strerror}. Use one on a local disk."
            holder = os.read(self._file, 32).decode("ascii", "replace").strip() or "unknown"
            return (
                f"is in use by another job (process {holder}). Wait for it, or use another journal."
            )
        return ""

    def release(self) -> None:
        """Let others have it, also if a process that was forked meanwhile has the file open too."""
        if sys.platform != "win32":  # pragma: no branch - there it ends with this process's handle
            fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)


def identity_of(path: Path) -> tuple[int, int] | None:
    """What tells a file from another that takes its name; ``None`` where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
