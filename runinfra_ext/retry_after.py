"""How long the gateway asks to wait: ``Retry-After-Ms`` and ``Retry-After``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Final

_DIGITS = re.compile(r"[0-9]{1,15}\Z")
_MILLISECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")
_DATE_LIMIT: Final = 64  # characters; no HTTP date is longer


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The wait in seconds that the answer asks for, ``None`` without a readable hint.

    ``Retry-After-Ms`` wins over ``Retry-After``. The latter is whole seconds or an HTTP date; a
    date in the past means "at once". Signs, fractions, hexadecimal and words are not hints.

    Args:
        headers: the answer's headers, looked up in lower case.
        now: Unix time in seconds, to measure a date against.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _MILLISECONDS.match(milliseconds):
        return float(milliseconds) / 1000
    text = headers.get("retry-after", "").strip()
    if _DIGITS.match(text):
        return float(text)
    # A date starts with the name of a day; whatever starts otherwise is not guessed at.
    if not text or not text[0].isalpha() or len(text) > _DATE_LIMIT:
        return None
    return _until(text, now)


def _until(text: str, now: float) -> float | None:
    # Imported where it is used: most processes never see an HTTP date.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)  # HTTP dates are GMT, also without the zone
        return max(0.0, moment.timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError):  # all that the parser is known for
        return None
