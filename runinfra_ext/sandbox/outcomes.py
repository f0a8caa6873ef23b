"""What becomes of a request: an answer, or a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Refused(Exception):
    """The gateway says no.

    Args:
        status: HTTP status.
        message: for people.
        kind: the error's type.
        code: machine-readable.
        param: the field concerned.
        headers: more headers of the answer.
        fields: more members of the error.
    """

    def __init__(
        self,
        status: int,
        message: str,
        kind: str = "invalid_request_error",
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body = {
            "error": {"message": message, "type": kind, "param": param, "code": code, **fields}
        }


class Result(NamedTuple):
    """An answer: JSON, text, audio, or the events of a stream."""

    json: Any = None
    content: bytes | None = None
    media_type: str = "application/json"
    events: Iterator[dict[str, Any]] | None = None
    named_events: bool = False
    status: int = 200
    headers: Mapping[str, str] = {}


class Context(NamedTuple):
    """What an operation needs besides its body."""

    model: str
    created: int
    base_url: str
