"""Options of the sockets, pools and TLS contexts that this package opens by itself."""

from __future__ import annotations

import functools
import socket
import ssl
from typing import Final

# httpx's 100 connections and 5 s of keep-alive suit a browser, not a service that holds a few
# hundred streams open and pauses for half a minute between bursts.
MAX_CONNECTIONS: Final = 1_000
MAX_IDLE_CONNECTIONS: Final = 200
IDLE_SECONDS: Final = 60.0


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
    import httpx  # noqa: PLC0415 - at the first request, not at import

    return httpx.create_ssl_context()
