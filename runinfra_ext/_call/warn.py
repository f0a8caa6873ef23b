"""Says where the caller is that uses what is going to be taken away."""

from __future__ import annotations

import inspect
import warnings
from types import FrameType


def warn_deprecated(what: str) -> None:
    """Warn at the caller's line, outside of this package."""
    level = 2
    frame: FrameType | None = inspect.currentframe()
    frame = frame and frame.f_back
    while frame is not None and frame.f_globals.get("__name__", "").startswith("runinfra_ext."):
        frame = frame.f_back
        level += 1
    message = f"{what} is deprecated: the gateway is going to take it away"
    warnings.warn(message, DeprecationWarning, stacklevel=level)
