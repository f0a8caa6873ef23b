"""The one place that touches the HTTP library, the asyncio half.

``_sync/_http.py`` is its hand-written twin: deadlines, event loops and garbage collection are where
the two worlds differ, so neither is generated. Promises: one pool for each event loop, made at the
first request; no redirect followed; every failure leaves as a :class:`TransportFailure`; a deadline
bounds every wait; a source that is garbage-collected gives its connection back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Final

import httpcore
import httpx

from ..errors import ConfigurationError, RunInfraError
from ..http_failures import failure, failure_from
from ..journey import Limits
from ..network_options import (
    IDLE_SECONDS,
    MAX_CONNECTIONS,
    MAX_IDLE_CONNECTIONS,
    socket_options,
    tls_context,
)
from ..wire import Headers, TransportFailure


class _Opening:
    """Whether the attempt that runs in this context opened a connection of its own."""

    __slots__ = ("connected", "started")

    def __init__(self) -> None:
        self.started = False
        self.connected = False


_opening: ContextVar[_Opening | None] = ContextVar("runinfra_ext_opening", default=None)
# Tasks that close abandoned answers; the event loop itself keeps only weak references.
_closing: Final[set[asyncio.Task[None]]] = set()


class AsyncSource:
    """An answer whose headers have arrived; its body is pulled piece by piece."""

    def __init__(self, response: httpx.Response, limits: Limits) -> None:
        self.status: int = response.status_code
        self.headers = Headers(response.headers.multi_items())
        self._response = response
        self._iterator: AsyncIterator[bytes] = response.aiter_raw()
        self._limits = limits
        self._ended = False
        self._closed = False
        self._finalizer = weakref.finalize(self, _abandon, asyncio.get_running_loop(), response)
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
            raise failure("closed", sent=True)
        fault: TransportFailure | None = None
        data = b""
        try:
            async with asyncio.timeout(_shorter(timeout, _remaining(self._limits))):
                data = await anext(self._iterator, b"")
        except TimeoutError:
            fault = failure("deadline" if _expired(self._limits) else "read_timeout", sent=True)
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(
                error, reused=False, answering=True, expired=_expired(self._limits)
            )
        if fault is not None:
            fault = failure("closed", sent=True) if self._closed else fault
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
            await _close(self._response)


class AsyncHTTP:
    """A pool of connections for each event loop, made at the first request.

    Args:
        client: an ``httpx.AsyncClient`` of the application's own, used as it is and never closed
            by this package.

    Raises:
        ConfigurationError: ``client`` is something else.
    """

    def __init__(self, client: object = None) -> None:
        if client is not None and not isinstance(client, httpx.AsyncClient):
            msg = f"http_client: expected an httpx.AsyncClient, got {type(client).__name__}"
            raise ConfigurationError(msg, param="http_client")
        self._given = client
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]
        self._forget()
        self.closed = False
        if client is not None:
            _install_backend(client)

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
        opening = _Opening()
        token = _opening.set(opening)
        try:
            client = self._client()
            request = httpx.Request(
                method,
                url,
                headers=dict(headers),
                content=content
                if content is None or isinstance(content, bytes)
                else _Chunks(content),
                extensions={"timeout": limits.timeout._asdict()},
            )
            async with asyncio.timeout(_remaining(limits)):
                response = await client.send(
                    request, stream=True, auth=None, follow_redirects=False
                )
            return AsyncSource(response, limits)
        except (TransportFailure, RunInfraError):
            raise  # our own: from an upload's source, or because the client is closed
        except TimeoutError:
            unconnected = opening.started and not opening.connected
            fault = failure("deadline", sent=not unconnected)
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(
                error, reused=not opening.started, answering=False, expired=_expired(limits)
            )
        finally:
            _opening.reset(token)
        raise fault

    async def aclose(self) -> None:
        """Close the pool of the running event loop; those of finished loops are forgotten."""
        self.closed = True
        if self._given is None:
            client = self._clients.pop(asyncio.get_running_loop(), None)
            self._forget()
            if client is not None:
                await client.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self.closed:
            raise failure("closed", sent=False)
        if self._given is not None:
            return self._given
        if self._pid != os.getpid():
            # After a fork the sockets belong to the parent too: two processes must not share them.
            self._forget()
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            with self._lock:
                client = self._clients.setdefault(loop, _new_client())
        return client

    def _forget(self) -> None:
        self._clients = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._pid = os.getpid()


class _Chunks(httpx.AsyncByteStream):
    """An upload's pieces, read where they block for the disk, not for the event loop."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        iterator = iter(self._pieces)
        while (piece := await asyncio.to_thread(next, iterator, b"")) != b"":
            yield piece


class _Backend(httpcore.AsyncNetworkBackend):
    """Notes in the attempt that runs that a connection was opened; adds keep-alive probes."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        opening = _opening.get()
        if opening is not None:
            opening.started = True
        stream = await self._backend.connect_tcp(
            host, port, timeout, local_address, [*_SOCKET_OPTIONS, *(socket_options or ())]
        )
        if opening is not None:
            opening.connected = True
        return stream

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await self._backend.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


_SOCKET_OPTIONS: Final = socket_options()


def _new_client() -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        verify=tls_context(),
        timeout=None,  # noqa: S113 - every request carries its own limits
        limits=httpx.Limits(
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
        ),
    )
    _install_backend(client)
    return client


def _install_backend(client: httpx.AsyncClient) -> None:
    # httpx offers no public way to give its pools a network backend. Where the attributes are
    # missing (another transport), connections simply count as new: no transparent retry.
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None and not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend)  # noqa: SLF001


def _abandon(loop: asyncio.AbstractEventLoop, response: httpx.Response) -> None:
    """The application dropped an answer without closing it: close it from its own loop."""

    def close() -> None:
        task = loop.create_task(_close(response))
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    # A loop that is closed has closed its sockets.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(close)


async def _close(response: httpx.Response) -> None:
    # What fails while closing leaves nothing to use and nothing to report.
    with contextlib.suppress(Exception):
        await response.aclose()


def _remaining(limits: Limits) -> float | None:
    if limits.deadline_at is None:
        return None
    return max(0.0, limits.deadline_at - time.monotonic())


def _expired(limits: Limits) -> bool:
    return limits.deadline_at is not None and time.monotonic() >= limits.deadline_at


def _shorter(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
