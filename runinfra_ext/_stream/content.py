"""What the bytes of a streamed answer are: events at all, JSON, and of which type.

A stream that is no stream must never look like an empty one: a login page, an error under
status 200, or a whole completion from a server that ignores ``stream`` each have their error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import orjson

from .._answer.bodies import media_type
from .._answer.error_mapping import BASE_URL_HINT, error_from_response, implied_status
from .._ground.json_codec import decode, is_object
from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from .._ground.wire import EVENTS, Headers
from ..errors import (
    RunInfraError,
    RunInfraStreamParseError,
    StreamTruncatedError,
    UnexpectedContentError,
)

BODY_LIMIT: Final = 1024 * 1024  # bytes read of a body that is no stream: enough for any error

_SHOWN: Final = 4_000  # characters of a body that is not JSON, kept on the error
_KEPT: Final = 4_000  # bytes of an event that can't be read, kept on its error
_SNIPPET: Final = 120  # characters of it in the error's message
# Content types that say nothing: the body itself has to tell.
_VAGUE: Final = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_NO_CONTENT: Final = 204
_BOM: Final = b"\xef\xbb\xbf"
_UNNAMED: Final = "message"  # the standard's type of an event without one
_FIELDS: Final = (b"data:", b"event:", b"id:", b"retry:", b"error:", b":")


def looks_like_events(meta: Meta, head: bytes) -> bool:
    """Whether a body is a stream of events, by its content type and what has come of it.

    ``False`` may still become ``True`` when more has come: a field's name may be cut, or the mark
    before it.
    """
    kind = media_type(meta.headers)
    if (kind != EVENTS and kind not in _VAGUE) or _BOM.startswith(head):
        return False
    start = head.removeprefix(_BOM).lstrip()
    if kind == EVENTS:
        # No field of an event begins like this, so a false label does not hide JSON or HTML.
        return start != b"" and start[:1] not in {b"{", b"[", b"<"}
    return start.startswith(_FIELDS)


def content_error(meta: Meta, body: bytes, redactor: Redactor) -> RunInfraError:
    """The error for a 2xx answer to a streamed call that is no stream of events."""
    headers = Headers(meta.headers.items())
    content: Any = None
    what: Literal["empty", "json", "other"] = "other"
    if not body.removeprefix(_BOM).strip():
        what = "empty"
    else:
        try:
            content = decode(body)
            what = "json"
        except ValueError:
            content = body.decode("utf-8", "replace")[:_SHOWN]
    if is_object(content) and (content.get("error") or content.get("object") == "error"):
        return error_from_response(implied_status(content), headers, content, redactor)
    kind = media_type(meta.headers) or "no content type"
    labelled = media_type(meta.headers) in {EVENTS, ""}
    if what == "empty" and labelled and meta.status != _NO_CONTENT:
        return StreamTruncatedError("The stream ended before its first event.")
    if what == "empty":
        msg = f"The gateway answered with status {meta.status} and nothing to stream."
    elif what == "json":
        msg = f"The gateway answered with whole JSON ({kind}) where a stream was asked for."
    else:
        kind = redactor(kind)
        msg = f"The gateway answered with {kind} where {EVENTS} was expected. {BASE_URL_HINT}"
    return UnexpectedContentError(
        msg, status=meta.status, body=redactor.deep(content), headers=headers
    )


def is_report(payload: Mapping[str, Any]) -> bool:
    """Whether an event of a stream of choices has none, but words on what went wrong.

    Servers report in their own forms: ``{"type": "error", …}``, ``{"detail": …}``.
    """
    if "choices" in payload:
        return False
    return payload.get("type") == "error" or bool(payload.get("detail") or payload.get("message"))


def payload_of(data: bytes) -> dict[str, Any] | None:
    """The JSON object of an event's data; ``None`` if it is none."""
    try:
        payload = orjson.loads(data)
    except ValueError:
        payload = _with_care(data)
    return payload if isinstance(payload, dict) else None  # pyright: ignore[reportUnknownVariableType] - decoded JSON


def _with_care(data: bytes) -> Any:
    try:
        return decode(data)
    except ValueError:
        # The standard reads what is not UTF-8 as replacement characters.
        text = data.decode("utf-8", "replace")
        if "\ufffd" not in text:
            return None
        try:
            return decode(text)
        except ValueError:
            return None


def parse_error(
    number: int, problem: str, data: bytes, redactor: Redactor
) -> RunInfraStreamParseError:
    """The error for an event that can't be read."""
    text = redactor(data[:_KEPT].decode("utf-8", "replace"))
    snippet = text if len(text) <= _SNIPPET else text[:_SNIPPET] + "…"
    msg = f"Event {number} of the stream {problem}: {snippet!r}"
    return RunInfraStreamParseError(msg, body=text)


def type_of(payload: Mapping[str, Any], event: str) -> str:
    """The type of an event that does not say it itself."""
    if event:
        return event
    response = payload.get("response")
    status = response.get("status") if isinstance(response, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - decoded JSON
    return f"response.{status}" if isinstance(status, str) else _UNNAMED
