"""The checks of the way to the host: proxy, name, connection, certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from . import advice
from .checks import Check
from .failures import NO_ANSWER

if TYPE_CHECKING:
    from .._http.probe import Certificate, Findings, Step

_NAMES: Final[dict[Step, str]] = {
    "lookup": "DNS",
    "connect": "TCP",
    "proxy": "proxy",
    "tls": "TLS",
}
_BY_REASON: Final = {
    "dns": advice.NAME,
    "refused": advice.DEAD,
    "unreachable": advice.UNREACHABLE,
    "connect_timeout": advice.UNREACHABLE,
    "proxy": advice.PROXY,
    "tls_certificate": advice.CERTIFICATE,
    "tls_handshake": advice.HANDSHAKE,
    "read_timeout": advice.SILENT,
    "write_timeout": advice.SILENT,
    "deadline": advice.SILENT,
}
_SOON: Final = 14  # days


def by_reason(reason: str | None, detail: str) -> advice.Advice:
    """What to do about a failure of the network.

    Args:
        reason: as the SDK tells it.
        detail: the message, which says what is wrong with a certificate.
    """
    if reason == "tls_certificate" and "another host" in detail:
        return advice.OTHER_HOST
    if reason == "tls_certificate" and ("expired" in detail or "not valid yet" in detail):
        return advice.EXPIRED
    return _BY_REASON.get(reason or "", advice.BROKEN)


def checks(found: Findings, *, is_tls: bool) -> Iterator[Check]:
    """What the probe has found, step by step, up to the one that failed."""
    if found.proxy is None:
        yield Check("proxy", "ok", "none")
    elif found.failed is None:
        yield Check("proxy", "ok", f"{found.proxy}, from {found.proxy_source}")
    whose = f"{found.host}:{found.port}" if found.proxy is None else f"the proxy {found.proxy}"
    if found.addresses:
        yield Check("DNS", "ok", f"{', '.join(found.addresses[:4])}, {_ms(found, 'lookup')}")
    if found.address is not None:
        yield Check("TCP", "ok", f"{whose} at {found.address}, {_ms(found, 'connect')}")
    if found.failed is not None and found.failure is not None:
        message = str(found.failure)
        reason = found.failure.reason
        name = _NAMES[found.failed]
        if found.proxy is not None and found.failed in {"lookup", "connect", "proxy"}:
            # What failed on the way to the proxy is the proxy's, whatever the gateway does.
            name, reason = "proxy", "proxy"
            message = f"{found.proxy}, from {found.proxy_source}: {message}"
        if found.certificate is not None:
            message = f"{message} It shows: {_shown(found.certificate)}"
        yield Check(name, "fail", message, *by_reason(reason, message), code=NO_ANSWER)
        return
    if not is_tls:
        yield Check("TLS", "skip", "none: plain http to this machine")
    elif found.certificate is not None:
        yield _tls(found, found.certificate)


def _tls(found: Findings, certificate: Certificate) -> Check:
    days = (certificate.not_after - datetime.now(UTC)).days
    detail = f"{found.tls_version}, {_shown(certificate)}, {_ms(found, 'tls')}"
    if days < _SOON:
        return Check("TLS", "warn", f"{detail}; {days} days left", *advice.EXPIRES_SOON)
    return Check("TLS", "ok", detail)


def _shown(certificate: Certificate) -> str:
    names = ", ".join(certificate.names[:3]) or certificate.subject
    more = f" and {len(certificate.names) - 3} more" if len(certificate.names) > 3 else ""
    signed = " < ".join(certificate.issuers) or "itself"
    return f"for {names}{more}, signed by {signed}, until {certificate.not_after:%Y-%m-%d}"


def _ms(found: Findings, step: Step) -> str:
    return f"{found.seconds.get(step, 0.0) * 1000:.0f} ms"


def as_dict(found: Findings) -> dict[str, Any]:
    """The findings for the report."""
    facts = asdict(replace(found, failure=None))
    facts["failure"] = None if found.failure is None else str(found.failure)
    facts["reason"] = None if found.failure is None else found.failure.reason
    if found.certificate is not None:
        for name in ("not_before", "not_after"):
            facts["certificate"][name] = getattr(found.certificate, name).isoformat()
    facts["seconds"] = {step: round(value, 6) for step, value in found.seconds.items()}
    return facts
