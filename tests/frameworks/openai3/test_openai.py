"""openai's own client, 3.x, blocking and async."""

from __future__ import annotations

import base64
import io
import json
import wave

import openai
import pytest

from tests.frameworks.helpers import (
    CHAT,
    COUNT,
    COUNTED,
    EMBED,
    PLAN,
    PRIME,
    TRIP,
    Trip,
    get_weather,
)

TOOL = openai.pydantic_function_tool(Trip, name="book_trip")


@pytest.fixture
def client(sandbox):
    with openai.OpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key) as made:
        yield made


def test_chat(client):
    chat = client.chat.completions.create(model=CHAT, messages=PRIME)
    assert chat.choices[0].message.content == "Seven."
    assert chat.usage.total_tokens == chat.usage.prompt_tokens + chat.usage.completion_tokens > 0


def test_chunks(client):
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(client.chat.completions.create(model=CHAT, messages=COUNT, **options))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == COUNTED
    assert chunks[-1].usage.completion_tokens == 5


def test_stream(client):
    with client.chat.completions.stream(model=CHAT, messages=COUNT) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert final.choices[0].message.content == COUNTED


def test_parse(client):
    messages = [{"role": "user", "content": PLAN}]
    chat = client.chat.completions.parse(model=CHAT, messages=messages, response_format=Trip)
    assert chat.choices[0].message.parsed == TRIP
    options = {"tools": [TOOL], "tool_choice": "required"}
    chat = client.chat.completions.parse(model=CHAT, messages=messages, **options)
    assert chat.choices[0].message.tool_calls[0].function.parsed_arguments == TRIP
    with client.chat.completions.stream(model=CHAT, messages=messages, **options) as stream:
        [call] = stream.get_final_completion().choices[0].message.tool_calls
    assert call.function.parsed_arguments == TRIP


def test_responses(client):
    response = client.responses.create(model=CHAT, input="Name one prime.")
    assert response.output_text == "Seven."
    assert response.usage.input_tokens + response.usage.output_tokens == response.usage.total_tokens
    with client.responses.stream(model=CHAT, input="Count to five.") as stream:
        numbers = [event.sequence_number for event in stream]
        assert stream.get_final_response().output_text == COUNTED
    assert numbers == list(range(len(numbers)))
    parsed = client.responses.parse(model=CHAT, input=PLAN, text_format=Trip)
    assert parsed.output_parsed == TRIP


def test_tools_of_responses(client):
    """A call, its output, and the answer that uses it."""
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    tool = {"type": "function", "name": "get_weather", "parameters": parameters, "strict": False}
    asked = [{"role": "user", "content": "What is the weather in Paris?"}]
    first = client.responses.create(model=CHAT, input=asked, tools=[tool])
    [call] = [item for item in first.output if item.type == "function_call"]
    assert json.loads(call.arguments) == {"city": "Paris"}
    output = {"type": "function_call_output", "call_id": call.call_id}
    given = [*asked, *first.output, {**output, "output": get_weather("Paris")}]
    second = client.responses.create(model=CHAT, input=given, tools=[tool])
    assert "21 degrees in Paris" in second.output_text


@pytest.mark.parametrize("form", ["mp3", "wav", "flac", "opus", "aac"])
def test_audio(client, form, tmp_path):
    create = client.audio.speech.with_streaming_response.create
    path = tmp_path / f"speech.{form}"
    with create(
        model="acme-tts", input="Mind the gap.", voice="nova", response_format=form
    ) as speech:
        speech.stream_to_file(path)
    heard = client.audio.transcriptions.create(model="acme-asr", file=path)
    assert heard.text == "Mind the gap."
    if form == "wav":
        with wave.open(io.BytesIO(path.read_bytes())) as reader:
            assert reader.getframerate() == 16000


def test_images_embeddings_models(client):
    image = client.images.generate(model="acme-flux", prompt="a fox", size="16x16")
    assert base64.b64decode(image.data[0].b64_json).startswith(b"\x89PNG")
    found = client.embeddings.create(model=EMBED, input=["a fox", "a fox runs", "tax law"])
    vectors = [item.embedding for item in found.data]

    def near(one, other):
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert near(vectors[0], vectors[1]) > near(vectors[0], vectors[2])
    assert CHAT in [model.id for model in client.models.list()]


def test_errors(client, sandbox):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="nobody", messages=PRIME)
    assert caught.value.code == "model_not_found"
    sandbox.configure(requests_per_minute=1)
    client.models.list()
    client.chat.completions.create(model=CHAT, messages=PRIME)
    with pytest.raises(openai.RateLimitError):
        client.with_options(max_retries=0).chat.completions.create(model=CHAT, messages=PRIME)


async def test_async(sandbox):
    async with openai.AsyncOpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key) as client:
        async with client.chat.completions.stream(model=CHAT, messages=COUNT) as stream:
            final = await stream.get_final_completion()
        assert final.choices[0].message.content == COUNTED
        async with client.responses.stream(model=CHAT, input="Count to five.") as stream:
            assert (await stream.get_final_response()).output_text == COUNTED
