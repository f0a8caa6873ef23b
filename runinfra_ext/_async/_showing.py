"""A stream as the last line of a cell; ``_sync/_showing.py`` is the hand-written twin.

What a notebook asks to show itself can't be awaited: only the blocking stream can be read then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._display.growing import GrowingText

if TYPE_CHECKING:
    from .stream import AsyncStream


def shown(stream: AsyncStream[Any, Any], *, readable: bool) -> None:
    """Show what has come so far, and how to see the rest.

    Args:
        stream: that a notebook displays.
        readable: whether there may be more of it.
    """
    hint = "\n\n`await stream.display()` shows it as it comes." if readable else ""
    with GrowingText() as growing:
        growing.add(f"{stream.text}{hint}".lstrip("\n"))
