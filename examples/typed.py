"""What type checkers make of the public surface; mypy and pyright both check this file.

It is not run: ``assert_type`` fails while types are checked, when a result or an overload changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_type

from runinfra_ext import AsyncRunInfra, RunInfra, webhooks
from runinfra_ext.tools import ToolRun
from runinfra_ext.types import (
    AsyncSpeechStream,
    AsyncStream,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessageToolCall,
    ChatCompletionUserMessageParam,
    ChatMessageParam,
    CompletionUsage,
    EmbeddingList,
    ImageList,
    Meta,
    ModelList,
    ParsedResponse,
    Pipeline,
    RerankResult,
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseUsage,
    SpeechAudio,
    Stream,
    TextResult,
    Transcription,
    TranscriptionVerbose,
    VoicePipelineResult,
    Workspace,
)

HELLO: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "Hello"}]


@dataclass
class Prime:
    """What ``parse`` is to make of an answer."""

    number: int


def scopes(pipeline_id: str) -> None:
    """Forgetting `model` is an error, unless the client speaks for one pipeline."""
    client = RunInfra()
    assert_type(client, RunInfra[Workspace])
    client.embeddings.create(input="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - the mistake that both must find
    client.responses.create(input="a")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue] - the mistake that both must find
    own = RunInfra(pipeline_id=pipeline_id, timeout=5)
    assert_type(own, RunInfra[Pipeline])
    assert_type(own.embeddings.create(input="a"), EmbeddingList)
    assert_type(own.responses.create(input="a"), Response)
    assert_type(
        own.chat.completions.create(messages=HELLO, stream=True),
        Stream[ChatCompletionChunk, ChatCompletion],
    )
    assert_type(own.chat.completions.parse(Prime, messages=HELLO).parsed, Prime)
    assert_type(own.audio.speech.create(input="a", voice="v"), SpeechAudio)
    assert_type(own.audio.transcriptions.create(file=b"x"), Transcription)
    assert_type(client.with_options(pipeline_id="other"), RunInfra[Pipeline])
    assert_type(own.with_options(pipeline_id=None), RunInfra[Workspace])
    assert_type(own.with_options(timeout=1), RunInfra[Pipeline])
    assert_type(RunInfra[Pipeline].from_env().rerank.create(query="q", texts=["a"]), RerankResult)
    blocking(own, stream=True)  # a client of one pipeline is good wherever `model` is given


async def async_scopes(pipeline_id: str) -> None:
    """The same for the async client."""
    client = AsyncRunInfra()
    await client.embeddings.create(input="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - the mistake that both must find
    async with AsyncRunInfra(pipeline_id=pipeline_id) as own:
        assert_type(await own.embeddings.create(input="a"), EmbeddingList)
        assert_type(await own.chat.completions.create(messages=HELLO), ChatCompletion)


def blocking(client: RunInfra, stream: bool) -> None:  # noqa: FBT001 - a flag that is only known at run time
    """Overloads by literal and plain `bool`, and the types of results."""
    whole = client.chat.completions.create(model="m", messages=HELLO)
    assert_type(whole, ChatCompletion)
    assert_type(whole.choices[0].message.content, str | None)
    assert_type(whole.request_id, str | None)
    assert_type(whole.meta, Meta)
    events = client.chat.completions.create(model="m", messages=HELLO, stream=True)
    assert_type(events, Stream[ChatCompletionChunk, ChatCompletion])
    assert_type(events.final(), ChatCompletion)
    assert_type(events.usage, CompletionUsage | None)
    assert_type(events.tool_calls, list[ChatCompletionMessageToolCall])
    assert_type(next(events.text_stream), str)
    for chunk in events:
        assert_type(chunk, ChatCompletionChunk)
        assert_type(chunk.choices[0].delta.content, str | None)
    assert_type(
        client.chat.completions.create(model="m", messages=HELLO, stream=stream),
        ChatCompletion | Stream[ChatCompletionChunk, ChatCompletion],
    )
    run = client.chat.completions.run_tools([], model="m", messages=HELLO)
    conversation: list[ChatMessageParam] = [*run.messages, {"role": "user", "content": "And?"}]
    conversation.append(run.completion.choices[0].message)
    client.chat.completions.run_tools([], model="m", messages=conversation)
    response = client.responses.create(model="m", input="Hello")
    assert_type(response, Response)
    assert_type(response.output_text, str)
    for item in response.output:
        if isinstance(item, ResponseOutputMessage):
            assert_type(len(item.content), int)
    for event in client.responses.create(model="m", input="Hello", stream=True):
        assert_type(event, ResponseStreamEvent)
        if isinstance(event, ResponseTextDeltaEvent):
            assert_type(event.delta, str)
        elif isinstance(event, ResponseCompletedEvent):
            assert_type(event.response, Response)
            assert_type(event.response.output_text, str)
    answer = client.responses.parse(Prime, model="m", input="Name one.")
    assert_type(answer, ParsedResponse[Prime])
    assert_type(answer.parsed, Prime)
    assert_type(answer.output_parsed.number, int)
    assert_type(client.chat.completions.parse(Prime, model="m", messages=HELLO).parsed, Prime)
    several = client.chat.completions.parse(list[Prime], model="m", messages=HELLO)
    assert_type(several.parsed, list[Prime])
    either: Prime | int = client.responses.parse(Prime | int, model="m", input="One.").parsed
    del either
    with client.chat.completions.run_tools([], model="m", messages=HELLO, stream=True) as steps:
        for step in steps:
            if step.type == "text":
                assert_type(step.text, str)
            elif step.type == "done":
                assert_type(step.run, ToolRun)
    parsing = client.responses.parse(Prime, model="m", input="Name one.", stream=True)
    assert_type(parsing.final().parsed, Prime)
    assert_type(parsing.usage, ResponseUsage | None)
    assert_type(parsing.tool_calls, list[ResponseFunctionToolCall])
    vectors = client.embeddings.create(model="m", input=["a"], encoding_format="base64")
    assert_type(vectors, EmbeddingList)
    assert_type(vectors.data[0].embedding, Sequence[float])
    assert_type(vectors[0].embedding, Sequence[float])
    assert_type(client.rerank.create(model="m", query="q", texts=["a"]), RerankResult)
    images = client.images.generate(model="m", prompt="p", response_format="b64_json")
    assert_type(images, ImageList)
    assert_type(images.data[0].image, bytes)
    assert_type([image.image for image in images], list[bytes])
    assert_type(client.audio.speech.create(model="m", input="a", voice="v"), SpeechAudio)
    for voice in ("https://media.example/voice.wav", Path("voice.wav"), b"RIFF"):
        client.audio.speech.create(model="m", input="a", ref_audio=voice, ref_text="b")
    assert_type(client.images.fetch("https://media.example/boat.png"), bytes)
    transcribe = client.audio.transcriptions.create
    assert_type(transcribe(model="m", file=b"x"), Transcription)
    verbose = transcribe(model="m", file=b"x", response_format="verbose_json")
    assert_type(verbose, TranscriptionVerbose)
    assert_type(transcribe(model="m", file=b"x", response_format="srt"), TextResult)
    assert_type(client.models.list(), ModelList)
    assert_type(client.voice.pipeline.create(audio=b"x"), VoicePipelineResult)
    verified = webhooks.construct_event(payload=b"", signature_header="", secret="")
    assert_type(verified, webhooks.WebhookEvent)


async def asynchronous(client: AsyncRunInfra) -> None:
    """The same for the async client."""
    whole = await client.chat.completions.create(model="m", messages=HELLO)
    assert_type(whole, ChatCompletion)
    events = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
    assert_type(events, AsyncStream[ChatCompletionChunk, ChatCompletion])
    async for chunk in events:
        assert_type(chunk, ChatCompletionChunk)
    assert_type(await events.final(), ChatCompletion)
    call = client.chat.completions.create(model="m", messages=HELLO, stream=True)
    async with call as entered:
        assert_type(entered, AsyncStream[ChatCompletionChunk, ChatCompletion])
    async for chunk in client.chat.completions.create(model="m", messages=HELLO, stream=True):
        assert_type(chunk, ChatCompletionChunk)
    async for event in client.responses.create(model="m", input="Hello", stream=True):
        assert_type(event, ResponseStreamEvent)
        if isinstance(event, ResponseCompletedEvent):
            assert_type(event.response, Response)
    async with client.audio.speech.stream(model="m", input="a", voice="v") as speech:
        assert_type(speech, AsyncSpeechStream)
    async for piece in client.audio.speech.stream(model="m", input="a", voice="v"):
        assert_type(piece, bytes)
    async with client.responses.parse(Prime, model="m", input="One.", stream=True) as parsing:
        assert_type((await parsing.final()).parsed, Prime)
    async for step in client.chat.completions.run_tools([], model="m", messages=HELLO, stream=True):
        if step.type == "call":
            assert_type(step.call.name, str)
    both = await asyncio.gather(
        client.embeddings.create(model="m", input="a"), client.models.list()
    )
    assert_type(both, tuple[EmbeddingList, ModelList])
    async with client.with_options(timeout=5) as copy:
        assert_type(copy, AsyncRunInfra)
