"""The connections of the async client: how many, whose turn it is, and which are used again."""

from __future__ import annotations

import asyncio
import socket

import pytest

import runinfra_ext as sdk
from runinfra_ext._call import urls
from runinfra_ext._ground.limits import Limits, Timeout
from runinfra_ext._http import aiohttp_pool
from runinfra_ext._http.asynchronous import AsyncHTTP
from runinfra_ext._http.options import HTTPOptions
from tests.connections import connections_of, socket_option
from tests.network.loops import LOOPS, run

HELLO = [{"role": "user", "content": "Say: seven."}]


@pytest.fixture(params=LOOPS)
def loop(request):
    """The kind of event loop."""
    return request.param


@pytest.fixture
def client_of(gateway):
    """Makes clients of the gateway."""

    def make(**options):
        options = {"api_key": gateway.api_key, "base_url": gateway.base_url, **options}
        return sdk.AsyncRunInfra(**options)

    return make


async def ask(client, **options):
    return await client.chat.completions.create(model="acme-chat-8b", messages=HELLO, **options)


def test_a_full_pool_waits_and_then_says_so(loop, gateway, client_of):
    """Beyond the limit of connections a call waits for one, and fails unsent if none comes."""
    gateway.configure(tokens_per_second=20)

    async def scenario():
        timeout = sdk.Timeout(pool=0.1)
        async with client_of(max_connections=1, timeout=timeout, max_retries=0) as client:
            stream = await ask(client, stream=True)
            with pytest.raises(sdk.RunInfraConnectionError) as caught:
                await ask(client)
            await stream.close()
            gateway.configure(tokens_per_second=0)
            await ask(client)
            return caught.value

    error = run(loop, scenario)
    assert (error.reason, error.phase) == ("pool_timeout", "never_sent")
    assert len(gateway.journal) == 2


def test_the_deadline_ends_a_wait_for_the_pool(loop, gateway, client_of):
    """The deadline of a call counts while it waits for a connection, and is told as itself."""
    gateway.configure(tokens_per_second=20)

    async def scenario():
        async with client_of(max_connections=1, max_retries=0) as client:
            stream = await ask(client, stream=True)
            with pytest.raises(sdk.DeadlineExceededError) as caught:
                await ask(client, deadline=0.1)
            await stream.close()
            return caught.value

    assert run(loop, scenario).phase == "never_sent"
    assert len(gateway.journal) == 1


def test_waiting_calls_get_their_turn_in_order(loop, gateway, client_of):
    """Many calls share few connections; who came first is served first, and none is forgotten."""
    done = []

    async def scenario():
        async with client_of(max_connections=1) as client:

            async def one(number):
                await ask(client)
                done.append(number)

            await asyncio.gather(*(one(number) for number in range(20)))
            return len(connections_of(client))

    assert run(loop, scenario) == 1
    assert done == list(range(20))


def test_newcomers_do_not_overtake(loop, gateway, client_of):
    """A call that repeats itself at once can't keep another one waiting."""
    done = []

    async def scenario():
        async with client_of(max_connections=1) as client:

            async def busy():
                while "patient" not in done:
                    await ask(client)
                    done.append("busy")

            async def patient():
                await ask(client)
                done.append("patient")

            await asyncio.gather(busy(), busy(), patient())

    run(loop, scenario)
    assert done.index("patient") <= 2


def test_a_cancelled_turn_is_passed_on(loop, gateway, client_of):
    """A task that is cancelled while it waits for a connection takes none with it."""
    gateway.configure(tokens_per_second=20)

    async def scenario():
        async with client_of(max_connections=1) as client:
            stream = await ask(client, stream=True)
            gateway.configure(tokens_per_second=0)
            first, second = asyncio.create_task(ask(client)), asyncio.create_task(ask(client))
            third = asyncio.create_task(ask(client))
            await asyncio.sleep(0.05)
            third.cancel()  # it waits
            await stream.close()  # the turn is the first one's now, without a turn of the loop …
            first.cancel()  # … which does not want it any more
            return await asyncio.wait_for(second, 20)

    assert run(loop, scenario).choices


def test_closing_ends_all_waits(loop, gateway, client_of):
    """Calls that wait for a connection when the client is closed are told so."""
    gateway.configure(tokens_per_second=20)

    async def scenario():
        client = client_of(max_connections=1, max_retries=0)
        stream = await ask(client, stream=True)
        waiting = [asyncio.create_task(ask(client)) for _ in range(3)]
        await asyncio.sleep(0.05)
        await client.close()
        errors = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(sdk.StreamConsumedError, match="closed while it was being read"):
            await stream.until_done()
        return errors

    errors = run(loop, scenario)
    assert [error.reason for error in errors] == ["client_closed"] * 3
    assert [error.phase for error in errors] == ["never_sent"] * 3


def test_the_last_connection_used_is_used_first(loop, gateway, client_of, monkeypatch):
    """Idle connections are limited in number; those that wait for longest are closed."""
    monkeypatch.setattr(aiohttp_pool, "MAX_IDLE_CONNECTIONS", 3)
    gateway.configure(tokens_per_second=50)

    async def scenario():
        async with client_of() as client:
            await asyncio.gather(*(ask(client) for _ in range(8)))
            kept = connections_of(client)
            latest = max(kept, key=lambda line: line.idle_since)
            stream = await ask(client, stream=True)
            used = [line for line in connections_of(client) if not line.is_idle()]
            await stream.close()
            return len(kept), used == [latest]

    assert run(loop, scenario) == (3, True)


def test_old_connections_are_not_used(loop, gateway, client_of, monkeypatch):
    """A connection that was idle for too long is closed instead of used."""

    async def scenario():
        async with client_of() as client:
            await ask(client)
            (first,) = connections_of(client)
            monkeypatch.setattr(aiohttp_pool, "IDLE_SECONDS", 0.0)
            await ask(client)
            return first in connections_of(client)

    assert run(loop, scenario) is False


def test_another_origin_gets_a_place(loop, gateway):
    """A connection that idles at one origin gives way to a request to another one."""

    async def scenario():
        http = AsyncHTTP(options=HTTPOptions(max_connections=1))
        hosts = []
        for name in ("127.0.0.1", "localhost"):
            url = gateway.base_url.replace("127.0.0.1", name) + "/models"
            headers = {"authorization": f"Bearer {gateway.api_key}"}
            source = await http.send("GET", url, headers, None, Limits(Timeout(), None))
            while await source.receive():
                pass
            (backend,) = http._backends.values()
            hosts.append([line.origin.host for line in backend._pool.lines])
        await http.aclose()
        return hosts

    assert run(loop, scenario) == [["127.0.0.1"], ["localhost"]]


def test_connections_are_kept_alive(loop, gateway, client_of):
    """Sockets probe a silent peer, and send without delay."""

    async def scenario():
        async with client_of() as client:
            await ask(client)
            (line,) = connections_of(client)
            return (
                socket_option(line, socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                socket_option(line, socket.IPPROTO_TCP, socket.TCP_NODELAY),
            )

    assert run(loop, scenario) == (1, 1)


def addresses(monkeypatch, *found):
    """Let the name two.localhost have these addresses."""
    real = socket.getaddrinfo

    def lookup(host, *arguments, **options):
        if host != "two.localhost":
            return real(host, *arguments, **options)
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, address) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(urls, "_LOOPBACK", urls._LOOPBACK | {"two.localhost"})


def test_the_next_address_is_tried(gateway, client_of, monkeypatch, free_port):
    """A host of several addresses is reached by the first that takes a connection."""
    port = int(gateway.base_url.split(":")[2].partition("/")[0])
    addresses(monkeypatch, ("127.0.0.1", free_port), ("127.0.0.1", port))

    async def scenario():
        url = f"http://two.localhost:{port}/v1"
        async with client_of(base_url=url, max_retries=0) as client:
            return await ask(client)

    assert run("asyncio", scenario).choices[0].message.content == "seven."
