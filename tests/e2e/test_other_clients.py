"""Other people's clients against the sandbox: it speaks the contract, not just this SDK's dialect."""

from __future__ import annotations

import asyncio
import base64
import inspect
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import openai
import pydantic
import pytest
import runinfra

HI = [{"role": "user", "content": "Count to five."}]
WEATHER = [{"role": "user", "content": "What is the weather in Paris?"}]
TEXT = "one two three four five."
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}
KEY = {"Idempotency-Key": "k-1"}


async def done(value):
    """What a call of either client gives."""
    return await value if inspect.isawaitable(value) else value


async def items(stream):
    """All events of either client's stream."""
    if hasattr(stream, "__aiter__"):
        async with stream:
            return [event async for event in stream]
    with stream:
        return list(stream)


class OpenAI:
    """The openai package's client of one kind, pointed at the sandbox."""

    def __init__(self, kind, gateway):
        self.make = openai.AsyncOpenAI if kind == "async" else openai.OpenAI
        self.gateway = gateway

    def run(self, scenario, **options):
        """Run an async scenario with a client, and close that."""
        options = {"api_key": self.gateway.api_key, "base_url": self.gateway.base_url, **options}

        async def main():
            client = self.make(**options)
            try:
                return await scenario(client)
            finally:
                await done(client.close())

        return asyncio.run(main())


@pytest.fixture(params=["sync", "async"])
def theirs(request, gateway, monkeypatch):
    """Both kinds; their waits between attempts are shortened."""
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.001)
    return OpenAI(request.param, gateway)


def test_openai_chat(theirs):
    """Chat, whole and streamed with usage; the gateway's id is where that package looks for it."""

    async def scenario(client):
        whole = await done(client.chat.completions.create(model="acme-chat-8b", messages=HI))
        stream = await done(
            client.chat.completions.create(
                model="acme-chat-8b",
                messages=HI,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        return whole, await items(stream)

    whole, chunks = theirs.run(scenario)
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (TEXT, "stop")
    assert whole._request_id == theirs.gateway.journal[0].request_id
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == TEXT
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)


def test_openai_chat_tools(theirs):
    """A tool's call, whole and streamed in pieces, and the answer to its result."""
    arguments = {"model": "acme-chat-8b", "tools": [TOOL], "tool_choice": "required"}

    async def scenario(client):
        create = client.chat.completions.create
        whole = await done(create(messages=WEATHER, **arguments))
        chunks = await items(await done(create(messages=WEATHER, stream=True, **arguments)))
        message = whole.choices[0].message
        result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "Sunny."}
        end = await done(create(model="acme-chat-8b", messages=[*WEATHER, message, result]))
        return whole, chunks, end

    whole, chunks, end = theirs.run(scenario)
    call = whole.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "get_weather",
        {"city": "Paris"},
    )
    parts = [part for c in chunks for part in c.choices[0].delta.tool_calls or []]
    assert (parts[0].id, parts[0].function.name) == (call.id, "get_weather")
    assert "".join(part.function.arguments or "" for part in parts) == call.function.arguments
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert end.choices[0].message.content == "The tool says: Sunny."


def test_openai_structured_output(theirs):
    """The stream helper of that package puts together what it parsed."""

    async def scenario(client):
        manager = client.chat.completions.stream(
            model="acme-chat-8b",
            messages=WEATHER,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "place", "schema": SCHEMA, "strict": True},
            },
        )
        if hasattr(manager, "__aenter__"):
            async with manager as stream:
                return await stream.get_final_completion()
        with manager as stream:
            return stream.get_final_completion()

    content = theirs.run(scenario).choices[0].message.content
    assert json.loads(content) == {"city": "Paris"}


def test_openai_responses(theirs):
    """Responses, whole and streamed, from a text and from parts of a message."""
    parts = [{"role": "user", "content": [{"type": "input_text", "text": "Count to five."}]}]

    async def scenario(client):
        create = client.responses.create
        whole = await done(create(model="acme-chat-8b", input=parts))
        stream = await done(create(model="acme-chat-8b", input="Count to five.", stream=True))
        return whole, await items(stream)

    whole, events = theirs.run(scenario)
    assert (whole.output_text, whole.status) == (TEXT, "completed")
    kinds = [event.type for event in events]
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == events[-1].response.output_text == TEXT
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_openai_responses_tools(theirs):
    """A function's call, whole and streamed, from tools in the chat shape, as the document has it."""
    arguments = {"model": "acme-chat-8b", "input": WEATHER, "tools": [TOOL]}

    async def scenario(client):
        whole = await done(client.responses.create(**arguments))
        events = await items(await done(client.responses.create(stream=True, **arguments)))
        return whole, events

    whole, events = theirs.run(scenario)
    call = whole.output[0]
    assert (call.type, call.name, json.loads(call.arguments)) == (
        "function_call",
        "get_weather",
        {"city": "Paris"},
    )
    deltas = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    assert "".join(deltas) == call.arguments
    assert events[-1].response.output == whole.output


def test_openai_embeddings(theirs):
    """That package asks for base64 unless it is told otherwise; the numbers are the same."""

    async def scenario(client):
        create = client.embeddings.create
        texts = ["red fox", "blue whale"]
        packed = await done(create(model="acme-embed-m", input=texts))
        plain = await done(create(model="acme-embed-m", input=texts, encoding_format="float"))
        text = await done(create(model="acme-embed-m", input="x", encoding_format="base64"))
        return packed, plain, text

    packed, plain, text = theirs.run(scenario)
    forms = [entry.body["encoding_format"] for entry in theirs.gateway.journal]
    assert forms == ["base64", "float", "base64"]
    for one, other in zip(packed.data, plain.data, strict=True):
        assert len(one.embedding) == 256
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    assert len(base64.b64decode(text.data[0].embedding)) == 256 * 4


def test_openai_images_audio_and_models(theirs, tmp_path):
    """Images, speech whole and streamed, transcription in three forms, models."""

    async def scenario(client):
        image = await done(client.images.generate(model="acme-flux", prompt="A boat", size="64x64"))
        said = {"model": "acme-tts", "input": "Mind the gap.", "voice": "nova"}
        speech = await done(client.audio.speech.create(response_format="wav", **said))
        manager = client.audio.speech.with_streaming_response.create(**said)
        path = tmp_path / "gap.mp3"
        if hasattr(manager, "__aenter__"):
            async with manager as answer:
                await answer.stream_to_file(path)
        else:
            with manager as answer:
                answer.stream_to_file(path)
        heard = []
        for more in (
            {},
            {"response_format": "text"},
            {
                "response_format": "verbose_json",
                "timestamp_granularities": ["word"],
                "temperature": 0.5,
                "language": "en",
            },
        ):
            file = ("a.wav", io.BytesIO(speech.content))
            create = client.audio.transcriptions.create
            heard.append(await done(create(model="acme-asr", file=file, **more)))
        listed = await done(client.models.list())
        one = await done(client.models.retrieve("Qwen/Qwen3-32B"))
        return image, speech, path, heard, listed, one

    image, speech, path, heard, listed, one = theirs.run(scenario)
    assert base64.b64decode(image.data[0].b64_json).startswith(b"\x89PNG")
    assert speech.content[:4] == b"RIFF"
    assert path.read_bytes()[:3] == b"ID3"
    assert [heard[0].text, heard[1], heard[2].text] == [
        "Mind the gap.",
        "Mind the gap.\n",
        "Mind the gap.",
    ]
    assert [word.word for word in heard[2].words] == ["Mind", "the", "gap."]
    assert {"acme-chat-8b", "Qwen/Qwen3-32B"} <= {model.id for model in listed.data}
    assert one.id == "Qwen/Qwen3-32B"


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("401", openai.AuthenticationError, "auth_error"),
        ("403", openai.PermissionDeniedError, "plan_limit_exceeded"),
        ("404", openai.NotFoundError, "model_not_found"),
        ("in-progress", openai.ConflictError, "idempotency_conflict"),
        ("422", openai.UnprocessableEntityError, None),
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("500", openai.InternalServerError, "internal_error"),
        ("503", openai.InternalServerError, "service_unavailable"),
    ],
)
def test_openai_errors(theirs, fault, error, code):
    """Each status is that package's class, with the code and the gateway's id."""
    theirs.gateway.script(fault)

    async def scenario(client):
        with pytest.raises(error) as caught:
            await done(client.chat.completions.create(model="acme-chat-8b", messages=HI))
        return caught.value

    raised = theirs.run(scenario, max_retries=0)
    assert type(raised) is error
    assert (raised.code, raised.request_id) == (code, theirs.gateway.journal[0].request_id)


def test_openai_errors_that_are_no_faults(theirs):
    """An unknown model, a bad key, a key for two bodies, and a pipeline's key elsewhere."""
    gateway = theirs.gateway

    async def scenario(client):
        create = client.chat.completions.create
        with pytest.raises(openai.NotFoundError) as unknown:
            await done(create(model="nothing", messages=HI))
        stranger = client.with_options(api_key=gateway.expired_api_key)
        with pytest.raises(openai.AuthenticationError):
            await done(stranger.models.list())
        await done(create(model="acme-chat-8b", messages=HI, extra_headers=KEY))
        with pytest.raises(openai.ConflictError) as reused:
            await done(create(model="acme-chat-8b", messages=WEATHER, extra_headers=KEY))
        other = client.with_options(
            api_key=gateway.pipeline_api_key,
            base_url=f"{gateway.base_url}/{gateway.other_pipeline_id}",
        )
        with pytest.raises(openai.PermissionDeniedError):
            await done(other.models.list())
        return unknown.value, reused.value

    unknown, reused = theirs.run(scenario, max_retries=0)
    assert (unknown.code, unknown.param) == ("model_not_found", "model")
    assert reused.code == "idempotency_conflict"
    assert len(gateway.charges) == 1


def test_openai_stream_errors(theirs):
    """An error object inside a stream is raised by that package."""
    theirs.gateway.script("error-after")

    async def scenario(client):
        stream = await done(
            client.chat.completions.create(model="acme-chat-8b", messages=HI, stream=True)
        )
        with pytest.raises(openai.APIError) as caught:
            await items(stream)
        return caught.value

    assert theirs.run(scenario).code == "overloaded"


@pytest.mark.parametrize(
    ("headers", "fault", "statuses", "charges"),
    [
        ({}, "503", [503, 200], 1),
        (KEY, "503", [503, 200], 1),
        (KEY, "lost", [-1, 200], 1),
        ({}, "lost", [-1, 200], 2),  # what a key is for
        (KEY, "in-progress", [409, 200], 1),
    ],
)
def test_openai_retries(theirs, headers, fault, statuses, charges):
    """That package repeats; with an idempotency key nothing is charged twice."""
    theirs.gateway.script(fault)

    async def scenario(client):
        create = client.chat.completions.create
        return await done(create(model="acme-chat-8b", messages=HI, extra_headers=headers))

    chat = theirs.run(scenario, max_retries=1)
    assert chat.choices[0].message.content == TEXT
    journal = theirs.gateway.journal
    assert [entry.status for entry in journal] == statuses
    assert {entry.idempotency_key for entry in journal} == {headers.get("Idempotency-Key")}
    assert journal[-1].replayed is (bool(headers) and fault == "lost")
    assert len(theirs.gateway.charges) == charges


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        (
            lambda c, h: c.responses.create(model="acme-chat-8b", input="Hi", extra_headers=h),
            "Response",
        ),
        (
            lambda c, h: c.embeddings.create(model="acme-embed-m", input="x", extra_headers=h),
            "Embedding",
        ),
        (
            lambda c, h: c.images.generate(
                model="acme-flux", prompt="A boat", size="64x64", extra_headers=h
            ),
            "Image",
        ),
    ],
)
def test_openai_lost_replies(theirs, call, operation):
    """The same for a reply that is lost once, asked for by a header, on the other operations."""
    headers = {**KEY, "X-Sandbox-Fault": "lost*1"}

    async def scenario(client):
        return await done(call(client, headers))

    theirs.run(scenario, max_retries=1)
    assert [charge.operation for charge in theirs.gateway.charges] == [f"create{operation}"]
    assert [entry.replayed for entry in theirs.gateway.journal] == [False, True]


# The official package's HTTP layer leaves closing its error answers to the collector.
official = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def ours(gateway):
    """The official package's client; it waits for nothing between attempts."""
    return runinfra.RunInfra(
        api_key=gateway.api_key, base_url=gateway.base_url, retry_base_seconds=0
    )


@official
def test_official_chat(ours, gateway):
    """Chat, whole and streamed with usage, tools, and a replay."""
    chat = ours.chat.completions.create(
        model="acme-chat-8b", messages=HI, request_options={"idempotency_key": "k-1"}
    )
    again = ours.chat.completions.create(
        model="acme-chat-8b", messages=HI, request_options={"idempotency_key": "k-1"}
    )
    assert chat["choices"][0]["message"]["content"] == TEXT
    assert chat["_request_id"] == gateway.journal[0].request_id
    assert again["_idempotent_replay"] is True
    assert again["choices"] == chat["choices"]
    stream = ours.chat.completions.create(
        model="acme-chat-8b", messages=HI, stream=True, stream_options={"include_usage": True}
    )
    events = list(stream)
    assert stream.request_id == gateway.journal[-1].request_id
    text = [e["choices"][0]["delta"].get("content") or "" for e in events if e["choices"]]
    assert "".join(text) == TEXT
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert events[-1]["usage"] == chat["usage"]
    called = ours.chat.completions.create(
        model="acme-chat-8b", messages=WEATHER, tools=[TOOL], tool_choice="required"
    )
    function = called["choices"][0]["message"]["tool_calls"][0]["function"]
    assert function == {"name": "get_weather", "arguments": '{"city": "Paris"}'}


@official
def test_official_responses(ours):
    """Responses, whole, streamed and with tools."""
    assert ours.responses.create(model="acme-chat-8b", input=HI)["output_text"] == TEXT
    events = list(ours.responses.create(model="acme-chat-8b", input="Count to five.", stream=True))
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["output_text"] == TEXT
    called = ours.responses.create(model="acme-chat-8b", input=WEATHER, tools=[TOOL])
    assert called["output"][0]["name"] == "get_weather"


@official
def test_official_other_operations(ours, gateway):
    """Embeddings, images, speech, transcription, voice and models."""
    vectors = ours.embeddings.create(model="acme-embed-m", input=["x", "y"], dimensions=64)
    assert [len(item["embedding"]) for item in vectors["data"]] == [64, 64]
    image = ours.images.generate(model="acme-flux", prompt="A boat", size="64x64")
    assert image["data"][0]["b64_json"].startswith("iVBOR")
    speech = ours.audio.speech.create(
        model="acme-tts", input="Mind the gap.", voice="nova", response_format="wav"
    )
    assert (speech.content[:4], speech.content_type) == (b"RIFF", "audio/wav")
    assert speech.request_id == gateway.journal[-1].request_id
    heard = ours.audio.transcriptions.create(
        model="acme-asr",
        file=speech.content,
        response_format="verbose_json",
        temperature=0.5,
        language="en",
    )
    assert (heard["text"], heard["language"]) == ("Mind the gap.", "en")
    pipeline = runinfra.RunInfra(
        api_key=gateway.pipeline_api_key, base_url=gateway.base_url, pipeline_id=gateway.pipeline_id
    )
    assert pipeline.voice.pipeline.create(audio=speech.content)["transcript"] == "Mind the gap."
    assert pipeline.chat.completions.create(model="default", messages=HI)["choices"]
    assert ours.models.list()["data"][0]["id"] == "acme-chat-8b"
    assert ours.models.retrieve("Qwen/Qwen3-32B")["id"] == "Qwen/Qwen3-32B"


@official
@pytest.mark.parametrize(
    ("fault", "error", "status", "kind", "code"),
    [
        ("401", runinfra.AuthenticationError, 401, "auth_error", "auth_error"),
        (
            "402",
            runinfra.InsufficientCreditsError,
            402,
            "insufficient_credits",
            "insufficient_credits",
        ),
        ("403", runinfra.PermissionDeniedError, 403, "permission_denied", "plan_limit_exceeded"),
        ("404", runinfra.ModelNotFoundError, 404, "model_not_found", "model_not_found"),
        ("409", runinfra.DeploymentError, 409, "deployment_error", None),
        (
            "in-progress",
            runinfra.RunInfraError,
            409,
            "invalid_request_error",
            "idempotency_conflict",
        ),
        ("429", runinfra.RateLimitError, 429, "rate_limit_error", "rate_limit_exceeded"),
        ("retry-after:7", runinfra.RateLimitError, 429, "rate_limit_error", "rate_limit_exceeded"),
        ("500", runinfra.RunInfraError, 500, "api_error", "internal_error"),
    ],
)
def test_official_errors(ours, gateway, fault, error, status, kind, code):
    """Each fault is that package's class, with type, code and the gateway's id."""
    gateway.script(fault)
    with pytest.raises(error) as caught:
        ours.chat.completions.create(model="acme-chat-8b", messages=HI)
    raised = caught.value
    assert type(raised) is error
    assert (raised.status, raised.type, raised.code) == (status, kind, code)
    assert raised.request_id == gateway.journal[0].request_id
    assert len(gateway.journal) == 1
    if fault == "402":
        assert raised.required_cents == 12
    if fault == "retry-after:7":
        assert raised.retry_after_seconds == 7


@official
def test_official_errors_that_are_no_faults(ours, gateway):
    """An unknown model, a bad key, a key for two bodies, and a pipeline's key elsewhere."""
    with pytest.raises(runinfra.ModelNotFoundError):
        ours.models.retrieve("nothing")
    stranger = runinfra.RunInfra(api_key=gateway.expired_api_key, base_url=gateway.base_url)
    with pytest.raises(runinfra.AuthenticationError):
        stranger.models.list()
    options = {"idempotency_key": "k-1", "max_retries": 0}
    create = ours.chat.completions.create
    create(model="acme-chat-8b", messages=HI, request_options=options)
    with pytest.raises(runinfra.RunInfraError) as caught:
        create(model="acme-chat-8b", messages=WEATHER, request_options=options)
    assert (caught.value.status, caught.value.code) == (409, "idempotency_conflict")
    elsewhere = runinfra.RunInfra(
        api_key=gateway.pipeline_api_key,
        base_url=gateway.base_url,
        pipeline_id=gateway.other_pipeline_id,
    )
    with pytest.raises(runinfra.PermissionDeniedError):
        elsewhere.models.list()
    assert len(gateway.charges) == 1


@official
@pytest.mark.parametrize("operation", ["chat", "responses"])
@pytest.mark.parametrize(("fault", "first"), [("503", 503), ("lost", -1), ("in-progress", 409)])
def test_official_retries(ours, gateway, operation, fault, first):
    """With an idempotency key that package repeats chat and responses: one charge."""
    gateway.script(fault)
    options = {"idempotency_key": "k-1"}
    if operation == "chat":
        answer = ours.chat.completions.create(
            model="acme-chat-8b", messages=HI, request_options=options
        )
    else:
        answer = ours.responses.create(
            model="acme-chat-8b", input="Count to five.", request_options=options
        )
    assert [entry.status for entry in gateway.journal] == [first, 200]
    assert len({entry.client_request_id for entry in gateway.journal}) == 1
    assert len(gateway.charges) == 1
    assert answer.get("_idempotent_replay", False) is (fault == "lost")


@official
def test_official_lost_reply_without_a_key(ours, gateway):
    """Without a key it is not repeated: one charge, and an error of the connection."""
    with pytest.raises(runinfra.RunInfraConnectionError):
        ours.chat.completions.create(
            model="acme-chat-8b",
            messages=HI,
            request_options={"headers": {"X-Sandbox-Fault": "lost*1"}},
        )
    assert (len(gateway.journal), len(gateway.charges)) == (1, 1)


def test_official_webhooks(ours, gateway):
    """The official package takes what the sandbox delivers, and the sandbox what it answers."""
    taken = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            header = self.headers["RunInfra-Signature"]
            try:
                event = ours.webhooks.construct_event(
                    payload=body, signature_header=header, secret=gateway.webhook_secret
                )
            except runinfra.WebhookVerificationError:
                status = 400
            else:
                status = 204
                taken.append(event)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    event = {"id": "evt_1", "type": "deployment.verified", "data": {"name": "Straße"}}
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            assert gateway.deliver(url, event) == [204]
            assert gateway.deliver(url, event, secret="whsec_other", attempts=1) == [400]
        finally:
            server.shutdown()
            thread.join()
    assert taken == [event]


FLAT = {
    "type": "function",
    "name": "get_weather",
    "parameters": {**SCHEMA, "additionalProperties": False},
    "strict": True,
}


class City(pydantic.BaseModel):
    """What the agents below answer with."""

    city: str
    sunny: bool


def test_openai_responses_as_an_agent(theirs):
    """A flat tool, its output, and a typed answer at the end; the items go back in as they came."""

    async def scenario(client):
        given = [*WEATHER]
        first = await done(
            client.responses.create(
                model="acme-chat-8b", input=given, tools=[FLAT], tool_choice="required"
            )
        )
        (call,) = first.output
        given += first.output
        given.append({"type": "function_call_output", "call_id": call.call_id, "output": "Sunny."})
        arguments = {"model": "acme-chat-8b", "input": given, "tools": [FLAT], "text_format": City}
        parsed = await done(client.responses.parse(**arguments))
        manager = client.responses.stream(**arguments)
        if hasattr(manager, "__aenter__"):
            async with manager as stream:
                end = await stream.get_final_response()
        else:
            with manager as stream:
                end = stream.get_final_response()
        return call, parsed, end

    call, parsed, end = theirs.run(scenario)
    assert json.loads(call.arguments) == {"city": "Paris"}
    assert parsed.output_parsed == end.output_parsed == City(city="Paris", sunny=True)
    assert (parsed.usage.input_tokens, parsed.usage.total_tokens) == (
        7,
        7 + parsed.usage.output_tokens,
    )


def test_openai_chat_as_an_agent(theirs):
    """The same in chat: the message with its calls goes back as it came."""

    async def scenario(client):
        messages = [*WEATHER]
        first = await done(
            client.chat.completions.create(model="acme-chat-8b", messages=messages, tools=[TOOL])
        )
        message = first.choices[0].message
        messages += [
            message,
            {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "Sunny."},
        ]
        return await done(
            client.chat.completions.parse(
                model="acme-chat-8b", messages=messages, response_format=City
            )
        )

    assert theirs.run(scenario).choices[0].message.parsed == City(city="Paris", sunny=True)
