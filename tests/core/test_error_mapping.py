"""From error answers and lost attempts to errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext import errors as e
from runinfra_ext._answer.error_mapping import (
    error_from_failure,
    error_from_response,
    implied_status,
)
from runinfra_ext._ground.redaction import MARK, Redactor
from runinfra_ext._ground.wire import FailureReason, Headers, TransportFailure

KEY = "sk-ri-0123456789abcdefTESTKEY"
REDACTOR = Redactor([KEY])
NOW = 1_795_428_000.0  # Mon, 23 Nov 2026 10:00:00 GMT


def error(status: int, body: object = b"", **headers: str) -> Any:
    """The error for an answer."""
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return error_from_response(status, Headers(pairs), body, REDACTOR, now=NOW)


def envelope(**members: object) -> bytes:
    """The gateway's own error body."""
    return json.dumps({"error": {"message": "What the gateway says.", **members}}).encode()


@pytest.mark.parametrize(
    ("status", "members", "cls", "kind"),
    [
        (400, {}, e.BadRequestError, "api_error"),
        (400, {"type": "invalid_request_error"}, e.BadRequestError, "invalid_request_error"),
        (400, {"type": "model_not_found"}, e.ModelNotFoundError, "model_not_found"),
        (400, {"code": "model_not_found"}, e.ModelNotFoundError, "model_not_found"),
        (400, {"code": "unsupported_operation"}, e.UnsupportedOperationError, "api_error"),
        (401, {}, e.AuthenticationError, "auth_error"),
        (401, {"type": "something"}, e.AuthenticationError, "auth_error"),
        (401, {"code": "hosted_model_paused"}, e.AuthenticationError, "auth_error"),
        (402, {"type": "permission_error"}, e.InsufficientCreditsError, "insufficient_credits"),
        (400, {"code": "insufficient_credits"}, e.InsufficientCreditsError, "insufficient_credits"),
        (403, {}, e.PermissionDeniedError, "permission_denied"),
        (403, {"type": "api_error"}, e.PermissionDeniedError, "permission_denied"),
        (403, {"type": "byoc_plan_required"}, e.PermissionDeniedError, "byoc_plan_required"),
        (404, {}, e.NotFoundError, "api_error"),
        (404, {"type": "not_found_error"}, e.NotFoundError, "not_found_error"),
        (404, {"code": "hosted_model_paused"}, e.ModelNotFoundError, "model_not_found"),
        (429, {"type": "deployment_error"}, e.RateLimitError, "rate_limit_error"),
        (408, {}, e.APIStatusError, "api_error"),
        (409, {}, e.ConflictError, "api_error"),
        (409, {"type": "deployment_error"}, e.DeploymentError, "deployment_error"),
        (500, {"code": "deployment_error"}, e.DeploymentError, "deployment_error"),
        (409, {"code": "idempotency_conflict"}, e.ConflictError, "api_error"),
        (409, {"code": "idempotency_key_reused"}, e.IdempotencyConflictError, "api_error"),
        (409, {"code": "request_in_progress"}, e.RequestInProgressError, "api_error"),
        (413, {}, e.PayloadTooLargeError, "api_error"),
        (418, {}, e.APIStatusError, "api_error"),
        (422, {"type": "validation_error"}, e.UnprocessableEntityError, "validation_error"),
        (
            422,
            {"code": "idempotency_replay_unavailable"},
            e.IdempotencyReplayUnavailableError,
            "api_error",
        ),
        (429, {}, e.RateLimitError, "rate_limit_error"),
        (429, {"type": "whatever"}, e.RateLimitError, "rate_limit_error"),
        (429, {"code": "hosted_model_paused"}, e.ModelPausedError, "rate_limit_error"),
        (503, {"code": "hosted_model_paused"}, e.ModelPausedError, "rate_limit_error"),
        (429, {"code": "insufficient_quota"}, e.QuotaExceededError, "rate_limit_error"),
        (429, {"code": "Insufficient_Quota"}, e.QuotaExceededError, "rate_limit_error"),
        (500, {"type": "api_error"}, e.InternalServerError, "api_error"),
        (502, {}, e.InternalServerError, "api_error"),
        (503, {"code": "limiter_unavailable"}, e.ServiceUnavailableError, "api_error"),
        (504, {}, e.InternalServerError, "api_error"),
        (599, {}, e.InternalServerError, "api_error"),
        (300, {}, e.RedirectError, "api_error"),
        (302, {}, e.RedirectError, "api_error"),
        (304, {}, e.RedirectError, "api_error"),
        (204, {}, e.APIStatusError, "api_error"),
    ],
)
def test_class_and_type(
    status: int, members: dict[str, object], cls: type[e.APIStatusError], kind: str
) -> None:
    """Status, code and type select the class; classes with one meaning keep one type."""
    made = error(status, envelope(**members))
    assert (type(made), made.status, made.type) == (cls, status, kind)
    assert made.message == "What the gateway says."
    assert made.code == members.get("code")


@pytest.mark.parametrize(
    ("message", "headers", "cls"),
    [
        ("A request with this Idempotency-Key is still running.", {}, e.RequestInProgressError),
        ("Request in progress.", {}, e.RequestInProgressError),
        ("This key was used with a different body.", {}, e.IdempotencyConflictError),
        ("Idempotency-Key already used.", {}, e.IdempotencyConflictError),
        ("Conflict.", {"retry_after": "1"}, e.RequestInProgressError),
        ("Conflict.", {"retry_after_ms": "900"}, e.RequestInProgressError),
        ("Conflict.", {}, e.ConflictError),
    ],
)
def test_two_conflicts_with_one_code(
    message: str, headers: dict[str, str], cls: type[e.ConflictError]
) -> None:
    """One code stands for a running request and for a reused key; the wording tells which."""
    body = envelope(message=message, code="idempotency_conflict")
    assert type(error(409, body, **headers)) is cls


@pytest.mark.parametrize(
    ("body", "message", "code", "kind"),
    [
        (b'{"error": "text"}', "text", None, "api_error"),
        (b'{"message": " flat ", "type": "t"}', "flat", None, "t"),
        (b'{"error": null, "message": "beside"}', "beside", None, "api_error"),
        (
            b'{"object":"error","message":"engine","type":"BadRequestError","param":null,"code":400}',
            "engine",
            400,
            "BadRequestError",
        ),
        (b'{"error":{"message":"m","code":400,"type":"B"}}', "m", 400, "B"),
        (b'{"detail": "Not authenticated"}', "Not authenticated", None, "api_error"),
        (b"FUNCTION_PAYLOAD_TOO_LARGE\n", "FUNCTION_PAYLOAD_TOO_LARGE", None, "api_error"),
        (
            b'{"error":{"message":"bad \\ud800 NaN","code":NaN}}',
            "bad \\ud800 NaN",
            None,
            "api_error",
        ),
        (b'\xef\xbb\xbf{"error":{"message":"BOM"}}', "BOM", None, "api_error"),
    ],
)
def test_generations_of_bodies(body: bytes, message: str, code: object, kind: str) -> None:
    """The message is found wherever this generation of gateway, edge or engine keeps it."""
    made = error(400, body)
    assert (made.message, made.code, made.type) == (message, code, kind)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"<html><body>502 Bad Gateway</body></html>",
        b"x" * 301,
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"17",
        b'"<b>"',
        b"{}",
        b'{"error": {}}',
        b'{"error": []}',
        b'{"error": {"message": ""}}',
        b'{"error": {"message": {"en": "m"}, "type": 7, "code": true, "param": []}}',
        b"[" * 100_000,
    ],
)
def test_unreadable_bodies(body: bytes) -> None:
    """A body that says nothing gives the generic message with the status, and no code."""
    made = error(500, body)
    if body != b"\xff\xfe\x00":
        assert made.message == "The gateway answered with status 500 and no readable error message."
    assert (made.status, made.type, made.code, made.param) == (500, "api_error", None, None)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html><head><title>502 Bad Gateway</title></head>", "502 Bad Gateway"),
        ("<!DOCTYPE html>\n<TITLE>\n 400 No required\n SSL </TITLE>", "400 No required SSL"),
        ("<title> </title>", None),
        ("<title>" + "x" * 301 + "</title>", None),
        ("<p>" + "x" * 5000 + "<title>late</title>", None),
        ("<title>cut", None),
    ],
)
def test_the_title_of_a_page(page: str, message: str | None) -> None:
    """A proxy tells what is wrong in its page's title; more of it is not repeated."""
    made = error(502, page.encode())
    generic = "The gateway answered with status 502 and no readable error message."
    assert made.message == (message or generic)
    assert "base_url" in error(301, page.encode()).message


def test_messages_of_statuses_without_a_body() -> None:
    """A redirect and a refused size explain themselves without a body."""
    assert "base_url" in error(308).message
    assert "larger" in error(413, b"<html>").message


def test_body_and_headers_are_kept() -> None:
    """The decoded body and every header value are there to look at; a long text is cut."""
    made = error_from_response(
        500,
        Headers([("Set-Cookie", "a"), ("set-cookie", "b"), ("X-RateLimit-Limit", "9")]),
        b'{"error": {"message": "m", "extra": [1]}}',
        REDACTOR,
    )
    assert made.body == {"error": {"message": "m", "extra": [1]}}
    assert made.headers["X-RateLimit-Limit"] == "9"
    assert made.headers.all("set-cookie") == ("a", "b")  # type: ignore[attr-defined]
    assert error(500, b"<p>" + b"x" * 9000).body == "<p>" + "x" * 3997


@pytest.mark.parametrize(
    ("members", "balance", "required", "url"),
    [
        (
            {"current_balance_cents": 3, "required_cents": 12, "topup_url": "https://b.example/t"},
            3,
            12,
            "https://b.example/t",
        ),
        ({"balance": "0.29", "required": 1.1}, 29, 110, None),
        ({"balance": 3, "required": -0.5}, 300, -50, None),
        ({"current_balance_cents": 0, "balance": "9.99"}, 0, None, None),
        ({"current_balance_cents": True, "required_cents": "12", "topup_url": 7}, None, None, None),
        ({"balance": True, "required": "much"}, None, None, None),
        ({"balance": "NaN", "required": "Infinity"}, None, None, None),
        ({"balance": "sNaN", "required": "9e999999"}, None, None, None),
        ({"balance": "-9e99999", "required": [1]}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_credits(
    members: dict[str, object], balance: int | None, required: int | None, url: str | None
) -> None:
    """Amounts come as cents or as dollars; what is no amount is not told. The text has none."""
    made = error(402, envelope(**members))
    got = (made.current_balance_cents, made.required_cents, made.topup_url)
    assert got == (balance, required, url)
    assert str(made) == "What the gateway says. (status 402)"


@pytest.mark.parametrize("status", [429, 503])
def test_paused_until(status: int) -> None:
    """A paused model tells when it is back."""
    body = envelope(code="hosted_model_paused", paused_until="2026-11-24T08:00:00Z")
    assert error(status, body).paused_until == "2026-11-24T08:00:00Z"
    assert error(status, envelope(code="hosted_model_paused", paused_until=7)).paused_until is None


@pytest.mark.parametrize(
    ("header", "body", "request_id"),
    [
        ("req_1", b'{"request_id": "req_2"}', "req_1"),
        (" ", b'{"request_id": "req_2"}', "req_2"),
        ("", b'{"request_id": 7}', None),
        ("", b'{"request_id": ""}', None),
        ("", b'["request_id"]', None),
    ],
)
def test_request_id(header: str, body: bytes, request_id: str | None) -> None:
    """The header names the request; without it the body may."""
    assert error(500, body, x_request_id=header).request_id == request_id


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_retry_after(status: int) -> None:
    """The hint is on every error that has one, uncapped, dates measured by the given clock."""
    assert error(status, retry_after="5000").retry_after_seconds == 5000.0
    date = "Mon, 23 Nov 2026 10:02:00 GMT"
    assert error(status, retry_after=date).retry_after_seconds == 120.0
    assert error(status).retry_after_seconds is None


def test_secrets_are_blanked_everywhere() -> None:
    """A gateway that echoes the key anywhere doesn't get it into any field or text."""
    body = envelope(
        message=f"Bad key {KEY}",
        type=f"t-{KEY}",
        code=f"c-{KEY}",
        param=f"p-{KEY}",
        topup_url=f"https://b.example/?k={KEY}",
        paused_until=f"u-{KEY}",
        **{f"x{KEY}": [KEY]},
    )
    for status in (400, 402, 500):
        made = error(status, body, x_request_id=f"r-{KEY}", x_echo=KEY)
        fields = [made.__dict__, dict(made.headers), str(made), repr(made), made.args]
        assert KEY not in repr(fields)
        assert made.request_id == f"r-{MARK}"
    paused = error(429, envelope(code="hosted_model_paused", paused_until=f"u-{KEY}"))
    assert paused.paused_until == f"u-{MARK}"


@pytest.mark.parametrize("before", range(1960, 2001, 3))
def test_cut_message_has_no_half_key(before: int) -> None:
    """Where a long message or text body is cut, no part of a key is left."""
    made = error(500, envelope(message="x" * before + KEY + "y" * 3000))
    assert "sk-ri" not in made.message
    assert 1900 < len(made.message) <= 2000
    text = error(500, b"x" * (before + 2000) + KEY.encode() + b"y" * 3000)
    assert "sk-ri" not in text.body


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["idempotency_conflict", "model_not_found", "400", "¹²³", "9e999999"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "error message type code param detail request_id balance required status "
                "current_balance_cents required_cents topup_url paused_until".split()
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)


@given(
    st.integers(100, 999),
    ANY_JSON.map(lambda value: json.dumps(value).encode()) | ANY_JSON | st.binary(max_size=200),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-request-id", "retry-after-ms"]), st.text(max_size=20)
    ),
)
def test_any_answer(status: int, body: object, headers: dict[str, str]) -> None:
    """Whatever a server sends becomes an APIStatusError with the right status and types."""
    made = error_from_response(status, Headers(headers.items()), body, REDACTOR)
    assert made.status == status
    assert made.message.strip()
    assert str(made).startswith(made.message)
    assert isinstance(made.type, str)
    assert made.code is None or type(made.code) in {str, int}
    assert made.param is None or isinstance(made.param, str)
    assert made.request_id is None or made.request_id.strip()
    assert made.retry_after_seconds is None or made.retry_after_seconds >= 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": 429}, 429),
        ({"code": "503"}, 503),
        ({"status": 404, "type": "server_error"}, 404),
        ({"status_code": 400}, 400),
        ({"error": {"code": "insufficient_credits"}}, 402),
        ({"type": "overloaded_error"}, 503),
        ({"type": "Rate_Limit_Error"}, 429),
        ({"code": "hosted_model_paused", "type": "api_error"}, 429),
        ({"type": "BadRequestError"}, 400),
        ({"code": "unheard_of", "type": "authentication_error"}, 401),
        ({"code": 200}, 500),
        ({"code": 600}, 500),
        ({"code": "999"}, 500),
        ({"code": "⁴⁰⁴"}, 500),
        ({"code": "٤٠٤"}, 500),
        ({"code": True}, 500),
        ({}, 500),
        ("text", 500),
        (None, 500),
    ],
)
def test_implied_status(body: object, status: int) -> None:
    """An error inside a 200 answer stands for the status that its code or type has elsewhere."""
    assert implied_status(body) == status


@given(ANY_JSON)
def test_any_implied_status(body: object) -> None:
    """Any body stands for some error status."""
    assert 400 <= implied_status(body) <= 599


@pytest.mark.parametrize(
    ("reason", "cls"),
    [
        ("dns", e.RunInfraConnectionError),
        ("refused", e.RunInfraConnectionError),
        ("unreachable", e.RunInfraConnectionError),
        ("tls_certificate", e.TLSError),
        ("tls_handshake", e.TLSError),
        ("proxy", e.RunInfraConnectionError),
        ("reset", e.RunInfraConnectionError),
        ("closed", e.RunInfraConnectionError),
        ("truncated", e.RunInfraConnectionError),
        ("protocol", e.RunInfraConnectionError),
        ("encoding", e.RunInfraConnectionError),
        ("connect_timeout", e.ConnectTimeoutError),
        ("pool_timeout", e.ConnectTimeoutError),
        ("write_timeout", e.ReadTimeoutError),
        ("read_timeout", e.ReadTimeoutError),
        ("deadline", e.DeadlineExceededError),
        ("client_closed", e.RunInfraConnectionError),
    ],
)
@pytest.mark.parametrize(("sent", "phase"), [(True, "outcome_unknown"), (False, "never_sent")])
def test_lost_attempt(
    reason: FailureReason, cls: type[e.RunInfraConnectionError], sent: bool, phase: str
) -> None:
    """Each way of losing an attempt has its class; whether it was sent decides the phase."""
    made = error_from_failure(TransportFailure(reason, f"Lost {KEY}.", sent=sent), REDACTOR)
    assert (type(made), made.phase, made.outcome_unknown) == (cls, phase, sent)
    assert made.reason == reason
    assert (made.message, made.status) == (f"Lost {MARK}.", 0)
    assert made.type == (
        "timeout_error" if "Timeout" in cls.__name__ or reason == "deadline" else "connection_error"
    )
