"""Webhooks: check that the gateway sent them, and read them. Local: nothing is sent.

Give the raw body, exactly as it came; parsing and writing it again changes bytes that are signed.
Only :class:`WebhookVerificationError` leaves these functions; its ``reason`` is machine-readable.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Protocol

from .._ground.json_codec import decode
from .signing import (
    HEADER,
    TOLERANCE_SECONDS,
    Clock,
    Secrets,
    WebhookFailure,
    failure,
    sign,
    signature_header,
    verify,
)

__all__ = [
    "HEADER",
    "InMemoryReplayStore",
    "ReplayStore",
    "WebhookEvent",
    "WebhookFailure",
    "Webhooks",
    "construct_event",
    "sign",
    "signature_header",
    "verify_signature",
]


class WebhookEvent:
    """An event that was verified.

    Attributes:
        data: what the event tells; empty if it has no ``data`` object.
        raw: the whole JSON object.
    """

    __slots__ = ("data", "raw")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        data = raw.get("data")
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}  # pyright: ignore[reportUnknownMemberType]

    @property
    def id(self) -> str | None:
        """Its id, the same on every delivery, if it has one."""
        value = self.raw.get("id")
        return value if isinstance(value, str) else None

    @property
    def type(self) -> str | None:
        """What happened, for example ``deployment.verified``."""
        value = self.raw.get("type")
        return value if isinstance(value, str) else None

    def to_dict(self) -> dict[str, Any]:
        """The whole JSON object."""
        return dict(self.raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WebhookEvent) and other.raw == self.raw

    __hash__ = None  # type: ignore[assignment] # the payload can be changed

    def __repr__(self) -> str:
        return f"WebhookEvent(id={self.id!r}, type={self.type!r})"


class ReplayStore(Protocol):
    """Remembers which events were taken; a database or cache where several processes listen."""

    def add(self, key: str, ttl_seconds: float) -> bool:
        """Note an event for so long; ``False`` if it was noted before. Must be atomic."""
        ...


class InMemoryReplayStore:
    """A store for one process: bounded, thread-safe.

    Args:
        max_events: the oldest are forgotten beyond this number.
        clock: seconds; the monotonic clock by default.
    """

    def __init__(
        self, max_events: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max = max_events
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, key: str, ttl_seconds: float) -> bool:
        """Note an event for so long; ``False`` if it was noted before."""
        with self._lock:
            now = self._clock()
            if self._until.get(key, now) > now:
                return False
            self._until[key] = now + ttl_seconds
            self._until.move_to_end(key)
            while len(self._until) > self._max:
                self._until.popitem(last=False)
            return True


def verify_signature(
    *,
    payload: str | bytes | bytearray,
    signature_header: str,
    secret: Secrets,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: Clock = None,
) -> Literal[True]:
    """Check that a webhook was signed with the secret, and not long ago.

    Args:
        payload: the raw body.
        signature_header: value of the ``RunInfra-Signature`` header.
        secret: the webhook's secret exactly as it was given to you; several while you replace it.
        tolerance_seconds: how far its timestamp may be from now, in both directions, inclusive.
        now: Unix time in seconds, or a clock that gives it; the system's by default.

    Returns:
        ``True``; everything else is an error.

    Raises:
        WebhookVerificationError: it must not be trusted; ``error.reason`` says why.
    """
    verify(
        payload=payload,
        signature_header=signature_header,
        secret=secret,
        tolerance_seconds=tolerance_seconds,
        now=now,
    )
    return True


def construct_event(
    *,
    payload: str | bytes | bytearray,
    signature_header: str,
    secret: Secrets,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: Clock = None,
    replay_store: ReplayStore | None = None,
) -> WebhookEvent:
    """Check a webhook and read it.

    Args:
        payload: the raw body.
        signature_header: value of the ``RunInfra-Signature`` header.
        secret: the webhook's secret exactly as it was given to you; several while you replace it.
        tolerance_seconds: how far its timestamp may be from now, in both directions, inclusive.
        now: Unix time in seconds, or a clock that gives it; the system's by default.
        replay_store: refuse an event that was taken before. Deliveries are repeated until you
            answer 2xx, so act on an event at once, or answer a repeat with 2xx.

    Returns:
        The event.

    Raises:
        WebhookVerificationError: it must not be trusted; ``error.reason`` says why.
    """
    body = verify(
        payload=payload,
        signature_header=signature_header,
        secret=secret,
        tolerance_seconds=tolerance_seconds,
        now=now,
    )
    event = WebhookEvent(_object(body))
    if replay_store is not None:
        key = event.id or signature_header
        if not replay_store.add(key, 2 * float(tolerance_seconds) + 1):
            raise failure("replayed", "This event was taken before.")
    return event


def _object(body: bytes) -> Mapping[str, Any]:
    content: object = None
    failed = False
    try:
        content = decode(body)
    except (ValueError, RecursionError):
        failed = True
    if failed:
        raise failure("not_json", "The signature is good, but the body is not JSON.")
    if not isinstance(content, dict):
        raise failure("not_an_object", "The signature is good, but the body is no JSON object.")
    return content  # pyright: ignore[reportUnknownVariableType]


class Webhooks:
    """``client.webhooks``: the same functions, where one looks for them."""

    verify_signature: Final = staticmethod(verify_signature)
    construct_event: Final = staticmethod(construct_event)
