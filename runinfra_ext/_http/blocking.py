"""How requests leave and answers come, the blocking half.

Hand-written twin of ``asynchronous.py``. The deadline of a call bounds each single wait of the
socket: no timer thread, and no drip of bytes can outlast it. Promises: one pool for all threads,
made at the first request; no redirect followed; every failure leaves as a
:class:`TransportFailure`; what an upload's source raises leaves as it is; a source that is
garbage-collected closes its socket.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from .._ground.limits import Limits
from .._ground.wire import TransportFailure
from .encodings import unpacker_for
from .failures import failure, wait_limit
from .options import DEFAULTS, HTTPOptions, are_inside
from .urllib3_clock import Clock
from .urllib3_lookup import addresses_of


class Exchange(Protocol):
    """An answer whose head has come, by whatever library."""

    status: int
    headers: list[tuple[str, str]]

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body; ``b""`` at its end; a ``TransportFailure`` at any other."""
        ...

    def close(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed.

        Another thread that waits in :meth:`read` is woken with a failure.
        """
        ...

    def release(self) -> None:
        """The same from a finalizer: takes no lock, never waits."""
        ...


class Backend(Protocol):
    """Sends requests over an HTTP library."""

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> Exchange:
        """Send a request and wait for the head of its answer."""
        ...

    def close(self) -> None:
        """Close what is this package's own."""
        ...


class Source:
    """An answer whose headers have arrived; its body is pulled piece by piece."""

    def __init__(self, exchange: Exchange, limits: Limits) -> None:
        self.status = exchange.status
        self.headers, self._unpacker = unpacker_for(exchange.headers)
        self._exchange = exchange
        self._limits = limits
        self._ended = False
        self._closed = False
        self._finalizer = weakref.finalize(self, exchange.release)
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
        try:
            data = self._read(timeout)
        except TransportFailure as error:
            closed = self._closed
            self.close()
            if closed:
                raise failure("client_closed", sent=True) from error
            raise
        if not data:
            self._ended = True
            self.close()
        return data

    def _read(self, timeout: float | None) -> bytes:
        unpacker = self._unpacker
        if unpacker is None:
            return self._exchange.read(self._limits, timeout)
        while not (piece := unpacker.take()):
            packed = self._exchange.read(self._limits, timeout)
            if not packed:
                unpacker.finish()
                break
            unpacker.put(packed)
        else:
            wait_limit(self._limits, None)  # unpacking takes time too
        return piece

    def close(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed.

        Another thread that waits in :meth:`receive` is woken with a failure.
        """
        self._closed = True
        if self._finalizer.detach() is not None:
            self._exchange.close()


class HTTP:
    """The backend of one client, made at the first request and shared by all threads.

    Args:
        client: an ``httpx.Client`` or ``httpx2.Client`` of the application's own, used as it is and
            never closed by this package.
        options: what the client was told about the network; not for a client of the application's.

    Raises:
        ConfigurationError: ``client`` is something else, or it was given besides ``options``.
    """

    def __init__(self, client: object = None, options: HTTPOptions = DEFAULTS) -> None:
        options.check(given=client is not None)
        self._options = options
        self._given = None if client is None else _over_httpx(client)
        # At most one. A dictionary, because putting it there takes no lock: a child of a fork could
        # inherit one that nobody gives back.
        self._made: dict[str, Backend] = {}
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
            ConfigurationError: what is wrong is on this side, in an option or a variable.
        """
        if self.closed:
            raise failure("client_closed", sent=False)
        backend = self._given or self._made.get("backend") or self._make()
        return Source(backend.send(method, url, headers, content, limits), limits)

    def leads_inside(self, host: str, limits: Limits) -> bool:
        """Whether a name stands for this machine or a private network; not if nobody knows it."""
        clock = Clock(limits, host)
        clock.stage("connect_timeout", whole=limits.timeout.connect)
        try:
            return are_inside(one.address[0] for one in addresses_of(host, 0, clock))
        except TransportFailure:
            return False

    def close(self) -> None:
        """Close the connections; a client of the application's own stays open."""
        self.closed = True
        for backend in self._made.values():
            backend.close()

    def _make(self) -> Backend:
        from .urllib3_backend import Urllib3Backend  # noqa: PLC0415 - at the first request

        backend = self._made.setdefault("backend", Urllib3Backend(self._options))
        if self.closed:
            # Meanwhile, by another thread.
            backend.close()
        return backend


def _over_httpx(client: Any) -> Backend:
    from .httpx_blocking import HttpxBackend  # noqa: PLC0415 - most never need it

    return HttpxBackend(client)
