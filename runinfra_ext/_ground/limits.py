"""The clocks of a call: limits of one attempt, and the end of it all."""

from __future__ import annotations

from typing import Final, NamedTuple

# An uncached cold start may take two minutes, so shorter silence is not yet a failure.
DEFAULT_TIMEOUT: Final = 120.0
CONNECT_TIMEOUT: Final = 10.0


class Timeout(NamedTuple):
    """Limits of one attempt, in seconds; ``None`` waits for ever.

    Attributes:
        connect: for the connection, TLS included.
        read: for silence while the answer is awaited or read; each byte starts it anew.
        write: for each piece of the request.
        pool: for a free connection.
    """

    connect: float | None = CONNECT_TIMEOUT
    read: float | None = DEFAULT_TIMEOUT
    write: float | None = DEFAULT_TIMEOUT
    pool: float | None = DEFAULT_TIMEOUT


class Limits(NamedTuple):
    """What one attempt is held to.

    Attributes:
        timeout: per-operation limits in seconds.
        deadline_at: the monotonic end of it all.
        public_only: nothing is sent to a host whose address is not a public one.
    """

    timeout: Timeout
    deadline_at: float | None
    public_only: bool = False
