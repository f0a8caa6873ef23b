"""Schemas: what the generator turns into wrong code, and what it would turn into poor code."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generation.document import Schemas, name_of, operations, types_of
from generation.models import module_of

from .source import Finding, Where
from .walk import Node, walk

_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
# Names that the generated modules use themselves.
_TAKEN = frozenset(
    {"Any", "BinaryIO", "Client", "AuthenticatedClient", "Unset", "UNSET", "File", "Final"}
    | {"Generic", "Iterator", "Literal", "Mapping", "NamedTuple", "Result", "Self", "Sequence"}
    | {"TypeVar", "UUID", *vars(builtins)}
)
_MEMBERS = frozenset({"to_dict", "from_dict", "to_multipart", "additional_properties"})


def wrong_schemas(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Schemas that would become wrong code."""
    schemas = Schemas(document)
    modules: dict[str, str] = {}
    for name, schema in schemas.all.items():
        where: Where = ("components", "schemas", name)
        if not _CLASS.fullmatch(name) or name in _TAKEN or keyword.iskeyword(name):
            yield Finding(where, "name", f"{name} can't be the name of a class here")
        if (other := modules.setdefault(module_of(name), name)) != name:
            yield Finding(where, "name", f"{other} and {name} both become {module_of(name)}.py")
        for path, _, part in _parts(schema, where):
            for field in part.get("required", ()):
                if field not in schema.get("properties", {}):
                    yield Finding(
                        (*path, "required"), "required", f"{name} has no property {field}"
                    )
            for field in part.get("properties", {}):
                if not field or field in _MEMBERS:
                    place = (*path, "properties", field)
                    yield Finding(place, "name", f"{name}.{field} is a name of the models' own")
            if "enum" in part and (None in part["enum"] or "null" in types_of(part)):
                message = "null is none of a closed set: use anyOf with {type: 'null'} beside it"
                yield Finding((*path, "enum"), "no-null-in-enum", message)
        for field, part in schema.get("properties", {}).items():
            if "x-runinfra-empty" in part and not _may_be_empty(schemas, schema, field):
                place = (*where, "properties", field, "x-runinfra-empty")
                expected = "an optional list, or an object without required members"
                yield Finding(place, "empty", f"{name}.{field}: expected {expected}")
            for key in ("x-runinfra-file", "x-runinfra-scoped-default"):
                kinds = {
                    k for m in schemas.alternatives(part) for k in types_of(schemas.resolve(m))
                }
                if key in part and "string" not in kinds:
                    place = (*where, "properties", field, key)
                    yield Finding(place, "text", f"{name}.{field}: {key} is for texts")
        yield from _union(schemas, name, schema)


def _may_be_empty(schemas: Schemas, schema: Mapping[str, Any], field: str) -> bool:
    """Whether a field may be left out, and an empty value is one of its values."""
    members = [
        schemas.resolve(member)
        for member in schemas.alternatives(schema["properties"][field])
        if member.get("type") != "null"
    ]
    if field in schema.get("required", ()) or len(members) != 1:
        return False
    kinds = {*types_of(members[0])} - {"null"}
    if kinds == {"array"}:
        return True
    return (
        kinds == {"object"}
        and bool(members[0].get("properties"))
        and not members[0].get("required")
    )


def _union(schemas: Schemas, name: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    where: Where = ("components", "schemas", name)
    members = [m for m in schemas.alternatives(schema) if "$ref" in m]
    tags = [schemas.tag(schemas.resolve(member)) for member in members]
    known = [tag for tag in tags if tag is not None]
    if len(set(known)) != len(known):
        yield Finding(where, "distinct-tags", f"members of {name} share a tag")
    last = schemas.resolve(members[-1]) if known else {}
    kind = last.get("properties", {}).get("type", {})
    if kind.get("type") == "string" and "const" not in kind:
        excluded = kind.get("not", {}).get("enum", ())
        if set(excluded) != {value for _, value in known}:
            yield Finding(where, "unknown-kinds", f"{name}: the last member takes known kinds")


def poor_schemas(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Named objects, no defaults, no titles, nullable results, open enums."""
    schemas = Schemas(document)
    results = reachable(document, "responses") - reachable(document, "requestBody")
    for name, schema in schemas.all.items():
        where: Where = ("components", "schemas", name)
        if "description" not in schema:
            yield Finding(where, "described", f"{name} has no description")
        if name in results and "enum" in schema:
            yield Finding(where, "open-enum", f"{name} is in answers: use a plain string")
        for path, _, part in _parts(schema, where):
            if "default" in part:
                yield Finding(path, "no-default", "defaults would be sent with every request")
            if "title" in part:
                yield Finding(path, "no-title", "titles rename the generated classes")
            # Properties without a word of their own only name fields, for `if` and `not`.
            inner = part.get("properties", {})
            if path != where and any(inner.values()):
                yield Finding(path, "named-object", "make it a component of its own")
        required = schema.get("required", ())
        for field, part in schema.get("properties", {}).items():
            place = (*where, "properties", field)
            if name in results and field not in required and not _nullable(schemas, part):
                message = f"{name}.{field} may be missing, so it may be null"
                yield Finding(place, "nullable", message)


def _parts(schema: Any, where: Where) -> Iterator[Node]:
    """A schema and the schemas in it."""
    return walk(schema, "schema", where)


def reachable(document: Mapping[str, Any], side: str) -> set[str]:
    """The schema components that requests or answers of any operation reach."""
    todo = [
        name_of(reference)
        for _, _, data in operations(document)
        for reference in re.findall(r'"(#/components/\w+/\w+)"', json.dumps(data.get(side, {})))
    ]
    schemas, seen = document["components"]["schemas"], set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in schemas:
            continue
        seen.add(name)
        todo += re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schemas[name]))
    return seen


def _nullable(schemas: Schemas, schema: Mapping[str, Any]) -> bool:
    for member in schemas.alternatives(schemas.resolve(schema)):
        kind = member.get("type", ())
        if kind == "null" or "null" in kind:
            return True
    return False
