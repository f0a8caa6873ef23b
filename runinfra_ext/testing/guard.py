"""Makes access to the network fail, except to this machine."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any, Final, Self, cast

_active: Final[list[NetworkGuard]] = []
# Audit events -> which of their arguments holds the destination.
_EVENTS: Final = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}
_ADDRESSES: Final = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getnameinfo"}
)
_LOOKUPS: Final = frozenset({"socket.getaddrinfo"})
_installed: Final[list[bool]] = []


class NetworkBlockedError(ConnectionError):
    """Code under test tried to reach a real network.

    It is an ``OSError``, so that whoever tried closes the socket as after any other failure.
    """


class NetworkGuard:
    """While its ``with`` block lasts, only this machine can be reached.

    It sees what Python's own sockets do, of all threads and event loops, by the interpreter's
    audit events; nothing is replaced. Sockets of other processes, and those that a C library
    opens by itself, are out of its reach.

    Attributes:
        blocked: the destinations that were tried, in order. Clear it where that was the point of
            the test.
    """

    def __init__(self) -> None:
        self.blocked: list[str] = []
        self._allowed: set[str] = set()

    def allow(self, *hosts: str) -> None:
        """Let these hosts be reached.

        Args:
            hosts: names or IP addresses. A name is only looked up; allow the address as well.
        """
        self._allowed.update(host.lower() for host in hosts)

    def __enter__(self) -> Self:
        if not _installed:
            # An audit hook stays for ever; it does nothing while no guard is active.
            _installed.append(True)
            sys.addaudithook(_hook)
        _active.append(self)
        return self

    def __exit__(self, *_details: object) -> None:
        _active.remove(self)

    def check(self, event: str, destination: Any) -> None:
        """Let a destination pass, or refuse it.

        Args:
            event: name of the audit event.
            destination: a host, or the address of a socket.

        Raises:
            NetworkBlockedError: it is not on this machine, and not allowed.
        """
        host = _host_of(event, destination)
        if host is None or _is_here(host, lookup=event in _LOOKUPS):
            return
        if host.lower() in self._allowed:
            return
        self.blocked.append(host)
        msg = (
            f"this test tried to reach {host!r}; only this machine can be reached while "
            "runinfra_network_guard is in use (see its allow method)"
        )
        raise NetworkBlockedError(msg)


def _host_of(event: str, destination: Any) -> str | None:
    """The host of a destination; ``None`` if there is none."""
    if event in _ADDRESSES:
        # A Unix socket's is its path; a message on a connected socket has none.
        destination = cast("Any", destination)[0] if isinstance(destination, tuple) else None
    if isinstance(destination, bytes):
        return destination.decode("ascii", "replace")
    return destination if isinstance(destination, str) else None


def _is_here(host: str, *, lookup: bool) -> bool:
    name = host.lower().rstrip(".")
    if name in {"", "localhost"} or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    # To look up an address asks nobody; the connection to it is checked by itself.
    return lookup or address.is_loopback or address.is_unspecified


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _active and event in _EVENTS:
        _active[-1].check(event, arguments[_EVENTS[event]])


_hook.__cantrace__ = True  # type: ignore[attr-defined]  # coverage and debuggers see it too
