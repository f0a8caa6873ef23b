"""Schemas in canonical form: what jsonschema-rs knows of them, and validators of their parts."""

from __future__ import annotations

import functools
import json
from typing import Any, Final

import jsonschema_rs
from jsonschema_rs import CanonicalSchema, canonical

from .shapes import is_array, is_mapping

_ENTANGLED: Final = (
    frozenset({"unevaluatedProperties", "unevaluatedItems"}),
    frozenset({"not", "if", "then", "else"}),
)
_BOUNDS: Final = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_VALUES: Final = frozenset({"const", "default", "enum", "example", "examples"})  # no schemas


# Both sides of an intersection must be read alike. Patterns that only a huge machine matches, or
# one that goes back for ever, are refused.
_OPTIONS: Final[Any] = {
    "validate_formats": True,
    "offline": True,
    "pattern_options": jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=2**20),
}


class NoInstance(Exception):
    """Nothing satisfies the schema, or nothing that can be made does."""


class Blocked(Exception):
    """There is no value for this place; another branch may have one."""


@functools.lru_cache(maxsize=256)
def compiled(text: str, only_objects: bool) -> tuple[CanonicalSchema, Any]:  # noqa: FBT001 - the key of a cache
    """The canonical form of a schema, given as JSON, and a validator of what was given.

    Raises:
        ValueError: it is no schema, or one that can't be brought into that form.
    """
    schema: Any = _of_one_dialect(json.loads(text))
    if "$schema" not in schema:
        schema = _renewed(schema)
    root = jsonschema_rs.canonicalize(schema, **_OPTIONS)
    view = root.view()
    if isinstance(view, canonical.RawView) and view.reason is canonical.RawReason.UNKNOWN_DIALECT:
        schema = {key: value for key, value in schema.items() if key != "$schema"}
        root = jsonschema_rs.canonicalize(schema, **_OPTIONS)
    # What is too entangled to be folded is left out here; the validator still knows it.
    loose = schema
    for keys in _ENTANGLED:
        if isinstance(root.view(), canonical.RawView):
            loose = _without(loose, keys)
            root = jsonschema_rs.canonicalize(loose, **_OPTIONS)
    if only_objects:
        root = root.intersect(plain_schema("object", root.draft))
    return root, jsonschema_rs.validator_for(schema, **_OPTIONS)


def _of_one_dialect(schema: Any, *, inside: bool = False) -> Any:
    """A schema in which a part without a name of its own names no dialect of its own."""
    if is_mapping(schema):
        named = not inside or not {"$id", "id"}.isdisjoint(schema)
        return {
            key: part if key in _VALUES else _of_one_dialect(part, inside=True)
            for key, part in schema.items()
            if named or key != "$schema" or not isinstance(part, str)
        }
    return [_of_one_dialect(part, inside=True) for part in schema] if is_array(schema) else schema


def _renewed(schema: Any) -> Any:
    """A schema that names no dialect, with two keywords as older ones write them in today's way.

    Many libraries write them so: a list of ``items`` is a tuple's, and an exclusive bound is a
    switch of the bound beside it.
    """
    if is_array(schema):
        return [_renewed(part) for part in schema]
    if not is_mapping(schema):
        return schema
    new = {key: part if key in _VALUES else _renewed(part) for key, part in schema.items()}
    items: Any = new.get("items")
    if is_array(items) and "prefixItems" not in new and all(map(_is_schema, items)):
        del new["items"]
        others = {"items": new.pop("additionalItems")} if "additionalItems" in new else {}
        new |= {"prefixItems": items, **others} if items else others
    for bound, exclusive in _BOUNDS:
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
    return new


def _is_schema(part: object) -> bool:
    return isinstance(part, bool) or is_mapping(part)


def _without(schema: Any, keys: frozenset[str]) -> Any:
    """A schema without these keywords, wherever they are."""
    if is_mapping(schema):
        return {key: _without(part, keys) for key, part in schema.items() if key not in keys}
    return [_without(part, keys) for part in schema] if is_array(schema) else schema


@functools.lru_cache(maxsize=4096)
def validator(node: CanonicalSchema) -> Any:
    """A validator of a part of a schema."""
    schema: Any = node.to_json_schema()
    return jsonschema_rs.validator_for(schema, **_OPTIONS)


@functools.cache
def plain_schema(kind: str | None, draft: int) -> CanonicalSchema:
    """The schema of a type, or of anything."""
    schema: Any = True if kind is None else {"type": kind}
    return jsonschema_rs.canonicalize(schema, draft=draft, **_OPTIONS)


@functools.cache
def open_schema(kind: str) -> CanonicalSchema:
    """A schema with hardly a bound, but one; the canonical form of none is no view of its type."""
    bound: dict[str, Any] = {"minLength": 1} if kind == "string" else {"minimum": -(10**12)}
    return jsonschema_rs.canonicalize({"type": kind, **bound})


@functools.lru_cache(maxsize=256)
def pattern_validator(pattern: str) -> Any:
    """A validator of names by a pattern."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})
