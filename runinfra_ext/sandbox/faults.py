"""Named faults: what can go wrong on the way, on demand and always alike.

A request asks for one by the header ``X-Sandbox-Fault: name[:argument]``, or by the model name
``fault/name[:argument]``; ``gateway.script(...)`` queues them for the next requests. With ``*N`` at
the end only the first N attempts of a call have it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .limits import paused
from .outcomes import Refused

HEADER: Final = "x-sandbox-fault"
MODEL_PREFIX: Final = "fault/"


class Fault(NamedTuple):
    """A fault that was asked for."""

    name: str
    argument: str

    def number(self, default: int) -> int:
        """The argument as a number."""
        return int(self.argument) if self.argument.isdigit() else default


# Name -> what it does. The table of the documentation is made from this one.
NAMES: Final[Mapping[str, str]] = {
    "status": "answer with this status and the gateway's usual body: `status:503`; or just `503`",
    "html": "answer with this status (200) and a web page",
    "empty": "answer with this status (200) and an empty body",
    "garbage": "answer with this status (502) and bytes that are not UTF-8",
    "json-error": "answer 200 with a JSON error body",
    "retry-after": "429 with this `Retry-After`",
    "retry-after-ms": "429 with this `Retry-After-Ms`",
    "no-retry": "503 with `x-should-retry: false`",
    "quota": "429 `insufficient_quota`",
    "paused": "429 `hosted_model_paused` with `paused_until`",
    "in-progress": "409: the first request with this key still runs",
    "replay-unavailable": "422: done and charged, the reply was not kept",
    "mislabelled": "a JSON error body, labelled as this media type (`audio/mpeg`)",
    "redirect": "307 to this URL",
    "never-answer": "accept the request and say nothing",
    "reset": "reset the connection instead of answering",
    "lost": "do the work, charge it, and drop the connection",
    "cut-body": "close in the middle of a chunked body",
    "short-body": "close before `Content-Length` is reached",
    "no-length": "a body without a length, which ends with the connection",
    "cut-no-length": "the same, cut in the middle; only TLS can tell",
    "pieces": "a whole answer in pieces of N bytes (1); over TLS a record each",
    "hang-up": "answer well, then close the connection without having said so",
    "drip-headers": "one byte of the headers every 50 ms, for ever",
    "drip-body": "headers at once, then one byte of the body every 50 ms",
    "truncate": "end the stream cleanly after N events (2), without its marker",
    "half-event": "end the stream cleanly in the middle of an event, after N events (2)",
    "cut-stream": "close the stream in the middle of a chunk after N events (2)",
    "stall": "say nothing after N events (2), and stay connected",
    "heartbeats": "after N events (1) send comments only, every 20 ms",
    "error-first": "an error object with this code (`overloaded`) instead of the first event",
    "error-after": "an error object after N events (2)",
    "malformed": "bad JSON after N events (2)",
    "torture": "one byte a packet, mixed line ends, a byte order mark, comments",
    "unknown-events": "events, fields and finish reasons that nobody knows, and one after the end",
    "big-event": "an event of N bytes (1048576)",
    "bad-index": "tool calls of a chat with null, repeated and interleaved indexes",
}


_STATUSES: Final = frozenset({"status", "html", "garbage", "empty"})
_BODILESS: Final = frozenset({204, 304})
_COUNTS: Final = frozenset(
    {"pieces", "truncate", "half-event", "cut-stream", "stall", "heartbeats", "error-after"}
    | {"malformed", "big-event"}
)


def parse(text: str | None) -> Fault | None:
    """The fault that a text names.

    Raises:
        Refused: there is no such fault.
    """
    if not text:
        return None
    name, _, argument = text.partition(":")
    if name.isdigit():
        name, argument = "status", name
    problem = _problem(name, argument)
    if problem is not None:
        raise Refused(400, problem, code="unknown_fault")
    return Fault(name, argument)


def check(text: object) -> str:
    """A fault for the script, or ``ok``.

    Raises:
        ValueError: there is no such fault.
    """
    if not isinstance(text, str) or not text:
        msg = f"expected the name of a fault, or 'ok', got {text!r}"
        raise ValueError(msg)
    if text != "ok":
        try:
            parse(text)
        except Refused as refused:
            raise ValueError(str(refused)) from refused
    return text


def _problem(name: str, argument: str) -> str | None:
    """What is wrong with a fault and its argument."""
    if name not in NAMES:
        return f"No such fault: {name}. Known: {', '.join(NAMES)}"
    if not argument.isprintable() or not argument.isascii():
        return f"{name}: expected printable ASCII after the colon, got {argument!r}"
    if not argument or name not in _STATUSES | _COUNTS:
        return None
    if not argument.isdigit():
        return f"{name}: expected a number after the colon, got {argument!r}"
    if name in _STATUSES:
        if not 200 <= int(argument) <= 599:
            return f"{name}: expected a status from 200 to 599, got {argument}"
        if int(argument) in _BODILESS and name != "empty":
            return f"{name}: an answer with status {argument} has no body"
    return None


_STATUS_BODIES: Final[Mapping[int, tuple[str, str, str | None]]] = {
    400: ("This deployment does not support it.", "invalid_request_error", "unsupported_parameter"),
    401: ("The API key is not valid.", "auth_error", "auth_error"),
    402: ("Not enough credit for this call.", "insufficient_credits", "insufficient_credits"),
    403: ("The plan's spend cap is reached.", "permission_denied", "plan_limit_exceeded"),
    404: ("Unknown model id for this workspace.", "model_not_found", "model_not_found"),
    409: ("The deployment is not verified.", "deployment_error", None),
    422: ("It can't be processed safely.", "validation_error", None),
    429: ("Rate limit reached.", "rate_limit_error", "rate_limit_exceeded"),
    500: ("Unexpected gateway error.", "api_error", "internal_error"),
    503: ("The deployment is starting.", "api_error", "service_unavailable"),
}


def refusal(fault: Fault) -> Refused | None:
    """The answer of a fault that is just an error answer."""
    if fault.name == "status":
        status = fault.number(500)
        message, kind, code = _STATUS_BODIES.get(status, ("It failed.", "api_error", None))
        fields: dict[str, Any] = {}
        if status == 402:
            fields = {
                "current_balance_cents": 3,
                "required_cents": 12,
                "topup_url": "https://billing.example/topup",
            }
        return Refused(status, message, kind, code=code, **fields)
    if fault.name in {"retry-after", "retry-after-ms"}:
        message, kind, code = _STATUS_BODIES[429]
        return Refused(429, message, kind, code=code, headers={fault.name: fault.argument})
    if fault.name == "no-retry":
        headers = {"x-should-retry": "false"}
        return Refused(503, "Don't come back.", "api_error", headers=headers)
    if fault.name == "quota":
        return Refused(429, "The quota is used up.", "rate_limit_error", code="insufficient_quota")
    if fault.name == "paused":
        return paused(time.time())
    if fault.name == "in-progress":
        return in_progress()
    if fault.name == "replay-unavailable":
        return replay_unavailable()
    return None


def unexpected() -> Refused:
    """Something went wrong inside."""
    message, kind, code = _STATUS_BODIES[500]
    return Refused(500, message, kind, code=code)


def in_progress() -> Refused:
    """The first request with this key still runs."""
    return Refused(
        409, "A request with this Idempotency-Key is still running.", code="idempotency_conflict"
    )


def reused() -> Refused:
    """The key was used with another body."""
    return Refused(
        409, "This Idempotency-Key was used with a different body.", code="idempotency_conflict"
    )


def replay_unavailable() -> Refused:
    """Done and charged, but not kept."""
    return Refused(
        422,
        "The stored result is too large to replay.",
        code="idempotency_replay_unavailable",
    )


def stream_error(code: str) -> str:
    """An error object as a stream sends it."""
    body = {"error": {"message": "It failed in the middle.", "type": code, "code": code}}
    return f"data: {json.dumps(body)}\n\n"


def odd_indexes(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of a stream with two tool calls whose indexes are a mess."""
    head = {key: value for key, value in events[0].items() if key != "choices"}

    def chunk(calls: list[dict[str, Any]], reason: str | None = None) -> dict[str, Any]:
        delta: dict[str, Any] = {"tool_calls": calls} if calls else {}
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    def call(index: int | None, name: str | None, arguments: str, own_id: str | None) -> Any:
        function = {"name": name, "arguments": arguments}
        return {"index": index, "id": own_id, "type": "function", "function": function}

    return [
        chunk([call(None, "first", '{"a"', "call_a")]),
        chunk([call(None, None, ":1}", None)]),
        chunk([call(7, "second", '{"b"', "call_b")]),
        chunk([call(7, None, ":2}", "call_b")]),
        chunk([call(7, "third", "{}", "call_c")]),
        chunk([], "tool_calls"),
    ]
