"""Looks names up for aiohttp, in threads that nobody waits for."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from .apart import apart
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
        found = await apart(lambda: look_up(host, port))
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
