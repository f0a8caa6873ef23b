"""Requests over httpx: with a client of the application's own, or where proxies are set.

Hand-written twin of ``_async/_httpx.py``. The deadline of a call bounds each single wait of the
socket: no timer thread, and no drip of bytes can outlast it.
"""

from __future__ import annotations

import collections
import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import httpcore
import httpx

from ..errors import ConfigurationError, RunInfraError
from .._http.failures import expired, failure
from .._http.httpx_failures import failure_from
from .._ground.limits import Limits
from .._http.options import (
    IDLE_SECONDS,
    MAX_CONNECTIONS,
    MAX_IDLE_CONNECTIONS,
    socket_options,
    tls_context,
)
from .._ground.wire import TransportFailure


class _Attempt(threading.local):
    """What the attempt that runs in this thread may take, and what it did."""

    deadline_at: float | None = None
    silence: float | None = None  # a tighter limit than the attempt's own, for one read
    started: bool = False  # it opened a connection of its own …
    connected: bool = False  # … and that was established


_attempt: Final = _Attempt()


_dropped: Final[collections.deque[HttpxExchange]] = collections.deque()


class HttpxExchange:
    """An answer whose head has come.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.status: int = response.status_code
        self.headers = response.headers.multi_items()
        self._response = response
        self._iterator: Iterator[bytes] = response.iter_raw()
        self._over = False

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """The next bytes of the body; ``b""`` at its end.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        _attempt.deadline_at = limits.deadline_at
        _attempt.silence = silence
        try:
            data = next(self._iterator, b"")
            self._over = not data
            return data
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(error, reused=False, answering=True, expired=expired(limits))
        finally:
            _attempt.deadline_at = _attempt.silence = None
        raise fault

    def close(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed."""
        if not self._over:
            self.shut()
        # What fails while closing leaves nothing to use and nothing to report.
        with contextlib.suppress(Exception):
            self._response.close()

    def shut(self) -> None:
        """End the connection at its socket, which takes no lock and wakes a thread that reads."""
        stream = self._response.extensions.get("network_stream")
        sock = stream.get_extra_info("socket") if stream is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """The same from a finalizer; httpx's pool waits for its lock, so the rest comes later."""
        self.shut()
        _dropped.append(self)


class Httpx:
    """Sends by an ``httpx.Client``.

    Args:
        client: one of the application's own, used as it is and never closed by this package;
            without one a client is made that heeds the proxies of the environment.

    Raises:
        ConfigurationError: ``client`` is something else.
    """

    def __init__(self, client: object = None) -> None:
        if client is not None and not isinstance(client, httpx.Client):
            msg = f"http_client: expected an httpx.Client, got {type(client).__name__}"
            raise ConfigurationError(msg, param="http_client")
        self._own = client is None
        self.client = client or httpx.Client(
            verify=tls_context(),
            timeout=None,  # noqa: S113 - every request carries its own limits
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
            ),
        )
        self._known = _install_backend(self.client)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> HttpxExchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
        """
        while _dropped:
            _dropped.popleft().close()
        _attempt.deadline_at = limits.deadline_at
        _attempt.started = _attempt.connected = False
        try:
            request = httpx.Request(
                method,
                url,
                headers=dict(headers),
                content=content,
                extensions={"timeout": _timeouts(limits)},
            )
            response = self.client.send(request, stream=True, auth=None, follow_redirects=False)
            return HttpxExchange(response)
        except (TransportFailure, RunInfraError):
            raise  # our own, from an upload's source
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(
                error, reused=not _attempt.started, answering=False, expired=expired(limits)
            )
            if not self._known and fault.reason == "connect_timeout":
                # Other transports call every break of a connection so (httpx-aiohttp does): it
                # proves nothing, and the request may have left.
                fault = failure("reset", sent=True)
        finally:
            _attempt.deadline_at = None
        raise fault

    def close(self) -> None:
        """Close the connections of a client that was made here."""
        if self._own:
            self.client.close()


class _Backend(httpcore.NetworkBackend):
    """Bounds every wait of its sockets by the deadline of the call that waits."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        _attempt.started = True
        options = [*_SOCKET_OPTIONS, *(socket_options or ())]
        stream = self._backend.connect_tcp(
            host, port, _bounded(timeout, httpcore.ConnectTimeout), local_address, options
        )
        _attempt.connected = True
        return _Stream(stream)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silence = _attempt.silence
        if silence is not None and (timeout is None or silence < timeout):
            timeout = silence
        return self._stream.read(max_bytes, _bounded(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _bounded(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        bounded = _bounded(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, bounded))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


_SOCKET_OPTIONS: Final = socket_options()


def _bounded(timeout: float | None, expired: type[Exception]) -> float | None:
    deadline_at = _attempt.deadline_at
    if deadline_at is None:
        return timeout
    left = deadline_at - time.monotonic()
    if left <= 0:
        # A timeout of 0 would mean "do not block" and fail in another way.
        raise expired("deadline")
    return left if timeout is None else min(timeout, left)


def _install_backend(client: httpx.Client) -> bool:
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


def _timeouts(limits: Limits) -> dict[str, float | None]:
    """The attempt's limits; waiting for a pooled connection is bounded by the deadline here."""
    timeouts = limits.timeout._asdict()
    if limits.deadline_at is not None:
        left = max(0.001, limits.deadline_at - time.monotonic())
        timeouts["pool"] = left if timeouts["pool"] is None else min(timeouts["pool"], left)
    return timeouts
