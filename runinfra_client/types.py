# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""What the models share, and what may be given as a file."""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from reprlib import Repr
from typing import Any, Protocol, SupportsBytes, TypeAlias
from uuid import UUID

from attrs import fields

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")


class BinaryFile(Protocol):
    """An open file, of whatever library."""

    def read(self, size: int = ..., /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


FileData: TypeAlias = (
    bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryFile | SupportsBytes
)
FileInput: TypeAlias = FileData | tuple[str, FileData] | tuple[str, FileData, str]
"""A file: bytes or what gives them, a path, an open file, or ``(filename, data[, content_type])``."""


_SHORT = Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxtuple, _SHORT.maxdict = 8, 4, 4, 12
_SHORT.maxstring, _SHORT.maxlong, _SHORT.maxother = 160, 40, 4000


_LONGEST_CELL = 2000  # characters of a text in a table


def short_repr(self: Any) -> str:
    """A model with its members, each in a few characters: a vector alone has thousands."""
    members = ", ".join(f"{name}={_SHORT.repr(value)}" for name, value in _present(self))
    return f"{type(self).__name__}({members})"


def short_html(self: Any) -> str | None:
    """A model as a notebook shows it: a short table of its members, all of it text."""
    rows = "".join(
        f'<tr><th style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left">{escape(_cell(value))}</td></tr>'
        for name, value in _present(self)
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _present(self: Any) -> Iterator[tuple[str, Any]]:
    for a in fields(type(self)):
        value = getattr(self, a.name, None)
        if a.repr and value not in (None, {}):
            yield a.name, value


def _cell(value: Any) -> str:
    if not isinstance(value, str):
        return _SHORT.repr(value)
    more = len(value) - _LONGEST_CELL
    return f"{value[:_LONGEST_CELL]}… {more} more characters" if more > 0 else value


def hints_know(cls: Any, *others: type) -> None:
    """Let `typing.get_type_hints` see classes in a constructor that are imported behind its own.

    The constructor is made by attrs, and sees what its module had when the class was made.
    """
    cls.__init__.__globals__.update({other.__name__: other for other in others})


def absent_or_null(d: dict[str, Any]) -> tuple[str, ...]:
    """The keys whose value is null."""
    return tuple([key for key, value in d.items() if value is None])  # faster than a generator


def tagged(
    value: Any, key: str, table: Mapping[str, Any], fallback: Any, *, scalars: bool = False
) -> Any:
    """A member of a union, chosen by its tag; an unknown one is kept as it is."""
    if not isinstance(value, Mapping):
        if scalars:
            return value
        msg = f"expected an object, got {type(value).__name__}"
        raise TypeError(msg)
    cls = table.get(value.get(key, ""), fallback)
    return value if cls is None else cls.from_dict(value)


def first_of(value: Any, classes: tuple[Any, ...], *, scalars: bool = False) -> Any:
    """A member of a union without tags: the first that has all that it requires."""
    if not isinstance(value, Mapping):
        if scalars:
            return value
        msg = f"expected an object, got {type(value).__name__}"
        raise TypeError(msg)
    for cls in classes[:-1]:
        try:
            return cls.from_dict(value)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return classes[-1].from_dict(value)


def plain(value: Any) -> Any:
    """The JSON form of an attribute's value."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dt.date):  # a datetime too
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def moment(value: str) -> dt.datetime:
    """Read a time, such as `2026-11-25T09:30:00Z`; without an offset it has no zone."""
    from dateutil.parser import isoparse  # here, because few answers have times

    if not _MOMENT.match(value):
        msg = f"expected a time, got {value[:40]!r}"
        raise ValueError(msg)
    return isoparse(value)


def day(value: str) -> dt.date:
    """Read a date, such as `2026-11-25`."""
    if not _DAY.fullmatch(value):
        msg = f"expected a date, got {value[:40]!r}"
        raise ValueError(msg)
    return dt.date.fromisoformat(value)


def octets(value: str) -> bytes:
    """Read base64."""
    return base64.b64decode(value, validate=True)


def read_as(value: Any, *readers: Callable[[Any], Any], otherwise: bool = False) -> Any:
    """What the first reader that can makes of a value; the value itself, if others are allowed."""
    for reader in readers:
        try:
            return reader(value)
        except (TypeError, ValueError, AttributeError):
            continue
    if otherwise:
        return value
    msg = f"expected another text, got {str(value)[:40]!r}"
    raise ValueError(msg)


def as_it_came(came: Any, value: Any, read: Callable[[Any], Any]) -> Any:
    """The JSON form of a value that was read from a text: that text, unless the value is another now."""
    return came if came is not None and read(came) == value else plain(value)
