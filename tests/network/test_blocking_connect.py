"""How the blocking client reaches a host: names, addresses, TLS, and what is told when it can't."""

from __future__ import annotations

import errno
import select
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http import urllib3_connect
from runinfra_ext._http.blocking import HTTP
from runinfra_ext._http.failures import connect_failure
from tests.network.blocking import door
from tests.network.hostile import (
    Hostile,
    Peer,
    answer,
    authority,
    authority_file,
    body_of,
    client_context,
    limits,
    server_context,
)

KIND = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")


def fault_of(url: str, context: ssl.SSLContext | None = None, **more) -> TransportFailure:
    """How a request fails."""
    http = door(ssl_context=context or client_context())
    with pytest.raises(TransportFailure) as caught:
        http.send("POST", url, {}, b"{}", limits(**more))
    http.close()
    assert http._made["backend"].connections == 0
    return caught.value


def echoes(peer: Peer) -> None:
    """Answers each request with the last part of its path."""
    while (request := peer.request()) is not None:
        peer.send(answer(b"/" + request[0].split()[1].rpartition(b"/")[2]))


@pytest.fixture
def deaf_port():
    """A port that takes no further connection: its queue is full."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        address = sock.getsockname()
        fillers = []
        while True:
            filler = socket.socket()
            filler.setblocking(False)
            fillers.append(filler)
            assert filler.connect_ex(address) == errno.EINPROGRESS
            poll = select.poll()
            poll.register(filler, select.POLLOUT)
            if not poll.poll(200):
                break
        yield address[1]
        for filler in fillers:
            filler.close()


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: tuple) -> None:
    """Give the host many.example these addresses."""
    real = socket.getaddrinfo

    def answers(host, port, *arguments, **options):
        if host != "many.example":
            return real(host, port, *arguments, **options)
        return [
            ((socket.AF_INET6 if ":" in to[0] else socket.AF_INET), *KIND[1:], to)
            for to in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answers)


def test_a_broken_first_address_costs_a_quarter_of_a_second(
    monkeypatch: pytest.MonkeyPatch, deaf_port: int, tls: bool
) -> None:
    """The second address is tried meanwhile, and wins; the limit is not waited for."""
    with Hostile(echoes, tls=server_context("many.example") if tls else None) as server:
        resolve(monkeypatch, ("127.0.0.1", deaf_port), ("127.0.0.1", server.port))
        http = door()
        scheme = "https" if tls else "http"
        began = time.monotonic()
        source = http.send("GET", f"{scheme}://many.example/x", {}, None, limits(connect=30))
        assert body_of(source) == b"/x"
        assert time.monotonic() - began < 10
        (wire,) = http._made["backend"]._pool.wires
        assert [sock.fileno() == -1 for sock in wire.sockets] == [True, False]
        http.close()


def test_a_refused_address_costs_nothing(monkeypatch: pytest.MonkeyPatch, free_port: int) -> None:
    """However many there are, of whatever family; also where the system has none of a family."""
    with Hostile(echoes) as server:
        refused = [("127.0.0.1", free_port)] * 3 + [("::1", free_port, 0, 0)] * 3
        resolve(monkeypatch, *refused, ("127.0.0.1", server.port))
        monkeypatch.setattr(urllib3_connect, "NEXT_ADDRESS", 30)
        http = door()
        source = http.send("GET", "http://many.example/x", {}, None, limits())
        assert body_of(source) == b"/x"
        http.close()


def test_the_families_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is dead as a whole is not tried to its end first."""
    from runinfra_ext._http.urllib3_clock import Clock
    from runinfra_ext._http.urllib3_lookup import addresses_of

    six, four = [(f"::{i}", 1, 0, 0) for i in range(3)], [("127.0.0.1", 1), ("127.0.0.2", 1)]
    resolve(monkeypatch, *six, *four)
    found = addresses_of("many.example", 1, Clock(limits(), "many.example"))
    assert [one.address for one in found] == [six[0], four[0], six[1], four[1], six[2]]


def test_the_connect_limit_is_for_all_addresses(
    monkeypatch: pytest.MonkeyPatch, deaf_port: int
) -> None:
    """Together, and told as that; the deadline as the deadline."""
    resolve(monkeypatch, *[("127.0.0.1", deaf_port)] * 3)
    first = fault_of("http://many.example/x", connect=0.4)
    second = fault_of("http://many.example/x", deadline=0.3)
    third = fault_of(f"http://127.0.0.1:{deaf_port}/x", connect=0.05)
    assert [(one.reason, one.sent) for one in (first, second, third)] == [
        ("connect_timeout", False),
        ("deadline", False),
        ("connect_timeout", False),
    ]


def test_the_lookup_of_a_name_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver may take minutes; a call takes no longer than its limits."""
    done = threading.Event()

    def sleepy(*arguments, **options):
        done.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", sleepy)
    faults = [
        fault_of("http://slow.example/x", connect=0.05),
        fault_of("http://slow.example/x", deadline=0.05),
    ]
    done.set()
    assert [(one.reason, one.sent) for one in faults] == [
        ("connect_timeout", False),
        ("deadline", False),
    ]


def test_names_that_are_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told with the host, and never as sent."""

    def unknown(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fault = fault_of("http://nowhere.example/x?secret=1")
    assert (fault.reason, fault.sent) == ("dns", False)
    assert "nowhere.example" in fault.message
    assert "secret" not in fault.message
    resolve(monkeypatch)
    assert fault_of("http://many.example/x").reason == "dns"
    monkeypatch.undo()
    assert fault_of(f"http://{'a' * 70}.example/x").reason == "dns"


def test_nobody_listens(free_port: int) -> None:
    fault = fault_of(f"http://localhost:{free_port}/x")
    assert (fault.reason, fault.sent) == ("refused", False)
    assert str(free_port) in fault.message


@pytest.mark.parametrize("turn", [1, -1])
def test_the_error_of_several_addresses_that_says_most(
    monkeypatch: pytest.MonkeyPatch, free_port: int, turn: int
) -> None:
    """One refuses and the other can't be reached: the host is there, and refuses."""
    found = [("127.0.0.1", free_port), ("fe80::1", free_port, 0, 0)]
    resolve(monkeypatch, *found[::turn])
    fault = fault_of("http://many.example/x", connect=5)
    assert (fault.reason, fault.sent) == ("refused", False)


def test_what_the_system_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of its error."""
    reasons = [
        connect_failure(code, host="a.example").reason
        for code in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ETIMEDOUT, errno.ECONNRESET, 0)
    ]
    assert reasons == ["unreachable", "unreachable", "connect_timeout", "reset", "unreachable"]
    # A network of documentation's: whatever this machine makes of it at once, it is no crash.
    resolve(monkeypatch, ("::ffff:0:0", 1, 0, 0))
    assert fault_of("http://many.example/x", connect=2).sent is False


def test_where_there_is_no_poll(monkeypatch: pytest.MonkeyPatch, tls: bool) -> None:
    """On Windows select does the waiting."""
    from runinfra_ext._http import urllib3_wire

    monkeypatch.setattr(urllib3_wire, "CAN_POLL", False)
    monkeypatch.setattr(urllib3_connect, "CAN_POLL", False)
    size = 1_000_000

    def handle(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            peer.send(answer(b"%d" % len(request[1])))

    with Hostile(handle, tls=server_context() if tls else None, receive_buffer=16_384) as server:
        http = door()
        for _ in range(2):
            source = http.send("POST", f"{server.base_url}/x", {}, b"x" * size, limits())
            assert body_of(source) == b"%d" % size
        assert server.opened == 1
        http.close()


# TLS


def certificate(*names: str, **more) -> ssl.SSLContext:
    """A server's TLS with a certificate of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*names, **more).configure_cert(context)
    return context


def test_what_is_wrong_with_a_certificate_is_told_in_words() -> None:
    """Expired, another host, unknown authority: with the host, and never sent."""
    past = datetime.now(UTC) - timedelta(days=2)
    unknown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(unknown)
    told = []
    for context in (
        certificate("localhost", not_before=past, not_after=past + timedelta(days=1)),
        certificate("another.example"),
        unknown,
    ):
        with Hostile(echoes, tls=context) as server:
            fault = fault_of(f"{server.base_url}/x")
            assert (fault.reason, fault.sent) == ("tls_certificate", False)
            assert f"localhost:{server.port}" in fault.message
            told.append(fault.message)
    for words, message in zip(("expired", "another host", "authority"), told, strict=True):
        assert words in message


def test_addresses_have_certificates_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is an address, of either family, and a name with a dot at its end."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real(host.rstrip("."), *rest, **more)
    )
    six = Hostile(echoes, tls=server_context(), family=socket.AF_INET6)
    with Hostile(echoes, tls=server_context()) as server, six:
        http = door()
        for host, port in (
            ("127.0.0.1", server.port),
            ("[::1]", six.port),
            ("localhost.", server.port),
        ):
            source = http.send("GET", f"https://{host}:{port}/x", {}, None, limits())
            assert body_of(source) == b"/x"
        http.close()


def test_the_environments_authorities_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a context of one's own: SSL_CERT_FILE."""
    monkeypatch.setenv("SSL_CERT_FILE", authority_file())
    with Hostile(echoes, tls=server_context()) as server:
        http = HTTP()
        assert body_of(http.send("GET", f"{server.base_url}/x", {}, None, limits())) == b"/x"
        http.close()


def test_a_given_context_stays_as_it_is() -> None:
    """Neither its protocols nor its checks are touched: it may serve others too."""
    context = ssl.create_default_context(cafile=authority_file())
    context.check_hostname = False
    with Hostile(echoes, tls=certificate("another.example")) as server:
        http = door(ssl_context=context)
        assert body_of(http.send("GET", f"{server.base_url}/x", {}, None, limits())) == b"/x"
        http.close()
    assert (context.check_hostname, context.verify_mode) == (False, ssl.CERT_REQUIRED)


def test_what_is_no_tls_is_told() -> None:
    """A plain port, a peer that closes or resets in the handshake, and one that is silent."""

    def plain(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(answer(b"", status="400 Bad Request"))

    def closes(peer: Peer) -> None:
        peer.sock.recv(1000)

    def resets(peer: Peer) -> None:
        peer.sock.recv(10)
        peer.reset()

    def silent(peer: Peer) -> None:
        peer.request()

    told = []
    for handler in (plain, closes, resets, silent):
        with Hostile(handler) as server:
            fault = fault_of(f"https://localhost:{server.port}/x", connect=0.5)
            told.append((fault.reason, fault.sent))
    assert told == [
        ("tls_handshake", False),
        ("closed", False),
        ("reset", False),
        ("connect_timeout", False),
    ]


def test_no_common_version_is_told() -> None:
    old = certificate("localhost")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    new = ssl.create_default_context(cafile=authority_file())
    new.minimum_version = ssl.TLSVersion.TLSv1_3
    with Hostile(echoes, tls=old) as server:
        fault = fault_of(f"{server.base_url}/x", new)
    assert (fault.reason, fault.sent) == ("tls_handshake", False)
    assert "version" in fault.message


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_both_sides_show_a_certificate(version: str) -> None:
    """With one all is well; without one that is told, also by TLS 1.3, which says so later."""
    strict = certificate("localhost")
    strict.minimum_version = strict.maximum_version = ssl.TLSVersion[version]
    strict.verify_mode = ssl.CERT_REQUIRED
    authority().configure_trust(strict)
    own = ssl.create_default_context(cafile=authority_file())
    authority().issue_cert("client.example").configure_cert(own)
    with Hostile(echoes, tls=strict) as server:
        http = door(ssl_context=own)
        source = http.send("POST", f"{server.base_url}/x", {}, b"{}", limits())
        assert body_of(source) == b"/x"
        http.close()
        fault = fault_of(f"{server.base_url}/x")
    # The server never looked at the request, although its bytes had left.
    assert (fault.reason, fault.sent) == ("tls_handshake", False)
    assert "it asks for a client certificate" in fault.message


def test_keys_change_in_the_middle() -> None:
    """A large answer of TLS 1.2, which has other records and no tickets behind the handshake."""
    old = certificate("localhost")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    body = bytes(range(256)) * 2000

    def handle(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer(body))

    with Hostile(handle, tls=old) as server:
        http = door()
        for _ in range(2):
            source = http.send("POST", f"{server.base_url}/x", {}, b"x" * 100_000, limits())
            assert body_of(source) == body
        assert server.opened == 1
        http.close()


def test_a_private_address_is_refused_whichever_was_tried_last(
    monkeypatch: pytest.MonkeyPatch, deaf_port: int
) -> None:
    """What was reached is looked at, not what was tried; a broken connection is told as that."""
    from runinfra_ext import InvalidRequestError

    with Hostile(echoes) as server:
        resolve(
            monkeypatch,
            ("127.0.0.1", deaf_port),
            ("127.0.0.1", server.port),
            ("127.0.0.1", deaf_port),
        )
        monkeypatch.setattr(urllib3_connect, "NEXT_ADDRESS", 0.0)
        http = door()
        public = limits()._replace(public_only=True)
        with pytest.raises(InvalidRequestError, match="private"):
            http.send("GET", "http://many.example/x", {}, None, public)
        assert body_of(http.send("GET", "http://many.example/x", {}, None, limits())) == b"/x"
        (wire,) = http._made["backend"]._pool.wires
        assert wire.peer_address() == "127.0.0.1"
        wire.end()
        with pytest.raises(TransportFailure) as caught:
            wire.peer_address()
        assert caught.value.reason == "reset"
