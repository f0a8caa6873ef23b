"""The bytes of a stream of events as they come, held to what the events in them say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runinfra_client.facts import StreamSpec

from .._call.journey import Journey
from .._ground.error_fields import fields_of_call
from .._ground.metadata import Meta
from .._ground.wire import TransportFailure
from .._http.asynchronous import AsyncSource
from .._stream.assembly import Assembler
from .._stream.clocks import StreamClocks
from .._stream.reader import DRAIN_BYTES, DRAIN_SECONDS, EventReader
from .._stream.sse import cut_at_events
from ..errors import RunInfraError
from .binary import AsyncBinaryStream


class AsyncRawEvents(AsyncBinaryStream):
    """A stream of events as bytes, for those who read events themselves.

    Whatever a stream of the SDK's own raises is raised here too, before the bytes that show it: an
    error that is reported inside, a page or a whole answer instead of events, silence, a cut. After
    the terminal marker nothing more is handed out.

    Raises (while reading):
        StreamError: it did not end well; ``partial`` holds what had arrived.
        APIStatusError: an error was reported inside.
        RunInfraConnectionError: the connection broke, or a clock ran out.
    """

    _what = "stream"

    def __init__(
        self,
        source: AsyncSource,
        journey: Journey,
        meta: Meta,
        spec: StreamSpec,
        assembler: Assembler[Any],
    ) -> None:
        super().__init__(source, journey, meta)
        settings = journey.settings
        self._clock = settings.clock
        self._clocks = StreamClocks(
            settings.idle_timeout,
            settings.progress_timeout,
            journey.limits.deadline_at,
            settings.clock,
        )
        self._reader: EventReader[Mapping[str, Any], Any] = EventReader(
            spec,
            parse=_as_it_is,
            assembler=assembler,
            meta=meta,
            redactor=settings.redactor,
            max_event_bytes=settings.max_event_bytes,
            max_bytes=settings.max_response_bytes,
            allow_truncated=settings.allow_truncated,
            error_fields=fields_of_call(meta),
            watch=journey.watch,
        )

    async def close(self) -> None:
        """Release the connection; may be called twice."""
        if self._reader.state == "done" and not self._over:
            await self._drain()
        self._reader.close()
        await super().close()

    aclose = close

    async def _pull(self) -> None:
        reader, clocks = self._reader, self._clocks
        if reader.state == "done":
            # Not before: what has come is handed out without waiting for what follows the end.
            self._over = True
            await self._drain()
            await self._told()
            return
        timeout = clocks.start(progressed=reader.take_progress())
        if timeout is not None and timeout <= 0:
            await self._fail(reader.timed_out(clocks))
            return
        lost: TransportFailure | None = None
        data = b""
        try:
            data = await self._source.receive(timeout)
        except TransportFailure as failure:
            lost = failure
        except BaseException as fault:
            # Cancelled, or interrupted: the connection is in an unknown state.
            if reader.watch is not None:
                reader.watch.over(error=fault, reader=reader)
            await super().close()
            raise
        clocks.stop()
        error = self._take(data) if lost is None else reader.lost(lost, clocks)
        # What came before its events are known to be some is kept back.
        self._checked = reader.begun
        if error is not None:
            await self._fail(error)

    def _take(self, data: bytes) -> RunInfraError | None:
        """Hand out what is in order; the error of what is not."""
        reader = self._reader
        for piece in cut_at_events(data) if data else (b"",):
            try:
                reader.feed(piece)
                while reader.next() is not None:
                    pass
            except RunInfraError as error:
                return error
            if piece:
                self._queue.append(piece)
            if reader.state == "done":
                break
        return None

    async def _drain(self) -> None:
        """Read what is behind the terminal marker: a body read to its end frees its connection."""
        until = self._clock() + DRAIN_SECONDS
        left = DRAIN_BYTES
        try:
            while left > 0 and (rest := until - self._clock()) > 0:
                data = await self._source.receive(rest)
                if not data:
                    break
                left -= len(data)
        except TransportFailure:
            pass  # the answer is complete; only the connection can't be used again
        await self._source.aclose()


def _as_it_is(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return payload
