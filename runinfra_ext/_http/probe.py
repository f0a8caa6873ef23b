"""The way to a host, step by step, for whoever wants to know where it ends.

It goes as a request of the blocking client goes: the same proxy, the same lookup, the same
authorities. Nothing is sent over the connection, and it is closed at once. The certificate of a
host is described even when it is refused; that connection is closed too, and no key was near it.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from .._ground.limits import Limits, Timeout
from .._ground.wire import TransportFailure
from .options import DEFAULTS, HTTPOptions, target_of, tls_context
from .proxies import Proxies
from .urllib3_clock import Clock
from .urllib3_connect import Route, connect_to_first
from .urllib3_connection import Connection
from .urllib3_lookup import addresses_of
from .urllib3_wire import Wire

if TYPE_CHECKING:
    from collections.abc import Generator

Step = Literal["lookup", "connect", "proxy", "tls"]

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which the ssl module has no name for.
_ANY_TIME: Final = 0x200000


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a host has shown.

    Attributes:
        subject: whom it is for.
        names: the hosts that it is for.
        issuers: who has signed it, and whoever signed theirs, as far as that is known.
        not_before: when it begins to be valid.
        not_after: when it expires.
    """

    subject: str
    names: tuple[str, ...]
    issuers: tuple[str, ...]
    not_before: datetime
    not_after: datetime


@dataclass(slots=True)
class Findings:
    """How far it went; what was not reached is ``None`` or empty.

    Attributes:
        host: of the URL.
        port: of the URL.
        proxy: URL of the proxy on the way, without credentials.
        proxy_source: the option or variable that names it.
        addresses: of the host, or of the proxy.
        address: the one that was reached.
        tls_version: for example ``TLSv1.3``.
        certificate: of the host, refused or not.
        seconds: that each step took.
        failed: the step that failed.
        failure: how.
    """

    host: str
    port: int
    proxy: str | None = None
    proxy_source: str | None = None
    addresses: list[str] = field(default_factory=list[str])
    address: str | None = None
    tls_version: str | None = None
    certificate: Certificate | None = None
    seconds: dict[Step, float] = field(default_factory=dict["Step", float])
    failed: Step | None = None
    failure: TransportFailure | None = None


def probe(url: str, *, options: HTTPOptions = DEFAULTS, seconds: float = 10.0) -> Findings:
    """Go the way to a URL's host.

    Args:
        url: http or https.
        options: what a client is told about the network.
        seconds: that each step may take.

    Raises:
        ConfigurationError: something is wrong with the proxy, or with the authorities that are set.
    """
    target = target_of(url)
    proxy = Proxies(options).proxy_for(target)
    route = Route(target.scheme, target.host, target.port, proxy)
    found = Findings(target.host, target.port)
    near = (target.host, target.port)
    if proxy is not None:
        found.proxy, found.proxy_source = proxy.url, proxy.source
        near = (proxy.host, proxy.port)
    context = None
    if target.scheme == "https":
        context = options.ssl_context or tls_context()
    clock = Clock(Limits(Timeout(seconds, seconds, seconds, seconds), None), route.label)
    step: Step = "lookup"
    try:
        with _timed(found, step):
            clock.stage("connect_timeout", whole=seconds)
            known = addresses_of(*near, clock)
            found.addresses = list(dict.fromkeys(str(one.address[0]) for one in known))
        step = "connect"
        with _timed(found, step):
            clock.stage("connect_timeout", whole=seconds)
            found.address = _reached(clock, near)
        if proxy is not None or context is not None:
            step = "proxy" if context is None else "tls"
            with _timed(found, step):
                _opened(route, context, options.ssl_context, clock, found)
    except TransportFailure as failure:
        found.failure = failure
        found.failed = "proxy" if failure.reason == "proxy" else step
        refused = failure.reason == "tls_certificate"
        if refused and context is not None:
            found.certificate = _refused_certificate(route, options.ssl_context, seconds)
    return found


@contextmanager
def _timed(found: Findings, step: Step) -> Generator[None, None, None]:
    begun = time.perf_counter()
    try:
        yield
    finally:
        found.seconds[step] = time.perf_counter() - begun


def _reached(clock: Clock, near: tuple[str, int]) -> str:
    wire = Wire()
    wire.clock = clock
    try:
        wire.connected(connect_to_first(wire, *near))
        return wire.peer_address()
    finally:
        wire.end()


def _opened(
    route: Route,
    context: ssl.SSLContext | None,
    own: ssl.SSLContext | None,
    clock: Clock,
    found: Findings,
) -> None:
    def look(tls: ssl.SSLObject) -> None:
        found.tls_version = tls.version()
        found.certificate = _certificate(tls.getpeercert() or {}, _issuers(tls))

    _looked_at(route, context, own, clock, look)


def _looked_at(
    route: Route,
    context: ssl.SSLContext | None,
    own: ssl.SSLContext | None,
    clock: Clock,
    look: Callable[[ssl.SSLObject], None],
) -> None:
    """Open a connection as the client does, look at its TLS, and close it."""
    connection = Connection(Wire(), route, context)
    try:
        connection.open(clock, own)
        tls = connection.wire._tls  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this room
        if tls is not None and context is not None:
            look(tls)
    finally:
        connection.wire.end()


def _refused_certificate(
    route: Route, own: ssl.SSLContext | None, seconds: float
) -> Certificate | None:
    """What is in a certificate that was refused; ``None`` if it can't be had."""
    clock = Clock(Limits(Timeout(seconds, seconds, seconds, seconds), None), route.label)
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    shown: list[bytes] = []

    def keep(tls: ssl.SSLObject) -> None:
        shown.append(tls.getpeercert(binary_form=True) or b"")

    described: list[Certificate] = []
    try:
        _looked_at(route, blind, own, clock, keep)
        # The ssl module describes only what it has verified: here the certificate is its own
        # authority, at any time, for any host.
        seeing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        seeing.check_hostname = False
        seeing.load_verify_locations(cadata=shown[0])
        seeing.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(_ANY_TIME)
        _looked_at(
            route,
            seeing,
            own,
            clock,
            lambda tls: described.append(_certificate(tls.getpeercert() or {}, ())),
        )
    except (TransportFailure, ssl.SSLError, ValueError, IndexError):
        return None  # the refusal itself says what is wrong
    return described[0] if described else None


def _certificate(shown: Mapping[str, Any], issuers: tuple[str, ...]) -> Certificate:
    names = [str(value) for kind, value in shown.get("subjectAltName", ()) if kind != "email"]
    issuer = _name(shown.get("issuer", ()))
    return Certificate(
        _name(shown.get("subject", ())),
        tuple(names),
        issuers or ((issuer,) if issuer else ()),
        _moment(shown.get("notBefore")),
        _moment(shown.get("notAfter")),
    )


def _issuers(tls: ssl.SSLObject) -> tuple[str, ...]:
    """Names of the authorities of the chain, where this Python tells the chain (from 3.13)."""
    chain: Any = getattr(tls, "get_verified_chain", None)
    if chain is None:
        return ()
    names: list[str] = []
    for encoded in chain()[1:]:
        store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        store.load_verify_locations(cadata=encoded)
        names += [_name(one.get("subject", ())) for one in store.get_ca_certs()]
    return tuple(names)


def _name(parts: Any) -> str:
    """The usual name in an X.500 one."""
    pairs = {key: value for part in parts for key, value in part}
    for key in ("commonName", "organizationalUnitName", "organizationName"):
        if key in pairs:
            return str(pairs[key])
    return ""


def _moment(text: str | None) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text or ""), UTC)
