"""What the document says of parameters and fields, as the table of facts prints it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from .document import Schema, Schemas, types_of

NON_BLANK: Final = r"\S"
_NUMBERS: Final = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "minProperties": "min_members",
    "maxProperties": "max_members",
    "multipleOf": "multiple_of",
}
_FLAGS: Final = {
    "x-runinfra-scoped-default": "scoped_default",
    "x-runinfra-file": "file",
    "deprecated": "deprecated",
}
# What the formats of whole numbers allow, where the schema does not say less.
_RANGES: Final = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
}
_EXPRESSIONS: Final = frozenset({"item", "members"})
_KINDS: Final = {str: "string", int: "integer"}
TEXT_FORMATS: Final = frozenset({"date-time", "date", "uuid", "byte", "binary"})


def field_of(
    schemas: Schemas,
    schema: Schema,
    *,
    required: bool,
    place: str = "body",
    doc: str = "",
    more: Mapping[str, str] | None = None,
) -> str:
    """The expression that makes a ``Field``.

    Args:
        schemas: of the document.
        schema: of the parameter or member.
        required: whether it has to be given.
        place: where it travels.
        doc: its description, if that does not stand in the schema.
        more: facts that do not stand in the schema.
    """
    resolved = schemas.resolve(schema)
    facts: dict[str, Any] = {**(more or {})}
    types: list[str] = []
    closed: list[Any] = []
    open_: set[str] = set()  # kinds of which any value will do
    for part in _parts(schemas, resolved):
        types += [kind for kind in types_of(part) if kind not in types]
        kind = part.get("format")
        if kind in _RANGES:
            facts.update(_RANGES[kind])
        elif kind in TEXT_FORMATS:
            facts["format"] = kind
        facts |= _limits(part)
        if "enum" in part or "const" in part:
            closed += part["enum"] if "enum" in part else [part["const"]]
        else:
            open_ |= {*types_of(part)}
        if "array" in types_of(part) and "prefixItems" not in part:
            item = schemas.resolve(part["items"])
            if "type" in item and item["type"] != "object" and "properties" not in item:
                facts["item"] = field_of(schemas, item, required=True, place=_inside(place))
        if place != "body" and "object" in types_of(part):
            facts |= _members(schemas, part, _inside(place))
    sets = {kind: [v for v in closed if type(v) is kind] for kind in _KINDS}
    if bound := [v for kind, name in _KINDS.items() if name not in open_ for v in sets[kind]]:
        facts["enum"] = tuple(bound)
    for key, name in _FLAGS.items():
        if key in resolved:
            facts[name] = resolved[key]
    if place != "body":
        facts["place"] = place
    text = doc or resolved.get("description", "")
    return _expression(types, facts, required=required, text=text)


def _limits(schema: Schema) -> dict[str, Any]:
    """What a value is held against besides its type."""
    facts = {name: schema[key] for key, name in _NUMBERS.items() if key in schema}
    if schema.get("pattern") == NON_BLANK:
        facts["non_blank"] = True
    elif "pattern" in schema:
        facts["pattern"] = schema["pattern"]
    if schema.get("uniqueItems"):
        facts["unique"] = True
    return facts


def _inside(place: str) -> str:
    """Where a part of a value travels: each is a text of the path or of the header itself."""
    return "body" if place == "query" else place


def _members(schemas: Schemas, schema: Schema, place: str) -> dict[str, str]:
    """What the members of a mapping have to be."""
    needed = schema.get("required", ())
    members = {
        name: field_of(schemas, part, required=name in needed, place=place)
        for name, part in schema.get("properties", {}).items()
    }
    found = {"members": f"{{{', '.join(f'{name!r}: {text}' for name, text in members.items())}}}"}
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        found["item"] = field_of(schemas, others, required=True, place=place)
    return found


def _expression(types: list[str], facts: dict[str, Any], *, required: bool, text: str) -> str:
    # A closed set beside another form (a mode or an object) still binds the strings.
    arguments = [f"types={tuple(types)!r}"]
    if required:
        arguments.append("required=True")
    if "null" in types:
        arguments.append("nullable=True")
    if facts.keys() & {"format", "file", "deprecated"}:
        facts["special"] = True
    arguments += [
        f"{name}={value if name in _EXPRESSIONS else repr(value)}" for name, value in facts.items()
    ]
    if text:
        arguments.append(f"description={one_line(text)!r}")
    return f"Field({', '.join(arguments)})"


def _parts(schemas: Schemas, schema: Schema) -> list[Schema]:
    """The plain schemas that a value may be of, through two levels of alternatives."""
    members = [schemas.resolve(member) for member in schemas.alternatives(schema)]
    return [schemas.resolve(part) for member in members for part in schemas.alternatives(member)]


def snake(name: str) -> str:
    """``ChatMessage`` as ``chat_message``, ``X-Team-Id`` as ``x_team_id``."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def pascal(name: str) -> str:
    """``listUsage`` or ``list_usage`` as ``ListUsage``."""
    return "".join(part.capitalize() for part in snake(name).split("_"))


def one_line(text: str) -> str:
    """A description on one line."""
    return " ".join(text.split()).replace('"""', "'''").replace("\\", "\\\\")
