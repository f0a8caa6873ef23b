"""What is wrong with a TLS connection, in words that say what to do about it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from .failures import failure

if TYPE_CHECKING:
    from .._ground.wire import TransportFailure

_UNKNOWN: Final = "it is of an unknown authority"
_OTHER_HOST: Final = "it is for another host"

# OpenSSL's codes of verification (X509_V_ERR_...).
_VERIFICATION: Final[dict[int, str]] = {
    9: "it is not valid yet",
    10: "it has expired",
    18: f"{_UNKNOWN} (self-signed)",
    19: f"{_UNKNOWN} (self-signed in its chain)",
    20: _UNKNOWN,
    21: _UNKNOWN,
    23: "it was revoked",
    62: _OTHER_HOST,
    64: _OTHER_HOST,
}
_OURS: Final = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it asks for a client certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "it refuses the client certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the client certificate has expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "the client certificate was revoked",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "it refuses the client certificate",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "it refuses the client certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "it does not know the client certificate's authority",
    "TLSV1_ALERT_ACCESS_DENIED": "it refuses the client certificate",
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "HTTP_REQUEST": "it does not speak TLS on this port",
    "RECORD_LAYER_FAILURE": "it does not speak TLS on this port",
}
# Said in a handshake alone: what comes later might come from behind it.
_OF_BOTH: Final = {
    "SSLV3_ALERT_HANDSHAKE_FAILURE": (
        "no cipher is common to both, or it asks for a client certificate"
    ),
    "TLSV1_ALERT_PROTOCOL_VERSION": "no version of TLS is common to both",
}


def tls_failure(error: Exception, *, host: str) -> TransportFailure:
    """The failure for an error of TLS. Nothing was done: no server acts before the handshake.

    Args:
        error: an ``ssl.SSLError``, an ``ssl.CertificateError``, or how a handshake broke off.
        host: whom it was with.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        words = _VERIFICATION.get(getattr(error, "verify_code", 0))
        words = words or str(getattr(error, "verify_message", "") or "it can't be verified")
        return failure("tls_certificate", sent=False, host=host, detail=words.rstrip("."))
    reason = getattr(error, "reason", None) or ""
    detail = _OURS.get(reason) or _OF_BOTH.get(reason, reason.lower().replace("_", " "))
    return failure("tls_handshake", sent=False, host=host, detail=detail)


def is_refusal(error: BaseException | None) -> bool:
    """Whether a peer ended a connection because of our certificate.

    TLS 1.3 tells it only when the request has been written; the peer has not looked at it then.
    """
    reason = getattr(error, "reason", None)
    return isinstance(error, ssl.SSLError) and reason in _OURS and "ALERT" in str(reason)
