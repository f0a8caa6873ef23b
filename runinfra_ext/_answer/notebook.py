"""How results look as the last line of a notebook's cell: Markdown, short tables, players.

What a server wrote is shown, never run: outside of fenced code Markdown's HTML is escaped and its
images, which a page would fetch, become plain text; in tables everything is escaped.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

SHOWN: Final = 100_000  # characters of a text
ROWS: Final = 50  # of a table
PLAYED: Final = 20 * 1024 * 1024  # bytes of a recording; a notebook keeps what it shows
_CELL: Final = 300  # characters of a cell
# A fence at the very left is code to every reader of Markdown, until its like closes it. Of others
# (in a list, a quotation) they differ in where it ends, so that nothing behind it counts as code.
_FENCE: Final = re.compile(r"(`{3,}|~{3,})([^`]*)\Z")
_ANY_FENCE: Final = re.compile(r"[\s>*+\-\d.)]*(?:`{3}|~{3})")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")  # to every reader of Markdown
_TICKS: Final = re.compile(r"`+")
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_JOINER: Final = "\u2060"  # takes no room; a tag with it is none
# Where a link leads to, in its place or in a definition, unless that is harmless: a scheme, what
# may be one when entities and escapes are read, or the next line.
_SCHEME: Final = r"\s*(?:\Z|(?!https?:|mailto:|#|/)[^)\s]*[:&\\])"
_LINK: Final = re.compile(rf"\]\({_SCHEME}", re.IGNORECASE)
_DEFINITION: Final = re.compile(rf"\](?=:{_SCHEME})", re.IGNORECASE)
_SAFE_TYPE: Final = re.compile(r"(?:audio|image)/[\w.+-]+\Z")


def markdown(text: str) -> str:
    """A text of a model's as Markdown that holds neither HTML nor pictures to fetch."""
    lines: list[str] = []
    fence: str | None = None
    certain = True
    for line in _LINE_END.split(text[:SHOWN]):
        opened = _FENCE.match(line) if certain else None
        if fence is not None:
            lines.append(line)
            if opened and opened[1].startswith(fence) and not opened[2].strip():
                fence = None
            continue
        if opened:
            fence = opened[1]
        elif _ANY_FENCE.match(line):
            certain = False
        lines.append(_harmless(line))
    more = len(text) - SHOWN
    if more > 0:
        lines += [*([fence] if fence else []), "", f"… {more} more characters"]
    return "\n".join(lines)


def called(calls: Iterable[Any] | None) -> str:
    """Tool calls as Markdown that follows a text: each as it would be written in a program."""
    lines: list[str] = []
    for call in calls or ():
        function = getattr(call, "function", call)
        lines.append(f"{function.name}({function.arguments})")
    return f"\n\n{code(chr(10).join(lines))}\n" if lines else ""


def code(text: str) -> str:
    """A text as a block of code, which nothing in it can end."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _harmless(line: str) -> str:
    # In a line with code, an entity would be shown as it is written.
    line = _TAG.sub(f"<{_JOINER}" if "`" in line else "&lt;", line)
    line = _DEFINITION.sub(f"]{_JOINER}", line)
    return _LINK.sub("](#", line.replace("![", "\\!\\["))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], note: str = "") -> str:
    """A short table as HTML; what is ``None`` stays empty.

    Args:
        head: names of the columns.
        rows: their cells; those beyond the fiftieth are counted only.
        note: what stands below.
    """
    lines = list(rows)
    body = "".join(
        "<tr>" + "".join(f"<td{_side(cell)}>{_cell(cell)}</td>" for cell in row) + "</tr>"
        for row in lines[:ROWS]
    )
    if len(lines) > ROWS:
        more = f"… {len(lines) - ROWS} more"
        note = f"{more}; {note}" if note else more
    first: Sequence[object] = lines[0] if lines else head
    names = "".join(
        f"<th{_side(cell)}>{escape(name)}</th>" for name, cell in zip(head, first, strict=True)
    )
    below = f"<p>{escape(note)}</p>" if note else ""
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>{below}"


def paragraph(name: str, text: str | None) -> str:
    """A named text as HTML."""
    return "" if text is None else f"<p><b>{escape(name)}</b> {escape(text[:SHOWN])}</p>"


def progress_bar(done: int, total: int | None, text: str) -> str:
    """A bar with what it tells of; one that only moves where nobody knows the whole."""
    # Both numbers as they are: a bar of no length at all is not full.
    known = "" if total is None else f' max="{max(total, 1)}" value="{min(done, total)}"'
    style = "width: 20em; vertical-align: middle"
    return f'<progress style="{style}"{known}></progress> {escape(text)}'


def player(data: bytes, media_type: str) -> str:
    """A player of a recording, which is inside of it."""
    if len(data) > PLAYED or not _SAFE_TYPE.match(media_type):
        return f"<p>{len(data)} bytes of {escape(media_type)}: write_to_file() keeps them</p>"
    return f'<audio controls src="{_inside(data, media_type)}"></audio>'


def picture(data: bytes, media_type: str) -> str:
    """A picture, which is inside of the page."""
    return f'<img style="max-width: 24em" src="{_inside(data, media_type)}">'


def _inside(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"


def _side(value: object) -> str:
    # Notebooks put every cell to the right, which is right for numbers only.
    return "" if isinstance(value, int | float) else ' style="text-align: left"'


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return escape(text if len(text) <= _CELL else f"{text[:_CELL]}…")
