"""What every error carries, as types; :class:`~runinfra_ext.errors.RunInfraError` explains it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypedDict

Phase = Literal["never_sent", "refused", "outcome_unknown"]
"""How far a failed attempt got.

``never_sent``: no byte left, so nothing ran. ``refused``: the gateway answered that it did not run
the request. ``outcome_unknown``: it may have run, and been charged.
"""


class FailedAttempt(NamedTuple):
    """One attempt of a call that failed.

    Attributes:
        number: 1 for the first attempt.
        phase: how far it got.
        error: class name of the error that it would have raised alone.
        message: what happened, redacted.
        status: HTTP status, 0 without an answer.
        request_id: the gateway's id of the attempt, if it answered.
        elapsed: seconds that the attempt took.
    """

    number: int
    phase: Phase
    error: str
    message: str
    status: int
    request_id: str | None
    elapsed: float


class ErrorFields(TypedDict, total=False):
    """Keyword arguments of every error class; see :class:`RunInfraError` for their meaning."""

    status: int
    type: str
    code: str | int | None
    param: str | None
    request_id: str | None
    client_request_id: str | None
    idempotency_key: str | None
    operation: str | None
    attempts: int
    failures: tuple[FailedAttempt, ...]
    phase: Phase | None
    reason: str | None
    outcome_unknown: bool
    gave_up: str | None
    retry_after_seconds: float | None
    body: object
    headers: Mapping[str, str]
    partial: Any
    event_count: int
