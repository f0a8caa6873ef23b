"""Files as they come: bytes in constant memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

from .._answer.bodies import binary_problem, media_type
from .._answer.error_mapping import error_from_failure
from .._call.journey import Journey
from .._ground.doors import door
from .._ground.files import StrPath, atomic_file
from .._ground.metadata import Answered, Meta
from .._ground.wire import TransportFailure
from .._http.asynchronous import AsyncSource
from .._media.formats import SNIFF_BYTES
from ..errors import RunInfraError, StreamConsumedError
from ._timing import WRITE_BYTES, run_blocking
from .watching import told


class AsyncBinaryStream(Answered):
    """The bytes of a file while it comes.

    Use it as a context manager, iterate over it once, or write it to a file. Memory stays constant.

    Raises (while reading):
        UnexpectedContentError: what came is something else.
        APIStatusError: what came is an error body, whatever its label says.
        RunInfraConnectionError: the connection broke, the body is shorter than promised, or a clock
            ran out. Nothing is repeated automatically.
    """

    _what = "file"

    def __init__(self, source: AsyncSource, journey: Journey, meta: Meta) -> None:
        self._source = source
        self._journey = journey
        self._queue: deque[bytes] = deque()
        self._start = b""
        self._checked = False
        self._over = False
        self._error: RunInfraError | None = None
        self.meta = meta
        self.content_type = media_type(meta.headers) or "application/octet-stream"

    @property
    def content_length(self) -> int | None:
        """Bytes that are to come, if the gateway told."""
        text = self.meta.headers.get("content-length", "")
        return int(text) if text.isdigit() else None

    @door
    async def prime(self) -> None:
        """Read until the first bytes are there and look like what was asked for."""
        while not self._checked and self._error is None:
            await self._pull()
        if self._error is not None:
            raise self._error.with_traceback(None)

    def iter_bytes(self) -> Self:
        """The pieces as they come from the network."""
        return self

    def __aiter__(self) -> Self:
        if self._over and not self._queue and self._error is None:
            msg = f"The {self._what} was already read to its end, or closed."
            raise self._journey.complete(StreamConsumedError(msg, request_id=self.request_id))
        return self

    @door
    async def __anext__(self) -> bytes:
        while not self._queue or not self._checked:
            if self._error is not None:
                raise self._error.with_traceback(None)
            if self._over and not self._queue:
                raise StopAsyncIteration
            await self._pull()
        return self._queue.popleft()

    @door
    async def write_to_file(
        self, path: StrPath, on_progress: Callable[[int, int | None], object] | None = None
    ) -> Path:
        """Write it to a file while it comes; its path.

        The file takes its place only when all of it is there; on failure nothing is left behind.

        Args:
            path: where to.
            on_progress: told the bytes written, and all of them if the gateway told.

        Raises:
            RunInfraError: as for reading.
            OSError: the file can't be written.
        """
        total, written = self.content_length, 0
        waiting: list[bytes] = []
        size = 0
        with atomic_file(path) as file:
            async for piece in self:
                waiting.append(piece)
                size += len(piece)
                if size >= WRITE_BYTES or size + written == total:
                    await run_blocking(file.writelines, waiting)
                    written += size
                    waiting.clear()
                    size = 0
                    if on_progress is not None:
                        on_progress(written, total)
            if waiting:
                await run_blocking(file.writelines, waiting)
                if on_progress is not None:
                    on_progress(written + size, total)
        return Path(path)

    async def close(self) -> None:
        """Release the connection; may be called twice."""
        self._over = True
        self._queue.clear()
        await self._source.aclose()
        watch = self._journey.watch
        if watch is not None:
            watch.over("closed")
            await told(watch)

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_details: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.content_type}, {self.request_id}>"

    async def _pull(self) -> None:
        try:
            piece = await self._source.receive(None)
        except TransportFailure as failure:
            await self._fail(error_from_failure(failure, self._journey.settings.redactor))
            return
        except BaseException as fault:
            # Cancelled, or interrupted: the connection is in an unknown state.
            if self._journey.watch is not None:
                self._journey.watch.over(error=fault)
            await self.close()
            raise
        if piece:
            self._queue.append(piece)
            if not self._checked and self._journey.watch is not None:
                self._journey.watch.first()
        else:
            self._over = True
        if not self._checked:
            await self._check()
        if not piece and self._error is None:
            await self._told()

    async def _check(self) -> None:
        """Look at the first bytes, before any of them is handed out."""
        self._start = b"".join(self._queue)
        verdict = self._verdict()
        if verdict is False:
            return
        self._checked = True
        if verdict is not None:
            self._queue.clear()
            await self._fail(self._journey.unusable(verdict, self.meta, self._start))
        self._start = self._start[:SNIFF_BYTES]

    def _verdict(self) -> RunInfraError | Literal[False] | None:
        """What is wrong with the start, if anything is; ``False`` to see more of it."""
        return binary_problem(self._journey.call.operation.accept, self.meta)

    async def _fail(self, error: RunInfraError) -> None:
        self._journey.complete(error)
        if error.request_id is None:
            error.request_id = self.request_id
        self._error = error
        self._over = True
        await self._source.aclose()
        await self._told(error)

    async def _told(self, error: RunInfraError | None = None) -> None:
        """Tell who watches the call that it is over."""
        if self._journey.watch is not None:
            self._journey.watch.over(error=error)
            await told(self._journey.watch)
