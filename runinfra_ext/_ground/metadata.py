"""What is known about the answer besides its content: ids, attempts, rate limits, replay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from .error_fields import FailedAttempt

_WHOLE = re.compile(r"[0-9]{1,18}\Z")
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?\Z")  # float() would take "nan" and "1_0" too


class RateLimit(NamedTuple):
    """The rate limit as the answer's headers tell it; what was not told is ``None``.

    Attributes:
        limit: requests allowed in the window, per key.
        remaining: requests left before a 429.
        reset: Unix time in seconds when the window resets.
        tier: the plan tier that sets the budget.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None
    tier: str | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> RateLimit:
        """Read the ``X-RateLimit-*`` headers; unreadable ones count as not told."""
        reset = headers.get("x-ratelimit-reset", "").strip()
        return cls(
            limit=_whole(headers.get("x-ratelimit-limit")),
            remaining=_whole(headers.get("x-ratelimit-remaining")),
            reset=float(reset) if _SECONDS.match(reset) else None,
            tier=headers.get("x-ratelimit-tier"),
        )


class Meta(NamedTuple):
    """Facts about one call, on every result and stream as ``.meta``.

    Attributes:
        operation: operation id, for example ``createChatCompletion``.
        status: HTTP status.
        headers: the answer's headers, case-insensitive.
        request_id: the gateway's id of this answer; give it to support.
        client_request_id: the id that this client sent on all attempts of the call.
        idempotency_key: the key that travelled with the call, if any.
        replayed: the gateway answered from its store: nothing ran and nothing was charged now.
        attempts: how many requests it took.
        failures: the attempts that failed before this answer.
        elapsed: seconds from the start of the call to the answer's headers and, where the body
            was read whole, its last byte.
    """

    operation: str
    status: int
    headers: Mapping[str, str]
    request_id: str | None
    client_request_id: str
    idempotency_key: str | None
    replayed: bool
    attempts: int
    failures: tuple[FailedAttempt, ...]
    elapsed: float

    @property
    def rate_limit(self) -> RateLimit:
        """The rate limit as this answer tells it."""
        return RateLimit.from_headers(self.headers)


def is_replay(headers: Mapping[str, str]) -> bool:
    """Whether the answer is a stored one, by ``x-runinfra-idempotent-replay``."""
    return headers.get("x-runinfra-idempotent-replay", "").strip().lower() == "true"


def _whole(text: str | None) -> int | None:
    return int(text) if text and _WHOLE.match(text.strip()) else None
