"""The values of dictated answers: what a test gives is checked when it gives it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from .shapes import is_array, is_mapping


def numbers(name: str, values: object) -> list[float]:
    """A list of numbers.

    Raises:
        TypeError: it is none.
    """
    if is_array(values) or isinstance(values, tuple):
        items: list[Any] = list(cast("Sequence[Any]", values))
        if items and all(type(item) in {int, float} and math.isfinite(item) for item in items):
            return items
    msg = f"{name}: expected a list of numbers"
    raise TypeError(msg)


def vectors_of(value: Any) -> list[list[float]]:
    """One vector for all inputs, or one for each.

    Raises:
        TypeError: they are none.
    """
    items = cast("Sequence[Any]", value) if is_array(value) or isinstance(value, tuple) else ()
    if items and all(is_array(item) or isinstance(item, tuple) for item in items):
        return [numbers("embedding", item) for item in items]
    return [numbers("embedding", cast("object", value))]


def json_of(name: str, value: object) -> str:
    """The JSON of a value.

    Raises:
        TypeError: it has something in it that JSON has not.
        ValueError: so has this, such as NaN, or half of a surrogate pair in a text.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except UnicodeEncodeError as error:
        msg = f"{name}: half of a surrogate pair in a text is no character"
        raise ValueError(msg) from error
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"{name}: expected what JSON can tell: {error}"
        raise type(error)(msg) from error
    return text


def check_usage(place: str, usage: Mapping[Any, Any]) -> None:
    """See that a usage has numbers, whole ones of tokens, or mappings of such.

    Raises:
        TypeError: it has something else.
    """
    for name, value in usage.items():
        whole = str(name).endswith("_tokens")
        if is_mapping(value):
            check_usage(f"{place}.{name}", value)
            continue
        if value is None and not whole:
            continue
        kinds = int if whole else (int, float)
        fits = isinstance(value, kinds) and not isinstance(value, bool) and 0 <= value < math.inf
        if not fits:
            kind = "a whole number" if whole else "a number"
            msg = f"{place}.{name}: expected {kind} that is not negative, got {value!r}"
            raise TypeError(msg)


def calls_of(given: Any) -> list[dict[str, Any]]:
    """Tool calls as chat completions have them; ``name`` and ``arguments`` may also stand alone.

    Raises:
        TypeError: they are none.
        ValueError: something in them is no JSON.
    """
    if given is None:
        return []
    if not given or not (is_array(given) or isinstance(given, tuple)):
        msg = "tool_calls: expected a list of mappings, each with name and arguments"
        raise TypeError(msg)
    calls = cast("Sequence[Any]", given)
    return [_call(number, call) for number, call in enumerate(calls)]


def _call(number: int, given: Any) -> dict[str, Any]:
    place = f"tool_calls[{number}]"
    function: Any = given.get("function", given) if is_mapping(given) else {}
    own_id: Any = given.get("id") if is_mapping(given) else None
    if not is_mapping(function) or not function.get("name"):
        msg = f"{place}: expected a mapping with name and arguments"
        raise TypeError(msg)
    for name, value in (("name", function["name"]), ("id", own_id)):
        if not isinstance(value, str | None):
            msg = f"{place}.{name}: expected a text, got {type(value).__name__}"
            raise TypeError(msg)
    for name in sorted({*given, *function} - {"id", "type", "function", "name", "arguments"}):
        msg = f"{place}: there is no {name!r}; there are name, arguments and id"
        raise TypeError(msg)
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):  # goes as it is, also when it is no JSON
        json_of(f"{place}.arguments", arguments)
    else:
        arguments = json_of(f"{place}.arguments", arguments)
    return {
        "id": own_id,
        "type": "function",
        "function": {"name": function["name"], "arguments": arguments},
    }
