"""Calls of operations as the document's own examples have them, for those that no test knows by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.contract.instances import DOCUMENT, named

JSON = "application/json"
_VALUES = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


class Described(NamedTuple):
    """An operation of the document."""

    operation_id: str
    method: str
    data: Mapping[str, Any]


def described() -> Iterator[Described]:
    """Every operation."""
    for item in DOCUMENT["paths"].values():
        for data in item.values():
            yield Described(data["operationId"], data["x-runinfra-method"], data)


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to."""
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def success(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The bodies of an operation's answer of success, by media type; none for 204."""
    status = next(status for status in data["responses"] if status[0] == "2")
    content: Mapping[str, Any] = resolved(data["responses"][status]).get("content", {})
    return content


def components(data: Mapping[str, Any]) -> list[str]:
    """The components that the JSON answer may be."""
    schema = success(data).get(JSON, {}).get("schema")
    return [] if schema is None else [named(m["$ref"]) for m in schema.get("anyOf", [schema])]


def arguments(data: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments that the document allows: its example of a request, and what is required."""
    found: dict[str, Any] = {}
    for parameter in map(resolved, data.get("parameters", ())):
        if parameter.get("required") and parameter["name"] != "pipeline_id":
            found[_keyword(parameter["name"])] = _value(parameter)
    for media, body in data.get("requestBody", {}).get("content", {}).items():
        example = next(iter(body.get("examples", {}).values()), {}).get("value", {})
        properties = resolved(body["schema"]).get("properties", {})
        for name, value in example.items():
            binary = properties.get(name, {}).get("format") == "binary"
            found[_keyword(name)] = b"RIFF" if binary else value
        if media != JSON and not properties:
            found["content"] = b"RIFF"
    return found


def call_of(operation: Described) -> Callable[[Any], Any]:
    """Calls the SDK's method with them."""

    def call(client: Any) -> Any:
        for name in operation.method.split("."):
            client = getattr(client, name)
        return client(**arguments(operation.data))

    return call


def _value(parameter: Mapping[str, Any]) -> Any:
    schema = resolved(parameter["schema"])
    if "example" in parameter:
        return parameter["example"]
    if "enum" in schema:
        return schema["enum"][0]
    formats = {"date-time": "2026-11-01T00:00:00Z", "date": "2026-11-01"}
    return formats.get(schema.get("format", ""), _VALUES.get(schema.get("type", ""), "x"))


def _keyword(name: str) -> str:
    return name.removesuffix("[]").replace("-", "_").lower()
