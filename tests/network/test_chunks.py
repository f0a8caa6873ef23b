"""Odd chunks are told in the same way in both worlds, however they are cut."""

from __future__ import annotations

import re

import pytest

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.options import HTTPOptions
from tests.network.blocking import serve
from tests.network.hostile import Peer, answer, client_context
from tests.network.worlds import in_worlds, outcome

HEAD = answer(b"", "Transfer-Encoding: chunked", length=False)
END = b"0\r\n\r\n"
RIGHT = b"5\r\nhello\r\n"
# What comes, and what is told: the body, or the reason of the failure.
CHUNKS: list[tuple[bytes, bytes | str]] = [
    (RIGHT + END, b"hello"),
    (b"0005\r\nhello\r\n000\r\n\r\n", b"hello"),
    (END, b""),
    # Extensions are passed over, whatever they say.
    (b"5;a=b;c\r\nhello\r\n0;last\r\n\r\n", b"hello"),
    (b'5; a="x y"\r\nhello\r\n' + END, b"hello"),
    (b"5 ;a\r\nhello\r\n" + END, b"hello"),
    (b"5;a\nhello\r\n" + END, "protocol"),
    (b"5;" + b"a" * 3000 + b"\n", "protocol"),
    # Trailers too, if they are fields.
    (RIGHT + b"0\r\nX: y\r\nZ:\r\n\r\n", b"hello"),
    (RIGHT + b"0\r\nContent-Length: 9\r\n\r\n", b"hello"),
    (RIGHT + b"0\r\nX: " + b"y" * 9000 + b"\r\n\r\n", b"hello"),
    (RIGHT + b"0\r\nX: " + b"y" * 17_000, "protocol"),
    (RIGHT + b"0\r\n" + b"X: y\r\n" * 2800, "protocol"),
    (RIGHT + b"0\r\nX y\r\n\r\n", "protocol"),
    (RIGHT + b"0\r\nX : y\r\n\r\n", "protocol"),
    (RIGHT + b"0\r\nX: y\0z\r\n\r\n", "protocol"),
    (RIGHT + b"0\r\nX: y\n\r\n", "protocol"),
    (RIGHT + b"0\r\n\n", "protocol"),
    # Sizes and ends of chunks.
    (b"0x5\r\nhello\r\n" + END, "protocol"),
    (b"+5\r\nhello\r\n" + END, "protocol"),
    (b"\r\nhello\r\n" + END, "protocol"),
    (b"f" * 17 + b"\r\nhello\r\n" + END, "protocol"),
    (b"5\nhello\n0\n\n", "protocol"),
    (b"5\r\nhello\n" + END, "protocol"),
    (b"5\r\nhelloX\r\n" + END, "protocol"),
    (RIGHT + b"HTTP/1.1 200 OK\r\n\r\n", "protocol"),
    # Cut.
    (b"", "truncated"),
    (b"5", "truncated"),
    (b"5\r\nhel", "truncated"),
    (RIGHT, "truncated"),
    (RIGHT + b"0\r\n", "truncated"),
    (RIGHT + b"0\r\nX: y\r\n", "truncated"),
]


def cut(peer: Peer, data: bytes, how: str) -> None:
    """Send an answer in one piece or in many."""
    if how == "bytewise":
        peer.send(HEAD)
        peer.send_bytewise(data[:30])
        peer.send(data[30:])
    else:
        peer.send(HEAD + data)


@in_worlds
@pytest.mark.parametrize("how", ["whole", "bytewise"])
def test_odd_chunks(world: str, how: str, tls: bool) -> None:
    """What a proxy would read in another way than the client is no answer."""

    def handle(peer: Peer) -> None:
        head = peer.request()
        assert head is not None
        match = re.match(rb"POST /v1/(\d+) ", head[0])
        assert match is not None
        cut(peer, CHUNKS[int(match[1])][0], how)
        peer.finish()
        peer.request()  # until the client goes

    told = []
    with serve(handle, tls) as server:
        for number in range(len(CHUNKS)):
            options = HTTPOptions(ssl_context=client_context())
            found = outcome(world, f"{server.base_url}/{number}", options)
            told.append(found.reason if isinstance(found, TransportFailure) else found)
    assert list(zip(CHUNKS, told, strict=True)) == [(one, one[1]) for one in CHUNKS]
