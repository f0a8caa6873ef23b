"""The connections of one event loop: aiohttp opens them, this pool keeps them.

Promises: whoever waits first gets a connection first, and a wait has one end; the connection that
was used last is used first, so that the others may grow old and be closed; one whose peer has
spoken or gone is not used; no connection and no turn is lost by a cancellation.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from aiohttp.connector import Connection

from ..errors import InvalidRequestError
from .aiohttp_line import Line, Origin
from .aiohttp_lookup import Resolver
from .failures import expired, failure, wait_limit
from .options import IDLE_SECONDS, MAX_IDLE_CONNECTIONS, check_public, socket_options

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

    from .._ground.limits import Limits
    from .aiohttp_attempt import AiohttpAttempt
    from .proxies import Proxy


class Lease(Connection):
    """A connection in the hands of aiohttp, for one request.

    Args:
        pool: where it goes back to.
        line: the connection.
        key: aiohttp's own name of its origin.
        loop: its event loop.
    """

    def __init__(
        self, pool: AiohttpPool, line: Line, key: Any, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(pool, key, line.handler, loop)
        self._pool = pool
        self._line = line
        self._turn = line.turn

    def release(self) -> None:
        """Nothing: aiohttp calls it before it knows whether anything comes behind the answer."""

    def close(self) -> None:
        """End the connection, unless it serves another request by now."""
        if self._line.turn == self._turn and self._line.busy:
            self._pool.discard(self._line)

    def __del__(self, _warnings: Any = None) -> None:
        """Nothing: whoever reads the answer gives the connection back."""


class AiohttpPool(aiohttp.TCPConnector):
    """Connections, made as they are needed.

    Args:
        max_connections: how many may be open at a time.

    Attributes:
        lines: the open connections, idle or in use.
        down: it was closed.
        foreign: it is another process's, which has forked: its sockets are not touched.
    """

    def __init__(self, max_connections: int) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - its types have a gap
            limit=0, resolver=Resolver()
        )
        self.lines: set[Line] = set()
        self.down = False
        self.foreign = False
        self._most = max_connections
        self._free = max_connections
        self._opening: set[asyncio.Timeout] = set()  # the clocks of connections being made
        self._idle: dict[Origin, deque[Line]] = {}
        self._turns: deque[asyncio.Future[None]] = deque()
        self._expected: dict[aiohttp.ClientRequest, AiohttpAttempt] = {}

    def expect(self, request: aiohttp.ClientRequest, attempt: AiohttpAttempt) -> None:
        """Tell whose a request is that aiohttp will ask a connection for."""
        self._expected[request] = attempt

    async def connect(
        self, req: aiohttp.ClientRequest, traces: Any, timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """Called by aiohttp for the connection of a request.

        Raises:
            TransportFailure: there is none in time.
        """
        attempt = self._expected.pop(req)
        try:
            line = await self._take(attempt, req, traces, timeout)
            if attempt.limits.public_only and attempt.origin.proxy is None:
                self._check_public(line)
        except aiohttp.ClientError as error:
            attempt.error = attempt.failure(error)
            raise attempt.error from error
        except BaseException as error:  # cancelled too: known before aiohttp wraps it
            attempt.error = error
            raise
        attempt.line = line
        line.begin(attempt.limits)
        line.uploading = attempt.uploads
        return Lease(self, line, req.connection_key, self._loop)

    def give(self, line: Line) -> None:
        """Take a connection back that can be used again."""
        if self.down:
            self.discard(line)
            return
        if not line.busy:
            return
        line.busy = False
        line.reused = True
        line.rest()
        line.idle_since = time.monotonic()
        idle = self._idle.setdefault(line.origin, deque())
        idle.append(line)
        oldest = idle[0]
        if len(idle) > MAX_IDLE_CONNECTIONS or _is_old(oldest):
            self.discard(idle.popleft())
        self._free_turn()

    def discard(self, line: Line) -> None:
        """End a connection, and give its turn to the next."""
        self.lines.discard(line)
        if not self.foreign:
            line.abort()
        if line.busy:
            line.busy = False
            self._free_turn()

    def drop_idle(self, origin: Origin) -> None:
        """End the connections to an origin that are idle."""
        for line in self._idle.pop(origin, ()):
            self.discard(line)

    def shut(self) -> None:
        """End all connections at once, those in use too."""
        self.down = True
        for line in list(self.lines):
            line.shut = True
            self.discard(line)
        self._idle.clear()
        for turn in self._turns:
            if not turn.done():
                turn.set_result(None)
        self._turns.clear()
        for clock in self._opening:
            # Unless it has just run out, or its event loop runs no more.
            with contextlib.suppress(RuntimeError):
                clock.reschedule(0)

    async def end(self) -> None:
        """The same as politely as can be done without waiting: over TLS with a last word."""
        self.down = True
        if not self.foreign:
            for line in self.lines:
                line.shut = True
                line.transport.close()
            # One turn of the loop, in which TLS says its last word.
            await asyncio.sleep(0)
        self.shut()

    def leave_to_parent(self) -> None:
        """After a fork, in the child: close its copies of the sockets, and touch nothing else.

        The numbers of the descriptors stay taken, so that nothing that lets go of a socket later
        closes a file of the child's.
        """
        self.foreign = self.down = True
        null = os.open(os.devnull, os.O_RDWR)
        for line in self.lines:
            with contextlib.suppress(OSError):
                os.dup2(null, line.fileno, inheritable=False)
        os.close(null)

    async def _take(
        self, attempt: AiohttpAttempt, req: aiohttp.ClientRequest, traces: Any, timeout: Any
    ) -> Line:
        await self._wait_turn(attempt.limits)
        try:
            self._check_open()
            idle = self._idle.get(attempt.origin)
            while idle:
                line = idle.pop()
                if not (_is_old(line) or line.has_news()):
                    return line
                self.discard(line)
            return await self._open(attempt, req, traces, timeout)
        except BaseException:  # cancelled too: a turn must not be lost
            self._free_turn()
            raise

    async def _open(
        self, attempt: AiohttpAttempt, req: aiohttp.ClientRequest, traces: Any, timeout: Any
    ) -> Line:
        if len(self.lines) + len(self._opening) >= self._most:
            # As many are open as may be, so one that serves another origin has to go.
            others = next((others for others in self._idle.values() if others), None)
            if others is not None:
                self.discard(others.popleft())
        limits = attempt.limits
        clock = asyncio.timeout(wait_limit(limits, limits.timeout.connect, sent=False))
        try:
            async with clock:
                self._opening.add(clock)
                proxy = attempt.origin.proxy
                if proxy is None or not proxy.is_socks:
                    handler = await self._create_connection(req, traces, timeout)
                else:
                    handler = await self._over_socks(proxy, attempt, req)
        except (TimeoutError, aiohttp.ClientError) as error:
            if self.down:
                raise failure("client_closed", sent=False) from error
            if isinstance(error, TimeoutError) and clock.expired():
                raise attempt.late_connect() from error
            raise
        finally:
            self._opening.discard(clock)
        line = Line(attempt.origin, handler, self._forget)
        if self.down:
            line.abort()
        self._check_open()
        sock = line.transport.get_extra_info("socket")
        if sock is None:  # it has ended already, as a tunnel does whose far end was never there
            line.abort()
            raise attempt.cut_handshake()
        for option in socket_options():
            with contextlib.suppress(OSError):
                sock.setsockopt(*option)
        self.lines.add(line)
        return line

    async def _wrap_create_connection(self, *args: Any, **options: Any) -> Any:
        """Called by aiohttp to open a connection; one that nobody gets is ended at once.

        An event loop would end it politely and wait for the peer's goodbye over TLS, for half a
        minute, when its opener is stopped at the moment at which it is there.
        """
        factory, *rest = args
        made: list[ResponseHandler] = []
        create: Any = cast("Any", super())._wrap_create_connection  # noqa: SLF001 - its base's

        def make() -> ResponseHandler:
            made.append(factory())
            return made[-1]

        try:
            return await create(make, *rest, **options)
        except BaseException:  # cancelled: the transport must not stay
            for handler in made:
                if handler.transport is not None:
                    handler.transport.abort()
            raise

    def _release(self, key: Any, protocol: ResponseHandler, *, should_close: bool = False) -> None:  # noqa: ARG002 - aiohttp calls it by this name
        """Called by aiohttp for a tunnel that it gives up, and leaves open once this is closed."""
        if protocol.transport is not None and not self.foreign:
            protocol.transport.abort()

    async def _over_socks(
        self, proxy: Proxy, attempt: AiohttpAttempt, req: aiohttp.ClientRequest
    ) -> ResponseHandler:
        from .aiohttp_over_socks import connect_over_socks  # noqa: PLC0415 - only who has a SOCKS proxy has the package

        origin = attempt.origin
        tls: Any = req.ssl if origin.scheme == "https" else None
        address = (origin.host, origin.port)
        return await connect_over_socks(proxy, address, tls, attempt.host)

    async def _wait_turn(self, limits: Limits) -> None:
        """Wait until one of the connections may be used; there is one end to it."""
        if self._free and not self._turns:
            self._free -= 1
            return
        self._check_open()
        turn = self._loop.create_future()
        self._turns.append(turn)
        clock = asyncio.timeout(wait_limit(limits, limits.timeout.pool, sent=False))
        try:
            async with clock:
                await turn
        except BaseException as error:  # cancelled too: a turn must not be lost
            late = isinstance(error, TimeoutError) and clock.expired()
            if not turn.done() or turn.cancelled():
                with contextlib.suppress(ValueError):
                    self._turns.remove(turn)
            elif late:
                return  # at the last moment
            else:
                self._free_turn()  # it was this one's turn: now it is the next one's
            if late:
                over = expired(limits)
                raise failure("deadline" if over else "pool_timeout", sent=False) from error
            raise

    def _check_public(self, line: Line) -> None:
        try:
            check_public(line.transport.get_extra_info("peername")[0])
        except InvalidRequestError:
            self.discard(line)
            self._free_turn()
            raise

    def _check_open(self) -> None:
        if self.down:
            raise failure("client_closed", sent=False)

    def _free_turn(self) -> None:
        """Hand a turn to whoever waits for longest."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _forget(self, line: Line) -> None:
        """A connection has ended by itself."""
        self.lines.discard(line)
        idle = self._idle.get(line.origin)
        if idle is not None and not line.busy:
            with contextlib.suppress(ValueError):
                idle.remove(line)


def _is_old(line: Line) -> bool:
    return time.monotonic() - line.idle_since > IDLE_SECONDS
