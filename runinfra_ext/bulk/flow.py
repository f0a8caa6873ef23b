"""How many rows may be on their way, and when the next may leave; no clock, no sleep, no I/O.

Usable by itself, for example for all the workers of a cluster: ask :meth:`Flow.wait` before each
request, keep at most :attr:`Flow.limit` of them in flight, and tell :meth:`Flow.ended` how each
went. Thread-safe; times are monotonic seconds.
"""

from __future__ import annotations

import threading
from typing import Final

from .._ground import checks
from .._ground.metadata import RateLimit

LOWEST: Final = 1
HIGHEST: Final = 64  # a model's replica serves about 32 requests at once
START: Final = 8

_DECREASE: Final = 0.7  # of the limit, after a refusal
_SLOW: Final = 2.0  # times the best latency: more at once only makes them wait
_JAMMED: Final = 4.0  # times the best latency: fewer would do as well
_EASE: Final = 0.9  # of the limit, when it is jammed
_SAMPLE: Final = 32  # rows whose mean latency is looked at
_DRIFT: Final = 1.02  # the best latency is forgotten slowly: models and rows change
_FEW: Final = 4  # rows in flight that are left to a process that is busy
_WATCHED: Final = 8  # rows after which it is seen how busy the process was
_FULL: Final = 0.85  # of one core: the threads that send are waiting for the interpreter
_FILLED: Final = 0.7  # of one core: more at once would fill it
_BEYOND: Final = 1.25  # cores: they work outside of the interpreter, side by side
_NEAR: Final = 0.1  # share of a rate limit that is left when it is time to stop growing
_MINUTE: Final = 60.0  # seconds
_BURST: Final = 1.0  # seconds of a rate that may leave at once after a pause
_GUESS: Final = 500.0  # tokens of a row before any was seen
_MEMORY: Final = 0.1  # weight of the newest row in the mean


class Flow:
    """Concurrency by additive increase and multiplicative decrease, and rates by the minute.

    It begins at ``START`` rows in flight, doubles in each round trip until something says no, then
    grows by one in a round trip. A refusal (429, 503) takes 30 %, once for all rows that were in
    flight together. Growing latency, a rate limit that is nearly used up, and threads that keep the
    interpreter busy, end the growth; where nothing but the interpreter is waited for, fewer do.

    Args:
        lowest: rows in flight at least.
        highest: rows in flight at most.
        requests_per_minute: pace of requests, ``None`` for none.
        tokens_per_minute: pace of tokens, by what the rows so far took.

    Raises:
        InvalidRequestError: a number is wrong.
    """

    def __init__(
        self,
        *,
        lowest: int = LOWEST,
        highest: int = HIGHEST,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
    ) -> None:
        self._lowest = checks.count("min_concurrency", lowest, minimum=1)
        self._highest = checks.count("max_concurrency", highest, minimum=1)
        if lowest > highest:
            raise checks.wrong("min_concurrency", f"at most max_concurrency ({highest})", lowest)
        for name, rate in (
            ("requests_per_minute", requests_per_minute),
            ("tokens_per_minute", tokens_per_minute),
        ):
            if rate is not None:
                checks.number(name, rate, positive=True)
        self._requests = _Rate(requests_per_minute)
        self._tokens = _Rate(tokens_per_minute)
        self._limit = float(min(max(START, lowest), highest))
        self._starting = True
        self._held_until = 0.0
        self._decreased_at = float("-inf")
        self._tokens_per_row = _GUESS
        self._best = 0.0
        self._round: list[float] = []
        self._worked = 0.0
        self._watched = 0
        self._watched_since = 0.0
        self._busy = False
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        """How many rows may be in flight now."""
        return int(self._limit)

    @property
    def highest(self) -> int:
        """How many rows will ever be in flight."""
        return self._highest

    def pace(self, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        """Change the rates; what has left counts as before.

        Args:
            requests_per_minute: pace of requests, ``None`` for none.
            tokens_per_minute: pace of tokens, ``None`` for none.
        """
        with self._lock:
            self._requests.per_minute = requests_per_minute
            self._tokens.per_minute = tokens_per_minute

    def hold(self, until: float) -> None:
        """Let nothing leave before a moment."""
        with self._lock:
            self._held_until = max(self._held_until, until)

    def held(self, now: float) -> float:
        """Seconds that nothing leaves yet, because of :meth:`hold`."""
        return max(self._held_until - now, 0.0)

    def wait(self, now: float) -> float:
        """Seconds to wait, and then to ask again; 0.0: one request may leave, and is counted."""
        if (
            now >= self._held_until
            and not self._requests.per_minute
            and not self._tokens.per_minute
        ):
            return 0.0
        with self._lock:
            wait = max(
                self._held_until - now,
                self._requests.wait(now),
                self._tokens.wait(now),
            )
            if wait > 0:
                return wait
            self._requests.take(1.0, now)
            self._tokens.take(self._tokens_per_row, now)
            return 0.0

    def ended(
        self,
        *,
        begun: float,
        now: float,
        in_flight: int,
        refused: bool = False,
        tokens: int = 0,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """A request has ended.

        Args:
            begun: when it left.
            now: when it ended.
            in_flight: how many were on their way with it.
            refused: an attempt of it was answered with 429 or 503.
            tokens: that it took, where that is told.
            rate_limit: as its answer tells it.
        """
        with self._lock:
            if tokens:
                self._tokens.take(tokens - self._tokens_per_row, now)
                self._tokens_per_row += (tokens - self._tokens_per_row) * _MEMORY
            if refused:
                # All that left before the last decrease met the same full bucket.
                if begun >= self._decreased_at:
                    self._decreased_at = now
                    self._shrink(_DECREASE)
                return
            jammed = self._latency(now - begun)
            if jammed or self._busy or in_flight < self._limit * 0.8 or _is_near(rate_limit):
                return  # the limit is not what holds the job back
            step = 1.0 if self._starting else 1.0 / self._limit
            self._limit = min(float(self._highest), self._limit + step)

    def worked(self, seconds: float, now: float) -> None:
        """A thread has sent a request, and was busy with it for so long.

        Threads that wait for the interpreter all the same are switched between, and the more there
        are, the more a request costs.

        Args:
            seconds: of CPU time.
            now: when it ended.
        """
        with self._lock:
            self._worked += seconds
            self._watched += 1
            if self._watched <= _WATCHED:
                return
            share = self._worked / max(now - self._watched_since, 1e-9)
            self._busy = _FILLED <= share <= _BEYOND
            if self._busy and share >= _FULL:
                self._shrink(_EASE, _FEW)
            self._watched, self._worked, self._watched_since = 0, 0.0, now

    def _latency(self, seconds: float) -> bool:
        """Note how long one took; whether more at once would only wait."""
        self._round.append(seconds)
        if len(self._round) >= min(max(self._limit, START), _SAMPLE):
            mean = sum(self._round) / len(self._round)
            self._round.clear()
            if not self._best or self._limit <= START:
                # With so few it is the rows that take long: later ones may be longer.
                self._best = mean
            self._best = min(mean, self._best * _DRIFT)
            if mean > self._best * _JAMMED:
                self._shrink(_EASE, START)
        best = self._best
        return bool(best) and seconds > best * _SLOW

    def _shrink(self, share: float, least: int = LOWEST) -> None:
        self._starting = False
        self._limit = max(float(self._lowest), min(self._limit, least), self._limit * share)


class _Rate:
    """So many units a minute, of which a second's worth may leave at once."""

    __slots__ = ("_next", "per_minute")

    def __init__(self, per_minute: float | None) -> None:
        self.per_minute = per_minute
        self._next = float("-inf")

    def wait(self, now: float) -> float:
        return self._next - now - _BURST if self.per_minute else 0.0

    def take(self, units: float, now: float) -> None:
        if self.per_minute:
            self._next = max(self._next, now) + units * _MINUTE / self.per_minute


def _is_near(rate_limit: RateLimit | None) -> bool:
    if rate_limit is None or rate_limit.limit is None or rate_limit.remaining is None:
        return False
    return rate_limit.remaining < rate_limit.limit * _NEAR
