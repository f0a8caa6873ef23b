"""Plain aiohttp, whose parser is written in C."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import orjson

from .base import KEY, MODEL, Events, chat_body, embedding_body, speech_body
from .vectors import count_numbers

_HEADERS = {"authorization": f"Bearer {KEY}", "accept-encoding": "identity"}
_COUNT = [{"role": "user", "content": "Count."}]


class Async:
    """The asyncio client."""

    def __init__(self, base_url: str) -> None:
        self._url = base_url
        self._client = aiohttp.ClientSession(
            headers=_HEADERS, connector=aiohttp.TCPConnector(limit=1100)
        )

    async def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        async with self._client.post(
            self._url + "/chat/completions", json=chat_body(messages)
        ) as answer:
            body = await answer.read()
        text: str = orjson.loads(body)["choices"][0]["message"]["content"]
        return text

    async def stream(self) -> int:
        """One chat stream; its events."""
        events = Events()
        async with self._client.post(
            self._url + "/chat/completions", json=chat_body(_COUNT, stream=True)
        ) as answer:
            async for data in answer.content.iter_any():
                events.feed(data)
        return events.count

    async def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        async with self._client.post(
            self._url + "/embeddings", json=embedding_body(encoded=encoded)
        ) as answer:
            return count_numbers(await answer.read())

    async def speech(self, path: Path) -> None:
        """Speech into a file, whose writes block the loop."""
        async with self._client.post(self._url + "/audio/speech", json=speech_body()) as answer:
            with path.open("wb") as file:
                async for data in answer.content.iter_any():
                    file.write(data)

    async def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        with path.open("rb") as file:
            form = aiohttp.FormData({"model": MODEL})
            form.add_field("file", file, filename=path.name)
            async with self._client.post(self._url + "/audio/transcriptions", data=form) as answer:
                text: str = orjson.loads(await answer.read())["text"]
        return text

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
