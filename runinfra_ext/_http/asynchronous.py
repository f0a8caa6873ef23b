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
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .._ground.limits import Limits
from .._ground.wire import TransportFailure
from ..errors import ConfigurationError
from .apart import apart
from .encodings import unpacker_for
from .failures import failure, wait_limit
from .options import DEFAULTS, HTTPOptions, are_inside
from .proxies import Proxies
from .urllib3_lookup import look_up

if TYPE_CHECKING:
    from .aiohttp_backend import AiohttpBackend
    from .httpx_asynchronous import AsyncHttpxBackend


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
        self.headers, self._unpacker = unpacker_for(exchange.headers)
        self._exchange = exchange
        self._limits = limits
        self._ended = False
        self._closed = False
        loop, pid = asyncio.get_running_loop(), os.getpid()
        self._finalizer = weakref.finalize(self, _abandon, loop, pid, exchange)
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
        try:
            data = await self._read(timeout)
        except TransportFailure as error:
            closed = self._closed
            await self.aclose()
            if closed:
                raise failure("client_closed", sent=True) from error
            raise
        if not data:
            self._ended = True
            await self.aclose()
        return data

    async def _read(self, timeout: float | None) -> bytes:
        unpacker = self._unpacker
        if unpacker is None:
            return await self._exchange.read(self._limits, timeout)
        while not (piece := unpacker.take()):
            packed = await self._exchange.read(self._limits, timeout)
            if not packed:
                unpacker.finish()
                break
            unpacker.put(packed)
        else:
            # Unpacking takes time too, and may go on for long without a wait.
            wait_limit(self._limits, None)
            await asyncio.sleep(0)
        return piece

    async def aclose(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed."""
        self._closed = True
        if self._finalizer.detach() is not None:
            await self._exchange.aclose()


class AsyncHTTP:
    """A pool of connections for each event loop, made at the first request.

    Args:
        client: an ``httpx.AsyncClient`` or ``httpx2.AsyncClient`` of the application's own, used as
            it is and never closed by this package.
        options: what the client was told about the network; not for a client of the application's.

    Raises:
        ConfigurationError: ``client`` is something else, or it was given besides ``options``.
    """

    def __init__(self, client: object = None, options: HTTPOptions = DEFAULTS) -> None:
        options.check(given=client is not None)
        self._options = options
        self._given = None if client is None else _over_httpx(client)
        self._proxies = Proxies(options)
        self._backends: dict[asyncio.AbstractEventLoop, AiohttpBackend] = {}
        self._lock = threading.Lock()
        self._pid = os.getpid()
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
        loop = self._loop()
        backend = self._given or self._backend(loop)
        return AsyncSource(await backend.send(method, url, headers, body, limits), limits)

    async def leads_inside(self, host: str, limits: Limits) -> bool:
        """Whether a name stands for this machine or a private network; not if nobody knows it."""
        try:
            async with asyncio.timeout(wait_limit(limits, limits.timeout.connect)):
                found = await apart(lambda: look_up(host, 0))
        except (TimeoutError, TransportFailure):
            return False
        return not isinstance(found, str) and are_inside(one.address[0] for one in found)

    async def aclose(self) -> None:
        """Close the connections of all event loops, those in use too."""
        self.closed = True
        if self._given is not None:
            return
        with self._lock:
            backends, self._backends = self._backends, {}
        own = backends.pop(asyncio.get_running_loop(), None)
        if self._pid != os.getpid():
            return
        for loop, backend in backends.items():
            # A loop that is closed has closed its sockets.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(backend.abandon)
        if own is not None:
            await own.aclose()

    def _loop(self) -> asyncio.AbstractEventLoop:
        """The running event loop, if there is anything to send in it."""
        if self.closed:
            raise failure("client_closed", sent=False)
        with contextlib.suppress(RuntimeError):
            return asyncio.get_running_loop()
        msg = "AsyncRunInfra works in an event loop of asyncio's, or one like it (uvloop)"
        raise ConfigurationError(msg)

    def _backend(self, loop: asyncio.AbstractEventLoop) -> AiohttpBackend:
        """The backend of an event loop."""
        if self._pid != os.getpid():
            # After a fork the sockets are the parent's: two processes must not share them.
            self._backends = {}
            self._lock = threading.Lock()
            self._pid = os.getpid()
        backend = self._backends.get(loop)
        return self._new_backend(loop) if backend is None else backend

    def _new_backend(self, loop: asyncio.AbstractEventLoop) -> AiohttpBackend:
        from .aiohttp_backend import AiohttpBackend  # noqa: PLC0415 - at the first request

        backend = AiohttpBackend(self._options, self._proxies)
        with self._lock:
            for other in [other for other in self._backends if other.is_closed()]:
                del self._backends[other]
            self._backends[loop] = backend
        if self.closed:  # meanwhile, by another thread
            self._backends.pop(loop, None)
            raise failure("client_closed", sent=False)
        return backend


class _Chunks:
    """An upload's pieces, read where they block for the disk, not for the event loop.

    Attributes:
        raised: what their source raised, which may look like a cancellation, and is none.
    """

    def __init__(self, pieces: Iterable[bytes], limits: Limits) -> None:
        self.raised: BaseException | None = None
        self._pieces = pieces
        self._limits = limits

    async def __aiter__(self) -> AsyncIterator[bytes]:
        iterator = iter(self._pieces)
        while True:
            piece, self.raised = b"", None
            clock = asyncio.timeout(wait_limit(self._limits, None))
            try:
                async with clock:
                    piece, self.raised = await asyncio.to_thread(_next, iterator)
            except TimeoutError:
                if not clock.expired():
                    raise
            if clock.expired():  # also without a TimeoutError, where the thread was just done
                raise failure("deadline", sent=True)
            if self.raised is not None:
                raise self.raised
            if not piece:
                return
            yield piece


def _next(iterator: Iterator[bytes]) -> tuple[bytes, BaseException | None]:
    """The next piece, or what its source raises: asyncio would make another object of a timeout."""
    try:
        return next(iterator, b""), None
    except BaseException as error:  # noqa: BLE001 - it is raised in the event loop's thread
        return b"", error


def _over_httpx(client: Any) -> AsyncHttpxBackend:
    from .httpx_asynchronous import AsyncHttpxBackend  # noqa: PLC0415 - most never need it

    return AsyncHttpxBackend(client)


def _abandon(loop: asyncio.AbstractEventLoop, pid: int, exchange: AsyncExchange) -> None:
    """The application dropped an answer without closing it: close it from its own loop."""
    if pid != os.getpid():
        return  # a forked child: loop and connection are the parent's
    # A loop that is closed has closed its sockets.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(exchange.release)
