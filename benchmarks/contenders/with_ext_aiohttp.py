"""This SDK over aiohttp, by way of its optional transport."""

from __future__ import annotations

from .with_ext import Async as _Async


class Async(_Async):
    """The asyncio client."""

    def __init__(self, base_url: str) -> None:
        raise NotImplementedError
