"""A ``Response`` from its stream events, equal to the one that an unstreamed call returns.

The response of the terminal event is the truth; only what it leaves out (an adapter may send it
without ``output``) is filled in from the items that were put together on the way. Before the end,
and after a cut, these items are all there is.

Adapters leave out what the standard has: the events that begin an item or a part, indexes, ids. An
item is found by ``output_index``, else by its id, else it is the last one; what was never begun is
begun by its first delta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from runinfra_client import models

from .._ground.answer_facts import Facts
from .assembly import Room, object_of
from .response_items import Item
from .tool_calls import is_whole

C = TypeVar("C")
R = TypeVar("R")

# Events that only say that the connection or the request is alive.
_IDLE: Final = frozenset({"response.queued", "response.in_progress", "ping", "keepalive"})
_PREFIX: Final = "response."
# What a delta or its "done" adds to: list of parts in the item, type of the part, its text's key.
_PARTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "output_text": ("content", "output_text", "text"),
    "refusal": ("content", "refusal", "refusal"),
    "reasoning_text": ("content", "reasoning_text", "text"),
    "reasoning_summary_text": ("summary", "summary_text", "text"),
}
_WHOLE_PARTS: Final[Mapping[str, str]] = {
    "content_part": "content",
    "reasoning_summary_part": "summary",
}


class ResponseAssembler(Generic[C, R]):
    """Assembles one Responses stream.

    Args:
        build: makes the response of the assembled JSON object.
        terminal_events: types of the events that end the stream well.
        finish: makes the result of the response after the end, for example by parsing its text.
    """

    def __init__(
        self,
        build: Callable[[Mapping[str, Any]], C],
        terminal_events: frozenset[str],
        finish: Callable[[C], R],
    ) -> None:
        self.news = ""
        self._build = build
        self._finish = finish
        self._terminal = terminal_events
        self._response: dict[str, Any] = {}
        self._ended = False
        self._items: dict[int, Item] = {}
        self._room = Room()
        self._by_id: dict[str, Item] = {}
        self._last: Item | None = None
        self._spoken = False
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The output text of all messages."""
        if self._text is None:
            self._text = self._whole_text() or "".join(
                self._items[index].text() for index in sorted(self._items)
            )
        return self._text

    @property
    def usage(self) -> models.ResponseUsage | None:
        """The usage, once it has come."""
        usage = object_of(self._response.get("usage"))
        return models.ResponseUsage.from_dict(usage) if usage else None

    @property
    def tool_calls(self) -> list[models.ResponseFunctionToolCall]:
        """The complete function calls."""
        # After an end by the token limit the last call may be half; before it, half ones are held.
        sure = not self._ended or self._response.get("status") == "completed"
        return [
            models.ResponseFunctionToolCall.from_dict(item)
            for item in self._output(whole=self._ended)
            if item.get("type") == "function_call"
            and (sure or item.get("status") == "completed" or is_whole(item.get("arguments")))
        ]

    @property
    def facts(self) -> Facts:
        """Id, model, the reason of the end and usage so far."""
        response = self._response
        reason = object_of(response.get("incomplete_details")).get("reason")
        ended = (reason or response.get("status"),) if self._ended else ()
        return Facts(response.get("id"), response.get("model"), ended, self.usage)

    @property
    def finished(self) -> bool:
        """Never before the terminal event: a Responses stream has no other sign of its end."""
        return self._ended

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take an event; whether it was more than a sign of life."""
        self.news = ""
        kind = event.get("type")
        if not isinstance(kind, str):
            return False
        response = object_of(event.get("response"))
        if response:
            ended = kind in self._terminal
            if ended and not response.get("status"):
                response = {**response, "status": kind.removeprefix(_PREFIX)}
            self._take_response(response, ended=ended)
        else:
            self._take_piece(kind.removeprefix(_PREFIX), event)
        if self.news:
            self._spoken = True
        return kind not in _IDLE

    def snapshot(self) -> C | None:
        """The response so far, without the function calls that are not complete."""
        if not self._response and not self._items:
            return None
        return self._build(self._whole(complete=self._ended))

    def final(self, *, whole: bool) -> R:
        """The response after the end; not ``whole``: without half function calls."""
        return self._finish(self._build(self._whole(complete=whole)))

    def _take_response(self, response: dict[str, Any], *, ended: bool) -> None:
        for key, value in response.items():
            if value is not None:
                self._response[key] = value
            else:
                self._response.setdefault(key, None)
        self._ended = self._ended or ended
        self._text = None
        if ended and not self._spoken:
            # An adapter that sends no deltas: the text comes at once, at the end.
            self.news = self.text

    def _take_piece(self, name: str, event: Mapping[str, Any]) -> None:
        subject, _, action = name.rpartition(".")
        if subject in _PARTS and action in {"delta", "done"}:
            self._take_text(subject, action, event)
        elif subject == "function_call_arguments":
            self._item(event, "function_call").add_arguments(event, done=action == "done")
        elif subject == "output_item":
            whole = object_of(event.get("item"))
            if whole:
                self._take_item(event, whole, done=action == "done")
        elif subject in _WHOLE_PARTS:
            part = object_of(event.get("part"))
            if part:
                index = event.get("summary_index", event.get("content_index"))
                group = _WHOLE_PARTS[subject]
                self._item(event, "reasoning" if group == "summary" else "message").set_part(
                    group, index, part
                )
                self._text = None
        elif name == "output_text.annotation.added":
            self._item(event, "message").add_annotation(event)

    def _take_text(self, subject: str, action: str, event: Mapping[str, Any]) -> None:
        group, kind, key = _PARTS[subject]
        item = self._item(event, "reasoning" if subject.startswith("reasoning") else "message")
        part = item.part(group, event.get("summary_index", event.get("content_index")), kind, key)
        silent = not part.pieces
        if action == "delta":
            part.append(event.get("delta"), event.get("logprobs"))
            text = event.get("delta")
        else:
            text = event.get(key)
            part.replace(text, event.get("logprobs"))
            if not silent:
                text = ""  # its deltas have brought it already
        if subject == "output_text":
            self._text = None
            self.news = text if isinstance(text, str) else ""

    def _take_item(self, event: Mapping[str, Any], whole: dict[str, Any], *, done: bool) -> None:
        item = self._item({**event, "item_id": whole.get("id")}, str(whole.get("type")))
        silent = not item.text()
        item.update(whole, done=done)
        self._text = None
        if done and silent:
            self.news = item.text()

    def _item(self, event: Mapping[str, Any], kind: str) -> Item:
        """The item that an event speaks of; begun if there is none yet."""
        index, item_id = event.get("output_index"), event.get("item_id")
        item: Item | None = None
        if isinstance(index, int) and not isinstance(index, bool):
            item = self._items.get(index)
        elif isinstance(item_id, str) and item_id:
            item = self._by_id.get(item_id)
        elif self._last is not None and self._last.kind == kind:
            item = self._last
        if item is None:
            item = Item(kind, item_id if isinstance(item_id, str) else None, self._room)
            place = index if isinstance(index, int) else max(self._items, default=-1) + 1
            self._items[place] = item
        if isinstance(item_id, str):
            self._by_id.setdefault(item_id, item)
        self._last = item
        return item

    def _whole_text(self) -> str:
        """The text as the response itself has it."""
        text = self._response.get("output_text")
        if isinstance(text, str) and text:
            return text
        return "".join(Item.of(item).text() for item in _dicts(self._response.get("output")))

    def _output(self, *, whole: bool) -> list[dict[str, Any]]:
        output = _dicts(self._response.get("output"))
        if output and self._ended:
            return output
        items = (self._items[index] for index in sorted(self._items))
        status = self._response.get("status") if self._ended else None
        return [item.as_dict(status) for item in items if item.is_complete(ended=whole)]

    def _whole(self, *, complete: bool) -> dict[str, Any]:
        response = {"object": "response", **self._response}
        for key in ("id", "model"):
            response[key] = response.get(key) or ""
        output = self._output(whole=complete)
        if output or "output" in response:
            response["output"] = output
        return response


def _dicts(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
