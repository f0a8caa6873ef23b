"""How a job is shown while it runs: live in a cell or on a terminal, as lines, or by a function."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from .._display.cell import Spot, in_notebook
from .._display.stderr import is_terminal, say
from .account import Account
from .options import ProgressOption

_LINES_EVERY: Final = 10.0  # seconds between two lines of a log
_CALLS_EVERY: Final = 0.1  # seconds between two calls of a function
_FRAMES: Final = 4  # of the live view, or a cell, in a second


class Display:
    """Shows a job's account.

    Args:
        progress: the option of that name.
        clock: monotonic seconds.
    """

    def __init__(
        self, progress: ProgressOption, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._function = progress if callable(progress) else None
        self._shown = progress is True
        self._clock = clock
        self._next = 0.0
        self._live: Any = None
        self._spot: Spot | None = None
        self._snapshot: Callable[[], Account] | None = None

    def begin(self, snapshot: Callable[[], Account]) -> None:
        """The job begins.

        Args:
            snapshot: gives the account as it is now.
        """
        self._snapshot = snapshot
        self._next = self._clock() + (_LINES_EVERY if self._shown else 0.0)
        if self._shown and in_notebook():
            self._spot = Spot()
            self._next = 0.0
        elif self._shown and is_terminal():
            self._live = _live_view(snapshot)
            if self._live is not None:
                self._live.start()

    def tick(self) -> object:
        """Some time has passed, and perhaps some rows."""
        if self._snapshot is None or not (self._shown or self._function):
            return None
        now = self._clock()
        if now < self._next:
            return None
        if self._function is not None:
            self._next = now + _CALLS_EVERY
            return self._function(self._snapshot())
        if self._spot is not None:
            self._next = now + 1 / _FRAMES
            _update(self._spot, self._snapshot())
            return None
        self._next = now + _LINES_EVERY
        if self._live is None:
            say(f"bulk: {self._snapshot()}")
        return None

    def interrupted(self, in_flight: int) -> None:
        """The job is told to stop.

        Args:
            in_flight: rows that it still waits for.
        """
        if self._shown and in_flight:
            text = f"bulk: finishing {in_flight} rows on their way; interrupt again to end at once"
            if self._live is None:
                say(text)
            else:
                self._live.console.print(text)

    def end(self, account: Account) -> object:
        """The job has ended; if it could not begin, there is nothing to show."""
        if self._snapshot is None:
            return None
        if self._live is not None:
            self._live.stop()
        elif self._spot is not None:
            _update(self._spot, account)
        elif self._shown:
            say(f"bulk: {account}")
        return None if self._function is None else self._function(account)


def _update(spot: Spot, account: Account) -> None:
    spot.show_progress(account.rows, account.total, f"bulk: {account}")


def _live_view(snapshot: Callable[[], Account]) -> Any:
    """A view that renews itself; ``None`` without the library for it."""
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.live import Live  # noqa: PLC0415 - the same
        from rich.progress_bar import ProgressBar  # noqa: PLC0415 - the same
        from rich.table import Table  # noqa: PLC0415 - the same
    except ImportError:
        return None

    def view() -> Any:
        account = snapshot()
        grid = Table.grid(padding=(0, 1))
        if account.total:
            grid.add_row(ProgressBar(total=account.total, completed=account.rows, width=40))
        grid.add_row(str(account))
        return grid

    return Live(
        get_renderable=view,
        console=Console(stderr=True),
        refresh_per_second=_FRAMES,
        transient=False,
    )
