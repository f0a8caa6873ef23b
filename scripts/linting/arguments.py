"""What goes in and out of an operation: what our templates turn into code, and no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from generation.answers import kind_of
from generation.document import Schemas, name_of, types_of
from generation.endpoints import CALL_HEADERS, LOCAL, TAKEN, wire_to_keyword

from .ignored import is_form_part
from .operations import EVENTS
from .source import Finding, Where
from .walk import behind, walk

_SCALARS = {"string", "integer", "number", "boolean"}
_FORM = "multipart/form-data"
_OBJECTS = ("application/json", _FORM)


def arguments(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Parameters, bodies and answers that nothing would be made of, or something wrong."""
    schemas = Schemas(document)
    for where, kind, data in walk(document):
        if kind == "media" and "schema" not in data:
            yield Finding(where, "body", "a body needs a schema")
        elif kind == "operation" and where[0] == "paths":
            yield from _parameters(document, schemas, where, data)
            yield from _body(schemas, where, data)
            yield from _answers(document, schemas, where, data)


def _parameters(
    document: Mapping[str, Any], schemas: Schemas, where: Where, data: Mapping[str, Any]
) -> Iterator[Finding]:
    """Parameters of plain types, and all arguments by names of their own."""
    names: list[tuple[Where, str]] = []
    also: list[tuple[Where, str]] = []
    for number, given in enumerate(data.get("parameters", ())):
        place: Where = (*where, "parameters", number)
        parameter = behind(document, given)
        if parameter["in"] == "cookie":
            yield Finding(place, "parameter", "cookies are not sent: use query or header")
        if "schema" not in parameter:
            yield Finding(place, "parameter", "a parameter needs a schema")
        elif "object" in types_of(schemas.resolve(parameter["schema"])):
            yield from _flat(schemas, place, parameter)
        elif not _is_plain(schemas, parameter["schema"], lists=True):
            expected = "a text, a number, true or false, a list of these, or an object of these"
            yield Finding(place, "parameter", f"{parameter['name']}: expected {expected}")
        if parameter["name"].lower() not in CALL_HEADERS:
            names.append((place, parameter["name"]))
        if parameter["in"] == "path" and wire_to_keyword(parameter["name"]) in LOCAL:
            message = f"{parameter['name']}: the generated code has another use for this name"
            yield Finding(place, "parameter", message)
        if exploded := _exploded(schemas, parameter):
            also += [(place, name) for name in exploded]
    yield from _twice(document, data, also)
    content = data.get("requestBody", {}).get("content", {})
    for media in _OBJECTS:
        schema = schemas.resolve(content.get(media, {}).get("schema", {}))
        place = (*where, "requestBody", "content", media)
        names += [(place, name) for name in schema.get("properties", {})]
    if content and not any(media in content for media in _OBJECTS):
        names.append(((*where, "requestBody"), "content"))
    seen: set[str] = set()
    for place, name in names:
        keyword = wire_to_keyword(name)
        if not keyword.isidentifier() or keyword.startswith("__"):
            yield Finding(place, "parameter", f"{name} can't become a keyword argument")
        elif keyword in TAKEN:
            yield Finding(place, "parameter", f"{name}: {keyword} is an option of every call")
        elif keyword in seen:
            yield Finding(place, "parameter", f"{name}: two arguments become {keyword}")
        seen.add(keyword)


def _flat(schemas: Schemas, place: Where, parameter: Mapping[str, Any]) -> Iterator[Finding]:
    """A parameter that is an object has plain members, which are known where they stand alone."""
    name, schema = parameter["name"], schemas.resolve(parameter["schema"])
    members = schema.get("properties", {})
    others = schema.get("additionalProperties")
    parts = [*members.values(), *([others] if isinstance(others, Mapping) else [])]
    if not parts or types_of(schema) != ["object"]:
        yield Finding(place, "parameter", f"{name}: expected an object with members")
    elif members and "$ref" not in parameter["schema"]:
        yield Finding(place, "parameter", f"{name}: make the object a component of its own")
    elif not all(_is_plain(schemas, part, lists=False) for part in parts):
        message = f"{name}: the members of a parameter are texts, numbers, true or false"
        yield Finding(place, "parameter", message)
    elif isinstance(others, Mapping) and _exploded(schemas, parameter) is not None:
        message = f"{name}: other members would be any parameter: use the style deepObject"
        yield Finding(place, "parameter", message)


def _exploded(schemas: Schemas, parameter: Mapping[str, Any]) -> Collection[str] | None:
    """The members of an object that are parameters of the query by names of their own."""
    schema = schemas.resolve(parameter.get("schema", {}))
    form = parameter["in"] == "query" and parameter.get("style", "form") == "form"
    if form and parameter.get("explode", True) and "object" in types_of(schema):
        members: Mapping[str, Any] = schema.get("properties", {})
        return [*members]
    return None


def _twice(
    document: Mapping[str, Any],
    data: Mapping[str, Any],
    members: list[tuple[Where, str]],
) -> Iterator[Finding]:
    """Members of an object that would be sent as another parameter is."""
    resolved = [behind(document, given) for given in data.get("parameters", ())]
    seen = {p["name"] for p in resolved if p["in"] == "query"}
    for place, name in members:
        if name in seen:
            message = f"{name}: two parameters of the query would have this name"
            yield Finding(place, "parameter", message)
        seen.add(name)


def _is_plain(schemas: Schemas, schema: Mapping[str, Any], *, lists: bool) -> bool:
    resolved = schemas.resolve(schema)
    for part in map(schemas.resolve, schemas.alternatives(resolved)):
        kinds = {*types_of(part)} - {"null"}
        if lists and kinds == {"array"}:
            if not _is_plain(schemas, part["items"], lists=False):
                return False
        elif not kinds <= _SCALARS or not (kinds or types_of(part) or "enum" in part):
            return False
    return True


def _body(schemas: Schemas, where: Where, data: Mapping[str, Any]) -> Iterator[Finding]:
    """JSON and forms are objects with properties; everything else is bytes."""
    body = data.get("requestBody", {})
    kinds = body.get("content", {})
    if len(kinds) > 1 and any(media in kinds for media in _OBJECTS):
        message = f"expected one kind of body, got {' and '.join(kinds)}"
        yield Finding((*where, "requestBody", "content"), "body", message)
    for media, content in kinds.items():
        place = (*where, "requestBody", "content", media)
        schema = schemas.resolve(content.get("schema", {"properties": True}))
        if media in _OBJECTS:
            if not schema.get("properties"):
                yield Finding(place, "body", f"{media}: expected an object with properties")
            elif "$ref" not in content["schema"]:
                yield Finding(place, "body", f"{media}: make the object a component of its own")
            elif media == _FORM:
                for name, field in schema["properties"].items():
                    if not is_form_part(schemas, field):
                        message = (
                            f"{name}: a form has plain values, objects, files, or lists of one"
                        )
                        yield Finding(place, "body", message)
        elif "properties" in schema and "schema" in content:
            expected = " or ".join(_OBJECTS)
            yield Finding(place, "body", f"{media} is sent as bytes: for an object use {expected}")


def _answers(
    document: Mapping[str, Any], schemas: Schemas, where: Where, data: Mapping[str, Any]
) -> Iterator[Finding]:
    """JSON answers are components that are objects, or several; successes are of one kind."""
    kinds: dict[str, Where] = {}
    for status, given in data["responses"].items():
        content = behind(document, given).get("content", {})
        if status.startswith("2") and content:
            at = (*where, "responses", status)
            kinds.setdefault(kind_of(content), at)
            families = {_family(media) for media in content} - {"events"}
            if len(families) > 1 and families != {"json", "text"}:
                message = f"expected one kind of answer, got {', '.join(content)}"
                yield Finding((*at, "content"), "answer", message)
    if len(kinds) > 1:
        message = f"expected successes of one kind, got {' and '.join(kinds)}"
        yield Finding([*kinds.values()][1], "answer", message)
    for status, given in data["responses"].items():
        place: Where = (*where, "responses", status)
        for media, content in behind(document, given).get("content", {}).items():
            is_json = media.endswith(("/json", "+json")) and media != EVENTS
            if is_json and "schema" in content and not _is_made(schemas, content["schema"]):
                at = place if "$ref" in given else (*place, "content", media)
                message = "a JSON answer has to be a component that is an object, or one of several"
                yield Finding(at, "answer", message)


def _family(media: str) -> str:
    if media == EVENTS:
        return "events"
    if media.endswith(("/json", "+json")):
        return "json"
    return "text" if media.startswith("text/") else "bytes"


def _is_made(schemas: Schemas, schema: Mapping[str, Any]) -> bool:
    members = schemas.alternatives(schema)
    if len(members) > 1:
        return all("$ref" in member and _is_made(schemas, member) for member in members)
    if "$ref" not in schema or name_of(schema["$ref"]) not in schemas.all:
        return False
    resolved = schemas.resolve(schema)
    if len(schemas.alternatives(resolved)) > 1:
        return _is_made(schemas, resolved)
    return "object" in types_of(resolved)
