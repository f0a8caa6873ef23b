"""One request in both worlds: what is told of it must be the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runinfra_ext._ground.limits import Limits
from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.asynchronous import AsyncHTTP
from runinfra_ext._http.blocking import HTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import body_of, limits
from tests.network.loops import run

in_worlds = pytest.mark.parametrize("world", ["blocking", "asyncio", "uvloop"])


def outcome(
    world: str, url: str, options: HTTPOptions, each: Limits | None = None
) -> bytes | TransportFailure:
    """What becomes of a request: its body, or how it failed."""
    each = each or limits(connect=5)
    if world == "blocking":
        http = HTTP(options=options)
        try:
            return body_of(http.send("POST", url, {}, b"{}", each))
        except TransportFailure as error:
            return error
        finally:
            http.close()

    async def asked() -> Any:
        http = AsyncHTTP(options=options)
        try:
            source = await http.send("POST", url, {}, b"{}", each)
            body = b""
            while piece := await source.receive():
                body += piece
            return body
        except TransportFailure as error:
            return error
        finally:
            await http.aclose()
            await asyncio.sleep(0)

    found: bytes | TransportFailure = run(world, asked)
    return found
