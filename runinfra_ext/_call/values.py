"""One value of a call, held against what the document says: type, range, closed set, parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from runinfra_client.facts import Field

from .._ground.checks import printable, wrong
from ..errors import InvalidRequestError
from .text_forms import as_text
from .urls import path_text
from .warn import warn_deprecated

_KINDS: Final = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a finite number",
    "boolean": "True or False",
    "array": "a list",
    "object": "a mapping",
    "null": "None",
}
_DIVIDERS: Final = {",": "comma", " ": "space", "|": "vertical bar"}
# The kinds of the usual types; others are looked at more closely, which takes longer.
_BY_TYPE: Final[Mapping[type, str]] = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "array",
    tuple: "array",
    type(None): "null",
}


def check_field(name: str, field: Field, value: Any) -> Any:
    """One value against its field; the value to send (an id is trimmed).

    Raises:
        InvalidRequestError: with ``param`` naming the field or the item in it.
    """
    if field.special:
        if field.deprecated:
            warn_deprecated(name)
        if field.format == "binary":
            return value  # looked at when it is made ready to be sent
        if field.file:
            from .._media.formats import reference_audio  # noqa: PLC0415 - opens files of sound: at a field that names one

            value = reference_audio(value)
        elif field.format:
            value = as_text(name, field.format, value)
    if isinstance(value, str):
        return _check_string(name, field, value)
    if not field.types:
        return value  # anything at all; what has no form in JSON is told when it is encoded
    kind = _BY_TYPE.get(cast("type", value.__class__)) or _kind(value)
    if kind == "integer" and "number" in field.types and "integer" not in field.types:
        kind = "number"
    if kind not in field.types:
        raise wrong(name, _expected(field), value)
    if kind in {"integer", "number"}:
        _check_range(name, field, value)
    elif kind == "array":
        return _checked_items(name, field, value)
    elif kind == "object":
        return _checked_mapping(name, field, value)
    return value


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, Mapping) or hasattr(value, "to_dict"):
        return "object"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return "array"
    return "unknown"


def _check_string(name: str, field: Field, value: str) -> str:
    if not field.types:
        return value
    if "string" not in field.types:
        raise wrong(name, _expected(field), value)
    if field.scoped_default is not None:
        return printable(name, value)  # a model's id
    if field.place == "path":
        value = path_text(name, value)
    elif field.place == "header":
        value = printable(name, value)
    if field.non_blank and not value.strip():
        raise wrong(name, "a non-blank string", value)
    if field.enum is not None and value not in field.enum:
        raise wrong(name, f"one of {', '.join(map(repr, field.enum))}", value)
    length = len(value)
    if field.min_length is not None and length < field.min_length:
        raise wrong(name, f"at least {field.min_length} characters", value)
    if field.max_length is not None and length > field.max_length:
        msg = f"{name}: expected at most {field.max_length} characters, got {length}"
        raise InvalidRequestError(msg, param=name)
    if field.pattern and re.search(field.pattern, value) is None:
        raise wrong(name, f"a text that matches {field.pattern}", value)
    return value


def _check_range(name: str, field: Field, value: float) -> None:
    if field.enum is not None and value not in field.enum and type(field.enum[0]) is int:
        raise wrong(name, _expected(field), value)
    low, above, high = field.minimum, field.exclusive_minimum, field.maximum
    below = field.exclusive_maximum
    if (
        value - value != 0  # NaN or an infinity
        or (low is not None and value < low)
        or (above is not None and value <= above)
        or (high is not None and value > high)
        or (below is not None and value >= below)
        or (field.multiple_of is not None and not _is_multiple(value, field.multiple_of))
    ):
        raise wrong(name, _expected(field), value)


def _is_multiple(value: float, step: float) -> bool:
    from decimal import Decimal  # noqa: PLC0415 - its import takes longer than a call

    return Decimal(repr(value)) % Decimal(repr(step)) == 0  # as it is written, not as binary has it


def _checked_items(name: str, field: Field, value: Sequence[Any]) -> Sequence[Any]:
    size = len(value)
    if field.min_items is not None and size < field.min_items:
        what = "a non-empty list" if field.min_items == 1 else f"at least {field.min_items} items"
        raise wrong(name, what, list(value))
    if field.max_items is not None and size > field.max_items:
        msg = f"{name}: expected at most {field.max_items} items, got {size}"
        raise InvalidRequestError(msg, param=name)
    if not size and field.place == "path":
        raise wrong(name, "a non-empty list", value)
    if field.unique:
        _check_unique(name, value)
    if field.item is not None:
        items = [check_field(f"{name}[{i}]", field.item, item) for i, item in enumerate(value)]
        if field.divider:
            for index, item in enumerate(items):
                _check_undivided(f"{name}[{index}]", item, field.divider)
        if field.item.special or field.place in {"header", "path"}:
            return items
    return value


def _check_unique(name: str, value: Sequence[Any]) -> None:
    seen: set[tuple[bool, Any]] = set()
    for index, item in enumerate(value):
        if isinstance(item, str | int | float | None):
            own = (isinstance(item, bool), item)  # True is not 1
            if own in seen:
                raise wrong(f"{name}[{index}]", "no item twice", item)
            seen.add(own)


def _check_undivided(name: str, item: object, divider: str) -> None:
    if isinstance(item, str) and divider in item:
        raise wrong(name, f"no {_DIVIDERS[divider]}, which divides the items", item)


def _checked_mapping(name: str, field: Field, value: Any) -> Any:
    """A mapping; what its members have to be is known of one that travels as a parameter."""
    given: Mapping[Any, Any] = value.to_dict() if hasattr(value, "to_dict") else value
    size = len(given)
    if field.min_members is not None and size < field.min_members:
        raise wrong(name, f"at least {_members(field.min_members)}", given)
    if field.max_members is not None and size > field.max_members:
        msg = f"{name}: expected at most {_members(field.max_members)}, got {size}"
        raise InvalidRequestError(msg, param=name)
    if field.place == "body":
        return value
    found: dict[str, Any] = {}
    for key, item in given.items():
        rule = field.members.get(key, field.item)
        if not isinstance(key, str) or rule is None:
            raise wrong(name, f"a mapping of {', '.join(field.members)}", key)
        own = f"{name}.{key}"
        if item is not None or rule.required:
            found[key] = check_field(own, rule, item)
            if field.divider:
                _check_undivided(own, found[key], field.divider)
    for key, rule in field.members.items():
        if rule.required and key not in found:
            msg = f"{name}.{key}: expected a value, got none"
            raise InvalidRequestError(msg, param=f"{name}.{key}")
    if not found:
        raise wrong(name, "at least one member", {})
    return found


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count} members"


def _expected(field: Field) -> str:
    kinds = [_KINDS[kind] for kind in field.types if kind != "null" or field.nullable]
    text = " or ".join(kinds)
    limits: list[str] = []
    if field.minimum is not None:
        limits.append(f"at least {_number(field.minimum)}")
    if field.exclusive_minimum is not None:
        limits.append(f"above {_number(field.exclusive_minimum)}")
    if field.maximum is not None:
        limits.append(f"at most {_number(field.maximum)}")
    if field.exclusive_maximum is not None:
        limits.append(f"below {_number(field.exclusive_maximum)}")
    if limits:
        text += " of " + " and ".join(limits)
    if field.multiple_of is not None:
        text += f" that is a multiple of {_number(field.multiple_of)}"
    if field.enum is not None:
        text = f"one of {', '.join(map(repr, field.enum))}"
    return text


def _number(limit: float) -> str:
    return str(limit) if isinstance(limit, int) else f"{limit:g}"
