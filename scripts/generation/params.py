"""TypedDicts of what requests hold: the keyword arguments, and the objects in them.

Written here rather than by a general generator, because the methods need what none offers:
``Sequence`` for lists, a field left out where the method declares it itself, optional where the
client can fill it in, and the names of the document with one ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any, NamedTuple

from .document import DocumentError, Schema, Schemas, name_of, types_of
from .facts import one_line

_SCALARS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
# What a text of a format may be given as.
_FORMATS = {
    "date-time": "datetime | str",
    "date": "date | str",
    "uuid": "UUID | str",
    "byte": "bytes | str",
    "binary": "FileInput",
}


class Member(NamedTuple):
    """A key of a TypedDict."""

    name: str
    type: str
    required: bool
    doc: str
    scoped: bool = False  # a client of one pipeline may leave it out


class ParamsWriter:
    """Collects the definitions that requests reach."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = Schemas(document)
        self._definitions: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self.models: set[str] = set()  # whose instances may be given as they came

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """Every definition so far, each after those it uses."""
        return list(self._definitions.values())

    def member(self, name: str, schema: Schema, *, required: bool, doc: str = "") -> Member:
        """A keyword argument; what may be left out may also be None."""
        type_ = self.type_of(schema)
        resolved = self._schemas.resolve(schema)
        scoped = "x-runinfra-scoped-default" in resolved
        if not required and "None" not in type_.split(" | "):
            type_ += " | None"
        text = one_line(doc or resolved.get("description", name))
        return Member(name, type_, required, text, scoped)

    def used(self, types: Iterable[str]) -> list[str]:
        """The definitions that types name."""
        words = {word for type_ in types for word in _words(type_)}
        return sorted(words & self._definitions.keys())

    def type_of(self, schema: Schema) -> str:
        """The type of a value; defines what it consists of."""
        if "$ref" in schema:
            return self._component(name_of(schema["$ref"]))
        if len(schema.get("allOf", ())) == 1:
            return self.type_of(schema["allOf"][0])
        members = self._schemas.alternatives(schema)
        if len(members) > 1:
            return " | ".join(dict.fromkeys(self.type_of(member) for member in members))
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        if "enum" in schema:
            return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
        parts = []
        for kind in types_of(schema):
            if kind == "array":
                items = [*schema.get("prefixItems", ()), schema["items"]]
                kinds = dict.fromkeys(map(self.type_of, items))
                parts.append(f"Sequence[{' | '.join(kinds)}]")
            elif kind == "object":
                parts.append("Mapping[str, Any]")
            elif kind == "string":
                parts.append(_FORMATS.get(schema.get("format", ""), "str"))
            elif kind in _SCALARS:
                parts.append(_SCALARS[kind])
            else:
                raise DocumentError(f"openapi/runinfra.yaml: unknown type {kind!r}")
        return " | ".join(parts) or "Any"

    def _component(self, name: str) -> str:
        """The type of a component, defined if need be."""
        schema = self._schemas.resolve({"$ref": f"#/components/schemas/{name}"})
        own = f"{name}Param"
        if self._schemas.is_free(schema):
            return "Mapping[str, Any]"
        if own in self._begun:  # also one that holds itself
            return own
        self._begun.add(own)
        if "properties" in schema:
            self._typed_dict(name, own)
            return own
        alias = self.type_of(schema)
        accepted = schema.get("x-runinfra-accepts", [])
        self.models |= set(accepted)
        alias = " | ".join([alias, *accepted])
        # Set after its parts, so that these stand before it.
        self._definitions[own] = {
            "name": own,
            "alias": alias,
            "doc": one_line(schema.get("description", name)),
        }
        return own

    def _typed_dict(self, name: str, own: str) -> None:
        schema = self._schemas.resolve({"$ref": f"#/components/schemas/{name}"})
        required = schema.get("required", ())
        members = []
        for wire, property_ in schema["properties"].items():
            resolved = self._schemas.resolve(property_)
            members.append(
                Member(
                    wire,
                    # Times inside of an object become texts by themselves, bytes don't.
                    self.type_of(property_).replace("bytes | str", "str"),
                    wire in required,
                    one_line(resolved.get("description", wire)),
                )
            )
        self._definitions[own] = {
            "name": own,
            "doc": one_line(schema.get("description", name)),
            "members": members,
            # A class has no other names, and a key hides what its annotations mean by that name.
            "by_call": not all(_is_key(member.name) for member in members)
            or not _names(members).isdisjoint(_of_types(members)),
        }


def _is_key(name: str) -> bool:
    """Whether a class can have a key as its attribute."""
    return name.isidentifier() and not iskeyword(name) and not name.startswith("__")


def _names(members: Iterable[Member]) -> set[str]:
    return {member.name for member in members}


def _of_types(members: Iterable[Member]) -> set[str]:
    return {"NotRequired"}.union(*(_words(member.type) for member in members))


def _words(type_: str) -> set[str]:
    return set(re.findall(r"\w+", type_))
