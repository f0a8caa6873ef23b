"""One call from its description to its result or error, without I/O.

A :class:`Call` says what is to be sent. A :class:`Journey` accompanies it through its attempts: it
gives the headers and limits of each, hears how each ended, and answers with a wait, or raises the
one error that tells the whole story. The drivers in ``_async`` and ``_sync`` are loops around it::

    journey = Journey(call, settings)
    while True:
        attempt = journey.start()
        send it, and then one of
            wait = journey.lost(failure)                    # no answer
            wait = journey.refused(status, headers, body)   # not 2xx
            meta = journey.answered(status, headers)        # 2xx; look at it, and then one of
                journey.succeeded(meta)                         # the end
                raise journey.unusable(error, meta, body)       # the end
        sleep(wait)
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Mapping
from typing import Any, Final

from .._answer.bodies import modelled
from .._answer.error_mapping import error_from_failure, error_from_response
from .._ground.error_fields import FailedAttempt, Phase
from .._ground.limits import Limits
from .._ground.metadata import Meta, is_replay
from .._ground.redaction import escaped
from .._ground.wire import Headers, TransportFailure
from ..errors import QUOTA_EMPTY, RateLimitError, RequestInProgressError, RunInfraError
from ..idempotency import new_key
from .call import Call
from .headers import (
    ANONYMOUS,
    STANDARD,
    checked_client_request_id,
    checked_headers,
    checked_idempotency_key,
)
from .observation import Observer
from .options import Settings
from .pace import Pace
from .retry import Failure, GiveUp, Replay, RetryState, decide, is_flow_control, phase_of_status
from .watch import watch_of

_BODY_SHOWN: Final = 4_000  # characters of an unusable body that its error keeps
_RUNS: Final = RequestInProgressError.__name__
_BODY_READ: Final = 64 * 1024  # bytes of it that are looked at


class Journey:
    """The attempts of one call.

    Raises:
        InvalidRequestError: a call option is wrong; nothing was sent.
    """

    def __init__(self, call: Call, settings: Settings) -> None:
        options = {name: value for name, value in call.options.items() if value is not None}
        self.call = call
        self.settings = settings = settings.for_call(options)
        self.client_request_id = (
            checked_client_request_id(options["client_request_id"])
            if "client_request_id" in options
            else str(uuid.uuid4())
        )
        self.idempotency_key = self._key(options)
        self.headers = self._headers(options)
        self.max_retries = settings.max_retries
        self.replay = self._replay()
        self.started = settings.clock()
        deadline = settings.deadline
        self.limits = Limits(
            settings.timeout,
            None if deadline is None else self.started + deadline,
            public_only=call.foreign and not settings.base.is_near,
        )
        self.attempts = 0
        self.failures: list[FailedAttempt] = []
        self._attempt_started = self.started
        self._stale_retried = False
        self._free_attempts = 0
        self._paid = 0.0
        self._moment: float | None = None
        self._took = 0.0
        # The limits of another host are no concern of the gateway's callers.
        self._pace = Pace() if call.foreign else settings.pace
        self._observer = Observer(
            call.operation,
            "a URL of another host" if call.foreign else settings.redactor(call.path),
            self.client_request_id,
            self.idempotency_key,
            settings.hooks,
        )
        self.watch = watch_of(call, settings, self.client_request_id, self.idempotency_key)

    @property
    def url(self) -> str:
        """Where the call goes."""
        return self.call.path if self.call.foreign else self.settings.base.url + self.call.path

    @property
    def pending(self) -> list[Awaitable[object]]:
        """What ``async`` hooks have returned, for the driver to await, oldest first."""
        return self._observer.pending

    def start(self) -> Limits:
        """Begin an attempt and give its limits."""
        self.attempts += 1
        self._attempt_started = self.settings.clock()
        self._observer.attempt_starts(self.attempts)
        return self.limits

    def lost(self, failure: TransportFailure, headers: Headers | None = None) -> float:
        """An attempt ended without an answer, or in the middle of its body.

        Args:
            failure: how it ended.
            headers: the answer's headers, if these had arrived.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            RunInfraConnectionError: the call is over.
        """
        error = error_from_failure(failure, self.settings.redactor)
        if headers is not None:
            headers = headers.mapped(self.settings.redactor)
            error.update(request_id=self._request_id(headers), headers=headers)
        # The same answer would come in the same encoding again.
        final = failure.reason in {"client_closed", "encoding"}
        return self._failed(error, stale=failure.stale, closed=final)

    def refused(self, status: int, headers: Headers, body: object) -> float:
        """The gateway answered with an error status.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            APIStatusError: the call is over.
        """
        # What another host says stays there: it may be anything that it can reach.
        body = b"" if self.call.foreign else body
        error = error_from_response(status, headers, body, self.settings.redactor)
        if error.phase is None:  # those that mean "done and charged before" say so themselves
            error.phase = phase_of_status(status)
        now = self.settings.clock()
        self._pace.told(headers, now, self.settings.wall_clock())
        if is_flow_control(error):
            # Every caller of the client, whatever becomes of this call.
            self._pace.hold(now + (error.retry_after_seconds or 0.0))
        error.outcome_unknown |= error.phase == "outcome_unknown"
        if self.call.failure is not None and status in self.call.operation.own_errors:
            error.details = modelled(self.call.failure, status, error.body)
        return self._failed(error, should_retry=_told(headers))

    def _failed(
        self,
        error: RunInfraError,
        *,
        stale: bool = False,
        should_retry: bool | None = None,
        closed: bool = False,
    ) -> float:
        if error.phase is None:
            # It answered 2xx, so it ran: only the answer is unusable.
            error.phase = "outcome_unknown"
        now = self.settings.clock()
        elapsed = now - self._attempt_started
        self._record(error, elapsed)
        rewindable = self._rewindable()
        decision = decide(
            self.replay,
            Failure(error, stale and rewindable, should_retry, closed),
            RetryState(
                attempt=self.attempts - self._free_attempts,
                max_retries=self.max_retries if rewindable else 0,
                stale_retried=self._stale_retried,
                now=now,
                deadline_at=self.limits.deadline_at,
            ),
            self.settings.random,
        )
        if isinstance(decision, GiveUp):
            raise self._final(error, decision.reason)
        if decision.free:
            self._stale_retried = True
            self._free_attempts += 1
            return 0.0
        after = decision.after
        if is_flow_control(error):
            after = self._next_moment(error, after)
        elif self.settings.retry_quota is not None:
            paid = self.settings.retry_quota.take(error)
            if paid is None:
                raise self._final(error, QUOTA_EMPTY)
            self._paid = paid
        self._observer.sleeps(self.attempts, after, error)
        return after

    def held(self) -> float:
        """Seconds to wait before the next attempt may start; ask again after the wait.

        Raises:
            RateLimitError: the gateway asked to wait for longer than the deadline allows; nothing
                was sent by this attempt.
        """
        now = self.settings.clock()
        pace = self._pace
        moment, self._moment = self._moment, None
        if moment is not None and moment >= pace.held_until:
            # It was reserved before, and has come unless the clock is a hair behind.
            return 0.0
        wait = pace.reserve(now, self.limits.deadline_at)
        if wait is None:
            raise self._held_too_long(pace.held_until - now)
        if wait:
            self._moment = now + wait
            self._observer.held(self.attempts, wait)
        return wait

    def _next_moment(self, error: RunInfraError, after: float) -> float:
        """When to come back after a refusal that told it: in turn, with all other callers."""
        now = self.settings.clock()
        pace = self._pace
        wait = pace.reserve(now, self.limits.deadline_at)
        if wait is None:
            raise self._final(error, "the deadline comes before the next attempt")
        # Where nothing but the hint is known, the jitter of it spreads the callers.
        after = max(after, wait)
        self._moment = now + after
        return after

    def _held_too_long(self, seconds: float) -> RunInfraError:
        error = RateLimitError(
            "The gateway has asked this client to wait, for longer than the call's deadline.",
            phase="never_sent",
            retry_after_seconds=max(seconds, 0.0),
            gave_up="the deadline comes before the next attempt",
        )
        self.complete(error)
        return self._final(error, "the deadline comes before the next attempt")

    def unusable(self, error: RunInfraError, meta: Meta, body: bytes) -> RunInfraError:
        """A 2xx answer that can't be used: never repeated, because the work was done.

        It is told as the end of its attempt, unless it was told as a success before: that of a
        stream, whose bytes are looked at when they are read.
        """
        error.update(
            request_id=meta.request_id,
            headers=Headers(meta.headers.items()).mapped(self.settings.redactor),
            phase="outcome_unknown",
            outcome_unknown=self.replay.kind != "safe",
        )
        # It may quote the answer's content type, which a server chose.
        error.message = escaped(self.settings.redactor(error.message))
        error.args = (error.message,)
        if not error.status:
            error.status = meta.status
        if error.body is None and not self.call.foreign:
            text = body[:_BODY_READ].decode("utf-8", "replace")
            error.body = self.settings.redactor.excerpt(text, _BODY_SHOWN)
        self._record(error, self._took)
        return error

    def interrupted(self, error: RunInfraError) -> None:
        """An attempt that ended on this side, for example because a file could not be read on."""
        error.phase = "outcome_unknown" if error.outcome_unknown else "never_sent"
        self._record(error, self.settings.clock() - self._attempt_started)

    def complete(self, error: RunInfraError) -> RunInfraError:
        """Put on an error what every error of this call carries."""
        error.update(
            operation=self.call.operation.operation_id,
            client_request_id=self.client_request_id,
            idempotency_key=self.idempotency_key,
            attempts=self.attempts,
            failures=tuple(self.failures),
        )
        return error

    def answered(self, status: int, headers: Headers) -> Meta:
        """The gateway answered 2xx; the metadata of the result.

        Call it when the body has been read whole, or the stream begins; then say what it was good
        for: :meth:`succeeded` or :meth:`unusable`.
        """
        now = self.settings.clock()
        self._took = now - self._attempt_started
        self._pace.told(headers, now, self.settings.wall_clock())
        meta = Meta(
            operation=self.call.operation.operation_id,
            status=status,
            headers=headers,
            request_id=self._request_id(headers),
            client_request_id=self.client_request_id,
            idempotency_key=self.idempotency_key,
            replayed=is_replay(headers),
            attempts=self.attempts,
            failures=tuple(self.failures),
            elapsed=now - self.started,
        )
        if self.watch is not None:
            self.watch.meta = meta
        return meta

    def succeeded(self, meta: Meta) -> None:
        """The answer is usable: told once, to the hooks and to the quota of retries."""
        if self.settings.retry_quota is not None:
            self.settings.retry_quota.success(self._paid)
        self._observer.attempt_ends(self.attempts, meta.status, meta.request_id, self._took, None)

    def _request_id(self, headers: Headers) -> str | None:
        value = headers.get("x-request-id", "").strip()
        return escaped(self.settings.redactor(value)) if value else None

    def _key(self, options: Mapping[str, Any]) -> str | None:
        if "idempotency_key" in options:
            return checked_idempotency_key(options["idempotency_key"])
        operation = self.call.operation
        # No source says that the gateway binds keys of streams, so none is made up for them.
        if operation.replay == "safe" or (self.call.streaming and operation.stream is not None):
            return None
        if operation.method in {"GET", "HEAD"}:
            return None  # of a route that nothing is known of
        return new_key() if self.settings.auto_idempotency else None

    def _headers(self, options: Mapping[str, Any]) -> dict[str, str]:
        if self.call.foreign:
            return {**ANONYMOUS, "accept": self.call.accept}
        headers = {
            **STANDARD,
            "accept": self.call.accept,
            **self.settings.default_headers,
            **checked_headers("extra_headers", options.get("extra_headers")),
            "authorization": self.settings.api_key.bearer(),
            "x-client-request-id": self.client_request_id,
        }
        for name, value in self.call.headers.items():
            headers[name.lower()] = value
        if self.idempotency_key is not None:
            headers["idempotency-key"] = self.idempotency_key
        content = self.call.content
        if self.call.content_type is not None:
            headers["content-type"] = self.call.content_type
        if content is not None and not isinstance(content, bytes):
            # A known length, so that the body is not sent in chunks, which some edges refuse.
            headers["content-length"] = str(content.content_length)
        return headers

    def _replay(self) -> Replay:
        operation, settings = self.call.operation, self.settings
        standard = settings.replay_policy == "standard"
        kind = operation.replay
        if operation.replay_scope == "workspace" and settings.base.pipeline_scoped:
            kind = "never"
        return Replay(
            kind=kind,
            has_key=self.idempotency_key is not None,
            streaming=self.call.streaming and operation.stream is not None,
            unknown_outcomes=operation.replay_conservative or standard,
            retry_streams=settings.retry_streams,
        )

    def _rewindable(self) -> bool:
        content = self.call.content
        return content is None or isinstance(content, bytes) or content.rewindable

    def _record(self, error: RunInfraError, elapsed: float) -> None:
        phase: Phase = error.phase or "outcome_unknown"
        name = type(error).__name__
        failure = FailedAttempt(
            self.attempts, phase, name, error.message, error.status, error.request_id, elapsed
        )
        self.failures.append(failure)
        self.complete(error)
        if self.watch is not None:
            self.watch.failed(failure)
        self._observer.attempt_ends(self.attempts, error.status, error.request_id, elapsed, error)

    def _final(self, error: RunInfraError, reason: str) -> RunInfraError:
        # An earlier attempt may have run, or have met one that runs, even if the last was refused.
        # It is known what became of it once the gateway says that the key's work was done.
        if error.phase != "completed" and any(
            f.phase == "outcome_unknown" or f.error == _RUNS for f in self.failures
        ):
            error.outcome_unknown = self.replay.kind != "safe"
        error.gave_up = reason
        self._observer.gives_up(reason, error)
        return error


def _told(headers: Headers) -> bool | None:
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower())
