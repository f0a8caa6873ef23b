"""Calls of operations as the document's own examples have them, for those that no test knows by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.contract.instances import DOCUMENT, named

from generation.endpoints import wire_to_keyword  # isort: skip - found by what stands before

JSON = "application/json"
_VALUES: Mapping[str, Any] = {"string": "x", "integer": 1, "number": 1, "boolean": True}
_FORMATS = {
    "date-time": "2026-11-01T00:00:00Z",
    "date": "2026-11-01",
    "uuid": "12345678-1234-5678-1234-567812345678",
    "byte": "eA==",
}


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
            found[wire_to_keyword(parameter["name"])] = _value(parameter)
    for media, body in data.get("requestBody", {}).get("content", {}).items():
        example = next(iter(body.get("examples", {}).values()), {}).get("value", {})
        properties = resolved(body["schema"]).get("properties", {})
        for name, value in example.items() if properties else ():
            if name not in properties:
                found.setdefault("extra_body", {})[name] = value
                continue
            binary = properties[name].get("format") == "binary"
            found[wire_to_keyword(name)] = b"RIFF" if binary else value
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
    return parameter["example"] if "example" in parameter else _made(parameter["schema"])


def _made(schema: Mapping[str, Any]) -> Any:
    schema = resolved(schema)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _made(schema[key][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [_made(schema["items"])] * schema.get("minItems", 1)
    if kind == "object":
        return {name: _made(part) for name, part in schema.get("properties", {}).items()}
    if kind in {"integer", "number"}:
        return max(_VALUES[kind], schema.get("minimum", 1))
    return _FORMATS.get(schema.get("format", ""), _VALUES[kind])
