"""Examples: each is valid; and every operation, stream and error has one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from .operations import EVENTS
from .source import Finding, Where
from .walk import Node, walk

_DATA = re.compile(r"^data: ?(.*)$", re.MULTILINE)


def wrong_examples(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Examples that are not what their schema says."""
    for where, kind, data in walk(document):
        if kind in ("parameter", "header") and "example" in data and "schema" in data:
            for error in _validator(document, data["schema"]).iter_errors(data["example"]):
                yield Finding((*where, "example"), "valid-example", error.message[:200])
    for where, media, stream in _bodies(document):
        schema = media.get("schema", {})
        if schema.get("format") == "binary":
            continue
        for name, example in media.get("examples", {}).items():
            spot = (*where, "examples", name)
            values = [example.get("value")]
            if where[-1] == EVENTS:
                schema = {"$ref": f"#/components/schemas/{stream}"}
                try:
                    values = [json.loads(d) for d in _DATA.findall(values[0]) if d != "[DONE]"]
                except (TypeError, ValueError) as fault:
                    yield Finding(spot, "valid-example", f"expected events with JSON: {fault}")
                    continue
            for value in values:
                error = next(_validator(document, schema).iter_errors(value), None)
                if error is not None:
                    place = (*spot, "value", *error.instance_path) if where[-1] != EVENTS else spot
                    yield Finding(place, "valid-example", error.message[:200])


def missing_examples(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Bodies without an example."""
    for where, media, _ in _bodies(document):
        if media.get("schema", {}).get("format") != "binary" and not media.get("examples"):
            yield Finding(where, "example", "give an example")


def _bodies(document: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any], Any]]:
    """The bodies of operations and answers, and what the event of a stream is."""
    operation: Node | None = None
    for node in walk(document):
        if node.kind == "operation":
            operation = node
        if node.kind != "media" or node.where[0] == "webhooks":
            continue
        stream = None
        if operation is not None and node.where[:3] == operation.where:
            stream = operation.data.get("x-runinfra-stream", {}).get("event")
        if node.where[-1] != EVENTS or stream:
            yield node.where, node.data, stream


def _validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    parts = {"components": {"schemas": document.get("components", {}).get("schemas", {})}}
    return jsonschema_rs.Draft202012Validator({**schema, **parts})
