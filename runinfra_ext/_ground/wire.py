"""What crosses the line between the rules and the network: plain values, no I/O.

The drivers in ``_async`` and ``_sync`` speak to an HTTP library only through the names of this
module, so that no type or exception of that library reaches a caller, a hook or an error.

Promise: a :class:`TransportFailure` says whether the request may have reached the gateway
(``sent``); the retry engine builds on nothing else when an attempt ended without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"

FailureReason = Literal[
    "dns",  # the host's name was not found
    "refused",  # nobody listens there
    "unreachable",  # no route to the host, or its network is down
    "tls_certificate",  # the certificate is expired, for another host, or of an unknown authority
    "tls_handshake",  # any other fault of TLS: no common version, our certificate was refused
    "proxy",  # the proxy refused, or could not be reached
    "reset",  # the connection broke
    "closed",  # the peer closed the connection without an answer
    "truncated",  # the peer closed in the middle of the answer, its head or its body
    "protocol",  # the peer does not speak HTTP/1.1 as it should
    "encoding",  # a content encoding that nobody asked for, or one that is broken
    "connect_timeout",
    "pool_timeout",  # no free connection within the limit
    "write_timeout",
    "read_timeout",  # silence beyond the limit of one attempt
    "deadline",  # the whole call's time is up
    "client_closed",  # this client or stream was closed by the application
]
"""What ended an attempt without an answer; :attr:`RunInfraConnectionError.reason`."""


class TransportFailure(Exception):
    """An attempt that ended without a usable answer.

    Args:
        reason: what happened, see :data:`FailureReason`.
        message: one sentence for people; never holds a credential or a URL.
        sent: whether any byte of the request may have left. ``False`` proves that nothing ran.
        stale: whether a pooled connection was found dead before the first byte of an answer:
            the peer closed it while it was idle, so one transparent retry is in order.
    """

    def __init__(
        self, reason: FailureReason, message: str, *, sent: bool, stale: bool = False
    ) -> None:
        super().__init__(message)
        self.reason: FailureReason = reason
        self.message = message
        self.sent = sent
        self.stale = stale

    @property
    def timed_out(self) -> bool:
        """Whether a clock ended the attempt rather than the peer."""
        return self.reason == "deadline" or self.reason.endswith("_timeout")


class Headers(Mapping[str, str]):
    """Response headers: case-insensitive, immutable, first value wins; all values by :meth:`all`.

    >>> headers = Headers([("X-Request-Id", "req_1")])
    >>> headers["x-request-id"]
    'req_1'
    """

    __slots__ = ("_first", "_pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple((name.lower(), value) for name, value in pairs)
        first: dict[str, str] = {}
        for name, value in self._pairs:
            first.setdefault(name, value)
        self._first = first

    def __getitem__(self, name: str) -> str:
        return self._first[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._first

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def __reduce__(self) -> tuple[type[Headers], tuple[tuple[tuple[str, str], ...]]]:
        # Slots alone would leave errors without their headers in the oldest pickle protocols.
        return Headers, (self._pairs,)

    def __repr__(self) -> str:
        return f"Headers({sorted(self._first)!r})"

    def mapped(self, change: Callable[[str], str]) -> Headers:
        """The same headers with changed values."""
        return Headers((name, change(value)) for name, value in self._pairs)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in the order in which they came."""
        wanted = name.lower()
        return tuple(value for key, value in self._pairs if key == wanted)
