"""The rules of a stream, without I/O: bytes in, events out, and the truth about the end.

A stream is complete when its terminal marker came (which one, the operation table says). An end
without one is an error, as is an error object in the middle; the events before it are handed out
first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

from .error_mapping import error_from_response, implied_status
from .errors import (
    RunInfraError,
    RunInfraStreamParseError,
    StreamEventTooLargeError,
    StreamTruncatedError,
)
from .journey import Journey
from .json_codec import decode, is_object, is_sequence
from .sse import EventTooLarge, ServerSentEvent, SSEDecoder
from .wire import Headers

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
E_contra = TypeVar("E_contra", contravariant=True)

_DONE: Final = b"[DONE]"
_SNIPPET: Final = 200  # characters of a malformed event that its error shows


class Assembler(Protocol[E_contra, R_co]):
    """Puts the events of a stream together."""

    @property
    def text(self) -> str:
        """The text so far."""
        ...

    @property
    def usage(self) -> Any:
        """What the call used, once it was told."""
        ...

    @property
    def tool_calls(self) -> Any:
        """The tool calls that are complete."""
        ...

    @property
    def finished(self) -> bool:
        """Whether nothing is missing."""
        ...

    def add(self, event: E_contra, /) -> str:
        """Take an event; the new text."""
        ...

    def build(self) -> R_co:
        """The result as far as it came."""
        ...


class EventReader(Generic[T]):
    """Reads the events of one stream.

    Args:
        parse: makes the event object of decoded JSON.
        journey: of the call; its operation says how it streams, its settings what the limits are.
        headers: of the answer, for errors.

    Attributes:
        complete: the terminal marker came.
        fault: what ended the stream otherwise; to be raised when the events before are handed out.
    """

    def __init__(
        self, parse: Callable[[Mapping[str, Any]], T], journey: Journey, headers: Headers
    ) -> None:
        spec = journey.call.operation.stream
        if spec is None:
            msg = f"the document does not say how {journey.call.operation.operation_id} streams"
            raise TypeError(msg)
        settings = journey.settings
        self._spec = spec
        self._parse = parse
        self._redactor = settings.redactor
        self._headers = headers
        self._decoder = SSEDecoder(settings.max_event_bytes)
        self._limit = settings.max_event_bytes
        self._allow_truncated = settings.allow_truncated
        self._count = 0
        self._open: set[int] = set()
        self._closed: set[int] = set()
        self.complete = False
        self.fault: RunInfraError | None = None

    def feed(self, chunk: bytes) -> list[T]:
        """The events that these bytes complete; nothing more after the end."""
        if self.complete or self.fault is not None:
            return []
        try:
            events = self._decoder.feed(chunk)
        except EventTooLarge:
            self.fault = StreamEventTooLargeError(
                f"Event {self._count} is larger than max_event_bytes ({self._limit} bytes)."
            )
            return []
        return self._read(events)

    def finish(self) -> list[T]:
        """The end of the input came."""
        if self.complete or self.fault is not None:
            return []
        events = self._read(self._decoder.finish())
        fault: RunInfraError | None = self.fault
        if isinstance(fault, RunInfraStreamParseError):
            # The last event was cut in its middle: that is an end too early, not bad JSON.
            self.fault = None
        if not self.complete and self.fault is None and not self._may_end():
            self.fault = StreamTruncatedError(
                f"The stream ended after {self._count} events without its terminal marker: "
                "the answer is incomplete."
            )
        return events

    def _may_end(self) -> bool:
        if self._allow_truncated and self._count:
            return True
        return (
            self._spec.finish_reason_completes and bool(self._open) and self._open == self._closed
        )

    def _read(self, raw: list[ServerSentEvent]) -> list[T]:
        events: list[T] = []
        for event in raw:
            data = event.data
            if not data or data.isspace():
                continue
            if len(data) < 16 and data.strip() == _DONE:
                if self._spec.done_ends:
                    self.complete = True
                    break
                continue
            parsed = self._event(event)
            if self.fault is not None:
                break
            if parsed is not None:
                events.append(parsed)
                self._count += 1
            if self.complete:
                break
        return events

    def _event(self, event: ServerSentEvent) -> T | None:
        content = self._content(event)
        if not is_object(content):
            return None
        spec = self._spec
        if spec.error_events or spec.terminal_events:
            kind = content.get("type")
            if not isinstance(kind, str):
                # Some adapters name the event on its own line only.
                kind = content["type"] = event.event
            if kind in spec.error_events:
                self._fail(_error_of(content))
                return None
            self.complete = kind in spec.terminal_events
        error = content.get("error")
        if event.event == "error" or content.get("object") == "error":
            error = error or content
        # A response object has an `error` member of its own, but not beside `type`.
        if error and "choices" not in content:
            self._fail(error if is_object(error) else content)
            return None
        if spec.finish_reason_completes:
            self._note_choices(content.get("choices"))
        return self._parsed(content, event)

    def _content(self, event: ServerSentEvent) -> Any:
        content: Any = None
        failed = False
        try:
            content = decode(event.data)
        except ValueError:
            failed = True
        if failed or not (content is None or is_object(content)):
            what = "is not JSON" if failed else "is not a JSON object"
            self._malformed(what, event)
            return None
        return content

    def _parsed(self, content: dict[str, Any], event: ServerSentEvent) -> T | None:
        problem = ""
        try:
            return self._parse(content)
        except KeyError as error:
            problem = f"lacks the field {error.args[0]!r}" if error.args else "lacks a field"
        except (TypeError, ValueError, AttributeError):
            problem = "has a field of another type than promised"
        self._malformed(problem, event)
        return None

    def _note_choices(self, choices: Any) -> None:
        for choice in choices if is_sequence(choices) else ():
            if is_object(choice):
                index = choice.get("index")
                number = index if isinstance(index, int) else 0
                self._open.add(number)
                if choice.get("finish_reason") is not None:
                    self._closed.add(number)

    def _fail(self, body: Mapping[str, Any]) -> None:
        self.complete = False
        status = implied_status(body)
        self.fault = error_from_response(
            status, self._headers, {"error": dict(body)}, self._redactor
        )

    def _malformed(self, what: str, event: ServerSentEvent) -> None:
        self.complete = False
        snippet = event.data[:_SNIPPET].decode("utf-8", "replace")
        self.fault = RunInfraStreamParseError(
            f"Event {self._count} of the stream {what}: {self._redactor(snippet)!r}"
        )


def _error_of(content: dict[str, Any]) -> Mapping[str, Any]:
    """The error in a Responses event: at its top, under ``error``, or in the failed response."""
    for holder in (content, content.get("response")):
        if is_object(holder):
            error = holder.get("error")
            if is_object(error):
                return error
    return {name: value for name, value in content.items() if name != "type"}
