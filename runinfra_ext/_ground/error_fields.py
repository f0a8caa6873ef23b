"""What every error carries, as types; :class:`~runinfra_ext.errors.RunInfraError` explains it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from runinfra_client.meta import FailedAttempt, Meta, Phase

__all__ = ["ErrorFields", "FailedAttempt", "Phase", "fields_of_call"]


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


def fields_of_call(meta: Meta) -> ErrorFields:
    """What an error that is found in an answer knows of the call."""
    return {
        "operation": meta.operation,
        "client_request_id": meta.client_request_id,
        "idempotency_key": meta.idempotency_key,
        "attempts": meta.attempts,
        "failures": meta.failures,
    }
