"""What the sandbox's models say: deterministic, plausible, and a function of the request alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .conversation import Turn, pieces, text_of, turn_of
from .instances import NoInstance, instance
from .json_mode import wanted_object
from .mentions import Mentions
from .outcomes import Refused
from .tool_choice import chosen

SCRIPTED: Final = "runinfra.scripted"  # no request has such a field: an answer is dictated
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ASKED = re.compile(r"\s*(refuse|think):\s*(.+)", re.IGNORECASE | re.DOTALL)


class Said(NamedTuple):
    """What a model says: a text, a refusal or tool calls, and why it stopped."""

    text: str | None
    tool_calls: list[dict[str, Any]]
    finish_reason: str
    refusal: str | None = None
    reasoning: str | None = None


def digest(value: object) -> str:
    """A short stable name of any JSON value."""
    data = json.dumps(value, sort_keys=True, default=str).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def answer(request: Mapping[str, Any], *, choice: int = 0) -> Said:
    """What the model says to a chat request.

    Raises:
        Refused: 400, a schema has no value that can be made, or ``tool_choice`` names no tool.
    """
    turn = turn_of(request["messages"])
    scripted: Said | None = request.get(SCRIPTED)
    if scripted is not None:
        chosen(request, turn)  # refuses a choice that names no tool
        return scripted
    text = _text(turn)
    mentions = Mentions([*turn.results, *turn.said], prompt=turn.prompt, answer=text)
    asked = _ASKED.match(turn.prompt) if not turn.results else None
    reasoning = asked[2].strip() if asked and asked[1].lower() == "think" else None
    if asked and reasoning is None:
        return Said(None, [], "stop", refusal=asked[2].strip())
    calls = [
        {
            "id": f"call_{digest([function, turn.prompt, len(turn.called), choice])}",
            "type": "function",
            "function": {
                "name": function.name,
                "arguments": json.dumps(
                    _made(function.parameters, mentions, function.place, only_objects=True)
                ),
            },
        }
        for function in chosen(request, turn)
    ]
    if calls:
        return Said(None, calls, "tool_calls", reasoning=reasoning)
    form: Mapping[str, Any] = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        place = "response_format.json_schema.schema"
        value = _made(form["json_schema"]["schema"], mentions, place)
        return _limited(json.dumps(value), request, reasoning)
    if form.get("type") == "json_object":
        told = [m for m in request["messages"] if m["role"] in {"system", "developer", "user"}]
        texts = [text_of(message.get("content")) for message in reversed(told)]
        value = wanted_object(texts, mentions) or {"answer": text}
        return _limited(json.dumps(value), request, reasoning)
    return _limited(text if choice == 0 else f"{text} (answer {choice + 1})", request, reasoning)


def _made(
    schema: Mapping[str, Any], mentions: Mentions, place: str, *, only_objects: bool = False
) -> Any:
    try:
        return instance(schema, mentions, only_objects=only_objects)
    except NoInstance as error:
        msg = f"{place}: {error}."
        raise Refused(400, msg, code="invalid_json_schema", param=place) from None


def _text(turn: Turn) -> str:
    if len(turn.results) == 1:
        return f"The tool says: {turn.results[0]}"
    if turn.results:
        return f"The tools say: {'; '.join(turn.results)}"
    return reply(turn.prompt)


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


def _limited(text: str, request: Mapping[str, Any], reasoning: str | None) -> Said:
    stops: Any = request.get("stop") or ()
    for stop in (stops,) if isinstance(stops, str) else stops:
        if stop and stop in text:
            text = text[: text.index(stop)]
    limit = request.get("max_tokens") or request.get("max_completion_tokens")
    tokens = pieces(text)
    if limit is not None and len(tokens) > limit:
        return Said("".join(tokens[:limit]), [], "length", reasoning=reasoning)
    return Said(text, [], "stop", reasoning=reasoning)
