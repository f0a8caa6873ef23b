"""The document in its plainest form, which means the same: what rules and generator read.

A path's parameters belong to each of its operations, a body stands where it is sent, and ``allOf``
of several schemas is the one schema that they amount to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .document import name_of

Where = tuple[str | int, ...]

_HTTP: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# What a schema says of itself; the word of the outermost one counts.
_WORDS: Final = frozenset({"description", "title", "example", "examples", "default", "deprecated"})
_LEAST: Final = frozenset(
    {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
)
_MOST: Final = frozenset(
    {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
)
_EITHER: Final = frozenset({"uniqueItems", "readOnly", "writeOnly"})
_VALUES: Final = frozenset({"example", "examples", "const", "enum", "default"})
_DEEP: Final = 60  # members of members; only what holds itself goes so far
_UNIONS: Final = frozenset({"oneOf", "anyOf"})
_OF_SCHEMAS: Final = ("additionalProperties", "items", "contains", "propertyNames")


class Contradiction(Exception):
    """Schemas that no one schema amounts to, as far as this is known here."""


def normal(
    document: Mapping[str, Any], note: Callable[[Where, str], None] | None = None
) -> dict[str, Any]:
    """The same document in its plainest form.

    Args:
        document: that is an OpenAPI document; its references lead somewhere.
        note: told the place of each ``allOf`` that stays, and why.
    """
    merging = _Merging(document, note or (lambda _where, _message: None))
    result: dict[str, Any] = merging.within(document, ())
    components = result.get("components", {})
    for path in result["paths"].values():
        shared = path.get("parameters", [])
        for key in [key for key in path if key not in _HTTP]:
            if key in ("parameters", "summary", "description"):
                del path[key]
        for operation in path.values():
            if isinstance(operation, dict):
                _complete(operation, shared, components)
    return result


def _complete(
    operation: dict[str, Any], shared: list[dict[str, Any]], components: Mapping[str, Any]
) -> None:
    """Give an operation its path's parameters, and its body."""

    def key(parameter: Mapping[str, Any]) -> tuple[str, str]:
        while "$ref" in parameter:
            parameter = components["parameters"][name_of(parameter["$ref"])]
        return parameter["name"], parameter["in"]

    own = operation.get("parameters", [])
    known = {key(parameter) for parameter in own}
    if more := [parameter for parameter in shared if key(parameter) not in known]:
        operation["parameters"] = [*own, *more]
    body = operation.get("requestBody", {})
    while "$ref" in body:
        body = operation["requestBody"] = components["requestBodies"][name_of(body["$ref"])]


class _Merging:
    """Replaces each ``allOf`` of several by what it amounts to."""

    def __init__(self, document: Mapping[str, Any], note: Callable[[Where, str], None]) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})
        self._note = note

    def within(self, node: Any, where: Where) -> Any:
        """A copy of a part of the document."""
        if isinstance(node, list):
            return [self.within(item, (*where, number)) for number, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if where and where[-1] in _VALUES and where[-2:-1] != ("properties",):
            return node
        if isinstance(node.get("allOf"), list) and not self._is_plain(node, where):
            try:
                if len(where) > _DEEP:
                    raise Contradiction("allOf: the parts lead to each other without an end")
                node = self.whole(node)
            except Contradiction as contradiction:
                self._note((*where, "allOf"), str(contradiction))
        return {key: self.within(value, (*where, key)) for key, value in node.items()}

    def _is_plain(self, schema: Mapping[str, Any], where: Where) -> bool:
        """Whether it only gives a reference more words, which the generator understands."""
        if len(schema["allOf"]) > 1 or "$ref" not in schema["allOf"][0]:
            return False
        if len(where) == 3 and where[:2] == ("components", "schemas"):
            return False  # a class of its own, with all members
        return all(key in _WORDS | {"allOf"} or key.startswith("x-") for key in schema)

    def whole(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """What a schema amounts to, its references and ``allOf`` resolved.

        Raises:
            Contradiction: two of its parts don't go together.
        """
        if "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            return {**self.whole(self._schemas[name_of(schema["$ref"])]), **rest}
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        members = schema.get("allOf", ())
        if not members:
            return rest
        result: dict[str, Any] = {}
        for part in (*map(self.whole, members), rest):
            result = self._both(result, part)
        return result

    def _both(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
        for union, rest in ((one, other), (other, one)):
            if _UNIONS & union.keys() and any(
                key not in _WORDS and not key.startswith("x-") for key in rest
            ):
                raise Contradiction("allOf: a union and something else are no one schema here")
        self._check_closed(one, other)
        result = {**one, **other}
        for key in one.keys() & other.keys():
            result[key] = self._of_both(key, one[key], other[key])
        return result

    def _check_closed(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        for closed, rest in ((one, other), (other, one)):
            if closed.get("additionalProperties") is not False:
                continue
            for name in rest.get("properties", {}):
                if name not in closed.get("properties", {}):
                    msg = f"allOf: additionalProperties: false of another part forbids {name}"
                    raise Contradiction(msg)

    def _of_both(self, key: str, one: Any, other: Any) -> Any:
        if one == other or key in _WORDS or key.startswith("x-"):
            return other
        if key in _LEAST:
            return max(one, other)
        if key in _MOST:
            return min(one, other)
        if key in _EITHER:
            return one or other
        if key == "required":
            return [*one, *(name for name in other if name not in one)]
        if key == "type":
            return _types(one, other)
        if key == "enum":
            values = [value for value in one if value in other]
            if values:
                return values
        if key == "properties":
            both = {name: {"allOf": [one[name], other[name]]} for name in one if name in other}
            return {**one, **other, **both}
        if key in _OF_SCHEMAS and isinstance(one, Mapping) and isinstance(other, Mapping):
            return {"allOf": [one, other]}
        if key == "additionalProperties":
            return False if False in (one, other) else one if other is True else other
        raise Contradiction(f"allOf: {key} is {_said(one)} here, and {_said(other)} there")


def _types(one: Any, other: Any) -> Any:
    """The types that both allow; a whole number is a number."""
    left, right = ([kind] if isinstance(kind, str) else kind for kind in (one, other))
    found = [*_common(left, right), *(k for k in _common(right, left) if k not in left)]
    if not found:
        raise Contradiction(f"allOf: type is {_said(one)} here, and {_said(other)} there")
    return found[0] if len(found) == 1 else found


def _common(some: list[str], others: list[str]) -> Iterator[str]:
    for kind in some:
        if kind in others or (kind == "integer" and "number" in others):
            yield kind


def _said(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float) else "something"
