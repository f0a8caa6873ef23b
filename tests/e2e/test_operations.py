"""Every operation over real sockets, with both clients, on both scopes."""

from __future__ import annotations

import io
import struct
import wave
import zlib

import pytest

from runinfra_client import models
from runinfra_ext import ConfigurationError, InvalidRequestError, types
from runinfra_ext._answer import completions, results

TEXT = "The train leaves at nine."
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


@pytest.mark.parametrize("scoped", [False, True])
def test_chat_answers_the_prompt(both, hello, scoped):
    """A chat completion has text, usage, request id and metadata, on both scopes."""

    async def scenario():
        made = both.pipeline_client() if scoped else both.client()
        async with made as client:
            return await client.chat.completions.create(model="acme-chat-8b", messages=hello)

    chat = both.run(scenario)
    assert chat.choices[0].message.content == "Seven."
    assert chat.choices[0].finish_reason == "stop"
    assert chat.usage.total_tokens == chat.usage.prompt_tokens + chat.usage.completion_tokens
    assert chat.request_id == both.gateway.journal[-1].request_id
    assert chat.meta.status == 200
    assert chat.meta.attempts == 1
    assert chat.meta.idempotency_key == both.gateway.journal[-1].idempotency_key
    assert chat.meta.client_request_id == both.gateway.journal[-1].client_request_id
    assert chat.meta.rate_limit.limit == 60_000
    path = "/v1/pipe_demo/chat/completions" if scoped else "/v1/chat/completions"
    assert both.gateway.journal[-1].path == path


def test_documented_headers_are_sent(both, hello):
    """Every header that the document names for a request travels with a chat completion."""
    from runinfra_ext.sandbox.strict import document

    async def scenario():
        async with both.client() as client:
            await client.chat.completions.create(model="acme-chat-8b", messages=hello)

    both.run(scenario)
    parameters = document()["components"]["parameters"].values()
    names = {part["name"].lower() for part in parameters if part["in"] == "header"}
    assert names
    assert names <= set(both.gateway.journal[-1].headers)


def test_model_may_be_left_out_on_a_pipeline(both, hello):
    """A pipeline-scoped client sends `default` when the model is left out; a workspace client refuses."""

    async def scenario():
        async with both.pipeline_client() as client:
            await client.chat.completions.create(messages=hello)
        async with both.client() as client:
            with pytest.raises(TypeError, match="'model'"):
                await client.chat.completions.create(messages=hello)

    both.run(scenario)
    assert [entry.body["model"] for entry in both.gateway.journal] == ["default"]


def test_chat_calls_a_tool(both):
    """A tool that is offered and asked for is called with arguments from the prompt."""

    async def scenario():
        async with both.client() as client:
            first = await client.chat.completions.create(
                model="acme-chat-8b",
                messages=[{"role": "user", "content": "What is the weather in Paris?"}],
                tools=[TOOL],
                tool_choice="required",
            )
            call = first.choices[0].message.tool_calls[0]
            second = await client.chat.completions.create(
                model="acme-chat-8b",
                messages=[
                    {"role": "user", "content": "What is the weather in Paris?"},
                    first.choices[0].message,  # results can be given back as they are
                    {"role": "tool", "tool_call_id": call.id, "content": "Sunny."},
                ],
            )
            return first, call, second

    first, call, second = both.run(scenario)
    assert first.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, call.function.arguments) == ("get_weather", '{"city": "Paris"}')
    assert second.choices[0].message.content == "The tool says: Sunny."


def test_chat_satisfies_a_schema(both, hello):
    """With a JSON schema the text is JSON of that schema."""
    schema = {
        "type": "object",
        "properties": {"prime": {"type": "integer", "minimum": 2}},
        "required": ["prime"],
        "additionalProperties": False,
    }

    async def scenario():
        async with both.client() as client:
            return await client.chat.completions.create(
                model="acme-chat-8b",
                messages=hello,
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "prime", "schema": schema, "strict": True},
                },
            )

    assert both.run(scenario).choices[0].message.content == '{"prime": 7}'


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"n": 2},
        {"logprobs": True, "top_logprobs": 2},
        {"tools": [TOOL], "tool_choice": "required"},
        {"max_tokens": 2},
    ],
)
def test_streamed_and_whole_chat_are_equal(both, extra):
    """`.final()` of a stream is the completion that the same call gives unstreamed."""
    messages = [{"role": "user", "content": "Count to five in Oslo."}]

    async def scenario():
        async with both.client() as client:
            whole = await client.chat.completions.create(
                model="acme-chat-8b", messages=messages, **extra
            )
            stream = await client.chat.completions.create(
                model="acme-chat-8b",
                messages=messages,
                stream=True,
                stream_options={"include_usage": True},
                **extra,
            )
            async with stream:
                assert stream.request_id is not None
                return whole, await stream.final()

    whole, final = both.run(scenario)
    final.created = whole.created
    assert whole == final
    assert whole.to_dict() == final.to_dict()


def test_streamed_and_whole_response_are_equal(both):
    """The same for the Responses adapter, texts and function calls."""

    async def scenario(**arguments):
        async with both.client() as client:
            whole = await client.responses.create(model="acme-chat-8b", **arguments)
            stream = await client.responses.create(model="acme-chat-8b", stream=True, **arguments)
            async with stream:
                return whole, [event.type async for event in stream], await stream.final()

    for arguments in (
        {"input": "Count to five.", "instructions": "Be brief."},
        {"input": [{"role": "user", "content": "Weather in Paris?"}], "tools": [TOOL]},
        {"input": "Count to five.", "max_output_tokens": 2},
    ):
        whole, kinds, final = both.run(lambda arguments=arguments: scenario(**arguments))
        final.created_at = whole.created_at
        assert whole == final
        assert kinds[0] == "response.created"
        assert kinds[-1] in {"response.completed", "response.incomplete"}


def classes_in(value, found):
    """The classes of all objects in a result."""
    found.add(type(value))
    for name in getattr(type(value), "__attrs_attrs__", ()):
        classes_in(getattr(value, name.name), found)
    if isinstance(value, list):
        for item in value:
            classes_in(item, found)
    return found


def test_a_name_is_one_class(both, hello):
    """What calls return, and what these hold, is of the class that `types` has under its name."""

    async def scenario():
        found = set()
        async with both.pipeline_client() as client:
            for asked in (
                client.chat.completions.create(messages=hello),
                client.responses.create(input="Hi"),
                client.embeddings.create(input="Hi"),
                client.images.generate(prompt="a boat"),
                client.models.list(),
                client.rerank.create(query="q", texts=["a"]),
                client.voice.pipeline.create(audio=b"RIFF\0\0\0\0WAVE" + b"\0" * 100),
            ):
                classes_in(await asked, found)
            async with await client.responses.create(input="Hi", stream=True) as stream:
                async for event in stream:
                    classes_in(event, found)
                classes_in(await stream.final(), found)
        return found

    found = both.run(scenario)
    richer = {name for name in models.__all__ if name in {**vars(results), **vars(completions)}}
    assert {"ChatCompletion", "EmbeddingData", "ImageData", "Response"} < richer
    assert richer <= {cls.__name__ for cls in found}
    for cls in found:
        if cls.__module__.startswith("runinfra_"):
            assert cls is getattr(types, cls.__name__)


def test_output_text_is_joined_when_it_is_missing():
    """`output_text` falls back to the parts of `output`, and `to_dict()` does not invent it."""
    data = {
        "id": "resp_1",
        "model": "m",
        "output": [
            {"type": "message", "content": [{"type": "output_text", "text": "Se"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "ven."}]},
            {"type": "thunder", "loud": True},
        ],
    }
    response = results.Response.from_dict(data)
    assert response.output_text == "Seven."
    assert response.to_dict() == data


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_embeddings_of_similar_texts_are_near(both, encoding):
    """Vectors are floats in both encodings, normalised, and nearer for similar texts."""

    async def scenario():
        async with both.client() as client:
            return await client.embeddings.create(
                model="acme-embed-m",
                input=("red fox", "a fox that is red", "tax return"),
                encoding_format=encoding,
                dimensions=64,
            )

    result = both.run(scenario)
    fox, red, tax = (list(item.embedding) for item in result.data)
    assert [len(v) for v in (fox, red, tax)] == [64, 64, 64]
    assert sum(x * x for x in fox) == pytest.approx(1, abs=1e-5)
    assert sum(a * b for a, b in zip(fox, red)) > sum(a * b for a, b in zip(fox, tax)) + 0.2
    wire = result.to_dict()["data"][0]["embedding"]
    assert isinstance(wire, str if encoding == "base64" else list)


def test_rerank_puts_the_best_first(both):
    """Documents of all forms are scored, and `top_n` limits the results."""

    async def scenario():
        async with both.client() as client:
            return await client.rerank.create(
                model="acme-rerank",
                query="how long do refunds take",
                documents=[
                    "We sell boats.",
                    {"id": "b", "text": "Refunds take five days."},
                    {"id": "c", "content": [{"type": "text", "text": "Oslo office."}]},
                ],
                top_n=1,
            )

    result = both.run(scenario)
    assert [(r.index, r.id, r.text) for r in result.results] == [
        (1, "b", "Refunds take five days.")
    ]
    assert result.document_count == 3


def test_image_is_a_png_of_the_asked_size(both, tmp_path):
    """The picture decodes to the asked width and height, and is written atomically."""

    async def scenario():
        async with both.client() as client:
            return await client.images.generate(
                model="acme-flux", prompt="A paper boat", size="40x30", n=2
            )

    result = both.run(scenario)
    path = result.data[0].write_to_file(tmp_path / "deep" / "boat.png")
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (40, 30)
    start = data.index(b"IDAT") + 4
    assert len(zlib.decompress(data[start : data.index(b"IEND") - 8])) == 30 * (1 + 40 * 3)
    assert len(result.data) == 2
    assert result.data[0].image != result.data[1].image


@pytest.mark.parametrize("form", ["wav", "mp3", "flac"])
def test_speech_comes_back_as_text(both, tmp_path, form):
    """Text -> speech -> text is the identity, whole and streamed, for each container format."""

    async def scenario():
        async with both.client() as client:
            speech = await client.audio.speech.create(
                model="acme-tts", input=TEXT, voice="nova", response_format=form
            )
            stream = await client.audio.speech.stream(
                model="acme-tts", input=TEXT, voice="nova", response_format=form
            )
            async with stream:
                written = await stream.write_to_file(tmp_path / f"speech.{form}")
            text = await client.audio.transcriptions.create(model="acme-asr", file=written)
            return speech, written, text

    speech, written, text = both.run(scenario)
    assert speech.format == form
    assert speech.content == written.read_bytes()
    assert speech.request_id is not None
    assert text.text == TEXT
    if form == "wav":
        with wave.open(io.BytesIO(speech.content)) as reader:
            seconds = reader.getnframes() / reader.getframerate()
        assert speech.duration == pytest.approx(seconds)
        assert seconds > 1


def test_transcription_formats(both):
    """Each response format has its own type; text, srt and vtt are `str` with a request id."""

    async def scenario():
        found = {}
        async with both.client() as client:
            speech = await client.audio.speech.create(
                model="acme-tts", input=TEXT, voice="nova", response_format="wav"
            )
            for form in ("json", "verbose_json", "text", "srt", "vtt"):
                found[form] = await client.audio.transcriptions.create(
                    model="acme-asr",
                    file=("clip.wav", io.BytesIO(speech.content)),
                    response_format=form,
                    language="en",
                    temperature=0.5,
                    timestamp_granularities=["word", "segment"],
                )
        return found

    found = both.run(scenario)
    assert found["json"].text == TEXT
    assert found["verbose_json"].segments[0].text == TEXT
    assert [word.word for word in found["verbose_json"].words] == TEXT.split()
    assert found["text"] == TEXT + "\n"
    assert found["srt"].startswith("1\n00:00:00,000 --> ")
    assert found["vtt"].startswith("WEBVTT\n")
    assert all(result.request_id for result in found.values())
    body = both.gateway.journal[-1].body
    assert body["timestamp_granularities[]"] == ["word", "segment"]


def test_voice_pipeline_answers_in_audio(both):
    """What was heard, what is said, and the spoken answer; only on a pipeline's URL."""

    async def scenario():
        async with both.client() as client:
            speech = await client.audio.speech.create(
                model="acme-tts", input="What time is it?", voice="nova", response_format="wav"
            )
            with pytest.raises(ConfigurationError, match="pipeline_id"):
                await client.voice.pipeline.create(audio=speech.content)
        async with both.pipeline_client() as client:
            return await client.voice.pipeline.create(audio=memoryview(speech.content))

    answer = both.run(scenario)
    assert answer.transcript == "What time is it?"
    assert answer.text == "You said: What time is it?"
    assert answer.audio[:4] == b"RIFF"
    assert "text" not in answer.to_dict()
    entry = both.gateway.journal[-1]
    assert (entry.path, entry.headers["content-type"]) == ("/v1/pipe_demo/pipeline", "audio/wav")
    assert [e.operation for e in both.gateway.journal].count("createVoicePipeline") == 1


def test_models(both):
    """The list, and one model by an id with a slash; both are free."""

    async def scenario():
        async with both.client() as client:
            models = await client.models.list()
            one = await client.models.retrieve("Qwen/Qwen3-32B")
            for bad in ("", "  ", ".", "..", 5):
                with pytest.raises(InvalidRequestError, match="^model: "):
                    await client.models.retrieve(bad)
            return models, one

    models, one = both.run(scenario)
    assert "acme-chat-8b" in [model.id for model in models.data]
    assert one.id == "Qwen/Qwen3-32B"
    assert both.gateway.charges == []
    assert len(both.gateway.journal) == 2


def test_same_bytes_in_to_dict(client, hello):
    """A result converts back to exactly what came, unknown fields included."""
    chat = client.chat.completions.create(model="acme-chat-8b", messages=hello)
    again = models.ChatCompletion.from_dict(
        {**chat.to_dict(), "mood": "fine", "service_tier": None}
    )
    assert again.to_dict() == {**chat.to_dict(), "mood": "fine", "service_tier": None}
    assert again.additional_properties == {"mood": "fine"}
