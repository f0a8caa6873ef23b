"""A ``ChatCompletion`` from its chunks, equal to the one that an unstreamed call returns.

For every choice by its index: texts (content, refusal, both spellings of reasoning) are joined,
tool calls assembled, log probabilities collected. Of the usage the last one counts, because some
engines send a running total; of the ids the first one that is not empty. Fields that the document
does not know are kept: lists grow, of other values the last one counts.

The result has ``message.content: null`` where no piece of text came. A field that the chunks have
only as null stays null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from runinfra_client import models

from .._answer.engines import said
from .._ground.answer_facts import Facts
from .assembly import Room, merge, place
from .tool_calls import ToolCallAssembly

C = TypeVar("C")
R = TypeVar("R")

# Texts that come in pieces. Other strings of a delta are whole values.
_TEXTS: Final = frozenset({"content", "refusal", "reasoning", "reasoning_content"})
# Facts about the whole stream: the first value that is not empty counts, since some gateways begin
# with a chunk of empty ones.
_FIRST: Final = frozenset({"id", "created", "model"})
# These belong to a chunk, not to the completion; obfuscation is padding against traffic analysis.
_CHUNK_ONLY: Final = frozenset({"object", "obfuscation"})
_PIECE: Final = frozenset({"index", "delta", "finish_reason", "logprobs"})
_MISSING: Final = object()


class ChatAssembler(Generic[C, R]):
    """Assembles one chat stream.

    Args:
        build: makes the completion of the assembled JSON object.
        finish: makes the result of the completion after the end, for example by parsing its text.
    """

    def __init__(self, build: Callable[[Mapping[str, Any]], C], finish: Callable[[C], R]) -> None:
        self.news = ""
        self._build = build
        self._finish = finish
        self._top: dict[str, Any] = {}
        self._seen: Mapping[str, Any] = {}
        self._choices: dict[int, _Choice] = {}
        self._room = Room()
        self._first: _Choice | None = None
        self._usage: models.CompletionUsage | None = None

    @property
    def text(self) -> str:
        """The content of the first choice that came."""
        return self._first.text("content") if self._first else ""

    @property
    def usage(self) -> models.CompletionUsage | None:
        """The usage, once it has come."""
        usage = self._top.get("usage")
        if self._usage is None and isinstance(usage, dict):
            self._usage = models.CompletionUsage.from_dict(usage)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON
        return self._usage

    @property
    def tool_calls(self) -> list[models.ChatCompletionMessageToolCall]:
        """The complete tool calls of the first choice that came."""
        if self._first is None:
            return []
        calls = self._first.tool_calls(whole=False)
        return [models.ChatCompletionMessageToolCall.from_dict(call) for call in calls]

    @property
    def facts(self) -> Facts:
        """Id, model, finish reasons and usage so far."""
        reasons = (choice.finish_reason for choice in self._choices.values())
        return Facts(
            self._top.get("id"),
            self._top.get("model"),
            tuple(reason for reason in reasons if reason),
            self.usage,
        )

    @property
    def finished(self) -> bool:
        """Whether there are choices and all have a finish reason."""
        return bool(self._choices) and all(
            choice.finish_reason for choice in self._choices.values()
        )

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take a chunk; whether it brought content, a finish reason or usage."""
        self.news = ""
        header = dict(event)
        pieces = header.pop("choices", None) or ()
        # Nearly every chunk repeats the same header: then it costs one comparison.
        if header != self._seen:
            self._add_header(header)
        progress = header.get("usage") is not None
        for position, piece in enumerate(pieces):
            index = piece.get("index")
            if type(index) is not int:
                index = place(index, position)
            choice = self._choices.get(index)
            if choice is None:
                self._room.take()
                choice = self._choices[index] = _Choice(index, self._room)
                self._first = self._first or choice
            progress = choice.add(piece) or progress
            if choice is self._first and choice.news:
                self.news += choice.news
        return progress

    def snapshot(self) -> C | None:
        """The completion so far, without the tool calls that are not complete."""
        return self._build(self._completion(whole=False)) if self._choices else None

    def final(self, *, whole: bool) -> R:
        """The completion after the end; not ``whole``: without half tool calls."""
        return self._finish(self._build(self._completion(whole=whole)))

    def _add_header(self, header: Mapping[str, Any]) -> None:
        """Take what stands beside the choices."""
        top, seen = self._top, self._seen
        for key, value in header.items():
            if seen.get(key, _MISSING) == value or key in _CHUNK_ONLY:
                continue
            if key in _FIRST:
                top[key] = top.get(key) or value
            elif value is not None:
                top[key] = value
            else:
                top.setdefault(key, None)
        self._seen = header
        self._usage = None  # made anew from the later one when somebody asks

    def _completion(self, *, whole: bool) -> dict[str, Any]:
        return {
            **self._top,
            "id": self._top.get("id") or "",
            "object": "chat.completion",
            "model": self._top.get("model") or "",
            "choices": [
                self._choices[index].as_dict(whole=whole) for index in sorted(self._choices)
            ],
        }


class _Choice:
    """One answer as far as it has come."""

    __slots__ = (
        "_extra",
        "_index",
        "_logprobs",
        "_message",
        "_texts",
        "_tools",
        "finish_reason",
        "news",
    )

    def __init__(self, index: int, room: Room) -> None:
        self.finish_reason: str | None = None
        self.news = ""
        self._index = index
        self._texts: dict[str, list[str]] = {}
        self._message: dict[str, Any] = {"role": "assistant", "content": None}
        self._tools = ToolCallAssembly(room)
        self._logprobs: dict[str, Any] | None = None
        self._extra: dict[str, Any] = {}

    def text(self, name: str) -> str:
        """The pieces of one text, joined (and kept joined, so that asking often stays cheap)."""
        pieces = self._texts.get(name)
        if not pieces:
            return ""
        if len(pieces) > 1:
            pieces[:] = ["".join(pieces)]
        return pieces[0]

    def tool_calls(self, *, whole: bool) -> list[dict[str, Any]]:
        """All calls, or those that are complete."""
        return self._tools.as_dicts(
            choice=self._index, finish_reason=self.finish_reason, whole=whole
        )

    def add(self, piece: Mapping[str, Any]) -> bool:
        """Take a piece of this choice; whether it brought content or the finish reason."""
        self.news = ""
        if self._add_plain(piece):
            return self.news != ""
        progress = False
        for key, value in piece.items():
            if key == "delta" or (key == "message" and not piece.get("delta")):
                # A server that streams for form's sake sends the whole message in one chunk.
                progress = self._add_delta(value or {}) or progress
            elif key == "finish_reason":
                # Some engines send "" for "not yet".
                if value:
                    if not isinstance(value, str):
                        msg = "finish_reason is not a text"
                        raise TypeError(msg)
                    self.finish_reason = value
                    progress = True
            elif key == "logprobs":
                self._add_logprobs(value)
            elif key != "index":
                merge(self._extra, key, value)
        return progress

    def _add_plain(self, piece: Mapping[str, Any]) -> bool:
        """Take a piece that has nothing but some text, as nearly all have; ``False``: it has."""
        delta: Any = piece.get("delta")
        if len(delta or ()) != 1 or not piece.keys() <= _PIECE:
            return False
        text = delta.get("content")
        if type(text) is not str or piece.get("finish_reason") or piece.get("logprobs"):
            return False
        pieces = self._texts.get("content")
        if pieces is None:
            pieces = self._texts["content"] = []
        if text:
            pieces.append(text)
            self.news = text
        if self._logprobs is None and "logprobs" in piece:
            self._logprobs = {}
        return True

    def as_dict(self, *, whole: bool) -> dict[str, Any]:
        """The choice as it stands in a completion that was not streamed."""
        message = dict(self._message)
        message.update((name, self.text(name)) for name in self._texts)
        if self._tools:
            # Engines open a stream of tool calls with an empty text; unstreamed they send null.
            message["content"] = message["content"] or None
        calls = self.tool_calls(whole=whole)
        if calls:
            message["tool_calls"] = calls
        choice = {
            **self._extra,
            "index": self._index,
            "message": message,
            "finish_reason": self.finish_reason,
        }
        if self._logprobs is not None:
            choice["logprobs"] = self._logprobs or None
        return choice

    def _add_delta(self, delta: Mapping[str, Any]) -> bool:
        progress = False
        for key, value in delta.items():
            if key in _TEXTS and isinstance(value, str):
                progress = self._add_text(key, value) or progress
            elif key == "content" and (parts := said(value)) is not None:
                progress = self._add_text("content", parts[0]) or progress
                if parts[1]:
                    progress = self._add_text("reasoning_content", parts[1])
            elif key == "tool_calls" and value:
                progress = self._tools.add(value) or progress
            elif key == "function_call" and isinstance(value, dict):
                self._add_function_call(value)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON
                progress = True
            else:
                merge(self._message, key, value)
                progress = progress or (bool(value) and key != "role")
        return progress

    def _add_text(self, name: str, text: str) -> bool:
        pieces = self._texts.get(name)
        if pieces is None:
            pieces = self._texts[name] = []
        if not text:
            return False
        pieces.append(text)
        if name == "content":
            self.news += text
        return True

    def _add_function_call(self, piece: Mapping[str, Any]) -> None:
        # The form before tool calls: one call, no index, no id.
        call = self._message.get("function_call") or {"name": "", "arguments": ""}
        self._message["function_call"] = call
        for key in ("name", "arguments"):
            value = piece.get(key)
            if isinstance(value, str):
                call[key] += value

    def _add_logprobs(self, logprobs: Mapping[str, Any] | None) -> None:
        if self._logprobs is None:
            self._logprobs = {}
        for key, value in (logprobs or {}).items():
            merge(self._logprobs, key, value)
