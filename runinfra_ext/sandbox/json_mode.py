"""JSON mode: the form of the answer stands in the conversation's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from .instances import NoInstance, instance
from .mentions import Mentions
from .shapes import is_mapping

_LETTERS: Final = 50_000  # of a message, that are searched
_PLACES: Final = 20  # of a message, where a schema may begin
# "with 'setup' and 'punchline' keys", or "the fields `a`, `b`".
_QUOTED: Final = r"(?:'\w+'|\"\w+\"|`\w+`)"
_SERIES: Final = rf"{_QUOTED}(?:(?:,? and |, ){_QUOTED})*"
_NOUN: Final = r"(?:key|field|propert(?:y|ies)|member)s?"
_AFTER: Final = re.compile(rf"\b{_NOUN}:? ({_SERIES})", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"({_SERIES}) {_NOUN}\b", re.IGNORECASE)


def wanted_object(texts: Iterable[str], mentions: Mentions) -> Any:
    """An object in the form that the texts ask for; ``None`` if they name none.

    Args:
        texts: of system and user messages.
        mentions: what the conversation names.
    """
    for text in texts:
        for schema in (*_schemas(text[:_LETTERS]), *_by_keys(text[:_LETTERS])):
            try:
                return instance(schema, mentions, only_objects=True)
            except NoInstance:
                continue
    return None


def _schemas(text: str) -> Iterable[dict[str, Any]]:
    """JSON Schemas of objects that stand in a text."""
    decoder = json.JSONDecoder()
    end = 0
    for place in [match.start() for match in re.finditer(r"\{", text)][:_PLACES]:
        if place < end:
            continue
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            continue
        if is_mapping(value) and is_mapping(value.get("properties")):
            yield dict(value)


def _by_keys(text: str) -> Iterable[dict[str, Any]]:
    """A schema for keys that are named in a sentence."""
    found = _BEFORE.search(text) or _AFTER.search(text)
    if found:
        names = re.findall(r"\w+(?=['\"`])", found[1])
        # A name that is quoted here is no value, and of what is counted the number is meant.
        word = {"type": "string", "not": {"enum": names}}
        properties = {name: {"type": "number"} if _counted(name, text) else word for name in names}
        yield {"type": "object", "properties": properties, "required": names}


def _counted(name: str, text: str) -> bool:
    """Whether a text says how many there are: ``3 days``."""
    stem = re.escape(name.removesuffix("s"))
    return re.search(rf"(?<![\w.])\d+(?:\.\d+)?[\s-]+{stem}s?\b", text, re.IGNORECASE) is not None
