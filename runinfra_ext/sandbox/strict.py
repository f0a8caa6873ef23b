"""Holds requests and answers against the OpenAPI document."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final, NamedTuple, cast

import jsonschema_rs

from .reasons import reason_of
from .shapes import is_array

_PLACE: Final = re.compile(r"\{\w+\}")
_VERBS: Final = ("get", "put", "post", "delete", "patch")
_WHOLE: Final = re.compile(r"-?[0-9]+")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BY_TYPE: Final = {bool: "boolean", int: "integer", float: "number"}
_REF: Final = "#/components/schemas/"


class Problem(NamedTuple):
    """Where a value breaks the document, and how."""

    param: str | None
    message: str


class Route(NamedTuple):
    """An operation of the document with its path."""

    operation_id: str
    method: str
    pattern: re.Pattern[str]
    data: Mapping[str, Any]


@functools.cache
def document() -> dict[str, Any]:
    """The OpenAPI document, as `make gen` put it here."""
    text = (
        resources.files("runinfra_ext.sandbox")
        .joinpath("document.json")
        .read_text(encoding="utf-8")
    )
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@functools.cache
def routes() -> tuple[Route, ...]:
    """Every operation; those with fixed paths first."""
    found: list[Route] = []
    paths: Mapping[str, Any] = document()["paths"]
    for path in sorted(paths, key=_openness):
        # The voice route has its pipeline id in the path; the app takes that off before it looks.
        plain = path.removeprefix("/{pipeline_id}")
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(plain)) + r"\Z")
        for method in _VERBS:
            if method in paths[path]:
                data = paths[path][method]
                found.append(Route(data["operationId"], method.upper(), pattern, data))
    return tuple(found)


def _openness(path: str) -> list[tuple[bool, int]]:
    """How much of each segment a parameter may be: `/models/last` goes before `/models/{model}`."""
    return [("{" in part, -len(_PLACE.sub("", part))) for part in path.split("/")]


def success(route: Route) -> tuple[int, Mapping[str, Any]]:
    """Status and description of a route's answer of success, the first of them."""
    for status, response in route.data["responses"].items():
        if status[0] == "2":
            one = int(status.upper().replace("XX", "00"))
            return one, _response(route, one) or response
    msg = f"{route.operation_id} has no answer of success"
    raise LookupError(msg)


def costs(route: Route) -> bool:
    """Whether an operation does work: it is then counted, limited and charged."""
    return str(route.data["x-runinfra-replay"]["class"]) != "safe"


def streams(route: Route, body: Mapping[str, Any]) -> bool:
    """Whether a body asks for events."""
    return bool(body.get("stream")) and "x-runinfra-stream" in route.data


def keeps(route: Route, *, pipeline: bool) -> bool:
    """Whether answers are kept for repeats with the same key."""
    replay = route.data["x-runinfra-replay"]
    return replay["class"] == "keyed" and not (replay["scope"] == "workspace" and pipeline)


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference, or a single ``allOf``, leads to."""
    while True:
        if "$ref" in part:
            found: Any = document()
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = {**found, **{k: v for k, v in part.items() if k != "$ref"}}
        elif len(part.get("allOf", ())) == 1:
            part = {**part["allOf"][0], **{k: v for k, v in part.items() if k != "allOf"}}
        else:
            return part


def types_of(schema: Mapping[str, Any]) -> list[Any]:
    """The JSON types that a schema names."""
    kind = schema.get("type")
    return list(kind) if is_array(kind) else [kind]


def value_of(schema: Mapping[str, Any], text: str) -> Any:
    """A text of a path, a query, a header or a form, as the type that its schema says."""
    kinds = _kinds(schema)
    if "integer" in kinds and _WHOLE.fullmatch(text):
        return int(text)
    if kinds & {"integer", "number"} and _NUMBER.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else text
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    return text


def kind_in(schema: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    """The schema of a type, among those that a value may be of."""
    return next((part for part in _alternatives(schema) if kind in types_of(part)), None)


def _alternatives(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    part = resolved(schema)
    members = [member for key in ("anyOf", "oneOf") for member in part.get(key, ())]
    for member in members:
        yield from _alternatives(member)
    if not members:
        yield part


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    """The JSON types that a value may have, also by its constants alone."""
    found: set[str] = set()
    for part in _alternatives(schema):
        values: list[Any] = [*part.get("enum", ()), *([part["const"]] if "const" in part else [])]
        found |= {kind for kind in types_of(part) if kind is not None} or {
            _BY_TYPE.get(cast("type", value.__class__), "string") for value in values
        }
    return found


def _compiled(schema: Mapping[str, Any]) -> Any:
    whole = {**schema, "components": {"schemas": document()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator(whole)


@functools.cache
def _validator(component: str) -> Any:
    return _compiled({"$ref": _REF + component})


def request_component(route: Route) -> str | None:
    """The component of a route's JSON or multipart body."""
    content = route.data.get("requestBody", {}).get("content", {})
    for media in ("application/json", "multipart/form-data"):
        if media in content:
            return str(content[media]["schema"]["$ref"]).removeprefix(_REF)
    return None


def component(name: str) -> Mapping[str, Any]:
    """A schema component."""
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found


def problem_of(name: str, value: Any) -> Problem | None:
    """The first thing that is wrong with a value, with the field that a client would name."""
    reason = reason_of(_validator(name).iter_errors(value), value)
    if reason is None:
        return None
    path, message = reason
    missing = re.search(r'"([^"]+)" is a required property', message)
    if missing and not path:
        message = _or_instead(name, message, missing[1])
        missing = re.search(r'"([^"]+)" is a required property', message)
    if missing:
        path = [*path, missing[1]]
    return Problem(".".join(path) or None, message[:300])


def _or_instead(name: str, message: str, missing: str) -> str:
    """What is wrong where a field is only needed as another one was left out."""
    schema = component(name)
    instead: list[str] = schema.get("else", {}).get("required", [])
    if missing not in instead:
        return message
    first = " and ".join(f'"{one}"' for one in schema["if"]["required"])
    return f"{first} is a required property, or {' and '.join(instead)} in its place"


def _plain(media_type: str) -> str:
    """A media type without parameters like ``charset``."""
    return media_type.partition(";")[0].strip().lower()


def _response(route: Route, status: int) -> Mapping[str, Any] | None:
    answers: Mapping[str, Any] = route.data["responses"]
    response: Any = answers.get(str(status), answers.get(f"{status // 100}XX"))
    if response is not None and "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return cast("Mapping[str, Any] | None", response)


@functools.cache
def _answer_validator(operation_id: str, status: int, media_type: str) -> Any:
    route = next(route for route in routes() if route.operation_id == operation_id)
    response = _response(route, status) or {}
    schema = response["content"][media_type]["schema"]
    return _compiled(schema)


def answer_problems(
    route: Route, status: int, headers: Mapping[str, str], content: bytes
) -> list[str]:
    """Where an answer breaks the document.

    Args:
        route: that was asked.
        status: of the answer.
        headers: of the answer, in small letters.
        content: its body.
    """
    response = _response(route, status)
    if response is None:
        return [f"{status} is not documented"]
    missing = [
        f"the header {name} is missing"
        for name, header in response.get("headers", {}).items()
        if name.lower() not in headers and _header(header).get("required")
    ]
    if not response.get("content"):
        return [*missing, *([f"{status} has no body"] if content else [])]
    media_type = _plain(headers["content-type"])
    if media_type not in response["content"]:
        return [*missing, f"{media_type} is not documented for {status}"]
    if media_type != "application/json":
        return missing
    validator = _answer_validator(route.operation_id, status, media_type)
    return [*missing, *(error.message for error in validator.iter_errors(json.loads(content)))]


def _header(header: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in header:
        found: Mapping[str, Any] = document()["components"]["headers"][
            header["$ref"].rpartition("/")[2]
        ]
        return found
    return header


def event_problems(route: Route, event: Mapping[str, Any]) -> list[str]:
    """Where an event of a stream breaks the document."""
    validator = _validator(route.data["x-runinfra-stream"]["event"])
    return [error.message for error in validator.iter_errors(event)]
