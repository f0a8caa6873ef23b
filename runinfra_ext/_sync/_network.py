"""A blocking socket, and how it is opened; ``_async/_network.py`` is its hand-written twin."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from typing import Final

from .._http.failures import expired, failure, wait_limit
from .._ground.limits import Limits
from .._http.options import is_readable, socket_options, tls_context

_OPTIONS: Final = socket_options()
_READ_BYTES: Final = 64 * 1024
_LEAST: Final = 0.001  # seconds; 0 would mean "do not wait at all" and fail in another way


class Socket:
    """The bytes of one connection.

    Args:
        sock: the open socket.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._timeout: float | None = sock.gettimeout()

    def read(self, timeout: float | None) -> bytes:
        """What has come, waiting for it if nothing has; ``b""`` when the peer has closed.

        Args:
            timeout: seconds.

        Raises:
            OSError: the connection broke; its subclass ``TimeoutError``: nothing came in time.
        """
        if timeout != self._timeout:
            self._limit(timeout)
        return self._sock.recv(_READ_BYTES)

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write, waiting while the peer takes nothing.

        Args:
            data: what to write.
            timeout: seconds.

        Raises:
            OSError: the connection broke; its subclass ``TimeoutError``: the peer took nothing.
        """
        if timeout != self._timeout:
            self._limit(timeout)
        sent = self._sock.send(data)
        if sent < len(data):
            rest = memoryview(data)[sent:]  # not a copy: a full socket takes a large piece in bits
            while rest:
                rest = rest[self._sock.send(rest) :]

    def has_news(self) -> bool:
        """Whether the peer has sent something or closed."""
        return is_readable(self._sock)

    def close(self) -> None:
        """Close at once."""
        self._sock.close()

    def shut(self) -> None:
        """End the connection, which wakes a thread that reads; takes no lock."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def option(self, level: int, name: int) -> int:
        """The value of an option of the socket."""
        return self._sock.getsockopt(level, name)

    def _limit(self, timeout: float | None) -> None:
        self._sock.settimeout(timeout)
        self._timeout = timeout


def connect(scheme: str, host: str, port: int, limits: Limits) -> Socket:
    """Open a connection.

    Raises:
        TransportFailure: it could not be opened in time; nothing was sent.
    """
    fault = None
    try:
        return Socket(_open(scheme, host, port, limits))
    except TimeoutError:
        fault = failure("deadline" if expired(limits) else "connect_timeout", sent=False)
    except ssl.SSLError:
        fault = failure("tls_handshake", sent=False)
    except (OSError, UnicodeError):
        fault = failure("refused", sent=False)
    raise fault


def _open(scheme: str, host: str, port: int, limits: Limits) -> socket.socket:
    sock = _reach(host, port, limits)
    try:
        for option in _OPTIONS:
            with contextlib.suppress(OSError):
                sock.setsockopt(*option)
        if scheme == "https":
            # The TLS handshake has the limit once more, like every other wait.
            sock.settimeout(wait_limit(limits, limits.timeout.connect, sent=False))
            return tls_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    return sock


def _reach(host: str, port: int, limits: Limits) -> socket.socket:
    """A connection to the first address of the host that takes one.

    The connect limit is for all addresses together, as in asyncio; the standard library's own
    function gives it to each.
    """
    limit = limits.timeout.connect
    until = None if limit is None else time.monotonic() + limit
    last: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        left = None if until is None else max(until - time.monotonic(), _LEAST)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(wait_limit(limits, left, sent=False))
            sock.connect(address)
            return sock
        except OSError as error:
            last = error
            sock.close()
        except BaseException:
            sock.close()
            raise
    raise last or OSError("the name has no address")
