"""How far something is: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from .screen import Screen


class Progress:
    """A bar on stderr that goes away when it is done.

    Args:
        screen: says whether people look.
        what: is under way.
        total: bytes or items, if that is known.
        is_bytes: whether they are bytes.
    """

    def __init__(
        self, screen: Screen, what: str, total: int | None, *, is_bytes: bool = True
    ) -> None:
        self._bar: Any = None
        self._task: Any = None
        if not screen.json and sys.stderr.isatty():
            self._bar = _bar(is_bytes=is_bytes)
            self._task = self._bar.add_task(what, total=total)

    def at(self, done: int, total: int | None = None, *, what: str | None = None) -> None:
        """Tell how far it is.

        Args:
            done: bytes or items.
            total: of them, if it has become known.
            what: is under way now.
        """
        if self._bar is not None:
            more: dict[str, Any] = {} if what is None else {"description": what}
            if total is not None:
                more["total"] = total
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


def _bar(*, is_bytes: bool) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bar

    count = DownloadColumn() if is_bytes else MofNCompleteColumn()
    return Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        count,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
