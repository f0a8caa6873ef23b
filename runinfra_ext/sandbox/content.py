"""What the sandbox's models say: deterministic, plausible, and a function of the request alone."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from .shapes import is_array, is_object

_PIECE = re.compile(r"\s*\S+")
_WORD = re.compile(r"[a-z0-9]+")
SCRIPTED: Final = "runinfra.scripted"  # no request has such a field: an answer is dictated
_LIMIT: Final = 1000  # values, items and letters of a sample
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Said(NamedTuple):
    """What a model says: a text or tool calls, and why it stopped."""

    text: str | None
    tool_calls: list[dict[str, Any]]
    finish_reason: str


def digest(value: object) -> str:
    """A short stable name of any JSON value."""
    data = json.dumps(value, sort_keys=True, default=str).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def pieces(text: str) -> list[str]:
    """The text in tokens, as streams send it; joined they are the text."""
    found = _PIECE.findall(text)
    if found and len("".join(found)) < len(text):
        found[-1] += text[len("".join(found)) :]
    return found


def count_tokens(value: object) -> int:
    """A plausible number of tokens for any part of a request."""
    if isinstance(value, str):
        return len(_PIECE.findall(value))
    if is_object(value):
        return sum(count_tokens(item) for item in value.values())
    if is_array(value):
        return sum(count_tokens(item) for item in value)
    return 0


def text_of(content: object) -> str:
    """The text of a message's content, whole or in parts."""
    if isinstance(content, str):
        return content
    if is_array(content):
        return " ".join(str(part.get("text", "")) for part in content if is_object(part)).strip()
    return ""


def answer(request: Mapping[str, Any], *, choice: int = 0) -> Said:
    """What the model says to a chat request."""
    scripted: Said | None = request.get(SCRIPTED)
    if scripted is not None:
        return scripted
    messages: list[Mapping[str, Any]] = request["messages"]
    last = messages[-1]
    prompt = next((text_of(m.get("content")) for m in messages[::-1] if m["role"] == "user"), "")
    if last["role"] == "tool":
        return _limited(f"The tool says: {text_of(last.get('content'))}", request)
    function = _wanted_function(request, prompt)
    if function is not None:
        arguments = instance(function.get("parameters") or {"type": "object"}, prompt)
        call = {
            "id": f"call_{digest([function, prompt, choice])}",
            "type": "function",
            "function": {"name": function["name"], "arguments": json.dumps(arguments)},
        }
        return Said(None, [call], "tool_calls")
    form: Mapping[str, Any] = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        return _limited(json.dumps(instance(form["json_schema"]["schema"], prompt)), request)
    if form.get("type") == "json_object":
        return _limited(json.dumps({"answer": reply(prompt)}), request)
    text = reply(prompt)
    return _limited(text if choice == 0 else f"{text} (answer {choice + 1})", request)


def reply(prompt: str) -> str:
    """A sentence that shows that the prompt was read."""
    low = prompt.lower()
    if "prime" in low:
        return "Seven."
    count = re.search(r"count to (\w+)", low)
    if count and count[1] in _NUMBERS:
        return " ".join(_NUMBERS[: _NUMBERS.index(count[1]) + 1]) + "."
    repeat = re.match(r"\s*(?:say|repeat)[:\s]+(.+)", prompt, re.IGNORECASE | re.DOTALL)
    if repeat:
        return repeat[1].strip()
    if not prompt.strip():
        return "You said nothing."
    return f"You said: {prompt.strip()}"


def _limited(text: str, request: Mapping[str, Any]) -> Said:
    stops: Any = request.get("stop") or ()
    for stop in (stops,) if isinstance(stops, str) else stops:
        if stop and stop in text:
            text = text[: text.index(stop)]
    limit = request.get("max_tokens") or request.get("max_completion_tokens")
    tokens = pieces(text)
    if limit is not None and len(tokens) > limit:
        return Said("".join(tokens[:limit]), [], "length")
    return Said(text, [], "stop")


def _wanted_function(request: Mapping[str, Any], prompt: str) -> Mapping[str, Any] | None:
    given: list[Mapping[str, Any]] = request.get("tools") or []
    tools: list[Mapping[str, Any]] = [
        tool["function"] for tool in given if tool.get("type") == "function"
    ]
    choice: Any = request.get("tool_choice", "auto")
    if not tools or choice == "none":
        return None
    if is_object(choice):
        name = choice["function"]["name"]
        return next((tool for tool in tools if tool["name"] == name), None)
    if choice == "required":
        return tools[0]
    words = set(_WORD.findall(prompt.lower()))
    for tool in tools:
        described = f"{tool['name']} {tool.get('description', '')}".lower().replace("_", " ")
        if words & {word for word in _WORD.findall(described) if len(word) > 3}:
            return tool
    return None


def instance(schema: Mapping[str, Any], prompt: str) -> Any:
    """A value that satisfies a JSON Schema, with words of the prompt where a text is wanted."""
    names = re.findall(r"\b[A-Z][a-z]+\b", prompt)[1:] or [prompt.strip() or "sample"]
    return _instance(schema, schema, names[0], itertools.count())


def _instance(schema: Any, root: Mapping[str, Any], word: str, made: Iterator[int]) -> Any:
    # A schema may refer to itself, or ask for a million items: a sample stays small.
    if not is_object(schema) or next(made) > _LIMIT:
        return None
    if "$ref" in schema:
        target: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target.get(part, {}) if is_object(target) else {}
        return _instance(target, root, word, made)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return _instance(schema[key][0], root, word, made)
    kind: Any = schema.get("type", "object" if "properties" in schema else "string")
    if is_array(kind):
        kind = kind[0]
    if kind == "object":
        return {
            name: _instance(part, root, word, made)
            for name, part in schema.get("properties", {}).items()
        }
    if kind == "array":
        size = min(max(1, int(schema.get("minItems", 1))), _LIMIT)
        return [_instance(schema.get("items", {}), root, word, made) for _ in range(size)]
    if kind in {"integer", "number"}:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 6) + 1)
        high = schema.get("maximum", low)
        return min(low, high)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = word[: schema.get("maxLength", len(word))]
    return text.ljust(min(schema.get("minLength", 0), _LIMIT), "x")
