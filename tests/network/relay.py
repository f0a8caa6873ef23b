"""A relay between a client and the sandbox that cuts the answers anew: over TLS into other records."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from tests.network.hostile import Hostile, Peer, server_context
from tests.network.proxying import relay

MANY = 700  # bytes of a piece


def whole(data: bytes) -> Iterator[bytes]:
    """All in one piece."""
    yield data


def many(data: bytes) -> Iterator[bytes]:
    """In many pieces."""
    for start in range(0, len(data), MANY):
        yield data[start : start + MANY]


def bytewise(data: bytes) -> Iterator[bytes]:
    """One byte at a time."""
    for start in range(len(data)):
        yield data[start : start + 1]


CUTS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "whole": whole,
    "many": many,
    "bytewise": bytewise,
}


def relaying(base_url: str, cut: str, *, tls: bool) -> Hostile:
    """A relay to a sandbox without TLS.

    Args:
        base_url: of the sandbox.
        cut: name of one of :data:`CUTS`.
        tls: whether the client speaks TLS with the relay.
    """
    port = urlsplit(base_url).port or 80

    def handle(peer: Peer) -> None:
        with socket.create_connection(("127.0.0.1", port)) as onward:

            def send(data: bytes) -> None:
                for piece in CUTS[cut](data):
                    peer.sock.sendall(piece)

            relay(peer.sock, onward, send)

    return Hostile(handle, tls=server_context() if tls else None)
