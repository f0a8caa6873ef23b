"""Every error that leaves this package, in one tree; bulk jobs add two, in :mod:`.bulk.errors`.

Nothing of the HTTP library, of ``json``, of ``attrs`` or of ``asyncio`` escapes (task cancellation
excepted: it is not an error). ::

    RunInfraError
    ├── InvalidRequestError              your arguments; nothing was sent
    │   └── ConfigurationError           … those of the client itself
    ├── APIStatusError                   the gateway said no
    │   ├── BadRequestError              400
    │   │   └── UnsupportedOperationError
    │   ├── AuthenticationError          401, or no API key at all
    │   ├── InsufficientCreditsError     402
    │   ├── PermissionDeniedError        403
    │   ├── NotFoundError                404
    │   │   └── ModelNotFoundError
    │   ├── ConflictError                409
    │   │   ├── AlreadyCompletedError        done and charged before; no answer was kept
    │   │   ├── IdempotencyConflictError     the key belongs to another request body
    │   │   └── RequestInProgressError       the first request with this key still runs
    │   ├── PayloadTooLargeError         413
    │   ├── UnprocessableEntityError     422
    │   │   └── IdempotencyReplayUnavailableError   done and charged; the reply was not kept
    │   ├── RateLimitError               429
    │   │   ├── ModelPausedError             429 or 503 with a time when it is back
    │   │   └── QuotaExceededError           waiting does not help
    │   ├── InternalServerError          5xx
    │   │   └── ServiceUnavailableError      503: stopped, starting or at capacity
    │   ├── RedirectError                3xx: never followed, the key stays where it is
    │   └── DeploymentError              the deployment behind the model is not usable
    ├── RunInfraConnectionError          it never arrived, or never came back
    │   ├── TLSError                     the certificate was refused
    │   └── RunInfraTimeoutError
    │       ├── ConnectTimeoutError      nothing was sent
    │       ├── ReadTimeoutError         silence beyond ``timeout``
    │       └── DeadlineExceededError    the whole call took longer than ``deadline``
    ├── APIResponseError                 the gateway said yes, with something unusable
    │   ├── UnexpectedContentError       another content type, or not JSON
    │   ├── ResponseShapeError           empty, or JSON that is not what the document promises
    │   └── ResponseTooLargeError        beyond the size limit
    ├── StreamError                      a stream that did not end well
    │   ├── RunInfraStreamParseError     an event is not JSON
    │   ├── StreamTruncatedError         it ended before its terminal marker
    │   ├── StreamTooLargeError          one event, or all of it, beyond the size limit
    │   └── StreamConsumedError          it was iterated or closed before
    ├── StructuredOutputError            the text does not satisfy the wanted schema
    ├── ToolLoopError                    the tool-calling loop can't go on
    └── WebhookVerificationError         a webhook that must not be trusted

Every error carries the same fields, so that one ``except RunInfraError`` can log all that support
needs; a field that does not apply is ``None``, ``0`` or empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Unpack

from ._ground.error_fields import ErrorFields, FailedAttempt, Phase
from ._ground.wire import Headers

_NO_HEADERS = Headers()
QUOTA_EMPTY: Final = "the client's retry quota is used up"


class RunInfraError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: what happened, in one sentence, without the ids.
        status: HTTP status, 0 when no HTTP answer is concerned.
        type: the gateway's error type, or this package's own for local errors.
        code: the gateway's machine-readable code, if any.
        param: the request field that the gateway complains of, if any; for an
            :class:`InvalidRequestError` the argument.
        request_id: the gateway's id of the (last) attempt; give it to support.
        client_request_id: the id that this client sent; the same on all attempts.
        idempotency_key: of the call; repeated with it, a replay-safe one is not charged twice.
        operation: operation id of the call, for example ``createChatCompletion``.
        attempts: how many requests were sent or tried.
        failures: every failed attempt, oldest first.
        phase: how far the last attempt got; docs/errors.md has the four.
        reason: what ended the attempt (docs/network.md), or why a webhook was refused.
        outcome_unknown: the work may have been done and charged although no answer came.
        gave_up: why the call was not (or no longer) repeated.
        retry_after_seconds: how long the gateway asked to wait, uncapped.
        body: the decoded error body, or its text.
        headers: the answer's headers, case-insensitive.
        partial: for streams, what had arrived: a ``ChatCompletion`` or ``Response``.
        event_count: for streams, how many events had been handed out.
        messages: for ``run_tools``, the conversation so far, with the results of tools.
        steps: for ``run_tools``, how many requests were answered.
        usage: for ``run_tools`` and structured output, the token usage so far, if told.
    """

    status: int = 0
    type: str = "api_error"
    code: str | int | None = None
    param: str | None = None
    request_id: str | None = None
    client_request_id: str | None = None
    idempotency_key: str | None = None
    operation: str | None = None
    attempts: int = 0
    failures: tuple[FailedAttempt, ...] = ()
    phase: Phase | None = None
    reason: str | None = None
    outcome_unknown: bool = False
    gave_up: str | None = None
    retry_after_seconds: float | None = None
    body: object = None
    headers: Mapping[str, str] = _NO_HEADERS
    partial: Any = None
    event_count: int = 0
    messages: Sequence[Any] = ()
    steps: int = 0
    usage: Any = None

    def __init__(self, message: str, **fields: Unpack[ErrorFields]) -> None:
        super().__init__(message)
        self.message = message
        self.update(**fields)

    def update(self, **fields: Unpack[ErrorFields]) -> None:
        """Fill in what was not known where the error was made (the transport adds the ids)."""
        unknown = fields.keys() - ErrorFields.__annotations__.keys()
        if unknown:
            msg = f"not a field of an error: {', '.join(sorted(unknown))}"
            raise TypeError(msg)
        self.__dict__.update(fields)

    def __str__(self) -> str:
        facts: list[str] = []
        if self.status:
            facts.append(f"status {self.status}")
        if self.code is not None:
            facts.append(f"code {self.code}")
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        if self.client_request_id:
            facts.append(f"client request id {self.client_request_id}")
        if self.outcome_unknown and self.idempotency_key:
            facts.append(f"idempotency key {self.idempotency_key}")
        if self.attempts > 1:
            facts.append(f"{self.attempts} attempts")
        if self.gave_up == QUOTA_EMPTY:
            facts.append(f"not repeated: {self.gave_up}")
        if self.outcome_unknown:
            facts.append("the outcome is unknown: it may have run")
        return f"{self.message} ({', '.join(facts)})" if facts else self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.__dict__.copy())


def _rebuild(cls: type[RunInfraError], message: str, state: dict[str, Any]) -> RunInfraError:
    # Exception.__reduce__ would call the class with its positional arguments only and lose the
    # fields; __init__ is skipped because subclasses may ask for more arguments.
    error = cls.__new__(cls, message)
    error.__dict__.update(state)
    return error


class InvalidRequestError(RunInfraError, ValueError):
    """An argument is wrong; raised before anything is sent. ``param`` names the argument."""

    type = "invalid_request_options"


class ConfigurationError(InvalidRequestError):
    """An option of the client is wrong."""


class APIStatusError(RunInfraError):
    """Not 2xx; ``details`` is the answer's own model, where the document has one for the status."""

    details: Any = None


class BadRequestError(APIStatusError):
    """400: malformed, a missing field, or something that this deployment does not support."""


class UnsupportedOperationError(BadRequestError):
    """The gateway or the deployment does not offer this operation."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing, unknown, revoked or expired."""

    type = "auth_error"


class InsufficientCreditsError(APIStatusError):
    """402: top up first. The amounts are attributes only: they never stand in the message.

    Attributes:
        current_balance_cents: what is left, in US cents, if told.
        required_cents: what the call needs, in US cents, if told.
        topup_url: where to pay, if told.
    """

    type = "insufficient_credits"
    current_balance_cents: int | None = None
    required_cents: int | None = None
    topup_url: str | None = None


class PermissionDeniedError(APIStatusError):
    """403: the key's scope, plan or spend cap forbids it; ``type`` and ``code`` say which."""

    type = "permission_denied"


class NotFoundError(APIStatusError):
    """404."""


class ModelNotFoundError(NotFoundError):
    """No verified deployment serves this model or pipeline for this key."""

    type = "model_not_found"


class ConflictError(APIStatusError):
    """409."""


class AlreadyCompletedError(ConflictError):
    """The work with this key was done and charged before; no answer was kept, nothing ran now."""

    phase = "completed"


class IdempotencyConflictError(ConflictError):
    """The idempotency key was used before with another request; it can never succeed."""


class RequestInProgressError(ConflictError):
    """The first request with this key still runs, and may be charged; ask again with the key."""

    outcome_unknown = True


class PayloadTooLargeError(APIStatusError):
    """413: the request body is larger than the gateway or its edge accepts."""


class UnprocessableEntityError(APIStatusError):
    """422."""


class IdempotencyReplayUnavailableError(UnprocessableEntityError):
    """The work with this key was done and charged, but its result is too large to be replayed."""

    phase = "completed"


class RateLimitError(APIStatusError):
    """429: slow down; ``retry_after_seconds`` and the rate-limit headers say by how much."""

    type = "rate_limit_error"


class ModelPausedError(RateLimitError):
    """The hosted model is paused, as 429 or 503.

    Attributes:
        paused_until: ISO 8601 time of its return, if told.
    """

    paused_until: str | None = None


class QuotaExceededError(RateLimitError):
    """A quota is used up: waiting does not help."""


class InternalServerError(APIStatusError):
    """5xx: the gateway, its edge or the engine behind it failed."""


class ServiceUnavailableError(InternalServerError):
    """503: the endpoint is stopped, starting or at capacity."""


class RedirectError(APIStatusError):
    """3xx: redirects are never followed, because the API key would travel along."""


class DeploymentError(APIStatusError):
    """The deployment behind the model is not verified or not healthy."""

    type = "deployment_error"


class RunInfraConnectionError(RunInfraError):
    """The request did not reach the gateway, or its answer did not come back."""

    type = "connection_error"


class TLSError(RunInfraConnectionError):
    """The gateway's certificate or the TLS handshake was refused; never retried."""


class RunInfraTimeoutError(RunInfraConnectionError):
    """A clock ran out; the subclass tells which."""

    type = "timeout_error"


class ConnectTimeoutError(RunInfraTimeoutError):
    """No connection within the limit; nothing was sent."""


class ReadTimeoutError(RunInfraTimeoutError):
    """No byte came, or none could be sent, within ``timeout``."""


class DeadlineExceededError(RunInfraTimeoutError):
    """The whole call, with its attempts and waits, took longer than ``deadline``."""


class APIResponseError(RunInfraError):
    """The gateway answered 2xx with something that can't be used."""

    type = "response_error"


class UnexpectedContentError(APIResponseError):
    """Another content type than the operation has, or text that is not JSON."""

    type = "unexpected_content"


class ResponseShapeError(APIResponseError):
    """An empty body, or JSON that is not of the shape that the operation promises."""

    type = "response_shape_error"


class ResponseTooLargeError(APIResponseError):
    """The body is larger than ``max_response_bytes``."""

    type = "response_too_large"


class StreamError(RunInfraError):
    """A stream did not end well; ``partial`` holds what had arrived."""

    type = "stream_error"


class RunInfraStreamParseError(StreamError):
    """The data of an event is not the JSON that it should be."""

    type = "stream_parse_error"


class StreamTruncatedError(StreamError):
    """The stream ended before its terminal marker: the answer is incomplete."""

    type = "stream_truncated"


class StreamTooLargeError(StreamError):
    """An event, or the stream as a whole, is larger than its limit, or made of too many parts."""

    type = "stream_too_large"


class StreamConsumedError(StreamError):
    """The stream was iterated to its end, or closed, before."""

    type = "stream_consumed"


class StructuredOutputError(RunInfraError):
    """What the model wrote, ``.text``, does not satisfy the wanted schema."""

    type = "structured_output_error"
    text: str = ""


class ToolLoopError(RunInfraError):
    """The tool-calling loop reached its step limit, or a call can't be executed."""

    type = "tool_loop_error"


class WebhookVerificationError(RunInfraError, ValueError):
    """A webhook not to be trusted; ``reason`` is a :data:`.webhooks.WebhookFailure`."""

    status = 400
    type = "webhook_verification_error"
