"""Waiting and deadlines, the asyncio half; ``_sync/_timing.py`` is its hand-written twin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

# A hop to the thread that writes costs 60 µs, so a file is written in large pieces.
WRITE_BYTES: Final = 640 * 1024

P = ParamSpec("P")
R = TypeVar("R")


async def sleep(seconds: float) -> None:
    """Wait, cancellably."""
    await asyncio.sleep(seconds)


async def run_blocking(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that blocks (a write to disk) without holding up the event loop."""
    return await asyncio.to_thread(function, *args, **kwargs)
