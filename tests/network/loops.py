"""The grounds that the async client runs on: event loops, with and without TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from runinfra_ext._ground.limits import Limits, Timeout
from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.asynchronous import AsyncHTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import Hostile, client_context, server_context

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}

on_loops = pytest.mark.parametrize("loop", LOOPS)
on_grounds = pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
PATIENT = Limits(Timeout(20.0, 20.0, 20.0, 20.0), None)


def served(handler: Callable[..., Any], tls: bool, **options: Any) -> Hostile:
    """A server of raw sockets on the ground of the test."""
    return Hostile(handler, tls=server_context() if tls else None, **options)


def network(tls: bool = True, **options: Any) -> AsyncHTTP:
    """The async network alone, without retries and errors of the SDK."""
    context = client_context() if tls else None
    return AsyncHTTP(options=HTTPOptions(ssl_context=context, **options))


async def fetch(
    http: AsyncHTTP, server: Hostile, content: Any = b"{}", limits: Limits = PATIENT
) -> tuple[int, bytes]:
    """One exchange: status and body."""
    headers = {"content-type": "application/json", "accept": "*/*"}
    if content is not None and not isinstance(content, bytes):
        headers["content-length"] = str(content.size)
    method = "GET" if content is None else "POST"
    source = await http.send(method, f"{server.base_url}/x", headers, content, limits)
    body = b""
    try:
        while piece := await source.receive():
            body += piece
    finally:
        await source.aclose()
    return source.status, body


async def failing(
    http: AsyncHTTP, server: Hostile, content: Any = b"{}", limits: Limits = PATIENT
) -> TransportFailure:
    """How an exchange fails."""
    with pytest.raises(TransportFailure) as caught:
        await fetch(http, server, content, limits)
    return caught.value


def run(loop: str, scenario: Callable[[], Any]) -> Any:
    """Run an async scenario to its end on a loop of a kind; no task may be left."""

    async def main() -> Any:
        result = await scenario()
        for _ in range(10):
            # The event loop itself finalizes generators that were left in the middle.
            await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert [task for task in others if not task.done()] == []
        return result

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(main())
