"""Times, dates, ids and bytes as the texts that the document says they are."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from .._ground.checks import wrong


def as_text(name: str, kind: str, value: Any) -> Any:
    """A value of a format as text; what is no such value stays, for the check of its type.

    Args:
        name: of the argument, for errors.
        kind: the format of the document.
        value: what was given.

    Raises:
        InvalidRequestError: a text that is not of the format, or a time without its offset.
    """
    expected, convert = _FORMS[kind]
    if value is None or isinstance(value, _OTHER):
        return cast("Any", value)
    text: str | None = None
    try:
        text = convert(value)
    except (ValueError, TypeError, AttributeError):
        text = None
    if text is None:
        raise wrong(name, expected, value)
    return text


def _time(value: Any) -> str | None:
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(parsed, datetime) or parsed.tzinfo is None:
        return None
    return value if isinstance(value, str) else parsed.isoformat()


def _date(value: Any) -> str | None:
    parsed = date.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(parsed, date) or isinstance(parsed, datetime):
        return None
    return value if isinstance(value, str) else parsed.isoformat()


def _uuid(value: Any) -> str | None:
    return str(value) if isinstance(value, UUID) else str(UUID(value)) and cast("str", value)


def _base64(value: Any) -> str | None:
    return value if isinstance(value, str) else base64.b64encode(value).decode("ascii")


_OTHER: Final = (bool, int, float, list, tuple, dict)
_FORMS: Final[Mapping[str, tuple[str, Callable[[Any], str | None]]]] = {
    "date-time": ("a datetime with an offset, or its RFC 3339 text", _time),
    "date": ("a date, or a text such as '2026-11-25'", _date),
    "uuid": ("a UUID, or its text", _uuid),
    "byte": ("bytes, or their base64", _base64),
}
