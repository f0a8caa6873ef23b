"""Looks names up for aiohttp, each in a thread of its own that nobody waits for.

The event loop's own threads are not for that: a resolver that hangs would take them from whatever
else the application does in threads, and hold up the end of ``asyncio.run`` long after the call
that asked has met its deadline.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from .urllib3_lookup import Address, look_up


class Resolver(AbstractResolver):
    """Looks names up as the blocking client does."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Called by aiohttp, which has put a limit on it.

        Raises:
            OSError: there are no addresses.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Address] | str] = loop.create_future()

        def tell(found: list[Address] | str) -> None:
            if not answer.done():
                answer.set_result(found)

        def look() -> None:
            found = look_up(host, port)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
                loop.call_soon_threadsafe(tell, found)

        _thread.start_new_thread(look, ())
        found = await answer
        if isinstance(found, str):
            raise OSError(None, found)
        return [
            ResolveResult(
                hostname=host,
                host=_numeric(one),
                port=one.address[1],
                family=one.family,
                proto=one.protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for one in found
            if family in {socket.AF_UNSPEC, one.family}
        ]

    async def close(self) -> None:
        """Part of what a resolver can do."""


def _numeric(found: Address) -> str:
    """The address as a text, with its zone if it is one of a link."""
    host = str(found.address[0])
    zone = found.address[3] if found.family == socket.AF_INET6 else 0
    return f"{host}%{zone}" if zone else host
