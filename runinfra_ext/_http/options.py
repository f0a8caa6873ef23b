"""Options of the sockets, pools and TLS contexts that this package opens by itself."""

from __future__ import annotations

import functools
import os
import re
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from .._call.urls import is_public
from .._ground import checks
from ..errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import ssl

# httpx's 100 connections and 5 s of keep-alive suit a browser, not a service that holds a few
# hundred streams open and pauses for half a minute between bursts.
MAX_CONNECTIONS: Final = 1_000
MAX_IDLE_CONNECTIONS: Final = 200
IDLE_SECONDS: Final = 60.0

# More connections of one client than a system has descriptors are a slip of the keyboard.
_MOST_CONNECTIONS: Final = 100_000

_PLAIN: Final = re.compile(r"[A-Za-z0-9:/?\[\].~_%!$&'()*+,;=@-]+")


class HTTPOptions(NamedTuple):
    """What a client was told about the network.

    Attributes:
        ssl_context: authorities to trust and certificates to show; certifi's by default.
        proxy: URL of a proxy for all requests; credentials in it are never shown.
        trust_env: whether the environment's proxies are heeded.
        max_connections: how many may be open at a time.
    """

    ssl_context: ssl.SSLContext | None = None
    proxy: str | None = None
    trust_env: bool = True
    max_connections: int = MAX_CONNECTIONS

    def __repr__(self) -> str:
        proxy = None if self.proxy is None else "[redacted]"
        return f"HTTPOptions(proxy={proxy!r}, max_connections={self.max_connections!r})"

    def check(self, *, given: bool) -> None:
        """Check the values before anything is sent.

        Args:
            given: the application brings a client of its own, which has all this already.

        Raises:
            ConfigurationError: a value is wrong, or can have no effect.
        """
        for name, value in self._asdict().items():
            if given and value != self._field_defaults[name]:
                msg = f"{name}: has no effect on an http_client of your own; set it there"
                raise ConfigurationError(msg, param=name)
        if self.ssl_context is not None:
            import ssl  # noqa: PLC0415 - 20 ms that a client over plain HTTP need not spend

            if not isinstance(self.ssl_context, ssl.SSLContext):
                kind = type(self.ssl_context).__name__
                msg = f"ssl_context: expected an ssl.SSLContext, got a value of type {kind}"
                raise ConfigurationError(msg, param="ssl_context")
        if self.proxy is not None:
            from .proxies import parse_proxy  # noqa: PLC0415 - its modules (base64, urllib.parse, ipaddress) are loaded where a proxy is named

            parse_proxy("proxy", self.proxy)
        checks.flag("trust_env", self.trust_env, error=ConfigurationError)
        count = checks.count(
            "max_connections", self.max_connections, minimum=1, error=ConfigurationError
        )
        if count > _MOST_CONNECTIONS:
            msg = f"max_connections: expected at most {_MOST_CONNECTIONS}, got {count}"
            raise ConfigurationError(msg, param="max_connections")


DEFAULTS: Final = HTTPOptions()


def socket_options() -> list[tuple[int, int, int]]:
    """TCP options: no Nagle delay, and keep-alive probes that find a dead peer in two minutes.

    Middleboxes forget silent connections after a few minutes; a long generation is silent.
    """
    options = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    ]
    # Names differ by platform; what is missing keeps the system's default.
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        number = getattr(socket, name, None)
        if number is not None:
            options.append((socket.IPPROTO_TCP, number, value))
    return options


def tls_context() -> ssl.SSLContext:
    """One TLS context for all clients of the process: loading the CA bundle takes 20 ms.

    Another one where the environment names other authorities than before, as in tests.
    """
    return _tls_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.lru_cache(maxsize=4)
def _tls_context(file: str | None, folder: str | None) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - at the first request over TLS, not at import

    import certifi  # noqa: PLC0415 - the same

    name, path = ("SSL_CERT_FILE", file) if file else ("SSL_CERT_DIR", folder)
    try:
        if name == "SSL_CERT_DIR" and path:
            # OpenSSL looks into a folder when it meets a certificate, and never says that there is
            # none.
            os.scandir(path).close()
            context = ssl.create_default_context(capath=path)
        else:
            context = ssl.create_default_context(cafile=path or certifi.where())
        context.set_alpn_protocols(["http/1.1"])
        return context
    except OSError as error:
        problem = error.strerror or "it holds no certificate"
        if isinstance(error, ssl.SSLError):
            problem = "it holds no certificate in PEM form"
        wanted = "a PEM file of certificates" if file else "a folder of certificates"
        msg = f"{name}: expected {wanted}, got {path!r}: {problem}"
        raise ConfigurationError(msg, param=name) from error


def check_public(address: str) -> None:
    """See that what a name was resolved to is an address of the internet.

    A URL that a server names could lead into the application's own network. It is looked at when
    the connection stands and before anything is sent, so a name that changes makes no difference.

    Raises:
        InvalidRequestError: it is a loopback, link-local or private address, or the like.
    """
    if is_public(address) is False:
        msg = (
            "image: its URL leads to an address of this machine or of a private network, which is "
            "fetched only where the gateway itself is in one"
        )
        raise InvalidRequestError(msg, param="image")


def are_inside(addresses: Iterable[str]) -> bool:
    """Whether what a name was resolved to are addresses of private networks only."""
    found = [is_public(address) for address in addresses]
    return bool(found) and not any(found)


class Target(NamedTuple):
    """What a URL means to a connection.

    Attributes:
        scheme: ``http`` or ``https``.
        host: name or address, without brackets.
        port: of the host.
        authority: value of the ``Host`` header.
        path: path of the URL with its query, encoded.
    """

    scheme: str
    host: str
    port: int
    authority: str
    path: str


@functools.lru_cache(maxsize=256)
def target_of(url: str) -> Target:
    """Take a URL apart; one with other than plain ASCII in it is normalised first."""
    if not _PLAIN.fullmatch(url):
        import httpx  # noqa: PLC0415 - knows international names; hardly ever needed

        url = str(httpx.URL(url))
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    default = 443 if scheme == "https" else 80
    port = parts.port or default
    name = f"[{host}]" if ":" in host else host
    authority = name if port == default else f"{name}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return Target(scheme, host, port, authority, (parts.path or "/") + query)
