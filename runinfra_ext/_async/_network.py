"""A socket for asyncio, and how it is opened; ``_sync/_network.py`` is its hand-written twin.

A protocol of its own rather than asyncio's streams: no copy into a second buffer, and a connection
that waits in the pool knows whether its peer has said anything or gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from typing import Any, Final

from .._ground.limits import Limits
from .._http.failures import expired, failure, wait_limit
from .._http.options import is_readable, socket_options, tls_context

_OPTIONS: Final = socket_options()
_ADDRESS: Final = re.compile(r"[0-9.]+\Z|[0-9A-Fa-f:.]*:")
READ_BYTES: Final = 64 * 1024  # that one system call takes at most
_AHEAD: Final = 64 * 1024  # bytes that are read ahead of the application
_NEXT_ADDRESS: Final = 0.25  # seconds after which another address of the host is tried, too


class AsyncSocket(asyncio.BufferedProtocol):
    """The bytes of one connection.

    Args:
        buffer: what asyncio reads into; all connections of a loop share it, because it is emptied
            as soon as something is in it.
    """

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self._transport: asyncio.Transport
        self._pieces: list[bytes] = []
        self._size = 0
        self._ended = False
        self._lost = False
        self._error: Exception | None = None
        self._reading: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None
        self._full = False
        self._paused = False

    async def read(self, timeout: float | None) -> bytes:
        """What has come, waiting for it if nothing has; ``b""`` when the peer has closed.

        Args:
            timeout: seconds.

        Raises:
            OSError: the connection broke; its subclass ``TimeoutError``: nothing came in time.
        """
        pieces = self._pieces
        if not pieces:
            if self._error is not None:
                raise OSError(self._error.__class__.__name__)
            if self._ended:
                return b""
            self._reading = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._reading
            finally:
                self._reading = None
            if not pieces:
                return await self.read(timeout)
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._size = 0
        if self._paused:
            self._paused = False
            if not self._lost:
                self._transport.resume_reading()
        return data

    async def write(self, data: bytes, timeout: float | None) -> None:
        """Write, waiting while the peer takes nothing.

        Args:
            data: what to write.
            timeout: seconds.

        Raises:
            OSError: the connection broke; its subclass ``TimeoutError``: the peer took nothing.
        """
        if self._lost or self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(data)
        if self._full:
            self._writing = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._writing
            finally:
                self._writing = None

    def has_news(self) -> bool:
        """Whether the peer has sent something or closed, which the loop may not have seen yet."""
        if self._pieces or self._ended or self._lost or self._transport.is_closing():
            return True
        return is_readable(self._transport.get_extra_info("socket"))

    def close(self) -> None:
        """Close at once; what waits to be sent is dropped."""
        self._transport.abort()

    def shut(self) -> None:
        """Close as politely as can be done without waiting: over TLS with a last word."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = transport  # type: ignore[assignment] # of a stream of bytes
        sock = transport.get_extra_info("socket")
        for option in _OPTIONS:
            with contextlib.suppress(OSError):
                sock.setsockopt(*option)

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        """Called by asyncio."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Called by asyncio."""
        self._pieces.append(bytes(memoryview(self._buffer)[:nbytes]))
        self._size += nbytes
        if self._size > _AHEAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake(self._reading)

    def eof_received(self) -> None:
        """Called by asyncio."""
        self._ended = True
        self._wake(self._reading)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._ended = self._lost = True
        self._error = exc
        self._full = False
        self._wake(self._reading)
        if self._writing is not None and not self._writing.done():
            self._writing.set_exception(ConnectionResetError())

    def pause_writing(self) -> None:
        """Called by asyncio."""
        self._full = True

    def resume_writing(self) -> None:
        """Called by asyncio."""
        self._full = False
        self._wake(self._writing)

    def _wake(self, future: asyncio.Future[None] | None) -> None:
        if future is not None and not future.done():
            future.set_result(None)


async def connect(
    scheme: str, host: str, port: int, limits: Limits, buffer: bytearray
) -> AsyncSocket:
    """Open a connection.

    Args:
        scheme: ``http`` or ``https``.
        host: name or address.
        port: of the host.
        limits: of the attempt.
        buffer: shared by the connections of the loop.

    Raises:
        TransportFailure: it could not be opened in time; nothing was sent.
    """
    fault = None
    secure: dict[str, Any] = {}
    if scheme == "https":
        secure = {"ssl": tls_context(), "server_hostname": host}
    try:
        async with asyncio.timeout(wait_limit(limits, limits.timeout.connect, sent=False)):
            # A name may have addresses of both families, one of them dead; an address is itself,
            # and the race between addresses costs several kilobytes.
            delay = None if _ADDRESS.match(host) else _NEXT_ADDRESS
            _, opened = await asyncio.get_running_loop().create_connection(
                lambda: AsyncSocket(buffer), host, port, happy_eyeballs_delay=delay, **secure
            )
            return opened
    except TimeoutError:
        fault = failure("deadline" if expired(limits) else "connect_timeout", sent=False)
    except ssl.SSLError:
        fault = failure("tls_handshake", sent=False)
    except (OSError, UnicodeError):
        fault = failure("refused", sent=False)
    raise fault
