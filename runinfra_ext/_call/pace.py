"""When the next request of a client may leave: rate limits are flow control, not an outage.

One pace is shared by all calls of a client. A refusal that says when to come back holds all of
them back until then; while the gateway's headers say that the limit is near, requests leave one by
one, as fast as the limit allows. No clock and no sleep in here: the drivers wait.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

from .._ground.metadata import RateLimit

# Below this share of the limit requests are paced: enough room for those that are on their way.
_NEAR: Final = 0.1
# Between two requests; a limit that needs more is told by a refusal with a hint.
_LONGEST_INTERVAL: Final = 5.0  # seconds


class Pace:
    """Gives out the moments at which requests may leave. Thread-safe; times are monotonic."""

    __slots__ = ("_interval", "_lock", "_next", "_paced_until", "held_until")

    def __init__(self) -> None:
        self.held_until = 0.0
        self._paced_until = 0.0
        self._interval = 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def hold(self, until: float) -> None:
        """Let nothing leave before a moment; an earlier one changes nothing."""
        with self._lock:
            self.held_until = max(self.held_until, until)

    def told(self, headers: Mapping[str, str], now: float, wall: float) -> None:
        """Learn from the rate-limit headers of an answer, whatever its status.

        Args:
            headers: the answer's headers.
            now: the monotonic clock, in seconds.
            wall: Unix time in seconds, which the headers speak of.
        """
        if "x-ratelimit-remaining" not in headers:
            return
        limit, remaining, reset, _ = RateLimit.from_headers(headers)
        if limit is None or remaining is None or reset is None or limit <= remaining:
            return
        if remaining > limit * _NEAR:
            # The common case; nothing to undo where nothing was paced.
            if self._paced_until:
                with self._lock:
                    self._paced_until = 0.0
            return
        left = reset - wall
        if left > 0:
            with self._lock:
                # A leaky bucket is empty at its reset: what is in it leaks at this interval.
                self._interval = min(left / (limit - remaining), _LONGEST_INTERVAL)
                self._paced_until = now + left

    def reserve(self, now: float, latest: float | None = None) -> float | None:
        """Take the next free moment.

        Args:
            now: the monotonic clock.
            latest: a later moment is of no use.

        Returns:
            Seconds to wait for it; ``None`` if it comes too late, and then none was taken.
        """
        if now >= self.held_until and now >= self._paced_until:
            return 0.0
        with self._lock:
            moment = max(now, self.held_until)
            paced = moment < self._paced_until
            if paced:
                moment = max(moment, self._next)
            if latest is not None and moment >= latest:
                return None
            if paced:
                self._next = moment + self._interval
            return moment - now
