"""The pool of the async client: its limits, its queue, and what it does with old connections."""

from __future__ import annotations

import asyncio
import socket

import pytest

import runinfra_ext as sdk
from runinfra_ext._async import _pool as async_pool
from runinfra_ext._call import urls
from runinfra_ext._http import options as network_options
from tests.conftest import Both


@pytest.fixture
def both(gateway):
    """The async client; the blocking one's pool has tests of its own."""
    return Both("async", gateway)


HELLO = [{"role": "user", "content": "Say: seven."}]


def pool_of(both, client):
    """The pool of a client that has sent something."""
    return next(iter(client._http._pools.values()))


def limit(monkeypatch, name, value):
    """Change a limit of the pool."""
    monkeypatch.setattr(async_pool, name, value)


async def ask(client, **options):
    return await client.chat.completions.create(model="acme-chat-8b", messages=HELLO, **options)


def test_a_full_pool_waits_and_then_says_so(both, monkeypatch):
    """Beyond the limit of connections a call waits for one, and fails unsent if none comes."""
    limit(monkeypatch, "MAX_CONNECTIONS", 1)
    both.gateway.configure(tokens_per_second=20)

    async def scenario():
        async with both.client(timeout=sdk.Timeout(pool=0.1), max_retries=0) as client:
            stream = await ask(client, stream=True)
            with pytest.raises(sdk.RunInfraConnectionError) as caught:
                await ask(client)
            await stream.close()
            both.gateway.configure(tokens_per_second=0)
            await ask(client)
            return caught.value

    error = both.run(scenario)
    assert error.phase == "never_sent"
    assert "pool" in error.message


def test_waiting_calls_get_their_turn(both, monkeypatch):
    """Many calls share few connections, and none is forgotten."""
    limit(monkeypatch, "MAX_CONNECTIONS", 2)
    done = []

    async def scenario():
        async with both.client() as client:

            async def one():
                done.append((await ask(client)).id)

            await asyncio.gather(*(one() for _ in range(20)))
            return len(pool_of(both, client).connections)

    assert both.run(scenario) <= 2
    assert len(done) == 20


def test_a_cancelled_turn_is_passed_on(gateway, monkeypatch):
    """A task that is cancelled while it waits for a connection takes none with it."""
    limit(monkeypatch, "MAX_CONNECTIONS", 1)
    gateway.configure(tokens_per_second=20)

    async def main():
        async with sdk.AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            stream = await ask(client, stream=True)
            gateway.configure(tokens_per_second=0)
            first, second = asyncio.create_task(ask(client)), asyncio.create_task(ask(client))
            await asyncio.sleep(0.05)
            await stream.close()  # the turn is the first one's now, without a turn of the loop …
            first.cancel()  # … which does not want it any more
            return await asyncio.wait_for(second, 5)

    assert asyncio.run(main()).choices


def test_old_connections_are_not_used(both, monkeypatch):
    """A connection that was idle for too long is closed instead of used."""

    async def scenario():
        async with both.client() as client:
            await ask(client)
            pool = pool_of(both, client)
            (first,) = pool.connections
            limit(monkeypatch, "IDLE_SECONDS", 0.0)
            await ask(client)
            return first in pool.connections

    assert both.run(scenario) is False


def test_proxies_of_the_environment_are_heeded(both, monkeypatch):
    """Where the environment names a proxy, requests go over httpx, which knows how."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    async def scenario():
        async with both.client(max_retries=0) as client:
            with pytest.raises(sdk.RunInfraConnectionError) as caught:
                await ask(client)
            return caught.value

    assert both.run(scenario).phase == "never_sent"
    assert both.gateway.charges == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:80/v1", ("http", "localhost", 80, "localhost", "/v1")),
        (
            "https://api.runinfra.ai/v1/a%20b",
            ("https", "api.runinfra.ai", 443, "api.runinfra.ai", "/v1/a%20b"),
        ),
        ("http://[::1]:8080/v1", ("http", "::1", 8080, "[::1]:8080", "/v1")),
        (
            "https://bücher.example/ö",
            ("https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/%C3%B6"),
        ),
    ],
)
def test_urls_become_targets(url, expected):
    """Host, port, Host header and path of a URL; international names in their ASCII form."""
    assert network_options.target_of(url) == expected


def test_the_next_address_is_tried(both, monkeypatch, free_port):
    """A host of several addresses is reached by the first that takes a connection."""
    port = int(both.gateway.base_url.split(":")[2].partition("/")[0])
    real = socket.getaddrinfo

    def addresses(host, *arguments, **options):
        if host != "two.localhost":
            return real(host, *arguments, **options)
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, ("127.0.0.1", free_port)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    monkeypatch.setattr(urls, "_LOOPBACK", urls._LOOPBACK | {"two.localhost"})

    async def scenario():
        url = f"http://two.localhost:{port}/v1"
        async with both.client(base_url=url, max_retries=0) as client:
            return await ask(client)

    assert both.run(scenario).choices[0].message.content == "seven."


@pytest.fixture
def free_port():
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
