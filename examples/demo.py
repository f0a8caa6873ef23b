"""Every operation of RunInfra through the real SDK, over real https, against the local sandbox.

Run it with ``make demo``. It starts the sandbox in a process of its own, with a certificate that
the clients are told to trust, makes each call, blocking and async, shows the code, the result and
the request id, writes ``out/speech.wav``, ``out/image.png`` and ``out/transcript.txt``, and ends
with a table. It exits with 1 if any operation failed.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from runinfra_ext import AsyncRunInfra, RunInfra, RunInfraError, webhooks
from runinfra_ext.sandbox import Sandbox

OUT = Path("out")
TEXT = "The train leaves at nine."


class Shown(NamedTuple):
    """What a step shows: a line for people, and the gateway's id of the call."""

    line: str
    request_id: str | None


def list_models(client: RunInfra) -> Shown:
    models = client.models.list()
    return Shown(", ".join(model.id for model in models.data), models.request_id)


def retrieve_model(client: RunInfra) -> Shown:
    model = client.models.retrieve("Qwen/Qwen3-32B")
    return Shown(f"{model.id}, {model.context_window} tokens", model.request_id)


def chat(client: RunInfra) -> Shown:
    answer = client.chat.completions.create(
        model="acme-chat-8b",
        messages=[{"role": "user", "content": "Name one prime."}],
    )
    return Shown(repr(answer.choices[0].message.content), answer.request_id)


def chat_stream(client: RunInfra) -> Shown:
    with client.chat.completions.create(
        model="acme-chat-8b",
        messages=[{"role": "user", "content": "Count to five."}],
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        pieces = list(stream.text_stream)
    tokens = stream.usage.total_tokens if stream.usage else None
    line = f"{''.join(pieces)!r} in {len(pieces)} pieces, {tokens} tokens"
    return Shown(line, stream.request_id)


def chat_tools(client: RunInfra) -> Shown:
    answer = client.chat.completions.create(
        model="acme-chat-8b",
        messages=[{"role": "user", "content": "What is the weather in Paris?"}],
        tools=[
            {
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
        ],
    )
    calls = answer.choices[0].message.tool_calls or []
    line = ", ".join(f"{call.function.name}({call.function.arguments})" for call in calls)
    return Shown(line, answer.request_id)


async def chat_async(client: AsyncRunInfra) -> Shown:
    stream = await client.chat.completions.create(
        model="acme-chat-8b",
        messages=[{"role": "user", "content": "Count to three."}],
        stream=True,
    )
    async with stream:
        text = "".join([piece async for piece in stream.text_stream])
    return Shown(repr(text), stream.request_id)


async def speak_async(client: AsyncRunInfra) -> Shown:
    async with client.audio.speech.stream(
        model="acme-tts", input=TEXT, voice="nova", response_format="wav"
    ) as stream:
        path = await stream.write_to_file(OUT / "async.wav")
    heard = await client.audio.transcriptions.create(model="acme-asr", file=path)
    return Shown(f"{path} ({path.stat().st_size} bytes): {heard.text!r}", heard.request_id)


def respond(client: RunInfra) -> Shown:
    response = client.responses.create(model="acme-chat-8b", input="Name one prime.")
    return Shown(repr(response.output_text), response.request_id)


def respond_stream(client: RunInfra) -> Shown:
    with client.responses.create(
        model="acme-chat-8b", input="Count to five.", stream=True
    ) as stream:
        kinds = [event.type for event in stream]
        response = stream.final()
    return Shown(f"{response.output_text!r} in {len(kinds)} events", stream.request_id)


def embed(client: RunInfra) -> Shown:
    result = client.embeddings.create(
        model="acme-embed-m", input=["red fox", "a fox that is red", "tax return"]
    )
    fox, red, tax = (item.embedding for item in result.data)
    near = sum(a * b for a, b in zip(fox, red, strict=True))
    far = sum(a * b for a, b in zip(fox, tax, strict=True))
    return Shown(f"{len(fox)} numbers; similar {near:.2f}, other {far:.2f}", result.request_id)


def rerank(client: RunInfra) -> Shown:
    result = client.rerank.create(
        model="acme-rerank",
        query="how long do refunds take",
        texts=["Our office is in Oslo.", "Refunds take five days.", "We sell boats."],
    )
    best = result.results[0]
    return Shown(f"best: {best.text!r} with {best.score:.2f}", result.request_id)


def image(client: RunInfra) -> Shown:
    result = client.images.generate(
        model="acme-flux", prompt="A paper boat on a pond", size="256x256"
    )
    path = result.data[0].write_to_file(OUT / "image.png")
    return Shown(f"{path} ({path.stat().st_size} bytes)", result.request_id)


def speak(client: RunInfra) -> Shown:
    speech = client.audio.speech.create(
        model="acme-tts", input=TEXT, voice="nova", response_format="wav"
    )
    path = speech.write_to_file(OUT / "speech.wav")
    return Shown(f"{path} ({speech.format}, {speech.duration} s)", speech.request_id)


def transcribe(client: RunInfra) -> Shown:
    result = client.audio.transcriptions.create(model="acme-asr", file=OUT / "speech.wav")
    (OUT / "transcript.txt").write_text(result.text + "\n", encoding="utf-8")
    if result.text != TEXT:
        msg = f"the round trip changed the text: {result.text!r}"
        raise AssertionError(msg)
    return Shown(f"{result.text!r}: text -> speech -> text", result.request_id)


def talk(pipeline: RunInfra) -> Shown:
    answer = pipeline.voice.pipeline.create(audio=OUT / "speech.wav")
    path = answer.write_to_file(OUT / "answer.wav")
    return Shown(f"heard {answer.transcript!r}, said {answer.text!r} -> {path}", answer.request_id)


def verify_webhook(client: RunInfra) -> Shown:
    payload = b'{"id":"evt_1","type":"deployment.verified","data":{"pipeline_id":"pipe_demo"}}'
    header = webhooks.signature_header(payload=payload, secret="whsec_demo")
    event = client.webhooks.construct_event(
        payload=payload, signature_header=header, secret="whsec_demo"
    )
    return Shown(f"{event.type}: the signature is good (checked locally)", "-")


class Row(NamedTuple):
    """One line of the closing table."""

    operation: str
    passed: bool
    request_id: str


def show(operation: str, function: Callable[..., object], run: Callable[[], Shown]) -> Row:
    """Run one step and print its code, its result and its request id."""
    print(f"\n=== {operation}\n")
    print("    " + inspect.getsource(function).rstrip().replace("\n", "\n    "))
    try:
        shown = run()
    except (RunInfraError, AssertionError, OSError) as error:
        print(f"\n--> FAILED: {error!r}")
        return Row(operation, False, getattr(error, "request_id", None) or "-")
    print(f"\n--> {shown.line}\n--> request id {shown.request_id}")
    # Every answer of the gateway carries an id: one without is a failure too.
    return Row(operation, shown.request_id is not None, shown.request_id or "MISSING")


def main() -> int:
    """Run all steps; the exit code."""
    OUT.mkdir(exist_ok=True)
    with Sandbox(process=True, tls=True) as gateway:
        print(f"sandbox: {gateway.base_url}")
        with (
            RunInfra(
                api_key=gateway.api_key,
                base_url=gateway.base_url,
                ssl_context=gateway.ssl_context,
            ) as client,
            RunInfra(
                api_key=gateway.pipeline_api_key,
                base_url=gateway.base_url,
                pipeline_id=gateway.pipeline_id,
                ssl_context=gateway.ssl_context,
            ) as pipeline,
        ):

            async def finish(step: Callable[[AsyncRunInfra], Awaitable[Shown]]) -> Shown:
                async with AsyncRunInfra(
                    api_key=gateway.api_key,
                    base_url=gateway.base_url,
                    ssl_context=gateway.ssl_context,
                ) as async_client:
                    return await step(async_client)

            def in_async(step: Callable[[AsyncRunInfra], Awaitable[Shown]]) -> Shown:
                return asyncio.run(finish(step))

            steps: list[tuple[str, Callable[..., object], Callable[[], Shown]]] = [
                ("listModels", list_models, lambda: list_models(client)),
                ("retrieveModel", retrieve_model, lambda: retrieve_model(client)),
                ("createChatCompletion", chat, lambda: chat(client)),
                ("createChatCompletion, stream", chat_stream, lambda: chat_stream(client)),
                ("createChatCompletion, tools", chat_tools, lambda: chat_tools(client)),
                (
                    "createChatCompletion, async",
                    chat_async,
                    lambda: in_async(chat_async),
                ),
                ("createSpeech, async", speak_async, lambda: in_async(speak_async)),
                ("createResponse", respond, lambda: respond(client)),
                ("createResponse, stream", respond_stream, lambda: respond_stream(client)),
                ("createEmbedding", embed, lambda: embed(client)),
                ("createRerank", rerank, lambda: rerank(client)),
                ("createImage", image, lambda: image(client)),
                ("createSpeech", speak, lambda: speak(client)),
                ("createTranscription", transcribe, lambda: transcribe(client)),
                ("createVoicePipeline", talk, lambda: talk(pipeline)),
                ("webhook verification", verify_webhook, lambda: verify_webhook(client)),
            ]
            rows = [show(*step) for step in steps]
    return summary(rows)


def summary(rows: list[Row]) -> int:
    """Print the table; the exit code."""
    width = max(len(row.operation) for row in rows)
    print(f"\n{'operation':{width}}  result  request id\n{'-' * (width + 22)}")
    for row in rows:
        print(f"{row.operation:{width}}  {'ok' if row.passed else 'FAILED':6}  {row.request_id}")
    failed = sum(not row.passed for row in rows)
    print(f"\n{len(rows) - failed} of {len(rows)} steps passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
