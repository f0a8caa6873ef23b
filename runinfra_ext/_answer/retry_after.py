"""How long the gateway asks to wait: ``Retry-After-Ms`` and ``Retry-After``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Final

_DIGITS = re.compile(r"[0-9]{1,15}\Z")
_MILLISECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")
# The three forms of an HTTP date: a day's name, a date, a time, and a zone that all parsers know.
# Looser text is not given to the date parser, which would read "May" or "today" as dates.
_DATE: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? [0-9A-Za-z -]{6,12} ?"
    r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?: [0-9]{4}| GMT| UTC| [+-][0-9]{4})?\Z"
)


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
    return _until(text, now) if _DATE.match(text) else None


def _until(text: str, now: float) -> float | None:
    # Imported where it is used: most processes never see an HTTP date.
    from dateutil.parser import parse  # noqa: PLC0415 - seldom needed: most gateways tell seconds

    try:
        moment = parse(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)  # HTTP dates are GMT, also without the zone
        return max(0.0, moment.timestamp() - now)
    except (ValueError, OverflowError):  # ParserError is a ValueError
        return None
