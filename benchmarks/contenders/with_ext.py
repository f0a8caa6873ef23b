"""This SDK."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runinfra_ext import AsyncRunInfra, RunInfra

from .base import KEY, MODEL, chat_body, embedding_body, row_body, speech_body

_COUNT = [{"role": "user", "content": "Count."}]


class Sync:
    """The blocking client."""

    def __init__(self, base_url: str) -> None:
        self._client: Any = RunInfra(api_key=KEY, base_url=base_url)

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer = self._client.chat.completions.create(**chat_body(messages))
        text: str = answer.choices[0].message.content
        return text

    def stream(self) -> int:
        """One chat stream; its events."""
        count = 0
        text: list[str] = []
        for chunk in self._client.chat.completions.create(**chat_body(_COUNT, stream=True)):
            count += 1
            text += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        return count

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        answer = self._client.embeddings.create(**embedding_body(encoded=encoded))
        return sum(len(item.embedding) for item in answer.data)

    def speech(self, path: Path) -> None:
        """Speech into a file."""
        with self._client.audio.speech.stream(**speech_body()) as speech:
            speech.write_to_file(path)

    def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        answer = self._client.audio.transcriptions.create(model=MODEL, file=path)
        text: str = answer.text
        return text

    def bulk(self, rows: int, folder: Path) -> int:
        """A chat for each row, as a job with a journal."""
        with self._client.bulk.map(range(rows), row_body, journal=folder / "bulk.db") as job:
            return len([row.unwrap().choices[0].message.content for row in job])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Async:
    """The asyncio client."""

    def __init__(self, base_url: str, **options: Any) -> None:
        self._client: Any = AsyncRunInfra(api_key=KEY, base_url=base_url, **options)

    async def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer = await self._client.chat.completions.create(**chat_body(messages))
        text: str = answer.choices[0].message.content
        return text

    async def stream(self) -> int:
        """One chat stream; its events."""
        count = 0
        text: list[str] = []
        async for chunk in await self._client.chat.completions.create(
            **chat_body(_COUNT, stream=True)
        ):
            count += 1
            text += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        return count

    async def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        answer = await self._client.embeddings.create(**embedding_body(encoded=encoded))
        return sum(len(item.embedding) for item in answer.data)

    async def speech(self, path: Path) -> None:
        """Speech into a file."""
        async with await self._client.audio.speech.stream(**speech_body()) as speech:
            await speech.write_to_file(path)

    async def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        answer = await self._client.audio.transcriptions.create(model=MODEL, file=path)
        text: str = answer.text
        return text

    async def bulk(self, rows: int, folder: Path) -> int:
        """A chat for each row, as a job with a journal."""
        async with self._client.bulk.map(range(rows), row_body, journal=folder / "bulk.db") as job:
            return len([row.unwrap().choices[0].message.content async for row in job])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
