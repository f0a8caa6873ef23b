# Generated from runinfra_ext/_async/stream.py by `make gen`; do not edit.
"""A streamed answer: pulls bytes and asks the :class:`~runinfra_ext._stream.reader.EventReader`.

Promises: nothing is read that nobody asked for; the connection is released when the stream ends,
fails, is closed (from any task), is cancelled, or when its loop is left; after the end the rest of
the body is read, within bounds, so that the connection can be used again. There is no asynchronous
generator in it, so closing it while it is read is lawful.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, Self, TypeVar

from runinfra_client.facts import StreamSpec

from .._answer.notebook import called
from .._call.watch import Watch
from .._display.growing import GrowingText
from .._ground.doors import door
from .._ground.error_fields import ErrorFields
from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from .._ground.wire import TransportFailure
from .._stream.assembly import Assembler
from .._stream.clocks import StreamClocks
from .._stream.reader import DRAIN_BYTES, DRAIN_SECONDS, EventReader
from .._stream.views import StreamView
from ..errors import RunInfraError, StreamConsumedError
from ._showing import shown
from .watching import told

T = TypeVar("T")
R = TypeVar("R")


class ByteSource(Protocol):
    """The body of an answer, pulled piece by piece."""

    def receive(self, timeout: float | None = None) -> bytes:
        """The next bytes; ``b""`` at its clean end; a ``TransportFailure`` at any other."""
        ...

    def close(self) -> None:
        """Release the connection; may be called more than once, and while it is read."""
        ...


class Stream(StreamView[T, R], Generic[T, R]):
    """A streamed answer: iterate it for its events.

    Use it as a context manager, or iterate it in one loop: leaving the loop, by its end, ``break``
    or an exception, releases the connection. :meth:`final` reads what is left and gives the whole
    result.

    Args:
        source: the body.
        spec: the markers of the stream, from the operation table.
        parse: makes the event of its JSON object.
        assembler: puts the events together to the result.
        meta: of the answer.
        redactor: blanks secrets in everything that an error repeats.
        idle_timeout: seconds without any byte, heartbeats counted; ``None``: the source's own.
        progress_timeout: seconds without any content, heartbeats not counted; ``None``: no limit.
        deadline_at: time of ``clock`` when the whole call must be over, if any.
        clock: a monotonic clock in seconds.
        max_event_bytes: limit for one event.
        max_bytes: limit for the whole stream.
        allow_truncated: a clean end of the body without the terminal marker ends the stream well.
        error_fields: what every error of the call carries.
        watch: who watches the call, if anybody does.
    """

    def __init__(
        self,
        source: ByteSource,
        spec: StreamSpec,
        *,
        parse: Callable[[Mapping[str, Any]], T],
        assembler: Assembler[R],
        meta: Meta,
        redactor: Redactor,
        idle_timeout: float | None,
        progress_timeout: float | None,
        deadline_at: float | None,
        clock: Callable[[], float],
        max_event_bytes: int,
        max_bytes: int,
        allow_truncated: bool,
        error_fields: ErrorFields,
        watch: Watch | None = None,
    ) -> None:
        self._source: ByteSource | None = source
        self._clock = clock
        self._clocks = StreamClocks(idle_timeout, progress_timeout, deadline_at, clock)
        self._reader = EventReader(
            spec,
            parse=parse,
            assembler=assembler,
            meta=meta,
            redactor=redactor,
            max_event_bytes=max_event_bytes,
            max_bytes=max_bytes,
            allow_truncated=allow_truncated,
            error_fields=error_fields,
            watch=watch,
        )
        self._managed = False
        self._reading = False

    def __iter__(self) -> Iterator[T]:
        """Begin a loop.

        Raises:
            StreamConsumedError: the stream was read to its end, or closed.
        """
        self._reader.check_iterable()
        return Events[T](self)

    @door
    def __next__(self) -> T:
        event = self._next()
        if event is None:
            raise StopIteration
        return event

    def __enter__(self) -> Self:
        self._managed = True
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    @property
    def text_stream(self) -> Iterator[str]:
        """The stream as pieces of text only; of several choices those of the first.

        Raises:
            StreamConsumedError: the stream was read to its end, or closed.
        """
        self._reader.check_iterable()
        return Texts(self)

    @door
    def until_done(self) -> None:
        """Read to the end, for those who only want what the stream has brought."""
        while self._next() is not None:
            pass

    @door
    def final(self) -> R:
        """Read to the end; the whole result, as if it had not been streamed.

        Raises:
            StreamConsumedError: the stream was closed before its end.
            RunInfraError: the stream failed; ``partial`` holds what had arrived.
        """
        while self._next() is not None:
            pass
        return self._reader.final()

    @door
    def display(self) -> R:
        """Read to the end, and show the text as it comes; the whole result.

        In a notebook it grows in place as Markdown, ten times a second at most; elsewhere it is
        printed to stdout. Tool calls follow when they are complete. Whatever ends the stream
        (Ctrl-C, a failure), what had come stays.

        Raises:
            StreamConsumedError: the stream was closed before its end.
            RunInfraError: the stream failed; ``partial`` holds what had arrived.
        """
        with GrowingText(self.text) as growing:
            while self._next() is not None:
                if self.text_delta:
                    growing.add(self.text_delta)
            growing.add(called(self.tool_calls))
        return self._reader.final()

    def _ipython_display_(self) -> None:
        shown(self, readable=self._reader.state == "open")

    def close(self) -> None:
        """Release the connection. May be called again, from any task, and while it is read."""
        source, self._source = self._source, None
        self._reader.close()
        if source is not None:
            source.close()
        if self._reader.watch is not None:
            told(self._reader.watch)

    def _at_once(self) -> T | None:
        """The next event if it has arrived: it is handed out without a further coroutine.

        ``None`` also if the stream failed: the reader keeps its error for :meth:`_next`.
        """
        if self._reading:
            return None
        try:
            return self._reader.next()
        except RunInfraError:
            return None
        except BaseException:  # interrupted: the reader is in an unknown state
            self._drop()
            raise

    def _next(self) -> T | None:
        reader = self._reader
        if self._reading:
            msg = "Another task is reading this stream; one stream has one reader."
            raise StreamConsumedError(msg)
        try:
            while (event := reader.next()) is None:
                if reader.state == "done":
                    self._drain()
                    return None
                self._receive()
        except GeneratorExit:
            # The coroutine is being thrown away and must not wait: the source closes itself.
            self._drop()
            raise
        except BaseException as error:  # cancelled too: whoever leaves gives the connection back
            if reader.watch is not None:
                reader.watch.over(error=error, reader=reader)
            self.close()
            raise
        return event

    def _receive(self) -> None:
        reader, clocks, source = self._reader, self._clocks, self._source
        timeout = clocks.start(progressed=reader.take_progress())
        if timeout is not None and timeout <= 0:
            raise reader.timed_out(clocks)
        self._reading = True
        try:
            data = b"" if source is None else source.receive(timeout)
        except TransportFailure as failure:
            clocks.stop()  # which clock ran out is told by how long this wait was
            raise reader.lost(failure, clocks) from failure
        finally:
            self._reading = False
        clocks.stop()
        reader.feed(data)

    def _drain(self) -> None:
        """Read what is behind the terminal marker: a body read to its end frees its connection."""
        source = self._source
        if source is None:
            return
        until = self._clock() + DRAIN_SECONDS
        left = DRAIN_BYTES
        try:
            while not self._reader.drained and left > 0 and (rest := until - self._clock()) > 0:
                data = source.receive(rest)
                if not data:
                    break
                left -= len(data)
        except TransportFailure:
            pass  # the answer is complete; only the connection can't be used again
        self.close()

    def _drop(self) -> None:
        """Let go of the source, which closes itself when nobody holds it."""
        self._source = None
        self._reader.close()
        if self._reader.watch is not None:
            self._reader.watch.drop()

    def _loop_left(self) -> None:
        # Inside of a `with` block another loop may follow; the block's end closes.
        if not self._managed:
            self._drop()


class Loopable(Protocol):
    """What a loop can be over."""

    def _loop_left(self) -> None:
        """The loop let go of it."""
        ...


class Loop:
    """What a loop over a stream holds; when it lets go of it, the stream is closed.

    A loop that has not begun (an iterator that was made and thrown away) closes nothing.
    """

    def __init__(self, stream: Loopable) -> None:
        self._stream: Any = stream
        self._begun = False

    def __iter__(self) -> Self:
        return self

    def _begin(self) -> None:
        self._begun = True
        weakref.finalize(self, self._stream._loop_left).atexit = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this module's own stream


class Events(Loop, Generic[T]):
    """The iterator of one loop over the events of a stream."""

    def __next__(self) -> T:
        if not self._begun:
            self._begin()
        stream: Stream[T, Any] = self._stream
        event = stream._at_once()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this module's own stream
        return stream.__next__() if event is None else event


class Texts(Loop):
    """The iterator of one loop over the pieces of text of a stream."""

    def __next__(self) -> str:
        if not self._begun:
            self._begin()
        stream: Stream[Any, Any] = self._stream
        while True:
            if stream._at_once() is None:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this module's own stream
                stream.__next__()
            if stream.text_delta:
                return stream.text_delta
