"""What stands where nothing looks at it: refused, or it would be dropped without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generation.document import Schemas, operations, types_of

from .schemas import reachable
from .source import Finding, Where
from .walk import behind, walk

_PLAIN_MEDIA = re.compile(r"[a-z0-9*+.-]+/[a-z0-9*+.-]+")
_OF_ARGUMENTS = ("x-runinfra-file", "x-runinfra-method-parameter", "x-runinfra-scoped-default")
_KEY = "idempotency-key"


def ignored(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Words of OpenAPI, and extensions of ours, in places where they mean nothing here."""
    for where, kind, data in walk(document):
        if kind == "media":
            if not _PLAIN_MEDIA.fullmatch(str(where[-1])):
                message = f"{where[-1]}: expected a media type in small letters, and nothing else"
                yield Finding(where, "media", message)
            if "encoding" in data:
                yield from _encoding(Schemas(document), where, data)
        elif kind == "operation" and where[0] == "paths":
            yield from _replay(document, where, data)
        elif kind == "schema":
            for key in ("readOnly", "writeOnly"):
                if data.get(key):
                    message = f"{key} is not looked at: give requests and answers own components"
                    yield Finding((*where, key), "one-way", message)
            if "discriminator" in data:
                yield from _discriminator(Schemas(document), where, data)
    yield from _extensions(document)


def _replay(
    document: Mapping[str, Any], where: Where, data: Mapping[str, Any]
) -> Iterator[Finding]:
    """What is repeated by its key has a key."""
    if data["x-runinfra-replay"]["class"] != "keyed":
        return
    parameters = (behind(document, given) for given in data.get("parameters", ()))
    if not any(p["in"] == "header" and p["name"].lower() == _KEY for p in parameters):
        place = (*where, "x-runinfra-replay", "class")
        message = "keyed: expected the parameter Idempotency-Key, which says that a key is heeded"
        yield Finding(place, "extension", message)


def _discriminator(schemas: Schemas, where: Where, data: Mapping[str, Any]) -> Iterator[Finding]:
    """It names the constant by which the members are told apart."""
    name = data["discriminator"].get("propertyName")
    tags = [schemas.tag(schemas.resolve(member)) for member in schemas.alternatives(data)]
    if any(tag is not None and tag[0] != name for tag in tags) or not any(tags):
        message = f"expected a property that is required and constant in each, got {name!r}"
        yield Finding((*where, "discriminator", "propertyName"), "discriminator", message)
    elif mapping := data["discriminator"].get("mapping"):
        by_value = {tag[1]: member.get("$ref") for tag, member in _pairs(schemas, data) if tag}
        for value, target in mapping.items():
            if by_value.get(value) not in {target, f"#/components/schemas/{target}"}:
                place = (*where, "discriminator", "mapping", value)
                message = f"{value}: expected {by_value.get(value, 'one of ' + str([*by_value]))}"
                yield Finding(place, "discriminator", message)


def _pairs(schemas: Schemas, data: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for member in schemas.alternatives(data):
        yield schemas.tag(schemas.resolve(member)), member


def _extensions(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Ours, where the generator looks for them."""
    schemas = Schemas(document)
    asked, answered = (reachable(document, side) for side in ("requestBody", "responses"))
    arguments = _arguments(schemas, document)
    forms = _forms(document)
    for where, kind, data in walk(document):
        if kind != "schema":
            continue
        component = str(where[2]) if where[:2] == ("components", "schemas") else ""
        for key in _OF_ARGUMENTS:
            if key in data and not any(data is argument for argument in arguments):
                message = f"{key} belongs to an argument: a field of a request's own object"
                yield Finding((*where, key), "extension", message)
        if data.get("format") == "binary" and component in asked - forms:
            message = "binary belongs to a field of a form: bytes in JSON have the format byte"
            yield Finding((*where, "format"), "format", message)
        if "x-runinfra-empty" in data and component not in answered:
            message = "x-runinfra-empty belongs to a field of an answer"
            yield Finding((*where, "x-runinfra-empty"), "extension", message)
        if "x-runinfra-accepts" in data:
            place = (*where, "x-runinfra-accepts")
            if len(where) != 3 or component not in asked or "properties" in data:
                message = "x-runinfra-accepts belongs to a component of requests that is a union"
                yield Finding(place, "extension", message)
            for number, name in enumerate(data["x-runinfra-accepts"]):
                if name not in answered:
                    message = f"x-runinfra-accepts: {name} is no object of an answer"
                    yield Finding((*place, number), "extension", message)


def _arguments(schemas: Schemas, document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schemas of the fields that become arguments, and what they refer to."""
    found: list[Mapping[str, Any]] = []
    for _, _, data in operations(document):
        for media in data.get("requestBody", {}).get("content", {}).values():
            fields = schemas.resolve(media.get("schema", {})).get("properties", {})
            for field in fields.values():
                found.append(field)
                found += [schemas.all[n] for n in _referred(field) if n in schemas.all]
        for given in data.get("parameters", ()):
            found.append(schemas.parameter(given).get("schema", {}))
    return found


def _forms(document: Mapping[str, Any]) -> set[str]:
    """The components that are forms."""
    bodies = (data.get("requestBody", {}).get("content", {}) for _, _, data in operations(document))
    schemas = (body.get("multipart/form-data", {}).get("schema", {}) for body in bodies)
    return {name for schema in schemas for name in _referred(schema)}


def _referred(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].rsplit("/", 1)[-1]
    for member in schema.get("allOf", ()):
        yield from _referred(member)


def is_form_part(schemas: Schemas, schema: Mapping[str, Any]) -> bool:
    """Whether a field can be a part of a form, or several: a text, a number, JSON, a file."""
    members = [*map(schemas.resolve, schemas.alternatives(schemas.resolve(schema)))]
    named = [member for member in members if member.get("type") != "null"]
    parts = [schemas.resolve(part.get("items", part)) for part in named]
    if len(named) > 1 and any("items" in part for part in named):
        return False
    files = [part.get("format") == "binary" for part in parts]
    kinds = [{*types_of(part)} - {"null"} for part in parts]
    return (not any(files) or len(files) == 1) and all(k and "array" not in k for k in kinds)


def _encoding(schemas: Schemas, where: Where, data: Mapping[str, Any]) -> Iterator[Finding]:
    """A form's media types: of fields that there are, and of a kind that can be sent."""
    fields = schemas.resolve(data.get("schema", {})).get("properties", {})
    for name, told in data["encoding"].items():
        place = (*where, "encoding", name)
        if where[-1] != "multipart/form-data" or name not in fields:
            yield Finding(
                place, "encoding", f"encoding: this body is no form with the field {name}"
            )
            continue
        if [*told] != ["contentType"]:
            yield Finding(place, "encoding", f"{name}: expected contentType, and nothing else")
            continue
        media = told["contentType"]
        parts = schemas.alternatives(schemas.resolve(fields[name]))
        items = [schemas.resolve(schemas.resolve(part).get("items", part)) for part in parts]
        is_object = any("object" in types_of(item) for item in items)
        if not _PLAIN_MEDIA.fullmatch(media) or "*" in media:
            message = f"{name}: contentType: expected one media type, got {media!r}"
            yield Finding((*place, "contentType"), "encoding", message)
        elif is_object is not media.endswith(("/json", "+json")):
            message = f"{name}: contentType: objects are JSON, and nothing else is"
            yield Finding((*place, "contentType"), "encoding", message)
