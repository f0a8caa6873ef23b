"""Answers of operations that the sandbox has no code for: the document's examples, or its schemas.

So an operation that is added to the document is answered at once, with keys, scopes, limits,
ledger and journal as all others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from . import sounds, strict
from .instances import instance
from .mentions import Mentions
from .outcomes import Context, Result
from .shapes import is_mapping

_EVENTS: Final = "text/event-stream"
_DATA: Final = re.compile(r"^data: ?(.*)$", re.MULTILINE)
_FILE: Final = b"The sandbox made this file. " * 8


def answer(route: strict.Route, body: Mapping[str, Any], _context: Context) -> Result:
    """The answer of success that the document describes first."""
    status, response = strict.success(route)
    headers = {
        name.lower(): _header(strict.resolved(header))
        for name, header in response.get("headers", {}).items()
    }
    return _answer(route, body, status, response)._replace(headers=headers)


def _header(header: Mapping[str, Any]) -> str:
    """A value of a header: its example, or one of its schema."""
    examples = [example.get("value") for example in header.get("examples", {}).values()]
    value = header.get("example", examples[0] if examples else None)
    if value is None:
        value = _made(header["schema"])
    return value if isinstance(value, str) else json.dumps(value)


def _answer(
    route: strict.Route, body: Mapping[str, Any], status: int, response: Mapping[str, Any]
) -> Result:
    content = response.get("content", {})
    if not content:
        return Result(content=b"", media_type="", status=status)
    streams = _EVENTS in content
    if streams and (body.get("stream") or len(content) == 1):
        events = list(_events(route, content[_EVENTS]))
        markers = route.data["x-runinfra-stream"]
        named = markers["done-sentinel"] != "ends" and all("type" in event for event in events)
        return Result(events=iter(events), named_events=named, status=status)
    media_type = next(media for media in content if media != _EVENTS)
    example = _example(content[media_type])
    if media_type == "application/json" or media_type.endswith("+json"):
        value = _made(content[media_type]["schema"]) if example is None else example
        return Result(json=value, media_type=media_type, status=status)
    if media_type.startswith("text/"):
        text = "A text of the sandbox.\n" if example is None else str(example)
        kind = f"{media_type}; charset=utf-8"
        return Result(content=text.encode(), media_type=kind, status=status)
    data = sounds.speak("hello", "wav") if "audio/wav" in content else _FILE
    media_type = "audio/wav" if "audio/wav" in content else media_type
    return Result(content=data, media_type=media_type, status=status)


def _events(route: strict.Route, media: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of the example; one of the schema where there is none."""
    example = _example(media)
    if isinstance(example, str):
        for line in _DATA.findall(example):
            if line != "[DONE]":
                event: Any = json.loads(line)
                if is_mapping(event):
                    yield dict(event)
        return
    component = route.data["x-runinfra-stream"]["event"]
    made: dict[str, Any] = _made({"$ref": f"#/components/schemas/{component}"})
    yield made


def _example(media: Mapping[str, Any]) -> Any:
    """The first example of a body; ``None`` if there is none."""
    for example in media.get("examples", {}).values():
        return example.get("value")
    return media.get("example")


def _made(schema: Mapping[str, Any]) -> Any:
    whole = {**schema, "components": {"schemas": strict.document()["components"]["schemas"]}}
    return instance(whole, Mentions(["hello"]))
