"""Answers that come in other pieces than they were sent in: the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from runinfra_ext.sandbox import Sandbox
from tests.conftest import Both
from tests.legs import options_of
from tests.network.hostile import client_context
from tests.network.relay import CUTS, relaying

WORDS = " ".join(f"word{number}" for number in range(30))
CHAT: dict[str, Any] = {
    "model": "acme-chat-8b",
    "messages": [{"role": "user", "content": f"Say: {WORDS}."}],
    "max_tokens": 1000,
}


SPEECH: dict[str, Any] = {
    "model": "acme-tts",
    "input": "Hi.",
    "voice": "alloy",
    "response_format": "pcm",
}


class Trust:
    """Whom a client of the relay trusts."""

    ssl_context = client_context()


@pytest.mark.every_way
@pytest.mark.parametrize("cut", CUTS)
def test_answers_in_other_pieces(both: Both, cut: str, session_gateway: Sandbox) -> None:
    """Text, streams, speech, pictures, and an upload come whole, however the records are cut."""
    session_gateway.reset()
    wav = b"RIFF" + bytes(range(256)) * 300

    async def scenario() -> Any:
        with relaying(session_gateway.base_url, cut, tls=both.leg.tls) as server:
            ways = options_of(both.leg, Trust)
            if both.leg.library:
                both.lend(ways["http_client"])
            async with both.client(base_url=server.base_url, **ways) as client:
                whole = await client.chat.completions.create(**CHAT)
                stream = await client.chat.completions.create(**CHAT, stream=True)
                streamed = await stream.final()
                speech = await client.audio.speech.create(**SPEECH)
                heard = await client.audio.transcriptions.create(
                    model="acme-asr", file=("a.wav", wav, "audio/wav")
                )
                spoken = speech.content
            async with both.client(base_url=both.gateway.base_url) as client:
                same = (await client.audio.speech.create(**SPEECH)).content
        return whole, streamed, spoken, same, heard

    whole, streamed, spoken, same, heard = both.run(scenario)
    assert whole.choices[0].message.content == f"{WORDS}."
    assert streamed.choices[0].message.content == f"{WORDS}."
    assert heard.text
    assert len(spoken) > 1000
    assert spoken == same
