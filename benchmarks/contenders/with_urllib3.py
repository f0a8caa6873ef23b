"""Plain urllib3, on which the SDK's blocking client stands: what is above it is the SDK's own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import orjson
import urllib3

from .base import KEY, MODEL, Events, chat_body, embedding_body, speech_body
from .vectors import count_numbers

_HEADERS = {"authorization": f"Bearer {KEY}", "accept-encoding": "identity"}
_JSON = {**_HEADERS, "content-type": "application/json"}
_COUNT = [{"role": "user", "content": "Count."}]
_PIECE = 64 * 1024


class Sync:
    """The blocking client."""

    def __init__(self, base_url: str) -> None:
        self._url = base_url
        self._pool = urllib3.PoolManager(
            maxsize=1100, timeout=60, retries=False, ca_certs=os.environ.get("SSL_CERT_FILE")
        )

    def chat(self, messages: list[Any]) -> str:
        """One chat call; the text."""
        text: str = orjson.loads(self._post("/chat/completions", chat_body(messages)).data)[
            "choices"
        ][0]["message"]["content"]
        return text

    def stream(self) -> int:
        """One chat stream; its events."""
        events = Events()
        answer = self._post("/chat/completions", chat_body(_COUNT, stream=True), whole=False)
        for data in answer.stream(_PIECE):
            events.feed(data)
        answer.release_conn()
        return events.count

    def embeddings(self, *, encoded: bool) -> int:
        """The vectors as numbers."""
        return count_numbers(self._post("/embeddings", embedding_body(encoded=encoded)).data)

    def speech(self, path: Path) -> None:
        """Speech into a file."""
        answer = self._post("/audio/speech", speech_body(), whole=False)
        with path.open("wb") as file:
            for data in answer.stream(_PIECE):
                file.write(data)
        answer.release_conn()

    def upload(self, path: Path) -> str:
        """A file to be transcribed; the text. The form is put together in memory."""
        with path.open("rb") as file:
            fields: dict[str, str | bytes | tuple[str, str | bytes]]
            fields = {"model": MODEL, "file": (path.name, file.read())}
            answer = self._pool.request(
                "POST", self._url + "/audio/transcriptions", fields=fields, headers=_HEADERS
            )
        text: str = answer.json()["text"]
        return text

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _post(
        self, path: str, body: dict[str, Any], *, whole: bool = True
    ) -> urllib3.BaseHTTPResponse:
        return self._pool.request(
            "POST",
            self._url + path,
            body=json.dumps(body).encode(),
            headers=_JSON,
            preload_content=whole,
        )
