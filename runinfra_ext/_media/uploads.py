"""Uploads: what callers may give as a file, and multipart/form-data that is made while it is sent.

Promises: constant memory whatever the size; the exact length is known before the first byte is
sent; nothing is sent of an empty file; a file that shrinks while it is read is an error, never a
short upload; no value can break out of its part.
"""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from .._ground.checks import is_printable, wrong
from .._ground.json_codec import is_sequence
from ..errors import InvalidRequestError
from .formats import LONGEST_SNIFF, MIME_TYPES, sniff_format
from .sources import CHUNK, NAME_LIMIT, Reader, given_name, safe_name, source_of
from .speech import SpeechAudio

OnProgress = Callable[[int, int], object]
"""Called with the bytes of the file sent so far, and all of them."""


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
        filename: its name, sent as it is given; by default that of the path or file object with
            every character outside of ASCII made safe, or ``audio`` with an ending that fits its
            bytes.
        content_type: its media type; by default told from the bytes, then from the name.
        field: name of the file's argument, for errors.
        type_field: name of the media type's argument, for errors.
        sound: it is taken for audio where nothing says what it is.

    Raises:
        InvalidRequestError: not a file, empty, not readable, or a name or type that can't travel.
    """
    if isinstance(value, SpeechAudio):
        filename = f"speech.{value.format}" if filename is None else filename
        content_type = value.content_type if content_type is None else content_type
        value = value.content
    if isinstance(value, tuple):
        parts: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType] - checked below
        if not 2 <= len(parts) <= 3:
            raise wrong(field, "(filename, data) or (filename, data, content_type)", parts)
        filename = parts[0] if filename is None else filename
        if content_type is None and len(parts) == 3:
            content_type = parts[2]
        value = parts[1]
    found = source_of(value, field)
    if found.size == 0:
        msg = f"{field}: expected {'some audio' if sound else 'some bytes'}, got an empty file"
        raise InvalidRequestError(msg, param=field)
    with found.open() as reader:
        kind = sniff_format(reader.read(LONGEST_SNIFF))
    if filename is not None:
        name = given_name(filename)
    elif found.name is not None:
        name = safe_name(found.name)
    else:
        name = f"audio.{kind or 'wav'}" if sound or kind else "file"
    guessed = MIME_TYPES.get(kind or "") or mimetypes.guess_type(name)[0]
    guessed = guessed or ("audio/wav" if sound else "application/octet-stream")
    return Upload(
        name,
        _checked_type(type_field, guessed if content_type is None else content_type),
        found.size,
        found.open,
    )


def _checked_type(field: str, value: str) -> str:
    if not isinstance(value, str) or not value.strip() or not is_printable(value):
        raise wrong(field, "a media type such as audio/wav", value)
    if len(value) > NAME_LIMIT:
        msg = f"{field}: expected at most {NAME_LIMIT} characters, got {len(value)}"
        raise InvalidRequestError(msg, param=field)
    return value.strip()


class Part(NamedTuple):
    """A part of a form that is no file and has a media type.

    Attributes:
        text: what it is.
        content_type: its media type.
    """

    text: str
    content_type: str


class MultipartBody:
    """A multipart/form-data body, made piece by piece while it is sent.

    Args:
        fields: the text parts by their names on the wire; a list becomes repeated parts.
        files: the file parts, which follow; a list becomes repeated parts.
        on_progress: told how much of the files was sent.
    """

    rewindable = True

    def __init__(
        self,
        fields: Mapping[str, Any],
        files: Mapping[str, Upload | list[Upload]],
        *,
        on_progress: OnProgress | None = None,
    ) -> None:
        # Random enough that it can't stand in a file by chance, or be guessed and put there.
        boundary = f"runinfra-{secrets.token_hex(16)}"
        head = "".join(_text_part(boundary, name, value) for name, value in _flat(fields))
        self._parts: list[tuple[bytes, Upload]] = []
        uploads = [
            (name, upload)
            for name, given in files.items()
            for upload in (given if isinstance(given, list) else [given])
        ]
        for name, upload in uploads:
            head += (
                f"--{boundary}\r\n"
                f'Content-Disposition: form-data; name="{name}"; filename="{upload.filename}"\r\n'
                f"Content-Type: {upload.content_type}\r\n\r\n"
            )
            self._parts.append((head.encode(), upload))
            head = "\r\n"
        self._tail = f"{head}--{boundary}--\r\n".encode()
        self._on_progress = on_progress
        self._size = sum(upload.size for _, upload in uploads)
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

    def iter_facts(self) -> Iterator[bytes]:
        """The same without what differs each time: bodies of the same fields and files are equal.

        Raises:
            InvalidRequestError: a file can't be read.
        """
        boundary = self.content_type.partition("=")[2].encode()
        for head, upload in self._parts:
            yield head.replace(boundary, b"")
            yield from read_upload(upload, None)
        yield self._tail.replace(boundary, b"")


class RawBody:
    """A body that is a file as it is.

    Args:
        upload: the file.
        on_progress: told how much of the file was sent.
    """

    rewindable = True

    def __init__(self, upload: Upload, *, on_progress: OnProgress | None = None) -> None:
        self._upload = upload
        self._on_progress = on_progress
        self.content_type = upload.content_type
        self.content_length = upload.size

    def iter_chunks(self) -> Iterator[bytes]:
        """The body from its start; raises as :meth:`MultipartBody.iter_chunks` does."""
        yield from read_upload(self._upload, self._on_progress)

    def iter_facts(self) -> Iterator[bytes]:
        """The body, without telling anybody of its progress."""
        yield from read_upload(self._upload, None)


class PiecesBody:
    """A body that another library makes while it is sent; it is sent once.

    Args:
        pieces: its bytes.
        content_type: its media type.
        content_length: how many they are.
    """

    def __init__(self, pieces: Iterable[bytes], content_type: str, content_length: int) -> None:
        self._pieces: Iterable[bytes] | None = pieces
        self.content_type = content_type
        self.content_length = content_length

    @property
    def rewindable(self) -> bool:
        """Whether nothing of it was taken yet, as when no connection could be made."""
        return self._pieces is not None

    def iter_chunks(self) -> Iterator[bytes]:
        """The body from its start."""
        pieces, self._pieces = self._pieces or (), None
        yield from pieces


def read_upload(
    upload: Upload, on_progress: OnProgress | None, *, before: int = 0, total: int | None = None
) -> Iterator[bytes]:
    """Exactly the bytes that were promised, or an error.

    Args:
        upload: the file.
        on_progress: told the bytes sent, with those ``before`` it, and the ``total``.
        before: bytes of other files that were sent.
        total: bytes of all files; those of this one if left out.
    """
    left = upload.size
    try:
        with upload.open() as reader:
            while left:
                piece = reader.read(min(CHUNK, left))
                if not piece:
                    raise _unreadable(f"it ended {left} bytes too early")
                left -= len(piece)
                yield piece
                if on_progress is not None:
                    whole = upload.size if total is None else total
                    on_progress(before + upload.size - left, whole)
    except OSError as error:
        raise _unreadable(error.strerror or type(error).__name__) from error


def _unreadable(problem: str) -> InvalidRequestError:
    msg = f"file: it could not be read to its end while it was sent: {problem}"
    return InvalidRequestError(msg, param="file", outcome_unknown=True)


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, str | Part]]:
    for name, value in fields.items():
        if is_sequence(value) and not isinstance(value, Part):
            for item in value:
                yield name, form_text(name, item)
        else:
            yield name, form_text(name, value)


def form_text(name: str, value: Any) -> str | Part:
    """A value as a part of a form; a part that is made already stays as it is.

    Args:
        name: of the field, for errors.
        value: a text, a number, or true or false.

    Raises:
        InvalidRequestError: it is something else.
    """
    if isinstance(value, Part):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        text = str(value)
        with suppress(UnicodeEncodeError):
            text.encode()
            return text
        raise wrong(name, "text without halves of surrogate pairs", value)
    raise wrong(name, "a string, a number, or True or False", value)


def _text_part(boundary: str, name: str, value: str | Part) -> str:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
    if isinstance(value, Part):
        return f"{head}Content-Type: {value.content_type}\r\n\r\n{value.text}\r\n"
    return f"{head}\r\n{value}\r\n"
