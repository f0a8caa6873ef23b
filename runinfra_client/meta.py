# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""What is known about an answer besides its content: ids, attempts, rate limits, replay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

Phase = Literal["never_sent", "refused", "completed", "outcome_unknown"]
"""How far a failed attempt got.

``never_sent``: no byte left, so nothing ran. ``refused``: the gateway answered that it did not run
the request. ``completed``: the gateway answered that the work with this idempotency key was done
and charged before; nothing ran now, and its answer is not to be had again. ``outcome_unknown``: it
may have run, and been charged.
"""

_WHOLE = re.compile(r"[0-9]{1,18}\Z")
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?\Z")  # float() would take "nan" and "1_0" too


class FailedAttempt(NamedTuple):
    """One attempt of a call that failed.

    Attributes:
        number: 1 for the first attempt.
        phase: how far it got.
        error: class name of the error that it would have raised alone.
        message: what happened, redacted.
        status: HTTP status, 0 without an answer.
        request_id: the gateway's id of the attempt, if it answered.
        elapsed: seconds that the attempt took.
    """

    number: int
    phase: Phase
    error: str
    message: str
    status: int
    request_id: str | None
    elapsed: float


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


class Slotted:
    """A model with more slots than attrs knows of: copies and pickles carry them too."""

    __slots__ = ()

    def __getstate__(self) -> dict[str, Any]:
        names = (name for cls in type(self).__mro__ for name in getattr(cls, "__slots__", ()))
        return {
            name: getattr(self, name)
            for name in names
            if name != "__weakref__" and hasattr(self, name)
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


class Described(Slotted):
    """What every result of a call has, beside its own fields; its class has a slot for it."""

    __slots__ = ()
    if TYPE_CHECKING:
        _meta: Meta | None

    @property
    def meta(self) -> Meta:
        """Status, headers, ids, attempts and rate limits of the call.

        Raises:
            AttributeError: the object was not returned by a call.
        """
        meta: Meta | None = getattr(self, "_meta", None)
        if meta is None:
            msg = "this object does not come from a call, so it has no metadata"
            raise AttributeError(msg)
        return meta

    @property
    def request_id(self) -> str | None:
        """The gateway's id of this answer; give it to support."""
        meta: Meta | None = getattr(self, "_meta", None)
        return None if meta is None else meta.request_id


class Result(Described):
    """A model that calls return."""

    __slots__ = ("_meta",)
    if TYPE_CHECKING:
        _meta: Meta | None


def _whole(text: str | None) -> int | None:
    return int(text) if text and _WHOLE.match(text.strip()) else None
