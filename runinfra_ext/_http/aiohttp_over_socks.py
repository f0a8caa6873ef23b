"""Connections of the async client through a SOCKS proxy, which aiohttp does not know.

What a thread gives is an open socket, over which aiohttp's own protocol goes on.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from aiohttp.client_proto import ResponseHandler

from .apart import apart
from .failures import failure
from .over_socks import Dialling, address_for, looks_up_here
from .tls_failures import tls_failure
from .urllib3_lookup import look_up

if TYPE_CHECKING:
    import ssl

    from .proxies import Proxy


async def connect_over_socks(
    proxy: Proxy,
    address: tuple[str, int],
    tls: ssl.SSLContext | None,
    host: str,
) -> ResponseHandler:
    """A connection to an address, through a proxy.

    Args:
        proxy: the proxy.
        address: host and port.
        tls: for a host that is spoken to with TLS.
        host: the same host in words, for errors.

    Raises:
        TransportFailure: the name was not found, or the proxy or the host's TLS refuses.
        ConfigurationError: the package that speaks SOCKS is not installed.
    """
    proxy.require("socks")
    loop = asyncio.get_running_loop()
    name, port = address
    if looks_up_here(proxy):
        found = await apart(lambda: look_up(name, port))
        if isinstance(found, str):
            raise failure("dns", sent=False, host=host, detail=found)
        fitting = address_for(proxy, found)
        if fitting is None:
            raise failure("dns", sent=False, host=host, detail="it has no IPv4 address")
        name = fitting
    sockets: list[socket.SocketType] = []
    dialling = Dialling(proxy, (name, port), sockets)
    try:
        words = await apart(dialling.run)
    except BaseException:  # cancelled: no socket may stay
        dialling.give_up()
        raise
    if words:
        raise failure("proxy", sent=False, host=host, detail=f"{proxy.url}: {words}")
    sock = socket.socket(fileno=sockets[-1].detach())
    sock.settimeout(0)
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
