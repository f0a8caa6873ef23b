"""A relay before the gateway that can cut what comes from it: an outage, made to order."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Final, Self
from urllib.parse import urlsplit

_PIECE: Final = 256  # bytes; what has arrived before a cut is little
_PAUSE: Final = 0.05  # seconds between pieces: a busy client has time to ask for the cut
_PATIENCE: Final = 30.0  # seconds for a connection


class Relay:
    """Passes bytes between a client and the gateway, until it is told to cut.

    For a gateway over https it is a proxy that takes CONNECT, so that the client still checks the
    gateway's certificate; what it passes is encrypted, and it reads none of it.

    Args:
        base_url: of the gateway.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._tunnels = parts.scheme == "https"
        self._upstream = (parts.hostname or "", parts.port or (443 if self._tunnels else 80))
        self._path = parts.path
        self._cut = threading.Event()
        self._ended = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    @property
    def options(self) -> dict[str, str]:
        """What a client needs to pass through it."""
        address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        return {"proxy": address} if self._tunnels else {"base_url": f"{address}{self._path}"}

    def cut(self) -> None:
        """Pass nothing more, and close what is open, as a gateway does that goes down."""
        self._cut.set()

    def __enter__(self) -> Self:
        """Begin to take connections."""
        self._start(self._accept)
        return self

    def __exit__(self, *_details: object) -> None:
        """Close everything, and wait until it is."""
        self._cut.set()
        self._ended.set()
        for end in (self._door, *self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes what waits for it
        self._door.close()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            self._open.append(client)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(_PATIENCE)
            if self._tunnels:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += client.recv(4096) or _gone()
            with socket.create_connection(self._upstream, _PATIENCE) as gateway:
                self._open.append(gateway)
                if self._tunnels:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._start(self._pass, client, gateway, 65_536, 0.0)
                self._pass(gateway, client, _PIECE, _PAUSE)

    def _pass(self, source: socket.socket, sink: socket.socket, size: int, pause: float) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(size):
                if self._cut.wait(pause) if pause else self._cut.is_set():
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _gone() -> bytes:
    msg = "the client has left"
    raise ConnectionError(msg)
