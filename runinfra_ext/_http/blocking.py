"""How requests leave and answers come, the blocking half.

Hand-written twin of ``asynchronous.py``. The deadline of a call bounds each single wait of the
socket: no timer thread, and no drip of bytes can outlast it. Promises: one pool for all threads,
made at the first request; no redirect followed; every failure leaves as a
:class:`TransportFailure`; a source that is garbage-collected closes its socket.
"""

from __future__ import annotations

import collections
import os
import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from .._ground.limits import Limits
from .._ground.wire import Headers, TransportFailure
from ..errors import RunInfraError
from .failures import failure
from .options import DEFAULTS, HTTPOptions, has_proxies

if TYPE_CHECKING:
    from .._sync._httpx import Httpx
    from .._sync._pool import Pool


class Exchange(Protocol):
    """An answer whose head has come, by whatever library."""

    status: int
    headers: list[tuple[str, str]]

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body; ``b""`` at its end; a ``TransportFailure`` at any other."""
        ...

    def close(self) -> None:
        """Release the connection."""
        ...

    def shut(self) -> None:
        """End the connection at its socket, taking no lock."""
        ...

    def try_close(self) -> bool:
        """Release the connection if that takes no waiting for a lock; whether it was done."""
        ...


# Answers that the application dropped without closing them. Their sockets are closed at once, by
# the finalizer; the pool's own books need its lock, which a finalizer must never wait for, so where
# it is taken they are balanced at the next request.
_abandoned: Final[collections.deque[Exchange]] = collections.deque()


class Source:
    """An answer whose headers have arrived; its body is pulled piece by piece."""

    def __init__(self, exchange: Exchange, limits: Limits, owner: HTTP) -> None:
        # Keeps the pool alive: its finalizer must not run while this thread is inside the pool.
        self._owner = owner
        self.status = exchange.status
        self.headers = Headers(exchange.headers)
        self._exchange = exchange
        self._limits = limits
        self._ended = False
        self._closed = False
        self._finalizer = weakref.finalize(self, _abandon, exchange)
        self._finalizer.atexit = False

    def receive(self, timeout: float | None = None) -> bytes:
        """The next bytes; ``b""`` at the end of a complete body.

        Args:
            timeout: seconds of silence to bear, besides the limits of the attempt.

        Raises:
            TransportFailure: broken, silent for too long, past the deadline, or closed.
        """
        if self._ended:
            return b""
        if self._closed:
            raise failure("client_closed", sent=True)
        fault: TransportFailure | None = None
        data = b""
        try:
            data = self._exchange.read(self._limits, timeout)
        except TransportFailure as error:
            fault = error
        if fault is not None:
            fault = failure("client_closed", sent=True) if self._closed else fault
            self.close()
            raise fault
        if not data:
            self._ended = True
            self.close()
        return data

    def close(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed.

        Another thread that waits in :meth:`receive` is woken with a failure of kind ``closed``.
        """
        self._closed = True
        if self._finalizer.detach() is not None:
            if not self._ended:
                self._exchange.shut()
            self._exchange.close()


class HTTP:
    """One pool of connections for all threads, made at the first request.

    Args:
        client: an ``httpx.Client`` of the application's own, used as it is and never closed by
            this package.
        options: what the client was told about the network; not for a client of the application's.

    Raises:
        ConfigurationError: ``client`` is something else, or it was given besides ``options``.
    """

    def __init__(self, client: object = None, options: HTTPOptions = DEFAULTS) -> None:
        options.check(given=client is not None)
        self._options = options
        self._given = None if client is None else _over_httpx(client)
        self._made: Pool | Httpx | None = None
        self._forget()
        self.closed = False

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> Source:
        """Send a request and wait for the headers of its answer.

        Raises:
            TransportFailure: no answer.
        """
        while _abandoned:
            _abandoned.popleft().close()
        try:
            exchange = self._pool().send(method, url, headers, content, limits)
            return Source(exchange, limits, self)
        except (TransportFailure, RunInfraError):
            raise
        except Exception:  # noqa: BLE001 - whatever an upload's source raised: it is not complete
            fault = failure("reset", sent=True)
        raise fault

    def close(self) -> None:
        """Close the pool."""
        self.closed = True
        made, self._made = self._made, None
        if made is not None and self._pid == os.getpid():
            made.close()

    def _pool(self) -> Pool | Httpx:
        if self.closed:
            raise failure("client_closed", sent=False)
        if self._given is not None:
            return self._given
        if self._pid != os.getpid():
            # After a fork the sockets belong to the parent too: two processes must not share them.
            self._forget()
        pool = self._made
        if pool is None:
            with self._lock:
                pool = self._made
                if pool is None:
                    pool = self._made = _new_pool()
                    weakref.finalize(self, pool.close)
        return pool

    def _forget(self) -> None:
        self._made = None
        self._lock = threading.Lock()
        self._pid = os.getpid()


def _new_pool() -> Pool | Httpx:
    if has_proxies():
        return _over_httpx(None)
    from .._sync._pool import Pool  # noqa: PLC0415 - at the first request, not at import

    return Pool()


def _over_httpx(client: Any) -> Httpx:
    from .._sync._httpx import Httpx  # noqa: PLC0415 - most never need it

    return Httpx(client)


def _abandon(exchange: Exchange) -> None:
    """The application dropped an answer without closing it."""
    exchange.shut()
    if not exchange.try_close():
        _abandoned.append(exchange)
