"""Where progress is told outside of notebooks: a terminal that people look at, a log, or nobody."""

from __future__ import annotations

import contextlib
import sys
from typing import TextIO


def is_terminal() -> bool:
    """Whether people look at stderr."""
    stream: TextIO | None = sys.stderr
    return stream is not None and not stream.closed and stream.isatty()


def say(line: str) -> None:
    """Write a line to stderr; nothing fails because nobody reads it any more."""
    stream: TextIO | None = sys.stderr  # None where a process has no console
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            print(line, file=stream, flush=True)
