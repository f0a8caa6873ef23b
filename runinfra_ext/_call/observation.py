"""Tells hooks and the log what a call does, once for each event.

The log is ``runinfra_ext.attempts`` at level DEBUG, see :mod:`~runinfra_ext._call.logs`. What is
logged was redacted before.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Final

from runinfra_client.facts import Operation

from ..errors import RunInfraError
from ..hooks import AttemptEnd, AttemptStart, Hooks, Sleep
from .call import Route

_log: Final = logging.getLogger("runinfra_ext.attempts")


class Observer:
    """The audience of one call.

    Args:
        operation: what is called.
        path: its path below the base URL, without secrets.
        client_request_id: the same on all attempts.
        idempotency_key: the key that travels, if any.
        hooks: the client's callbacks, if any.

    Attributes:
        pending: awaitables that ``async`` hooks have returned, for the driver to await.
    """

    __slots__ = ("_client_request_id", "_ended", "_hooks", "_key", "_name", "_target", "pending")

    def __init__(
        self,
        operation: Operation | Route,
        path: str,
        client_request_id: str,
        idempotency_key: str | None,
        hooks: Hooks | None,
    ) -> None:
        self._name = operation.operation_id
        self._target = f"{operation.method} {path}"
        self._client_request_id = client_request_id
        self._key = idempotency_key
        self._hooks = hooks or Hooks()
        self._ended = 0
        self.pending: list[Awaitable[object]] = []

    def attempt_starts(self, attempt: int) -> None:
        """An attempt is about to be made."""
        if self._hooks.before_attempt is not None:
            start = AttemptStart(self._name, attempt, self._client_request_id, self._key)
            self._hear(self._hooks.before_attempt(start))
        _log.debug(
            "%s attempt %d: %s (client request id %s)",
            self._name,
            attempt,
            self._target,
            self._client_request_id,
        )

    def attempt_ends(
        self,
        attempt: int,
        status: int,
        request_id: str | None,
        elapsed: float,
        error: RunInfraError | None,
    ) -> None:
        """An attempt is over; said once, also when the stream that it opened fails afterwards."""
        if attempt == self._ended:
            return
        self._ended = attempt
        if self._hooks.after_attempt is not None:
            end = AttemptEnd(
                self._name,
                attempt,
                self._client_request_id,
                status,
                request_id,
                elapsed,
                error,
            )
            self._hear(self._hooks.after_attempt(end))
        if error is None:
            _log.debug(
                "%s attempt %d: status %d (request id %s)", self._name, attempt, status, request_id
            )

    def sleeps(self, attempt: int, seconds: float, error: RunInfraError) -> None:
        """The client is about to wait."""
        if self._hooks.before_sleep is not None:
            self._hear(
                self._hooks.before_sleep(
                    Sleep(self._name, attempt, self._client_request_id, seconds, error)
                )
            )
        # The error is written out for the log only, which seldom listens.
        _log.debug("%s attempt %d failed (%s); next in %.3f s", self._name, attempt, error, seconds)

    def held(self, attempt: int, seconds: float) -> None:
        """The next attempt waits for its turn: the gateway's rate limit is near or reached."""
        if self._hooks.before_sleep is not None:
            self._hear(
                self._hooks.before_sleep(
                    Sleep(self._name, attempt, self._client_request_id, seconds, None)
                )
            )
        _log.debug("%s waits %.3f s for the gateway's rate limit", self._name, seconds)

    def _hear(self, returned: object) -> None:
        if isinstance(returned, Awaitable):
            self.pending.append(returned)  # pyright: ignore[reportUnknownArgumentType] - what it gives is never read

    def gives_up(self, reason: str, error: RunInfraError) -> None:
        """The call is over, with an error."""
        _log.debug("%s gave up: %s; %s", self._name, reason, error)
