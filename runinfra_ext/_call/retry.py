"""The retry engine: whether a failed attempt may be repeated, and when.

Pure: no clock, no sleep, no socket. :func:`decide` takes what is known and returns
:class:`Retry` or :class:`GiveUp`; the drivers do what it says.

The promise is that a repeat never charges twice. What may be repeated depends on how far the
failed attempt got (its *phase*), on the operation's replay class (from the document, through
``runinfra_client.operations``), and on whether an idempotency key travels:

=================  ===================================  =======================================
phase              which failures                       repeated
=================  ===================================  =======================================
never sent         name lookup, refused, no pool slot   every operation
refused            429, 503, 409 still in progress      replay-safe ones, not streamed
completed          done and charged, no answer kept     never
outcome unknown    lost after sending, 408, 500, 502,   replay-safe ones with a key (or a GET),
                   504, other 5xx that say so           not streamed
=================  ===================================  =======================================

Certificate failures, redirects, exhausted quotas, and everything that repeats itself (400, 401,
402, 403, 404, 422 …) are never repeated.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from .. import errors as e
from .._ground import checks
from .._ground.error_fields import Phase

ReplayPolicy = Literal["standard", "conservative"]

BACKOFF_BASE: Final = 0.25  # seconds; doubled for every further attempt
BACKOFF_CAP: Final = 30.0  # seconds; no computed wait is longer
HINT_CAP: Final = 60.0  # seconds; a longer Retry-After is not slept but raised with the hint
IN_PROGRESS_BASE: Final = 1.0  # seconds; the gateway advises about a second while a key is busy
HINT_SPREAD: Final = 0.1  # a hint is stretched by up to this share: callers don't return at once
HINT_SPREAD_CAP: Final = 2.0  # seconds; the longest stretch

_REFUSED_STATUSES: Final = frozenset({409, 429, 503})
_UNKNOWN_STATUSES: Final = frozenset({408, 500, 502, 504})
# Whatever their status: the same request would fail again, and waiting does not help.
_FINAL: Final = (
    e.TLSError,
    e.DeadlineExceededError,
    e.InsufficientCreditsError,
    e.QuotaExceededError,
    e.NotFoundError,
    e.UnsupportedOperationError,
    e.DeploymentError,
    e.AlreadyCompletedError,
    e.IdempotencyConflictError,
    e.IdempotencyReplayUnavailableError,
)


class Replay(NamedTuple):
    """What the operation and the call allow.

    Attributes:
        kind: replay class of the operation on this route: ``safe``, ``keyed`` or ``never``.
        has_key: an idempotency key travels with the call.
        streaming: the call asked for a stream.
        unknown_outcomes: outcomes that are unknown may be repeated under the replay policy.
        retry_streams: a stream that was refused before its first event may be asked for again.
    """

    kind: Literal["safe", "keyed", "never"]
    has_key: bool
    streaming: bool = False
    unknown_outcomes: bool = True
    retry_streams: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether repeating the request can't run the work a second time."""
        return self.kind == "safe" or (self.kind == "keyed" and self.has_key)


class Failure(NamedTuple):
    """One failed attempt, as the engine sees it.

    Attributes:
        error: what would be raised if this were the end; its ``phase`` says how far it got.
        stale: a pooled connection was found dead before the first byte of an answer.
        should_retry: the gateway's ``x-should-retry``, if it sent one.
        closed: the application closed the client or the stream.
    """

    error: e.RunInfraError
    stale: bool = False
    should_retry: bool | None = None
    closed: bool = False


class RetryState(NamedTuple):
    """Where the call stands.

    Attributes:
        attempt: number of the attempt that failed, 1 for the first.
        max_retries: how many more may follow the first.
        stale_retried: the one free repeat of a stale connection is spent.
        now: the monotonic clock, in seconds.
        deadline_at: when the whole call must be over on that clock, ``None`` for never.
    """

    attempt: int
    max_retries: int
    stale_retried: bool
    now: float
    deadline_at: float | None


class Retry(NamedTuple):
    """Repeat the request after so many seconds.

    Attributes:
        after: the wait.
        free: it does not count against ``max_retries`` (a stale pooled connection).
    """

    after: float
    free: bool = False


class GiveUp(NamedTuple):
    """Raise the error; ``reason`` is its ``gave_up``."""

    reason: str


class RetryQuota:
    """A budget of retries that all calls of a client share, so that an outage is not amplified.

    A bucket of tokens: a retry takes some, a success and the passing of time give some back. When
    it is empty, failures surface at once instead of being repeated, and the error says so
    (``error.gave_up``). Waiting for a rate limit costs nothing: that is no outage. Thread-safe.

    Args:
        capacity: tokens in a full bucket; 500 let 100 retries through.
        cost: tokens for repeating a refused or failed attempt.
        timeout_cost: tokens for repeating one that timed out: these hold resources longest.
        refund: tokens that a success gives back.
        refill: tokens that a second gives back; with 10, a full bucket takes 50 seconds.
        clock: monotonic seconds.

    Raises:
        ConfigurationError: a number is negative, or not a finite number.
    """

    def __init__(
        self,
        capacity: float = 500.0,
        *,
        cost: float = 5.0,
        timeout_cost: float = 10.0,
        refund: float = 1.0,
        refill: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        given = {
            "capacity": capacity,
            "cost": cost,
            "timeout_cost": timeout_cost,
            "refund": refund,
            "refill": refill,
        }
        for name, value in given.items():
            checks.number(f"retry_quota.{name}", value, positive=False, error=e.ConfigurationError)
        self.capacity = capacity
        self.cost = cost
        self.timeout_cost = timeout_cost
        self.refund = refund
        self.refill = refill
        self._clock = clock
        self._tokens = capacity
        self._at = clock()
        self._lock = threading.Lock()

    @property
    def tokens(self) -> float:
        """How much is left."""
        with self._lock:
            return self._refilled()

    def _refilled(self) -> float:
        now = self._clock()
        self._tokens = min(self.capacity, self._tokens + (now - self._at) * self.refill)
        self._at = now
        return self._tokens

    def take(self, error: e.RunInfraError) -> float | None:
        """Pay for one retry; the price, or ``None`` if there is not enough left."""
        price = self.timeout_cost if isinstance(error, e.RunInfraTimeoutError) else self.cost
        with self._lock:
            if self._refilled() < price:
                return None
            self._tokens -= price
            return price

    def success(self, paid: float = 0.0) -> None:
        """Give back for a call that succeeded: what its last retry cost, or the small refund."""
        # Read without the lock first: the bucket is full nearly always.
        if self._tokens < self.capacity:
            with self._lock:
                self._tokens = min(self.capacity, self._tokens + max(paid, self.refund))


def decide(
    replay: Replay, failure: Failure, progress: RetryState, random: Callable[[], float]
) -> Retry | GiveUp:
    """Whether to repeat, and after how long.

    Args:
        replay: what the operation and the call allow.
        failure: the attempt that failed.
        progress: attempts, clock and deadline.
        random: a source of numbers in [0, 1).

    Returns:
        :class:`Retry` or :class:`GiveUp`. The quota is not asked here: it is the caller's last
        check, so that nothing is paid for a retry that does not happen.
    """
    error = failure.error
    if progress.deadline_at is not None and progress.now >= progress.deadline_at:
        return GiveUp("the deadline has passed")
    if failure.stale and not progress.stale_retried and _may_repeat_unknown(replay):
        return Retry(0.0, free=True)
    if progress.attempt > progress.max_retries:
        return GiveUp("max_retries is used up")
    forbidden = _forbidden(replay, failure)
    if forbidden:
        return GiveUp(forbidden)
    hint = error.retry_after_seconds
    if hint is not None and hint > HINT_CAP:
        return GiveUp("the gateway asks for a longer wait than the cap")
    after = _backoff(error, progress.attempt, random()) if hint is None else _hinted(hint, random())
    if progress.deadline_at is not None and progress.now + after >= progress.deadline_at:
        return GiveUp("the deadline comes before the next attempt")
    return Retry(after)


def is_flow_control(error: e.RunInfraError) -> bool:
    """Whether the gateway only asks to come back later: it is up, and the key and money are good.

    A paused model is not: its pause concerns that model alone.
    """
    hint = error.retry_after_seconds
    return (
        hint is not None
        and hint <= HINT_CAP
        and error.status in {429, 503}
        and not isinstance(error, e.ModelPausedError | e.QuotaExceededError)
    )


def phase_of_status(status: int) -> Phase:
    """How far an attempt got that was answered with an error status."""
    if status >= 500 and status not in {501, 503, 505}:
        return "outcome_unknown"
    return "outcome_unknown" if status == 408 else "refused"


def _may_repeat_unknown(replay: Replay) -> bool:
    return replay.repeatable and replay.unknown_outcomes and not replay.streaming


def _forbidden(replay: Replay, failure: Failure) -> str | None:
    """Why this failure must not be repeated, or ``None``."""
    error = failure.error
    if failure.should_retry is False:
        return "the gateway says x-should-retry: false"
    if failure.closed or isinstance(error, _FINAL):
        return "another attempt would end the same"
    if error.phase == "never_sent":
        return None
    if not replay.repeatable:
        return "the operation is not replay-safe, or has no idempotency key"
    if error.phase == "refused":
        if replay.streaming and not replay.retry_streams:
            return "streams are not repeated"
        return _final_refusal(error, told_to=failure.should_retry is True)
    if not _may_repeat_unknown(replay):
        return "the outcome is unknown and the replay policy does not allow a repeat"
    told_to = failure.should_retry is True
    if error.status and error.status not in _UNKNOWN_STATUSES and not told_to:
        return f"status {error.status} is not known to pass"
    return None


def _final_refusal(error: e.RunInfraError, *, told_to: bool) -> str | None:
    if isinstance(error, e.ModelPausedError) and error.retry_after_seconds is None:
        return "the model is paused"
    if error.status == 409 and not told_to and not _same_key_may_pass(error):
        return "a conflict that does not pass by itself"
    if error.status not in _REFUSED_STATUSES:
        return f"status {error.status} does not pass by itself"
    return None


def _same_key_may_pass(error: e.RunInfraError) -> bool:
    # A bare idempotency_conflict may mean either; asking again with the same key is free.
    return isinstance(error, e.RequestInProgressError) or error.code == "idempotency_conflict"


def _backoff(error: e.RunInfraError, attempt: int, chance: float) -> float:
    base = IN_PROGRESS_BASE if error.status == 409 else BACKOFF_BASE
    full = min(BACKOFF_CAP, base * 2.0 ** min(attempt - 1, 16))
    # Equal jitter: at least half the wait, so that retries spread and still back off.
    return full / 2 + chance * full / 2


def _hinted(hint: float, chance: float) -> float:
    # Never below the hint: the gateway said not before.
    return hint + chance * min(hint * HINT_SPREAD, HINT_SPREAD_CAP)
