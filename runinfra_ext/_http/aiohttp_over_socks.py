"""Connections of the async client through a SOCKS proxy, which aiohttp does not know.

The package that speaks SOCKS blocks, so it does so in a thread; what it gives is an open socket,
over which aiohttp's own protocol goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import socket
import ssl
from typing import TYPE_CHECKING, Any, Final

from aiohttp.client_proto import ResponseHandler

from .failures import failure
from .tls_failures import tls_failure

if TYPE_CHECKING:
    from .proxies import Proxy

_KINDS: Final = {"socks4": "SOCKS4", "socks5": "SOCKS5", "socks5h": "SOCKS5"}


async def connect_over_socks(
    proxy: Proxy,
    address: tuple[str, int],
    tls: ssl.SSLContext | None,
    host: str,
    limit: float | None,
) -> ResponseHandler:
    """A connection to an address, through a proxy.

    Args:
        proxy: the proxy.
        address: host and port.
        tls: for a host that is spoken to with TLS.
        host: the same host in words, for errors.
        limit: seconds after which the thread gives up, besides a cancellation.

    Raises:
        TransportFailure: the name was not found, or the proxy or the host's TLS refuses.
        ConfigurationError: the package that speaks SOCKS is not installed.
    """
    proxy.require("socks")
    loop = asyncio.get_running_loop()
    name, port = address
    if proxy.scheme != "socks5h":
        family = socket.AF_INET if proxy.scheme == "socks4" else socket.AF_UNSPEC
        found: list[Any] = []
        with contextlib.suppress(socket.gaierror):
            found = await loop.getaddrinfo(name, port, family=family, type=socket.SOCK_STREAM)
        if not found:
            raise failure("dns", sent=False, host=host)
        name = found[0][4][0]
    dialling = loop.run_in_executor(None, _dial, proxy, (name, port), limit)
    try:
        sock = await asyncio.shield(dialling)
    except asyncio.CancelledError:
        dialling.add_done_callback(_close_late)
        raise
    if isinstance(sock, str):
        raise failure("proxy", sent=False, host=host, detail=f"{proxy.url}: {sock}")
    try:
        _, handler = await loop.create_connection(
            lambda: ResponseHandler(loop),
            sock=sock,
            ssl=tls,
            server_hostname=None if tls is None else address[0].rstrip("."),
        )
        return handler
    except OSError as error:
        sock.close()
        raise tls_failure(error, host=host) from error
    except BaseException:  # cancelled: the socket must not stay
        sock.close()
        raise


def _dial(proxy: Proxy, address: tuple[str, int], limit: float | None) -> socket.socket | str:
    """An open socket, or what the proxy says."""
    socks: Any = importlib.import_module("socks")
    try:
        sock: socket.socket = socks.create_connection(
            address,
            timeout=limit,
            proxy_type=getattr(socks, _KINDS[proxy.scheme]),
            proxy_addr=proxy.host,
            proxy_port=proxy.port,
            proxy_rdns=proxy.scheme == "socks5h",
            proxy_username=proxy.username,
            proxy_password=proxy.password,
        )
    except OSError as error:
        return str(error) or "it closed the connection"
    # A plain one: the loop refuses what it does not know.
    plain = socket.socket(fileno=sock.detach())
    plain.settimeout(0)
    return plain


def _close_late(dialling: asyncio.Future[socket.socket | str]) -> None:
    if not dialling.cancelled() and dialling.exception() is None:
        sock = dialling.result()
        if isinstance(sock, socket.socket):
            sock.close()
