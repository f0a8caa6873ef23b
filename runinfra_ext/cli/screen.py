"""What is printed: for people on a terminal, as plain text in a pipe, as JSON when asked.

Promises: a table in a pipe is one line a row with tabs, whole, so that ``cut`` and ``grep`` do what
they should; nothing that a server or a model says moves the cursor or changes a colour of the
terminal; rich is loaded for what it draws and for nothing else.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TextIO

from .._ground.redaction import escaped, plain

if TYPE_CHECKING:
    from rich.console import Console


_GAP: Final = 3  # between the columns of a table
_FOLDED: Final = 10  # letters of a table's last column, at least


def _unheard(done: int, total: int | None) -> None:
    del done, total


class Screen:
    """stdout and stderr.

    Args:
        json: print JSON only.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        for stream in (sys.stdout, sys.stderr):
            # What a model says is printed on a terminal of any encoding.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")

    @property
    def is_terminal(self) -> bool:
        """Whether people look at stdout."""
        return not self.json and sys.stdout.isatty()

    @cached_property
    def console(self) -> Console:
        """rich's, on stdout."""
        from rich.console import Console

        return Console(highlight=False, markup=False, emoji=False)

    def text(self, text: str, *, end: str = "\n") -> None:
        """Print a text; on a terminal without what would move it."""
        sys.stdout.write((plain(text) if sys.stdout.isatty() else text) + end)
        sys.stdout.flush()

    def stream(self, pieces: Iterable[str]) -> None:
        """Print the pieces of a text as they come; what has come ends its line in any case."""
        begun = False
        try:
            for piece in pieces:
                begun = True
                self.text(piece, end="")
        finally:
            if begun:
                self.text("")

    def styled(self, text: str, style: str) -> None:
        """Print the beginning of a line, in a colour (of ANSI's) on a terminal that has some."""
        coloured = self.is_terminal and _has_styles()
        sys.stdout.write(f"\x1b[{style}m{text}\x1b[0m" if coloured else text)

    def data(self, value: Any) -> None:
        """Print a JSON value on one line."""
        sys.stdout.write(_as_json(value, sys.stdout) + "\n")
        sys.stdout.flush()

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
    ) -> None:
        """Print a table.

        Args:
            columns: their names; they are left out in a pipe.
            rows: a value for each column; ``None`` is blank.
            right: names of the columns that are numbers.
        """
        lines = [["" if cell is None else escaped(str(cell)) for cell in row] for row in rows]
        if not self.is_terminal:
            for line in lines:
                self.text("\t".join(line))
            return
        if _needed(columns, lines) > self.console.width:
            self._records(columns, lines)
            return
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        for name in columns:
            justify: Any = "right" if name in right else "left"
            table.add_column(name, justify=justify, overflow="fold")
        for line in lines:
            table.add_row(*line)
        self.console.print(table)

    def _records(self, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
        """A table for a narrow terminal: its cells below each other."""
        width = max(map(len, columns))
        for number, line in enumerate(lines):
            if number:
                self.text("")
            for name, cell in zip(columns, line, strict=True):
                if cell:
                    self.text(f"{name:<{width}}  {cell}")

    def progress(self, what: str) -> AbstractContextManager[Callable[[int, int | None], object]]:
        """A bar on stderr for people, while nothing else is printed; nothing for others.

        Args:
            what: is under way.
        """
        if self.json or not sys.stderr.isatty():
            return nullcontext(_unheard)
        from ..progress import ProgressBar

        return ProgressBar(what)

    def note(self, text: str) -> None:
        """Say something aside, on stderr; dimmed on a terminal."""
        line = escaped(text)
        if sys.stderr.isatty() and _has_styles():
            line = f"\x1b[2m{line}\x1b[0m"
        self._aside(line)

    def error(self, text: str) -> None:
        """Say what went wrong, on stderr."""
        self._aside(plain(text))

    def json_aside(self, value: Any) -> None:
        """Print a JSON value on stderr: an error, or facts while stdout holds sound."""
        self._aside(_as_json(value, sys.stderr))

    @staticmethod
    def _aside(line: str) -> None:
        stream: TextIO = sys.stderr
        stream.write(f"{line}\n")
        stream.flush()


def _has_styles() -> bool:
    """Whether a terminal shows colours and the like, and shall."""
    dumb = os.environ.get("TERM", "").strip().lower() in {"dumb", "unknown"}
    return not dumb and not os.environ.get("NO_COLOR")


def _needed(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> int:
    """The columns of a terminal that a table needs: only its last one may be folded much."""
    widths = [
        max(len(name), *(len(line[place]) for line in lines), 0)
        for place, name in enumerate(columns)
    ]
    return sum(widths[:-1]) + _GAP * (len(widths) - 1) + min(widths[-1], _FOLDED)


def _as_json(value: Any, stream: TextIO) -> str:
    """JSON in the letters that a stream has."""
    from .._ground.json_codec import tolerant

    text = json.dumps(json.loads(tolerant(value)), ensure_ascii=False)
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text))
    return text
