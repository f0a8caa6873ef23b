"""JSON in and out, with one pair of rules for the whole package.

Out: what can't be JSON (NaN, an infinity, an unknown object) is refused, never guessed at; objects
with ``to_dict`` (every generated model) are written as what they came from, members of an ``Enum``
as their value, a ``UUID``, a date and a time with its offset as their text. The fast encoder first;
what it can't tell, the tolerant one decides. In: the fast parser first; what only the tolerant one
reads (NaN in log probabilities, lone surrogates) is read by it. The fast one makes a float of an
integer beyond 64 bits, which no member of an answer is; what a model wrote may well be one, so that
is read exactly.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, TypeGuard
from uuid import UUID

import orjson

HALF: Final = re.compile("[\ud800-\udfff]")  # of a surrogate pair: no character, and no UTF-8
# As many digits as an integer of 64 bits may have; some of these have too many. All digits are made
# zeros to find them: an expression takes twenty times as long.
LONG: Final = b"0" * 19
ZEROS: Final = bytes(b"0"[0] if byte in b"0123456789" else b" "[0] for byte in range(256))


def decode(data: bytes | bytearray | memoryview | str) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it is not JSON, or not UTF-8.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses NaN and lone surrogates, which some engines send; only input that is
        # refused by both parsers is wrong.
        try:
            return json.loads(bytes(data) if isinstance(data, memoryview) else data)
        except RecursionError as error:
            msg = "JSON nested too deeply"
            raise ValueError(msg) from error


def decode_exactly(text: str) -> Any:
    """Parse JSON that a model or a tool wrote: integers of any size keep all their digits.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or has a number of thousands of digits.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        msg = "JSON nested too deeply"
        raise ValueError(msg) from error


def decode_line(text: bytes) -> Any:
    """Parse JSON that an application wrote: what it means to send keeps all its digits.

    Raises:
        ValueError: it is not JSON, or not UTF-8.
    """
    return (
        decode_exactly(text.decode("utf-8-sig")) if LONG in text.translate(ZEROS) else decode(text)
    )


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a decoded value is a JSON object, in a way that type checkers follow."""
    return isinstance(value, dict)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value can become a JSON object."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value can become a JSON array; texts and bytes can't."""
    return isinstance(value, Sequence) and not isinstance(
        value, str | bytes | bytearray | memoryview
    )


def _default(value: object) -> Any:
    to_dict = getattr(value, "to_dict", None)
    if callable(to_dict):
        return to_dict()
    if is_mapping(value):
        return dict(value)
    if is_sequence(value):
        return list(value)
    # The fast encoder writes these by itself.
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        msg = "datetime without an offset is not JSON"
        raise TypeError(msg)
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    msg = f"{type(value).__name__} is not JSON"
    raise TypeError(msg)


_encoder = json.JSONEncoder(
    allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_default
)
# What the standard encoder refuses is refused, so that nothing depends on which one writes.
_STRICT: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def encode(value: object) -> bytes:
    """Write compact JSON.

    Raises:
        ValueError: NaN, an infinity or a circular reference in it.
        UnicodeEncodeError: a text in it with half of a surrogate pair, which is no character.
        TypeError: an object in it that has no JSON form.
    """
    with contextlib.suppress(orjson.JSONEncodeError):
        data = orjson.dumps(value, _default, _STRICT)
        # It writes NaN as null and so changes what the caller meant; without any there was none.
        if b"null" not in data:
            # Copied to its own size: with the fast encoder's bytes goes the buffer that they were
            # written to, 4 KB at least, for as long as the request is under way.
            return b"%b" % data
    return _encoder.encode(value).encode()


def tolerant(value: object) -> str:
    """Compact JSON that every reader takes, of what engines write into theirs as well.

    Half of a surrogate pair, which no file takes, is escaped; NaN and infinities are null.

    Args:
        value: decoded JSON.
    """
    try:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), separators=(",", ":"), ensure_ascii=False)
    return HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_mapping(value):
        return {name: _finite(member) for name, member in value.items()}
    if is_sequence(value):
        return [_finite(item) for item in value]
    return value
