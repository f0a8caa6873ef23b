"""The clock of one attempt."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .failures import LONGEST, expired, failure

if TYPE_CHECKING:
    from .._ground.limits import Limits
    from .._ground.wire import FailureReason, TransportFailure


class Clock:
    """The one clock of an attempt, which moves from stage to stage.

    Args:
        limits: of the attempt.
        host: whom the attempt is for, in the words of failures.
    """

    __slots__ = ("_each", "_reason", "_until", "host", "limits", "sent")

    def __init__(self, limits: Limits, host: str) -> None:
        self.limits = limits
        self.host = host
        self.sent = False
        self._each: float | None = None
        self._until = limits.deadline_at
        self._reason: FailureReason = "deadline"

    def stage(
        self, reason: FailureReason, *, each: float | None = None, whole: float | None = None
    ) -> None:
        """Begin a stage.

        Args:
            reason: of the failure when its limit is reached.
            each: seconds that a single wait may take.
            whole: seconds that all waits of the stage may take together.
        """
        self._reason = reason
        self._each = each
        until = self.limits.deadline_at
        if whole is not None:
            end = time.monotonic() + whole
            until = end if until is None or end < until else until
        self._until = until

    def left(self) -> float | None:
        """Seconds that the next wait may take.

        Raises:
            TransportFailure: none are left.
        """
        if self._until is None:
            return self._each if self._each is None or self._each < LONGEST else LONGEST
        left = self._until - time.monotonic()
        if left <= 0:
            raise self.late()
        if self._each is not None and self._each < left:
            left = self._each
        return min(LONGEST, left)

    def late(self) -> TransportFailure:
        """The failure of a wait that has reached its limit."""
        return self.failure("deadline" if expired(self.limits) else self._reason)

    def failure(
        self, reason: FailureReason, *, stale: bool = False, detail: str = ""
    ) -> TransportFailure:
        """A failure of this attempt."""
        return failure(reason, sent=self.sent, stale=stale, host=self.host, detail=detail)
