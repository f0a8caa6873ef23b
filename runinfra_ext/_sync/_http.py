"""The one place that touches the HTTP library, the blocking half.

Hand-written twin of ``_async/_http.py``. The deadline of a call bounds each single wait of the
socket: no timer thread, and no drip of bytes can outlast it. Promises: one pool for all threads,
made at the first request; no redirect followed; every failure leaves as a
:class:`TransportFailure`; a source that is garbage-collected closes its socket.
"""

from __future__ import annotations

import collections
import contextlib
import os
import socket
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
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


class _Attempt(threading.local):
    """What the attempt that runs in this thread may take, and what it did."""

    deadline_at: float | None = None
    silence: float | None = None  # a tighter limit than the attempt's own, for one read
    started: bool = False  # it opened a connection of its own …
    connected: bool = False  # … and that was established


_attempt: Final = _Attempt()
# Answers that the application dropped without closing them. Their sockets are closed at once, by
# the finalizer; the pool's own books need its lock, which a finalizer must never wait for, so they
# are balanced at the next request.
_abandoned: Final[collections.deque[httpx.Response]] = collections.deque()


class Source:
    """An answer whose headers have arrived; its body is pulled piece by piece."""

    def __init__(self, response: httpx.Response, limits: Limits, owner: HTTP) -> None:
        # Keeps the pool alive: its finalizer must not run while this thread is inside the pool.
        self._owner = owner
        self.status: int = response.status_code
        self.headers = Headers(response.headers.multi_items())
        self._response = response
        self._iterator: Iterator[bytes] = response.iter_raw()
        self._limits = limits
        self._ended = False
        self._closed = False
        self._finalizer = weakref.finalize(self, _abandon, response)
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
            raise failure("closed", sent=True)
        fault: TransportFailure | None = None
        data = b""
        _attempt.deadline_at = self._limits.deadline_at
        _attempt.silence = timeout
        try:
            data = next(self._iterator, b"")
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(
                error, reused=False, answering=True, expired=_expired(self._limits)
            )
        finally:
            _attempt.deadline_at = _attempt.silence = None
        if fault is not None:
            fault = failure("closed", sent=True) if self._closed else fault
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
                _shut(self._response)
            _close(self._response)


class HTTP:
    """One pool of connections for all threads, made at the first request.

    Args:
        client: an ``httpx.Client`` of the application's own, used as it is and never closed by
            this package.

    Raises:
        ConfigurationError: ``client`` is something else.
    """

    def __init__(self, client: object = None) -> None:
        if client is not None and not isinstance(client, httpx.Client):
            msg = f"http_client: expected an httpx.Client, got {type(client).__name__}"
            raise ConfigurationError(msg, param="http_client")
        self._given = client
        self._made: httpx.Client | None = None
        self._forget()
        self.closed = False
        if client is not None:
            _install_backend(client)

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
            _close(_abandoned.popleft())
        _attempt.deadline_at = limits.deadline_at
        _attempt.started = _attempt.connected = False
        try:
            client = self._client()
            request = httpx.Request(
                method,
                url,
                headers=dict(headers),
                content=content
                if content is None or isinstance(content, bytes)
                else _Chunks(content),
                extensions={"timeout": _timeouts(limits)},
            )
            response = client.send(request, stream=True, auth=None, follow_redirects=False)
            return Source(response, limits, self)
        except (TransportFailure, RunInfraError):
            raise  # our own: from an upload's source, or because the client is closed
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = failure_from(
                error,
                reused=not _attempt.started,
                answering=False,
                expired=_expired(limits),
            )
        finally:
            _attempt.deadline_at = None
        raise fault

    def close(self) -> None:
        """Close the pool."""
        self.closed = True
        made, self._made = self._made, None
        if made is not None and self._pid == os.getpid():
            made.close()

    def _client(self) -> httpx.Client:
        if self.closed:
            raise failure("closed", sent=False)
        if self._given is not None:
            return self._given
        if self._pid != os.getpid():
            # After a fork the sockets belong to the parent too: two processes must not share them.
            self._forget()
        client = self._made
        if client is None:
            with self._lock:
                client = self._made
                if client is None:
                    client = self._made = _new_client()
                    weakref.finalize(self, client.close)
        return client

    def _forget(self) -> None:
        self._made = None
        self._lock = threading.Lock()
        self._pid = os.getpid()


class _Chunks(httpx.SyncByteStream):
    """An upload's pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


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


def _new_client() -> httpx.Client:
    client = httpx.Client(
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


def _install_backend(client: httpx.Client) -> None:
    # httpx offers no public way to give its pools a network backend. Where the attributes are
    # missing (another transport), the deadline bounds each wait by the attempt's limits only.
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None and not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend)  # noqa: SLF001


def _abandon(response: httpx.Response) -> None:
    """The application dropped an answer without closing it."""
    _shut(response)
    _abandoned.append(response)


def _shut(response: httpx.Response) -> None:
    """End the connection at the socket, which takes no lock and wakes a thread that reads."""
    stream = response.extensions.get("network_stream")
    sock = stream.get_extra_info("socket") if stream is not None else None
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _close(response: httpx.Response) -> None:
    # What fails while closing leaves nothing to use and nothing to report.
    with contextlib.suppress(Exception):
        response.close()


def _timeouts(limits: Limits) -> dict[str, float | None]:
    """The attempt's limits; waiting for a pooled connection is bounded by the deadline here."""
    timeouts = limits.timeout._asdict()
    if limits.deadline_at is not None:
        left = max(0.001, limits.deadline_at - time.monotonic())
        timeouts["pool"] = left if timeouts["pool"] is None else min(timeouts["pool"], left)
    return timeouts


def _expired(limits: Limits) -> bool:
    # The socket's own clock may fire a hair before the deadline.
    return limits.deadline_at is not None and time.monotonic() >= limits.deadline_at - 0.01
