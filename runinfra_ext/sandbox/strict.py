"""Holds requests and answers against the OpenAPI document."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final, NamedTuple, cast

import jsonschema_rs

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
    for path, item in document()["paths"].items():
        # The voice route has its pipeline id in the path; the app takes that off before it looks.
        plain = path.removeprefix("/{pipeline_id}")
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(plain)) + r"\Z")
        for method, data in item.items():
            found.append(Route(data["operationId"], method.upper(), pattern, data))
    return tuple(found)


def _compiled(schema: Mapping[str, Any]) -> Any:
    whole = {**schema, "components": {"schemas": document()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator(whole)


@functools.cache
def _validator(component: str) -> Any:
    return _compiled({"$ref": _REF + component})


@functools.cache
def _header_rules() -> Mapping[str, Any]:
    parameters = document()["components"]["parameters"].values()
    return {
        parameter["name"].lower(): jsonschema_rs.Draft202012Validator(parameter["schema"])
        for parameter in parameters
        if parameter["in"] == "header"
    }


def request_component(route: Route) -> str | None:
    """The component of a route's JSON or multipart body."""
    content = route.data.get("requestBody", {}).get("content", {})
    for media in ("application/json", "multipart/form-data"):
        if media in content:
            return str(content[media]["schema"]["$ref"]).removeprefix(_REF)
    return None


def problem_of(component: str, value: Any) -> Problem | None:
    """The first thing that is wrong with a value, with the field that a client would name."""
    best = None
    for error in _validator(component).iter_errors(value):
        path = [str(part) for part in error.instance_path]
        if best is None or len(path) > len(best[0]):
            best = path, error.message
    if best is None:
        return None
    path, message = best
    param = ".".join(path) or None
    missing = re.match(r'"([^"]+)" is a required property', message)
    if missing:
        param = ".".join([*path, missing[1]])
    return Problem(param, message[:300])


def header_problem(headers: Mapping[str, str]) -> Problem | None:
    """What is wrong with the documented request headers."""
    for name, validator in _header_rules().items():
        if name in headers and not validator.is_valid(headers[name]):
            return Problem(name, f"The header {name} is not as the document says.")
    return None


def _plain(media_type: str) -> str:
    """A media type without parameters like ``charset``."""
    return media_type.partition(";")[0].strip().lower()


def _response(route: Route, status: int) -> Mapping[str, Any] | None:
    response: Any = route.data["responses"].get(str(status))
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
        if name not in headers and _header(header).get("required")
    ]
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
