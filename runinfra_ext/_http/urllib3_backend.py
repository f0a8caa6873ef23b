"""The backend of the blocking client: urllib3's connections under a small pool of ours.

Promises: nothing is repeated, redirected, decoded or added; every failure leaves as a
:class:`TransportFailure` which says how far the request got; what comes from outside (Ctrl-C, a
signal handler's exception, an upload source's own) passes unchanged, closes the connection and
gives its place back; a child of a fork never touches its parent's connections.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .._ground.wire import TransportFailure
from .failures import failure
from .heads import Unframed
from .options import HTTPOptions, check_public, target_of, tls_context
from .proxies import Proxies
from .urllib3_clock import Clock
from .urllib3_connect import Route
from .urllib3_pool import Pool

if TYPE_CHECKING:
    import ssl

    from .._ground.limits import Limits
    from .urllib3_connection import Connection, Received


class Urllib3Backend:
    """Sends requests over connections of its own.

    Args:
        options: what the client was told about the network.
    """

    def __init__(self, options: HTTPOptions) -> None:
        self._options = options
        self._proxies = Proxies(options)
        self._begin()

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._pool.closed

    @property
    def connections(self) -> int:
        """How many connections are open, idle or in use."""
        return len(self._pool.wires)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> Urllib3Exchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
            ConfigurationError: something is wrong with the proxy that is set.
        """
        if self._pid != os.getpid():
            # After a fork the sockets belong to the parent too.
            self._begin()
        pool = self._pool
        target = target_of(url)
        proxy = self._proxies.proxy_for(target)
        route = Route(target.scheme, target.host, target.port, proxy)
        clock = Clock(limits, route.label)
        clock.stage("pool_timeout", whole=limits.timeout.pool)
        connection = pool.take(route, self._context(target.scheme), clock)
        wire = connection.wire
        exchange: Urllib3Exchange | None = None
        stale = False
        try:
            wire.busy = True
            if not wire.reused:
                connection.open(clock, self._options.ssl_context)
            if limits.public_only and proxy is None:
                check_public(wire.peer_address())
            connection.ask(method, target, headers, content, clock)
            answer = connection.answer(method, clock)
            wire.busy = False
            if not wire.closing:
                exchange = Urllib3Exchange(pool, connection, clock, answer)
                return exchange
        except TransportFailure as error:
            stale = error.stale
            if wire.closing:
                raise failure("client_closed", sent=clock.sent) from error
            raise
        finally:
            if exchange is None:
                wire.busy = False
                pool.drop(connection, stale=stale)
        raise failure("client_closed", sent=clock.sent)

    def close(self) -> None:
        """Close all connections, those in use too; in a child of a fork only its copies."""
        if self._pid == os.getpid():
            self._pool.close()
        else:
            self._begin()

    def _begin(self) -> None:
        self._pool = Pool(self._options.max_connections)
        self._pid = os.getpid()

    def _context(self, scheme: str) -> ssl.SSLContext | None:
        if scheme != "https":
            return None
        return self._options.ssl_context or tls_context()


class Urllib3Exchange:
    """An answer whose head has come.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    __slots__ = (
        "__weakref__",
        "_body",
        "_clock",
        "_connection",
        "_data",
        "_pool",
        "headers",
        "status",
    )

    def __init__(self, pool: Pool, connection: Connection, clock: Clock, answer: Received) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self._pool = pool
        self._connection = connection
        self._clock = clock
        self._body = answer.body
        self._data = answer.data

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body, waiting for it if nothing has; ``b""`` at its end.

        Args:
            limits: of the attempt.
            silence: seconds to wait, besides the limits.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        wire, body, clock = self._connection.wire, self._body, self._clock
        if wire.is_inherited():
            # Its bytes are the parent's.
            raise failure("client_closed", sent=True)
        read = limits.timeout.read
        if silence is not None and (read is None or silence < read):
            read = silence
        clock.limits = limits
        clock.stage("read_timeout", each=read)
        piece = b""
        wire.busy = True
        try:
            while not piece and not body.over and not wire.closing:
                if body.broken:
                    raise clock.failure("protocol")
                data, self._data = self._data or wire.receive(), b""
                if data:
                    piece = body.feed(data)
                elif body.until_close and not wire.cut and not wire.closing:
                    body.over = True
                else:
                    raise clock.failure("truncated")
        except Unframed as error:
            raise clock.failure("protocol") from error
        except TransportFailure as error:
            if wire.closing:
                raise failure("client_closed", sent=True) from error
            raise
        finally:
            wire.busy = False
            if wire.closing:
                self._pool.drop(self._connection)
        if wire.closing:
            raise failure("client_closed", sent=True)
        return piece

    def close(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed.

        Another thread that waits in :meth:`read` is woken with a failure.
        """
        connection, wire = self._connection, self._connection.wire
        if wire.is_inherited():
            wire.end()
        elif not self._data and not wire.closing and connection.finish(self._body):
            self._pool.give(connection)
        else:
            wire.shut()
            if not wire.busy:
                self._pool.drop(connection)

    def release(self) -> None:
        """Close the connection from a finalizer: takes no lock, never waits."""
        self._pool.forget(self._connection)
