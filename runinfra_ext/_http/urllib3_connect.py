"""How a socket reaches a host: over the first of its addresses that answers, or over SOCKS."""

from __future__ import annotations

import _thread
import errno
import queue
import select
import time
from collections import deque
from socket import SO_ERROR, SOL_SOCKET, SocketType
from typing import TYPE_CHECKING, Final, NamedTuple

from .failures import connect_failure, is_foreign, most_telling
from .options import socket_options
from .over_socks import Dialling, address_for, looks_up_here
from .urllib3_lookup import Address, addresses_of
from .urllib3_wire import CAN_POLL

if TYPE_CHECKING:
    from .proxies import Proxy
    from .urllib3_wire import Wire

NEXT_ADDRESS: Final = 0.25  # seconds after which another address of the host is tried, too

_OPTIONS: Final = socket_options()
_BEGUN: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK}


class Route(NamedTuple):
    """Where connections lead; those of one route can stand in for each other."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None

    @property
    def label(self) -> str:
        """The host in the words of failures."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return (
            name if self.port == (443 if self.scheme == "https" else 80) else f"{name}:{self.port}"
        )

    @property
    def is_forwarded(self) -> bool:
        """Whether requests are handed to the proxy as they are, instead of a tunnel through it."""
        return self.proxy is not None and not self.proxy.is_socks and self.scheme == "http"


def connect_to_first(wire: Wire, host: str, port: int) -> SocketType:
    """Connect to a host; a broken address of it costs a quarter of a second.

    Args:
        wire: owns the sockets, whatever happens.
        host: name or address.
        port: of the host.

    Raises:
        TransportFailure: no address takes a connection, or not in time.
    """
    waiting = deque(addresses_of(host, port, wire.clock))
    trying: list[SocketType] = []
    codes: list[int] = []
    next_at = 0.0
    while waiting or trying:
        limit = wire.clock.left()
        ready: list[SocketType] = []
        if waiting and (not trying or time.monotonic() >= next_at):
            sock, code = _begin(wire, waiting.popleft())
            if sock is not None:
                trying.append(sock)
                next_at = time.monotonic() + NEXT_ADDRESS
            else:
                codes.append(code)
        elif waiting:
            pause = max(next_at - time.monotonic(), 0.0)
            ready = _wait_for_any(trying, pause if limit is None else min(pause, limit))
        else:
            ready = _wait_for_any(trying, limit)
            if not ready:
                raise wire.clock.late()
        if wire.closing:
            raise wire.clock.failure("client_closed")
        for sock in ready:
            code = sock.getsockopt(SOL_SOCKET, SO_ERROR)
            if not code:
                for other in trying:
                    if other is not sock:
                        other.close()
                return sock
            sock.close()
            trying.remove(sock)
            codes.append(code)
            next_at = 0.0
    raise connect_failure(most_telling(codes), host=wire.clock.host)


def _wait_for_any(sockets: list[SocketType], timeout: float | None) -> list[SocketType]:
    """Those of some connecting sockets that are connected, or have failed.

    Args:
        sockets: what to wait for.
        timeout: seconds.
    """
    if not CAN_POLL:
        _, ready, failed = select.select([], sockets, sockets, timeout)
        return [*ready, *failed]
    poller = select.poll()
    numbers = {sock.fileno(): sock for sock in sockets}
    for number in numbers:
        poller.register(number, select.POLLOUT)
    return [
        numbers[number] for number, _ in poller.poll(None if timeout is None else timeout * 1000)
    ]


def _begin(wire: Wire, address: Address) -> tuple[SocketType | None, int]:
    """Begin to connect: the socket, or the number of an error."""
    code = 0
    try:
        # The list owns the socket in the moment that it is there.
        wire.sockets.extend(
            map(SocketType, (address.family,), (address.kind,), (address.protocol,))
        )
        sock = wire.sockets[-1]
        sock.settimeout(0)
        set_options(sock)
        code = sock.connect_ex(address.address)
    except OSError as error:
        if is_foreign(error):
            raise
        return None, error.errno or errno.EINVAL
    if code and code not in _BEGUN:
        sock.close()
        return None, code
    return sock, 0


def set_options(sock: SocketType) -> None:
    """Set the options of TCP; where the system refuses one, its default will do."""
    for option in _OPTIONS:
        try:
            sock.setsockopt(*option)
        except OSError as error:
            if is_foreign(error):
                raise


def connect_over_socks(wire: Wire, route: Route, proxy: Proxy) -> SocketType:
    """Connect through a SOCKS proxy.

    Raises:
        TransportFailure: the proxy can't be reached, or refuses; the name was not found.
        ConfigurationError: the package that speaks SOCKS is not installed.
    """
    proxy.require("socks")
    clock = wire.clock
    host = route.host
    if looks_up_here(proxy):
        fitting = address_for(proxy, addresses_of(host, route.port, clock))
        if fitting is None:
            raise clock.failure("dns", detail="it has no IPv4 address")
        host = fitting
    dialling = Dialling(proxy, (host, route.port), wire.sockets)
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        _thread.start_new_thread(lambda: answers.put(dialling.run()), ())
        words = answers.get(timeout=clock.left())
    except queue.Empty as error:
        dialling.give_up()
        raise clock.late() from error
    except BaseException:  # an interrupt: no socket may stay
        dialling.give_up()
        raise
    if wire.closing:
        raise clock.failure("client_closed")
    if words:
        raise clock.failure("proxy", detail=f"{proxy.url}: {words}")
    sock = wire.sockets[-1]
    sock.settimeout(0)
    set_options(sock)
    return sock
