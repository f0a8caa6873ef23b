"""Other people's clients against the sandbox: it speaks the contract, not just this SDK's dialect."""

from __future__ import annotations

import asyncio
import io

import openai
import pytest
import runinfra

HI = [{"role": "user", "content": "Count to five."}]


@pytest.fixture
def theirs(gateway):
    """The openai package's client, pointed at the sandbox."""
    with openai.OpenAI(api_key=gateway.api_key, base_url=gateway.base_url, max_retries=1) as client:
        yield client


def test_openai_chat_and_models(theirs):
    """Chat, whole and streamed, and models."""
    chat = theirs.chat.completions.create(model="acme-chat-8b", messages=HI)
    assert chat.choices[0].message.content == "one two three four five."
    with theirs.chat.completions.create(
        model="acme-chat-8b", messages=HI, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "one two three four five."
    assert chunks[-1].usage.completion_tokens == 5
    assert "acme-chat-8b" in [model.id for model in theirs.models.list()]
    assert theirs.models.retrieve("acme-tts").id == "acme-tts"


def test_openai_responses(theirs):
    """Responses, whole and streamed."""
    assert (
        theirs.responses.create(model="acme-chat-8b", input="Name one prime.").output_text
        == "Seven."
    )
    with theirs.responses.create(
        model="acme-chat-8b", input="Count to five.", stream=True
    ) as stream:
        kinds = [event.type for event in stream]
    assert kinds[-1] == "response.completed"


def test_openai_embeddings_images_and_audio(theirs):
    """Embeddings (asked for as base64 by that package), images, speech, transcription."""
    vectors = theirs.embeddings.create(model="acme-embed-m", input=["red fox", "blue whale"])
    assert len(vectors.data[1].embedding) == 256
    image = theirs.images.generate(model="acme-flux", prompt="A boat", size="64x64")
    assert image.data[0].b64_json.startswith("iVBOR")
    speech = theirs.audio.speech.create(
        model="acme-tts", input="Mind the gap.", voice="nova", response_format="wav"
    )
    text = theirs.audio.transcriptions.create(
        model="acme-asr", file=("a.wav", io.BytesIO(speech.content))
    )
    assert text.text == "Mind the gap."


def test_openai_async_and_errors(gateway):
    """The async client, and an error with its code."""

    async def main():
        async with openai.AsyncOpenAI(
            api_key=gateway.api_key, base_url=gateway.base_url, max_retries=0
        ) as client:
            chat = await client.chat.completions.create(model="acme-chat-8b", messages=HI)
            with pytest.raises(openai.NotFoundError) as caught:
                await client.chat.completions.create(model="nothing", messages=HI)
            return chat, caught.value

    chat, error = asyncio.run(main())
    assert chat.choices[0].message.content == "one two three four five."
    assert (error.code, error.param) == ("model_not_found", "model")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_official_package(gateway):
    """The official runinfra package: chat, stream, embeddings, speech, transcription, voice, models."""
    client = runinfra.RunInfra(api_key=gateway.api_key, base_url=gateway.base_url)
    chat = client.chat.completions.create(
        model="acme-chat-8b", messages=HI, request_options={"idempotency_key": "k-1"}
    )
    again = client.chat.completions.create(
        model="acme-chat-8b", messages=HI, request_options={"idempotency_key": "k-1"}
    )
    assert chat["choices"][0]["message"]["content"] == "one two three four five."
    assert again["_idempotent_replay"] is True
    events = list(client.chat.completions.create(model="acme-chat-8b", messages=HI, stream=True))
    assert events[-1]["choices"][0]["finish_reason"] == "stop"
    assert (
        len(client.embeddings.create(model="acme-embed-m", input="x")["data"][0]["embedding"])
        == 256
    )
    speech = client.audio.speech.create(
        model="acme-tts", input="Mind the gap.", voice="nova", response_format="wav"
    )
    text = client.audio.transcriptions.create(model="acme-asr", file=speech.content)
    assert text["text"] == "Mind the gap."
    pipeline = runinfra.RunInfra(
        api_key=gateway.pipeline_api_key, base_url=gateway.base_url, pipeline_id=gateway.pipeline_id
    )
    assert pipeline.voice.pipeline.create(audio=speech.content)["transcript"] == "Mind the gap."
    assert client.models.retrieve("Qwen/Qwen3-32B")["id"] == "Qwen/Qwen3-32B"
    with pytest.raises(runinfra.ModelNotFoundError):
        client.models.retrieve("nothing")
