"""The connections of a client, whatever it sends over: tests look whether they were given back."""

from __future__ import annotations

from typing import Any


def pools_of(client: Any) -> list[Any]:
    """The pools of a client of either kind; each has ``connections``, which know ``is_idle()``."""
    http = getattr(client, "inner", client)._http
    if http._given is not None:
        return [http._given._client._transport._pool]
    if hasattr(http, "_made"):
        return [BlockingPool(backend._pool) for backend in http._made.values()]
    return [backend._pool for backend in http._backends.values()]


class BlockingPool:
    """The pool of a blocking client."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    @property
    def connections(self) -> list[Any]:
        """What is open, idle or in use."""
        return self.pool.wires


def connections_of(client: Any) -> list[Any]:
    """The open connections of a client."""
    return [
        connection
        for pool in pools_of(client)
        for connection in (pool.lines if hasattr(pool, "lines") else pool.connections)
    ]


def socket_option(connection: Any, level: int, name: int) -> int:
    """An option of a connection's socket."""
    if hasattr(connection, "sockets"):
        return int(connection.sockets[0].getsockopt(level, name))
    if hasattr(connection, "_connection"):
        stream = connection._connection._network_stream
        return int(stream.get_extra_info("socket").getsockopt(level, name))
    return int(connection.transport.get_extra_info("socket").getsockopt(level, name))
