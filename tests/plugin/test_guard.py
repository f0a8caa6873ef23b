"""The guard itself: what it lets pass, and what it refuses."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from runinfra_ext.testing import NetworkBlockedError, NetworkGuard

ELSEWHERE = "192.0.2.1"  # an address that is kept for documentation


@pytest.fixture
def guard():
    """A guard in use."""
    with NetworkGuard() as made:
        yield made


HERE = ["localhost", "LOCALHOST.", "db.localhost", "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", ""]


@pytest.mark.parametrize("host", [*HERE, "::1%lo", b"localhost", None])
def test_this_machine_is_open(guard, host):
    """Names and addresses of this machine pass, as connections and as look-ups."""
    guard.check("socket.connect", (host, 80))
    guard.check("socket.getaddrinfo", host)
    assert guard.blocked == []


@pytest.mark.parametrize("host", [ELSEWHERE, "2001:db8::1", "example.org", "localhost.example.org"])
def test_the_rest_is_closed(guard, host):
    """Other hosts don't, whatever they are called."""
    with pytest.raises(NetworkBlockedError, match="this test tried to reach"):
        guard.check("socket.connect", (host, 80))
    assert guard.blocked == [host]


def test_names_are_not_looked_up(guard):
    """A look-up asks a server, so it is refused; that of an address asks nobody."""
    for look_up in (
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.gethostbyaddr(ELSEWHERE),
        lambda: socket.getnameinfo((ELSEWHERE, 80), 0),
    ):
        with pytest.raises(NetworkBlockedError):
            look_up()
    assert socket.getaddrinfo(ELSEWHERE, 80)
    assert socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST)[0] == "127.0.0.1"
    assert guard.blocked == ["example.org", "example.org", ELSEWHERE, ELSEWHERE]


def test_allowed_hosts(guard):
    """What is allowed passes."""
    guard.allow("Example.org", ELSEWHERE)
    guard.check("socket.getaddrinfo", "example.ORG")
    guard.check("socket.connect", (ELSEWHERE, 80))
    assert guard.blocked == []


def test_other_threads_and_loops_are_guarded(guard):
    """A thread's connection and an event loop's datagram are refused as well."""
    caught = []

    def work():
        try:
            socket.create_connection((ELSEWHERE, 80), timeout=0.1)
        except NetworkBlockedError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    async def connect():
        await asyncio.open_connection(ELSEWHERE, 80)

    with pytest.raises(NetworkBlockedError):
        asyncio.run(connect())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        with pytest.raises(NetworkBlockedError):
            sock.sendto(b"x", (ELSEWHERE, 9))
    assert len(caught) == 1
    assert guard.blocked == [ELSEWHERE] * 3


def test_unix_sockets_and_pipes_are_open(guard, tmp_path):
    """They never leave this machine."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as sock:
        listener.bind(path)
        listener.listen()
        sock.connect(path)
    one, other = socket.socketpair()
    with one, other:
        one.sendmsg([b"x"])
        assert other.recv(1) == b"x"
    assert guard.blocked == []


def test_it_ends_with_its_block():
    """After the block everything is as before."""
    with NetworkGuard() as guard:
        pass
    with socket.socket() as sock:
        sock.settimeout(0.01)
        with pytest.raises(OSError):
            sock.connect((ELSEWHERE, 80))
    assert guard.blocked == []
