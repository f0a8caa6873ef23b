"""Files that are there whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

StrPath = str | os.PathLike[str]


@contextmanager
def atomic_file(path: StrPath) -> Generator[BinaryIO, None, None]:
    """A file to write to that takes its place only when the block ends well.

    It is written beside the target, flushed to the disk, and renamed. When the block, or the disk,
    fails, nothing is left behind and what stood at the target stays. Missing folders are made.

    Raises:
        OSError: the disk is full, the folder can't be written to, and so on.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only the owner can read; a new file follows the umask.
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomic(path: StrPath, data: bytes) -> Path:
    """Write a whole file atomically; its path."""
    with atomic_file(path) as file:
        file.write(data)
    return Path(path)


def _mode(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
