"""What callers give as a file, made into something of a known size that can be read again.

Whatever the object does (it is closed, asynchronous, moves no place, gives text), what leaves is a
:class:`Found`, or an error that says what to give instead.
"""

from __future__ import annotations

import inspect
import io
import os
import re
import tempfile
import unicodedata
import weakref
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self, cast

from .._ground.checks import wrong
from ..errors import InvalidRequestError

# A piece costs some 20 µs, and in async code a hop to the thread that reads.
CHUNK: Final = 256 * 1024
NAME_LIMIT: Final = 255  # characters of a file name or media type
_SPOOL_LIMIT: Final = 1024 * 1024  # bytes of an unseekable source kept in memory; the rest on disk
_FOLDERS: Final = re.compile(r"[/\\]")
_WINDOWS: Final = re.compile(r"[A-Za-z]:\\|\\\\")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9 ._()+,=@-]+")
_ESCAPED: Final = re.compile(r"[\x00-\x1f\x7f\"]")
_LONGEST_ENDING: Final = 16  # characters; what follows a dot much later is no ending
_BINARY_FILE: Final = "an open binary file object whose read(n) gives bytes"


class Reader(Protocol):
    """What an upload reads from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...

    def __enter__(self) -> Self:
        """Begin to read."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> object:
        """End, and close what was opened for it."""
        ...


class Found(NamedTuple):
    """A source of bytes.

    Attributes:
        open: gives a reader that starts at the beginning.
        size: bytes.
        name: what the source itself is called, if anything.
    """

    open: Callable[[], Reader]
    size: int
    name: str | None = None


def source_of(value: Any, field: str) -> Found:
    """Make a source of what was given.

    Args:
        value: bytes, a path, or a file object of any library.
        field: name of the argument, for errors.

    Raises:
        InvalidRequestError: it can't be read.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(cast("bytes", value))
        return Found(lambda: io.BytesIO(data), len(data))
    if isinstance(value, str | os.PathLike):
        return _path(cast("str", value), field)
    if not hasattr(value, "read"):
        raise wrong(field, "bytes, a path, a binary file object, or (filename, data)", value)
    name = _own_name(value)
    if inspect.iscoroutinefunction(value.read):
        # Starlette and FastAPI keep a plain file inside of their asynchronous one.
        inner = getattr(value, "file", None)
        if inner is None or not hasattr(inner, "read") or inspect.iscoroutinefunction(inner.read):
            raise wrong(field, "its bytes (await file.read()) or its path", value)
        value = inner
    try:
        return _file_object(value, name)
    except InvalidRequestError as error:
        raise wrong(field, _BINARY_FILE, value) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise wrong(field, f"{_BINARY_FILE} (it says: {error})", value) from error


def _path(value: str | os.PathLike[str], field: str) -> Found:
    expected = "the path of a readable file"
    try:
        path = Path(value)
        size = path.stat().st_size
        readable = path.is_file()
    except (OSError, ValueError) as error:  # a NUL in it
        raise wrong(field, expected, os.fspath(value)) from error
    if not readable:
        raise wrong(field, expected, os.fspath(value))
    return Found(lambda: path.open("rb"), size, path.name)


def _own_name(file: Any) -> str | None:
    # Web frameworks call the form's field `name`, and the file `filename`.
    attributes = ("name",) if isinstance(file, io.IOBase) else ("filename", "name")
    for attribute in attributes:
        name = getattr(file, attribute, None)
        if isinstance(name, str) and name.strip():
            return name
    return None


def _file_object(file: Any, name: str | None) -> Found:
    if not isinstance(file.read(0), bytes | bytearray | memoryview):
        raise InvalidRequestError(_BINARY_FILE)
    if _seekable(file):
        start = file.tell()
        file.seek(0, os.SEEK_END)  # what it returns is nothing in some
        size = file.tell() - start
        file.seek(start)
        return Found(lambda: _Rewound(file, start), size, name)
    # Its length can only be known by reading it: spooled, so that memory stays small.
    spool = tempfile.SpooledTemporaryFile(_SPOOL_LIMIT)  # noqa: SIM115 - lives as long as the call
    size = 0
    while piece := file.read(CHUNK):
        spool.write(piece)
        size += len(piece)

    def opener() -> Reader:
        return _Rewound(spool, 0)

    weakref.finalize(opener, spool.close)
    return Found(opener, size, name)


def _seekable(file: Any) -> bool:
    seekable = getattr(file, "seekable", None)
    return bool(seekable()) if callable(seekable) else hasattr(file, "seek")


class _Rewound:
    """Reads another file from a place; closing it leaves that file open, for it is the caller's."""

    def __init__(self, file: Any, start: int) -> None:
        self._file = file
        file.seek(start)

    def read(self, size: int, /) -> bytes:
        data: bytes = self._file.read(size)
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        """The caller's file stays open."""


def safe_name(name: str) -> str:
    """A name that was only derived, in characters that every server takes.

    Letters lose their accents; whatever is left outside of ASCII, quotes, backslashes and control
    characters become ``_``, and a name of nothing else becomes ``audio``. The ending stays.
    """
    last = _FOLDERS.split(name)[-1]
    taken_apart = unicodedata.normalize("NFKD", last)
    letters = "".join(c for c in taken_apart if not unicodedata.combining(c))
    plain = _UNSAFE.sub("_", letters)
    path = PurePosixPath(plain)
    ending = path.suffix if len(path.suffix) <= _LONGEST_ENDING else ""
    stem = plain.removesuffix(ending).strip(" _.") or "audio"
    return stem[: NAME_LIMIT - len(ending)] + ending


def given_name(name: object) -> str:
    """A name that the caller chose, as it travels: in UTF-8, its quotes written as ``%22``.

    Raises:
        InvalidRequestError: it is blank, too long, or not to be written in UTF-8.
    """
    if not isinstance(name, str) or not name.strip():
        raise wrong("filename", "a non-blank string", name)
    # Folders are nobody's business.
    last = _FOLDERS.split(name)[-1] if _WINDOWS.match(name) else name.rsplit("/", 1)[-1]
    if not last.strip():
        raise wrong("filename", "a name behind the last slash", name)
    if len(last) > NAME_LIMIT:
        msg = f"filename: expected at most {NAME_LIMIT} characters, got {len(last)}"
        raise InvalidRequestError(msg, param="filename")
    try:
        last.encode()
    except UnicodeEncodeError as error:
        raise wrong("filename", "characters that UTF-8 has", ascii(name)) from error
    return _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", last)
