"""The application's own functions, plain or ``async``; ``_sync/_callbacks.py`` is the twin.

Both are written by hand: what can be awaited is where the worlds differ.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from ..errors import DeadlineExceededError, InvalidRequestError


def check_callback(
    _param: str,
    _function: object,
    _error: type[InvalidRequestError] = InvalidRequestError,
) -> None:
    """Here both kinds are fine."""


def leaver() -> Callable[[list[Awaitable[object]]], None]:
    """Takes care of what nobody can await, such as when a stream is dropped.

    It becomes a task of the loop that runs now; where that loop runs no more, it is given up.
    """
    loop = asyncio.get_running_loop()

    def leave(awaitables: list[Awaitable[object]]) -> None:
        for awaitable in awaitables:
            if loop.is_running():
                loop.call_soon_threadsafe(_begin, awaitable)
            elif inspect.iscoroutine(awaitable):
                awaitable.close()
        awaitables.clear()

    return leave


_tasks: set[asyncio.Future[Any]] = set()  # the loop itself holds its tasks weakly


def _begin(awaitable: Awaitable[object]) -> None:
    task = asyncio.ensure_future(awaitable)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def settled(value: Any, _what: str, seconds: float | None = None) -> Any:
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
