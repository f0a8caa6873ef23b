"""Plays what a real gateway has answered; ``recorder.py`` records it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypedDict, Unpack
from urllib.parse import urlsplit

from starlette.requests import Request

from .bodies import read_bytes
from .cassette import Cassette, Question, Reply, redactor_of
from .cassette_lines import parsed
from .outcomes import Refused
from .redaction import event_of
from .shapes import is_mapping
from .wire import Wire

if TYPE_CHECKING:
    from .recorder import Recorder
    from .state import Entry


class Taped(NamedTuple):
    """A request to a sandbox that records or replays."""

    entry: Entry
    request: Request
    limit: int
    pace: float
    lost: bool  # the answer, on its way
    charge: Callable[[Reply], None]


class Player:
    """Answers from a cassette.

    Args:
        path: of the cassette.

    Raises:
        OSError: it can't be read.
        ValueError: a line of it is no exchange.
    """

    def __init__(self, path: Path) -> None:
        self._cassette = Cassette.read(path)

    @property
    def summary(self) -> str:
        """What it does."""
        return f"replays {self._cassette.path.name}"

    def rewind(self) -> None:
        """Begin again."""
        self._cassette.rewind()

    async def close(self) -> None:
        """Nothing is open."""

    async def answer(self, asked: Taped, wire: Wire) -> None:
        """Answer a request as it was answered when it was recorded.

        Raises:
            Refused: it was not.
        """
        content = await read_bytes(asked.request, asked.limit)
        redactor = await redactor_of(asked.request, content)
        question = await Question.of(asked.request, content, redactor)
        asked.entry.body = question.body
        reply = self._cassette.take(question)
        if reply is None:
            raise Refused(
                400,
                self._cassette.missing(question),
                code="cassette_miss",
                headers={"x-should-retry": "false"},
            )
        asked.entry.replayed = True
        asked.charge(reply)
        note(asked.entry, reply)
        if asked.lost:
            asked.entry.status = -1
            await wire.drop(cut=True)
            return
        headers = dict(reply.headers)
        if asked.entry.client_request_id is not None:
            headers["x-client-request-id"] = asked.entry.client_request_id
        if reply.frames is None and not reply.cut:
            await wire.send(reply.status, headers, reply.body)
        else:
            await wire.start(reply.status, headers)
            async for piece in _paced(reply, asked.pace):
                if wire.left:
                    break
                await wire.piece(piece)
            if reply.cut:
                await wire.drop(cut=True)
            else:
                await wire.piece(b"", last=True)


Tape: TypeAlias = "Recorder | Player"


class CassetteOptions(TypedDict):
    """How a sandbox uses a cassette: two files and a base URL, each if it is wanted."""

    record: str | PathLike[str] | None
    upstream: str | None
    replay: str | PathLike[str] | None


def check_options(**options: Unpack[CassetteOptions]) -> None:
    """See that the options go together.

    Raises:
        ValueError: they don't.
    """
    record, upstream, replay = options["record"], options["upstream"], options["replay"]
    if record is not None and replay is not None:
        msg = "record and replay: expected one of them"
        raise ValueError(msg)
    if (record is None) != (upstream is None):
        msg = "record and upstream: expected both, a file and a base URL"
        raise ValueError(msg)
    if upstream is not None and not _is_base_url(upstream):
        # Not shown: there may be a password in it.
        msg = "upstream: expected a base URL like https://api.runinfra.ai/v1, without credentials"
        raise ValueError(msg)


def _is_base_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        usual = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(usual) and not any((parts.query, parts.fragment, parts.username, parts.password))


def make_tape(**options: Unpack[CassetteOptions]) -> Tape | None:
    """What records or replays, if that is wanted.

    Raises:
        OSError: the cassette can't be read or written.
        ValueError: the options don't go together, or a line of the cassette is no exchange.
    """
    check_options(**options)
    record, upstream, replay = options["record"], options["upstream"], options["replay"]
    if record is not None and upstream is not None:
        from .recorder import Recorder  # noqa: PLC0415 - its HTTP client takes long to import

        return Recorder(Path(record), upstream)
    return Player(Path(replay)) if replay is not None else None


async def _paced(reply: Reply, pace: float) -> AsyncIterator[bytes]:
    if reply.frames is None:
        yield reply.body
        return
    passed = 0.0
    for at, data in reply.frames:
        if at > passed and pace:
            await asyncio.sleep((at - passed) * pace)
        passed = at
        yield data


def journal_body(content: bytes) -> Any:
    """A body as the journal shows it."""
    try:
        return parsed(content)
    except ValueError:
        return None


def note(entry: Entry, reply: Reply) -> None:
    """Have the journal tell of an answer."""
    entry.status = reply.status
    entry.model = (
        str(entry.body["model"]) if is_mapping(entry.body) and "model" in entry.body else None
    )
    if reply.frames is not None:
        events = filter(
            None, (event_of(data.decode("utf-8", "replace")) for _, data in reply.frames)
        )
        for number, event in enumerate(events, 1):
            entry.saw_event(event, number)
    elif reply.headers.get("content-type", "").startswith("application/json"):
        entry.answer = journal_body(reply.body)
        entry.saw(entry.answer)
    else:
        entry.answer = f"{len(reply.body)} bytes of {reply.headers.get('content-type')}"
