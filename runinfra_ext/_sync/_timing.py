"""Waiting and deadlines, the blocking half; ``_async/_timing.py`` is its hand-written twin."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

# A file is written as it comes, while the processor's cache still holds it.
WRITE_BYTES: Final = 1

P = ParamSpec("P")
R = TypeVar("R")


def sleep(seconds: float) -> None:
    """Wait; a signal such as Ctrl-C ends it."""
    time.sleep(seconds)


def run_blocking(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that blocks: here, simply call it."""
    return function(*args, **kwargs)
