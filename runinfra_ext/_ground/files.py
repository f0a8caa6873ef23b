"""Files that are there whole, or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from ..errors import InvalidRequestError
from .checks import wrong

StrPath = str | os.PathLike[str]

# Made as the process makes every file, so that its umask counts without being asked for: asking
# means changing it for a moment, in which other threads' files would be open to all.
_FLAGS: Final = (
    os.O_CREAT
    | os.O_EXCL
    | os.O_WRONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
_MODE: Final = 0o666


def checked_path(param: str, value: Any) -> Path:
    """The path that an argument gives.

    Raises:
        InvalidRequestError: it gives none that a file can have.
    """
    path: object = value
    with suppress(TypeError):  # it is no path at all
        path = cast("object", os.fspath(value))
    if not isinstance(path, str) or not path or "\0" in path:
        raise wrong(param, "the path of a file", value)
    return Path(path)


def absolute(param: str, value: Any) -> Path:
    """The same, wherever the process will be when it is used; symbolic links are kept.

    Raises:
        InvalidRequestError: it gives none that a file can have.
    """
    return Path(os.path.abspath(checked_path(param, value)))  # noqa: PTH100 - Path's follows links


def check_place(param: str, path: StrPath) -> None:
    """See that a file can be made, before what shall be written to it is paid for.

    Missing folders are made, as when it is written; what stands there is not touched.

    Raises:
        InvalidRequestError: it can't, or there is something else than a file.
    """
    problem = ""
    try:
        try_place(path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        msg = f"{param}: expected a file that can be written, got {os.fspath(path)!r}: {problem}"
        raise InvalidRequestError(msg, param=param)


def try_place(path: StrPath) -> None:
    """The same, with the system's own error.

    Raises:
        InvalidRequestError: there is something else than a file.
        OSError: it can't be made.
    """
    target, _, temporary, descriptor = _begun(path)
    try:
        os.write(descriptor, b"\0")  # a full disk has names to give, and no room
        with suppress(FileNotFoundError):
            target.stat()  # a name may be too long
    finally:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_file(path: StrPath) -> Generator[BinaryIO, None, None]:
    """A file to write to that takes its place only when the block ends well.

    It is written beside the target, flushed to the disk, and renamed. When the block, or the disk,
    fails, nothing is left behind and what stood at the target stays. Missing folders are made, and
    a symbolic link stays one: the file that it names is written.

    Raises:
        InvalidRequestError: there is something else than a file: a folder, a device, a pipe.
        OSError: the disk is full, the folder can't be written to, and so on.
    """
    target, mode, temporary, descriptor = _begun(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:  # interrupted too: no half file stays
        temporary.unlink(missing_ok=True)
        raise


def write_atomic(path: StrPath, data: bytes) -> Path:
    """Write a whole file atomically; its path."""
    with atomic_file(path) as file:
        file.write(data)
    return Path(path)


def _begun(path: StrPath) -> tuple[Path, int | None, Path, int]:
    """What a path names in the end, its mode, and a new file beside it, open to be written.

    Raises:
        InvalidRequestError: there is something else than a file.
        OSError: it can't be made.
    """
    target = Path(os.path.realpath(path))
    mode = _mode_of(target, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: with the target's in it, a long one would become too long.
    temporary = target.parent / f".runinfra-{secrets.token_hex(8)}"
    try:
        descriptor = os.open(temporary, _FLAGS, _MODE)
    except OSError as error:
        error.filename = os.fspath(path)  # the other name tells people nothing
        raise
    return target, mode, temporary, descriptor


def _mode_of(target: Path, path: StrPath) -> int | None:
    """The permissions of the file that will be replaced; ``None`` for a new one."""
    try:
        found = target.stat()
    except OSError:
        return None  # what hinders the look will hinder the writing, and is told there
    if not stat.S_ISREG(found.st_mode):
        msg = f"path: expected the path of a file, got that of something else: {os.fspath(path)!r}"
        raise InvalidRequestError(msg, param="path")
    return stat.S_IMODE(found.st_mode) & 0o777
