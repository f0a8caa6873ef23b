"""Requests over httpx: with a client of the application's own, or where proxies are set.

``_sync/_httpx.py`` is its hand-written twin. The pool of this package does without httpx, which
costs more than all else that a call does.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Final

import httpcore
import httpx

from .._ground.limits import Limits
from .._ground.wire import TransportFailure
from .._http.failures import expired, failure
from .._http.httpx_failures import failure_from
from .._http.options import (
    IDLE_SECONDS,
    MAX_CONNECTIONS,
    MAX_IDLE_CONNECTIONS,
    socket_options,
    tls_context,
)
from ..errors import ConfigurationError, RunInfraError


class _Opening:
    """Whether the attempt that runs in this context opened a connection of its own."""

    __slots__ = ("connected", "started")

    def __init__(self) -> None:
        self.started = False
        self.connected = False


_opening: ContextVar[_Opening | None] = ContextVar("runinfra_ext_opening", default=None)
# Tasks that close abandoned answers; the event loop itself keeps only weak references.
_closing: Final[set[asyncio.Task[None]]] = set()


class AsyncHttpxExchange:
    """An answer whose head has come.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.status: int = response.status_code
        self.headers = response.headers.multi_items()
        self._response = response
        self._iterator: AsyncIterator[bytes] = response.aiter_raw()

    async def read(self, limits: Limits, silence: float | None) -> bytes:
        """The next bytes of the body; ``b""`` at its end.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        try:
            async with asyncio.timeout(_shorter(silence, _remaining(limits))):
                return await anext(self._iterator, b"")
        except TimeoutError:
            fault = failure("deadline" if expired(limits) else "read_timeout", sent=True)
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(error, reused=False, answering=True, expired=expired(limits))
        raise fault

    async def aclose(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed."""
        await _close(self._response)

    def release(self) -> None:
        """The same for an answer that nobody reads any more, without waiting."""
        task = asyncio.get_running_loop().create_task(_close(self._response))
        _closing.add(task)
        task.add_done_callback(_closing.discard)


class AsyncHttpx:
    """Sends by an ``httpx.AsyncClient``.

    Args:
        client: one of the application's own, used as it is and never closed by this package;
            without one a client is made that heeds the proxies of the environment.

    Raises:
        ConfigurationError: ``client`` is something else.
    """

    def __init__(self, client: object = None) -> None:
        if client is not None and not isinstance(client, httpx.AsyncClient):
            msg = f"http_client: expected an httpx.AsyncClient, got {type(client).__name__}"
            raise ConfigurationError(msg, param="http_client")
        self._own = client is None
        self.client = client or httpx.AsyncClient(
            verify=tls_context(),
            timeout=None,  # noqa: S113 - every request carries its own limits
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
            ),
        )
        self._known = _install_backend(self.client)

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes] | None,
        limits: Limits,
    ) -> AsyncHttpxExchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
        """
        opening = _Opening()
        token = _opening.set(opening)
        try:
            request = httpx.Request(
                method,
                url,
                headers=dict(headers),
                content=content,
                extensions={"timeout": limits.timeout._asdict()},
            )
            async with asyncio.timeout(_remaining(limits)):
                response = await self.client.send(
                    request, stream=True, auth=None, follow_redirects=False
                )
            return AsyncHttpxExchange(response)
        except (TransportFailure, RunInfraError):
            raise  # our own, from an upload's source
        except TimeoutError:
            unconnected = opening.started and not opening.connected
            fault = failure("deadline", sent=not unconnected)
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(
                error, reused=not opening.started, answering=False, expired=expired(limits)
            )
            if not self._known and fault.reason == "connect_timeout":
                # Other transports call every break of a connection so (httpx-aiohttp does): it
                # proves nothing, and the request may have left.
                fault = failure("reset", sent=True)
        finally:
            _opening.reset(token)
        raise fault

    async def aclose(self) -> None:
        """Close the connections of a client that was made here."""
        if self._own:
            await self.client.aclose()


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


def _install_backend(client: httpx.AsyncClient) -> bool:
    """Watch the connections of a client; whether all of its transports let themselves be watched.

    httpx offers no public way to give its pools a network backend. Where the attributes are missing
    (another transport), connections simply count as new: no transparent retry.
    """
    known = True
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is None or backend is None:
            known = known and transport is None
        elif not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend)  # noqa: SLF001
    return known


async def _close(response: httpx.Response) -> None:
    # What fails while closing leaves nothing to use and nothing to report.
    with contextlib.suppress(Exception):
        await response.aclose()


def _remaining(limits: Limits) -> float | None:
    if limits.deadline_at is None:
        return None
    return max(0.0, limits.deadline_at - time.monotonic())


def _shorter(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
