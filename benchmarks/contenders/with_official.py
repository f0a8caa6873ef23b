"""The gateway's official SDK, which is blocking only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import runinfra

from .base import KEY, MODEL, chat_body, embedding_body, speech_body


class Sync:
    """The blocking client."""

    def __init__(self, base_url: str) -> None:
        self._client: Any = runinfra.RunInfra(api_key=KEY, base_url=base_url)

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        answer = self._client.chat.completions.create(**chat_body(messages))
        text: str = answer["choices"][0]["message"]["content"]
        return text

    def stream(self) -> int:
        """One chat stream; its events."""
        count = 0
        text: list[str] = []
        body = chat_body([{"role": "user", "content": "Count."}], stream=True)
        for chunk in self._client.chat.completions.create(**body):
            count += 1
            for choice in chunk["choices"]:
                content = choice["delta"].get("content")
                if content:
                    text.append(content)
        return count

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers; it has no decoder of base64."""
        if encoded:
            raise NotImplementedError
        answer = self._client.embeddings.create(**embedding_body(encoded=False))
        return sum(len(item["embedding"]) for item in answer["data"])

    def speech(self, path: Path) -> None:
        """Speech into a file, by way of memory."""
        path.write_bytes(self._client.audio.speech.create(**speech_body()).content)

    def upload(self, path: Path) -> str:
        """A file to be transcribed, by way of memory; the text."""
        answer = self._client.audio.transcriptions.create(model=MODEL, file=path.read_bytes())
        text: str = answer["text"]
        return text

    def close(self) -> None:
        """It keeps no connections."""
