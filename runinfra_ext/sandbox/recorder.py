"""Records what a real gateway answers, for ``tape.py`` to play it again."""

from __future__ import annotations

import asyncio
import errno
import re
import sys
import time
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request

from .bodies import read_bytes
from .cassette import Question, Reply, aside, kept_headers, redactor_of, target_of
from .cassette_lines import encoded
from .outcomes import Refused
from .tape import Taped, journal_body, note
from .wire import Wire

if sys.platform != "win32":  # pragma: no branch
    import fcntl

_CONNECT_SECONDS: Final = 10.0
_LINGER_SECONDS: Final = 1.0  # for the rest of an answer whose client has left
_SSE: Final = "text/event-stream"
_FRAME_END: Final = re.compile(rb"\n\r?\n|\r\r")
_LONGEST_END: Final = 2  # bytes of it, but for the last
_STATUSES: Final = range(200, 600)
# Of one hop, or made anew for the next one.
_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "proxy-connection",
        "host",
        "content-length",
        "accept-encoding",
        "expect",
        "x-sandbox-fault",
    }
)


class Recorder:
    """Sends requests on to a real gateway, and writes down what it answers.

    Args:
        path: of the cassette; what it had is replaced.
        upstream: base URL of the gateway, ending in ``/v1``.

    Raises:
        OSError: the cassette can't be written, or another sandbox records to it.
    """

    def __init__(self, path: Path, upstream: str) -> None:
        self._upstream = upstream.rstrip("/")
        self._path = path
        self._file = _opened(path)
        self._client: httpx.AsyncClient | None = None
        self._busy: set[asyncio.Task[Any]] = set()

    @property
    def summary(self) -> str:
        """What it does."""
        return f"records {urlsplit(self._upstream).hostname} to {self._path.name}"

    def rewind(self) -> None:
        """Nothing: what is recorded stays."""

    async def close(self) -> None:
        """Let what is under way come to its end, and close the connections."""
        if self._busy:
            await asyncio.wait(self._busy, timeout=_LINGER_SECONDS + 1)
        if self._client is not None:
            await self._client.aclose()
            self._client = None
        self._file.close()

    async def answer(self, asked: Taped, wire: Wire) -> None:
        """Answer a request as the gateway does.

        Raises:
            Refused: the gateway can't be reached.
        """
        content = await read_bytes(asked.request, asked.limit)
        asked.entry.body = await aside(len(content), journal_body, content)
        task = asyncio.current_task()
        if task is not None:
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        began = time.monotonic()
        response = await self._ask(asked.request, content)
        pairs = [
            (n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in response.headers.raw
        ]
        headers = {n: ", ".join(v for m, v in pairs if m == n) for n, _ in pairs}
        redactor = await redactor_of(asked.request, content, pairs)
        reply = Reply(
            status=response.status_code,
            headers=kept_headers(headers, redactor),
            seconds=time.monotonic() - began,
        )
        asked.entry.status = reply.status
        if "x-runinfra-idempotent-replay" not in reply.headers:
            asked.charge(reply)
        async with aclosing(response):
            if not asked.lost:
                plain = {n: v for n, v in headers.items() if n != "content-encoding"}
                await wire.start(reply.status, _end_to_end(plain))  # it is decoded here
            complete = await self._pass_on(response, reply, wire, hidden=asked.lost)
        size = len(reply.body) + sum(len(data) for _, data in reply.frames or ())
        await aside(size, note, asked.entry, reply)
        if complete:
            # Before the client hears the end, and may look.
            question = await Question.of(asked.request, content, redactor)
            size += len(content)
            self._file.write(await aside(size, encoded, vars(question), vars(reply), redactor))
            self._file.flush()
        if asked.lost:
            asked.entry.status = -1
        if reply.cut or asked.lost:
            await wire.drop(cut=True)
        else:
            await wire.piece(b"", last=True)

    async def _ask(self, request: Request, content: bytes) -> httpx.Response:
        if self._client is None:
            limits = httpx.Timeout(None, connect=_CONNECT_SECONDS)
            own = {"accept-encoding": "identity"}
            self._client = httpx.AsyncClient(timeout=limits, headers=own)
        sent = _end_to_end(request.headers)
        question = self._client.build_request(
            request.method,
            f"{self._upstream}{target_of(request)}",
            # As bytes: they need not be ASCII.
            headers=[(name.encode("latin-1"), v.encode("latin-1")) for name, v in sent.items()],
            content=content,
        )
        try:
            response = await self._client.send(question, stream=True)
        except httpx.HTTPError as error:
            raise _unreachable(self._upstream, type(error).__name__) from error
        if response.status_code not in _STATUSES:
            await response.aclose()
            raise _unreachable(self._upstream, f"status {response.status_code}")
        return response

    async def _pass_on(
        self, response: httpx.Response, reply: Reply, wire: Wire, *, hidden: bool
    ) -> bool:
        """Keep what comes, and give it to the client as it comes; whether it came to its end."""
        stream = reply.headers.get("content-type", "").startswith(_SSE)
        splitter, pieces = Splitter(), list[bytes]()
        began = time.monotonic()
        watcher = None
        try:
            async with asyncio.timeout(None) as limit:
                watcher = asyncio.create_task(_linger(wire, limit))
                async for piece in response.aiter_bytes():
                    if not hidden:
                        await wire.piece(piece)
                    if stream:
                        splitter.feed(piece, time.monotonic() - began)
                    else:
                        pieces.append(piece)
        except httpx.HTTPError:
            reply.cut = True
        except TimeoutError:
            return False
        finally:
            if watcher is not None:
                watcher.cancel()
        reply.body = b"".join(pieces)
        if stream:
            reply.frames = splitter.end(time.monotonic() - began)
        return True


async def _linger(wire: Wire, limit: asyncio.Timeout) -> None:
    """Let a client that has read what it wants leave; the end often is on its way."""
    await wire.lost.wait()
    limit.reschedule(asyncio.get_running_loop().time() + _LINGER_SECONDS)


class Splitter:
    """Puts a stream's bytes into frames: events and comments, each with its blank line."""

    def __init__(self) -> None:
        self._frames: list[tuple[float, bytes]] = []
        self._rest = bytearray()

    def feed(self, piece: bytes, at: float) -> None:
        """Take bytes that came ``at`` seconds after the stream's begin."""
        # An end may have come in part; what is before that was looked through already.
        start = max(len(self._rest) - _LONGEST_END, 0)
        self._rest += piece
        first = 0
        while (end := _FRAME_END.search(self._rest, start)) is not None:
            self._frames.append((at, bytes(self._rest[first : end.end()])))
            first = start = end.end()
        del self._rest[:first]

    def end(self, at: float) -> list[tuple[float, bytes]]:
        """All frames, with what was left over."""
        return [*self._frames, (at, bytes(self._rest))] if self._rest else self._frames


def _opened(path: Path) -> BinaryIO:
    """The empty file of a cassette that nobody else records to.

    Raises:
        OSError: it can't be written, or another sandbox records to it.
    """
    file = path.open("ab")
    try:
        if sys.platform != "win32":  # pragma: no branch - which has no such lock
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
    except BlockingIOError:
        file.close()
        raise BlockingIOError(errno.EAGAIN, "another sandbox records to it", str(path)) from None
    except OSError:
        file.close()
        raise
    return file


def _end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): v for name, v in headers.items() if name.lower() not in _HOP}


def _unreachable(upstream: str, why: str) -> Refused:
    host = urlsplit(upstream).hostname
    return Refused(
        502,
        f"The upstream gateway {host} did not answer: {why}.",
        "api_error",
        code="upstream_unreachable",
    )
