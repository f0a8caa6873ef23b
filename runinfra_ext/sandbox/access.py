"""Who asks, and what that key may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from .outcomes import Refused
from .state import OTHER_PIPELINE_ID, PIPELINE_ID, Key

_PIPELINES: Final = frozenset({PIPELINE_ID, OTHER_PIPELINE_ID})


def merged(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by their names in small letters; what comes again is put behind the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def key_of(header: str, keys: Mapping[str, Key]) -> tuple[str, Key]:
    """The API key of an authorization header, and what is known of it.

    Raises:
        Refused: 401, there is none, or it is not valid.
    """
    scheme, _, token = header.partition(" ")
    key = keys.get(token.strip()) if scheme.lower() == "bearer" else None
    if key is None or key.expired:
        raise Refused(401, "The API key is not valid.", "auth_error", code="auth_error")
    return token.strip(), key


def check_scope(key: Key, pipeline: str | None) -> None:
    """See that a key may use the pipeline that a URL names.

    Raises:
        Refused: 403, it is another's; or 404, there is no such pipeline.
    """
    if pipeline is None:
        return
    if key.pipeline_id is not None and key.pipeline_id != pipeline:
        raise Refused(
            403,
            "The API key belongs to another pipeline.",
            "permission_denied",
            code="permission_denied",
        )
    if pipeline not in _PIPELINES:
        raise Refused(404, "No such pipeline.", "not_found_error", code="pipeline_not_found")
