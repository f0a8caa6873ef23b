"""How far something is: a bar in a notebook's cell or on a terminal, lines in a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, Self

from .._ground.redaction import escaped
from .cell import EVERY, Spot, in_notebook
from .stderr import is_terminal, say

_LINES_EVERY: Final = 10.0  # seconds between two lines of a log
_KILO: Final = 1000


class ProgressBar:
    """Shows how far a transfer is; give it to ``on_progress``.

    In a notebook the bar grows in place, below the cell. On a terminal it is drawn with rich where
    the extra ``cli`` is installed, and goes away in the end. Elsewhere, in a log for example, it is
    a line every ten seconds. All but the notebook's goes to stderr.

    It ends by itself when all bytes are there; as a context manager it ends with its block, which
    is for transfers that may fail, or whose size nobody knows.

    Args:
        what: is under way, for example the name of the file.
        clock: monotonic seconds.
    """

    def __init__(self, what: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = escaped(what)
        self._clock = clock
        self._done = 0
        self._total: int | None = None
        self._spot = Spot() if in_notebook() else None
        self._line = None if self._spot or not is_terminal() else _rich_line(self._what)
        self._over = self._entered = False
        self._next = clock() + (0.0 if self._spot or self._line else _LINES_EVERY)

    def __call__(self, done: int, total: int | None = None) -> None:
        """Tell how far it is.

        Args:
            done: bytes so far.
            total: all bytes, if known.
        """
        self._done, self._total = done, total
        complete = total is not None and done >= total
        if complete and not self._entered:
            self.close()
            return
        self._over = False  # perhaps the file is sent once more
        if self._line is not None:
            self._line.at(done, total)
        elif self._clock() >= self._next:
            self._update()

    def close(self) -> None:
        """Show the last state; a terminal's bar goes away. May be called again."""
        if self._over:
            return
        self._over = True
        if self._line is not None:
            self._line.close()
        elif self._spot is not None:
            self._update()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def _update(self) -> None:
        text = ": ".join(part for part in (self._what, _told(self._done, self._total)) if part)
        if self._spot is not None:
            self._spot.show_progress(self._done, self._total, text)
            self._next = self._clock() + EVERY
        else:
            say(text)
            self._next = self._clock() + _LINES_EVERY


def _told(done: int, total: int | None) -> str:
    return size(done) if total is None else f"{size(done)} of {size(total)}"


def size(count: int) -> str:
    """So many bytes, in a unit that leaves few digits."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < _KILO or unit == "GB":
            break
        value /= _KILO
    return f"{count} bytes" if unit == "bytes" else f"{value:.1f} {unit}"


class _RichLine:
    """A bar of rich's on stderr, which begins with the first byte."""

    def __init__(self, bar: Any, what: str) -> None:
        self._bar = bar
        self._what = what
        self._task: Any = None

    def at(self, done: int, total: int | None) -> None:
        """So far it is."""
        if self._task is None:
            self._task = self._bar.add_task(self._what, total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)

    def close(self) -> None:
        """Take the bar away."""
        if self._task is not None:
            self._bar.stop()
            self._bar.remove_task(self._task)
            self._task = None


def _rich_line(what: str) -> _RichLine | None:
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.progress import (  # noqa: PLC0415 - the same
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )
    except ImportError:
        return None
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        # rich would send stdout along to its own console, past the pipe that it goes to.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    return _RichLine(bar, what)
