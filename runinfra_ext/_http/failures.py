"""How attempts end without an answer, and how long one wait of an attempt may take.

Only this room uses it.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Final

from .._ground.wire import FailureReason, TransportFailure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._ground.limits import Limits

_EARLY: Final = 0.01  # seconds
# Longer waits than some weeks are more than the clocks of sockets can count to.
LONGEST: Final = 1_000_000.0  # seconds

_MESSAGES: Final[dict[FailureReason, str]] = {
    "dns": "The name of {host} was not found.",
    "refused": "{host} refused the connection.",
    "unreachable": "{host} can't be reached from here.",
    "tls_certificate": "The certificate of {host} was refused.",
    "tls_handshake": "The TLS handshake with {host} failed.",
    "proxy": "The proxy refused the connection to {host}.",
    "reset": "The connection to {host} broke before the answer was complete.",
    "closed": "{host} closed the connection without an answer.",
    "truncated": "{host} closed the connection in the middle of the answer.",
    "protocol": "The answer of {host} is not valid HTTP/1.1.",
    "encoding": "The answer of {host} has a content encoding that can't be read.",
    "connect_timeout": "No connection to {host} within the connect limit.",
    "pool_timeout": "No free connection in the pool within its limit.",
    "write_timeout": "{host} did not take the request within the write limit.",
    "read_timeout": "{host} sent nothing within the read limit.",
    "deadline": "The call took longer than its deadline.",
    "client_closed": "The client or the stream was closed while it was in use.",
}


# While connecting; the first of them say most of a host with several addresses.
_BY_NUMBER: Final[dict[int, FailureReason]] = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.ETIMEDOUT: "connect_timeout",
}


def failure(
    reason: FailureReason,
    *,
    sent: bool,
    stale: bool = False,
    host: str = "",
    detail: str = "",
) -> TransportFailure:
    """The failure of this kind, in words.

    Args:
        reason: what happened.
        sent: whether any byte of the request may have left.
        stale: whether a pooled connection was found dead.
        host: who it was, with the port if that is not the scheme's; never more of a URL.
        detail: what is wrong in particular, for example ``certificate has expired``.
    """
    text = _MESSAGES[reason].format(host=host or "the gateway")
    if not host:  # a host's name is written as it is
        text = text[0].upper() + text[1:]
    if detail:
        text = f"{text[:-1]}: {detail}."
    return TransportFailure(reason, text, sent=sent, stale=stale)


def proxy_refusal(status: int) -> str:
    """What a proxy's own status says of it, as a detail of its failure."""
    return f"status {status}" + (", check its user name and password" if status == 407 else "")


def connect_failure(code: int, *, host: str) -> TransportFailure:
    """The failure for the number of an error while connecting; nothing was sent."""
    detail = os.strerror(code) if code else ""
    reason = _BY_NUMBER.get(code, "unreachable")
    return failure(reason, sent=False, host=host, detail="" if reason == "refused" else detail)


def most_telling(codes: Iterable[int]) -> int:
    """Of the errors of a host's addresses the one that says most: that there was an answer."""
    ranked = [*_BY_NUMBER]
    return min(codes, key=lambda code: ranked.index(code) if code in ranked else len(ranked))


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
        return None if one is None else min(one, LONGEST)
    left = limits.deadline_at - time.monotonic()
    if left <= 0:
        # A timeout of 0 would mean "do not block" and fail in another way.
        raise failure("deadline", sent=sent)
    return min(left, LONGEST) if one is None else min(one, left, LONGEST)


def is_foreign(error: BaseException) -> bool:
    """Whether this comes from code that ran in the middle of a call into C: a signal's handler.

    For an ``except`` around nothing but such a call, in the frame that makes it.
    """
    trace = error.__traceback__
    return trace is not None and trace.tb_next is not None
