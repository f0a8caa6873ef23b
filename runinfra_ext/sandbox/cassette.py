"""Cassettes: exchanges with a real gateway, one a line of JSON, without any credential."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request

from . import cassette_lines
from .bodies import read_form
from .outcomes import Refused
from .redaction import Redactor, secrets_in
from .routing import path_of
from .shapes import is_array, is_mapping

T = TypeVar("T")

_LARGE: Final = 65_536  # bytes that take some milliseconds
_SHOWN: Final = 3  # differences to the nearest exchange that an error tells
_LONG: Final = 60  # letters of a value in it
# Headers of answers that mean something to a client; no other is kept.
_KEPT: Final = ("content-type", "retry-after", "x-request-id", "x-should-retry", "location")
_KEPT_PREFIXES: Final = ("x-ratelimit-", "x-runinfra-", "retry-after-", "openai-")


@dataclass(kw_only=True)
class Question:
    """A request as a cassette keeps it: what makes it differ from others.

    Attributes:
        method: of the request.
        path: without ``/v1``, with its query.
        body: decoded JSON; of a form its fields, and of files and other bytes their SHA-256.
    """

    method: str
    path: str
    body: Any = None

    @classmethod
    async def of(cls, request: Request, content: bytes, redactor: Redactor) -> Question:
        """The question of a request.

        Args:
            request: whose body was read already.
            content: that body.
            redactor: of its credentials.
        """
        path = target_of(request)
        body = await _body(request, content, redactor) if content else None
        return cls(method=request.method, path=redactor.text(path), body=body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def target_of(request: Request) -> str:
    """What is asked for below ``/v1``: the path as it came, and the query."""
    path = path_of(request.scope).removeprefix("/v1")
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


async def redactor_of(
    request: Request, content: bytes, more: Iterable[tuple[str, str]] = ()
) -> Redactor:
    """What takes out the credentials of a request, wherever they stand.

    Args:
        request: whose body was read already.
        content: that body.
        more: headers of the answer.
    """
    values = [dict(parse_qsl(request.scope["query_string"].decode("ascii", "replace")))]
    values.append(await _body(request, content, None))
    named = [secret for value in values for secret in secrets_in(value)]
    return Redactor([*request.headers.items(), *more], named)


async def _body(request: Request, content: bytes, redactor: Redactor | None) -> Any:
    """A body as a cassette keeps it; without a redactor as it is."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content}

        with suppress(Refused):
            fields, _ = await read_form(Request(request.scope, receive), {}, len(content))
            value: Any = {name: _named(fields[name]) for name in sorted(fields)}
            return value if redactor is None else redactor.value(value)
    return await aside(len(content), _decoded, content, redactor)


def _decoded(content: bytes, redactor: Redactor | None) -> Any:
    try:
        value = cassette_lines.parsed(content)
        return value if redactor is None else redactor.value(value)
    except (ValueError, RecursionError):
        return _named(content)


async def aside(size: int, work: Callable[..., T], *given: Any) -> T:
    """The result of work on so many bytes; if they are many, other requests need not wait."""
    return work(*given) if size < _LARGE else await asyncio.to_thread(work, *given)


def _named(value: Any) -> Any:
    """Bytes by their digest; anything else as it is."""
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    return value


@dataclass(kw_only=True)
class Reply:
    """What a gateway answered.

    Attributes:
        status: of the answer.
        headers: that mean something to a client.
        seconds: until it began.
        body: of an answer that came whole.
        frames: of a stream: seconds since it began, and the bytes of an event or a comment.
        cut: whether the connection broke in the middle.
    """

    status: int
    headers: dict[str, str]
    seconds: float = 0.0
    body: bytes = b""
    frames: list[tuple[float, bytes]] | None = None
    cut: bool = False


def kept_headers(headers: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    """The headers of an answer that a cassette keeps."""
    return {
        name: value
        for name, value in redactor.headers(headers).items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


@dataclass
class Recorded:
    """A line of a cassette."""

    line: int
    question: Question
    reply: Reply
    used: int = 0


@dataclass
class Cassette:
    """The exchanges of a file, in the order in which they were recorded."""

    path: Path
    exchanges: list[Recorded] = field(default_factory=list[Recorded])

    @classmethod
    def read(cls, path: Path) -> Cassette:
        """Read a file.

        Raises:
            OSError: it can't be read.
            ValueError: a line of it is no exchange.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            told = "there is no such cassette; record it first"
            raise FileNotFoundError(errno.ENOENT, told, str(path)) from error
        cassette = cls(path)
        # Only at line feeds: a text in it may hold what Python takes for other ends of lines.
        for number, line in enumerate(content.split(b"\n"), 1):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not text.strip():
                continue
            try:
                exchange = cassette_lines.decoded(text)
            except ValueError as error:
                msg = f"{path}, line {number}: no exchange of a cassette: {error}"
                raise ValueError(msg) from error
            cassette.exchanges.append(
                Recorded(number, Question(**exchange.question), Reply(**exchange.reply))
            )
        return cassette

    def take(self, question: Question) -> Reply | None:
        """The next reply to a question; the last one again when all were given."""
        same = [one for one in self.exchanges if one.question == question]
        if not same:
            return None
        found = min(same, key=lambda one: one.used)
        if found.used:
            found = same[-1]
        found.used += 1
        return found.reply

    def rewind(self) -> None:
        """Give every reply again."""
        for one in self.exchanges:
            one.used = 0

    def missing(self, question: Question) -> str:
        """Why there is no reply, with the exchange that is nearest."""
        told = f"{self.path.name} has no exchange for {question}"
        if not self.exchanges:
            return f"{told}; it is empty"
        wanted = question.path.partition("?")[0]

        def distance(one: Recorded) -> tuple[bool, int]:
            elsewhere = one.question.path.partition("?")[0] != wanted
            return elsewhere, len(list(_differences(one.question.body, question.body)))

        nearest = min(self.exchanges, key=distance)
        told += f"; the nearest is line {nearest.line}, {nearest.question}"
        differences = list(_differences(nearest.question.body, question.body))
        for place, recorded, came in differences[:_SHOWN]:
            told += f"; {place or 'body'}: recorded {_short(recorded)}, came {_short(came)}"
        more = len(differences) - _SHOWN
        return f"{told}; and {more} more" if more > 0 else told


def _differences(recorded: Any, came: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two decoded values differ."""
    pairs: list[tuple[Any, Any, Any]] = []
    if is_mapping(recorded) and is_mapping(came):
        names = dict.fromkeys([*recorded, *came])
        pairs = [(name, recorded.get(name), came.get(name)) for name in names]
    elif is_array(recorded) and is_array(came) and len(recorded) == len(came):
        pairs = [(number, *both) for number, both in enumerate(zip(recorded, came, strict=True))]
    elif recorded != came:
        yield place, recorded, came
    for name, one, other in pairs:
        yield from _differences(one, other, f"{place}.{name}".lstrip("."))


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
