"""The blocking client through proxies: forward, CONNECT with credentials, TLS to the proxy, SOCKS."""

from __future__ import annotations

import socket

import pytest

from runinfra_ext import ConfigurationError
from runinfra_ext._ground.redaction import Credential
from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.blocking import HTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    authority_file,
    body_of,
    client_context,
    limits,
    server_context,
)
from tests.network.proxying import Forwarding, socks5

CREDENTIALS = "user:p%40ss"


def echoes(peer: Peer) -> None:
    """Answers each request with its path and body."""
    while (request := peer.request()) is not None:
        assert b"proxy-" not in request[0].lower()
        peer.send(answer(request[0].split()[1] + b" " + request[1]))


def ask(http: HTTP, server: Hostile, body: bytes = b"{}", **more) -> bytes:
    """What the server answers."""
    headers = {"authorization": Credential("Bearer key")}
    return body_of(http.send("POST", f"{server.base_url}/x", headers, body, limits(**more)))


def serve(tls: bool) -> Hostile:
    """A server of either kind."""
    return Hostile(echoes, tls=server_context() if tls else None)


def door(proxy: str | None) -> HTTP:
    """The door of a blocking client behind a proxy."""
    return HTTP(options=HTTPOptions(ssl_context=client_context(), proxy=proxy))


@pytest.mark.parametrize("secure", [False, True], ids=["http-proxy", "https-proxy"])
def test_requests_go_through_the_proxy(
    secure: bool, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain ones are forwarded, others tunnelled, with its credentials; TLS may be in TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", authority_file())
    proxy = Forwarding("user:p@ss")
    context = server_context() if secure else None
    with serve(tls) as server, Hostile(proxy, tls=context) as hop:
        scheme = "https" if secure else "http"
        http = door(f"{scheme}://{CREDENTIALS}@localhost:{hop.port}")
        big = b"x" * 300_000
        assert [ask(http, server), ask(http, server, big)] == [b"/v1/x {}", b"/v1/x " + big]
        assert hop.opened == 1
        http.close()
    started = [line.rpartition(b" ")[0] for line in proxy.asked]
    where = b"localhost:%d" % server.port
    assert started == ([b"CONNECT " + where] if tls else [b"POST http://%b/v1/x" % where] * 2)


def test_wrong_credentials_are_told(tls: bool) -> None:
    """A proxy's refusal of a tunnel is its own, unsent; of a forwarded request it is an answer."""
    with serve(tls) as server, Hostile(Forwarding("user:else")) as hop:
        http = door(f"http://{CREDENTIALS}@localhost:{hop.port}")
        if not tls:
            source = http.send("POST", f"{server.base_url}/x", {}, b"{}", limits())
            assert source.status == 407
            source.close()
        else:
            with pytest.raises(TransportFailure) as caught:
                ask(http, server)
            assert (caught.value.reason, caught.value.sent) == ("proxy", False)
            told = ": status 407, check its user name and password."
            assert caught.value.message.endswith(told)
            assert "p%40ss" not in caught.value.message
            assert "p@ss" not in caught.value.message
            assert http._made["backend"].connections == 0
        http.close()
    assert server.opened == 0


def test_what_is_wrong_with_a_proxy_is_told_as_that() -> None:
    """Nobody there, no such name, one that closes, one that speaks something else, or too early."""

    def closes(peer: Peer) -> None:
        peer.head()

    def gibberish(peer: Peer) -> None:
        peer.head()
        peer.send(b"SSH-2.0-OpenSSH_9\r\n")

    def early(peer: Peer) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nwelcome")

    def silent(peer: Peer) -> None:
        peer.head()
        peer.request()

    told = []
    with serve(tls=True) as server:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            free = sock.getsockname()[1]
        for where in (f"localhost:{free}", "nowhere.invalid:1"):
            http = door(f"http://{where}")
            with pytest.raises(TransportFailure) as caught:
                ask(http, server)
            assert where in caught.value.message
            told.append(caught.value)
        for handler in (closes, gibberish, early, silent):
            with Hostile(handler) as hop:
                http = door(f"http://localhost:{hop.port}")
                with pytest.raises(TransportFailure) as caught:
                    ask(http, server, connect=1)
                told.append(caught.value)
    assert [one.reason for one in told] == ["proxy"] * 5 + ["connect_timeout"]
    assert [one.sent for one in told] == [False] * 6


def test_the_environments_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are heeded for https; plain http to this machine never goes through one."""
    proxy = Forwarding()
    with serve(tls=True) as server, serve(tls=False) as plain, Hostile(proxy) as hop:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://localhost:{hop.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        http = door(None)
        assert ask(http, server) == b"/v1/x {}"
        assert (hop.opened, len(proxy.asked)) == (1, 1)
        assert ask(http, plain) == b"/v1/x {}"
        assert hop.opened == 1
        http.close()
        alone = HTTP(options=HTTPOptions(ssl_context=client_context(), trust_env=False))
        assert ask(alone, server) == b"/v1/x {}"
        assert hop.opened == 1
        alone.close()


def test_a_malformed_proxy_is_this_sides_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the option or the variable, and nothing is sent."""
    with serve(tls=True) as server:
        with pytest.raises(ConfigurationError) as caught:
            ask(door("ftp://localhost:1"), server)
        assert caught.value.param == "proxy"
        monkeypatch.setenv("https_proxy", "http://")
        with pytest.raises(ConfigurationError) as caught:
            ask(door(None), server)
        assert caught.value.param == "https_proxy"
    assert server.opened == 0


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks(scheme: str, tls: bool) -> None:
    """Names are looked up here, or by the proxy; one connection serves many requests."""
    asked: list[tuple[str, int]] = []
    with serve(tls) as server, Hostile(socks5(asked, (b"user", b"p@ss"))) as hop:
        http = door(f"{scheme}://{CREDENTIALS}@localhost:{hop.port}")
        assert [ask(http, server), ask(http, server)] == [b"/v1/x {}"] * 2
        assert hop.opened == 1
        http.close()
    assert asked == [("localhost" if scheme == "socks5h" else "127.0.0.1", server.port)]


def test_socks_4() -> None:
    """The old one knows IPv4 addresses only."""
    import struct

    from tests.network.proxying import relay

    def handle(peer: Peer) -> None:
        data = peer.sock.recv(100)
        (port,) = struct.unpack(">H", data[2:4])
        with socket.create_connection((socket.inet_ntoa(data[4:8]), port)) as onward:
            peer.send(b"\0\x5a" + data[2:8])
            relay(peer.sock, onward)

    with serve(tls=False) as server, Hostile(handle) as hop:
        http = door(f"socks4://localhost:{hop.port}")
        assert ask(http, server) == b"/v1/x {}"
        http.close()


def test_what_is_wrong_with_socks_is_told() -> None:
    """Refused credentials, a target that refuses, nobody there, and one that is silent."""

    def silent(peer: Peer) -> None:
        peer.sock.recv(100)
        peer.sock.recv(100)

    told = []
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        free = sock.getsockname()[1]
    for handler in (socks5([], (b"user", b"else")), socks5([]), silent):
        with Hostile(handler) as hop:
            http = door(f"socks5h://{CREDENTIALS}@localhost:{hop.port}")
            with pytest.raises(TransportFailure) as caught:
                http.send("GET", f"http://localhost:{free}/x", {}, None, limits(connect=0.5))
            told.append(caught.value)
    http = door(f"socks5h://localhost:{free}")
    with pytest.raises(TransportFailure) as caught:
        http.send("GET", "http://localhost/x", {}, None, limits())
    told.append(caught.value)
    assert [(one.reason, one.sent) for one in told] == [
        ("proxy", False),
        ("proxy", False),
        ("connect_timeout", False),
        ("proxy", False),
    ]
    assert "p@ss" not in "".join(one.message for one in told)


def test_socks_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the error says what to install."""
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"runinfra-ext\[socks\]") as caught:
        door("socks5://localhost:1").send("GET", "http://localhost/x", {}, None, limits())
    assert caught.value.param == "proxy"
