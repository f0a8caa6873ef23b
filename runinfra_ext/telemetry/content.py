"""Questions and answers as the conventions write them on a span, where the application wants it.

Every text is redacted and cut to a bound; files, pictures and sound are named, never written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from .._ground.json_codec import is_mapping, is_sequence

TEXT_LIMIT: Final = 8_000  # characters of one text
_MOST: Final = 200  # messages of a call, and parts of a message
_NAME: Final = 256  # characters of ids, names and kinds

Redact = Callable[[str], str]


def messages_of(arguments: Mapping[str, Any], redact: Redact) -> str | None:
    """The messages of a call's arguments, as the JSON of ``gen_ai.input.messages``."""
    given = arguments.get("messages", arguments.get("input"))
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    messages = [_message(item, redact) for item in _objects(given)]
    return _json(messages) if messages else None


def instructions_of(arguments: Mapping[str, Any], redact: Redact) -> str | None:
    """The instructions that stand beside the messages, as ``gen_ai.system_instructions``."""
    text = arguments.get("instructions")
    return _json([_text(text, redact)]) if isinstance(text, str) else None


def answers_of(result: Any, redact: Redact) -> str | None:
    """What a model answered, as the JSON of ``gen_ai.output.messages``."""
    data: Mapping[str, Any] = result.to_dict() if hasattr(result, "to_dict") else {}
    answers: list[dict[str, Any]] = []
    for choice in _objects(data.get("choices")):
        message: dict[str, Any] = {"role": "assistant", **(choice.get("message") or {})}
        reason = _short(choice.get("finish_reason"), redact)
        answers.append({**_message(message, redact), "finish_reason": reason or ""})
    parts = [part for item in _objects(data.get("output")) for part in _item(item, redact)]
    if parts:
        status = _short(data.get("status"), redact)
        answers.append({"role": "assistant", "parts": parts, "finish_reason": status or ""})
    return _json(answers) if answers else None


def text_of(value: object, redact: Redact) -> str:
    """What a tool was given, or has returned: a text, or its JSON."""
    return _whole(_text(value, redact)["content"])


def _message(item: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    """A message of a conversation, or an item that stands in its place."""
    if item.get("role") == "tool":
        answer = _answer(item.get("tool_call_id"), item.get("content"), redact)
        return {"role": "tool", "parts": [answer]}
    parts = _item(item, redact)
    parts.extend(_call(called, redact) for called in _objects(item.get("tool_calls")))
    return {"role": _short(item.get("role"), redact) or "user", "parts": parts}


def _item(item: Mapping[str, Any], redact: Redact) -> list[dict[str, Any]]:
    """The parts of a message, or the one part that an item of a response is."""
    content = item.get("content")
    if isinstance(content, str):
        return [_text(content, redact)]
    if content is not None or "role" in item:
        return [_part(part, redact) for part in _objects(content)]
    return [_part(item, redact)]


def _part(part: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    if isinstance(part.get("text"), str):
        return _text(part["text"], redact)
    if part.get("type") == "function_call":
        return _call(part, redact)
    if part.get("type") == "function_call_output":
        return _answer(part.get("call_id"), part.get("output"), redact)
    # A picture, sound, a file: that it was there, and nothing of it.
    return {"type": _short(part.get("type"), redact) or "unknown"}


def _call(item: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    """A tool's call, in the form of either operation."""
    function = item.get("function")
    called = function if is_mapping(function) else item
    return {
        "type": "tool_call",
        "id": _short(item.get("call_id") or item.get("id"), redact),
        "name": _short(called.get("name"), redact),
        "arguments": _text(called.get("arguments"), redact)["content"],
    }


def _answer(call_id: Any, result: Any, redact: Redact) -> dict[str, Any]:
    text = _text(result, redact)["content"]
    return {"type": "tool_call_response", "id": _short(call_id, redact), "result": text}


def _text(value: Any, redact: Redact) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return {"type": "text", "content": redact(text)}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value[:_MOST] if is_mapping(item)] if is_sequence(value) else []


def _short(value: Any, redact: Redact) -> str | None:
    return redact(value)[:_NAME] if isinstance(value, str) else None


def _json(value: object) -> str:
    return _whole(json.dumps(value, ensure_ascii=False))


def _whole(text: str) -> str:
    """A text without half characters, which would lose all that is exported with it.

    Written out as they are here, JSON means the same by them.
    """
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
