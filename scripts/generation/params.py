"""TypedDicts of the request bodies.

Written here rather than by a general generator, because the methods need what none offers:
``Sequence`` for lists, a field left out where the method declares it itself, optional where the
client can fill it in, and the names of the document with one ending.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import Schema, Schemas, body_of, name_of, operations, types_of
from .tables import one_line, wire_to_keyword

_SCALARS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}


class ParamsWriter:
    """Collects the definitions that the request bodies reach."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = Schemas(document)
        self._document = document
        self._definitions: dict[str, dict[str, Any]] = {}
        self.models: set[str] = set()  # whose instances may be given as they came

    def definitions(self) -> list[dict[str, Any]]:
        """Every definition, each after those it uses."""
        for _, _, data in operations(self._document):
            _, schema = body_of(data)
            if schema is not None and "$ref" in schema:
                name = name_of(schema["$ref"])
                self._typed_dict(name, name.removesuffix("Request") + "Params")
        return list(self._definitions.values())

    def _component(self, name: str) -> str:
        """The type of a component, defined if need be."""
        schema = self._schemas.all[name]
        own = f"{name}Param"
        if self._schemas.is_free(schema):
            return "Mapping[str, Any]"
        if own in self._definitions:
            return own
        if "properties" in schema:
            self._typed_dict(name, own)
            return own
        alias = self._inline(schema)
        accepted = schema.get("x-runinfra-accepts", [])
        self.models |= set(accepted)
        alias = " | ".join([alias, *accepted])
        # Set after its parts, so that these stand before it.
        self._definitions[own] = {
            "name": own,
            "alias": alias,
            "quoted": False,
            "doc": one_line(schema.get("description", name)),
        }
        return own

    def _typed_dict(self, name: str, own: str) -> None:
        schema = self._schemas.all[name]
        required = schema.get("required", ())
        keys = []
        for wire, property_ in schema["properties"].items():
            resolved = self._schemas.resolve(property_)
            if resolved.get("x-runinfra-method-parameter"):
                continue
            type_ = self._inline(property_)
            needed = wire in required and "x-runinfra-scoped-default" not in resolved
            if not needed and own.endswith("Params") and "None" not in type_.split(" | "):
                type_ += " | None"  # the methods take None for "not given"
            keys.append(
                {
                    "name": wire_to_keyword(wire),
                    "type": type_,
                    "required": needed,
                    "doc": one_line(resolved.get("description", wire)),
                }
            )
        self._definitions[own] = {
            "name": own,
            "doc": one_line(schema.get("description", name)),
            "members": keys,
        }

    def _inline(self, schema: Schema) -> str:
        if "$ref" in schema:
            return self._component(name_of(schema["$ref"]))
        if len(schema.get("allOf", ())) == 1:
            return self._inline(schema["allOf"][0])
        members = self._schemas.alternatives(schema)
        if len(members) > 1:
            return " | ".join(dict.fromkeys(self._inline(member) for member in members))
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        if "enum" in schema:
            return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
        parts = []
        for kind in types_of(schema):
            if kind == "array":
                parts.append(f"Sequence[{self._inline(schema['items'])}]")
            elif kind == "object":
                parts.append("Mapping[str, Any]")
            else:
                parts.append(_SCALARS[kind])
        return " | ".join(parts)
