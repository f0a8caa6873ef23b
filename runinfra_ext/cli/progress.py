"""How far something is: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from .screen import Screen


class ProgressLine:
    """A bar on stderr that goes away when it is done; until then nothing else is printed.

    Args:
        screen: says whether people look.
        what: is under way.
        total: bytes, if that is known.
    """

    def __init__(self, screen: Screen, what: str, total: int | None = None) -> None:
        self._bar: Any = None
        self._task: Any = None
        if not screen.json and sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task(what, total=total)

    def at(self, done: int, total: int | None = None) -> None:
        """Tell how far it is.

        Args:
            done: bytes.
            total: bytes, if that has become known.
        """
        if self._bar is not None:
            more: dict[str, Any] = {} if total is None else {"total": total}
            self._bar.update(self._task, completed=done, **more)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bar

    return Bar(
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
