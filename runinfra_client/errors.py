# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The errors of the low-level client."""

from __future__ import annotations

from typing import Any


class StatusError(Exception):
    """The gateway said no.

    Attributes:
        status: HTTP status.
        content: the body.
        parsed: it as the document's model of this status; ``None`` if it is none.
    """

    def __init__(self, status: int, content: bytes, parsed: Any = None) -> None:
        self.status = status
        self.content = content
        self.parsed = parsed
        super().__init__(status)

    def __str__(self) -> str:
        return f"status {self.status} ({len(self.content)} bytes)"


class UnusableAnswer(Exception):
    """The gateway said yes, but the answer is not what the document promises."""


__all__ = ["StatusError", "UnusableAnswer"]
