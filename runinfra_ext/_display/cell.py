"""A place in the output of a notebook's cell whose content changes.

Promise: IPython is looked at only where the process has loaded it already; nothing here imports it
on its own, and without a notebook nothing is displayed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final

from .._answer.notebook import progress_bar

EVERY: Final = 0.1  # seconds between two updates of a cell: more often nobody sees


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, which shows what is displayed."""
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return False
    # A terminal's IPython has a shell as well, which shows nothing but text.
    return getattr(ipython.get_ipython(), "kernel", None) is not None


class Spot:
    """One output of the cell that runs now, which later calls replace wherever it stands."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, views: Mapping[str, str]) -> None:
        """Show something, instead of what was there.

        Args:
            views: the same in several forms, by their media types.
        """
        if self._handle is None:
            display: Any = importlib.import_module("IPython.display")
            self._handle = display.display(dict(views), raw=True, display_id=True)
        else:
            self._handle.update(dict(views), raw=True)

    def show_progress(self, done: int, total: int | None, text: str) -> None:
        """Show a bar.

        Args:
            done: so much of it.
            total: all of it, if known.
            text: what the bar tells of.
        """
        self.show({"text/html": progress_bar(done, total, text), "text/plain": text})
