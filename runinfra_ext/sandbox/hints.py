"""What a schema says besides its bounds: order, descriptions, defaults, examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .shapes import is_array, is_mapping

_SEVERAL: Final = ("allOf", "anyOf", "oneOf")
_ALONE: Final = ("if", "then", "else")
_LIMIT: Final = 50  # schemas of one place


class Hints:
    """What the schemas of one place say; the canonical form has forgotten it.

    Args:
        schema: of the place.
        root: in which its references are; itself if left out.
    """

    def __init__(self, schema: object, root: object = None) -> None:
        self._root = schema if root is None else root
        self._schemas = list(self._flat(schema))

    def _flat(self, *given: object) -> Iterator[Mapping[str, Any]]:
        """The schemas and all that stand for the same place."""
        todo = list(given)
        seen: list[int] = []
        while todo and len(seen) < _LIMIT:
            schema = todo.pop(0)
            if not is_mapping(schema) or id(schema) in seen:
                continue
            seen.append(id(schema))
            yield schema
            if isinstance(schema.get("$ref"), str):
                todo.append(self._target(schema["$ref"]))
            for key in _SEVERAL:
                members = schema.get(key)
                todo += members if is_array(members) else []
            todo += [schema[key] for key in _ALONE if key in schema]

    def _target(self, reference: str) -> object:
        place: object = self._root
        for part in reference.removeprefix("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            place = place.get(name) if is_mapping(place) else None
        return place

    def _under(self, *schemas: object) -> Hints:
        made = Hints({}, self._root)
        made._schemas = list(made._flat(*schemas))
        return made

    def member(self, name: str) -> Hints:
        """Those of a member of an object."""
        found: list[object] = []
        for schema in self._schemas:
            properties = schema.get("properties")
            if is_mapping(properties) and name in properties:
                found.append(properties[name])
        return self._under(*found)

    def other(self) -> Hints:
        """Those of members that have no schema of their own."""
        return self._under(*(schema.get("additionalProperties") for schema in self._schemas))

    def item(self, number: int) -> Hints:
        """Those of an item of an array."""
        found: list[object] = []
        for schema in self._schemas:
            prefix: Any = schema.get("prefixItems", schema.get("items"))
            if is_array(prefix) and number < len(prefix):
                found.append(prefix[number])
            found.append(schema.get("items"))
        return self._under(*found)

    @property
    def names(self) -> list[str]:
        """Members in the order in which they are declared."""
        found: dict[str, None] = {}
        for schema in self._schemas:
            properties = schema.get("properties")
            if is_mapping(properties):
                found |= dict.fromkeys(str(name) for name in properties)
        return list(found)

    @property
    def types(self) -> list[str]:
        """Types in the order in which they are named."""
        found: dict[str, None] = {}
        for schema in self._schemas:
            kind = schema.get("type")
            kinds: list[Any] = kind if is_array(kind) else [kind]
            found |= dict.fromkeys(str(one) for one in kinds if isinstance(one, str))
            if kind is None and "properties" in schema:
                found["object"] = None
        return list(found)

    @property
    def values(self) -> list[Any]:
        """Default and examples."""
        found: list[Any] = []
        for schema in self._schemas:
            examples = schema.get("examples")
            given = [schema["default"]] if "default" in schema else []
            given += examples if is_array(examples) else []
            found += [value for value in given if value is not None]
        return found

    @property
    def listed(self) -> list[Any]:
        """Values of enums, in their order."""
        found: list[Any] = []
        for schema in self._schemas:
            values = schema.get("enum")
            found += values if is_array(values) else []
            found += [schema["const"]] if "const" in schema else []
        return found

    @property
    def description(self) -> str:
        """What it is for."""
        return " ".join(str(schema.get("description", "")) for schema in self._schemas).strip()
