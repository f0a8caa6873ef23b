"""Reads a conversation: its texts whatever their form, its media, and what was called already."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from . import sounds
from .catalog import MODELS
from .outcomes import Refused
from .shapes import is_array, is_mapping

_PIECE = re.compile(r"\s*\S+")
# What a part that is no text counts for, in tokens.
_WEIGHTS: Final = {
    "image_url": 85,
    "input_image": 85,
    "video_url": 300,
    "file": 100,
    "input_file": 100,
    "input_audio": 50,
}
# What the catalog calls it.
_MODALITIES: Final = {
    "image_url": "image",
    "input_image": "image",
    "video_url": "video",
    "file": "file",
    "input_file": "file",
    "input_audio": "audio",
}


class Turn(NamedTuple):
    """Where a conversation stands.

    Attributes:
        prompt: what the user said last.
        results: of tools, since then; empty if the last message is none.
        called: names of the tools that were called since then.
        said: all that the user said, the newest first.
    """

    prompt: str
    results: list[str]
    called: set[str]
    said: list[str]


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
    if is_mapping(value):
        return sum(count_tokens(item) for item in value.values())
    if is_array(value):
        return sum(count_tokens(item) for item in value)
    return 0


def prompt_tokens(messages: Iterable[Mapping[str, Any]]) -> int:
    """Tokens of a conversation; a text counts the same whole or in parts."""
    total = 0
    for message in messages:
        content: Any = message.get("content")
        total += count_tokens(text_of(content))
        for part in content if is_array(content) else []:
            if is_mapping(part):
                total += _WEIGHTS.get(str(part.get("type")), 0)
    return total


def text_of(content: object) -> str:
    """The text of a message's content, whole or in parts; the sandbox's own speech is text too."""
    if isinstance(content, str):
        return content
    if is_array(content):
        return " ".join(filter(None, (_part_text(part) for part in content))).strip()
    return ""


def _part_text(part: object) -> str:
    if not is_mapping(part):
        return ""
    if part.get("type") == "input_audio":
        return sounds.hear(_decoded(part["input_audio"]["data"]) or b"") or ""
    return str(part.get("text") or part.get("refusal") or "")


def _decoded(data: str) -> bytes | None:
    """The bytes of base64, also in a data URL."""
    try:
        return base64.b64decode(data.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return None


def check_media(messages: Iterable[Mapping[str, Any]], model: str) -> None:
    """See that a model takes what the messages hold.

    Raises:
        Refused: 400, it does not.
    """
    taken: list[str] = list(MODELS.get(model, {}).get("input_modalities", ["text"]))
    for place, part in _parts(messages):
        kind = _MODALITIES.get(str(part.get("type")))
        if kind is None:
            continue
        if kind not in taken:
            raise Refused(
                400,
                f"The model {model} takes no {kind} input.",
                code="unsupported_backend_modality",
                param=place,
            )


def _parts(messages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, message in enumerate(messages):
        content: Any = message.get("content")
        for index, part in enumerate(content if is_array(content) else []):
            if is_mapping(part):
                yield f"messages.{number}.content.{index}", part


def turn_of(messages: list[Mapping[str, Any]]) -> Turn:
    """Where a conversation stands."""
    asked = [n for n, message in enumerate(messages) if message["role"] == "user"]
    since = messages[asked[-1] + 1 :] if asked else messages
    said = [text_of(messages[number].get("content")) for number in reversed(asked)]
    prompt = said[0] if said else ""
    results: list[str] = []
    for message in reversed(since):
        if message["role"] != "tool":
            break
        results.insert(0, text_of(message.get("content")))
    called: set[str] = set()
    for message in since:
        calls: list[Mapping[str, Any]] = message.get("tool_calls") or []
        called |= {str(call["function"]["name"]) for call in calls}
    return Turn(prompt, results, called, said)
