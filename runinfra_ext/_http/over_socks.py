"""How an address is reached through a SOCKS proxy, for both worlds.

The package that speaks SOCKS blocks: it looks names up without a limit, starts its clock anew with
each byte, and takes what a signal's handler raises for an error of the socket's. So it works in a
thread of its own, which nobody waits for longer than the attempt's clock allows.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from socket import AF_INET, SHUT_RDWR, SocketType
from typing import TYPE_CHECKING, Any, Final

from .urllib3_lookup import Address, look_up

if TYPE_CHECKING:
    from .proxies import Proxy

_KINDS: Final = {"socks4": "SOCKS4", "socks5": "SOCKS5", "socks5h": "SOCKS5"}


def looks_up_here(proxy: Proxy) -> bool:
    """Whether a proxy wants addresses rather than names."""
    return proxy.scheme != "socks5h"


def address_for(proxy: Proxy, found: Sequence[Address]) -> str | None:
    """Of a host's addresses the one that a proxy is asked for: SOCKS 4 knows IPv4's only."""
    fitting = (one for one in found if proxy.scheme != "socks4" or one.family == AF_INET)
    chosen = next(fitting, None)
    return None if chosen is None else str(chosen.address[0])


class Dialling:
    """One connection to an address through a proxy, while it is made.

    Args:
        proxy: the proxy.
        address: name or address, and port.
        sockets: gets whatever socket is opened; at the end of :meth:`run` the last one is the
            connection.
    """

    def __init__(self, proxy: Proxy, address: tuple[str, int], sockets: list[SocketType]) -> None:
        self._proxy = proxy
        self._address = address
        self._sockets = sockets
        self._given_up = False
        self._over = False

    def run(self) -> str:
        """Connect, for as long as it takes; what went wrong, in words, if anything did."""
        words = self._connect()
        self._over = True
        if self._given_up:
            self._end()
        return words

    def give_up(self) -> None:
        """End it, from any thread; nothing stays open."""
        self._given_up = True
        for sock in tuple(self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(SHUT_RDWR)
        if self._over:
            self._end()

    def _end(self) -> None:
        for sock in tuple(self._sockets):
            sock.close()

    def _connect(self) -> str:
        socks: Any = importlib.import_module("socks")
        proxy = self._proxy
        found = look_up(proxy.host, proxy.port)
        if isinstance(found, str):
            return f"its name was not found: {found}"
        words = ""
        for one in found:
            sock: Any = socks.socksocket(one.family, one.kind, one.protocol)
            self._sockets.append(sock)
            if self._given_up:
                break
            sock.settimeout(None)
            kind = getattr(socks, _KINDS[proxy.scheme])
            remote = not looks_up_here(proxy)
            host, port = one.address[:2]
            sock.set_proxy(kind, host, port, remote, proxy.username, proxy.password)
            try:
                sock.connect(self._address)
            except (OSError, ValueError) as error:  # ValueError: a name that has no encoding
                words = str(error) or "it closed the connection"
                sock.close()
            else:
                # A plain one, which is closed without a warning.
                self._sockets.append(SocketType(fileno=sock.detach()))
                return ""
        return words
