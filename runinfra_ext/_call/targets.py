"""Which operation, or which route, a raw call is for: by a name, or by a method and a path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal
from urllib.parse import unquote

from runinfra_client.operations import OPERATIONS

from .._ground.checks import flag, wrong
from .._ground.json_codec import is_mapping
from ..errors import InvalidRequestError
from .call import Route
from .urls import encode_segment, path_text

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
BODILESS: Final = frozenset({"GET", "HEAD"})
_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*\Z")
_PLACE: Final = re.compile(r"\{(\w+)\}")


def target(operation: object, path: object, path_params: object) -> tuple[str, str, str | None]:
    """Method, path and, where the document knows them, the id of the operation.

    Args:
        operation: its name or id, or an HTTP method.
        path: below the base URL; for an HTTP method.
        path_params: fill the path of an operation.

    Raises:
        InvalidRequestError: they name nothing, or not the same.
    """
    if not isinstance(operation, str) or not operation:
        raise wrong("operation", "an operation's name, or an HTTP method", operation)
    method = operation.upper()
    if method in METHODS:
        if path is None:
            msg = f"path: expected the path of the {method} request, such as '/models'"
            raise InvalidRequestError(msg, param="path")
        checked = checked_path(path)
        _no_places(path_params)
        return method, checked, _matching(method, checked)
    known_id = _names().get(operation)
    if known_id is None:
        expected = f"one of {', '.join(METHODS)}, or an operation such as 'chat.completions.create'"
        raise wrong("operation", expected, operation)
    known = OPERATIONS[known_id]
    if path is None:
        return known.method, _filled(known.path, path_params), known_id
    _no_places(path_params)
    checked = checked_path(path)
    if _matching(known.method, checked) != known_id:
        raise wrong("path", f"a path of {operation}, {known.path}, or none", path)
    return known.method, checked, known_id


def checked_path(path: object) -> str:
    """A path below the base URL, percent-encoded, which can't lead anywhere else.

    Raises:
        InvalidRequestError: it could, or is no path.
    """
    expected = "a path below the base URL that begins with one slash, such as '/models'"
    if not isinstance(path, str) or not path.startswith("/"):
        raise wrong("path", expected, path)
    if "?" in path or "#" in path:
        raise wrong("path", "a path without a query and a fragment; give query=", path)
    if not _PATH.match(path):
        raise wrong("path", "a path of percent-encoded ASCII", path)
    segments = path[1:].split("/")
    if "" in segments[:-1]:
        raise wrong("path", expected, path)
    for segment in segments:
        # Also what some server on the way may take for one after decoding it (twice).
        plain = unquote(unquote(segment))
        bare = re.sub(r";[^/\\]*", "", plain)  # some take a segment's parameters off first
        if {".", ".."} & set(re.split(r"[/\\]", bare)) or not plain.isprintable():
            raise wrong("path", "a path without dot segments and control characters", path)
    return path


def _filled(template: str, values: object) -> str:
    wanted = _PLACE.findall(template)
    if values is None:
        values = {}
    if not is_mapping(values) or set(values) != set(wanted):
        names = ", ".join(wanted) or "nothing: this operation's path has no parameters"
        raise wrong("path_params", f"a mapping of {names}", values)
    path = template
    for name in wanted:
        value = values[name]
        if not isinstance(value, str):
            raise wrong(f"path_params.{name}", "a string", value)
        text = path_text(f"path_params.{name}", value)
        path = path.replace(f"{{{name}}}", encode_segment(text))
    return path


def _no_places(values: object) -> None:
    if values is not None:
        msg = "path_params: they fill an operation's own path; give either them or path="
        raise InvalidRequestError(msg, param="path_params")


@cache
def _names() -> Mapping[str, str]:
    """What an operation is called -> its id."""
    names = {operation.function: name for name, operation in OPERATIONS.items()}
    return names | {name: name for name in OPERATIONS}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Method, what a path looks like, and id, of each operation; the most fixed paths first."""
    known = sorted(OPERATIONS.items(), key=lambda item: _openness(item[1].path))
    return tuple(
        (
            operation.method,
            re.compile("[^/]+".join(map(re.escape, _PLACE.split(operation.path)[::2])) + r"\Z"),
            name,
        )
        for name, operation in known
    )


def _openness(path: str) -> list[tuple[bool, int]]:
    """How much of each segment a parameter may be: `/models/last` goes before `/models/{model}`."""
    return [("{" in part, -len(_PLACE.sub("", part))) for part in path.split("/")]


def _matching(method: str, path: str) -> str | None:
    """The id of the operation that a method and a path stand for, if the document has it."""
    found = (name for verb, like, name in _patterns() if verb == method and like.match(path))
    return next(found, None)


def route_of(method: str, path: str, replay_safe: object) -> Route:
    """The facts of a route that the document does not know."""
    safe = replay_safe is not None and flag("replay_safe", replay_safe)
    replay: Literal["safe", "keyed", "never"] = "never"
    if safe:
        replay = "safe" if method in BODILESS else "keyed"
    return Route(f"{method} {path}", method, replay=replay)
