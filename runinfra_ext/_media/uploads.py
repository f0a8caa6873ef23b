"""Uploads: what callers may give as a file, and multipart/form-data that is made while it is sent.

Promises: constant memory whatever the size; the exact length is known before the first byte is
sent; nothing is sent of an empty file; a file that shrinks while it is read is an error, never a
short upload; no value can break out of its part.
"""

from __future__ import annotations

import io
import mimetypes
import os
import secrets
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self, cast

from .._ground.checks import is_printable, wrong
from .._ground.json_codec import is_sequence
from ..errors import InvalidRequestError
from .formats import MIME_TYPES, SNIFF_BYTES, sniff_format

Progress = Callable[[int, int], object]
"""Called with the bytes of the file sent so far, and all of them."""

# A piece costs some 20 µs, and in async code a hop to the thread that reads.
CHUNK: Final = 256 * 1024
_NAME_LIMIT: Final = 255  # characters of a file name or media type
_SPOOL_LIMIT: Final = 1024 * 1024  # bytes of an unseekable source kept in memory; the rest on disk


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


class Upload(NamedTuple):
    """A file that is ready to be sent, as often as need be.

    Attributes:
        filename: without folders.
        content_type: media type.
        size: bytes.
        open: gives a reader that starts at the file's beginning.
    """

    filename: str
    content_type: str
    size: int
    open: Callable[[], Reader]


def prepare_upload(
    value: Any,
    *,
    filename: str | None = None,
    content_type: str | None = None,
    field: str = "file",
    type_field: str = "content_type",
    sound: bool = True,
) -> Upload:
    """Make a file ready to be sent.

    Args:
        value: the file, a :data:`FileInput`.
        filename: its name; by default that of the path or file object, or ``audio`` with an ending
            that fits its bytes.
        content_type: its media type; by default told from the bytes, then from the name.
        field: name of the file's argument, for errors.
        type_field: name of the media type's argument, for errors.
        sound: it is taken for audio where nothing says what it is.

    Raises:
        InvalidRequestError: not a file, empty, not readable, or a name or type that can't travel.
    """
    if isinstance(value, tuple):
        parts: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType] - checked below
        if not 2 <= len(parts) <= 3:
            raise wrong(field, "(filename, data) or (filename, data, content_type)", parts)
        filename = parts[0] if filename is None else filename
        if content_type is None and len(parts) == 3:
            content_type = parts[2]
        value = parts[1]
    opener, size, own_name = _source(value, field)
    if size == 0:
        msg = f"{field}: expected {'some audio' if sound else 'some bytes'}, got an empty file"
        raise InvalidRequestError(msg, param=field)
    with opener() as reader:
        kind = sniff_format(reader.read(SNIFF_BYTES))
    name = filename if filename is not None else own_name
    if name is None:
        name = f"audio.{kind or 'wav'}" if sound or kind else "file"
    checked = _checked_name(name)
    guessed = MIME_TYPES.get(kind or "") or mimetypes.guess_type(checked)[0]
    guessed = guessed or ("audio/wav" if sound else "application/octet-stream")
    return Upload(
        checked,
        _checked_type(type_field, guessed if content_type is None else content_type),
        size,
        opener,
    )


def _source(value: Any, field: str) -> tuple[Callable[[], Reader], int, str | None]:
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(cast("bytes", value))
        return lambda: io.BytesIO(data), len(data), None
    if isinstance(value, str | os.PathLike):
        path = Path(cast("str", value))
        try:
            size = path.stat().st_size
            readable = path.is_file()
        except OSError:
            readable, size = False, 0
        if not readable:
            raise wrong(field, "the path of a readable file", str(path))
        return lambda: path.open("rb"), size, path.name
    if hasattr(value, "read"):
        return _file_object(value, field)
    raise wrong(field, "bytes, a path, a binary file object, or (filename, data)", value)


def _file_object(file: Any, field: str) -> tuple[Callable[[], Reader], int, str | None]:
    name = getattr(file, "name", None)
    own_name = Path(name).name if isinstance(name, str) else None
    if isinstance(file.read(0), str):
        raise wrong(field, "a file opened in binary mode ('rb')", file)
    if _seekable(file):
        start = file.tell()
        size = file.seek(0, os.SEEK_END) - start
        file.seek(start)
        return lambda: _Rewound(file, start), size, own_name
    # Its length can only be known by reading it: spooled, so that memory stays small.
    spool = tempfile.SpooledTemporaryFile(_SPOOL_LIMIT)  # noqa: SIM115 - lives as long as the call
    size = 0
    while piece := file.read(CHUNK):
        spool.write(piece)
        size += len(piece)

    def opener() -> Reader:
        return _Rewound(spool, 0)

    weakref.finalize(opener, spool.close)
    return opener, size, own_name


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

    def __exit__(
        self,
        _exc_type: type[BaseException] | None,
        _exc_value: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> None:
        """The caller's file stays open."""


def _checked_name(name: str) -> str:
    if not isinstance(name, str) or not name.strip():
        raise wrong("filename", "a non-blank string", name)
    name = name.rsplit("/", 1)[-1]  # folders are nobody's business
    if not is_printable(name) or '"' in name or "\\" in name or not name.strip():
        raise wrong("filename", 'printable ASCII without " and \\', name)
    if len(name) > _NAME_LIMIT:
        msg = f"filename: expected at most {_NAME_LIMIT} characters, got {len(name)}"
        raise InvalidRequestError(msg, param="filename")
    return name


def _checked_type(field: str, value: str) -> str:
    if not isinstance(value, str) or not value.strip() or not is_printable(value):
        raise wrong(field, "a media type such as audio/wav", value)
    if len(value) > _NAME_LIMIT:
        msg = f"{field}: expected at most {_NAME_LIMIT} characters, got {len(value)}"
        raise InvalidRequestError(msg, param=field)
    return value.strip()


class MultipartBody:
    """A multipart/form-data body, made piece by piece while it is sent.

    Args:
        fields: the text parts by their names on the wire; a list becomes repeated parts.
        files: the file parts, which follow.
        on_progress: told how much of the files was sent.
    """

    rewindable = True

    def __init__(
        self,
        fields: Mapping[str, Any],
        files: Mapping[str, Upload],
        *,
        on_progress: Progress | None = None,
    ) -> None:
        # Random enough that it can't stand in a file by chance, or be guessed and put there.
        boundary = f"runinfra-{secrets.token_hex(16)}"
        head = "".join(_text_part(boundary, name, value) for name, value in _flat(fields))
        self._parts: list[tuple[bytes, Upload]] = []
        for name, upload in files.items():
            head += (
                f"--{boundary}\r\n"
                f'Content-Disposition: form-data; name="{name}"; filename="{upload.filename}"\r\n'
                f"Content-Type: {upload.content_type}\r\n\r\n"
            )
            self._parts.append((head.encode(), upload))
            head = "\r\n"
        self._tail = f"{head}--{boundary}--\r\n".encode()
        self._on_progress = on_progress
        self._size = sum(upload.size for upload in files.values())
        self.content_type = f"multipart/form-data; boundary={boundary}"
        heads = sum(len(before) for before, _ in self._parts)
        self.content_length = heads + self._size + len(self._tail)

    def iter_chunks(self) -> Iterator[bytes]:
        """The body from its start.

        Raises:
            InvalidRequestError: a file changed, or can't be read, while it is being sent.
        """
        sent = 0
        for head, upload in self._parts:
            yield head
            yield from read_upload(upload, self._on_progress, before=sent, total=self._size)
            sent += upload.size
        yield self._tail


class RawBody:
    """A body that is a file as it is.

    Args:
        upload: the file.
        on_progress: told how much of the file was sent.
    """

    rewindable = True

    def __init__(self, upload: Upload, *, on_progress: Progress | None = None) -> None:
        self._upload = upload
        self._on_progress = on_progress
        self.content_type = upload.content_type
        self.content_length = upload.size

    def iter_chunks(self) -> Iterator[bytes]:
        """The body from its start; raises as :meth:`MultipartBody.iter_chunks` does."""
        yield from read_upload(self._upload, self._on_progress)


def read_upload(
    upload: Upload, on_progress: Progress | None, *, before: int = 0, total: int | None = None
) -> Iterator[bytes]:
    """Exactly the bytes that were promised, or an error.

    Args:
        upload: the file.
        on_progress: told the bytes sent, with those ``before`` it, and the ``total``.
        before: bytes of other files that were sent.
        total: bytes of all files; those of this one if left out.
    """
    left = upload.size
    problem = ""
    try:
        with upload.open() as reader:
            while left:
                piece = reader.read(min(CHUNK, left))
                if not piece:
                    problem = f"it ended {left} bytes too early"
                    break
                left -= len(piece)
                yield piece
                if on_progress is not None:
                    whole = upload.size if total is None else total
                    on_progress(before + upload.size - left, whole)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        msg = f"file: it could not be read to its end while it was sent: {problem}"
        raise InvalidRequestError(msg, param="file", outcome_unknown=True)


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if is_sequence(value):
            for item in value:
                yield name, _text(name, item)
        else:
            yield name, _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise wrong(name, "a string, a number, or True or False", value)


def _text_part(boundary: str, name: str, value: str) -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
