# Generated from runinfra_ext/_async/stream.py by `make gen`; do not edit.
"""A stream of events: pulls bytes, asks the rules, hands out events."""

from __future__ import annotations

import time
from collections import deque
from types import TracebackType
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

from ..error_mapping import error_from_failure
from ..errors import ReadTimeoutError, RunInfraError, StreamConsumedError
from ..journey import Journey
from ..metadata import Meta
from ..streams import Assembler, EventReader
from ..wire import Headers, TransportFailure
from ._http import Source

T = TypeVar("T")
R = TypeVar("R")

# After the terminal marker a server only has to end its body. Reading that lets the connection be
# used again; a server that goes on sending is cut off.
_DRAIN_BYTES: Final = 64 * 1024
_DRAIN_SECONDS: Final = 0.25


class Clocks(NamedTuple):
    """Limits of a stream's silences, in seconds; ``None`` for no limit.

    Attributes:
        idle: without any byte; heartbeats count as bytes.
        progress: without any event; heartbeats do not count.
    """

    idle: float | None
    progress: float | None


class Stream(Generic[T, R]):
    """The events of a streamed answer.

    Iterate over it, or take the whole by :meth:`final`. Close it, or use it as a context manager,
    if you may leave early: the connection is released at once, and the gateway stops generating
    as soon as it notices. It can be closed from any task.

    Raises (while iterating):
        StreamTruncatedError: it ended before its terminal marker.
        APIStatusError: the gateway reported an error in the stream; the class is the one that the
            HTTP status would have had.
        RunInfraStreamParseError: an event is malformed.
        RunInfraConnectionError: the connection broke, or a clock ran out.

    Each of them holds what had arrived as ``partial``. Nothing is repeated automatically.
    """

    def __init__(
        self,
        source: Source,
        reader: EventReader[T],
        assembler: Assembler[T, R],
        *,
        journey: Journey,
        meta: Meta,
        clocks: Clocks,
    ) -> None:
        self._source = source
        self._reader = reader
        self._assembler = assembler
        self._journey = journey
        self._clocks = clocks
        self._queue: deque[T] = deque()
        self._count = 0
        self._over = False  # nothing more is to be read
        self._consumed = False  # the end was handed out
        self._closed = False
        self._error: RunInfraError | None = None
        self._progress_at = time.monotonic()
        self.meta = meta

    @property
    def request_id(self) -> str | None:
        """The gateway's id of this answer; there before the first event."""
        return self.meta.request_id

    @property
    def headers(self) -> Headers:
        """The answer's headers."""
        return self._source.headers

    @property
    def text(self) -> str:
        """The text of the events handed out so far (of the first choice)."""
        return self._assembler.text

    @property
    def usage(self) -> Any:
        """What the call used, once the stream told it."""
        return self._assembler.usage

    @property
    def tool_calls(self) -> Any:
        """The tool calls that are complete; half a call never shows."""
        return self._assembler.tool_calls

    @property
    def text_stream(self) -> TextStream:
        """Only the pieces of text (of the first choice)."""
        return TextStream(self)

    def __iter__(self) -> Self:
        if self._consumed or self._closed:
            msg = "The stream was already read to its end, or closed."
            raise self._journey.complete(StreamConsumedError(msg, request_id=self.request_id))
        return self

    def __next__(self) -> T:
        event, _ = self.next_event()
        return event

    def next_event(self) -> tuple[T, str]:
        """The next event with its text; ``StopAsyncIteration`` at the end."""
        while not self._queue:
            if self._over:
                self._consumed = True
                if self._error is not None:
                    raise self._error
                raise StopIteration
            self._pull()
        event = self._queue.popleft()
        self._count += 1
        return event, self._assembler.add(event)

    def prime(self) -> None:
        """Read until the first event is there, without handing it out.

        Raises:
            RunInfraError: the stream failed before its first event.
        """
        while not self._queue and not self._over:
            self._pull()
        if not self._queue and self._error is not None:
            raise self._error

    def until_done(self) -> None:
        """Read to the end, without keeping the events."""
        if not self._consumed:
            for _ in self:
                pass
        elif self._error is not None:
            raise self._error

    def final(self) -> R:
        """Read to the end and give the whole result, as if it had not been streamed."""
        self.until_done()
        return self._result()

    def _result(self) -> R:
        result: Any = self._assembler.build()
        result._meta = self.meta  # noqa: SLF001
        return result  # type: ignore[no-any-return]

    def close(self) -> None:
        """Release the connection; may be called twice, and from any task."""
        self._closed = True
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "over" if self._over else "open"
        return f"<{type(self).__name__} {state}, {self._count} events, {self.request_id}>"

    def _pull(self) -> None:
        """Read once: new events, the end, or what went wrong."""
        lost: TransportFailure | None = None
        chunk = b""
        try:
            chunk = self._source.receive(self._silence())
        except TransportFailure as failure:
            lost = failure
        except BaseException:
            # Cancelled, or interrupted: the connection is in an unknown state.
            self.close()
            raise
        if lost is not None:
            self._end(self._lost(lost))
            return
        events = self._reader.feed(chunk) if chunk else self._reader.finish()
        if events:
            self._queue.extend(events)
            self._progress_at = time.monotonic()
        elif self._stalled():
            self._end(self._no_progress())
            self._source.close()
            return
        if self._reader.fault is not None:
            self._end(self._reader.fault)
            self._source.close()
        elif not chunk or self._reader.complete:
            self._over = True
            self._drain()

    def _silence(self) -> float | None:
        idle, progress = self._clocks
        if progress is None:
            return idle
        left = max(0.001, self._progress_at + progress - time.monotonic())
        return left if idle is None else min(idle, left)

    def _stalled(self) -> bool:
        progress = self._clocks.progress
        return progress is not None and time.monotonic() >= self._progress_at + progress

    def _no_progress(self) -> RunInfraError:
        message = f"The stream sent no content for {self._clocks.progress:g} s."
        return ReadTimeoutError(message, outcome_unknown=True)

    def _lost(self, failure: TransportFailure) -> RunInfraError:
        if failure.kind == "read_timeout" and self._stalled():
            return self._no_progress()
        return error_from_failure(failure, self._journey.settings.redactor)

    def _end(self, error: RunInfraError) -> None:
        """Remember how it ended; the events that came before are handed out first."""
        self._over = True
        self._error = error
        self._journey.complete(error)
        for event in self._queue:
            # So that `partial` holds all that arrived; handing them out adds nothing twice.
            self._assembler.add(event)
        self._queue.clear()
        error.update(partial=self._result(), event_count=self._count, phase="outcome_unknown")
        if error.request_id is None:
            error.request_id = self.request_id

    def _drain(self) -> None:
        size = 0
        try:
            while size < _DRAIN_BYTES:
                chunk = self._source.receive(_DRAIN_SECONDS)
                if not chunk:
                    return
                size += len(chunk)
        except TransportFailure:
            pass  # all that matters has arrived
        finally:
            self._source.close()


class TextStream:
    """The pieces of text of a stream."""

    def __init__(self, stream: Stream[Any, Any]) -> None:
        self._stream = stream

    def __iter__(self) -> Self:
        self._stream.__iter__()
        return self

    def __next__(self) -> str:
        while True:
            _, text = self._stream.next_event()
            if text:
                return text
