"""Every operation of RunInfra through the real SDK, over real HTTP, against the local sandbox.

Run it with ``make demo``. It starts the sandbox in a process of its own, makes each call, shows the
code, the result and the request id, writes ``out/speech.wav``, ``out/image.png`` and
``out/transcript.txt``, and ends with a table. It exits with 1 if any operation failed.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import textwrap
import traceback
from collections.abc import Callable
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


class Step(NamedTuple):
    """One row of the demo."""

    operation: str
    run: Callable[[RunInfra], Shown]


def list_models(client: RunInfra) -> Shown:
    models = client.models.list()
    return Shown(", ".join(model.id for model in models.data), models.request_id)


def retrieve_model(client: RunInfra) -> Shown:
    model = client.models.retrieve("acme-chat-8b")
    return Shown(f"{model.id}, owned by {model.owned_by}", model.request_id)


def chat(client: RunInfra) -> Shown:
    answer = client.chat.completions.create(
        model="acme-chat-8b",
        messages=[{"role": "user", "content": "Name one prime."}],
    )
    return Shown(answer.choices[0].message.content or "", answer.request_id)


def chat_stream(client: RunInfra) -> Shown:
    with client.chat.completions.create(
        model="acme-chat-8b",
        messages=[{"role": "user", "content": "Count to five."}],
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        pieces = list(stream.text_stream)
    tokens = stream.usage.completion_tokens if stream.usage else 0
    return Shown(f"{''.join(pieces)!r} in {len(pieces)} pieces, {tokens} tokens", stream.request_id)


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
        tool_choice="required",
    )
    calls = answer.choices[0].message.tool_calls or []
    line = ", ".join(f"{call.function.name}({call.function.arguments})" for call in calls)
    return Shown(line, answer.request_id)


def respond(client: RunInfra) -> Shown:
    response = client.responses.create(model="acme-chat-8b", input="Name one prime.")
    return Shown(response.output_text, response.request_id)


def respond_stream(client: RunInfra) -> Shown:
    with client.responses.create(
        model="acme-chat-8b", input="Count to five.", stream=True
    ) as stream:
        kinds = [event.type for event in stream]
    return Shown(f"{stream.final().output_text!r} in {len(kinds)} events", stream.request_id)


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
    best = max(result.scores, key=lambda score: score.score)
    return Shown(f"best: text {best.index} with {best.score:.2f}", result.request_id)


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
    return Shown(f"{path} ({speech.format}, {speech.duration:.1f} s)", speech.request_id)


def transcribe(client: RunInfra) -> Shown:
    result = client.audio.transcriptions.create(model="acme-asr", file=OUT / "speech.wav")
    (OUT / "transcript.txt").write_text(result.text + "\n", encoding="utf-8")
    if result.text != TEXT:
        msg = f"the round trip changed the text: {result.text!r}"
        raise AssertionError(msg)
    return Shown(f"{result.text!r}: the text came back", result.request_id)


def talk(client: RunInfra) -> Shown:
    answer = client.voice.pipeline.create(audio=OUT / "speech.wav")
    line = f"heard {answer.transcript!r}, said {answer.text!r}, {len(answer.audio or b'')} bytes"
    return Shown(line, answer.request_id)


def verify_webhook(client: RunInfra) -> Shown:
    payload = b'{"id":"evt_1","type":"deployment.verified","data":{"pipeline_id":"pipe_1"}}'
    header = webhooks.signature_header(payload=payload, secret="whsec_demo")
    event = client.webhooks.construct_event(
        payload=payload, signature_header=header, secret="whsec_demo"
    )
    return Shown(f"{event.type}, signature good (checked locally)", None)


STEPS = [
    Step("listModels", list_models),
    Step("retrieveModel", retrieve_model),
    Step("createChatCompletion", chat),
    Step("createChatCompletion, streamed", chat_stream),
    Step("createChatCompletion, tools", chat_tools),
    Step("createResponse", respond),
    Step("createResponse, streamed", respond_stream),
    Step("createEmbedding", embed),
    Step("createRerank", rerank),
    Step("createImage", image),
    Step("createSpeech", speak),
    Step("createTranscription", transcribe),
    Step("createVoicePipeline", talk),
    Step("webhook verification", verify_webhook),
]
