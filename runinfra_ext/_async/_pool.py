"""A pool of connections for one event loop; ``_sync/_pool.py`` is its hand-written twin.

Promises: taking and giving back cost the same however many connections there are; the connection
that was used last is used first, so that the others may grow old and be closed; one that its peer
has left is not used; no connection is lost by a cancellation.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterable, Mapping

from .._ground.limits import Limits
from .._http.failures import expired, failure, wait_limit
from .._http.options import IDLE_SECONDS, MAX_CONNECTIONS, MAX_IDLE_CONNECTIONS, target_of
from ._connection import AsyncConnection, Origin
from ._network import READ_BYTES, connect


class AsyncExchange:
    """An answer whose head has come, on a connection of the pool.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    __slots__ = ("_connection", "_pool", "headers", "status")

    def __init__(
        self,
        pool: AsyncPool,
        connection: AsyncConnection,
        status: int,
        headers: list[tuple[str, str]],
    ) -> None:
        self._pool = pool
        self._connection = connection
        self.status = status
        self.headers = headers

    async def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body; ``b""`` at its end.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        return await self._connection.read(limits, silence)

    async def aclose(self) -> None:
        """Give the connection back, or close it if there is more of the body to come."""
        self.release()

    def release(self) -> None:
        """The same, at once; also for an answer that nobody reads any more."""
        self._pool.give(self._connection)


class AsyncPool:
    """Connections, made as they are needed."""

    def __init__(self) -> None:
        self.closed = False
        self._idle: dict[Origin, deque[AsyncConnection]] = {}
        self._open: set[AsyncConnection] = set()
        self._opening = 0
        self._buffer = bytearray(READ_BYTES)
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def connections(self) -> list[AsyncConnection]:
        """The open connections, idle or in use."""
        return list(self._open)

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes] | None,
        limits: Limits,
    ) -> AsyncExchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
        """
        target = target_of(url)
        connection = await self._take(Origin(target.scheme, target.host, target.port), limits)
        try:
            fields = {"host": target.authority, **headers}
            await connection.send(method, target.path, fields, content, limits)
            status, pairs = await connection.answer(limits)
        except BaseException:
            self._discard(connection)
            raise
        return AsyncExchange(self, connection, status, pairs)

    def give(self, connection: AsyncConnection) -> None:
        """Take a connection back; it is closed unless it can be used again."""
        if connection not in self._open:
            return
        idle = self._idle.setdefault(connection.origin, deque())
        if self.closed or not connection.finish():
            self._discard(connection)
            return
        idle.append(connection)
        oldest = idle[0]
        if len(idle) > MAX_IDLE_CONNECTIONS or not oldest.is_usable(IDLE_SECONDS):
            self._discard(idle.popleft())
        self._wake()

    async def aclose(self) -> None:
        """Close all connections, those in use too."""
        self.closed = True
        remaining = self.connections
        for connection in remaining:
            connection.socket.shut()
        # One turn of the loop, in which TLS says its last word.
        await asyncio.sleep(0)
        for connection in remaining:
            self._discard(connection)

    async def _take(self, origin: Origin, limits: Limits) -> AsyncConnection:
        while True:
            if self.closed:
                raise failure("client_closed", sent=False)
            idle = self._idle.get(origin)
            while idle:
                connection = idle.pop()
                if connection.is_usable(IDLE_SECONDS):
                    return connection
                self._discard(connection)
            if len(self._open) + self._opening < MAX_CONNECTIONS:
                return await self._connect(origin, limits)
            others = next((others for others in self._idle.values() if others), None)
            if others is not None:
                self._discard(others.popleft())
            else:
                await self._wait(limits)

    async def _connect(self, origin: Origin, limits: Limits) -> AsyncConnection:
        self._opening += 1
        try:
            connection = AsyncConnection(origin, await connect(*origin, limits, self._buffer))
        except BaseException:
            self._wake()
            raise
        finally:
            self._opening -= 1
        self._open.add(connection)
        return connection

    async def _wait(self, limits: Limits) -> None:
        """Wait until a connection may be there."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        late = False
        try:
            async with asyncio.timeout(wait_limit(limits, limits.timeout.pool, sent=False)):
                await turn
        except TimeoutError:
            late = True
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._wake()  # it was this one's turn: now it is the next one's
            raise
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(turn)
        if late and (turn.cancelled() or not turn.done()):
            raise failure("deadline" if expired(limits) else "pool_timeout", sent=False)

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _discard(self, connection: AsyncConnection) -> None:
        self._open.discard(connection)
        connection.idle_since = None
        connection.socket.close()
        self._wake()
