"""The unions of the document: how each member is told, and what parses a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import Schemas, name_of
from .facts import one_line, snake


def union_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each union of events, by their tags."""
    schemas = Schemas(document)
    events = {
        data["x-runinfra-stream"]["event"]
        for item in document["paths"].values()
        for data in item.values()
        if isinstance(data, Mapping) and "x-runinfra-stream" in data
    }
    rows = []
    for name, schema in schemas.all.items():
        members = [m for m in schemas.alternatives(schema) if "$ref" in m]
        if name not in events or len(members) < 2:
            continue
        tags, untagged, key = [], [], ""
        for member in members:
            tag = schemas.tag(schemas.resolve(member))
            if tag is None:
                untagged.append(name_of(member["$ref"]))
            else:
                key = tag[0]
                tags.append((tag[1], name_of(member["$ref"])))
        if not tags or len(untagged) > 1 or len({tag for tag, _ in tags}) != len(tags):
            continue
        rows.append(
            {
                "name": name,
                "function": snake(name),
                "constant": snake(name).upper(),
                "members": [name_of(m["$ref"]) for m in members],
                "tags": tags,
                "key": key,
                "fallback": untagged[0] if untagged else None,
                "doc": one_line(schema.get("description", name)),
            }
        )
    return rows
