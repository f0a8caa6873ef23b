"""The JSON schema of a Python type.

Schemas are strict: objects take no other keys, and every member is required, the
``NotRequired`` keys of a ``TypedDict`` excepted. Classes stand once each below ``$defs``, so that
they may refer to themselves.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from .shapes import ARRAYS, OBJECTS, Member, is_pydantic, members_of, plain

_PRIMITIVES: Final[Mapping[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    UUID: {"type": "string", "format": "uuid"},
    Any: {},
    object: {},
}


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON schema of a type.

    Raises:
        TypeError: something in it has no JSON form; the message names the path to it.
    """
    writer = _Writer()
    if _is_class(kind):
        schema = writer.body(kind, kind.__name__)
    else:
        schema = writer.schema(kind, "the type")
    return {**schema, "$defs": writer.definitions} if writer.definitions else schema


def schema_of_members(members: Iterable[Member], name: str) -> dict[str, Any]:
    """The JSON schema of an object with these members.

    Raises:
        TypeError: as for :func:`schema_of`.
    """
    writer = _Writer()
    schema = writer.members(members, name)
    return {**schema, "$defs": writer.definitions} if writer.definitions else schema


class _Writer:
    """Writes the schemas of one document: classes once each, below ``$defs``."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}
        self._names: dict[Any, str] = {}

    def schema(self, kind: Any, path: str) -> dict[str, Any]:
        kind, description = plain(kind)
        schema = self._schema(kind, path)
        return {**schema, "description": description} if description else schema

    def body(self, kind: Any, path: str) -> dict[str, Any]:
        """The schema of a class itself, not a reference to it."""
        if is_pydantic(kind):
            schema: dict[str, Any] = kind.model_json_schema(ref_template="#/$defs/{model}")
            self.definitions |= {k: _strict(v) for k, v in schema.pop("$defs", {}).items()}
            # A model that refers to itself is only a reference at its top.
            whole = self.definitions.get(schema.get("$ref", "").rpartition("/")[2])
            strict: dict[str, Any] = whole or _strict(schema)
            return strict
        members = members_of(kind)
        if members is None:
            msg = f"{path}: {kind!r} has no JSON schema"
            raise TypeError(msg)
        schema = self.members(members, path)
        doc = _summary(kind)
        return {**schema, "description": doc} if doc else schema

    def members(self, members: Iterable[Member], path: str) -> dict[str, Any]:
        """The schema of an object with these members."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        for member in members:
            schema = self.schema(member.type, f"{path}.{member.key}")
            note = {"description": member.description} if member.description else {}
            properties[member.key] = {**schema, **note}
            if member.required:
                required.append(member.key)
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _schema(self, kind: Any, path: str) -> dict[str, Any]:
        origin, args = get_origin(kind), get_args(kind)
        if origin is None and _hashable(kind) and kind in _PRIMITIVES:
            return dict(_PRIMITIVES[kind])
        if origin is Literal:
            return {"enum": list(args)}
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self.schema(arg, path) for arg in args]}
        base = origin or kind
        if base is tuple:
            return self._tuple(args, path)
        if base in ARRAYS:
            items = self.schema(args[0], f"{path}[]") if args else {}
            unique = {"uniqueItems": True} if ARRAYS[base] is not list else {}
            return {"type": "array", "items": items, **unique}
        if base in OBJECTS:
            inner = self.schema(args[1], f"{path}.*") if args else {}
            return {"type": "object", "additionalProperties": inner or True}
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return {"enum": [item.value for item in kind]}
        return {"$ref": f"#/$defs/{self._define(kind, path)}"}

    def _tuple(self, args: tuple[Any, ...], path: str) -> dict[str, Any]:
        if not args:
            return {"type": "array", "items": {}}
        if args[-1] is Ellipsis:
            return {"type": "array", "items": self.schema(args[0], f"{path}[]")}
        return {
            "type": "array",
            "prefixItems": [self.schema(arg, f"{path}[{i}]") for i, arg in enumerate(args)],
            "minItems": len(args),
            "maxItems": len(args),
        }

    def _define(self, kind: Any, path: str) -> str:
        if kind in self._names:
            return self._names[kind]
        name = base = getattr(kind, "__name__", "")
        number = 1
        while name in self.definitions:
            number += 1
            name = f"{base}{number}"
        self._names[kind] = name
        self.definitions[name] = {}  # so that a class that refers to itself finds its name taken
        self.definitions[name] = self.body(kind, path)
        return name


def _strict(schema: Any) -> Any:
    """A schema of pydantic's, made strict: no other keys, everything required."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():  # pyright: ignore[reportUnknownVariableType]
        if key == "properties":
            result[key] = {name: _strict(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        elif key != "default":  # a default would make the model leave the member out
            result[key] = value if key in {"enum", "const", "examples"} else _strict(value)  # pyright: ignore[reportArgumentType]
    if "properties" in result:
        result.setdefault("additionalProperties", False)
        result["required"] = list(result["properties"])
    return result


def _is_class(kind: Any) -> bool:
    return is_pydantic(kind) or members_of(kind) is not None


def _hashable(kind: Any) -> bool:
    return getattr(kind, "__hash__", None) is not None


def _summary(kind: Any) -> str | None:
    doc = kind.__dict__.get("__doc__")
    # A dataclass without a docstring gets its signature as one.
    if not isinstance(doc, str) or doc.startswith(f"{kind.__name__}("):
        return None
    return doc.strip().partition("\n\n")[0].replace("\n", " ").strip() or None
