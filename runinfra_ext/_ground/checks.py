"""The small checks that options, headers and arguments share; each error names the argument.

Every function returns the value to use or raises the given error class, never anything else.
"""

from __future__ import annotations

import math
from typing import Final

from ..errors import InvalidRequestError

NAME_LIMIT: Final = 512  # characters of a model id, pipeline id, API key or header value
KEY_LIMIT: Final = 255  # characters of an idempotency key
_SHOWN: Final = 60  # how much of a wrong value an error shows
_GREATEST: Final = 10**_SHOWN


def shown(value: object) -> str:
    """A wrong value as an error may show it: its type, and a short form where that helps."""
    if isinstance(value, int) and not -_GREATEST <= value <= _GREATEST:
        return "a whole number of many digits"  # Python refuses to write out the longest ones
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        text = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        return repr(text)
    kind = type(value).__name__
    if kind in {"list", "tuple", "dict", "set", "frozenset"} and not value:
        return f"an empty {kind}"
    return f"a value of type {kind}"


def wrong(
    param: str,
    expected: str,
    value: object,
    error: type[InvalidRequestError] = InvalidRequestError,
) -> InvalidRequestError:
    """The error for a wrong value: names the argument, what was expected and what came."""
    return error(f"{param}: expected {expected}, got {shown(value)}", param=param)


def printable(
    param: str,
    value: object,
    *,
    limit: int = NAME_LIMIT,
    secret: bool = False,
    error: type[InvalidRequestError] = InvalidRequestError,
) -> str:
    """A non-blank string of printable ASCII, trimmed (it travels in a header or a path)."""
    if not isinstance(value, str):
        raise wrong(param, "a string", value, error)
    text = value.strip()
    if not text:
        raise wrong(param, "a non-blank string", value, error)
    if not is_printable(text):
        got = "" if secret else f", got {shown(value)}"
        raise error(f"{param}: expected printable ASCII characters only{got}", param=param)
    if len(text) > limit:
        msg = f"{param}: expected at most {limit} characters, got {len(text)}"
        raise error(msg, param=param)
    return text


def is_printable(text: str) -> bool:
    """Whether all characters are in 0x20-0x7E: no way to inject a header or break a path."""
    return text.isascii() and text.isprintable()


def number(
    param: str,
    value: object,
    *,
    positive: bool,
    error: type[InvalidRequestError] = InvalidRequestError,
) -> float:
    """A finite number above zero (``positive``) or at least zero; ``True`` is not a number."""
    expected = "a finite number above 0" if positive else "a finite number of at least 0"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(param, expected, value, error)
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result) or result < 0 or (positive and result == 0):
        raise wrong(param, expected, value, error)
    return result


def count(
    param: str,
    value: object,
    *,
    minimum: int = 0,
    error: type[InvalidRequestError] = InvalidRequestError,
) -> int:
    """A whole number of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise wrong(param, f"a whole number of at least {minimum}", value, error)
    return value


def flag(
    param: str, value: object, *, error: type[InvalidRequestError] = InvalidRequestError
) -> bool:
    """``True`` or ``False``."""
    if not isinstance(value, bool):
        raise wrong(param, "True or False", value, error)
    return value
