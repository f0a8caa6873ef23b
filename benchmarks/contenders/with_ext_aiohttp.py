"""This SDK with a client of httpx over aiohttp, given by the application."""

from __future__ import annotations

import httpx
import httpx_aiohttp

from .with_ext import Async as _Async


class Async(_Async):
    """The asyncio client."""

    def __init__(self, base_url: str) -> None:
        limits = httpx.Limits(max_connections=1100)
        self._http = httpx_aiohttp.HttpxAiohttpClient(timeout=None, limits=limits)
        super().__init__(base_url, http_client=self._http)

    async def close(self) -> None:
        """Close the connections, which are the application's."""
        await super().close()
        await self._http.aclose()
