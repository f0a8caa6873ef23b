"""The application's own functions, plain or ``async``; ``_sync/_callbacks.py`` is the twin.

Both are written by hand: what can be awaited is where the worlds differ.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from ..errors import DeadlineExceededError, InvalidRequestError


def check_callback(
    _param: str,
    _function: object,
    _error: type[InvalidRequestError] = InvalidRequestError,
) -> None:
    """Here both kinds are fine."""


async def outcome(value: Any, _what: str, seconds: float | None = None) -> Any:
    """What a function came to: an awaitable that it returned is awaited.

    Args:
        value: what it returned.
        seconds: how long it may take; ``None`` for no limit.

    Raises:
        DeadlineExceededError: it took longer; it was cancelled.
    """
    if not inspect.isawaitable(value):
        return value
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await value
    except TimeoutError:
        if not limit.expired():
            raise  # the function's own
    msg = f"{_what} took longer than the deadline of the run, and was cancelled."
    raise DeadlineExceededError(msg)
