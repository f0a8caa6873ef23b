"""What puts the events of a stream together to the object that an unstreamed call would return.

Promises of every assembler: what the document does not know is kept; an engine's liberties with
indexes and ids are borne; a tool call whose arguments are not complete never stands in
:attr:`Assembler.tool_calls` or in a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeVar

from .._ground.answer_facts import Facts
from ..errors import StreamTooLargeError

R_co = TypeVar("R_co", covariant=True)

# Choices, tool calls, output items and their parts of one stream: no engine sends so many. Each
# takes a hundred times the memory of the few bytes that begin it.
MAX_PARTS: Final = 10_000


class Room:
    """What a stream may still begin.

    Args:
        left: number of parts.
    """

    __slots__ = ("_left",)

    def __init__(self, left: float = MAX_PARTS) -> None:
        self._left = left

    def take(self) -> None:
        """Begin a part.

        Raises:
            StreamTooLargeError: there is no room left.
        """
        if self._left < 1:
            msg = f"The stream has more than {MAX_PARTS} choices, tool calls or output parts."
            raise StreamTooLargeError(msg)
        self._left -= 1


class Assembler(Protocol[R_co]):
    """Takes the events of one stream, as decoded JSON; gives what they add up to."""

    @property
    def news(self) -> str:
        """The text that the last event brought; empty if none."""
        ...

    @property
    def text(self) -> str:
        """All text so far; with several choices that of the first one that spoke."""
        ...

    @property
    def usage(self) -> Any:
        """The usage, once it has come, as its model."""
        ...

    @property
    def tool_calls(self) -> list[Any]:
        """The tool calls that are complete, as their models."""
        ...

    @property
    def facts(self) -> Facts:
        """What the answer says of itself so far."""
        ...

    @property
    def finished(self) -> bool:
        """Whether every choice so far has its finish reason."""
        ...

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take the next event; whether it brought content (a heartbeat does not).

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is malformed.
            StreamTooLargeError: more has begun than is kept of one stream.
        """
        ...

    def snapshot(self) -> Any:
        """What an unstreamed call would return, as far as it has come; ``None`` before anything."""
        ...

    def final(self, *, whole: bool) -> R_co:
        """The result, after the end.

        Args:
            whole: the end was the stream's own, so that its tool calls are all complete.
        """
        ...


def merge(target: dict[str, Any], key: str, value: Any) -> None:
    """Put a field that has no rule of its own in the result: lists grow, else the last value wins.

    ``None`` only says that the field exists; it never takes a value away.
    """
    if value is None:
        target.setdefault(key, None)
        return
    known = target.get(key)
    if isinstance(value, list):
        if isinstance(known, list):
            known.extend(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] - decoded JSON
        else:
            # A copy: the list belongs to the event, which the caller may keep.
            target[key] = list(value)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON
    else:
        target[key] = value


def place(value: object, default: int) -> int:
    """An ``index`` of the wire; engines also send null, or leave it out."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def object_of(value: Any) -> dict[str, Any]:
    """The JSON object that a value is; an empty one if it is something else."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] - decoded JSON
