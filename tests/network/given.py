"""Clients that an application gives: of httpx and httpx2, blocking and async."""

from __future__ import annotations

import asyncio
import functools
import inspect
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import httpx2

LIBRARIES: dict[str, Any] = {"httpx": httpx, "httpx2": httpx2}


@functools.cache
def default_trust() -> ssl.SSLContext:
    """What a client trusts that is told nothing; made once, because it takes long."""
    return ssl.create_default_context()


def make(library: str, kind: str, **options: Any) -> Any:
    """A client of a library, for the blocking or the async world."""
    module = LIBRARIES[library]
    options.setdefault("verify", default_trust())
    return (module.Client if kind == "sync" else module.AsyncClient)(**options)


async def close(client: Any) -> None:
    """Close a client of either world."""
    done = client.aclose() if hasattr(client, "aclose") else client.close()
    if inspect.isawaitable(done):
        await done


def hook(kind: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An event hook of either world that calls a plain function."""
    if kind == "sync":
        return function

    async def call(value: Any) -> None:
        function(value)
        await asyncio.sleep(0)

    return call
