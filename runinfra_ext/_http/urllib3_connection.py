"""urllib3's connection over a wire of ours: how it is opened, and one request and answer on it.

Promises: a request leaves in as few writes as it can; an answer that comes before the end of the
request is that answer; the connection is used again only after a request and an answer that were
both complete, with nothing behind them.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection as PlainConnection
from http.client import HTTPException
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from urllib3.connection import HTTPConnection

from .._ground.redaction import HiddenBytes
from .._ground.wire import FailureReason, TransportFailure
from .failures import proxy_refusal
from .heads import Unframed
from .options import tls_context
from .urllib3_connect import Route, connect_over_socks, connect_to_first
from .urllib3_framing import Body, CutHead, EarlyAnswer, body_of, is_kept
from .urllib3_wire import Wire

if TYPE_CHECKING:
    import socket
    import ssl

    from .options import Target
    from .proxies import Proxy
    from .urllib3_clock import Clock

_FOLD: Final = re.compile(r"[ \t]*\r?\n[ \t]+")
# What can be wrong with a proxy; clocks and closed clients speak for themselves.
_THE_PROXYS: Final[frozenset[FailureReason]] = frozenset(
    {"dns", "refused", "unreachable", "reset", "closed", "tls_certificate", "tls_handshake"}
)


class Received(NamedTuple):
    """The head of an answer, and what has come behind it."""

    status: int
    headers: list[tuple[str, str]]
    body: Body
    data: bytes


class Connection(HTTPConnection):
    """A connection; it serves one exchange at a time.

    Args:
        wire: its bytes.
        route: where it leads.
        context: makes TLS for https.
    """

    def __init__(self, wire: Wire, route: Route, context: ssl.SSLContext | None) -> None:
        proxy = None if route.proxy is None or route.proxy.is_socks else route.proxy
        host, port = (route.host, route.port) if proxy is None else (proxy.host, proxy.port)
        super().__init__(host, port)
        self.wire = wire
        self.route = route
        self._context = context
        self._own: ssl.SSLContext | None = None
        self._peer = (host, port)
        self._complete = False

    def is_usable(self, idle_seconds: float) -> bool:
        """Whether an idle connection may be used again: neither too old nor left by the peer."""
        since = self.wire.idle_since
        if since is None or time.monotonic() - since > idle_seconds:
            return False
        return self.wire.is_quiet()

    def open(self, clock: Clock, own: ssl.SSLContext | None = None) -> None:
        """Connect: the lookup of the name, all addresses, the proxy and TLS within one limit.

        Args:
            clock: of the attempt.
            own: the application's own context, which a proxy's TLS is held to as well.

        Raises:
            TransportFailure: it was not possible; nothing was sent.
        """
        clock.stage("connect_timeout", whole=clock.limits.timeout.connect)
        self.wire.clock = clock
        self._own = own
        proxy = self.route.proxy
        if proxy is None or proxy.is_socks:
            self.connect()
        else:
            try:
                self._connect_through_proxy()
            except TransportFailure as error:
                if error.reason not in _THE_PROXYS:
                    raise
                words = error.message.partition(": ")[2].rstrip(".")
                detail = ", ".join(filter(None, [proxy.url, error.reason.replace("_", " "), words]))
                raise clock.failure("proxy", detail=detail) from error
        if self.wire.take_rest():
            raise clock.failure("proxy", detail="it spoke when it was not asked")
        if self._context is not None:
            self.wire.secure(self._context, self.route.host.rstrip(".").partition("%")[0])

    def ask(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        clock: Clock,
    ) -> None:
        """Send a request, unless an answer comes before the end of it.

        Raises:
            TransportFailure: it took too long.
        """
        wire, proxy = self.wire, self.route.proxy
        wire.clock = clock
        clock.stage("write_timeout", each=clock.limits.timeout.write)
        fields = {"host": target.authority}
        fields.update(item for item in headers.items() if type(item[1]) is str)
        path = target.path
        further: Iterable[tuple[str, str]] = ()
        if self.route.is_forwarded and proxy is not None:
            path = f"http://{target.authority}{path}"
            further = _authorization(proxy)
        wire.begin(_secret_lines([*headers.items(), *further]))
        self.wire.idle_since = None
        self._complete = False
        with contextlib.suppress(EarlyAnswer):
            self.request(method, path, body=content, headers=fields)
            wire.flush()
            self._complete = True

    def answer(self, method: str, clock: Clock) -> Received:
        """Wait for the head of the answer.

        Raises:
            TransportFailure: no answer.
        """
        wire = self.wire
        wire.answering()
        clock.stage("read_timeout", each=clock.limits.timeout.read)
        try:
            # urllib3's own is for its own answers, and lenient.
            response = PlainConnection.getresponse(self)
            response.close()
            pairs = [(name, _text(value)) for name, value in response.getheaders()]
            body = body_of(
                method,
                response.status,
                response.version,
                pairs,
                defects=bool(response.headers.defects),
            )
            self._complete = (
                self._complete and not response.will_close and is_kept(response.version, pairs)
            )
            return Received(response.status, pairs, body, wire.take_rest())
        except (CutHead, Unframed, HTTPException) as error:
            reason: FailureReason = "protocol"
            if isinstance(error, CutHead):
                reason = "truncated" if error.begun else "closed"
            stale = wire.reused and not wire.heard
            raise clock.failure(reason, stale=stale) from error

    def finish(self, body: Body) -> bool:
        """End the exchange; whether the connection can be used for another one."""
        if not self._complete or not body.over or body.surplus or body.until_close:
            return False
        self.wire.reused = True
        self.wire.idle_since = time.monotonic()
        return True

    def _connect_through_proxy(self) -> None:
        """Connect to the proxy, and through it to the host."""
        if self.route.scheme == "https":
            name = f"{_bracketed(self.route.host)}:{self.route.port}"
            self.set_tunnel(self.route.host, self.route.port, {"Host": name})
        try:
            self.connect()
        except CutHead as error:
            raise self._refused("it closed the connection") from error
        except (Unframed, HTTPException) as error:
            raise self._refused("it does not speak HTTP/1.1") from error
        except OSError as error:
            head = self.wire.head
            status = 200 if head is None else head.status
            if not str(error).startswith("Tunnel connection failed") or status in {0, 200}:
                raise
            raise self._refused(proxy_refusal(status)) from error

    def _refused(self, detail: str) -> TransportFailure:
        """The failure of a proxy that answered."""
        return self.wire.clock.failure("proxy", detail=detail)

    def _new_conn(self) -> socket.socket:
        # urllib3's own hook, which its connections through SOCKS override too.
        wire, proxy = self.wire, self.route.proxy
        if proxy is not None and proxy.is_socks:
            wire.connected(connect_over_socks(wire, self.route, proxy))
        else:
            wire.connected(connect_to_first(wire, *self._peer))
        if proxy is not None and proxy.scheme == "https":
            wire.secure(self._own or tls_context(), proxy.host)
        if proxy is not None and self.proxy_is_tunneling:
            wire.credentials(_secret_lines(_authorization(proxy)))
        return cast("socket.socket", wire)


def _authorization(proxy: Proxy) -> tuple[tuple[str, str], ...]:
    value = proxy.authorization
    return () if value is None else (("Proxy-Authorization", value),)


def _secret_lines(headers: Iterable[tuple[str, str]]) -> HiddenBytes:
    """Those lines of a head that hold credentials, which are a kind of string of their own."""
    return HiddenBytes(
        b"".join(
            [
                f"{name}: {value}\r\n".encode("latin-1")
                for name, value in headers
                if type(value) is not str
            ]
        )
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _text(value: str) -> str:
    """A header's value: on one line, trimmed, and as UTF-8 if that is what it is."""
    if not value.isascii():
        with contextlib.suppress(UnicodeError):
            value = value.encode("latin-1").decode("utf-8")
    return (_FOLD.sub(" ", value) if "\n" in value else value).strip(" \t")
