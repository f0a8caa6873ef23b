"""The JSON form of a Python value: what :mod:`.values` would make the same value of again.

Whatever may be a parameter of a tool may be its result. Nothing is guessed at: NaN, an infinity, a
circular reference and an object that is none of the known kinds are refused.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from .._ground.json_codec import is_sequence
from .foreign import adapter, is_foreign


def json_text(value: object) -> str:
    """The text that stands for a value: a string itself, of everything else its JSON.

    Raises:
        TypeError, ValueError: it has no JSON form; the message says what.
    """
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return value
    problem = ""
    try:
        form = json_form(value)
        if isinstance(value, str):
            return str(form)
        return json.dumps(form, ensure_ascii=False, allow_nan=False)
    except RecursionError:
        problem = "it is nested too deeply, or refers to itself"
    raise ValueError(problem)


def json_form(value: Any) -> Any:
    """A value as JSON has it: ``None``, booleans, numbers, strings, lists and dicts.

    Raises:
        TypeError, ValueError: it has none, or only an ambiguous one; the message says what.
        RecursionError: it is nested too deeply, or refers to itself.
    """
    if isinstance(value, enum.Enum):
        return json_form(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    write = next((write for kind, write in _AS_TEXT.items() if isinstance(value, kind)), None)
    if write is not None:
        return write(value)
    kind = value.__class__
    if is_foreign(kind):
        return adapter(kind).dump_python(value, mode="json")
    if callable(getattr(value, "to_dict", None)):
        return json_form(value.to_dict())
    members = _members(value)
    if members is not None:
        return {name: json_form(member) for name, member in members.items()}
    if _is(value, Mapping):
        return {key_text(key): json_form(member) for key, member in value.items()}
    if _is(value, AbstractSet):
        # In an order that does not change from run to run: it goes into idempotency keys.
        items = [json_form(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    if is_sequence(value):
        return [json_form(item) for item in value]
    # Numbers and arrays of numeric libraries.
    if callable(getattr(value, "tolist", None)):
        return json_form(value.tolist())
    if _is(value, Iterable) and not _is(value, Iterator):
        return [json_form(item) for item in value]
    msg = f"{kind.__name__} is not JSON"
    raise TypeError(msg)


def key_text(key: object) -> str:
    """A key of a mapping, as JSON has it.

    Raises:
        TypeError: it has no form as a text.
    """
    form = json_form(key)
    if isinstance(form, str):
        return form
    if form is None or isinstance(form, bool | int | float):
        return json.dumps(form)
    msg = f"a key of type {type(key).__name__} is not JSON"
    raise TypeError(msg)


def _is(value: Any, kind: Any) -> bool:
    """As isinstance, which would make type checkers forget that this may be anything."""
    return isinstance(value, kind)


def _members(value: Any) -> dict[str, Any] | None:
    """The named members of an object of one of the known makes."""
    kind = value.__class__
    if dataclasses.is_dataclass(kind):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(kind)}
    if hasattr(kind, "__attrs_attrs__"):
        return {member.alias: getattr(value, member.name) for member in kind.__attrs_attrs__}
    if _is(value, tuple) and hasattr(kind, "_fields"):
        return dict(zip(kind._fields, value, strict=True))
    return None


def _duration(value: timedelta) -> str:
    """In ISO 8601, of days and seconds."""
    if value < timedelta(0):
        return f"-{_duration(-value)}"
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    return f"P{value.days}DT{value.seconds}{fraction}S"


_AS_TEXT: Final[Mapping[type[Any], Any]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
    Decimal: str,
    UUID: str,
    PurePath: str,
    bytes: bytes.decode,
}
