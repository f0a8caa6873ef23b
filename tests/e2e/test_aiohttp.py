"""The async client over aiohttp, by a client of httpx-aiohttp that the application gives."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx_aiohttp
import pytest

import runinfra_ext as sdk

HELLO: Any = [{"role": "user", "content": "Say: one two three."}]


def run(gateway: Any, scenario: Any) -> Any:
    """Run a scenario with a client over aiohttp."""

    async def main() -> Any:
        async with (
            httpx_aiohttp.HttpxAiohttpClient(timeout=None) as http,
            sdk.AsyncRunInfra(
                api_key=gateway.api_key, base_url=gateway.base_url, http_client=http
            ) as client,
        ):
            return await scenario(client)

    return asyncio.run(main())


async def ask(client: Any, **options: Any) -> Any:
    """A chat call."""
    return await client.chat.completions.create(model="acme-chat-8b", messages=HELLO, **options)


def test_calls_are_repeated_as_over_any_transport(gateway: Any) -> None:
    """Two refusals and an answer are three attempts and one charge."""
    gateway.script("503", "503")
    chat = run(gateway, ask)
    assert chat.meta.attempts == 3
    assert len(gateway.charges) == 1


def test_streams_are_whole(gateway: Any) -> None:
    """A stream adds up to its completion."""

    async def scenario(client: Any) -> Any:
        return await (await ask(client, stream=True)).final()

    assert run(gateway, scenario).choices[0].message.content == "one two three."


def test_a_reset_is_an_error_with_an_unknown_outcome(gateway: Any) -> None:
    """A connection that breaks after the request has left is told as such, without a repeat."""
    gateway.script("reset")

    async def scenario(client: Any) -> Any:
        with pytest.raises(sdk.RunInfraConnectionError) as caught:
            await ask(client, max_retries=0)
        return caught.value

    assert run(gateway, scenario).outcome_unknown


def test_uploads_have_their_length(gateway: Any) -> None:
    """An upload arrives whole."""

    async def scenario(client: Any) -> Any:
        file = ("a.wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(200_000))
        return await client.audio.transcriptions.create(model="acme-asr", file=file)

    assert run(gateway, scenario).text
