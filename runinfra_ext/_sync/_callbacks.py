"""The application's own functions, plain ones; ``_async/_callbacks.py`` is the other twin."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from ..errors import InvalidRequestError


def check_callback(
    param: str, function: object, error: type[InvalidRequestError] = InvalidRequestError
) -> None:
    """Refuse an ``async`` function before anything is sent.

    Raises:
        InvalidRequestError: it is one.
    """
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - an object with an async __call__
    ):
        name = getattr(function, "__name__", type(function).__name__)
        raise _refusal(param, repr(name), error)


def leaver() -> Callable[[list[Awaitable[object]]], None] | None:
    """Here nothing is ever awaited."""
    return None


def settled(value: Any, what: str, _seconds: float | None = None) -> Any:
    """What a function came to; a plain one can't be cut short.

    Raises:
        InvalidRequestError: it returned an awaitable, which nobody can await here.
    """
    if not inspect.isawaitable(value):
        return value
    if inspect.iscoroutine(value):
        value.close()
    raise _refusal(None, what, InvalidRequestError)


def _refusal(param: str | None, what: str, error: type[InvalidRequestError]) -> InvalidRequestError:
    msg = f"{what} is async: give the blocking client plain functions, or use AsyncRunInfra."
    return error(f"{param}: {msg}" if param else msg, param=param)
