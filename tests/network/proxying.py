"""Proxies of raw sockets: forward, CONNECT with credentials, and SOCKS."""

from __future__ import annotations

import base64
import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from tests.network.hostile import Peer


class Forwarding:
    """A handler for an HTTP proxy.

    Args:
        credentials: ``user:password`` that it asks for.
    """

    def __init__(self, credentials: str | None = None) -> None:
        self.asked: list[bytes] = []
        self.refused = 0
        self._wanted = None
        if credentials is not None:
            self._wanted = b"basic " + base64.b64encode(credentials.encode())

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        while (request := peer.request()) is not None:
            head, body = request
            lines = head.split(b"\r\n")
            method, url, _ = lines[0].split()
            self.asked.append(lines[0])
            fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
            sent = fields.get(b"proxy-authorization", b"")
            if self._wanted is not None and sent.lower() != self._wanted.lower():
                self.refused += 1
                peer.send(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                )
                return
            if method == b"CONNECT":
                host, _, port = url.decode().rpartition(":")
                with socket.create_connection((host.strip("[]"), int(port))) as onward:
                    peer.send(b"HTTP/1.1 200 Connection established\r\nVia: us\r\n\r\n")
                    relay(peer.sock, onward)
                return
            authority, _, path = url.removeprefix(b"http://").partition(b"/")
            host, _, port = authority.decode().rpartition(":")
            kept = [line for line in lines[1:] if not line.lower().startswith(b"proxy-")]
            start = b"%b /%b HTTP/1.1" % (method, path)
            with socket.create_connection((host, int(port))) as onward:
                onward.sendall(b"\r\n".join([start, *kept, b"", body]))
                onward.shutdown(socket.SHUT_WR)
                while data := onward.recv(65536):
                    peer.send(data)


def socks5(asked: list[tuple[str, int]], credentials: tuple[bytes, bytes] | None = None):
    """A handler for a SOCKS 5 proxy, which writes down whom it was asked for."""

    def take(peer: Peer, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += peer.sock.recv(size - len(data)) or b"?" * size
        return data

    def handle(peer: Peer) -> None:
        _, count = take(peer, 2)
        take(peer, count)
        if credentials is None:
            peer.send(b"\5\0")
        else:
            peer.send(b"\5\2")
            user = take(peer, take(peer, 2)[1])
            password = take(peer, take(peer, 1)[0])
            peer.send(b"\1" + (b"\0" if (user, password) == credentials else b"\1"))
            if (user, password) != credentials:
                return
        kind = take(peer, 4)[3]
        host = (
            socket.inet_ntoa(take(peer, 4)) if kind == 1 else take(peer, take(peer, 1)[0]).decode()
        )
        (port,) = struct.unpack(">H", take(peer, 2))
        asked.append((host, port))
        try:
            onward = socket.create_connection((host, port))
        except OSError:
            peer.send(b"\5\5\0\1\0\0\0\0\0\0")
            return
        with onward:
            peer.send(b"\5\0\0\1\0\0\0\0\0\0")
            relay(peer.sock, onward)

    return handle


def relay(
    one: socket.socket,
    other: socket.socket,
    send: Callable[[bytes], object] | None = None,
) -> None:
    """Carry bytes both ways until either side ends; ``send`` writes to the first one."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        write = send if send is not None and target is one else target.sendall
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                write(data)
        for sock in (source, target):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # without the goodbye of TLS

    thread = threading.Thread(target=carry, args=(other, one), daemon=True)
    thread.start()
    carry(one, other)
    thread.join(10)
