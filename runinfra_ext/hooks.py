"""Typed callbacks around each attempt, for metrics, tracing and logs.

Hooks see facts, never credentials, and can't change a request. They are called in the calling
thread or task; keep them short. With the async client they may be ``async``, and are awaited before
the call goes on; the blocking client refuses such ones. An exception in a hook ends
the call with it, as it is, also where the call has failed: :class:`AttemptEnd` has that error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .errors import RunInfraError


class AttemptStart(NamedTuple):
    """An attempt is about to be made.

    Attributes:
        operation: operation id, for example ``createChatCompletion``.
        attempt: 1 for the first.
        client_request_id: the same on all attempts of the call.
        idempotency_key: the key that travels, if any.
    """

    operation: str
    attempt: int
    client_request_id: str
    idempotency_key: str | None


class AttemptEnd(NamedTuple):
    """An attempt is over: with an answer's headers, or with an error.

    Attributes:
        operation: operation id.
        attempt: 1 for the first.
        client_request_id: the same on all attempts of the call.
        status: HTTP status, 0 without an answer.
        request_id: the gateway's id, if it answered.
        elapsed: seconds that the attempt took.
        error: what went wrong, ``None`` for a success.
    """

    operation: str
    attempt: int
    client_request_id: str
    status: int
    request_id: str | None
    elapsed: float
    error: RunInfraError | None


class Sleep(NamedTuple):
    """The client is about to wait before the next attempt, or for its turn under a rate limit.

    Attributes:
        operation: operation id.
        attempt: the attempt that failed; 0 before the first.
        client_request_id: the same on all attempts of the call.
        seconds: how long it will wait.
        error: why; ``None`` for a wait that the rate limit asks of all calls.
    """

    operation: str
    attempt: int
    client_request_id: str
    seconds: float
    error: RunInfraError | None


class Hooks(NamedTuple):
    """The callbacks of a client; each may be left out.

    Attributes:
        before_attempt: called before every attempt.
        after_attempt: called after every attempt.
        before_sleep: called before every wait between attempts.
    """

    before_attempt: Callable[[AttemptStart], object] | None = None
    after_attempt: Callable[[AttemptEnd], object] | None = None
    before_sleep: Callable[[Sleep], object] | None = None
