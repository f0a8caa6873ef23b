"""What proxies do with CONNECT, in both worlds: a tunnel, or a word on what became of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import pytest
import trustme

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    client_context,
    server_context,
)
from tests.network.proxying import relay
from tests.network.worlds import in_worlds, outcome

OK = b"HTTP/1.1 200 Connection established\r\n"
TUNNEL = OK + b"\r\n"


def tunnelling(first: bytes, then: str = "relay") -> Callable[[Peer], None]:
    """A proxy that answers CONNECT like this, and then does what a tunnel does, or goes."""

    def handle(peer: Peer) -> None:
        head = peer.head()
        if head is None:
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        peer.send(first)
        if then == "relay":
            with socket.create_connection((host.rstrip("."), int(port))) as onward:
                relay(peer.sock, onward)
        elif then == "wait":
            peer.head()

    return handle


def answering(peer: Peer) -> None:
    while peer.request() is not None:
        peer.send(answer(b"right"))


to_proxies = pytest.mark.parametrize("proxy_tls", [False, True], ids=["http", "https"])


def through(
    world: str, proxy_tls: bool, handler: Callable[[Peer], None], host: str = "localhost"
) -> bytes | TransportFailure:
    """A request through a proxy, which may speak TLS: the client's own context counts for both."""
    hop_tls = server_context() if proxy_tls else None
    with Hostile(answering, tls=server_context()) as server, Hostile(handler, tls=hop_tls) as hop:
        proxy = f"{'https' if proxy_tls else 'http'}://u:p@localhost:{hop.port}"
        options = HTTPOptions(ssl_context=client_context(), proxy=proxy)
        return outcome(world, f"https://{host}:{server.port}/v1/x", options)


@in_worlds
@to_proxies
@pytest.mark.parametrize(
    "first",
    [
        TUNNEL,
        b"HTTP/1.0 200 OK\r\n\r\n",
        OK + b"Content-Length: 0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",  # it says nothing of a tunnel
        OK + b"Connection: close\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + TUNNEL,
    ],
)
def test_a_tunnel_is_a_tunnel(world: str, proxy_tls: bool, first: bytes) -> None:
    """Whatever a proxy says besides."""
    assert through(world, proxy_tls, tunnelling(first)) == b"right"


@in_worlds
@to_proxies
def test_a_name_with_a_dot_at_its_end(world: str, proxy_tls: bool) -> None:
    """It is the same name to the certificate."""
    assert through(world, proxy_tls, tunnelling(TUNNEL), "localhost.") == b"right"


@in_worlds
@to_proxies
def test_a_tunnel_that_ends_at_once(world: str, proxy_tls: bool) -> None:
    """Nothing was sent, and that is told as everywhere: no bare error of a library."""
    found = through(world, proxy_tls, tunnelling(TUNNEL, "go"))
    assert isinstance(found, TransportFailure)
    # TLS in TLS of asyncio can't tell who has ended it.
    assert found.reason in {"closed", "reset", *(["proxy"] if proxy_tls else [])}
    assert not found.sent


@in_worlds
@pytest.mark.parametrize(
    ("first", "words"),
    [
        (b"HTTP/1.1 407 No\r\nContent-Length: 500\r\n\r\n", "status 407, check its user name"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "status 403"),
        (b"HTTP/1.1 201 Created\r\n\r\n", "status 201"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "status 101"),
        (b"SSH-2.0-OpenSSH_9\r\n", "it does not speak HTTP/1.1"),
    ],
)
def test_what_a_proxy_refuses_with(world: str, first: bytes, words: str) -> None:
    found = through(world, False, tunnelling(first, "wait"))
    assert isinstance(found, TransportFailure)
    assert (found.reason, found.sent) == ("proxy", False)
    assert words in found.message


@in_worlds
@pytest.mark.parametrize("whose", ["proxy", "host"])
def test_whose_certificate_it_is(world: str, whose: str) -> None:
    """That of the proxy is told as the proxy's, that of the host behind it as the host's."""
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(stranger)
    good = server_context()
    near, far = (stranger, good) if whose == "proxy" else (good, stranger)
    with Hostile(answering, tls=far) as server, Hostile(tunnelling(TUNNEL), tls=near) as hop:
        proxy = f"https://localhost:{hop.port}"
        options = HTTPOptions(ssl_context=client_context(), proxy=proxy)
        found = outcome(world, f"{server.base_url}/x", options)
    assert isinstance(found, TransportFailure)
    assert not found.sent
    if (world, whose) == ("asyncio", "host") and found.reason == "proxy":
        return  # TLS in TLS of asyncio before 3.13 forgets why it has failed
    assert found.reason == ("proxy" if whose == "proxy" else "tls_certificate")
    assert "unknown authority" in found.message
    assert (proxy in found.message) == (whose == "proxy")
