"""The clocks of a stream: silence, lack of progress, and the end of the call's time.

Only waiting counts. A slow consumer never makes its own stream time out, the deadline excepted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..errors import DeadlineExceededError, ReadTimeoutError, RunInfraTimeoutError

# Timers of event loops fire a little early by their clock's resolution.
_RESOLUTION: Final = 0.02


class StreamClocks:
    """Says how long to wait for the next bytes, and which clock ran out.

    Args:
        idle: seconds without any byte, heartbeats counted; ``None`` for no limit.
        progress: seconds without any content, heartbeats not counted; ``None`` for no limit.
        deadline_at: time of ``clock`` when the call is over; ``None`` for no limit.
        clock: a monotonic clock in seconds.
    """

    __slots__ = ("_clock", "_deadline_at", "_idle", "_progress", "_since", "_waited")

    def __init__(
        self,
        idle: float | None,
        progress: float | None,
        deadline_at: float | None,
        clock: Callable[[], float],
    ) -> None:
        self._idle = idle
        self._progress = progress
        self._deadline_at = deadline_at
        self._clock = clock
        self._since = 0.0
        self._waited = 0.0

    def start(self, *, progressed: bool) -> float | None:
        """A wait begins; how long it may take, ``None`` for ever. Not positive: time is up.

        Args:
            progressed: content has come since the last wait.
        """
        if progressed:
            self._waited = 0.0
        self._since = self._clock()
        limits = [self._idle] if self._idle is not None else []
        if self._progress is not None:
            limits.append(self._progress - self._waited)
        if self._deadline_at is not None:
            limits.append(self._deadline_at - self._since)
        return min(limits, default=None)

    def stop(self) -> None:
        """The wait is over, with bytes or without."""
        self._waited += self._clock() - self._since

    def error(self) -> RunInfraTimeoutError:
        """The error of the clock that ran out."""
        now = self._clock()
        if self._deadline_at is not None and now >= self._deadline_at - _RESOLUTION:
            return DeadlineExceededError("The stream took longer than the call's deadline.")
        if self._progress is not None and self._waited >= self._progress - _RESOLUTION:
            msg = f"The stream was alive but brought no content for {self._progress:g} s."
            return ReadTimeoutError(msg, code="no_progress")
        silence = "the read limit" if self._idle is None else f"{self._idle:g} s"
        return ReadTimeoutError(f"The stream was silent for {silence}.")
