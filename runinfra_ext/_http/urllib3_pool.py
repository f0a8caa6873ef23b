"""The connections of one blocking client, shared by all of its threads.

Promises: no more than the limit are open; whoever waits for one gets it in the order of asking; the
connection that was used last is used first, so that the others may grow old and be closed; one
whose peer has spoken or gone is not used; an interrupt at any moment loses no place. The lock is
never held while anything waits, and no finalizer needs it.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from .options import IDLE_SECONDS, MAX_IDLE_CONNECTIONS
from .urllib3_connection import Connection
from .urllib3_wire import Wire

if TYPE_CHECKING:
    import ssl

    from .urllib3_clock import Clock
    from .urllib3_closer import Closer
    from .urllib3_connect import Route

# A connection that nobody holds any more is found lost by those who wait, at the latest after this.
_LOOK_SECONDS: Final = 0.1


class Pool:
    """Connections, made as they are needed.

    Args:
        limit: how many may be open at a time.
    """

    def __init__(self, limit: int) -> None:
        self.closed = False
        self._limit = limit
        self._idle: dict[Route, deque[Connection]] = {}
        # The places that are taken. A place is given back by closing its wire, or by losing it.
        self._open: set[Closer] = set()
        self._queue: deque[weakref.ref[Any]] = deque()
        # Reentrant for the handlers of signals, which may close the client or make a call.
        self._lock = threading.RLock()

    @property
    def wires(self) -> list[Wire]:
        """What is open, idle or in use."""
        return [wire for closer in tuple(self._open) if (wire := closer()) is not None]

    def take(self, route: Route, context: ssl.SSLContext | None, clock: Clock) -> Connection:
        """A connection, idle until now or still to be opened.

        Args:
            route: where it leads.
            context: makes TLS, for https.
            clock: in the stage of waiting for the pool.

        Raises:
            TransportFailure: there was none in time, or the pool was closed.
        """
        turn: Any = None
        try:
            while True:
                with self._lock:
                    if self.closed:
                        raise clock.failure("client_closed")
                    if self._is_next(turn):
                        connection = self._find(route, context)
                        if connection is not None:
                            return connection
                    if turn is None:
                        turn = threading.Lock()
                        turn.acquire()
                        self._queue.append(weakref.ref(turn))
                left = clock.left()
                turn.acquire(timeout=_LOOK_SECONDS if left is None else min(left, _LOOK_SECONDS))
        finally:
            if turn is not None:
                # Whether it got one or not: the next one shall look.
                self._leave(turn)

    def give(self, connection: Connection) -> None:
        """Take a connection back that can be used again."""
        with self._lock:
            if self.closed:
                self._end(connection)
                return
            idle = self._idle.setdefault(connection.route, deque())
            idle.append(connection)
            since = idle[0].wire.idle_since or 0.0
            if len(idle) > MAX_IDLE_CONNECTIONS or time.monotonic() - since > IDLE_SECONDS:
                self._end(idle.popleft())
            self._wake()

    def drop(self, connection: Connection, *, stale: bool = False) -> None:
        """Close a connection.

        Args:
            connection: to be closed.
            stale: it was found dead after it had been idle; so may be all that are idle now.
        """
        with self._lock:
            self._end(connection)
            if stale:
                for other in self._idle.pop(connection.route, ()):
                    self._end(other)
            self._wake()

    def forget(self, connection: Connection) -> None:
        """Close a connection, without the lock: those who wait find its place later."""
        connection.wire.end()
        self._open.discard(connection.wire.closer)

    def close(self) -> None:
        """Close all connections; calls that are under way end with a failure."""
        with self._lock:
            self.closed = True
            for wire in self.wires:
                wire.shut()
            self._idle.clear()
            self._open.clear()
            for waiting in self._queue:
                _release(waiting())

    def _find(self, route: Route, context: ssl.SSLContext | None) -> Connection | None:
        idle = self._idle.get(route)
        while idle:
            connection = idle.pop()
            if connection.is_usable(IDLE_SECONDS):
                return connection
            self._end(connection)
        if len(self._open) >= self._limit:
            self._open.difference_update([ref for ref in tuple(self._open) if ref() is None])
        if len(self._open) >= self._limit:
            others = next((others for others in self._idle.values() if others), None)
            if others is None:
                return None
            self._end(others.popleft())
        wire = Wire()
        self._open.add(wire.closer)
        return Connection(wire, route, context)

    def _end(self, connection: Connection) -> None:
        connection.wire.idle_since = None
        self._open.discard(connection.wire.closer)
        connection.wire.end()

    def _is_next(self, turn: object) -> bool:
        """Whether nobody has waited for longer."""
        queue = self._queue
        while queue:
            first = queue[0]()
            if first is not None:
                return first is turn
            queue.popleft()  # who waited there was interrupted twice
        return True

    def _leave(self, turn: Any) -> None:
        with self._lock:
            mine = weakref.ref(turn)
            if mine in self._queue:
                self._queue.remove(mine)
            self._wake()

    def _wake(self) -> None:
        if self._queue:
            _release(self._queue[0]())


def _release(turn: Any) -> None:
    if turn is not None and turn.locked():
        turn.release()
