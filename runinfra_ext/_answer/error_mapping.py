"""From an error answer to the one right class, and from a lost attempt to its error.

The gateway's error bodies come in several generations (the discriminator in ``type`` or in
``code``, amounts in cents or in dollars, engines' own shapes, an edge's plain text), so nothing in
a body is trusted: every member is optional, and of any type.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Final, cast

from .. import errors as e
from .._ground.error_fields import Phase
from .._ground.json_codec import decode
from .._ground.redaction import Redactor, escaped
from .._ground.wire import Headers, TransportFailure
from .retry_after import retry_after

BASE_URL_HINT: Final = (
    "Is base_url the gateway's (its path ends in /v1), and is no login page in between?"
)
_MESSAGE_LIMIT: Final = 2_000  # characters of a server's message that an error repeats
_TEXT_BODY_LIMIT: Final = 4_000  # characters of a body that is not JSON

_MOST_DOLLARS: Final = 10**12  # beyond it a number is not an amount of money
_MODEL_WORDS: Final = re.compile(r"(?i)(?:\b|_)(?:model|pipeline|deployment)s?(?:\b|_)")
_TEXT_MESSAGE: Final = 300  # characters of a plain text that are a message
_TITLE: Final = re.compile(r"<title>([^<]*)</title>", re.IGNORECASE)
_TITLE_WITHIN: Final = 4096  # characters of a page
_FIRST_EVENT: Final = re.compile(rb"(?:event:[^\r\n]*\r?\n)?data:([^\r\n]*)")
_MOST_DETAILS: Final = 8  # of a validator's list that a message repeats
_ERROR_STATUS: Final = re.compile(r"[45][0-9]{2}\Z")

_PAUSED = frozenset({"hosted_model_paused", "model_paused"})
_QUOTA = frozenset({"insufficient_quota", "quota_exceeded", "billing_hard_limit_reached"})
_REUSED = frozenset({"idempotency_key_reused", "idempotency_mismatch", "idempotency_key_mismatch"})
_RUNNING = frozenset({"idempotency_in_progress", "request_in_progress", "idempotency_concurrent"})
# Both meanings of 409 share the code idempotency_conflict; only the wording tells them apart.
# TTS, ASR and voice keep no answers: repeating a finished call by hand is refused, not replayed.
_DONE = frozenset({"idempotency_completed", "request_already_completed", "already_processed"})
_DONE_WORDS = (
    "already done",
    "already completed",
    "already processed",
    "already been processed",
    "already settled",
    "already charged",
)
_RUNNING_WORDS = ("still running", "in progress", "in-progress", "in flight", "processing")
_REUSED_WORDS = ("different", "another", "mismatch", "does not match", "already used", "reused")

_BY_STATUS: Final[Mapping[int, type[e.APIStatusError]]] = {
    400: e.BadRequestError,
    401: e.AuthenticationError,
    402: e.InsufficientCreditsError,
    403: e.PermissionDeniedError,
    404: e.NotFoundError,
    409: e.ConflictError,
    413: e.PayloadTooLargeError,
    422: e.UnprocessableEntityError,
    429: e.RateLimitError,
    503: e.ServiceUnavailableError,
}
_Table = tuple[tuple[frozenset[str], type[e.APIStatusError]], ...]
# In their order, whatever the status, unless that is 401 to 404.
_BY_NAME: Final[_Table] = (
    (_PAUSED, e.ModelPausedError),
    (frozenset({"model_not_found"}), e.ModelNotFoundError),
    (frozenset({"insufficient_credits"}), e.InsufficientCreditsError),
    (_QUOTA, e.QuotaExceededError),
)
_BY_NAME_BUT_429: Final[_Table] = (
    (frozenset({"deployment_error"}), e.DeploymentError),
    (frozenset({"idempotency_replay_unavailable"}), e.IdempotencyReplayUnavailableError),
    (frozenset({"unsupported_operation"}), e.UnsupportedOperationError),
)
# These keep one type whatever the body says, as the official client does.
_FIXED_TYPE = (
    e.AuthenticationError,
    e.InsufficientCreditsError,
    e.ModelNotFoundError,
    e.RateLimitError,
    e.DeploymentError,
)
# The HTTP status that a code or type inside a stream stands for.
_IMPLIED: Final[Mapping[str, int]] = {
    "authentication_error": 401,
    "auth_error": 401,
    "insufficient_credits": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "plan_limit_exceeded": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "idempotency_conflict": 409,
    "idempotency_replay_unavailable": 422,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "hosted_model_paused": 429,
    "invalid_request_error": 400,
    "bad_request": 400,
    "badrequesterror": 400,
    "overloaded": 503,
    "overloaded_error": 503,
    "service_unavailable": 503,
    "service_unavailable_error": 503,
    "limiter_unavailable": 503,
    "internal_error": 500,
    "server_error": 500,
    "internalservererror": 500,
    "api_error": 500,
}


def error_from_response(
    status: int, headers: Headers, body: object, redactor: Redactor, *, now: float | None = None
) -> e.APIStatusError:
    """The error for an answer that is not 2xx.

    Args:
        status: HTTP status.
        headers: the answer's headers.
        body: the body: raw bytes, or already decoded JSON.
        redactor: blanks secrets in everything that the error keeps.
        now: Unix time for a ``Retry-After`` date; the system's clock by default.
    """
    content = _decoded(body)
    details = _details(content)
    names = _names(details)
    cls = _class_for(status, names, details, headers)
    message = details.get("message")
    if not isinstance(message, str) or not message.strip():
        message = _fallback(status, cls, content)
    if cls is e.NotFoundError and not _is_gateway_body(content):
        message = f"{message.strip().rstrip('.')}. {BASE_URL_HINT}"
    error = cls(
        escaped(redactor.excerpt(message.strip(), _MESSAGE_LIMIT)),
        status=status,
        request_id=_request_id(headers, content, redactor),
        retry_after_seconds=retry_after(headers, time.time() if now is None else now),
        headers=headers.mapped(redactor),
        body=_kept(content, redactor),
    )
    code, param, kind = details.get("code"), details.get("param"), details.get("type")
    if isinstance(code, str):
        error.code = escaped(redactor(code))
    elif isinstance(code, int) and not isinstance(code, bool):
        error.code = code
    if isinstance(param, str):
        error.param = escaped(redactor(param))
    if isinstance(kind, str) and kind and not isinstance(error, _FIXED_TYPE):
        generic = isinstance(error, e.PermissionDeniedError) and kind == "api_error"
        if not generic:
            error.type = escaped(redactor(kind))
    _special_fields(error, details, redactor)
    return error


def implied_status(body: object) -> int:
    """The HTTP status that an error object inside a 200 stream stands for; 500 if it is unclear."""
    details = _details(body)
    for key in ("code", "status", "status_code"):
        value = details.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return value
        if isinstance(value, str) and _ERROR_STATUS.match(value):
            return int(value)
    for name in (details.get("code"), details.get("type")):
        if isinstance(name, str) and name.lower() in _IMPLIED:
            return _IMPLIED[name.lower()]
    return 500


def error_from_failure(failure: TransportFailure, redactor: Redactor) -> e.RunInfraConnectionError:
    """The error for an attempt that ended without an answer."""
    cls: type[e.RunInfraConnectionError] = e.RunInfraConnectionError
    if failure.reason == "deadline":
        cls = e.DeadlineExceededError
    elif failure.reason in {"connect_timeout", "pool_timeout"}:
        cls = e.ConnectTimeoutError
    elif failure.timed_out:
        cls = e.ReadTimeoutError
    elif failure.reason in {"tls_certificate", "tls_handshake"}:
        cls = e.TLSError
    phase: Phase = "outcome_unknown" if failure.sent else "never_sent"
    return cls(
        redactor(failure.message),
        phase=phase,
        outcome_unknown=failure.sent,
        reason=failure.reason,
    )


def _decoded(body: object) -> object:
    if not isinstance(body, bytes | bytearray):
        return body
    # Some servers frame the error of a streamed call as the event that it would have been.
    framed = _FIRST_EVENT.match(body.lstrip())
    try:
        return decode(framed[1] if framed else body)
    except ValueError:
        return body.decode("utf-8", "replace").strip()


def _kept(content: object, redactor: Redactor) -> object:
    if isinstance(content, str):
        return redactor.excerpt(content, _TEXT_BODY_LIMIT)
    return redactor.deep(content)


def _details(content: object) -> Mapping[str, Any]:
    """The members that describe the error, wherever this generation of body keeps them."""
    if isinstance(content, str):
        # An edge's short plain text is worth repeating; a page of HTML is not.
        plain = content and "<" not in content and len(content) <= _TEXT_MESSAGE
        return {"message": content} if plain else {}
    if not isinstance(content, Mapping):
        return {}
    whole = cast("Mapping[str, Any]", content)
    inner = whole.get("error", whole)
    if isinstance(inner, str):
        return {"message": inner}
    details = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else whole
    if "message" in details:
        return details
    detail: object = details.get("detail")
    if isinstance(detail, str):
        return {**details, "message": detail}
    if isinstance(detail, Mapping):
        return cast("Mapping[str, Any]", detail)
    if isinstance(detail, list):
        return _validation(details, cast("list[object]", detail))
    return details


def _validation(details: Mapping[str, Any], problems: list[object]) -> Mapping[str, Any]:
    """What a validator complains of (FastAPI's list), as message and param."""
    found: list[tuple[str, str]] = []
    for problem in problems[:_MOST_DETAILS]:
        if isinstance(problem, Mapping):
            told = cast("Mapping[str, Any]", problem)
            place = told.get("loc")
            steps = [str(step) for step in place] if isinstance(place, list) else []  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] - decoded JSON
            found.append((".".join(steps[1:] or steps), str(told.get("msg", ""))))
    if not found:
        return details
    message = "; ".join(f"{place}: {text}" if place else text for place, text in found)
    return {"param": found[0][0] or None, **details, "message": message}


def _is_gateway_body(content: object) -> bool:
    """Whether an error body is of the gateway's form, so that the route at least was right."""
    return isinstance(content, Mapping) and isinstance(
        cast("Mapping[str, Any]", content).get("error"), Mapping
    )


def _names(details: Mapping[str, Any]) -> frozenset[str]:
    values = (details.get("code"), details.get("type"))
    return frozenset(value.lower() for value in values if isinstance(value, str))


def _class_for(
    status: int, names: frozenset[str], details: Mapping[str, Any], headers: Headers
) -> type[e.APIStatusError]:
    if status == 404:
        return e.ModelNotFoundError if _is_about_a_model(details) else e.NotFoundError
    if status in {401, 402, 403}:
        return _BY_STATUS[status]
    cls = _named(names, _BY_NAME)
    if cls is None and status != 429:
        cls = _named(names, _BY_NAME_BUT_429)
    if cls is not None:
        return cls
    if status == 409:
        return _conflict(names, str(details.get("message", "")).lower(), headers)
    if 300 <= status < 400:
        return e.RedirectError
    return _BY_STATUS.get(status, e.InternalServerError if status >= 500 else e.APIStatusError)


def _is_about_a_model(details: Mapping[str, Any]) -> bool:
    """Whether a 404 speaks of a model or pipeline, rather than of the route."""
    members = (details.get("code"), details.get("type"), details.get("param"))
    said = [str(details.get("message", "")), *(text for text in members if isinstance(text, str))]
    return any(_MODEL_WORDS.search(text) for text in said)


def _named(names: frozenset[str], table: _Table) -> type[e.APIStatusError] | None:
    return next((cls for wanted, cls in table if names & wanted), None)


def _conflict(names: frozenset[str], message: str, headers: Headers) -> type[e.APIStatusError]:
    if names & _DONE:
        return e.AlreadyCompletedError
    if names & _RUNNING:
        return e.RequestInProgressError
    if names & _REUSED:
        return e.IdempotencyConflictError
    if "idempotency_conflict" not in names:
        return e.ConflictError
    if any(words in message for words in _DONE_WORDS):
        return e.AlreadyCompletedError
    if any(words in message for words in _RUNNING_WORDS):
        return e.RequestInProgressError
    if any(words in message for words in _REUSED_WORDS):
        return e.IdempotencyConflictError
    # A hint to come back makes sense only while the first request still runs.
    if "retry-after" in headers or "retry-after-ms" in headers:
        return e.RequestInProgressError
    return e.ConflictError


def _special_fields(
    error: e.APIStatusError, details: Mapping[str, Any], redactor: Redactor
) -> None:
    if isinstance(error, e.InsufficientCreditsError):
        error.current_balance_cents = _cents(details, "current_balance_cents", "balance")
        error.required_cents = _cents(details, "required_cents", "required")
        url = details.get("topup_url")
        error.topup_url = escaped(redactor(url)) if isinstance(url, str) else None
    if isinstance(error, e.ModelPausedError):
        until = details.get("paused_until")
        error.paused_until = escaped(redactor(until)) if isinstance(until, str) else None


def _cents(details: Mapping[str, Any], cents: str, dollars: str) -> int | None:
    value = details.get(cents)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    amount = details.get(dollars)
    if not isinstance(amount, str | int | float):
        return None
    from decimal import Decimal  # noqa: PLC0415 - few errors tell an amount

    try:
        # Through text, so that 0.29 is 29 cents and not 28.999….
        dollar = Decimal(str(amount))
        return int((dollar * 100).to_integral_value()) if abs(dollar) < _MOST_DOLLARS else None
    except (
        ArithmeticError,
        ValueError,
    ):  # not a number ("True" neither), NaN, more digits than Python writes
        return None


def _request_id(headers: Headers, content: object, redactor: Redactor) -> str | None:
    value: object = headers.get("x-request-id", "").strip()
    if not value and isinstance(content, Mapping):
        value = cast("Mapping[str, object]", content).get("request_id")
    return escaped(redactor(value)) if isinstance(value, str) and value else None


def _fallback(status: int, cls: type[e.APIStatusError], content: object) -> str:
    if issubclass(cls, e.RedirectError):
        return (
            "The gateway answered with a redirect, which is never followed because the API key "
            "would travel along; check base_url."
        )
    if status == 413:
        return "The request body is larger than the gateway accepts."
    # What stands before the gateway tells what is wrong in the title of its page.
    page = _TITLE.search(content, 0, _TITLE_WITHIN) if isinstance(content, str) else None
    title = " ".join(page[1].split()) if page else ""
    if 0 < len(title) <= _TEXT_MESSAGE:
        return title
    return f"The gateway answered with status {status} and no readable error message."
