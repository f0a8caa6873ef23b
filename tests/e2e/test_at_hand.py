"""The async client without an `await` before a call: what works, and what says what to write."""

from __future__ import annotations

import asyncio
import gc
import inspect
import warnings
from collections.abc import Callable
from typing import Any
from unittest import mock

import anyio
import pytest

from runinfra_ext import AsyncRunInfra
from runinfra_ext._async.at_hand import AsyncCall
from runinfra_ext.sandbox import Sandbox

HELLO = [{"role": "user", "content": "Name one prime."}]


@pytest.fixture
def run(gateway: Sandbox) -> Callable[[Callable[[AsyncRunInfra], Any]], Any]:
    """Runs a scenario with an async client of the sandbox."""

    def go(scenario: Callable[[AsyncRunInfra], Any]) -> Any:
        async def main() -> Any:
            async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
                return await scenario(client)

        return asyncio.run(main())

    return go


def chat(client: AsyncRunInfra, **more: Any) -> Any:
    """A call that was not awaited."""
    return client.chat.completions.create(model="acme-chat-8b", messages=HELLO, **more)


def speak(client: AsyncRunInfra) -> Any:
    return client.audio.speech.stream(model="acme-tts", input="Hello", voice="aria")


def answer(client: AsyncRunInfra) -> Any:
    return client.responses.create(model="acme-chat-8b", input="Hello", stream=True)


OPENINGS = [lambda client: chat(client, stream=True), answer, speak]


@pytest.mark.parametrize("open_", OPENINGS)
@pytest.mark.parametrize("awaited", [True, False])
def test_async_with(run: Any, open_: Any, awaited: bool) -> None:
    """A stream is entered with and without the `await`, and closed at the block's end."""

    async def scenario(client: AsyncRunInfra) -> Any:
        call = open_(client)
        async with (await call) if awaited else call as stream:
            pieces = [piece async for piece in stream]
        return len(pieces), stream.request_id

    count, request_id = run(scenario)
    assert count > 0
    assert request_id.startswith("req_")


@pytest.mark.parametrize("open_", OPENINGS)
@pytest.mark.parametrize("awaited", [True, False])
def test_async_for(run: Any, gateway: Sandbox, open_: Any, awaited: bool) -> None:
    """A stream is iterated with and without the `await`; one request is made."""

    async def scenario(client: AsyncRunInfra) -> int:
        call = open_(client)
        return len([piece async for piece in ((await call) if awaited else call)])

    assert run(scenario) > 0
    assert 1 == len(gateway.journal)


def test_leaving_a_loop(run: Any) -> None:
    """Leaving the loop over a call closes its stream, as for a stream that was awaited."""
    held: list[Any] = []

    async def scenario(client: AsyncRunInfra) -> None:
        original = client._transport.open

        async def open_(*args: Any) -> Any:
            held.append(await original(*args))
            return held[-1]

        with mock.patch.object(client._transport, "open", open_):
            async for _ in chat(client, stream=True):
                break

    run(scenario)
    assert "closed" in repr(held[0])


def test_stream_that_is_refused(run: Any, gateway: Sandbox) -> None:
    """The gateway's no comes where the call is made: at the block's or the loop's begin."""
    gateway.script("401", "401")

    async def scenario(client: AsyncRunInfra) -> list[str]:
        names = []
        try:
            async with chat(client, stream=True):
                pass
        except Exception as error:
            names.append(type(error).__name__)
        try:
            async for _ in chat(client, stream=True):
                pass
        except Exception as error:
            names.append(type(error).__name__)
        return names

    assert ["AuthenticationError"] * 2 == run(scenario)


def test_as_any_coroutine(run: Any) -> None:
    """Tasks, gather, wait_for, shield and timeouts take a call like any coroutine."""

    async def scenario(client: AsyncRunInfra) -> list[str]:
        task = asyncio.create_task(chat(client))
        assert "create" in repr(task)
        async with asyncio.TaskGroup() as group:
            grouped = group.create_task(chat(client))
        async with anyio.create_task_group() as other:
            other.start_soon(lambda: chat(client))
        got = [
            await task,
            grouped.result(),
            *await asyncio.gather(chat(client), asyncio.shield(chat(client))),
            await asyncio.wait_for(chat(client), 30),
        ]
        return [type(one).__name__ for one in got]

    assert ["ChatCompletion"] * 5 == run(scenario)


def test_runner(gateway: Sandbox) -> None:
    """A runner, as `asyncio.run` is one, takes a call itself."""
    client = AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url)

    with asyncio.Runner() as runner:
        assert "list" == runner.run(client.models.list()).object
        runner.run(client.close())


def test_cancelled_task(run: Any, gateway: Sandbox) -> None:
    """A task of a call can be cancelled before and while it runs."""

    async def scenario(client: AsyncRunInfra) -> list[bool]:
        early, late = asyncio.create_task(chat(client)), asyncio.create_task(chat(client))
        early.cancel()
        await asyncio.sleep(0)
        late.cancel()
        await asyncio.wait([early, late])
        return [early.cancelled(), late.cancelled()]

    assert [True, True] == run(scenario)
    assert 0 == len(gateway.charges)


def test_awaited_twice(run: Any) -> None:
    """A call is made once."""

    async def scenario(client: AsyncRunInfra) -> None:
        call = chat(client)
        await call
        with pytest.raises(RuntimeError, match="already awaited"):
            await call

    run(scenario)


def enter(call: Any) -> None:
    with call:
        pass


@pytest.mark.parametrize(
    ("make", "use", "error", "write"),
    [
        (chat, lambda call: call.choices, AttributeError, "`(await client.….create(...)).choices`"),
        (chat, list, TypeError, "`await client.….create(...)`"),
        (chat, lambda call: call[0], TypeError, "`await client.….create(...)`"),
        (chat, enter, TypeError, "`await client.….create(...)`"),
        (chat, aiter, TypeError, "give it stream=True for `async for`"),
        (OPENINGS[0], list, TypeError, "`async for … in client.….create(...)`"),
        (OPENINGS[0], enter, TypeError, "`async with client.….create(...)`"),
        (
            OPENINGS[0],
            lambda call: call.text_stream,
            AttributeError,
            "`(await client.….create(...)).text_stream`",
        ),
        (speak, list, TypeError, "`async for … in client.….stream(...)`"),
    ],
)
def test_what_to_write(
    run: Any, gateway: Sandbox, make: Any, use: Any, error: type[Exception], write: str
) -> None:
    """Whatever else is tried names the missing word; nothing was sent."""

    async def scenario(client: AsyncRunInfra) -> str:
        call = make(client)
        with pytest.raises(error) as caught:
            use(call)
        call.close()
        return str(caught.value)

    assert write in run(scenario)
    assert [] == gateway.journal


def test_async_with_over_what_is_no_stream(run: Any, gateway: Sandbox) -> None:
    """It is refused before it costs anything."""

    async def scenario(client: AsyncRunInfra) -> None:
        with pytest.raises(TypeError, match="opens no stream: give it stream=True"):
            async with chat(client):
                pass

    run(scenario)
    assert [] == gateway.journal


def test_call_that_nobody_awaited(run: Any) -> None:
    """One warning, which says what to write; none for a call that was closed."""

    async def scenario(client: AsyncRunInfra) -> list[str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            chat(client)
            chat(client).close()
            gc.collect()
        return [f"{one.category.__name__}: {one.message}" for one in caught]

    assert [
        "RuntimeWarning: AsyncChatCompletions.create() was never awaited, so nothing was sent:"
        " write `await client.….create(...)`"
    ] == run(scenario)


def test_every_method(run: Any) -> None:
    """Every method of every namespace of the async client gives such a call."""

    def methods(namespace: Any) -> Any:
        for name in dir(namespace):
            if not name.startswith("_"):
                member = getattr(namespace, name)
                if inspect.ismethod(member):
                    yield member
                elif type(member).__module__.startswith("runinfra_ext._async.resources"):
                    yield from methods(member)

    async def scenario(client: AsyncRunInfra) -> list[str]:
        names = [name for name in dir(client) if not name.startswith("_")]
        spaces = [getattr(client, name) for name in names]
        found = [
            method
            for space in spaces
            if type(space).__module__.startswith("runinfra_ext._async.resources")
            for method in methods(space)
        ]
        assert len(found) > 10
        return [m.__qualname__ for m in found if not gives_call(m)]

    assert [] == run(scenario)


def gives_call(method: Any) -> bool:
    """Whether calling the method gives an `AsyncCall`."""
    required = {
        parameter.name: None
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in {parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD}
    }
    positional = [
        None
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is parameter.POSITIONAL_ONLY
    ]
    call = method(*positional, **required)
    call.close()
    return isinstance(call, AsyncCall)
