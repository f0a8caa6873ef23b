"""The assembler of streams that amount to their last event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from .._ground.answer_facts import Facts

R = TypeVar("R")


class LastEvent(Generic[R]):
    """Keeps the last event; it is the result.

    Args:
        build: makes the result of it.
    """

    news = ""
    text = ""
    usage: Any = None
    finished = False

    def __init__(self, build: Any) -> None:
        self._build = build
        self._last: Mapping[str, Any] | None = None

    @property
    def tool_calls(self) -> list[Any]:
        """Such streams have none."""
        return []

    @property
    def facts(self) -> Facts:
        """Nothing is known of them."""
        return Facts()

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take the next event; every one is content."""
        self._last = event
        return True

    def snapshot(self) -> Any:
        """The last event so far."""
        return None if self._last is None else self._build(self._last)

    def final(self, *, whole: bool) -> R:  # noqa: ARG002 - of the protocol
        """The last event."""
        result: R = self._build(self._last or {})
        return result
