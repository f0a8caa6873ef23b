"""Options of the sockets, pools and TLS contexts that this package opens by itself."""

from __future__ import annotations

import functools
import re
import select
import socket
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl

# httpx's 100 connections and 5 s of keep-alive suit a browser, not a service that holds a few
# hundred streams open and pauses for half a minute between bursts.
MAX_CONNECTIONS: Final = 1_000
MAX_IDLE_CONNECTIONS: Final = 200
IDLE_SECONDS: Final = 60.0

_PLAIN: Final = re.compile(r"[A-Za-z0-9:/?\[\].~_%!$&'()*+,;=@-]+")


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


@functools.cache
def tls_context() -> ssl.SSLContext:
    """One TLS context for all clients of the process: loading the CA bundle takes 20 ms."""
    import httpx  # noqa: PLC0415 - at the first request over TLS, not at import

    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def has_proxies() -> bool:
    """Whether the environment or the system names proxies for HTTP."""
    import urllib.request  # noqa: PLC0415 - at the first request, not at import

    return not {"http", "https", "all"}.isdisjoint(urllib.request.getproxies())


def is_readable(sock: socket.socket) -> bool:
    """Whether a socket has bytes to read, or its peer has closed, without waiting."""
    try:
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(sock.fileno(), select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([sock.fileno()], [], [], 0)[0])  # Windows
    except (OSError, ValueError):
        return True  # closed: no further use, as if the peer had gone


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
