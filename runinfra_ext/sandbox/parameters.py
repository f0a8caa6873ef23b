"""Parameters of a path, a query or headers, read in the styles that the document gives them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

import jsonschema_rs

from . import strict

_DIVIDERS: Final = {
    "spaceDelimited": re.compile(r"%20|\+"),
    "pipeDelimited": re.compile(r"%7C|\|", re.IGNORECASE),
}
_COMMA: Final = re.compile(",")
_ENCODED_COMMA: Final = re.compile("%2C", re.IGNORECASE)
_DEEP: Final = re.compile(r"(.+)\[([^\[\]]*)\]", re.DOTALL)


class Broken(Exception):
    """A parameter is not as the document says.

    Args:
        param: its name.
        message: what is wrong.
        code: machine-readable.
    """

    def __init__(self, param: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.param, self.code = param, code


def parameters(
    route: strict.Route, path: Mapping[str, str], query: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    """The values of a route's own parameters, as their schemas say.

    Args:
        route: that was asked.
        path: the values of its path, encoded as they came.
        query: encoded as it came.
        headers: by their names in small letters.

    Raises:
        Broken: one is missing, or is not as the document says.
    """
    asked = _asked(query)
    found: dict[str, Any] = {}
    for part in map(strict.resolved, route.data.get("parameters", ())):
        name, place = part["name"], part["in"]
        if place == "query":
            value = _of_query(part, asked)
        elif place == "header":
            text = headers.get(name.lower(), "")
            value = _of_text(part, text, str.strip) if name.lower() in headers else None
        else:
            value = _of_text(part, path[name], unquote) if name in path else None
        if value is None:
            if part.get("required") and place != "path":
                raise Broken(name, f'"{name}" is a required {place} parameter')
            continue
        error = next(_rule(json.dumps(part["schema"])).iter_errors(value), None)
        if error is not None:
            raise Broken(name, error.message[:300])
        found[name] = value
    return found


def check_query(route: strict.Route, query: str) -> None:
    """See that a query holds nothing that would be ignored.

    Args:
        route: that was asked.
        query: encoded as it came.

    Raises:
        Broken: it does; the first such parameter is named.
    """
    known: set[str] = set()
    deep: set[str] = set()
    for part in map(strict.resolved, route.data.get("parameters", ())):
        if part["in"] != "query":
            continue
        known.add(part["name"])
        mapping = strict.kind_in(part["schema"], "object")
        if mapping is not None and part.get("style") == "deepObject":
            deep.add(part["name"])
        elif mapping is not None and part.get("explode", True):
            known |= set(mapping.get("properties", {}))
    for name in _asked(query):
        match = _DEEP.fullmatch(name)
        if name not in known and (match is None or match[1] not in deep):
            raise Broken(name, f"{name} is not supported here.", "unsupported_parameter")


def _asked(query: str) -> dict[str, list[str]]:
    """The texts of a query's parameters, encoded as they came."""
    asked: dict[str, list[str]] = {}
    for name, _, text in (pair.partition("=") for pair in query.split("&") if pair):
        asked.setdefault(unquote_plus(name), []).append(text)
    return asked


def header_problem(headers: Mapping[str, str]) -> strict.Problem | None:
    """What is wrong with the headers that any request may carry."""
    coding = headers.get("content-encoding", "identity")
    if coding.strip().lower() not in {"", "identity"}:
        told = f"The body's encoding {coding[:20]} is not supported here: send it as it is."
        return strict.Problem("content-encoding", told)
    for part in strict.document()["components"]["parameters"].values():
        name = part["name"].lower()
        if part["in"] != "header" or name not in headers:
            continue
        value = _of_text(part, headers[name], str.strip)
        if not _rule(json.dumps(part["schema"])).is_valid(value):
            return strict.Problem(name, f"The header {name} is not as the document says.")
    return None


def _of_query(part: Mapping[str, Any], asked: Mapping[str, list[str]]) -> Any:
    """The value of a parameter of the query; ``None`` if it is not there."""
    name, schema, style = part["name"], part["schema"], part.get("style", "form")
    explode = part.get("explode", style == "form")
    mapping = strict.kind_in(schema, "object")
    if mapping is not None and style == "deepObject":
        matches = ((_DEEP.fullmatch(key), texts) for key, texts in asked.items())
        members = {m[2]: texts[-1] for m, texts in matches if m is not None and m[1] == name}
        return _mapping(mapping, members, unquote_plus) or None
    if mapping is not None and explode:
        members = {key: asked[key][-1] for key in mapping.get("properties", {}) if key in asked}
        return _mapping(mapping, members, unquote_plus) or None
    texts = asked.get(name)
    if not texts:
        return None
    many = strict.kind_in(schema, "array")
    if many is not None and explode:
        return [strict.value_of(many["items"], unquote_plus(text)) for text in texts]
    return _of_text({**part, "explode": False}, texts[-1], unquote_plus, _DIVIDERS.get(style))


def _of_text(
    part: Mapping[str, Any], text: str, decoded: Any, divider: re.Pattern[str] | None = None
) -> Any:
    """A value in one text: a list's items, and a mapping's members, are divided in it."""
    schema = part["schema"]
    divider = divider or (_COMMA if "," in text else _ENCODED_COMMA)
    many, mapping = strict.kind_in(schema, "array"), strict.kind_in(schema, "object")
    if many is not None:
        return [strict.value_of(many["items"], decoded(item)) for item in divider.split(text)]
    if mapping is None:
        return strict.value_of(schema, decoded(text))
    pieces = divider.split(text)
    if part.get("explode"):
        members = {name: value for name, _, value in (piece.partition("=") for piece in pieces)}
    else:
        members = dict(zip(pieces[::2], pieces[1::2], strict=False))
    return _mapping(mapping, members, decoded)


def _mapping(schema: Mapping[str, Any], texts: Mapping[str, str], decoded: Any) -> dict[str, Any]:
    return dict(_members(schema, texts, decoded))


def _members(
    schema: Mapping[str, Any], texts: Mapping[str, str], decoded: Any
) -> Iterator[tuple[str, Any]]:
    others = schema.get("additionalProperties")
    for name, text in texts.items():
        own = decoded(name)
        rule = schema.get("properties", {}).get(own, others if isinstance(others, Mapping) else {})
        yield own, strict.value_of(rule, decoded(text))


@functools.cache
def _rule(schema: str) -> Any:
    components = {"schemas": strict.document()["components"]["schemas"]}
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": components})
