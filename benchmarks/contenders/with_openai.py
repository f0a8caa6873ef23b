"""The OpenAI SDK."""

from __future__ import annotations

import asyncio
import base64
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai

from .base import AT_ONCE, KEY, MODEL, TEXTS, chat_body, row_body, speech_body


class Sync:
    """The blocking client."""

    def __init__(self, base_url: str) -> None:
        self._client = openai.OpenAI(api_key=KEY, base_url=base_url)

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer: Any = self._client.chat.completions.create(**chat_body(messages))
        text: str = answer.choices[0].message.content
        return text

    def stream(self) -> int:
        """One chat stream; its events."""
        count = 0
        text: list[str] = []
        body = chat_body([{"role": "user", "content": "Count."}], stream=True)
        for chunk in self._client.chat.completions.create(**body):
            count += 1
            text += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        return count

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers; without a format the client asks for base64 and decodes it."""
        kind: Any = {} if encoded else {"encoding_format": "float"}
        answer = self._client.embeddings.create(model="acme-embed", input=TEXTS, **kind)
        return numbers(answer)

    def speech(self, path: Path) -> None:
        """Speech into a file."""
        audio = self._client.audio.speech.with_streaming_response
        body: Any = speech_body()
        with audio.create(**body) as answer:
            answer.stream_to_file(path)

    def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        with path.open("rb") as file:
            return self._client.audio.transcriptions.create(model=MODEL, file=file).text

    def bulk(self, rows: int, folder: Path) -> int:
        """A chat for each row, by a pool of threads; nothing is kept."""
        del folder

        def one(number: int) -> str:
            answer: Any = self._client.chat.completions.create(**row_body(number))
            text: str = answer.choices[0].message.content
            return text

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return len(list(pool.map(one, range(rows))))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Async:
    """The asyncio client."""

    def __init__(self, base_url: str) -> None:
        self._client = openai.AsyncOpenAI(api_key=KEY, base_url=base_url)

    async def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer: Any = await self._client.chat.completions.create(**chat_body(messages))
        text: str = answer.choices[0].message.content
        return text

    async def stream(self) -> int:
        """One chat stream; its events."""
        count = 0
        text: list[str] = []
        body = chat_body([{"role": "user", "content": "Count."}], stream=True)
        async for chunk in await self._client.chat.completions.create(**body):
            count += 1
            text += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        return count

    async def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        kind: Any = {} if encoded else {"encoding_format": "float"}
        answer = await self._client.embeddings.create(model="acme-embed", input=TEXTS, **kind)
        return numbers(answer)

    async def speech(self, path: Path) -> None:
        """Speech into a file."""
        audio = self._client.audio.speech.with_streaming_response
        body: Any = speech_body()
        async with audio.create(**body) as answer:
            await answer.stream_to_file(path)

    async def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        with path.open("rb") as file:
            return (await self._client.audio.transcriptions.create(model=MODEL, file=file)).text

    async def bulk(self, rows: int, folder: Path) -> int:
        """A chat for each row, by ``gather`` and a semaphore; nothing is kept."""
        del folder
        semaphore = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> str:
            async with semaphore:
                answer: Any = await self._client.chat.completions.create(**row_body(number))
            text: str = answer.choices[0].message.content
            return text

        return len(await asyncio.gather(*(one(number) for number in range(rows))))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def numbers(answer: Any) -> int:
    """How many numbers came; where they are still base64, they are decoded first."""
    count = 0
    for item in answer.data:
        vector = item.embedding
        if isinstance(vector, str):
            vector = array("f", base64.b64decode(vector))
        count += len(vector)
    return count
