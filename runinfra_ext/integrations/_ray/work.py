"""What is to be done with each row; plain objects that travel to the workers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ..._ground import checks
from ...errors import ConfigurationError

_ROW: Final = "row"  # the order of parts in a key never changes


class Work(NamedTuple):
    """What is to be done with each row.

    Attributes:
        operation: the method to call.
        request: makes the arguments of a row's call.
        params: arguments of all calls; the row's go before them.
        target: of ``parse``.
    """

    operation: str
    request: Callable[[dict[str, Any]], Mapping[str, Any]]
    params: Mapping[str, Any]
    target: Any = None

    def arguments(self, row: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a row's call.

        Raises:
            ConfigurationError: the function for requests gave no mapping.
        """
        made = self.request(row)
        if not isinstance(made, Mapping):
            raise checks.wrong("request", "a mapping of arguments", made, ConfigurationError)
        return {**self.params, **made}


class Columns(NamedTuple):
    """The names of what is added.

    Attributes:
        output: the results.
        error: the errors.
        meta: what the rows took.
    """

    output: str
    error: str
    meta: str


class FromColumn:
    """Arguments made of one column.

    Args:
        column: its name.
        question: it is a message of the user, and not ``input``.

    Raises:
        InvalidRequestError: the name is none.
    """

    def __init__(self, column: str, *, question: bool = False) -> None:
        self._column = column_name("column", column)
        self._question = question

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """The arguments.

        Raises:
            ConfigurationError: there is no such column.
        """
        value = member(row, self._column, "column")
        if self._question:
            return {"messages": [{"role": "user", "content": value}]}
        return {"input": value}


def column_name(param: str, value: object) -> str:
    """The name of a column.

    Raises:
        InvalidRequestError: it is none.
    """
    if not isinstance(value, str) or not value:
        raise checks.wrong(param, "the name of a column", value)
    return value


def asking(
    column: str, request: Callable[[dict[str, Any]], Mapping[str, Any]] | None
) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    """Makes the arguments of a chat from a row.

    Raises:
        InvalidRequestError: what is given is no function.
    """
    if request is None:
        return FromColumn(column, question=True)
    if not callable(request):
        raise checks.wrong("request", "a function from a row to arguments", request)
    return request


def arguments(params: Mapping[str, Any] | None, model: str | None) -> dict[str, Any]:
    """The arguments of all calls.

    Raises:
        InvalidRequestError: ``params`` is no mapping, or has a ``model`` too.
    """
    if params is not None and not isinstance(params, Mapping):
        raise checks.wrong("params", "a mapping of arguments", params)
    given = dict(params or {})
    if model is not None:
        if "model" in given:
            raise checks.wrong("params", "no 'model' beside model=", given["model"])
        given["model"] = checks.printable("model", model)
    return given


def member(row: Mapping[str, Any], column: str, param: str) -> Any:
    """The value of a column.

    Raises:
        ConfigurationError: there is no such column: that concerns all rows.
    """
    if column not in row:
        msg = f"{param}: there is no column {column!r} (there are {', '.join(row)})"
        raise ConfigurationError(msg, param=param)
    return row[column]


def named_by_request(arguments: Mapping[str, Any]) -> str:
    """The key of a row without one: equal requests are one row.

    What JSON can't hold is told by the call itself, and has its text for a name here.
    """
    return json.dumps([_ROW, arguments], sort_keys=True, default=repr)
