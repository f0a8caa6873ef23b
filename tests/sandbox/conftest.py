"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

import json

import httpx
import pytest


class Plain:
    """A plain HTTP client with the workspace's key, and the usual requests."""

    def __init__(self, client):
        self.client = client

    def post(self, path, body):
        """The answer to a body."""
        return self.client.post(path, json=body)

    def chat(self, prompt="Hello", **more):
        """The first choice of a chat; a prompt or the messages."""
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        answer = self.post(
            "/chat/completions", {"model": "acme-chat-8b", "messages": messages, **more}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["choices"][0]

    def respond(self, given="Hello", **more):
        """A response."""
        answer = self.post("/responses", {"model": "acme-chat-8b", "input": given, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path, **more):
        """Param and code of a 400 to a request that is fine without these fields; `...` leaves one out."""
        fine = {
            "/chat/completions": {
                "model": "acme-chat-8b",
                "messages": [{"role": "user", "content": "Hi"}],
            },
            "/responses": {"model": "acme-chat-8b", "input": "Hi"},
            "/images/generations": {"model": "acme-flux", "prompt": "x", "size": "8x8"},
            "/audio/speech": {"model": "acme-tts", "input": "Hi", "voice": "nova"},
            "/embeddings": {"model": "acme-embed-m", "input": "Hi"},
            "/rerank": {"model": "acme-rerank", "query": "a", "texts": ["a"]},
        }
        body = {name: v for name, v in {**fine[path], **more}.items() if v is not ...}
        answer = self.post(path, body)
        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        return error["param"], error["code"], error["message"]

    def events(self, path, body):
        """The events of a stream."""
        lines = self.post(path, {**body, "stream": True}).text.splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


@pytest.fixture
def plain(gateway):
    """A plain client of the gateway."""
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers, timeout=30) as client:
        yield Plain(client)
