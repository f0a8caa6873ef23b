"""No call fails because of its telemetry.

What a span processor, a sampler or a function of the application's raises is logged, as
``runinfra_ext.telemetry``, and the call goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F")

_log: Final = logging.getLogger("runinfra_ext.telemetry")


def lost(where: str, error: Exception) -> None:
    """What a function raised is logged."""
    _log.error("telemetry was lost in %s", where, exc_info=error)


def guarded(instead: F) -> Callable[[Callable[P, R]], Callable[P, R | F]]:
    """Log what a function raises.

    Args:
        instead: what it then returns.
    """

    def made(function: Callable[P, R]) -> Callable[P, R | F]:
        @wraps(function)
        def safe(*args: P.args, **kwargs: P.kwargs) -> R | F:
            try:
                return function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - of the application's telemetry, which may raise anything
                lost(function.__name__, error)
                return instead

        return safe

    return made
