"""What is shown to people: texts of servers, and payloads."""

from __future__ import annotations

import logging

import pytest

import runinfra_ext as sdk
from runinfra_client import models
from runinfra_ext._ground.redaction import escaped
from tests.e2e.test_engines import JSON, chat, engine, failing


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Größe 会议 🎧", "Größe 会议 🎧"),
        ("two\nlines\r\n", r"two\nlines\r\n"),
        ("\x1b[2J\x1b[31mred", r"\x1b[2J\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202egnp.exe", r"abc\u202egnp.exe"),
        ("a\u2028b\x00c\x7f", r"a\u2028b\x00c\x7f"),
        ("half \ud83d", r"half \ud83d"),
    ],
)
def test_control_characters_are_written_out(text: str, shown: str) -> None:
    """They can neither forge a line, nor colour a terminal, nor turn what stands behind them."""
    assert escaped(text) == shown


def test_a_servers_text_in_errors_and_logs(both, caplog) -> None:
    """In the message and in every field that is a text; the decoded body stays as it came."""
    evil = "x\x1b[2J\nERROR forged"
    body = {"error": {"message": evil, "type": evil, "code": evil, "param": evil},
            "request_id": evil}  # fmt: skip
    with caplog.at_level(logging.DEBUG, logger="runinfra_ext"):
        error = failing(both, 418, JSON, body)
    for text in (str(error), error.message, error.type, error.code, error.param, error.request_id):
        assert "\x1b" not in text
        assert "\n" not in text
    assert error.body == body
    assert [record for record in caplog.records if "\x1b" in record.getMessage()] == []


def test_payloads_are_shown_shortly(both) -> None:
    """Half a megabyte of numbers is a line; what matters is still there."""

    async def scenario():
        async with both.client() as client:
            return await client.embeddings.create(model="acme-embed-m", input=["a b"] * 200)

    result = both.run(scenario)
    text = repr(result)
    assert len(text) < 3000
    assert text.startswith("EmbeddingList(object='list', data=[EmbeddingData(object='embedding'")
    assert "model='acme-embed-m'" in text
    usage = models.EmbeddingUsage(prompt_tokens=3, total_tokens=3)
    assert repr(usage) == "EmbeddingUsage(prompt_tokens=3, total_tokens=3)"
    chunk = models.ChatCompletionChunk.from_dict(
        {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
         "odd": "x" * 9999}
    )  # fmt: skip
    assert len(repr(chunk)) < 500
    assert "additional_properties={'odd': 'xxx" in repr(chunk)


def test_lists_are_iterated(both) -> None:
    """A list of models or vectors is one: it has a length, places and a loop."""

    async def scenario():
        async with both.client() as client:
            models_ = await client.models.list()
            vectors = await client.embeddings.create(model="acme-embed-m", input=["a", "b"])
            return models_, vectors

    found, vectors = both.run(scenario)
    assert [model.id for model in found] == [model.id for model in found.data]
    assert len(found) == len(found.data) > 2
    assert [item.index for item in vectors] == [0, 1]
    assert vectors[1].embedding == vectors.data[1].embedding


def test_a_workspace_client_needs_a_model(hello) -> None:
    """Forgetting it is told before anything is sent, as any forgotten argument is."""
    client = sdk.RunInfra(api_key="k")
    with pytest.raises(TypeError, match="model"):
        client.chat.completions.create(messages=hello)


def test_the_engine_of_these_tests_is_asked_once(both) -> None:
    """An error that repeats itself is not asked for again."""
    with engine(418, JSON, {"error": {"message": "m"}}) as answering:
        with pytest.raises(sdk.APIStatusError):

            async def scenario():
                async with both.client(base_url=answering.base_url) as client:
                    await chat(client)

            both.run(scenario)
        assert len(answering.bodies) == 1


HELD = {"role": "user", "content": "half \ud800 of a pair"}
HALF = "half \ud800 of a pair"


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("messages", lambda c: c.chat.completions.create(model="m", messages=[HELD])),
        ("input", lambda c: c.embeddings.create(model="acme-embed", input=[HALF])),
        (
            "prompt",
            lambda c: c.audio.transcriptions.create(
                model="acme-asr", file=("a.wav", b"RIFF"), prompt=HALF
            ),
        ),
        ("model", lambda c: c.request("POST", "/chat/completions", json={"model": HALF})),
        ("json", lambda c: c.request("POST", "/chat/completions", json=[HALF])),
    ],
)
def test_text_that_utf8_can_not_carry(client, gateway, field, call):
    """It is refused before anything is sent, by the field's name."""
    with pytest.raises(sdk.InvalidRequestError, match=f"^{field}: ") as caught:
        call(client)
    assert caught.value.param == field
    assert len(gateway.journal) == 0
