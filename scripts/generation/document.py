"""Reads the document and answers questions about it; knows nothing of Python code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]
_METHODS = ("get", "put", "post", "delete", "patch")


_BY_TYPE = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "array",
    str: "string",
    type(None): "null",
}


class DocumentError(Exception):
    """The document can't be used; the message starts with the place."""


class Located(NamedTuple):
    """An operation with its place."""

    path: str
    method: str
    data: Mapping[str, Any]


def operations(document: Mapping[str, Any]) -> Iterator[Located]:
    """Every operation, in the document's order."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield Located(path, method, item[method])


def name_of(reference: str) -> str:
    """The component's name in a reference."""
    return reference.rsplit("/", 1)[-1]


class Schemas:
    """The schema components."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        components = document.get("components", {})
        self.all: Mapping[str, Schema] = components.get("schemas", {})
        self._responses = components.get("responses", {})
        self._parameters = components.get("parameters", {})

    def resolve(self, schema: Schema) -> Schema:
        """The schema behind references and single ``allOf``; members beside these win."""
        while True:
            if "$ref" in schema:
                name = name_of(schema["$ref"])
                if name not in self.all:
                    raise DocumentError(f"openapi/runinfra.yaml: no component {schema['$ref']}")
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**self.all[name], **rest}
            elif len(schema.get("allOf", ())) == 1:
                rest = {key: value for key, value in schema.items() if key != "allOf"}
                schema = {**self.resolve(schema["allOf"][0]), **rest}
            else:
                return schema

    def alternatives(self, schema: Schema) -> list[Schema]:
        """The members of a union, as they stand; else the schema itself."""
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return list(schema[key])
        return [schema]

    def answer(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """An answer behind its reference."""
        if "$ref" in answer:
            found: Mapping[str, Any] = self._responses[name_of(answer["$ref"])]
            return found
        return answer

    def parameter(self, parameter: Mapping[str, Any]) -> Mapping[str, Any]:
        """A parameter behind its reference."""
        if "$ref" in parameter:
            found: Mapping[str, Any] = self._parameters[name_of(parameter["$ref"])]
            return found
        return parameter

    def is_free(self, schema: Schema) -> bool:
        """Whether it is any JSON object at all."""
        return schema.get("type") == "object" and not schema.get("properties")

    def tag(self, schema: Schema) -> tuple[str, str] | None:
        """Name and value of the constant that tells a member of a union apart."""
        required = schema.get("required", ())
        for name, property_ in schema.get("properties", {}).items():
            if name in required and "const" in property_:
                return name, property_["const"]
        return None


def types_of(schema: Schema) -> list[str]:
    """The JSON types that a plain schema allows."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return list(kind)
    if kind is not None:
        return [kind]
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return [*dict.fromkeys(_BY_TYPE[type(value)] for value in values)]


def body_of(operation: Mapping[str, Any]) -> tuple[str, Schema | None]:
    """Kind and schema of the request body: none, json, multipart or binary."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return "none", None
    if "application/json" in content:
        return "json", content["application/json"]["schema"]
    if "multipart/form-data" in content:
        return "multipart", content["multipart/form-data"]["schema"]
    return "binary", None
