"""What a finished document has besides being right: words, headers, no leftovers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .operations import successes
from .source import Finding
from .walk import behind, walk


def style(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Operations are described, and every answer can be named."""
    for where, kind, data in walk(document):
        if kind != "operation" or where[0] != "paths":
            continue
        for key in ("summary", "description", "security"):
            if not data.get(key):
                yield Finding(where, "complete", f"{key} is missing")
        for status in successes(data):
            answer = behind(document, data["responses"][status])
            if "x-request-id" not in answer.get("headers", {}):
                place = (*where, "responses", status)
                yield Finding(place, "request-id", "every answer carries x-request-id")


def unused(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Components that nothing refers to; in the document as it is written."""
    text = json.dumps(document)
    for kind, parts in document["components"].items():
        if kind == "securitySchemes":
            continue
        for name in parts:
            used = f'"#/components/{kind}/{name}"' in text or f'event": "{name}"' in text
            if not used:
                yield Finding(("components", kind, name), "used", f"{name} is never used")
