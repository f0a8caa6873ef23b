# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""How arguments travel: path segments, queries, headers and form fields; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def segment(name: str, value: object) -> str:
    """A path value, percent-encoded whole: ids such as ``Qwen/Qwen3`` stay one segment.

    Raises:
        ValueError: it is empty or a dot segment, which would climb out of its place.
    """
    text = text_of(value)
    if text in {"", ".", ".."}:
        msg = f"{name}: expected an id, got {text!r}"
        raise ValueError(msg)
    return quote(text, safe="")


def query_of(*parameters: tuple[str, object, str]) -> str:
    """A query with its question mark; ``""`` if nothing was given.

    Args:
        parameters: name, value, and what divides the items of a list: ``&`` repeats the name.
    """
    pairs: list[str] = []
    for name, value, divider in parameters:
        if value is None:
            continue
        key = quote(name, safe="")
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            items = [quote(text_of(item), safe="") for item in value]
            pairs += (
                [f"{key}={item}" for item in items]
                if divider == "&"
                else [f"{key}={divider.join(items)}"] * bool(items)
            )
        elif isinstance(value, Mapping):
            pairs += [
                f"{key}%5B{quote(str(part), safe='')}%5D={quote(text_of(item), safe='')}"
                for part, item in value.items()
            ]
        else:
            pairs.append(f"{key}={quote(text_of(value), safe='')}")
    return "?" + "&".join(pairs) if pairs else ""


def headers_of(*parameters: tuple[str, object]) -> dict[str, str]:
    """Header parameters, without those that were left out; lists are divided by commas."""
    return {
        name: ",".join(map(text_of, value))
        if isinstance(value, Sequence) and not isinstance(value, str | bytes)
        else text_of(value)
        for name, value in parameters
        if value is not None
    }


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
