"""Who may go on: rate limits, money, plans, and deployments that sleep, are full or are paused."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from .catalog import ENTERPRISE, PAUSED, PAUSED_SECONDS, UNVERIFIED, price
from .outcomes import Refused
from .settings import Settings

_MINUTE: Final = 60.0  # seconds
_CAPACITY_SECONDS: Final = 1.0  # hint of a full deployment: soon


class Level(NamedTuple):
    """A bucket after a request: what the rate limit's headers say."""

    limit: int
    remaining: int
    reset: int


class Bucket:
    """A leaky bucket: each request pours one unit in, and it leaks at a steady rate.

    Args:
        limit: units that it holds, and that leak in a minute.
        clock: Unix time in seconds.
    """

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._level = 0.0
        self._at = clock()

    def _leak(self) -> float:
        now = self._clock()
        leaked = max(now - self._at, 0.0) * self._limit / _MINUTE
        self._level, self._at = max(self._level - leaked, 0.0), now
        return now

    def pour(self) -> float:
        """Take one request in.

        Returns:
            0.0 if it fits; else the seconds until one will.
        """
        self._leak()
        over = self._level + 1 - self._limit
        # The sums of many small leaks are a little off; a millionth of a request is none.
        if over > 1e-6:
            return over * _MINUTE / self._limit
        self._level += 1
        return 0.0

    def level(self) -> Level:
        """How full it is now."""
        now = self._leak()
        return Level(
            self._limit,
            math.floor(self._limit - self._level + 1e-6),
            math.ceil(now + self._level * _MINUTE / self._limit),
        )


class Gate:
    """Lets requests through, or refuses them as the gateway does.

    Not thread-safe: it belongs to the sandbox's event loop.

    Args:
        settings: limits and money.
        clock: Unix time in seconds.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._awake: dict[str, float] = {}
        self.working = 0
        self.spent_cents = 0

    def bucket(self, key: str) -> Bucket:
        """The bucket of an API key."""
        if key not in self._buckets:
            self._buckets[key] = Bucket(self._settings.requests_per_minute, self._clock)
        return self._buckets[key]

    def admit(self, key: str) -> None:
        """Count a request of a key.

        Raises:
            Refused: 429, the key's rate limit is reached.
        """
        wait = self.bucket(key).pour()
        if wait:
            raise Refused(
                429,
                "Rate limit reached.",
                "rate_limit_error",
                code="rate_limit_exceeded",
                headers=_hints(wait),
            )

    def afford(self, operation: str) -> None:
        """See that a call can be paid; nothing is charged yet.

        Raises:
            Refused: 402, the credit is used up; or 403, the plan's spend cap is reached.
        """
        cents = price(operation)
        after = self.spent_cents + cents
        balance, cap = self._settings.balance_cents, self._settings.spend_cap_cents
        if cents and cap is not None and after > cap:
            raise Refused(
                403,
                "The plan's spend cap is reached.",
                "permission_denied",
                code="plan_limit_exceeded",
            )
        if cents and balance is not None and after > balance:
            raise Refused(
                402,
                "Not enough credit for this call.",
                "insufficient_credits",
                code="insufficient_credits",
                current_balance_cents=balance - self.spent_cents,
                required_cents=cents,
                topup_url="https://billing.example/topup",
            )

    def model(self, name: str) -> None:
        """See that a model's deployment serves now.

        Raises:
            Refused: it is paused (429), not verified (409), not in the plan (403), or it is just
                waking up (503).
        """
        if name == PAUSED:
            raise paused(self._clock())
        if name == UNVERIFIED:
            raise Refused(409, "The deployment is not verified.", "deployment_error")
        if name == ENTERPRISE and self._settings.plan != "enterprise":
            raise Refused(403, "This model needs the enterprise plan.", "byoc_plan_required")
        if self._settings.cold_start_seconds:
            now = self._clock()
            ready = self._awake.setdefault(name, now + self._settings.cold_start_seconds)
            if now < ready:
                raise _unavailable("The deployment is starting.", ready - now)

    def enter(self) -> None:
        """Take a place at work; give it back with :meth:`leave`.

        Raises:
            Refused: 503, all places are taken.
        """
        capacity = self._settings.capacity
        if capacity is not None and self.working >= capacity:
            raise _unavailable("The deployment is at capacity.", _CAPACITY_SECONDS)
        self.working += 1

    def leave(self) -> None:
        """Give the place back."""
        self.working -= 1


def paused(now: float) -> Refused:
    """A hosted model that is paused for a while."""
    until = datetime.fromtimestamp(now + PAUSED_SECONDS, UTC)
    return Refused(
        429,
        "Model paused.",
        "rate_limit_error",
        code="hosted_model_paused",
        headers={"retry-after": str(PAUSED_SECONDS)},
        paused_until=until.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _unavailable(message: str, wait: float) -> Refused:
    return Refused(503, message, "api_error", code="service_unavailable", headers=_hints(wait))


def _hints(wait: float) -> dict[str, str]:
    """Both forms: whole seconds for every client, and milliseconds for those that read them."""
    milliseconds = max(math.ceil(wait * 1000), 1)
    return {"retry-after": str(math.ceil(wait)), "retry-after-ms": str(milliseconds)}
