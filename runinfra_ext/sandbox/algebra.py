"""Schemas in canonical form: what jsonschema-rs knows of them, and validators of their parts."""

from __future__ import annotations

import functools
import json
from typing import Any

import jsonschema_rs
from jsonschema_rs import CanonicalSchema, canonical


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
    schema: Any = json.loads(text)
    options: Any = {"validate_formats": True, "offline": True}
    root = jsonschema_rs.canonicalize(schema, **options)
    view = root.view()
    if isinstance(view, canonical.RawView):
        if view.reason is not canonical.RawReason.UNKNOWN_DIALECT:
            msg = "it is too entangled"
            raise ValueError(msg)
        schema = {key: value for key, value in schema.items() if key != "$schema"}
        root = jsonschema_rs.canonicalize(schema, **options)
    if only_objects:
        root = root.intersect(plain_schema("object", root.draft))
    return root, jsonschema_rs.validator_for(schema, **options)


@functools.lru_cache(maxsize=4096)
def validator(node: CanonicalSchema) -> Any:
    """A validator of a part of a schema."""
    schema: Any = node.to_json_schema()
    options: Any = {"validate_formats": True, "offline": True}
    return jsonschema_rs.validator_for(schema, **options)


@functools.cache
def plain_schema(kind: str | None, draft: int) -> CanonicalSchema:
    """The schema of a type, or of anything; both sides of an intersection must be read alike."""
    schema: Any = True if kind is None else {"type": kind}
    return jsonschema_rs.canonicalize(schema, draft=draft, validate_formats=True)


@functools.cache
def open_schema(kind: str) -> CanonicalSchema:
    """A schema with hardly a bound, but one; the canonical form of none is no view of its type."""
    bound: dict[str, Any] = {"minLength": 1} if kind == "string" else {"minimum": -(10**12)}
    return jsonschema_rs.canonicalize({"type": kind, **bound})


@functools.lru_cache(maxsize=256)
def pattern_validator(pattern: str) -> Any:
    """A validator of names by a pattern."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})
