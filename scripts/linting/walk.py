"""The document's tree with the kind of each object, and what an object of each kind may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .source import Where

HTTP_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Node(NamedTuple):
    """An object of the document.

    Attributes:
        where: its place.
        kind: what it is: a key of ``KEYS``.
        data: it.
    """

    where: Where
    kind: str
    data: Any


# Kind of what stands under a key: a name alone, `*name` for a map of them, `[name` for a list.
CHILDREN: Mapping[str, Mapping[str, str]] = {
    "document": {
        "info": "info",
        "servers": "[server",
        "tags": "[tag",
        "paths": "*path",
        "webhooks": "*path",
        "components": "components",
    },
    "info": {"contact": "contact", "license": "license"},
    "server": {"variables": "*variable"},
    "components": {
        "schemas": "*schema",
        "responses": "*response",
        "parameters": "*parameter",
        "headers": "*header",
        "requestBodies": "*body",
        "examples": "*example",
        "securitySchemes": "*scheme",
    },
    "path": {"parameters": "[parameter", **dict.fromkeys(HTTP_METHODS, "operation")},
    "operation": {"parameters": "[parameter", "requestBody": "body", "responses": "*response"},
    "parameter": {"schema": "schema", "content": "*media", "examples": "*example"},
    "body": {"content": "*media"},
    "response": {"headers": "*header", "content": "*media"},
    "header": {"schema": "schema", "content": "*media", "examples": "*example"},
    "media": {"schema": "schema", "examples": "*example", "encoding": "*encoding"},
    "schema": {
        "properties": "*schema",
        "additionalProperties": "schema",
        "propertyNames": "schema",
        "items": "schema",
        "prefixItems": "[schema",
        "contains": "schema",
        "contentSchema": "schema",
        "allOf": "[schema",
        "anyOf": "[schema",
        "oneOf": "[schema",
        "not": "schema",
        "if": "schema",
        "then": "schema",
        "else": "schema",
    },
}

_SCHEMA = (
    "type format enum const description default title deprecated readOnly writeOnly example "
    "examples minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength "
    "pattern minItems maxItems uniqueItems minProperties maxProperties required dependentRequired "
    "contentEncoding contentMediaType discriminator"
)
# Its other keys, besides those of its children and the extensions.
KEYS: Mapping[str, str] = {
    "document": "openapi security",
    "info": "title version summary description termsOfService",
    "contact": "name url email",
    "license": "name url identifier",
    "server": "url description",
    "variable": "default description enum",
    "tag": "name description",
    "components": "",
    "path": "summary description",
    "operation": "operationId summary description tags security deprecated",
    "parameter": "name in required description deprecated style explode example allowReserved",
    "body": "required description",
    "response": "description",
    "header": "required description deprecated style explode example",
    "media": "example",
    "encoding": "contentType style explode",
    "example": "summary description value",
    "scheme": "type description name in scheme bearerFormat flows openIdConnectUrl",
    "schema": _SCHEMA,
}
REFERABLE = {
    "schema": "schemas",
    "response": "responses",
    "parameter": "parameters",
    "header": "headers",
    "body": "requestBodies",
    "example": "examples",
}


def walk(data: Any, kind: str = "document", where: Where = ()) -> Iterator[Node]:
    """Every object, those above first; references are not followed."""
    yield Node(where, kind, data)
    if not isinstance(data, Mapping) or "$ref" in data:
        return
    for key, child in CHILDREN.get(kind, {}).items():
        if key not in data:
            continue
        value, place = data[key], (*where, key)
        if child.startswith("*"):
            if isinstance(value, Mapping):
                for name, item in value.items():
                    yield from walk(item, child[1:], (*place, name))
        elif child.startswith("["):
            if isinstance(value, list):
                for number, item in enumerate(value):
                    yield from walk(item, child[1:], (*place, number))
        elif not (key == "additionalProperties" and isinstance(value, bool)):
            yield from walk(value, child, place)


def behind(document: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object, or the component that it refers to."""
    while "$ref" in data:
        kind, name = data["$ref"].split("/")[-2:]
        data = document["components"][kind][name]
    return data
