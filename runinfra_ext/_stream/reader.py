"""The state of one stream, without I/O: bytes in, typed events out, and the truth at the end.

The drivers pull bytes and ask here; every rule stands here::

    reader.next()       the next event; None: feed more, or the end if reader.done
    reader.feed(data)   more bytes; b"" is the clean end of the body
    reader.lost(...)    the error for a body that broke or fell silent

Promises: events come in their order, and what was decoded before a fault is handed out before its
error; a stream that ends without its terminal marker is an error; an error inside the stream raises
what its HTTP status would; after the terminal marker nothing more is handed out; every error holds
the ids of the call, the number of events handed out and, as ``partial``, what they add up to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from .._answer.bodies import unlike
from .._answer.error_mapping import error_from_failure, error_from_response, implied_status
from .._ground.error_fields import ErrorFields
from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from .._ground.wire import Headers, TransportFailure
from ..errors import (
    APIStatusError,
    RunInfraError,
    StreamConsumedError,
    StreamError,
    StreamTooLargeError,
    StreamTruncatedError,
    UnexpectedContentError,
)
from .assembly import Assembler, object_of
from .clocks import StreamClocks
from .content import (
    BODY_LIMIT,
    content_error,
    is_report,
    looks_like_events,
    parse_error,
    payload_of,
    type_of,
)
from .sse import ServerSentEvent, SSEDecoder

if TYPE_CHECKING:
    from runinfra_client.facts import StreamSpec

    from .._call.watch import Watch

T = TypeVar("T")
R = TypeVar("R")

DRAIN_BYTES: Final = 64 * 1024  # read after the terminal marker, so that the connection is reused
DRAIN_SECONDS: Final = 0.25

_DONE: Final = b"[DONE]"
_NOTHING: Final = frozenset({b"", b"null", _DONE})  # data that is no event
_SHORT: Final = 16  # bytes; longer data is no marker
_KEPT: Final = 4_000  # characters of a report that is no JSON

State = Literal["open", "done", "closed", "failed"]


class EventReader(Generic[T, R]):
    """Turns the body of one streamed answer into events.

    Args:
        spec: the markers of the stream, from the operation table.
        parse: makes the event of its JSON object.
        assembler: puts the events together.
        meta: of the answer.
        redactor: blanks secrets in everything that an error repeats.
        max_event_bytes: limit for one event.
        max_bytes: limit for the whole stream, which is kept in what it adds up to.
        allow_truncated: a clean end of the body after at least one event ends the stream well.
        error_fields: what every error of the call carries.
        watch: is told the first event and the end, if anybody watches the call.

    Attributes:
        state: ``open``, ``done`` (ended well), ``closed`` (by the application) or ``failed``.
        error: why it failed.
        event_count: events handed out.
        news: the text that the last event handed out has brought.
        truncated: it ended without its terminal marker, and was allowed to.
    """

    def __init__(
        self,
        spec: StreamSpec,
        *,
        parse: Callable[[Mapping[str, Any]], T],
        assembler: Assembler[R],
        meta: Meta,
        redactor: Redactor,
        max_event_bytes: int,
        max_bytes: int,
        allow_truncated: bool,
        error_fields: ErrorFields,
        watch: Watch | None = None,
    ) -> None:
        self.state: State = "open"
        self.error: RunInfraError | None = None
        self.event_count = 0
        self.news = ""
        self.assembler = assembler
        self.meta = meta
        self._spec = spec
        self._by_type = bool(spec.terminal_events or spec.error_events)
        self._parse = parse
        self._redactor = redactor
        self._allow_truncated = allow_truncated
        self._error_fields = error_fields
        self._decoder = SSEDecoder(max_event_bytes, max_bytes)
        self._head: bytes | None = b""  # the body's beginning, until it is known to be events
        self._ended = False  # the body has
        self._rest: ServerSentEvent | None = None  # the event that the body ended in
        self._fault: RunInfraError | None = None  # raised when the events before it are taken
        self._decoded = 0
        self._progressed = False
        self._final: R | None = None
        self.truncated = False
        self.watch = watch

    @property
    def begun(self) -> bool:
        """Whether what has come is known to be events."""
        return self._head is None

    @property
    def drained(self) -> bool:
        """Whether the body was read to its end."""
        return self._ended

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body; ``b""`` is its clean end."""
        if self._head is not None:
            data = self._begin(data)
            if not data:
                return
        elif not data:
            self._ended = True
            self._rest = self._decoder.end()
            return
        try:
            self._decoder.feed(data)
        except StreamTooLargeError as error:
            self._fault = error

    def next(self) -> T | None:
        """The next event; ``None`` if more bytes are needed, or nothing more comes.

        Raises:
            RunInfraError: the stream failed; the same error again if it is asked again.
        """
        events = self._decoder.events
        event_or_none = None
        if events and self.state == "open":
            event_or_none = self._take(events.popleft(), last=False)
        if event_or_none is None:
            event_or_none = self._next()
        if event_or_none is not None:
            self.event_count += 1
            self.news = self.assembler.news
        return event_or_none

    def take_progress(self) -> bool:
        """Whether content has come since this was asked last."""
        progressed, self._progressed = self._progressed, False
        return progressed

    def lost(self, failure: TransportFailure, clocks: StreamClocks) -> RunInfraError:
        """The error for a body that broke, fell silent or took too long."""
        if failure.reason == "client_closed" or self.state == "closed":
            return self._failed(
                StreamConsumedError("The stream was closed while it was being read.")
            )
        if self._head and not self._head.isspace():
            # What came is no stream of events; that says more than how it ended.
            return self._failed(content_error(self.meta, self._head, self._redactor))
        if failure.timed_out:
            return self.timed_out(clocks)
        return self._failed(error_from_failure(failure, self._redactor))

    def timed_out(self, clocks: StreamClocks) -> RunInfraError:
        """The error for the clock that ran out."""
        return self._failed(clocks.error())

    def close(self) -> None:
        """The application wants no more events."""
        if self.state == "open":
            self.state = "closed"
            if self.watch is not None:
                self.watch.over("closed", reader=self)
        self._decoder.events.clear()

    def check_iterable(self) -> None:
        """A loop begins.

        Raises:
            StreamConsumedError: it could only be an empty one.
        """
        if self.state == "closed":
            msg = (
                "The stream is closed. Leaving its loop closes it; inside of a `with` block it"
                " stays open."
            )
        elif self.state == "done":
            msg = "The stream was read to its end before; .final(), .text and .usage remain."
        else:
            return
        raise self._identified(StreamConsumedError(msg))

    def final(self) -> R:
        """The assembled result, after the end.

        Raises:
            StreamConsumedError: the stream was closed before its end.
            RunInfraError: the stream failed, or its events do not add up to a result.
        """
        if self.error is not None:
            raise self.error.with_traceback(None)
        if self.state != "done":
            msg = "The stream was closed before its end."
            raise self._identified(StreamConsumedError(msg))
        if self._final is None:
            try:
                # Cut short with permission: a tool call that is not complete is still none.
                self._final = self.assembler.final(whole=not self.truncated)
            except RunInfraError as error:
                self._identified(error)
                raise
        return self._final

    def arrived(self) -> Any:
        """What has arrived, as the result that it amounts to; ``None`` before anything."""
        return self._partial()

    def _begin(self, data: bytes) -> bytes:
        """Take the beginning of the body; what of it is for the decoder."""
        self._ended = not data
        head = (self._head or b"") + data
        if head.isspace() and not self._ended:
            # White space of any length says nothing yet, but for where its last line begins.
            self._head = b"\n" if head.endswith((b"\n", b"\r")) else b" "
            return b""
        if looks_like_events(self.meta, head):
            self._head = None
            return head
        self._head = head
        if self._ended or len(head) > BODY_LIMIT:
            self._fault = content_error(self.meta, head[:BODY_LIMIT], self._redactor)
        return b""

    def _next(self) -> T | None:
        if self.error is not None:
            raise self.error.with_traceback(None)
        if self.state == "closed":
            self.check_iterable()
        events = self._decoder.events
        while events and self.state == "open":
            event = self._take(events.popleft(), last=False)
            if event is not None:
                return event
        if self.state == "open" and self._fault is not None:
            raise self._failed(self._fault)
        if self.state != "open" or not self._ended:
            return None
        rest, self._rest = self._rest, None
        event = None if rest is None else self._take(rest, last=True)
        if event is None and self.state == "open":
            self._end()
        return event

    def _take(self, sse: ServerSentEvent, *, last: bool) -> T | None:
        """The event of what was decoded; ``None`` if it is a marker, or says nothing."""
        data = sse.data
        if len(data) < _SHORT:
            text = data.strip()
            if text == _DONE and self._spec.done_ends:
                self._finish()
            if text in _NOTHING:
                return None
        payload = payload_of(data)
        if payload is None:
            self._refuse(sse, last=last)
            return None
        self._decoded += 1
        if self._decoded == 1 and self.watch is not None:
            self.watch.first()
        kind = None
        if self._by_type:
            kind = payload.get("type")
            if not isinstance(kind, str):
                kind = type_of(payload, sse.event)
                payload["type"] = kind
        get = payload.get
        if (
            get("error")
            or get("object") == "error"
            or (kind is not None and kind in self._spec.error_events)
            or sse.event == "error"
            or (self._spec.finish_reason_completes and is_report(payload))
        ):
            raise self._failed(self._reported(payload))
        try:
            event = self._parse(payload)
            if self.assembler.add(payload):
                self._progressed = True
        except StreamTooLargeError as error:
            raise self._failed(error) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"is not a {self._spec.event}: {unlike(error)}"
            raise self._failed(
                parse_error(self.event_count, problem, data, self._redactor)
            ) from error
        if kind is not None and kind in self._spec.terminal_events:
            self._finish()
        return event

    def _refuse(self, sse: ServerSentEvent, *, last: bool) -> None:
        """Raise for data that is not a JSON object; a cut ``[DONE]`` is as good as none."""
        if sse.event == "error":
            text = sse.data.decode("utf-8", "replace")
            raise self._failed(self._reported({"message": text[:_KEPT]}))
        if not last:
            problem = "is not a JSON object"
            raise self._failed(parse_error(self.event_count, problem, sse.data, self._redactor))
        if not _DONE.startswith(sse.data.strip()):
            raise self._failed(StreamTruncatedError("The stream ended inside of an event."))

    def _end(self) -> None:
        """The body has ended cleanly, without a terminal marker."""
        if self._spec.finish_reason_completes and self.assembler.finished:
            self._finish()
        elif self._allow_truncated and self._decoded:
            self.truncated = True
            self._finish()
        else:
            msg = (
                f"The stream ended after {self.event_count} events, before its terminal marker:"
                " the answer is incomplete."
            )
            raise self._failed(StreamTruncatedError(msg))

    def _finish(self) -> None:
        """The stream has ended well; what comes now is ignored."""
        if not self._decoded:
            msg = "The stream was marked as done without a single event."
            raise self._failed(UnexpectedContentError(msg, status=self.meta.status))
        self.state = "done"
        self._decoder.events.clear()
        if self.watch is not None:
            self.watch.over(reader=self, events=self._decoded)

    def _reported(self, payload: Mapping[str, Any]) -> APIStatusError:
        """The error that the gateway reports inside of the stream."""
        details = payload
        response = object_of(payload.get("response"))
        if response:
            self.assembler.add(payload)  # the partial result says that it failed
            details = {"error": object_of(response.get("error"))}
        headers = Headers(self.meta.headers.items())
        error = error_from_response(implied_status(details), headers, details, self._redactor)
        error.body = self._redactor.deep(payload)
        return error

    def _failed(self, error: RunInfraError) -> RunInfraError:
        """The stream is over, by this error."""
        self.state = "failed"
        self._decoder.events.clear()
        if not isinstance(error, StreamConsumedError):
            # It was answered with 200: whatever is reported inside, it may have run.
            error.update(phase="outcome_unknown", outcome_unknown=True)
        self.error = self._identified(error)
        if self.watch is not None:
            self.watch.over(error=error, reader=self)
        return error

    def _identified(self, error: RunInfraError) -> RunInfraError:
        """The error, with what every error of a stream carries."""
        error.update(**self._error_fields)
        error.update(
            request_id=self.meta.request_id,
            headers=Headers(self.meta.headers.items()).mapped(self._redactor),
            event_count=self.event_count,
            partial=self._partial(),
        )
        if isinstance(error, StreamError):
            error.status = self.meta.status
        return error

    def _partial(self) -> Any:
        try:
            return self.assembler.snapshot()
        except RunInfraError:
            return None  # not even a result in part, for example without an id
