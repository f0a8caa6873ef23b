"""Signatures of webhooks: the header, its grammar, and the HMAC."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import time
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, cast

from ..errors import WebhookVerificationError

WebhookFailure = Literal[
    "bad_secret",  # the secret is not a non-blank string
    "bad_tolerance",  # not a finite number of at least 0
    "bad_clock",  # `now` is not a finite number of at least 0
    "bad_payload",  # not text or bytes
    "bad_header",  # not a string, or too long
    "no_timestamp",
    "bad_timestamp",
    "no_signature",
    "expired",  # outside the tolerance, in either direction
    "no_match",
    "not_json",
    "not_an_object",
    "replayed",  # this event was taken before
]

HEADER: Final = "RunInfra-Signature"
TOLERANCE_SECONDS: Final = 300.0
_HEADER_LIMIT: Final = 8192  # characters
_TIMESTAMP = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_USUAL = re.compile(r"t=([0-9]{1,15}),v1=([0-9a-f]{64})\Z", re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]{64}\Z", re.ASCII)

Payload = str | bytes | bytearray | memoryview
Secrets = str | Sequence[str]
Clock = float | Callable[[], float] | None


class Signed(NamedTuple):
    """What a signature covers: all that a header says besides is not to be relied on.

    Attributes:
        body: the raw payload.
        timestamp: Unix time in whole seconds.
    """

    body: bytes
    timestamp: int

    def digest(self) -> str:
        """Names this delivery, however its header was written."""
        return hashlib.sha256(b"%d." % self.timestamp + self.body).hexdigest()


def refusal(reason: WebhookFailure, message: str) -> WebhookVerificationError:
    """The error; it never shows the secret or the payload."""
    return WebhookVerificationError(message, reason=reason)


def sign(*, payload: Payload, secret: str, timestamp: int) -> str:
    """The signature of a payload, as lower-case hexadecimal, for tests of your own handlers.

    Args:
        payload: the raw body.
        secret: exactly as it was given to you, also with spaces or a prefix.
        timestamp: Unix time in whole seconds.

    Raises:
        WebhookVerificationError: an argument is of the wrong kind.
    """
    (checked,) = checked_secrets(secret)
    return _digest(checked, timestamp, payload_bytes(payload))


def signature_header(*, payload: Payload, secret: str, timestamp: int | None = None) -> str:
    """The ``RunInfra-Signature`` header for a payload, for tests of your own handlers.

    Args:
        payload: the raw body.
        secret: exactly as it was given to you.
        timestamp: Unix time in whole seconds; now if left out.

    Raises:
        WebhookVerificationError: an argument is of the wrong kind.
    """
    moment = int(time.time()) if timestamp is None else timestamp
    return f"t={moment},v1={sign(payload=payload, secret=secret, timestamp=moment)}"


def verify(
    *,
    payload: object,
    signature_header: object,
    secret: object,
    tolerance_seconds: object = TOLERANCE_SECONDS,
    now: object = None,
) -> Signed:
    """Check a signature; what was signed.

    Raises:
        WebhookVerificationError: with the ``reason``.
    """
    secrets = checked_secrets(secret)
    tolerance = _number(tolerance_seconds, "bad_tolerance", "tolerance_seconds")
    timestamp, signatures = _parse(signature_header)
    moment = time.time() if now is None else _number(_read(now), "bad_clock", "now")
    if abs(moment - timestamp) > tolerance:
        raise refusal("expired", "The webhook's timestamp is outside of the tolerance.")
    body = payload_bytes(payload)
    matched = False
    # Every pair is compared, in constant time each, so that timing tells nothing.
    for one in secrets:
        expected = _digest(one, timestamp, body)
        for signature in signatures:
            matched |= hmac.compare_digest(expected, signature)
    if not matched:
        raise refusal("no_match", "No signature of the webhook matches; is the body the raw one?")
    return Signed(body, timestamp)


def checked_secrets(secret: object) -> tuple[str, ...]:
    """The secrets: one, or several while one is being replaced."""
    if isinstance(secret, str) and secret.strip():
        return (secret,)
    several = isinstance(secret, list | tuple)
    candidates = cast("Sequence[object]", secret) if several else (secret,)
    if not candidates:
        raise refusal("bad_secret", "secret: expected at least one")
    checked: list[str] = []
    for one in candidates:
        if not isinstance(one, str) or not one.strip():
            raise refusal("bad_secret", "secret: expected a non-blank string, or several of them")
        checked.append(one)
    return tuple(checked)


def payload_bytes(payload: object) -> bytes:
    """The raw body as bytes."""
    if type(payload) is bytes:
        return payload
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogatepass")
    if isinstance(payload, bytes | bytearray):
        return bytes(payload)
    if isinstance(payload, memoryview):
        return payload.tobytes()
    raise refusal("bad_payload", "payload: expected the raw body as str or bytes")


def _digest(secret: str, timestamp: int, body: bytes) -> str:
    message = b"%d." % timestamp + body
    # In one call of OpenSSL: the objects of `hmac.new` cost more than the hashing.
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), message, "sha256").hex()


def _parse(header: object) -> tuple[int, list[str]]:
    # As the gateway writes it; every other lawful form is taken apart below.
    usual = _USUAL.match(header) if isinstance(header, str) else None
    if usual is not None:
        return int(usual[1]), [usual[2]]
    if not isinstance(header, str) or len(header) > _HEADER_LIMIT:
        raise refusal("bad_header", f"The {HEADER} header is missing, not text, or too long.")
    timestamp: str | None = None
    signatures: list[str] = []
    versioned = False
    for part in header.split(","):
        key, _, value = part.partition("=")
        name, text = key.strip(), value.strip()
        if name == "t":
            timestamp = text  # the last one counts
        elif name == "v1":
            versioned = True
            # What is not a SHA-256 in hexadecimal can't match, and non-ASCII can't be compared.
            if _HEX.match(text):
                signatures.append(text.lower())
    if timestamp is None:
        raise refusal("no_timestamp", f"The {HEADER} header has no timestamp.")
    if not _TIMESTAMP.match(timestamp):
        raise refusal("bad_timestamp", f"The timestamp of the {HEADER} header is not a number.")
    if not versioned:
        raise refusal("no_signature", f"The {HEADER} header has no v1 signature.")
    return int(timestamp), signatures


def _read(now: object) -> object:
    if not callable(now):
        return now
    try:
        return now()
    except Exception:  # noqa: BLE001 - the promise is that only one error leaves
        return None


def _number(value: object, reason: WebhookFailure, name: str) -> float:
    if type(value) is float and 0 <= value < math.inf:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(reason, f"{name}: expected a finite number of at least 0")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number < 0:
        raise refusal(reason, f"{name}: expected a finite number of at least 0")
    return number
