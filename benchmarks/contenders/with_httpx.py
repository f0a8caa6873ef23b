"""Plain httpx, with the least code that does the work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import orjson

from .base import KEY, MODEL, Events, chat_body, embedding_body, speech_body
from .vectors import count_numbers

_HEADERS = {"authorization": f"Bearer {KEY}", "accept-encoding": "identity"}
_LIMITS = httpx.Limits(max_connections=1100, max_keepalive_connections=100)
_COUNT = [{"role": "user", "content": "Count."}]


class Sync:
    """The blocking client."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, headers=_HEADERS, timeout=60, limits=_LIMITS)

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer = self._client.post("/chat/completions", json=chat_body(messages))
        text: str = orjson.loads(answer.content)["choices"][0]["message"]["content"]
        return text

    def stream(self) -> int:
        """One chat stream; its events."""
        events = Events()
        body = chat_body(_COUNT, stream=True)
        with self._client.stream("POST", "/chat/completions", json=body) as answer:
            for data in answer.iter_raw():
                events.feed(data)
        return events.count

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        answer = self._client.post("/embeddings", json=embedding_body(encoded=encoded))
        return count_numbers(answer.content)

    def speech(self, path: Path) -> None:
        """Speech into a file."""
        with (
            self._client.stream("POST", "/audio/speech", json=speech_body()) as answer,
            path.open("wb") as file,
        ):
            for data in answer.iter_raw():
                file.write(data)

    def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        with path.open("rb") as file:
            answer = self._client.post(
                "/audio/transcriptions", data={"model": MODEL}, files={"file": file}
            )
        text: str = answer.json()["text"]
        return text

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Async:
    """The asyncio client."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url, headers=_HEADERS, timeout=60, limits=_LIMITS
        )

    async def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer = await self._client.post("/chat/completions", json=chat_body(messages))
        text: str = orjson.loads(answer.content)["choices"][0]["message"]["content"]
        return text

    async def stream(self) -> int:
        """One chat stream; its events."""
        events = Events()
        body = chat_body(_COUNT, stream=True)
        async with self._client.stream("POST", "/chat/completions", json=body) as answer:
            async for data in answer.aiter_raw():
                events.feed(data)
        return events.count

    async def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        answer = await self._client.post("/embeddings", json=embedding_body(encoded=encoded))
        return count_numbers(answer.content)

    async def speech(self, path: Path) -> None:
        """Speech into a file, whose writes block the loop."""
        async with self._client.stream("POST", "/audio/speech", json=speech_body()) as answer:
            with path.open("wb") as file:
                async for data in answer.aiter_raw():
                    file.write(data)

    async def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        with path.open("rb") as file:
            answer = await self._client.post(
                "/audio/transcriptions", data={"model": MODEL}, files={"file": file}
            )
        text: str = answer.json()["text"]
        return text

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
