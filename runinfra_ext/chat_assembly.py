"""A chat completion from its chunks, as if it had not been streamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from runinfra_client import models

from .answers import Parsable

R = TypeVar("R", bound=Parsable)

# Kept on the completion as they first came.
_HEAD = ("id", "created", "model", "system_fingerprint", "service_tier")
# Texts that come in pieces. Engines spell the thoughts in two ways; each keeps its own name.
_TEXTS = ("content", "refusal", "reasoning", "reasoning_content")


class _ToolCall:
    """A tool call that is being put together."""

    __slots__ = ("arguments", "id", "index", "name", "type")

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.id: str | None = None
        self.type = "function"
        self.name = ""
        self.arguments: list[str] = []

    def add(self, piece: models.ChatCompletionDeltaToolCall) -> None:
        self.id = self.id or piece.id
        self.type = piece.type or self.type
        function = piece.function
        if function is not None:
            # Some engines repeat the whole name on every piece; none has been seen to cut it.
            if function.name and function.name != self.name:
                self.name += function.name
            if function.arguments:
                self.arguments.append(function.arguments)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id or "",
            "type": self.type,
            "function": {"name": self.name, "arguments": "".join(self.arguments)},
        }


class _Choice:
    """One choice that is being put together."""

    __slots__ = ("calls", "finish_reason", "index", "logprobs", "role", "texts")

    def __init__(self, index: int) -> None:
        self.index = index
        self.role = "assistant"
        self.texts: dict[str, list[str]] = {}
        self.calls: list[_ToolCall] = []
        self.logprobs: dict[str, list[Any]] | None = None
        self.finish_reason: str | None = None

    def add_call(self, piece: models.ChatCompletionDeltaToolCall) -> None:
        call = self._call_of(piece)
        if call is None:
            call = _ToolCall(piece.index)
            self.calls.append(call)
        call.add(piece)

    def _call_of(self, piece: models.ChatCompletionDeltaToolCall) -> _ToolCall | None:
        """The call that a piece continues. An id names it; an index may be missing or repeated."""
        if piece.id:
            for call in self.calls:
                if call.id == piece.id:
                    return call
        same = [call for call in self.calls if call.index == piece.index]
        if piece.index is None:
            same = self.calls
        if not same:
            return None
        # A new id under a known index is a new call, not more of the old one.
        return same[-1] if not piece.id or same[-1].id is None else None

    def message(self, *, with_calls: bool) -> dict[str, Any]:
        message: dict[str, Any] = {"role": self.role, "content": None}
        for name, pieces in self.texts.items():
            message[name] = "".join(pieces)
        if self.calls:
            message["content"] = message["content"] or None
            if with_calls:
                message["tool_calls"] = [call.to_dict() for call in self.calls]
        return message


class ChatAssembler(Generic[R]):
    """Takes the chunks of a stream and gives the completion that they amount to.

    Args:
        result: class of the completion.
    """

    def __init__(self, result: type[R]) -> None:
        self._result = result
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}
        self.usage: models.CompletionUsage | None = None

    def add(self, chunk: models.ChatCompletionChunk) -> str:
        """Take a chunk; the new text of the first choice."""
        if len(self._head) < len(_HEAD):
            for name in _HEAD:
                value = getattr(chunk, name)
                if value is not None:
                    self._head.setdefault(name, value)
        if chunk.usage is not None:
            self.usage = chunk.usage
        text = ""
        for piece in chunk.choices or ():
            index = piece.index or 0
            choice = self._choices.get(index)
            if choice is None:
                choice = self._choices[index] = _Choice(index)
            if piece.finish_reason is not None:
                choice.finish_reason = piece.finish_reason
            if piece.logprobs is not None:
                _extend(choice, piece.logprobs)
            delta = piece.delta
            if delta is None:
                continue
            if delta.role is not None:
                choice.role = delta.role
            content = delta.content
            if content is not None:
                choice.texts.setdefault("content", []).append(content)
                if index == 0:
                    text = content
            for name in _TEXTS[1:]:
                more = getattr(delta, name)
                if more:
                    choice.texts.setdefault(name, []).append(more)
            for call in delta.tool_calls or ():
                choice.add_call(call)
        return text

    @property
    def text(self) -> str:
        """The text of the first choice so far."""
        choice = self._choices.get(0)
        return "" if choice is None else "".join(choice.texts.get("content", ()))

    @property
    def tool_calls(self) -> Sequence[models.ChatCompletionMessageToolCall]:
        """The tool calls of the choices that are finished; an unfinished call never shows."""
        return [
            models.ChatCompletionMessageToolCall.from_dict(call.to_dict())
            for _, choice in sorted(self._choices.items())
            if choice.finish_reason is not None
            for call in choice.calls
        ]

    @property
    def finished(self) -> bool:
        """Whether every choice that was seen has a finish reason."""
        return bool(self._choices) and all(
            choice.finish_reason is not None for choice in self._choices.values()
        )

    def build(self) -> R:
        """The completion as far as it came; tool calls of unfinished choices are left out."""
        data: dict[str, Any] = {
            "id": "",
            "object": "chat.completion",
            "model": "",
            **self._head,
            "choices": [
                {
                    "index": index,
                    "message": choice.message(with_calls=choice.finish_reason is not None),
                    "finish_reason": choice.finish_reason,
                    **({"logprobs": choice.logprobs} if choice.logprobs is not None else {}),
                }
                for index, choice in sorted(self._choices.items())
            ],
        }
        if self.usage is not None:
            data["usage"] = self.usage.to_dict()
        return self._result.from_dict(data)


def _extend(choice: _Choice, logprobs: models.ChoiceLogprobs) -> None:
    if choice.logprobs is None:
        choice.logprobs = {}
    for name in ("content", "refusal"):
        tokens = getattr(logprobs, name)
        if tokens is not None:
            choice.logprobs.setdefault(name, []).extend(token.to_dict() for token in tokens)
