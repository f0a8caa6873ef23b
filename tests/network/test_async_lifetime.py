"""Clients that are closed, dropped, forked or taken to another loop leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import runinfra_ext as sdk
from tests.network.hostile import (
    KEY,
    Peer,
    answer,
    authority_file,
    chat,
    echoing,
)
from tests.network.loops import on_grounds, on_loops, run, served

ROOT = Path(__file__).parents[2]


def ask(client, text="hi", **options):
    message = {"role": "user", "content": text}
    return client.chat.completions.create(model="m", messages=[message], **options)


def program(server, loop: str, text: str, *, expected: int = 0) -> str:
    """Run a program in which warnings are errors; what it writes, which must be only its own."""
    start = """
        import asyncio, gc, os, signal, sys, threading, time
        import uvloop
        import runinfra_ext as sdk

        loop_factory = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}[sys.argv[1]]
        base_url, key = sys.argv[2:4]

        def client(**options):
            return sdk.AsyncRunInfra(api_key=key, base_url=base_url, max_retries=0, **options)

        async def ask(client, text="hi", **options):
            message = {"role": "user", "content": text}
            found = await client.chat.completions.create(model="m", messages=[message], **options)
            assert found.choices[0].message.content == text

        def run(main):
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                return runner.run(main)

        def descriptors():
            return len(os.listdir("/proc/self/fd"))
    """
    source = textwrap.dedent(start) + textwrap.dedent(text)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source, loop, server.base_url, KEY],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": authority_file()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == expected
    return done.stdout.strip()


@on_loops
@on_grounds
def test_many_event_loops_one_after_the_other(loop, tls):
    """One client in many `asyncio.run`: no descriptor, loop, warning or output is left."""
    with served(echoing, tls) as server:
        found = program(
            server,
            loop,
            """
            shared = client()
            run(ask(shared))
            gc.collect()
            before = descriptors()
            for _ in range(50):
                run(ask(shared))
            gc.collect()
            loops = [one for one in gc.get_objects() if isinstance(one, asyncio.AbstractEventLoop)]
            print(descriptors() - before, len(loops) <= 1, len(shared._http._backends) <= 1)
            """,
        )
    assert found == "0 True True"


@on_loops
@on_grounds
def test_clients_that_are_dropped(loop, tls):
    """A client that nobody holds gives its sockets back in silence, while the loop goes on."""
    with served(echoing, tls) as server:
        found = program(
            server,
            loop,
            """
            async def main():
                await ask(client())
                gc.collect()
                for _ in range(5):
                    await asyncio.sleep(0.01)
                before = descriptors()
                for _ in range(40):
                    await ask(client())
                gc.collect()
                for _ in range(10):
                    await asyncio.sleep(0.01)
                tasks = asyncio.all_tasks() - {asyncio.current_task()}
                print(descriptors() - before, len(tasks))

            run(main())
            gc.collect()
            """,
        )
    assert found == "0 0"


@on_loops
@on_grounds
def test_dropped_after_the_loop_has_ended(loop, tls):
    """Nothing is said when a client is collected whose loop is no more."""
    with served(echoing, tls) as server:
        found = program(
            server,
            loop,
            """
            before = descriptors()
            for _ in range(20):
                run(ask(client()))
            gc.collect()
            print(descriptors() - before)
            """,
        )
    assert int(found) <= 3  # what Python opens once


@on_loops
@on_grounds
def test_a_stream_that_is_dropped_frees_its_socket(loop, tls):
    """Neither closed nor read to its end: the connection is closed, and its turn is free."""

    def handle(peer: Peer) -> None:
        peer.request()
        head = answer(b"", "Transfer-Encoding: chunked", media="text/event-stream", length=False)
        event = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
        event += b'"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
        peer.send(head + b"%x\r\n%b\r\n" % (len(event), event))
        peer.head()

    async def scenario():
        async with sdk.AsyncRunInfra(**server.options(max_connections=1)) as client:
            for _ in range(3):
                stream = await ask(client, stream=True)
                async for _ in stream:
                    break
                del stream
        return True

    with served(handle, tls) as server:
        assert run(loop, scenario)
        assert server.wait_for_closed(3)


@on_loops
@on_grounds
def test_a_closed_client_sends_nothing_more(loop, tls):
    """And closing it twice, or from a second loop, is no error."""

    async def use():
        await ask(client)
        return client

    async def close():
        await client.close()
        await client.close()
        with pytest.raises(sdk.RunInfraConnectionError) as caught:
            await ask(client)
        return caught.value

    with served(echoing, tls) as server:
        client = sdk.AsyncRunInfra(**server.options())
        run(loop, use)
        error = run(loop, close)
    assert (error.reason, error.phase, server.opened) == ("client_closed", "never_sent", 1)


@on_grounds
def test_closing_reaches_the_loops_of_other_threads(tls):
    """The connections of all event loops are closed, each in its own thread."""
    with served(echoing, tls) as server:
        found = program(
            server,
            "asyncio",
            """
            shared = client()
            used, over = threading.Event(), threading.Event()

            async def work():
                await ask(shared)
                used.set()
                while not over.is_set():
                    await asyncio.sleep(0.01)

            async def main():
                await ask(shared)
                backends = list(shared._http._backends.values())
                await shared.close()
                until = time.monotonic() + 5
                while any(one.connections for one in backends) and time.monotonic() < until:
                    await asyncio.sleep(0.01)
                return [one.connections for one in backends]

            thread = threading.Thread(target=lambda: run(work()))
            thread.start()
            used.wait(10)
            print(run(main()))
            over.set()
            thread.join()
            """,
        )
    assert found == "[0, 0]"


@on_loops
@on_grounds
def test_ctrl_c_ends_a_call_and_leaves_a_client_that_works(loop, tls):
    """Under `asyncio.run` an interrupt cancels the call; nothing is left and nothing is said."""

    def handle(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            if b"wait" in request[1]:
                peer.head()
                return
            peer.send(answer(chat()))

    with served(handle, tls) as server:
        found = program(
            server,
            loop,
            """
            shared = client()

            async def main():
                await ask(shared)
                timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
                timer.start()
                await ask(shared, "wait")

            for _ in range(3):
                try:
                    run(main())
                except KeyboardInterrupt:
                    print("interrupted", end=" ")
            run(ask(shared))
            print("works")
            """,
        )
    assert found == "interrupted interrupted interrupted works"


@on_grounds
@pytest.mark.parametrize("end", ["close", "collect", "exit", "drop the stream"])
def test_a_forked_child_leaves_the_parents_connections_alone(tls, end):
    """Not by closing the client, nor by collecting it, nor by its own end."""

    def handle(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            if b"stream" not in request[1]:
                peer.send(answer(chat()))
                continue
            head = answer(
                b"", "Transfer-Encoding: chunked", media="text/event-stream", length=False
            )
            begin = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
            for text in (b"a", b"b", b"c", b"d"):
                event = begin + b'"choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n' % text
                peer.send(head + b"%x\r\n%b\r\n" % (len(event), event))
                head = b""
                if text == b"a":
                    forked.wait(20)
            peer.send(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    import threading

    forked = threading.Event()
    with served(handle, tls) as server:
        threading.Timer(1.5, forked.set).start()
        found = program(
            server,
            "asyncio",
            f"""
            end = {end!r}
            """
            """
            shared = client()
            import warnings
            warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads, on 3.12

            async def main():
                await ask(shared)
                message = {"role": "user", "content": "hi"}
                stream = await shared.chat.completions.create(
                    model="m", messages=[message], stream=True
                )
                events = aiter(stream)
                await anext(events)
                pid = os.fork()
                if pid == 0:
                    if end == "close":
                        for one in shared._http._backends.values():
                            one.abandon()
                    elif end == "drop the stream":
                        del events, stream
                        gc.collect()
                    elif end == "collect":
                        globals().pop("shared")
                        gc.collect()
                    os._exit(0)
                assert os.waitpid(pid, 0)[1] == 0
                async for _ in events:
                    pass
                await ask(shared)
                print(stream.text, end=" ")
                (backend,) = shared._http._backends.values()
                print(backend.connections)

            run(main())
            """,
        )
    assert found in {"abcd 1", "bcd 1"}
    assert server.opened <= 2


def test_no_event_loop_of_asyncios():
    """A coroutine that another kind of loop drives is told which loops there are."""
    client = sdk.AsyncRunInfra(api_key=KEY, base_url="http://127.0.0.1:9/v1")
    call = ask(client).__await__()
    with pytest.raises(sdk.ConfigurationError, match="asyncio"):
        while True:
            next(call)
