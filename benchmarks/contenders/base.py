"""What all contenders are asked to do, and the decoding that those without one of their own use."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Protocol

import orjson

KEY: Final = "rp_live_benchmark0000000000000000"
MODEL: Final = "acme-chat-8b"
TEXTS: Final = [f"text number {i}" for i in range(100)]
AT_ONCE: Final = 64  # requests of a bulk job: where this SDK's own ends too
SPOKEN: Final = "The train leaves at nine."


class Sync(Protocol):
    """A blocking contender; it addresses one scenario of the server by ``base_url``."""

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        ...

    def stream(self) -> int:
        """One chat stream, read to its end with the text of each event taken; its events."""
        ...

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers; how many numbers."""
        ...

    def speech(self, path: Path) -> None:
        """Speech into a file."""
        ...

    def upload(self, path: Path) -> str:
        """A file to be transcribed; the text."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class Events:
    """Server-sent events by the shortest way: split at blank lines, parse, take the text."""

    def __init__(self) -> None:
        self.count = 0
        self.text: list[str] = []
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Decode more bytes."""
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if event == b"data: [DONE]":
                continue
            chunk = orjson.loads(event[6:])
            self.count += 1
            for choice in chunk["choices"]:
                content = choice["delta"].get("content")
                if content:
                    self.text.append(content)


def chat_body(messages: list[Any], *, stream: bool = False) -> dict[str, Any]:
    """The body of a chat request."""
    body = {"model": MODEL, "messages": messages, "temperature": 0.7, "max_tokens": 256}
    return {**body, "stream": True} if stream else body


def row_body(number: int) -> dict[str, Any]:
    """The body of a row of a bulk job."""
    return chat_body([{"role": "user", "content": f"Say {number}."}])


def embedding_body(*, encoded: bool) -> dict[str, Any]:
    """The body of an embedding request."""
    kind = "base64" if encoded else "float"
    return {"model": "acme-embed", "input": TEXTS, "encoding_format": kind}


def speech_body() -> dict[str, Any]:
    """The body of a speech request."""
    return {"model": "acme-tts", "input": SPOKEN, "voice": "ava", "response_format": "wav"}
