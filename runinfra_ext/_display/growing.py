"""A text that is shown while it comes: in place in a notebook, printed elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, Self

from .._answer.notebook import markdown
from .._ground.redaction import plain
from .cell import EVERY, Spot, in_notebook

# Each update sends the whole text again: the longer it is, the longer the next one waits.
_CHARACTERS: Final = 200_000  # in a second, at most


class GrowingText:
    """Shows a text as it grows.

    What has come when it ends, however it ends, is shown whole.

    Args:
        begun: what of the text is there already.
        clock: monotonic seconds.
    """

    def __init__(self, begun: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pieces: list[str] = []
        self._size = 0
        self._next = clock()
        self._spot = Spot() if in_notebook() else None
        self._pending = False
        self.add(begun)

    def add(self, piece: str) -> None:
        """The text goes on."""
        if not piece:
            return
        self._pieces.append(piece)
        self._size += len(piece)
        if self._spot is None:
            sys.stdout.write(plain(piece) if sys.stdout.isatty() else piece)
            sys.stdout.flush()
            return
        self._pending = True
        if self._clock() >= self._next:
            self._update(self._spot)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        if self._spot is not None:
            if self._pending:
                self._update(self._spot)
        elif self._size:
            sys.stdout.write("\n")
            sys.stdout.flush()

    def _update(self, spot: Spot) -> None:
        text = "".join(self._pieces)
        self._pieces[:] = [text]
        spot.show({"text/markdown": markdown(text), "text/plain": text})
        self._pending = False
        self._next = self._clock() + max(EVERY, self._size / _CHARACTERS)
