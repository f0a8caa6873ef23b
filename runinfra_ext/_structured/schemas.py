"""The JSON schema of a Python type.

Schemas are strict: objects take no other keys, and every member is required, the
``NotRequired`` keys of a ``TypedDict`` excepted. Classes stand once each below ``$defs``, so that
they may refer to themselves; two classes of one name stand there under two names.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from .foreign import REF, adapter, free_name, is_foreign, outer, schemas_of
from .shapes import ARRAYS, OBJECTS, SETS, Member, hashable, members_of, plain
from .writing import json_form, key_text

_PRIMITIVES: Final[Mapping[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    timedelta: {"type": "string", "format": "duration"},
    # A text keeps digits that a number would lose on its way.
    Decimal: {
        "anyOf": [
            {"type": "number"},
            {"type": "string", "pattern": r"^[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?$"},
        ]
    },
    UUID: {"type": "string", "format": "uuid"},
    Path: {"type": "string", "format": "path"},
    PurePath: {"type": "string", "format": "path"},
    bytes: {"type": "string", "format": "binary"},
    Any: {},
    object: {},
}


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON schema of a type.

    Raises:
        TypeError, NameError: something in it has no JSON form; the message names the path to it.
    """
    writer = _Writer()
    kind, description = plain(kind)
    path = getattr(kind, "__name__", "the type")
    if is_foreign(kind) or not _is_class(kind):
        schema = writer.schema(kind, path)
    else:
        schema = writer.body(kind, path)
    whole = writer.whole(schema)
    return {**whole, "description": description} if description else whole


def schema_of_members(members: Iterable[Member], name: str) -> dict[str, Any]:
    """The JSON schema of an object with these members.

    Raises:
        TypeError, NameError: as for :func:`schema_of`.
    """
    writer = _Writer()
    return writer.whole(writer.members(members, name))


class _Writer:
    """Writes the schemas of one document: classes once each, below ``$defs``.

    What is pydantic's is left empty at first: pydantic itself writes it at the end, all at once, so
    that it tells its classes of one name apart.
    """

    def __init__(self) -> None:
        self._definitions: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        self._foreign: list[tuple[Any, dict[str, Any]]] = []

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The document."""
        if self._foreign:
            kinds = [kind for kind, _ in self._foreign]
            schemas, definitions = schemas_of(kinds, self._definitions)
            for (_, place), found in zip(self._foreign, schemas, strict=True):
                # What stands there already is said nearer to it, and counts more.
                for key, value in found.items():
                    place.setdefault(key, value)
            self._definitions |= definitions
        definitions = self._definitions
        name = str(schema.get("$ref", "")).removeprefix(REF)
        if name in definitions:
            # Engines take no mere reference at the top.
            more = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**definitions[name], **more}
            if not _mentions([schema, *definitions.values()], REF + name):
                definitions = {k: v for k, v in definitions.items() if k != name}
        return {**schema, "$defs": definitions} if definitions else schema

    def schema(self, kind: Any, path: str) -> dict[str, Any]:
        kind, description = plain(kind)
        schema = self._schema(kind, path)
        if description:
            schema["description"] = description
        return schema

    def body(self, kind: Any, path: str) -> dict[str, Any]:
        """The schema of a class itself, not a reference to it."""
        members = members_of(kind)
        if members is None:
            msg = f"{path}: {kind!r} has no JSON schema"
            raise TypeError(msg)
        schema = self.members(members, path)
        doc = _summary(get_origin(kind) or kind)
        return {**schema, "description": doc} if doc else schema

    def members(self, members: Iterable[Member], path: str) -> dict[str, Any]:
        """The schema of an object with these members."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        for member in members:
            schema = self.schema(member.type, f"{path}.{member.key}")
            if member.description:
                schema["description"] = member.description
            properties[member.key] = schema
            if member.required:
                required.append(member.key)
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _schema(self, kind: Any, path: str) -> dict[str, Any]:
        """The schema of a plain type: a dict of its own, which others may add to."""
        if is_foreign(kind):
            return self._left_to_pydantic(kind, path)
        origin, args = get_origin(kind), get_args(kind)
        if origin is None and hashable(kind) and kind in _PRIMITIVES:
            return dict(_PRIMITIVES[kind])
        if origin is Literal:
            return {"enum": [json_form(arg) for arg in args]}
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self.schema(arg, path) for arg in args]}
        base = origin or kind
        if base is tuple:
            return self._tuple(args, path)
        if hashable(base) and base in ARRAYS:
            items = self.schema(args[0], f"{path}[]") if args else {}
            unique = {"uniqueItems": True} if base in SETS else {}
            return {"type": "array", "items": items, **unique}
        if hashable(base) and base in OBJECTS:
            return self._mapping(args, path)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return {"enum": [json_form(item) for item in kind]}
        return {"$ref": f"{REF}{self._define(kind, path)}"}

    def _left_to_pydantic(self, kind: Any, path: str) -> dict[str, Any]:
        place: dict[str, Any] = {}
        if get_origin(kind) is Annotated and adapter(kind) is None:
            # Rules around a type that pydantic does not understand, for example an attrs class.
            place = self.schema(get_args(kind)[0], path)
            kind = outer(kind)
        if adapter(kind) is not None:
            self._foreign.append((kind, place))
        elif not place:
            msg = f"{path}: {kind!r} has no JSON schema"
            raise TypeError(msg)
        return place

    def _mapping(self, args: tuple[Any, ...], path: str) -> dict[str, Any]:
        inner = self.schema(args[1], f"{path}.*") if args else {}
        schema: dict[str, Any] = {"type": "object", "additionalProperties": inner or True}
        key: Any = plain(args[0])[0] if args else str
        if get_origin(key) is Literal or (isinstance(key, type) and issubclass(key, enum.Enum)):
            keys = get_args(key) or list(key)
            schema["propertyNames"] = {"enum": [key_text(one) for one in keys]}
        return schema

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
        if not hashable(kind) or members_of(kind) is None:
            msg = f"{path}: {kind!r} has no JSON schema"
            raise TypeError(msg)
        if kind in self._names:
            return self._names[kind]
        base = getattr(kind, "__name__", "")
        name = free_name(base, self._definitions)
        self._names[kind] = name
        self._definitions[name] = {}  # so that a class that refers to itself finds its name taken
        self._definitions[name] = self.body(kind, path)
        return name


def _mentions(schemas: Any, ref: str) -> bool:
    """Whether a reference stands anywhere in schemas."""
    if isinstance(schemas, Mapping):
        return bool(schemas.get("$ref") == ref) or _mentions(list(schemas.values()), ref)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - decoded JSON
    if isinstance(schemas, list):
        return any(_mentions(schema, ref) for schema in schemas)  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    return False


def _is_class(kind: Any) -> bool:
    return members_of(kind) is not None


def _summary(kind: Any) -> str | None:
    doc = kind.__dict__.get("__doc__")
    # A dataclass without a docstring gets its signature as one.
    if not isinstance(doc, str) or doc.startswith(f"{kind.__name__}("):
        return None
    return doc.strip().partition("\n\n")[0].replace("\n", " ").strip() or None
