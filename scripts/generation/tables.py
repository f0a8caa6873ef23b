"""The operation table and the unions, from the document to what the templates print."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .document import (
    DocumentError,
    Schema,
    Schemas,
    body_of,
    name_of,
    operations,
    response_kind,
    types_of,
)

NON_BLANK = r"\S"
_NUMBERS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}


def operation_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each operation.

    Raises:
        DocumentError: an operation lacks a fact.
    """
    schemas = Schemas(document)
    rows = []
    for path, method, data in operations(document):
        place = f"openapi/runinfra.yaml: {method} {path}"
        for key in ("operationId", "x-runinfra-replay", "x-runinfra-scope"):
            if key not in data:
                raise DocumentError(f"{place}: {key} is missing")
        replay = data["x-runinfra-replay"]
        if replay.get("class") not in {"safe", "keyed", "never"}:
            raise DocumentError(f"{place}: x-runinfra-replay.class: expected safe, keyed or never")
        scope = data["x-runinfra-scope"]
        body, schema = body_of(data)
        rows.append(
            {
                "operation_id": data["operationId"],
                "method": method.upper(),
                # A client of a pipeline has the id in its base URL already.
                "path": path.removeprefix("/{pipeline_id}") if scope == "pipeline" else path,
                "path_parameters": tuple(
                    name for name in re.findall(r"{(\w+)}", path) if name != "pipeline_id"
                ),
                "scope": scope,
                "replay": replay["class"],
                "replay_scope": replay.get("scope", "any"),
                "replay_conservative": bool(replay.get("conservative", False)),
                "body": body,
                "response": response_kind(data),
                "statuses": tuple(data["responses"]),
                "fields": _fields(schemas, schema) if schema else {},
                "stream": _stream(data.get("x-runinfra-stream"), place),
            }
        )
    return rows


def _fields(schemas: Schemas, schema: Schema) -> dict[str, str]:
    resolved = schemas.resolve(schema)
    required = resolved.get("required", ())
    return {
        wire_to_keyword(name): _field(schemas, property_, required=name in required)
        for name, property_ in resolved["properties"].items()
        # The stream flag belongs to the methods: it decides what they return.
        if name != "stream"
    }


def wire_to_keyword(name: str) -> str:
    """A field's name as a keyword argument: ``timestamp_granularities[]`` loses its brackets."""
    return name.removesuffix("[]")


def _field(schemas: Schemas, schema: Schema, *, required: bool) -> str:
    resolved = schemas.resolve(schema)
    facts: dict[str, Any] = {}
    types: list[str] = []
    members = [schemas.resolve(member) for member in schemas.alternatives(resolved)]
    for member in members:
        nested = [schemas.resolve(m) for m in schemas.alternatives(member)]
        for part in nested:
            types += [kind for kind in types_of(part) if kind not in types]
            for key, name in _NUMBERS.items():
                if key in part:
                    facts[name] = part[key]
            if part.get("pattern") == NON_BLANK:
                facts["non_blank"] = True
            if "enum" in part:
                facts["enum"] = tuple(part["enum"])
            if part.get("type") == "array":
                item = schemas.resolve(part["items"])
                if "type" in item and item["type"] != "object" and "properties" not in item:
                    facts["item"] = _field(schemas, item, required=True)
    # A closed set beside another form (a mode or an object) still binds the strings.
    arguments = [f"types={tuple(types)!r}"]
    if required:
        arguments.append("required=True")
    if "null" in types:
        arguments.append("nullable=True")
    if "x-runinfra-scoped-default" in resolved:
        facts["scoped_default"] = resolved["x-runinfra-scoped-default"]
    arguments += [
        f"{name}={value if name == 'item' else repr(value)}" for name, value in facts.items()
    ]
    if resolved.get("description"):
        arguments.append(f"description={one_line(resolved['description'])!r}")
    return f"Field({', '.join(arguments)})"


def _stream(data: Mapping[str, Any] | None, place: str) -> str:
    if data is None:
        return "None"
    try:
        return (
            f"StreamSpec(event={data['event']!r}, assembles={data['assembles']!r}, "
            f"done_ends={data['done-sentinel'] == 'ends'}, "
            f"terminal_events={_frozen(data['terminal-events'])}, "
            f"error_events={_frozen(data['error-events'])}, "
            f"finish_reason_completes={data['complete-without-sentinel'] == 'finish_reason'})"
        )
    except KeyError as error:
        raise DocumentError(f"{place}: x-runinfra-stream: {error} is missing") from error


def _frozen(values: list[str]) -> str:
    return f"frozenset({tuple(sorted(values))!r})" if values else "frozenset()"


def union_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each union component whose members have tags."""
    schemas = Schemas(document)
    rows = []
    for name, schema in schemas.all.items():
        members = [m for m in schemas.alternatives(schema) if "$ref" in m]
        if len(members) < 2 or len(members) != len(schemas.alternatives(schema)):
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


def snake(name: str) -> str:
    """``ChatMessage`` as ``chat_message``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def one_line(text: str) -> str:
    """A description on one line."""
    return " ".join(text.split()).replace('"""', "'''").replace("\\", "\\\\")
