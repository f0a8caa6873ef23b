"""How attempts end without an answer, and how long one wait of an attempt may take.

Only the transport modules use it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from .._ground.wire import FailureKind, TransportFailure

if TYPE_CHECKING:
    from .._ground.limits import Limits

_EARLY: Final = 0.01  # seconds

MESSAGES: Final[dict[FailureKind, str]] = {
    "connect": "The gateway could not be reached: connection refused, or its name not found.",
    "connect_timeout": "No connection to the gateway within the connect limit.",
    "pool_timeout": "No free connection in the pool within its limit.",
    "tls": "The gateway's certificate or the TLS handshake was refused.",
    "proxy": "The proxy refused the connection.",
    "write": "The connection broke while the request was being sent.",
    "write_timeout": "The gateway did not take the request within the write limit.",
    "read": "The connection broke before the answer was complete.",
    "read_timeout": "The gateway sent nothing within the read limit.",
    "truncated": "The connection was closed in the middle of the answer.",
    "protocol": "The answer is not valid HTTP/1.1, or the connection was closed without one.",
    "deadline": "The call took longer than its deadline.",
    "closed": "The client or the stream was closed while it was in use.",
}


def failure(kind: FailureKind, *, sent: bool, stale: bool = False) -> TransportFailure:
    """The failure of this kind, with its standard message."""
    return TransportFailure(kind, MESSAGES[kind], sent=sent, stale=stale)


def expired(limits: Limits) -> bool:
    """Whether the deadline of the call has passed."""
    # The socket's own clock may fire a hair before the deadline.
    return limits.deadline_at is not None and time.monotonic() >= limits.deadline_at - _EARLY


def wait_limit(
    limits: Limits, one: float | None, other: float | None = None, *, sent: bool = True
) -> float | None:
    """Seconds that one wait may take: the shortest of its limits and what is left of the call.

    Args:
        limits: of the attempt; of these only the deadline counts here.
        one: a limit in seconds.
        other: a further one.
        sent: whether the request may have left.

    Raises:
        TransportFailure: the deadline has passed.
    """
    if other is not None and (one is None or other < one):
        one = other
    if limits.deadline_at is None:
        return one
    left = limits.deadline_at - time.monotonic()
    if left <= 0:
        # A timeout of 0 would mean "do not block" and fail in another way.
        raise failure("deadline", sent=sent)
    return left if one is None else min(one, left)
