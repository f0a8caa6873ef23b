"""A response from its events, as if it had not been streamed.

The gateway's ``response.completed`` holds the whole response, or only a part of it; what it leaves
out is put together from the events before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from runinfra_client import models
from runinfra_client.unions import ResponseStreamEvent

from .answers import Parsable

R = TypeVar("R", bound=Parsable)


class ResponseAssembler(Generic[R]):
    """Takes the events of a stream and gives the response that they amount to.

    Args:
        result: class of the response.
    """

    def __init__(self, result: type[R]) -> None:
        self._result = result
        self._response: models.Response | None = None
        self._texts: list[str] = []
        self._items: dict[int, dict[str, Any]] = {}  # items that are complete
        self._open: dict[int, dict[str, Any]] = {}  # items that have begun
        self._parts: dict[tuple[int, int, str], list[str]] = {}
        self._ended = False

    def add(self, event: ResponseStreamEvent) -> str:
        """Take an event; the new text."""
        if isinstance(event, models.ResponseTextDeltaEvent):
            self._piece(event, "output_text", "text", event.delta)
            self._texts.append(event.delta)
            return event.delta
        if isinstance(event, models.ResponseRefusalDeltaEvent):
            self._piece(event, "refusal", "refusal", event.delta)
        elif isinstance(event, models.ResponseFunctionCallArgumentsDeltaEvent):
            key = (event.output_index or 0, 0, "arguments:arguments")
            self._parts.setdefault(key, []).append(event.delta)
        elif isinstance(event, models.ResponseOutputItemAddedEvent):
            self._open[event.output_index or 0] = event.item.to_dict()
        elif isinstance(event, models.ResponseOutputItemDoneEvent):
            self._items[event.output_index or 0] = event.item.to_dict()
        elif isinstance(
            event,
            models.ResponseCreatedEvent
            | models.ResponseQueuedEvent
            | models.ResponseInProgressEvent
            | models.ResponseCompletedEvent
            | models.ResponseIncompleteEvent
            | models.ResponseFailedEvent,
        ):
            self._response = event.response
            self._ended = isinstance(
                event, models.ResponseCompletedEvent | models.ResponseIncompleteEvent
            )
        return ""

    def _piece(self, event: Any, kind: str, field: str, delta: str) -> None:
        key = (event.output_index or 0, event.content_index or 0, f"{kind}:{field}")
        self._parts.setdefault(key, []).append(delta)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._texts)

    @property
    def usage(self) -> models.ResponseUsage | None:
        """What the call used, once it was told."""
        return None if self._response is None else self._response.usage

    @property
    def tool_calls(self) -> Sequence[models.ResponseFunctionToolCall]:
        """The function calls that are complete."""
        return [
            models.ResponseFunctionToolCall.from_dict(item)
            for item in self._output()
            if item.get("type") == "function_call"
        ]

    @property
    def finished(self) -> bool:
        """Whether a terminal event came."""
        return self._ended

    def build(self) -> R:
        """The response as far as it came."""
        base = self._response
        data: dict[str, Any] = {"id": "", "object": "response", "model": ""}
        if base is not None:
            data |= base.to_dict()
        if not data.get("output"):
            output = self._output()
            if output:
                data["output"] = output
        return self._result.from_dict(data)

    def _output(self) -> list[dict[str, Any]]:
        if self._ended and self._response is not None and self._response.output:
            return [item.to_dict() for item in self._response.output]
        items = dict(self._items)
        for index in {key[0] for key in self._parts} | self._open.keys():
            if index not in items:
                item = self._unfinished(index)
                if item is not None:
                    items[index] = item
        return [item for _, item in sorted(items.items())]

    def _unfinished(self, index: int) -> dict[str, Any] | None:
        """An item whose end has not come; a function call may be cut anywhere, so none is made."""
        item = dict(self._open.get(index, {"type": "message", "role": "assistant"}))
        if item.get("type") != "message":
            return None
        content: list[dict[str, Any]] = []
        for (output, _, name), pieces in sorted(self._parts.items()):
            kind, _, field = name.partition(":")
            if output == index and kind != "arguments":
                content.append({"type": kind, field: "".join(pieces)})
        item["content"] = content
        item["status"] = "completed" if self._ended else "incomplete"
        return item
