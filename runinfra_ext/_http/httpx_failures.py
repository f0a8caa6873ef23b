"""What httpx raises, told in this package's own terms.

Only the modules that use httpx call it. Nothing that the library raised is kept: its exceptions
hold the request, and with it the API key.
"""

from __future__ import annotations

import ssl
from typing import Final

import httpx

from .._ground.wire import FailureReason, TransportFailure
from .failures import failure

_KINDS: Final[tuple[tuple[type[Exception], FailureReason, bool], ...]] = (
    # (exception, kind, whether the request may have left); the first match counts
    (httpx.ConnectTimeout, "connect_timeout", False),
    (httpx.PoolTimeout, "pool_timeout", False),
    (httpx.ProxyError, "proxy", False),
    (httpx.ConnectError, "refused", False),
    (httpx.WriteTimeout, "write_timeout", True),
    (httpx.WriteError, "reset", True),
    (httpx.ReadTimeout, "read_timeout", True),
    (httpx.ReadError, "reset", True),
    (httpx.RemoteProtocolError, "protocol", True),
    (httpx.UnsupportedProtocol, "refused", False),
    (httpx.LocalProtocolError, "protocol", True),
    (httpx.CloseError, "reset", True),
    (ssl.SSLError, "reset", True),
    (OSError, "reset", True),
)


def failure_from(
    error: Exception, *, reused: bool, answering: bool, expired: bool
) -> TransportFailure:
    """The failure for an exception of the HTTP library.

    Args:
        error: what it raised.
        reused: the request went over a pooled connection that had served another before.
        answering: the answer's headers had arrived.
        expired: the deadline of the call has passed, so that a timeout is the deadline's.
    """
    kind, sent = _classify(error)
    if kind == "refused" and _is_tls(error):
        kind = "tls_handshake"
    if answering:
        sent = True
        if kind == "protocol":
            kind = "truncated"
    timed_out = kind in {"connect_timeout", "pool_timeout", "read_timeout", "write_timeout"}
    if timed_out and expired:
        kind = "deadline"
    stale = reused and not answering and kind in {"reset", "protocol"}
    return failure(kind, sent=sent, stale=stale)


def _classify(error: Exception) -> tuple[FailureReason, bool]:
    for cls, kind, sent in _KINDS:
        if isinstance(error, cls):
            return kind, sent
    # A library below httpx (anyio's closed resources, h11's state errors) let something through:
    # the request may have left, so nothing may be assumed.
    return "client_closed" if "Closed" in type(error).__name__ else "protocol", True


def _is_tls(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
        seen += 1
    return False
