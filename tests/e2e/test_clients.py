"""Clients: their options, their copies, their end, and life in threads, forks and event loops."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import threading
import warnings

import httpx
import pytest

import runinfra_ext as sdk
from runinfra_ext import AsyncRunInfra, RunInfra
from tests.connections import connections_of, socket_option


def test_environment(gateway, monkeypatch, hello):
    """Key, base URL and pipeline come from the environment when they are left out."""
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.pipeline_api_key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
    monkeypatch.setenv("RUNINFRA_PIPELINE_ID", gateway.pipeline_id)
    with RunInfra() as client:
        assert client.base_url == gateway.base_url + "/pipe_demo"
        assert client.chat.completions.create(messages=hello).id


@pytest.mark.parametrize("key", [None, "", "   "])
def test_no_key(key):
    """Without a key there is no client; the error says which variable to set."""
    for cls in (RunInfra, AsyncRunInfra):
        with pytest.raises(sdk.AuthenticationError, match="RUNINFRA_API_KEY"):
            cls(api_key=key)


def test_copies_share_connections(both, hello):
    """with_options changes options only; the original keeps its own."""

    async def scenario():
        async with both.client() as client:
            inner = getattr(client, "inner", client)
            copy = inner.with_options(max_retries=0, default_headers={"x-team": "a"})
            assert copy._http is inner._http
            assert copy._settings.retry_quota is inner._settings.retry_quota
            assert copy._settings.pace is inner._settings.pace
            assert (copy._settings.max_retries, inner._settings.max_retries) == (0, 2)
            with pytest.raises(TypeError, match="did you mean 'timeout'"):
                inner.with_options(timout=3)
            from tests.conftest import wrapped

            used = wrapped(copy)
            await used.chat.completions.create(model="acme-chat-8b", messages=hello)

    both.run(scenario)
    assert both.gateway.journal[-1].headers["x-team"] == "a"


@pytest.mark.every_way
def test_limits_beyond_what_a_socket_can_count(both, hello):
    """They are as good as none: whoever wants no limit writes a large number."""
    seconds = 1e10
    every = sdk.Timeout(seconds, seconds, seconds, seconds)

    async def scenario():
        async with both.client(timeout=every, deadline=seconds, idle_timeout=seconds) as client:
            chat = await client.chat.completions.create(model="acme-chat-8b", messages=hello)
            stream = await client.chat.completions.create(
                model="acme-chat-8b", messages=hello, stream=True, timeout=seconds
            )
            return chat, await stream.final()

    chat, streamed = both.run(scenario)
    assert chat.choices[0].message.content == streamed.choices[0].message.content


def test_a_closed_client_says_so(both):
    """After close every call is a clear error, and the client can't be entered again."""

    async def scenario():
        client = both.client()
        async with client:
            await client.models.list()
        with pytest.raises(sdk.RunInfraConnectionError, match="closed") as caught:
            await client.models.list(max_retries=0)
        assert caught.value.phase == "never_sent"
        with pytest.raises(sdk.ConfigurationError, match="closed"):
            async with client:
                pass

    both.run(scenario)
    assert len(both.gateway.journal) == 1


def test_an_own_http_client(both, hello):
    """An injected client is used, obeys the deadline, and stays open."""

    async def scenario():
        verify = both.gateway.ssl_context or True
        own = (httpx.Client if both.kind == "sync" else httpx.AsyncClient)(verify=verify)
        async with both.client(http_client=own) as client:
            await client.chat.completions.create(model="acme-chat-8b", messages=hello)
            with pytest.raises(sdk.DeadlineExceededError):
                await client.chat.completions.create(
                    model="acme-chat-8b",
                    messages=hello,
                    deadline=0.4,
                    extra_headers={"X-Sandbox-Fault": "drip-body"},
                )
        assert own.is_closed is False
        if both.kind == "sync":
            own.close()
        else:
            await own.aclose()

    both.run(scenario)


def test_the_wrong_http_client():
    """The async client refuses a blocking one, and the other way round."""
    with httpx.Client() as blocking:
        with pytest.raises(sdk.ConfigurationError, match="httpx.AsyncClient"):
            AsyncRunInfra(api_key="k", http_client=blocking)
    with pytest.raises(sdk.ConfigurationError, match="httpx.Client"):
        RunInfra(api_key="k", http_client=httpx.AsyncClient())


def test_proxies_of_an_own_client(both, hello):
    """24: a proxy that refuses is a typed error, and nothing reached the gateway."""
    proxy = "http://127.0.0.1:9"

    async def scenario():
        own = httpx.Client(proxy=proxy) if both.kind == "sync" else httpx.AsyncClient(proxy=proxy)
        async with both.client(http_client=own, max_retries=0) as client:
            with pytest.raises(sdk.RunInfraConnectionError) as caught:
                await client.chat.completions.create(model="acme-chat-8b", messages=hello)
        if both.kind == "sync":
            own.close()
        else:
            await own.aclose()
        return caught.value

    assert both.run(scenario).phase == "never_sent"
    assert both.gateway.journal == []


def test_many_threads_at_the_first_call(gateway, hello):
    """25: 64 threads start at once and share one pool."""
    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
        barrier = threading.Barrier(64)
        clients, errors = set(), []

        def work():
            barrier.wait()
            try:
                client.chat.completions.create(model="acme-chat-8b", messages=hello)
                clients.add(id(client._http._made["backend"]))
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert len(clients) == 1
    assert len(gateway.charges) == 64


def test_connections_are_kept_alive(gateway):
    """Sockets probe a silent peer, and send without delay."""
    import socket

    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
        client.models.list()
        (connection,) = connections_of(client)
        assert socket_option(connection, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert socket_option(connection, socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_fork_after_use(gateway):
    """25: the child makes connections of its own; the parent's go on working."""
    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
        client.models.list()
        backend = client._http._made["backend"]
        parents = backend._pool
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads, on 3.12
            pid = os.fork()
        if pid == 0:
            code = 1
            try:
                ok = client.models.list().data and backend._pool is not parents
                code = 0 if ok else 2
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert client.models.list().data
        assert backend._pool is parents


def test_fork_with_an_async_client(gateway):
    """25: the same for the async client: the child's loop gets connections of its own."""
    client = AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url)

    async def use():
        result = await client.models.list()
        await client._http._backends[asyncio.get_running_loop()].aclose()
        return result

    assert asyncio.run(use()).data
    parents = client._http._lock
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads, on 3.12
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            ok = asyncio.run(use()).data and client._http._lock is not parents
            code = 0 if ok else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert client._http._lock is parents


def test_a_second_event_loop(gateway):
    """25: an async client works in a second `asyncio.run`, with connections of that loop."""
    client = AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url)

    async def use():
        result = await client.models.list()
        await client._http._backends[asyncio.get_running_loop()].aclose()
        return result

    for _ in range(2):
        assert asyncio.run(use()).data


def test_garbage_collection_without_close(gateway):
    """25: a blocking client that is dropped closes its sockets without a warning."""
    client = RunInfra(api_key=gateway.api_key, base_url=gateway.base_url)
    client.models.list()
    (connection,) = connections_of(client)
    (sock,) = connection.sockets
    del client, connection
    gc.collect()
    assert sock.fileno() == -1


def test_clients_are_not_pickled():
    """25: a client holds the key, so it refuses, and says why."""
    for cls in (RunInfra, AsyncRunInfra):
        with pytest.raises(TypeError, match="API key"):
            pickle.dumps(cls(api_key="k-not-used"))


def test_results_are_pickled_with_their_metadata(client, hello):
    """25: results travel between processes, ids included."""
    chat = client.chat.completions.create(model="acme-chat-8b", messages=hello)
    copy = pickle.loads(pickle.dumps(chat))
    assert copy == chat
    assert copy.request_id == chat.request_id
    assert copy.meta.headers["x-request-id"] == chat.request_id
    vectors = client.embeddings.create(model="acme-embed-m", input="x", encoding_format="base64")
    assert pickle.loads(pickle.dumps(vectors)).to_dict() == vectors.to_dict()
    from runinfra_client.models import ChatCompletion

    alone = ChatCompletion.from_dict(chat.to_dict())
    assert alone.request_id is None
    with pytest.raises(AttributeError, match="does not come from a call"):
        _ = alone.meta


def test_answers_beyond_the_limit(both, hello):
    """An answer larger than max_response_bytes is an error, and is not read to its end."""

    async def scenario():
        async with both.client(max_response_bytes=100) as client:
            with pytest.raises(sdk.ResponseTooLargeError) as caught:
                await client.chat.completions.create(model="acme-chat-8b", messages=hello)
            return caught.value

    error = both.run(scenario)
    assert error.request_id == both.gateway.journal[-1].request_id
    assert (error.attempts, error.outcome_unknown) == (1, True)
