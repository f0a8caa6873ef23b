"""Which operation a request is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

from . import strict
from .outcomes import Refused

_PREFIX: Final = "/v1"


class Found(NamedTuple):
    """A route, the values of its path as they came, and the pipeline that the URL names."""

    route: strict.Route
    values: dict[str, str]
    pipeline: str | None


def path_of(scope: Mapping[str, Any]) -> str:
    """The path of a request, percent-encoded as it came."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.decode("ascii", "replace").partition("?")[0]


def find(scope: Mapping[str, Any]) -> Found:
    """The operation of a request.

    Raises:
        Refused: there is no such route (404), or not with this method (405).
    """
    path = path_of(scope)
    if not path.startswith(_PREFIX + "/"):
        raise Refused(404, "No such route.", "not_found_error")
    path = path.removeprefix(_PREFIX)
    first, _, rest = path[1:].partition("/")
    candidates: list[tuple[str, str | None]] = [(path, None)]
    # A first segment that is no route of its own is a pipeline's id.
    if rest:
        candidates.append((f"/{rest}", unquote(first)))
    allowed: set[str] = set()
    for candidate, pipeline in candidates:
        for route in strict.routes():
            match = route.pattern.match(candidate)
            if match is None or (route.data["x-runinfra-scope"] == "pipeline" and pipeline is None):
                continue
            if route.method != scope["method"]:
                allowed.add(route.method)
                continue
            return Found(route, match.groupdict(), pipeline)
    if allowed:
        raise Refused(
            405,
            "The route has no such method.",
            "method_not_allowed",
            headers={"allow": ", ".join(sorted(allowed))},
        )
    raise Refused(404, "No such route.", "not_found_error")
