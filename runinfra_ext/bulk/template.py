"""The request of a table's rows: a mapping whose texts name columns in braces."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .._ground.checks import wrong
from .._ground.json_codec import is_mapping, is_sequence

# Doubled braces stand for themselves, as in Python's own format strings; nothing else of these is
# taken: a column is a name, and never an expression.
_PARTS: Final = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


class Template:
    """Arguments of a call in which ``{column}`` stands for a row's value.

    A text that is one column alone becomes the value itself (a number of a Parquet file stays one);
    within a longer text it is written into it, lists and structs as JSON. What JSON has no value
    for (a date, a decimal number) is its text.

    Args:
        request: the arguments; JSON values.

    Attributes:
        text: the template as JSON, in its own order, which is that of the requests.
        sorted: the same for templates that differ in nothing but their order.
        columns: that it names.

    Raises:
        InvalidRequestError: it is no mapping, or has values that JSON has not.
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        if not is_mapping(request) or not request:
            raise wrong("request", "a mapping, the template of a row's request", request)
        problem = ""
        try:
            self.text = json.dumps(request, allow_nan=False)
            self.sorted = json.dumps(request, sort_keys=True)
        except (TypeError, ValueError) as error:
            problem = str(error)
        if problem:
            raise wrong("request", f"values that JSON has ({problem})", request)
        self._request = dict(request)
        self.columns = frozenset(_columns(request))

    def problem(self, row: Mapping[str, Any]) -> str:
        """What keeps a row from filling it; empty if nothing does."""
        missing = sorted(self.columns - row.keys())
        if missing:
            return f"no column {missing[0]!r} (there are {', '.join(map(str, row))})"
        for name in sorted(self.columns):
            value = row[name]
            if value is None or value != value:  # NaN, as tables miss a number
                return f"column {name!r} has no value"
            problem = _unfit(value)
            if problem:
                return f"column {name!r} has {problem}: expected a text or another value of JSON"
        return ""

    def filled(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a row's call."""
        return {name: _filled(value, row) for name, value in self._request.items()}


def _columns(value: Any) -> set[str]:
    if isinstance(value, str):
        return {match[1] for match in _PARTS.finditer(value) if match[1]}
    if is_mapping(value):
        return {name for member in value.values() for name in _columns(member)}
    if is_sequence(value):
        return {name for item in value for name in _columns(item)}
    return set()


def _filled(value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        alone = _PARTS.fullmatch(value)
        if alone is not None and alone[1]:
            return _as_json(row[alone[1]])
        return _PARTS.sub(lambda part: _text(row[part[1]]) if part[1] else part[0][0], value)
    if is_mapping(value):
        return {name: _filled(member, row) for name, member in value.items()}
    if is_sequence(value):
        return [_filled(item, row) for item in value]
    return value


def _unfit(value: Any) -> str:
    """What a value has in it that JSON has not, and that has no text either."""
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    parts: Iterable[Any] = ()
    if is_mapping(value):
        parts = value.values()
    elif is_sequence(value):
        parts = value
    problems: Iterable[str] = (_unfit(part) for part in parts)
    return next(filter(None, problems), "")


def _as_json(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.loads(json.dumps(value, default=str))
    return value if isinstance(value, str | int | float) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)
