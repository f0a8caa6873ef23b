# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""How arguments travel: path segments, queries, headers and form fields; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID


class Request(NamedTuple):
    """A request, ready to be sent below a base URL.

    Attributes:
        method: HTTP method.
        target: path and query, percent-encoded.
        headers: header parameters.
        json: members of a JSON body.
        form: fields of a multipart/form-data body, files as they were given.
        content: a body that is a file as it is.
    """

    method: str
    target: str
    headers: Mapping[str, str] = {}
    json: dict[str, Any] | None = None
    form: dict[str, Any] | None = None
    content: Any = None


def segment(name: str, value: object, *, explode: bool = False) -> str:
    """A path value, percent-encoded whole: ids such as ``Qwen/Qwen3`` stay one segment.

    Args:
        name: of the parameter, for the error.
        value: a list is divided by commas, and so is a mapping.
        explode: the members of a mapping are written as ``name=value``.

    Raises:
        ValueError: it is empty or a dot segment, which would climb out of its place.
    """
    text = _simple(value, explode=explode, encoded=_encoded)
    if text in {"", ".", ".."}:
        msg = f"{name}: expected an id, got {text!r}"
        raise ValueError(msg)
    return text


def query_of(*parameters: tuple[str, object, str]) -> str:
    """A query with its question mark; ``""`` if nothing was given.

    Args:
        parameters: name, value, and what divides the items of a list or the members of a mapping: ``&``
            makes a parameter of each, ``[]`` too, with the member's name in brackets behind its own.
    """
    pairs: list[str] = []
    for name, value, divider in parameters:
        if value is None:
            continue
        key = _encoded(name)
        if isinstance(value, Mapping):
            members = {
                _encoded(str(part)): _encoded(text_of(item))
                for part, item in value.items()
                if item is not None
            }
            if divider == "[]":
                pairs += [f"{key}%5B{part}%5D={item}" for part, item in members.items()]
            elif divider == "&":
                pairs += [f"{part}={item}" for part, item in members.items()]
            elif members:
                pairs.append(f"{key}=" + divider.join(map(divider.join, members.items())))
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            items = [_encoded(text_of(item)) for item in value]
            pairs += (
                [f"{key}={item}" for item in items]
                if divider == "&"
                else [f"{key}={divider.join(items)}"] * bool(items)
            )
        else:
            pairs.append(f"{key}={_encoded(text_of(value))}")
    return "?" + "&".join(pairs) if pairs else ""


def headers_of(*parameters: tuple[str, object, bool]) -> dict[str, str]:
    """Header parameters, without those that were left out.

    Args:
        parameters: name, value, and whether the members of a mapping are written as ``name=value``.
    """
    return {
        name: _simple(value, explode=explode, encoded=str)
        for name, value, explode in parameters
        if value is not None
    }


def _simple(value: object, *, explode: bool, encoded: Callable[[str], str]) -> str:
    """A value of a path or a header; the items of a list and the members of a mapping by commas."""
    if isinstance(value, Mapping):
        between = "=" if explode else ","
        return ",".join(
            f"{encoded(str(part))}{between}{encoded(text_of(item))}"
            for part, item in value.items()
            if item is not None
        )
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ",".join(encoded(text_of(item)) for item in value)
    return encoded(text_of(value))


def _encoded(text: str) -> str:
    return quote(text, safe="")


def renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a body under their names on the wire, without other parameters."""
    return {names[key]: value for key, value in values.items() if key in names}


def text_of(value: object) -> str:
    """A value as text: `true` and `false`, times by RFC 3339.

    Raises:
        TypeError: it has no such form.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, str | int | float | UUID):
        return str(value)
    msg = f"{type(value).__name__} has no form for a path, a query or a header"
    raise TypeError(msg)
