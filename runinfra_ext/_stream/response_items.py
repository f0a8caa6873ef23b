"""One output item of a Responses stream as far as it has come: a message, a call, a reasoning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

from .assembly import Room, merge, object_of, place
from .tool_calls import is_whole


class Part:
    """One part of an item: a text that comes in pieces, or anything that comes whole.

    Attributes:
        fields: everything but the text.
        key: name of the text's field, ``None`` for a part without one.
        pieces: the text so far.
    """

    __slots__ = ("fields", "key", "pieces")

    def __init__(self, fields: Mapping[str, Any], key: str | None) -> None:
        self.fields = dict(fields)
        self.key = key
        self.pieces: list[str] = []
        text = self.fields.pop(key, None) if key else None
        if isinstance(text, str) and text:
            self.pieces.append(text)
        for name in ("annotations", "logprobs"):
            if isinstance(self.fields.get(name), list):
                # Of this part's own, because it grows; the event's list belongs to the event.
                self.fields[name] = list(self.fields[name])

    @property
    def text(self) -> str:
        """The text so far."""
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def append(self, delta: object, logprobs: object) -> None:
        """Take a piece of the text."""
        if isinstance(delta, str):
            self.pieces.append(delta)
        if isinstance(logprobs, list) and logprobs:
            merge(self.fields, "logprobs", logprobs)

    def replace(self, text: object, logprobs: object) -> None:
        """Take the whole text, which counts more than its pieces."""
        if isinstance(text, str):
            self.pieces = [text]
        if isinstance(logprobs, list) and logprobs:
            self.fields["logprobs"] = list(logprobs)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON

    def as_dict(self) -> dict[str, Any]:
        """The part as it stands in a response."""
        return {**self.fields, self.key: self.text} if self.key else dict(self.fields)


class Item:
    """An output item.

    Args:
        kind: its ``type``.
        item_id: its id, if known.
        room: for itself and its parts.
    """

    __slots__ = ("_arguments", "_done", "_fields", "_groups", "_room", "kind")

    def __init__(self, kind: str, item_id: str | None, room: Room) -> None:
        room.take()
        self.kind = kind
        self._room = room
        self._done = False
        self._groups: dict[str, dict[int, Part]] = {}
        self._arguments = Part({}, "arguments")
        self._fields: dict[str, Any] = {"type": kind, "status": "in_progress"}
        if item_id:
            self._fields["id"] = item_id
        if kind == "message":
            self._fields["role"] = "assistant"

    @classmethod
    def of(cls, whole: dict[str, Any]) -> Self:
        """An item that came whole."""
        item = cls(str(whole.get("type")), None, Room(math.inf))
        item.update(whole, done=True)
        return item

    def is_complete(self, *, ended: bool) -> bool:
        """Whether it may be handed out: a call only when its arguments are whole.

        Args:
            ended: the response has ended, so that a call without arguments has none.
        """
        if self.kind != "function_call" or self._done:
            return True
        return is_whole(self._arguments.text) or (ended and not self._arguments.text)

    def text(self) -> str:
        """Its output text; reasoning and refusals are not text."""
        parts = self._groups.get("content", {})
        return "".join(
            parts[index].text
            for index in sorted(parts)
            if parts[index].fields.get("type") == "output_text"
        )

    def part(self, group: str, index: object, kind: str, key: str) -> Part:
        """The part that a text belongs to, begun if there is none yet."""
        parts = self._groups.setdefault(group, {})
        at = place(index, max(parts, default=0))
        part = parts.get(at)
        if part is None or part.key != key:
            fields: dict[str, Any] = {"type": kind}
            if kind == "output_text":
                fields["annotations"] = []
            self._room.take()
            part = parts[at] = Part(fields, key)
        return part

    def set_part(self, group: str, index: object, whole: Mapping[str, Any]) -> None:
        """Take a part that came whole, unless its pieces already say more."""
        parts = self._groups.setdefault(group, {})
        at = place(index, max(parts, default=0))
        part = _part(whole)
        known = parts.get(at)
        # A part of another kind, for example a refusal where text was begun, takes its place.
        same = known is not None and part.key in (known.key, None)
        if known is not None and same and known.pieces and not part.pieces:
            known.fields.update(part.fields)
        else:
            self._room.take()
            parts[at] = part

    def add_annotation(self, event: Mapping[str, Any]) -> None:
        """Take a note on a text."""
        part = self.part("content", event.get("content_index"), "output_text", "text")
        merge(part.fields, "annotations", [event.get("annotation")])

    def add_arguments(self, event: Mapping[str, Any], *, done: bool) -> None:
        """Take a piece of a call's arguments, or all of them."""
        if not done:
            self._arguments.append(event.get("delta"), None)
            return
        self._arguments.replace(event.get("arguments"), None)
        if isinstance(event.get("name"), str):
            self._fields["name"] = event["name"]
        self._done = True

    def update(self, whole: dict[str, Any], *, done: bool) -> None:
        """Take the item as the stream sends it at its beginning and end."""
        self.kind = str(whole.get("type", self.kind))
        for key, value in whole.items():
            if key == "arguments" and self.kind == "function_call":
                if value or done:
                    self._arguments.replace(value, None)
            elif key in {"content", "summary"} and isinstance(value, list):
                self._groups.setdefault(key, {})
                for index, part in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - decoded JSON
                    self.set_part(key, index, object_of(part))
            else:
                self._fields[key] = value
        self._done = self._done or done

    def as_dict(self, status: str | None) -> dict[str, Any]:
        """The item as it stands in a response.

        Args:
            status: of the response after its end: an item that was not ended has the same.
        """
        item = dict(self._fields)
        if status and item.get("status") == "in_progress":
            item["status"] = status
        if self.kind == "function_call":
            item["arguments"] = self._arguments.text
        for name, parts in self._groups.items():
            item[name] = [parts[index].as_dict() for index in sorted(parts)]
        if self.kind == "message":
            item.setdefault("content", [])
        return item


def _part(whole: Mapping[str, Any]) -> Part:
    for key in ("text", "refusal"):
        if isinstance(whole.get(key), str):
            return Part(whole, key)
    return Part(whole, None)
