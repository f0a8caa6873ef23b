"""Webhooks: check that the gateway sent them, and read them. Local: nothing is sent.

Give the raw body, exactly as it came; parsing and writing it again changes bytes that are signed.
Only :class:`WebhookVerificationError` leaves these functions; its ``reason`` is machine-readable.
"""

from __future__ import annotations

from ._webhooks.events import (
    HEADER,
    Handling,
    InMemoryReplayStore,
    ReplayStore,
    WebhookEvent,
    WebhookFailure,
    Webhooks,
    construct_event,
    handle,
    sign,
    signature_header,
    verify_signature,
)

__all__ = [
    "HEADER",
    "Handling",
    "InMemoryReplayStore",
    "ReplayStore",
    "WebhookEvent",
    "WebhookFailure",
    "Webhooks",
    "construct_event",
    "handle",
    "sign",
    "signature_header",
    "verify_signature",
]
