"""A pool of connections for all threads; ``_async/_pool.py`` is its hand-written twin.

Promises: taking and giving back cost the same however many connections there are; the connection
that was used last is used first, so that the others may grow old and be closed; one that its peer
has left is not used; the lock is never held while anything waits for the network.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Mapping

from .._http.failures import expired, failure, wait_limit
from .._ground.limits import Limits
from .._http.options import IDLE_SECONDS, MAX_CONNECTIONS, MAX_IDLE_CONNECTIONS, target_of
from ._connection import Connection, Origin
from ._network import connect


class Exchange:
    """An answer whose head has come, on a connection of the pool.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    __slots__ = ("_connection", "_pool", "headers", "status")

    def __init__(
        self, pool: Pool, connection: Connection, status: int, headers: list[tuple[str, str]]
    ) -> None:
        self._pool = pool
        self._connection = connection
        self.status = status
        self.headers = headers

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body; ``b""`` at its end.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        return self._connection.read(limits, silence)

    def close(self) -> None:
        """Give the connection back, or close it if there is more of the body to come."""
        self._pool.give(self._connection)

    def shut(self) -> None:
        """End the connection at its socket, which takes no lock and wakes a thread that reads."""
        self._connection.socket.shut()

    def try_close(self) -> bool:
        """Close the connection without waiting for anything; whether that was possible."""
        return self._pool.drop(self._connection)


class Pool:
    """Connections, made as they are needed."""

    def __init__(self) -> None:
        self.closed = False
        self._pid = os.getpid()
        self._idle: dict[Origin, deque[Connection]] = {}
        self._open: set[Connection] = set()
        self._opening = 0
        # Not reentrant, so that a finalizer that runs while this thread holds it sees that.
        self._changed = threading.Condition(threading.Lock())

    @property
    def connections(self) -> list[Connection]:
        """The open connections, idle or in use."""
        with self._changed:
            return list(self._open)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> Exchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
        """
        target = target_of(url)
        connection = self._take(Origin(target.scheme, target.host, target.port), limits)
        try:
            fields = {"host": target.authority, **headers}
            connection.send(method, target.path, fields, content, limits)
            status, pairs = connection.answer(limits)
        except BaseException:
            self._discard(connection)
            raise
        return Exchange(self, connection, status, pairs)

    def give(self, connection: Connection) -> None:
        """Take a connection back; it is closed unless it can be used again."""
        superfluous: Connection | None = None
        with self._changed:
            if connection not in self._open:
                return
            if self.closed or not connection.finish():
                superfluous = connection
            else:
                idle = self._idle.setdefault(connection.origin, deque())
                idle.append(connection)
                if len(idle) > MAX_IDLE_CONNECTIONS or not idle[0].is_usable(IDLE_SECONDS):
                    superfluous = idle.popleft()
                self._changed.notify()
        if superfluous is not None:
            self._discard(superfluous)

    def drop(self, connection: Connection) -> bool:
        """Close a connection from a finalizer; ``False`` if the pool is just being used."""
        if not self._changed.acquire(blocking=False):
            return False
        try:
            self._open.discard(connection)
            self._changed.notify()
        finally:
            self._changed.release()
        connection.socket.close()
        return True

    def close(self) -> None:
        """Close all connections, those in use too."""
        self.closed = True
        for connection in self.connections:
            # After a fork the connections are the parent's too: only this end of them is let go.
            if self._pid == os.getpid():
                connection.socket.shut()
            self._discard(connection)

    def _take(self, origin: Origin, limits: Limits) -> Connection:
        while True:
            stale: Connection | None = None
            with self._changed:
                if self.closed:
                    raise failure("client_closed", sent=False)
                idle = self._idle.get(origin)
                if idle:
                    stale = idle.pop()
                    if stale.is_usable(IDLE_SECONDS):
                        stale.idle_since = None
                        return stale
                elif len(self._open) + self._opening < MAX_CONNECTIONS:
                    self._opening += 1
                    break
                else:
                    others = next((others for others in self._idle.values() if others), None)
                    if others is None:
                        self._wait(limits)
                        continue
                    stale = others.popleft()
            self._discard(stale)
        return self._connect(origin, limits)

    def _connect(self, origin: Origin, limits: Limits) -> Connection:
        connection: Connection | None = None
        try:
            connection = Connection(origin, connect(*origin, limits))
            return connection
        finally:
            with self._changed:
                self._opening -= 1
                if connection is not None:
                    self._open.add(connection)
                else:
                    self._changed.notify()

    def _wait(self, limits: Limits) -> None:
        """Wait until a connection may be there; the lock is held before and behind it."""
        if not self._changed.wait(wait_limit(limits, limits.timeout.pool, sent=False)):
            raise failure("deadline" if expired(limits) else "pool_timeout", sent=False)

    def _discard(self, connection: Connection) -> None:
        with self._changed:
            self._open.discard(connection)
            connection.idle_since = None
            self._changed.notify()
        connection.socket.close()
