"""Operations: ids, methods of the SDK, parameters of the path, answers, streams, security."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generation.document import Schemas, types_of

from .source import Finding, Where
from .walk import behind, walk

GENERATED = ("get", "put", "post", "delete", "patch")
JSON = "application/json"
EVENTS = "text/event-stream"
_SUCCESS = re.compile(r"2(\d\d|XX)")
_TAG = re.compile(r"[A-Z][A-Za-z0-9]*")
_ID = re.compile(r"[a-z][A-Za-z0-9]*")
_IN_PATH = re.compile(r"{([^{}]*)}")
_FIXED = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*")
PIPELINE = "/{pipeline_id}"


def operations(document: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with operations."""
    yield from _unique(document)
    yield from _paths(document)
    schemes = document.get("components", {}).get("securitySchemes", {})
    for where, kind, data in walk(document):
        if kind not in ("operation", "document"):
            continue
        for number, choice in enumerate(data.get("security", ())):
            for name in choice:
                if name not in schemes:
                    place = (*where, "security", number, name)
                    yield Finding(place, "security", f"there is no security scheme {name}")
        if kind == "document":
            continue
        if where[0] == "paths":
            yield from _security(document, where, data)
        if where[-1] not in GENERATED:
            yield Finding(where, "verb", f"expected one of {', '.join(GENERATED)}")
        yield from _parameters(document, where, data)
        yield from _answers(document, where, data)
        if where[0] == "paths":
            tags = data.get("tags", [])
            if len(tags) != 1 or not _TAG.fullmatch(tags[0]):
                place = (*where, "tags") if "tags" in data else where
                yield Finding(place, "tags", f"expected one tag, such as [Models], got {tags}")
            scoped = str(where[1]).startswith(f"{PIPELINE}/")
            if scoped != (data.get("x-runinfra-scope") == "pipeline"):
                message = f"the scope pipeline goes with a path below {PIPELINE}, and only with it"
                yield Finding((*where, "x-runinfra-scope"), "scope", message)


def _security(
    document: Mapping[str, Any], where: Where, data: Mapping[str, Any]
) -> Iterator[Finding]:
    """The client sends its key as a bearer token, and has nothing else to prove itself by."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    bearers = {
        name
        for name, scheme in schemes.items()
        if scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
    }
    choices = data.get("security", document.get("security", []))
    if choices and not any(bearers.issuperset(choice) for choice in choices):
        place = (*where, "security") if "security" in data else where
        yield Finding(place, "security", "expected a choice with nothing but the bearer token")


def successes(operation: Mapping[str, Any]) -> list[str]:
    """The statuses of its good answers."""
    return [status for status in operation.get("responses", {}) if _SUCCESS.fullmatch(status)]


def _unique(document: Mapping[str, Any]) -> Iterator[Finding]:
    """No two operations have the same id or method, and no method is a namespace of another."""
    ids: set[str] = set()
    methods: dict[str, str] = {}
    for where, kind, data in walk(document):
        if kind != "operation":
            continue
        own = data.get("operationId")
        if own is None:
            yield Finding(where, "operation-id", "operationId is missing")
        elif not _ID.fullmatch(own):
            message = f"operationId: expected letters and digits such as listUsage, got {own!r}"
            yield Finding((*where, "operationId"), "operation-id", message)
        elif own.lower() in ids:
            message = f"operationId: {own} is an operation's already"
            yield Finding((*where, "operationId"), "operation-id", message)
        ids.add(str(own).lower())
        name = data.get("x-runinfra-method")
        if not isinstance(name, str):
            continue
        for other, owner in methods.items():
            if f"{name}.".startswith(f"{other}.") or f"{other}.".startswith(f"{name}."):
                message = f"x-runinfra-method: {name} clashes with {other} of {owner}"
                yield Finding((*where, "x-runinfra-method"), "method", message)
        methods[name] = str(own)


def _paths(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Paths that are written well, and differ by more than the names of their parameters."""
    shapes: dict[str, str] = {}
    for path in document["paths"]:
        where: Where = ("paths", path)
        rest = _IN_PATH.sub("", path)
        names = _IN_PATH.findall(path)
        if "{" in rest or "}" in rest or not all(name.isidentifier() for name in names):
            yield Finding(where, "path", f"expected braces around names in {path}")
            continue
        if not _FIXED.fullmatch(rest):
            yield Finding(where, "path", f"expected percent-encoded ASCII around names in {path}")
        if len(set(names)) != len(names):
            yield Finding(where, "path", f"a parameter stands twice in {path}")
        shape = _IN_PATH.sub("{}", path)
        if shape in shapes:
            yield Finding(where, "path", f"{path} is the same path as {shapes[shape]}")
        shapes[shape] = path


def _parameters(
    document: Mapping[str, Any], where: Where, data: Mapping[str, Any]
) -> Iterator[Finding]:
    """Those of the path are declared, and those that are declared stand in the path."""
    in_path = _IN_PATH.findall(str(where[1])) if where[0] == "paths" else []
    declared: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for number, parameter in enumerate(data.get("parameters", ())):
        place = (*where, "parameters", number)
        resolved = behind(document, parameter)
        key = (resolved["name"], resolved["in"])
        if key in seen:
            yield Finding(place, "parameter", f"{key[0]} in {key[1]} is declared twice")
        seen.add(key)
        if resolved["in"] == "path":
            declared.add(resolved["name"])
            if resolved["name"] not in in_path:
                message = f"{resolved['name']} is declared, but {where[1]} has no such parameter"
                yield Finding(place, "path-parameter", message)
    for name in in_path:
        if name not in declared:
            message = f"nobody declares the parameter {name} of {where[1]}"
            yield Finding(where, "path-parameter", message)


def _answers(
    document: Mapping[str, Any], where: Where, data: Mapping[str, Any]
) -> Iterator[Finding]:
    """A good answer exists; JSON comes before events; events and their extension go together."""
    good = successes(data)
    if not good:
        place = (*where, "responses") if "responses" in data else where
        yield Finding(place, "success", "no answer for success: expected a status such as 200")
    if where[0] != "paths":
        return
    streams = False
    for status in good:
        content = behind(document, data["responses"][status]).get("content", {})
        if EVENTS in content:
            streams = True
            place = (*where, "responses", status, "content")
            if len(content) > 1 and next(iter(content)) != JSON:
                yield Finding(place, "json-first", "give what a call without stream answers first")
            yield from _events((*place, EVENTS, "schema"), content[EVENTS], data)
            if JSON in content and not _switch(document, data):
                message = (
                    "expected a body with the switch: stream, with x-runinfra-method-parameter"
                )
                yield Finding(place, "stream", message)
    if streams != ("x-runinfra-stream" in data):
        place = (*where, "x-runinfra-stream") if not streams else where
        yield Finding(place, "stream", f"{EVENTS} and x-runinfra-stream go together")


def _switch(document: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether the body has what chooses between a whole answer and events."""
    body = data.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    field = Schemas(document).resolve(body).get("properties", {}).get("stream", {})
    return "boolean" in types_of(field) and "x-runinfra-method-parameter" in field


def _events(where: Where, media: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Finding]:
    """The schema of a stream is one of its text, and names what its extension names."""
    event = data.get("x-runinfra-stream", {}).get("event")
    expected = {
        "type": "string",
        "contentMediaType": EVENTS,
        "contentSchema": {"$ref": f"#/components/schemas/{event}"},
    }
    schema = media.get("schema", {})
    if event and any(schema.get(key) != value for key, value in expected.items()):
        yield Finding(where, "stream", f"expected a text with the content {event}: {expected}")
