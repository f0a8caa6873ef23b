"""Whether it is an OpenAPI document at all: keys, types, formats, references."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
from openapi_spec_validator.schemas import schema_v31

from .extensions import EXTENSIONS, PREFIX
from .source import Finding, Where
from .walk import CHILDREN, KEYS, REFERABLE, Node, walk

TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
# Those of the first line become types of Python; texts of the other formats stay texts.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "string": (
        *("date-time", "date", "uuid", "binary", "byte"),
        *("time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference"),
        *("password", "regex", "json-pointer"),
    ),
    "integer": ("int32", "int64"),
    "number": ("float", "double", "int32", "int64"),
}
_OF_TYPE: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
_RANGES = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
# Words of OpenAPI 3.0, and how 3.1 says the same.
_OF_3_0 = {
    "nullable": ": OpenAPI 3.1 has the type 'null', as in type: [string, 'null']",
    "swagger": ": expected openapi: 3.1.0",
}
_STATUS = re.compile(r"[1-5](\d\d|XX)|default")
_REFERENCE = re.compile(r"#/components/(\w+)/([\w.-]+)")
_OPENAPI = jsonschema_rs.Draft202012Validator(dict(schema_v31))
_DIALECT = jsonschema_rs.Draft202012Validator(
    {"$ref": "https://json-schema.org/draft/2020-12/schema"}
)


def structure(document: Mapping[str, Any]) -> list[Finding]:
    """What makes it no document of OpenAPI 3.1; nothing else can be asked before this is right."""
    found: list[Finding] = []
    for node in walk(document):
        found += _object(document, node)
    if not found:
        found += _standard(document)
    if not found:
        found += _circles(document)
    return found


def _object(document: Mapping[str, Any], node: Node) -> Iterator[Finding]:
    where, kind, data = node
    if not isinstance(data, Mapping):
        yield Finding(where, "object", f"expected an object ({kind}), got {data!r}")
        return
    if "$ref" in data:
        yield from _reference(document, node)
    known = [*CHILDREN.get(kind, ()), *KEYS[kind].split()]
    for key in data:
        if key.startswith(PREFIX):
            extension = EXTENSIONS.get(key)
            if extension is None:
                message = f"{key} is no extension of ours{_nearest(key, [*EXTENSIONS])}"
                yield Finding((*where, key), "extension", message)
            elif extension.kind != kind:
                message = f"{key} belongs to an object of another kind: {extension.kind}"
                yield Finding((*where, key), "extension", message)
        elif key == "$ref":
            continue
        elif "$ref" in data and key not in ("description", "summary"):
            message = f"{key} stands beside $ref, where the generator ignores it: use allOf"
            yield Finding((*where, key), "reference", message)
        elif key not in known and not key.startswith("x-"):
            hint = _OF_3_0.get(key) or _nearest(key, known)
            message = f"{key} is no key of this object ({kind}){hint}"
            yield Finding((*where, key), "key", message)
    if kind == "schema":
        yield from _schema(where, data)
    answers = data.get("responses") if kind == "operation" else None
    for status in answers if isinstance(answers, Mapping) else ():
        if not _STATUS.fullmatch(status):
            message = f"expected a status such as 200 or 4XX, got {status!r}"
            yield Finding((*where, "responses", status), "status", message)


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _reference(document: Mapping[str, Any], node: Node) -> Iterator[Finding]:
    where, kind, data = node
    target, place = data["$ref"], (*where, "$ref")
    match = _REFERENCE.fullmatch(target) if isinstance(target, str) else None
    if kind not in REFERABLE:
        message = f"$ref is for {', '.join(REFERABLE)}: write this out ({kind})"
        yield Finding(place, "reference", message)
    elif match is None:
        message = f"expected #/components/{REFERABLE[kind]}/NAME, got {target!r}"
        yield Finding(place, "reference", message)
    elif match[1] != REFERABLE[kind]:
        message = f"expected one of components.{REFERABLE[kind]}, got {target}"
        yield Finding(place, "reference", message)
    else:
        components = document.get("components")
        parts = components.get(match[1]) if isinstance(components, Mapping) else None
        names = [*parts] if isinstance(parts, Mapping) else []
        if match[2] not in names:
            message = f"there is no component {target}{_nearest(match[2], names)}"
            yield Finding(place, "reference", message)


def _schema(where: Where, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Types, formats and values that fit together."""
    named = schema.get("type", [])
    types = named if isinstance(named, list) else [named]
    for kind in types:
        if kind not in TYPES:
            message = f"unknown type {kind!r}: expected one of {', '.join(TYPES)}"
            yield Finding((*where, "type"), "type", message)
            return
    if "format" in schema:
        fitting = [name for kind in types for name in FORMATS.get(kind, ())]
        if schema["format"] not in fitting:
            expected = ", ".join(fitting) or "none"
            message = f"unknown format {schema['format']!r} of {named!r}: expected {expected}"
            yield Finding((*where, "format"), "format", message)
    if "array" in types and "items" not in schema:
        yield Finding(where, "type", "an array needs items")
    for key in ("const", "enum"):
        values = [schema.get(key)] if key == "const" else schema.get(key)
        if key not in schema or not isinstance(values, list):
            continue
        for value in values:
            if types and not any(_is_of(value, kind) for kind in types):
                message = f"{value!r} is not of the type {named!r}"
                yield Finding((*where, key), key, message)
    closed = schema.get("enum")
    if isinstance(closed, list) and {type(v) for v in closed if v is not None} not in (
        {str},
        {int},
    ):
        yield Finding((*where, "enum"), "enum", "expected texts, or whole numbers")
    elif isinstance(closed, list) and len({*closed}) < len(closed):
        twice = next(v for n, v in enumerate(closed) if v in closed[:n])
        yield Finding((*where, "enum"), "enum", f"{twice!r} is there twice")
    for low, high in _RANGES:
        if (
            isinstance(schema.get(low), int | float)
            and isinstance(schema.get(high), int | float)
            and schema[low] > schema[high]
        ):
            message = f"{low} {schema[low]} is more than {high} {schema[high]}"
            yield Finding((*where, low), "range", message)
    if isinstance(schema.get("pattern"), str):
        try:
            re.compile(schema["pattern"])
        except re.error as error:
            yield Finding((*where, "pattern"), "pattern", f"no regular expression: {error}")


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _OF_TYPE[kind])


def _standard(document: Mapping[str, Any]) -> Iterator[Finding]:
    """What the standards' own schemas say: OpenAPI 3.1 and, of each schema, JSON Schema 2020-12."""
    for error in _OPENAPI.iter_errors(document):
        yield Finding(tuple(error.instance_path), "openapi", error.message[:200])
    for where, kind, data in walk(document):
        if kind == "schema":
            for error in _DIALECT.iter_errors(data):
                yield Finding((*where, *error.instance_path), "json-schema", error.message[:200])


def _circles(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Components that lead to themselves, by references and alternatives, with nothing between."""
    for kind, parts in document.get("components", {}).items():
        ahead = {name: [*_meant(part)] for name, part in parts.items()}
        for name in parts:
            todo, seen = [*ahead[name]], set[str]()
            while todo and name not in seen:
                following = todo.pop()
                if following not in seen:
                    seen.add(following)
                    todo += ahead[following]
            if name in seen:
                where = ("components", kind, name)
                yield Finding(where, "reference", f"{name} refers to nothing but itself")


def _meant(part: Mapping[str, Any]) -> Iterator[str]:
    """The components that another one is, or may be, as a whole."""
    if "$ref" in part:
        yield part["$ref"].rsplit("/", 1)[-1]
    for key in ("allOf", "anyOf", "oneOf"):
        for member in part.get(key, ()):
            yield from _meant(member)
