"""How requests leave and answers come, the asyncio half.

``blocking.py`` is its hand-written twin: event loops and garbage collection are where the two
worlds differ, so neither is generated. Promises: one pool for each event loop, made at the first
request; no redirect followed; every failure leaves as a :class:`TransportFailure`; a deadline
bounds every wait; a source that is garbage-collected gives its connection back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .._ground.limits import Limits
from .._ground.wire import Headers, TransportFailure
from ..errors import RunInfraError
from .failures import failure, wait_limit
from .options import DEFAULTS, HTTPOptions, has_proxies

if TYPE_CHECKING:
    from .._async._httpx import AsyncHttpx
    from .._async._pool import AsyncPool


class AsyncExchange(Protocol):
    """An answer whose head has come, by whatever library."""

    status: int
    headers: list[tuple[str, str]]

    async def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body; ``b""`` at its end; a ``TransportFailure`` at any other."""
        ...

    async def aclose(self) -> None:
        """Release the connection."""
        ...

    def release(self) -> None:
        """Release the connection, without waiting."""
        ...


class AsyncSource:
    """An answer whose headers have arrived; its body is pulled piece by piece."""

    def __init__(self, exchange: AsyncExchange, limits: Limits) -> None:
        self.status = exchange.status
        self.headers = Headers(exchange.headers)
        self._exchange = exchange
        self._limits = limits
        self._ended = False
        self._closed = False
        self._finalizer = weakref.finalize(self, _abandon, asyncio.get_running_loop(), exchange)
        self._finalizer.atexit = False

    async def receive(self, timeout: float | None = None) -> bytes:
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
            data = await self._exchange.read(self._limits, timeout)
        except TransportFailure as error:
            fault = error
        if fault is not None:
            fault = failure("client_closed", sent=True) if self._closed else fault
            await self.aclose()
            raise fault
        if not data:
            self._ended = True
            await self.aclose()
        return data

    async def aclose(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed."""
        self._closed = True
        if self._finalizer.detach() is not None:
            await self._exchange.aclose()


class AsyncHTTP:
    """A pool of connections for each event loop, made at the first request.

    Args:
        client: an ``httpx.AsyncClient`` of the application's own, used as it is and never closed
            by this package.
        options: what the client was told about the network; not for a client of the application's.

    Raises:
        ConfigurationError: ``client`` is something else, or it was given besides ``options``.
    """

    def __init__(self, client: object = None, options: HTTPOptions = DEFAULTS) -> None:
        options.check(given=client is not None)
        self._options = options
        self._given = None if client is None else _over_httpx(client)
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncPool | AsyncHttpx]
        self._forget()
        self.closed = False

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> AsyncSource:
        """Send a request and wait for the headers of its answer.

        Raises:
            TransportFailure: no answer.
        """
        body: bytes | AsyncIterable[bytes] | None
        body = (
            content if content is None or isinstance(content, bytes) else _Chunks(content, limits)
        )
        try:
            exchange = await self._pool().send(method, url, headers, body, limits)
            return AsyncSource(exchange, limits)
        except (TransportFailure, RunInfraError):
            raise
        except Exception:  # noqa: BLE001 - whatever an upload's source raised: it is not complete
            fault = failure("reset", sent=True)
        raise fault

    async def aclose(self) -> None:
        """Close the pool of the running event loop; those of finished loops are forgotten."""
        self.closed = True
        if self._given is None:
            pool = self._pools.pop(asyncio.get_running_loop(), None)
            self._forget()
            if pool is not None:
                await pool.aclose()

    def _pool(self) -> AsyncPool | AsyncHttpx:
        if self.closed:
            raise failure("client_closed", sent=False)
        if self._given is not None:
            return self._given
        if self._pid != os.getpid():
            # After a fork the sockets belong to the parent too: two processes must not share them.
            self._forget()
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            with self._lock:
                pool = self._pools.setdefault(loop, _new_pool())
        return pool

    def _forget(self) -> None:
        self._pools = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._pid = os.getpid()


class _Chunks:
    """An upload's pieces, read where they block for the disk, not for the event loop."""

    def __init__(self, pieces: Iterable[bytes], limits: Limits) -> None:
        self._pieces = pieces
        self._limits = limits

    async def __aiter__(self) -> AsyncIterator[bytes]:
        iterator = iter(self._pieces)
        while True:
            piece = b""
            clock = asyncio.timeout(wait_limit(self._limits, None))
            piece = b""
            try:
                async with clock:
                    piece = await asyncio.to_thread(next, iterator, b"")
            except TimeoutError:
                if not clock.expired():
                    raise
            if clock.expired():
                raise failure("deadline", sent=True)
            if not piece:
                return
            yield piece


def _new_pool() -> AsyncPool | AsyncHttpx:
    if has_proxies():
        return _over_httpx(None)
    from .._async._pool import AsyncPool  # noqa: PLC0415 - at the first request, not at import

    return AsyncPool()


def _over_httpx(client: Any) -> AsyncHttpx:
    from .._async._httpx import AsyncHttpx  # noqa: PLC0415 - most never need it

    return AsyncHttpx(client)


def _abandon(loop: asyncio.AbstractEventLoop, exchange: AsyncExchange) -> None:
    """The application dropped an answer without closing it: close it from its own loop."""
    # A loop that is closed has closed its sockets.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(exchange.release)
