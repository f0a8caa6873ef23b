"""Requests of one event loop over aiohttp.

Promises: aiohttp repeats, redirects, decodes and adds nothing; a body has ended only where its
framing, or over TLS the peer's last word, says so; the loop's end and the client's end both give
the sockets back, without a word; a forked child leaves its parent's connections alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import weakref
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD
from yarl import URL

from .aiohttp_attempt import PIECE_BYTES, AiohttpAttempt, AiohttpUpload
from .aiohttp_line import Origin
from .aiohttp_pool import AiohttpPool
from .failures import expired, failure
from .heads import LENGTH, LINE_BYTES, MOST_HEADERS
from .options import HTTPOptions, Target, target_of, tls_context

if TYPE_CHECKING:
    from .._ground.limits import Limits
    from .._ground.wire import TransportFailure
    from .aiohttp_line import Line
    from .proxies import Proxies

_NO_HEADERS_OF_ITS_OWN: Final = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_NO_TIMEOUT: Final = aiohttp.ClientTimeout()
Framing = Literal["length", "chunked", "none"]

# The pools of all clients, for a child that is forked; and those of the parent in such a child.
_pools: Final[weakref.WeakSet[AiohttpPool]] = weakref.WeakSet()
_of_parents: Final[list[AiohttpPool]] = []


class AiohttpExchange:
    """An answer whose head has come.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    __slots__ = (
        "_content",
        "_framing",
        "_host",
        "_line",
        "_over",
        "_pool",
        "_response",
        "headers",
        "status",
    )

    def __init__(
        self,
        pool: AiohttpPool,
        line: Line,
        response: aiohttp.ClientResponse,
        framing: Framing,
        host: str,
    ) -> None:
        self.status = response.status
        self.headers = [(_text(name), _text(value)) for name, value in response.raw_headers]
        self._pool = pool
        self._line = line
        self._response = response
        self._content = line.content = response.content
        self._host = host
        self._over = False
        self._framing = framing

    async def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body; ``b""`` at its end.

        Args:
            limits: of the attempt.
            silence: seconds to wait, besides the limits.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        content, line = self._content, self._line
        if self._over:
            return b""
        try:
            data = content.read_nowait()
            if not data and not content.is_eof():
                line.await_news("read_timeout", limits, limits.timeout.read, silence)
                try:
                    data = await content.readany()
                finally:
                    line.rest()
        except aiohttp.ClientError:
            # What came before is handed out first; asked again, it fails again.
            data = self._rest()
            if data:
                return data
        else:
            if data:
                return data
            if self._framing != "none" or line.is_finished():
                self._over = True
                return b""
        raise self._broken(limits)

    async def aclose(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        self.release()

    def release(self) -> None:
        """The same; also for an answer that nobody reads any more."""
        line, content = self._line, self._content
        if not line.busy:
            return
        if content.is_eof() and line.is_clean(content.total_bytes):
            self._pool.give(line)
            return
        line.shut = True
        if self._pool.foreign:
            return
        if content.exception() is None and not content.is_eof():
            # Whoever reads is told; aiohttp would raise one and the same object everywhere.
            content.set_exception(aiohttp.ClientConnectionError())
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._response.close()
        self._pool.discard(line)

    def _rest(self) -> bytes:
        """What had come before the body broke off."""
        fault = self._content.exception()
        if fault is None:
            return b""
        self._content.set_exception(None)  # type: ignore[arg-type] # or it gives nothing out
        try:
            return self._content.read_nowait()
        finally:
            self._content.set_exception(fault)

    def _broken(self, limits: Limits) -> TransportFailure:
        line = self._line
        if line.late:
            reason = "deadline" if expired(limits) else line.stage
            return failure(reason, sent=True, host=self._host)
        if line.shut:
            return failure("client_closed", sent=True)
        if line.error is not None:
            return failure("reset", sent=True, host=self._host)
        garbled = line.defective or isinstance(line.handler.exception(), HttpProcessingError)
        return failure("protocol" if garbled else "truncated", sent=True, host=self._host)


class AiohttpBackend:
    """Sends the requests of one event loop, the running one.

    Args:
        options: what the client was told about the network.
        proxies: of the client.
    """

    def __init__(self, options: HTTPOptions, proxies: Proxies) -> None:
        self._proxies = proxies
        self._ssl_context = options.ssl_context
        self._pool = AiohttpPool(options.max_connections)
        self._session = aiohttp.ClientSession(
            connector=self._pool,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_NO_TIMEOUT,  # the attempt has its own clock
            skip_auto_headers=_NO_HEADERS_OF_ITS_OWN,
            auto_decompress=False,
            trust_env=False,  # it would read netrc
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
        )
        _pools.add(self._pool)
        loop = asyncio.get_running_loop()
        # The session is held from outside, so that it is told before it is collected.
        self._finalizer = weakref.finalize(self, _let_go, loop, self._pool, self._session)
        self._finalizer.atexit = False
        self._keeper = _until_loop_ends(self._pool, self._session)
        self._begun = False

    @property
    def closed(self) -> bool:
        """Whether it can't be used any more."""
        return self._pool.down

    @property
    def connections(self) -> int:
        """How many are open, idle or in use."""
        return len(self._pool.lines)

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes] | None,
        limits: Limits,
    ) -> AiohttpExchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
            ConfigurationError: something is wrong on this side; nothing was sent.
        """
        if not self._begun:
            self._begun = True
            await anext(self._keeper)
        target, address = _address(url)
        proxy = self._proxies.proxy_for(target)
        origin = Origin(target.scheme, target.host, target.port, proxy)
        attempt = AiohttpAttempt(self._pool, origin, target.authority, limits)
        options = self._options(origin)
        if proxy is not None and proxy.authorization is not None and not proxy.is_socks:
            credentials = {"Proxy-Authorization": proxy.authorization}
            if target.scheme == "http":
                headers = {**headers, **credentials}
            else:
                options["proxy_headers"] = credentials
        data: Any = content
        if content is not None and not (isinstance(content, bytes) and len(content) <= PIECE_BYTES):
            data = AiohttpUpload(attempt, content)
        try:
            response = await self._session.request(
                method,
                address,
                data=data,
                headers=headers,
                allow_redirects=False,
                middlewares=(attempt,),
                **options,
            )
        except BaseException as error:  # aiohttp's own, or what it has wrapped: the attempt knows
            if attempt.error is None or attempt.error is error:
                raise
        else:
            line = attempt.line
            assert line is not None
            line.rest()
            framing = _framing(response)
            if framing is not None:
                return AiohttpExchange(self._pool, line, response, framing, target.authority)
            response.close()
            self._pool.discard(line)
            raise failure("protocol", sent=True, host=target.authority)
        # Outside of ``except``: if it is the application's own it leaves without a chain of ours.
        raise attempt.error

    async def aclose(self) -> None:
        """Close all connections, those in use too."""
        await self._pool.end()
        if not self._pool.foreign:
            await self._session.close()  # the lookups of names that are under way
        self.abandon()
        await self._keeper.aclose()

    def abandon(self) -> None:
        """The same at once, from the event loop's own thread."""
        self._finalizer.detach()
        _end(self._pool, self._session)

    def _options(self, origin: Origin) -> dict[str, Any]:
        """What aiohttp has to know of the way to an origin."""
        options: dict[str, Any] = {}
        proxy = origin.proxy
        if proxy is not None and not proxy.is_socks:
            options["proxy"] = URL(proxy.url)
        if origin.scheme == "https" or (proxy is not None and proxy.scheme == "https"):
            options["ssl"] = self._ssl_context or tls_context()
            if origin.host.endswith("."):
                # aiohttp leaves the dot of the root to the certificate where there is a proxy.
                options["server_hostname"] = origin.host.rstrip(".")
        return options


@functools.lru_cache(maxsize=256)
def _address(url: str) -> tuple[Target, URL]:
    """What a URL means, and the same as aiohttp takes it: its path goes out as it is."""
    target = target_of(url)
    return target, URL(f"{target.scheme}://{target.authority}{target.path}", encoded=True)


def _framing(response: aiohttp.ClientResponse) -> Framing | None:
    """How the body is framed; ``None`` if that is not certain, or the head is no sane one."""
    if len(response.raw_headers) > MOST_HEADERS:
        return None
    codings = response.headers.getall("Transfer-Encoding", ())
    lengths = response.headers.getall("Content-Length", ())
    if response.status < 200 or len(codings) + len(lengths) > 1:
        return None
    if codings:
        sure = codings[0].lower() == "chunked" and response.version == aiohttp.HttpVersion11
        return "chunked" if sure else None
    if lengths:
        return "length" if LENGTH.fullmatch(lengths[0]) else None
    # Without either it lasts until the connection's end, but where there can be none.
    return "length" if response.content is EMPTY_PAYLOAD else "none"


async def _until_loop_ends(
    pool: AiohttpPool, session: aiohttp.ClientSession
) -> AsyncGenerator[None, None]:
    """A generator that asyncio ends before it closes the loop."""
    try:
        yield
    finally:
        await pool.end()
        _end(pool, session)


def _end(pool: AiohttpPool, session: aiohttp.ClientSession) -> None:
    session.detach()
    if not pool.foreign:
        pool.shut()


def _let_go(
    loop: asyncio.AbstractEventLoop, pool: AiohttpPool, session: aiohttp.ClientSession
) -> None:
    """The client was dropped; this may be any thread."""
    session.detach()
    if not pool.foreign:
        # A loop that is closed has closed its sockets.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(pool.shut)


def _leave_to_parent() -> None:
    for pool in list(_pools):
        pool.leave_to_parent()
        # Never collected, so that nothing of it says goodbye to anybody.
        _of_parents.append(pool)
    _pools.clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_leave_to_parent)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
