"""A stream as the last line of a cell; ``_async/_showing.py`` is the hand-written twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._display.growing import GrowingText

if TYPE_CHECKING:
    from .stream import Stream


def shown(stream: Stream[Any, Any], *, readable: bool) -> None:
    """Read the stream to its end, and show it as it comes.

    Args:
        stream: that a notebook displays.
        readable: whether there may be more of it; else what has come is shown.
    """
    if readable:
        stream.display()
        return
    with GrowingText() as growing:
        growing.add(stream.text)
