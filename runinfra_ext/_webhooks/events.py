"""Webhooks: check that the gateway sent them, and read them. Local: nothing is sent.

Give the raw body, exactly as it came; parsing and writing it again changes bytes that are signed.
Only :class:`WebhookVerificationError` leaves these functions; its ``reason`` is machine-readable.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Literal, Protocol

import orjson

from .._ground.doors import door
from .._ground.json_codec import LONG, ZEROS, decode_exactly
from .signing import (
    HEADER,
    TOLERANCE_SECONDS,
    Clock,
    Payload,
    Secrets,
    Signed,
    WebhookFailure,
    refusal,
    sign,
    signature_header,
    verify,
)

__all__ = [
    "HEADER",
    "Handling",
    "InMemoryReplayStore",
    "ReplayStore",
    "WebhookEvent",
    "WebhookFailure",
    "Webhooks",
    "construct_event",
    "handle",
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
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}  # pyright: ignore[reportUnknownMemberType] - decoded JSON

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

    def discard(self, key: str) -> None:
        """Forget an event, because acting on it failed; one that is not there is no error."""
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

    def discard(self, key: str) -> None:
        """Forget an event, so that its next delivery is taken again."""
        with self._lock:
            self._until.pop(key, None)


@door
def verify_signature(
    *,
    payload: Payload,
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


@door
def construct_event(
    *,
    payload: Payload,
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
    signed = verify(
        payload=payload,
        signature_header=signature_header,
        secret=secret,
        tolerance_seconds=tolerance_seconds,
        now=now,
    )
    event = WebhookEvent(_object(signed.body))
    if replay_store is not None:
        _take(replay_store, event.id or signed.digest(), tolerance_seconds)
    return event


def handle(
    *,
    payload: Payload,
    signature_header: str,
    secret: Secrets,
    store: ReplayStore,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: Clock = None,
) -> Handling:
    """Check a webhook, and act on its event once: use it as a context manager, also an async one.

    When the block raises, the event is given back to the store, so that the gateway's next delivery
    of it is taken again instead of being refused as replayed. ::

        with webhooks.handle(**delivery, secret=secret, store=store) as event:
            book(event)

    Args:
        payload: the raw body.
        signature_header: value of the ``RunInfra-Signature`` header.
        secret: the webhook's secret exactly as it was given to you; several while you replace it.
        store: remembers the events that were taken.
        tolerance_seconds: how far its timestamp may be from now, in both directions, inclusive.
        now: Unix time in seconds, or a clock that gives it; the system's by default.

    Raises:
        WebhookVerificationError: entering the block, before it runs: it must not be trusted, or was
            taken before (``error.reason == "replayed"``: answer that with 2xx).
    """
    return Handling(
        store,
        lambda: verify(
            payload=payload,
            signature_header=signature_header,
            secret=secret,
            tolerance_seconds=tolerance_seconds,
            now=now,
        ),
        tolerance_seconds,
    )


class Handling:
    """One delivery while it is acted on; see :func:`handle`."""

    __slots__ = ("_check", "_key", "_store", "_tolerance")

    def __init__(
        self, store: ReplayStore, check: Callable[[], Signed], tolerance_seconds: float
    ) -> None:
        self._store = store
        self._check = check
        self._tolerance = tolerance_seconds
        self._key: str | None = None

    @door
    def __enter__(self) -> WebhookEvent:
        signed = self._check()
        event = WebhookEvent(_object(signed.body))
        key = event.id or signed.digest()
        _take(self._store, key, self._tolerance)
        self._key = key
        return event

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        key, self._key = self._key, None
        if exc_type is not None and key is not None:
            self._store.discard(key)

    async def __aenter__(self) -> WebhookEvent:
        return self.__enter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(exc_type, exc_value, traceback)


def _take(store: ReplayStore, key: str, tolerance_seconds: float) -> None:
    if not store.add(key, 2 * float(tolerance_seconds) + 1):
        raise refusal("replayed", "This event was taken before.")


def _object(body: bytes) -> Mapping[str, Any]:
    content: object = None
    try:
        # UTF-8 only, as JSON is defined. The fast parser rounds integers beyond 64 bits, and
        # refuses halves of surrogate pairs, which lawful JSON may have.
        with suppress(orjson.JSONDecodeError):
            content = None if LONG in body.translate(ZEROS) else orjson.loads(body)
        if content is None:
            content = decode_exactly(body.decode())
    except (ValueError, RecursionError) as error:
        raise refusal("not_json", "The signature is good, but the body is not JSON.") from error
    if not isinstance(content, dict):
        raise refusal("not_an_object", "The signature is good, but the body is no JSON object.")
    return content  # pyright: ignore[reportUnknownVariableType] - decoded JSON


class Webhooks:
    """``client.webhooks``: the same functions, where one looks for them."""

    verify_signature: Final = staticmethod(verify_signature)
    construct_event: Final = staticmethod(construct_event)
    handle: Final = staticmethod(handle)
