"""How the async client gets a connection: names, addresses, TLS, and what ends the attempt."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
import threading
import time

import pytest
import trustme

from runinfra_ext._ground.limits import Limits, Timeout
from runinfra_ext._http.aiohttp_lookup import Resolver
from runinfra_ext._http.asynchronous import AsyncHTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import Hostile, Peer, answer, authority, client_context, server_context
from tests.network.loops import PATIENT, failing, fetch, network, on_grounds, on_loops, run, served

pytestmark = on_loops


def answers(peer: Peer) -> None:
    while peer.request() is not None:
        peer.send(answer(b"right"))


class Elsewhere:
    """Where a test has no server."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url


def lost(loop, server, limits=PATIENT, context=None):
    """How an exchange fails that gets no connection; nothing may be left of it."""

    async def scenario():
        http = AsyncHTTP(options=HTTPOptions(ssl_context=context or client_context()))
        error = await failing(http, server, limits=limits)
        (backend,) = http._backends.values()
        left = backend.connections, backend._pool._free == backend._pool._most
        await http.aclose()
        return error, left

    error, left = run(loop, scenario)
    assert left == (0, True)
    return error


def looked_up(monkeypatch, found):
    """Let every name have the addresses that a function gives for a port."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": kind,
                "proto": socket.IPPROTO_TCP,
                "flags": socket.AI_NUMERICHOST,
            }
            for kind, address in await found(port)
        ]

    monkeypatch.setattr(Resolver, "resolve", resolve)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_listens(loop, scheme, free_port):
    """Refused, and nothing was sent."""
    error = lost(loop, Elsewhere(f"{scheme}://127.0.0.1:{free_port}/v1"))
    assert (error.reason, error.sent, error.stale) == ("refused", False, False)
    assert f"127.0.0.1:{free_port}" in error.message


def test_a_name_that_is_not_found(loop, monkeypatch):
    """It is told as that, with the name."""

    async def nothing(port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    looked_up(monkeypatch, nothing)
    error = lost(loop, Elsewhere("http://many.localhost:1/v1"))
    assert (error.reason, error.sent) == ("dns", False)
    assert error.message == "The name of many.localhost:1 was not found: unknown."


@pytest.mark.parametrize("limit", ["connect", "deadline"])
def test_a_lookup_of_a_name_is_bounded(loop, monkeypatch, limit):
    """By the connect limit and by the deadline, however long the system looks."""

    async def slow(port):
        await asyncio.sleep(20)
        return []

    looked_up(monkeypatch, slow)
    timeout = Timeout(0.1 if limit == "connect" else 20, 20, 20, 20)
    deadline = time.monotonic() + 0.1 if limit == "deadline" else None
    error = lost(loop, Elsewhere("http://many.localhost:1/v1"), Limits(timeout, deadline))
    assert error.reason == ("connect_timeout" if limit == "connect" else "deadline")
    assert not error.sent


@pytest.mark.parametrize("stage", ["lookup", "handshake", "proxy", "socks"])
def test_a_client_is_closed_while_a_connection_is_made(loop, monkeypatch, stage):
    """What is being connected ends with it, and is told as that."""
    begun = threading.Event()

    async def unknown(port):
        begun.set()
        await asyncio.sleep(60)
        return []

    def silent(peer: Peer) -> None:
        begun.set()
        while peer.request() is not None:
            pass

    async def scenario():
        call = asyncio.create_task(failing(http, Elsewhere(url), limits=PATIENT))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        (backend,) = http._backends.values()
        await http.aclose()
        error = await asyncio.wait_for(call, PATIENT.timeout.connect / 2)
        return error, backend.connections

    with Hostile(silent) as peer:
        url = f"https://localhost:{peer.port}/v1"
        options = HTTPOptions(ssl_context=client_context())
        if stage == "lookup":
            looked_up(monkeypatch, unknown)
            url = "https://many.localhost:1/v1"
        elif stage != "handshake":
            scheme = "http" if stage == "proxy" else "socks5h"
            options = HTTPOptions(proxy=f"{scheme}://localhost:{peer.port}")
            url = "https://gateway.example/v1"
        http = AsyncHTTP(options=options)
        error, left = run(loop, scenario)
        assert (error.reason, error.sent, left) == ("client_closed", False, 0)
        assert stage == "lookup" or peer.wait_for_closed(1)


def test_a_lookup_that_hangs_holds_nothing_up(loop, monkeypatch):
    """Neither the event loop's own threads nor its end wait for it."""
    go_on, real = threading.Event(), socket.getaddrinfo
    waited_for = []

    def hanging(host, *arguments, **options):
        if str(host).startswith("hung"):
            if not go_on.wait(10):
                waited_for.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)

    async def scenario():
        http = AsyncHTTP()
        short = Limits(Timeout(0.1, 20, 20, 20), None)
        asked = [
            failing(http, Elsewhere(f"http://hung-{n}.localhost:1/v1"), limits=short)
            for n in range(40)
        ]
        found = await asyncio.gather(*asked)
        # Whether a picture's host may stand in a private network asks for a name, too.
        where = [http.leads_inside(f"hung-{n}.localhost", short) for n in range(40)]
        assert set(await asyncio.gather(*where)) == {False}
        await asyncio.to_thread(len, found)
        await http.aclose()
        return found

    found = run(loop, scenario)
    go_on.set()
    assert {error.reason for error in found} == {"connect_timeout"}
    assert waited_for == []


@pytest.mark.parametrize("turn", [1, -1])
def test_the_error_of_several_addresses_that_says_most(loop, monkeypatch, turn, free_port):
    """One refuses and the other can't be reached: the host is there, and refuses."""

    async def both(port):
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "fe80::1")][::turn]

    looked_up(monkeypatch, both)
    error = lost(loop, Elsewhere(f"http://many.localhost:{free_port}/v1"))
    assert (error.reason, error.sent) == ("refused", False)


def test_a_broken_first_address_costs_a_quarter_of_a_second(loop, monkeypatch):
    """Not the connect limit: the next one is tried beside it."""
    # Its queue is full, so that it answers no more connections: as an address without a route.
    with socket.socket(socket.AF_INET6) as full, served(answers, tls=False) as server:
        full.bind(("::1", server.port))
        full.listen(0)
        fillers = [socket.socket(socket.AF_INET6) for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("::1", server.port))

        async def both(port):
            return [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]

        looked_up(monkeypatch, both)

        async def scenario():
            http = network(tls=False)
            started = time.monotonic()
            status, body = await fetch(http, Elsewhere(f"http://many.localhost:{server.port}/v1"))
            took = time.monotonic() - started
            await http.aclose()
            return status, body, took

        status, body, took = run(loop, scenario)
        for filler in fillers:
            filler.close()
    assert (status, body) == (200, b"right")
    assert 0.2 < took < 5


def test_a_host_that_never_takes_the_connection(loop, monkeypatch):
    """The connect limit ends it."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        limits = Limits(Timeout(0.2, 20, 20, 20), None)
        error = lost(loop, Elsewhere(f"http://127.0.0.1:{port}/v1"), limits)
        for filler in fillers:
            filler.close()
    assert (error.reason, error.sent) == ("connect_timeout", False)


def test_a_handshake_that_never_ends(loop):
    """The connect limit counts until TLS is there."""

    def silent(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.sock.recv(1000)

    with Hostile(silent) as server:
        url = server.base_url.replace("http:", "https:")
        error = lost(loop, Elsewhere(url), Limits(Timeout(0.2, 20, 20, 20), None))
        assert server.wait_for_closed(1)
    assert (error.reason, error.sent) == ("connect_timeout", False)


@pytest.mark.parametrize(
    ("how", "reason"), [("finish", "closed"), ("reset", "reset"), ("plain", "tls_handshake")]
)
def test_a_handshake_that_breaks_off(loop, how, reason):
    """A cut is a broken connection; something else than TLS is told as that."""

    def handle(peer: Peer) -> None:
        peer.sock.recv(10_000)
        if how == "plain":
            peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        else:
            getattr(peer, how)()

    with Hostile(handle) as server:
        error = lost(loop, Elsewhere(server.base_url.replace("http:", "https:")))
    assert (error.reason, error.sent) == (reason, False)
    words = "does not speak TLS" if how == "plain" else "in the middle of the TLS handshake"
    assert words in error.message


def expired_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    authority().issue_cert("localhost", not_after=past).configure_cert(context)
    return context


def stranger_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (expired_context, "it has expired"),
        (stranger_context, "unknown authority"),
        (lambda: server_context("elsewhere.example"), "it is for another host"),
    ],
    ids=["expired", "unknown authority", "another host"],
)
def test_what_is_wrong_with_a_certificate(loop, make, words):
    """It is told in words, with the host, and nothing was sent."""
    with Hostile(answers, tls=make()) as server:
        error = lost(loop, server)
    assert (error.reason, error.sent) == ("tls_certificate", False)
    assert words in error.message
    assert f"localhost:{server.port}" in error.message


def mutual_context(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A server that asks for a client certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    authority().issue_cert("localhost").configure_cert(context)
    authority().configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_mutual_tls(loop, version):
    """A certificate of the client's own is shown."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    authority().issue_cert("client@example.com").configure_cert(context)

    async def scenario():
        http = AsyncHTTP(options=HTTPOptions(ssl_context=context))
        found = [await fetch(http, server) for _ in range(2)]
        await http.aclose()
        return found

    with Hostile(answers, tls=mutual_context(version)) as server:
        assert run(loop, scenario) == [(200, b"right")] * 2
    assert server.opened == 1


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_a_client_certificate_that_is_missing(loop, version):
    """TLS 1.3 tells it only after the request was written; it is the same fault all the same."""

    def handle(peer: Peer) -> None:
        raw = peer.sock
        peer.sock = mutual_context(version).wrap_socket(
            raw, server_side=True, do_handshake_on_connect=False
        )
        with pytest.raises(ssl.SSLError):
            peer.sock.do_handshake()
        # What the client has written is read, or the system takes the alert back.
        while socket.socket.recv(peer.sock, 65536):
            pass

    with Hostile(handle) as server:
        error = lost(loop, Elsewhere(server.base_url.replace("http:", "https:")))
    assert (error.reason, error.sent) == ("tls_handshake", False)
    words = {
        ssl.TLSVersion.TLSv1_2: "or it asks for a client certificate",
        ssl.TLSVersion.TLSv1_3: "asks for a client certificate",
    }
    assert words[version] in error.message


def test_no_common_version(loop):
    """Neither a certificate's fault nor the network's."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    authority().issue_cert("localhost").configure_cert(old)
    with Hostile(answers, tls=old) as server:
        error = lost(loop, server, context=context)
    assert (error.reason, error.sent) == ("tls_handshake", False)


@on_grounds
@pytest.mark.parametrize("stage", ["head", "body"])
def test_silence_is_bounded(loop, tls, stage):
    """The read limit, and the deadline; each is told as itself, and the connection is closed."""

    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"right"))
        peer.request()
        if stage == "body":
            peer.send(answer(b"", "Content-Length: 9", length=False) + b"begun")
        peer.head()

    async def scenario(limits):
        http = network(tls)
        await fetch(http, server)  # so that the short limit is not for connecting
        error = await failing(http, server, limits=limits())
        (backend,) = http._backends.values()
        left = backend.connections
        await http.aclose()
        return error.reason, error.sent, left

    found = []
    for limits in (
        lambda: Limits(Timeout(20, 0.15, 20, 20), None),
        lambda: Limits(Timeout(20, 20, 20, 20), time.monotonic() + 0.15),
        lambda: Limits(Timeout(20, None, 20, 20), time.monotonic() + 0.15),
    ):
        with served(handle, tls) as server:
            found.append(run(loop, lambda limits=limits: scenario(limits)))
    assert found == [
        ("read_timeout", True, 0),
        ("deadline", True, 0),
        ("deadline", True, 0),
    ]


@on_grounds
@pytest.mark.parametrize("stage", ["head", "body", "chunks"])
def test_a_drip_is_ended_by_the_deadline_alone(loop, tls, stage):
    """Each byte starts the read limit anew."""

    def handle(peer: Peer) -> None:
        peer.request()
        if stage == "head":
            data = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300
        elif stage == "body":
            peer.send(answer(b"", "Content-Length: 900", length=False))
            data = b"x" * 300
        else:
            peer.send(answer(b"", "Transfer-Encoding: chunked", length=False))
            data = b"1\r\nx\r\n" * 50
        for index in range(len(data)):
            peer.send(data[index : index + 1])
            time.sleep(0.03)

    async def scenario():
        http = network(tls)
        started = time.monotonic()
        limits = Limits(Timeout(20, 0.8, 20, 20), started + 1.0)
        error = await failing(http, server, limits=limits)
        took = time.monotonic() - started
        await http.aclose()
        return error.reason, took

    with served(handle, tls) as server:
        reason, took = run(loop, scenario)
    assert reason == "deadline"
    assert 0.9 < took < 5


def test_the_clock_of_one_wait_is_not_the_next_ones(loop):
    """A timer that was armed for a short wait does not end a longer one, nor an idle connection."""

    def handle(peer: Peer) -> None:
        for pause in (0, 0.3, 0):
            peer.request()
            time.sleep(pause)
            peer.send(answer(b"right"))
        peer.head()

    async def scenario():
        http = network(tls=False)
        found = [await fetch(http, server, limits=Limits(Timeout(20, 0.2, 20, 20), None))]
        found.append(await fetch(http, server))
        await asyncio.sleep(0.3)
        found.append(await fetch(http, server, limits=Limits(Timeout(20, None, 20, 20), None)))
        await http.aclose()
        return found

    with served(handle, tls=False) as server:
        assert run(loop, scenario) == [(200, b"right")] * 3
    assert server.opened == 1
