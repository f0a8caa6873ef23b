"""One request on its way through aiohttp: its clock, its upload, and how it failed."""

from __future__ import annotations

import asyncio
import errno
import re
import ssl
from collections.abc import AsyncIterable, AsyncIterator
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ..errors import ConfigurationError
from .failures import connect_failure, expired, failure, most_telling, proxy_refusal
from .tls_failures import is_refusal, tls_failure

if TYPE_CHECKING:
    from .._ground.limits import Limits
    from .._ground.wire import TransportFailure
    from .aiohttp_line import Line, Origin
    from .aiohttp_pool import AiohttpPool
    from .proxies import Proxy

_NUMBERS: Final = re.compile(r"\[Errno (\d+)\]")
_OF_TLS: Final = (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)
_TURNS: Final = 3  # of the event loop, until what has come is with its protocol
PIECE_BYTES: Final = 64 * 1024  # each piece of this size has the write limit for itself


class AiohttpAttempt:
    """One request: a middleware of aiohttp's, which sees all that goes wrong on the way.

    Args:
        pool: where it gets its connection.
        origin: whom it is for.
        host: the same in words.
        limits: of the attempt.

    Attributes:
        line: its connection, as soon as it has one.
        uploads: its body is an :class:`AiohttpUpload`.
        error: what the caller is to be told, if it is not what comes out of aiohttp.
    """

    __slots__ = ("error", "host", "limits", "line", "origin", "pool", "uploads")

    def __init__(self, pool: AiohttpPool, origin: Origin, host: str, limits: Limits) -> None:
        self.pool = pool
        self.origin = origin
        self.host = host
        self.limits = limits
        self.line: Line | None = None
        self.uploads = False
        self.error: BaseException | None = None

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Called by aiohttp; it raises nothing for which aiohttp would repeat the request."""
        self.pool.expect(request, self)
        try:
            return await handler(request)
        except aiohttp.ClientError as error:
            # Told outside of ``except``: a cancellation during the wait, or an error of the
            # upload's source, leaves without a chain that holds the request.
            lost = error
        except BaseException as error:  # of the source, or cancelled: known before aiohttp wraps it
            if self.error is None:
                self.error = error
            raise
        if self.line is not None and not self.line.ended:
            await _turns()  # the connection may not know yet how it ended
        if self.error is None:
            self.error = self.failure(lost)
        raise self.error

    def failure(self, error: Exception) -> Exception:
        """What an exception of aiohttp's means."""
        line = self.line
        if line is None:
            return self._unconnected(error)
        if line.late:
            reason = "deadline" if expired(self.limits) else line.stage
            return failure(reason, sent=True, host=self.host)
        if line.shut:
            return failure("client_closed", sent=True)
        if is_refusal(line.error):
            assert isinstance(line.error, Exception)
            return tls_failure(line.error, host=self.host)
        if line.defective or isinstance(error, aiohttp.ClientResponseError):
            return failure("protocol", sent=True, host=self.host)
        if line.error is None and line.is_within_head():
            return failure("truncated", sent=True, host=self.host)
        stale = line.reused and not line.heard
        if stale:
            # Whatever has ended this one may have ended the others.
            self.pool.drop_idle(self.origin)
        broken = line.error is not None or not isinstance(error, aiohttp.ServerDisconnectedError)
        return failure("reset" if broken else "closed", sent=True, stale=stale, host=self.host)

    def late_connect(self) -> TransportFailure:
        """The failure of an attempt that got no connection in time."""
        return failure(
            "deadline" if expired(self.limits) else "connect_timeout", sent=False, host=self.host
        )

    def cut_handshake(self, *, reset: bool = False) -> TransportFailure:
        """The failure of a connection that ended before it could be used.

        No fault of TLS: a balancer that restarts does so, and a second attempt may succeed.
        """
        detail = "in the middle of the TLS handshake" if self.origin.scheme == "https" else ""
        return failure("reset" if reset else "closed", sent=False, host=self.host, detail=detail)

    def _unconnected(self, error: Exception) -> Exception:
        """What an exception while connecting means; nothing was sent."""
        proxy = self.origin.proxy
        if isinstance(error, aiohttp.InvalidURL):
            msg = f"base_url: {self.host} is no host that can be reached"
            return ConfigurationError(msg, param="base_url")
        if isinstance(error, aiohttp.ClientHttpProxyError):
            detail = proxy_refusal(error.status)
            return failure("proxy", sent=False, host=self.host, detail=detail)
        if proxy is not None and _is_of(error, proxy):
            detail = _proxy_words(error, proxy)
            return failure("proxy", sent=False, host=self.host, detail=detail)
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return tls_failure(error.certificate_error, host=self.host)
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return tls_failure(cause, host=self.host)
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            detail = error.os_error.strerror or ""
            return failure("dns", sent=False, host=self.host, detail=detail)
        code = _number(cause)
        if code == errno.ECONNREFUSED:
            return connect_failure(code, host=self.host)
        if isinstance(cause, (ConnectionError, ssl.SSLEOFError)):
            # A reset is the system's, with its number; that of an orderly end is an event loop's.
            return self.cut_handshake(
                reset=isinstance(cause, ConnectionError) and cause.errno is not None
            )
        return connect_failure(code, host=self.host)


class AiohttpUpload(aiohttp.Payload):
    """A body that is written piece by piece; the write limit holds for each of them.

    Args:
        attempt: whose it is.
        content: the body, or its pieces.
    """

    def __init__(self, attempt: AiohttpAttempt, content: bytes | AsyncIterable[bytes]) -> None:
        super().__init__(content)
        attempt.uploads = True
        self._attempt = attempt
        self._content = content

    @property
    def size(self) -> int | None:
        """Bytes; that of pieces stands in the headers."""
        return len(self._content) if isinstance(self._content, bytes) else None

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """A part of aiohttp's interface that no upload needs."""
        raise TypeError(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it, unless the answer comes before."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self,
        writer: AbstractStreamWriter,
        content_length: int | None,
    ) -> None:
        """Called by aiohttp."""
        attempt, limits = self._attempt, self._attempt.limits
        line = attempt.line
        assert line is not None
        pieces = _slices(self._content) if isinstance(self._content, bytes) else self._content
        iterator = aiter(pieces)
        left = content_length
        while not line.answered:
            line.await_news("write_timeout", limits, None)
            try:
                piece = await anext(iterator, b"")
            except BaseException as error:  # the source is the application's: anything
                if isinstance(error, Exception):
                    attempt.error = error
                elif error is getattr(pieces, "raised", None):
                    attempt.error = error
                    # Not by itself, which aiohttp would take for a cancellation of the upload.
                    raise aiohttp.ClientConnectionError from None
                raise
            if line.answered:
                break
            line.await_news("read_timeout", limits, limits.timeout.read)
            if not piece:
                line.uploading = False
                return
            if line.has_news():
                # An answer, the end, or no more than a ticket of TLS: the loop has to read it.
                await _turns()
                if line.answered or line.has_ended():
                    break
            line.await_news("write_timeout", limits, limits.timeout.write)
            if left is not None:
                # The answer may come before the source has been asked whether there is more.
                left -= len(piece)
                line.uploading = left > 0
            await writer.write(piece)
            line.save_answer()
        # An answer has begun, or it is the end: the connection says which, and stops this task.
        line.await_news("read_timeout", limits, limits.timeout.read)
        await asyncio.get_running_loop().create_future()


async def _turns() -> None:
    """Let the event loop take to the protocols what has come."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def _slices(content: bytes) -> AsyncIterator[Any]:
    view = memoryview(content)
    for start in range(0, len(content), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]


def _number(error: Exception) -> int:
    """The system's number of an error while connecting, 0 for none.

    For addresses that have failed in different ways aiohttp has one error, with all in its words.
    """
    if not isinstance(error, OSError):
        return 0
    if error.errno is not None:
        return error.errno
    return most_telling([int(code) for code in _NUMBERS.findall(str(error))] or [0])


def _is_of(error: Any, proxy: Proxy) -> bool:
    """Whether something went wrong with a proxy, and not with the host behind it."""
    if type(error) in _OF_TLS:  # each knows its peer
        return (error.host, error.port) == (proxy.host, proxy.port)
    beyond = isinstance(error, aiohttp.ClientConnectorError) and not isinstance(
        error, (aiohttp.ClientProxyConnectionError, aiohttp.ClientConnectorDNSError)
    )
    return not beyond


def _proxy_words(error: Exception, proxy: Proxy) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"{proxy.url}, its name was not found"
    if isinstance(error, aiohttp.ClientResponseError):
        return "it does not speak HTTP/1.1"
    cause: Exception = error
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
    elif isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        lost = tls_failure(cause, host=proxy.host)
        words = lost.message.partition(": ")[2].rstrip(".")
        return f"{proxy.url}, {lost.reason.replace('_', ' ')}, {words}"
    if isinstance(cause, ConnectionRefusedError):
        return f"{proxy.url}, nobody listens there"
    return "it closed the connection"
