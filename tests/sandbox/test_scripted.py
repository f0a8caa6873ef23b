"""Answers that a test dictates: for each operation, whole and streamed, in this process and not."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from runinfra_ext import BadRequestError, RunInfra
from runinfra_ext.sandbox import Sandbox

MODEL = "acme-chat-8b"
HELLO = [{"role": "user", "content": "Name one prime."}]
CALLS = [{"name": "add", "arguments": {"a": 1}}, {"name": "odd", "arguments": '{"broken'}]


@pytest.fixture(scope="module")
def module_process():
    """A sandbox in a process of its own."""
    with Sandbox(process=True) as gateway:
        yield gateway


@pytest.fixture(params=["thread", "process"])
def either(request, gateway):
    """A sandbox in this process, and one in its own."""
    if request.param == "thread":
        return gateway
    process = request.getfixturevalue("module_process")
    process.reset()
    return process


@pytest.fixture
def sdk(either):
    """A client of it."""
    with RunInfra(api_key=either.api_key, base_url=either.base_url) as client:
        yield client


def chat(client, **options):
    return client.chat.completions.create(model="acme-chat-8b", messages=HELLO, **options)


def test_a_text_whole_and_streamed(either, sdk):
    """The same text, to the letter; afterwards the sandbox answers as usual."""
    text = "  Two\n\nspaces  and “quotes” 🎈 "
    either.answer(text=text, usage={"completion_tokens": 40}, times=2)
    whole = chat(sdk)
    assert whole.choices[0].message.content == text
    assert whole.choices[0].finish_reason == "stop"
    assert (whole.usage.completion_tokens, whole.usage.total_tokens) == (40, 43)
    with chat(sdk, stream=True, stream_options={"include_usage": True}) as stream:
        streamed = stream.final()
    assert streamed.choices[0].message.content == text
    assert streamed.usage.completion_tokens == 40
    assert chat(sdk).choices[0].message.content == "Seven."
    assert [entry.scripted for entry in either.journal] == [True, True, False]
    assert either.unused_answers == []


@pytest.mark.parametrize("stream", [False, True])
def test_tool_calls(either, sdk, stream):
    """Several at once, with arguments that are no JSON too, and a text beside them."""
    either.answer(tool_calls=CALLS, text="Wait.")
    result = chat(sdk, stream=stream)
    if stream:
        with result:
            result = result.final()
    message = result.choices[0].message
    assert [call.function.name for call in message.tool_calls] == ["add", "odd"]
    assert [call.function.arguments for call in message.tool_calls] == ['{"a": 1}', '{"broken']
    assert len({call.id for call in message.tool_calls}) == 2
    assert message.content == "Wait."
    assert result.choices[0].finish_reason == "tool_calls"


def test_tool_calls_in_their_nested_form(gateway, client):
    """As a recorded answer has them, with their ids."""
    call = {"id": "call_7", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    gateway.answer(tool_calls=[call])
    [got] = chat(client).choices[0].message.tool_calls
    assert (got.id, got.function.name, got.function.arguments) == ("call_7", "add", "{}")


@pytest.mark.parametrize("stream", [False, True])
def test_json(gateway, client, stream):
    """A value becomes the model's text, although the schema wants another."""
    gateway.answer(json={"city": "Kraków", "numbers": [1, 2.5, None]}, finish_reason="length")
    result = chat(client, stream=stream)
    if stream:
        with result:
            result = result.final()
    content = json.loads(result.choices[0].message.content)
    assert content == {"city": "Kraków", "numbers": [1, 2.5, None]}
    assert result.choices[0].finish_reason == "length"


@pytest.mark.parametrize("stream", [False, True])
def test_responses(either, sdk, stream):
    """Texts and calls, with the usage of the Responses adapter."""
    either.answer(text="Four.", usage={"prompt_tokens": 7, "completion_tokens": 2})
    either.answer(tool_calls=CALLS[:1])
    got = []
    for _ in range(2):
        result = sdk.responses.create(model="acme-chat-8b", input="Hello", stream=stream)
        if stream:
            with result:
                result = result.final()
        got.append(result)
    assert got[0].output_text == "Four."
    assert (got[0].usage.prompt_tokens, got[0].usage.total_tokens) == (7, 9)
    assert [item.type for item in got[1].output] == ["function_call"]
    assert json.loads(got[1].output[0].arguments) == {"a": 1}


@pytest.mark.parametrize("form", ["float", "base64"])
def test_embeddings(either, form):
    """One vector for all, or one for each, in the asked form."""
    either.answer(embedding=[0.5, -2], usage={"prompt_tokens": 9})
    either.answer(embedding=[[1, 2], [3, 4]])
    headers = {"authorization": f"Bearer {either.api_key}"}
    body = {"model": "acme-embed-m", "input": ["a", "b"], "encoding_format": form}
    got = []
    for _ in range(2):
        answer = httpx.post(f"{either.base_url}/embeddings", json=body, headers=headers).json()
        got.append([item["embedding"] for item in answer["data"]])
        if len(got) == 1:
            assert answer["usage"] == {"prompt_tokens": 9, "total_tokens": 9}
    if form == "float":
        assert got == [[[0.5, -2], [0.5, -2]], [[1, 2], [3, 4]]]
    else:  # little-endian float32
        assert got[0] == ["AAAAPwAAAMA="] * 2
        assert got[1] == ["AACAPwAAAEA=", "AABAQAAAgEA="]


def test_rerank(either, sdk):
    """The scores decide the order, before the best are chosen."""
    either.answer(scores=[0.1, 0.9])
    result = sdk.rerank.create(
        model="acme-rerank", query="fox", documents=["red fox", "whale", "fox"], top_n=2
    )
    assert [one.index for one in result.rankings] == [1, 0]
    assert [(one.index, one.score, one.text) for one in result.results] == [
        (1, 0.9, "whale"),
        (0, 0.1, "red fox"),
    ]
    assert [one.score for one in result.scores] == [0.1, 0.9, 0.0]


def test_pictures(either, sdk):
    """The bytes as they are, in the answer and behind a URL."""
    data = b"\x89PNG\r\n\x1a\n not much of a picture"
    either.answer(image=data, times=None)
    answer = sdk.images.generate(model="acme-flux", prompt="a cat", n=2)
    assert [image.image for image in answer.data] == [data, data]
    answer = sdk.images.generate(model="acme-flux", prompt="a cat", response_format="url")
    assert sdk.images.fetch(answer.data[0]) == data


@pytest.mark.parametrize(
    ("form", "media_type"), [("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("opus", "audio/ogg")]
)
def test_speech(either, form, media_type):
    """The bytes as they are, also in forms that the sandbox makes with an extra only."""
    either.answer(audio=b"\0\1\2")
    headers = {"authorization": f"Bearer {either.api_key}"}
    body = {"model": "acme-tts", "input": "Hi", "voice": "alloy", "response_format": form}
    answer = httpx.post(f"{either.base_url}/audio/speech", json=body, headers=headers)
    assert (answer.content, answer.headers["content-type"]) == (b"\0\1\2", media_type)


def test_transcripts(either, sdk):
    """In every form."""
    either.answer(transcript="Guten Tag.", times=None)
    options = {"model": "acme-asr", "file": ("a.wav", b"noise")}
    create = sdk.audio.transcriptions.create
    assert create(**options).text == "Guten Tag."
    assert "Guten Tag." in str(create(**options, response_format="srt"))
    verbose = create(**options, response_format="verbose_json")
    assert verbose.segments[0].text == "Guten Tag."


def test_voice(gateway, both):
    """What was heard, what is said, and its sound."""

    async def scenario():
        async with both.pipeline_client() as client:
            gateway.answer(transcript="How are you?", text="Fine.", audio=b"\7\7")
            return await client.voice.pipeline.create(audio=b"noise")

    result = both.run(scenario)
    assert (result.transcript, result.responseText) == ("How are you?", "Fine.")
    assert result.audio == b"\7\7"


def test_order_and_matching(either, sdk):
    """The oldest that fits; what does not fit waits."""
    either.answer(text="other model", match={"model": "Qwen/Qwen3-32B"})
    either.answer(text="fox", match={"contains": 'a "fox"', "operation": "createChatCompletion"})
    either.answer(text="first")
    either.answer(text="second", match={"operation": "chat.completions.create"})
    said = [chat(sdk).choices[0].message.content for _ in range(3)]
    assert said == ["first", "second", "Seven."]
    fox = [{"role": "user", "content": 'I saw a "fox".'}]
    answer = sdk.chat.completions.create(model="acme-chat-8b", messages=fox)
    assert answer.choices[0].message.content == "fox"
    assert either.unused_answers == [
        "text: 'other model' for {'model': 'Qwen/Qwen3-32B'}: expected 1 times, given 0 times"
    ]
    either.reset()
    assert either.unused_answers == []


def test_a_function_decides(gateway, client):
    """It sees the request, and may look at the sandbox."""
    seen = []

    def long(asked):
        seen.append((asked.operation, asked.model, len(gateway.journal)))
        return asked.headers["x-mine"] == "1" and len(asked.body["messages"]) == 1

    gateway.answer(text="yes", match=long)
    assert chat(client, extra_headers={"x-mine": "0"}).choices[0].message.content == "Seven."
    assert chat(client, extra_headers={"x-mine": "1"}).choices[0].message.content == "yes"
    assert seen == [("createChatCompletion", "acme-chat-8b", n) for n in (1, 2)]


def test_no_function_goes_to_a_process(module_process):
    """It says so at once."""
    with pytest.raises(TypeError, match="match: a function can't be sent"):
        module_process.answer(text="yes", match=lambda asked: True)


def test_refused_and_replayed_requests_take_none(gateway, client):
    """Only work is answered with it: a retry after an answer that was lost has the same one."""
    gateway.answer(text="once")
    gateway.script("503", "lost")
    answer = chat(client, idempotency_key="k-1")
    assert answer.choices[0].message.content == "once"
    assert (answer.meta.attempts, answer.meta.replayed) == (3, True)
    assert [entry.scripted for entry in gateway.journal] == [False, True, False]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "dictate at least one of text, json, tool_calls"),
        ({"usage": {}}, ValueError, "dictate at least one of"),
        ({"text": "a", "json": 1}, ValueError, "no operation answers with all of text, json"),
        ({"text": "a", "image": b""}, ValueError, "no operation answers with all of text, image"),
        ({"audio": b"a", "usage": {}}, ValueError, "no operation answers with all of audio"),
        ({"text": 5}, TypeError, "text: expected a text, got int"),
        ({"audio": "a"}, TypeError, "audio: expected bytes, got str"),
        ({"embedding": []}, TypeError, "embedding: expected a list of numbers"),
        ({"embedding": [[1], "a"]}, TypeError, "embedding: expected a list of numbers"),
        ({"scores": [True]}, TypeError, "scores: expected a list of numbers"),
        ({"tool_calls": [{"arguments": {}}]}, TypeError, r"tool_calls\[0\]: expected a mapping"),
        ({"tool_calls": [{"name": "a", "args": {}}]}, TypeError, r"\[0\]: there is no 'args'"),
        ({"tool_calls": [{"name": "a", "id": 5}]}, TypeError, r"\[0\].id: expected a text"),
        ({"tool_calls": [{"name": "a", "arguments": {1}}]}, TypeError, "arguments: expected what"),
        ({"tool_calls": []}, TypeError, "tool_calls: expected a list of mappings"),
        ({"tool_calls": 5}, TypeError, "tool_calls: expected a list of mappings"),
        ({"json": {1, 2}}, TypeError, "json: expected what JSON can tell: Object of type set"),
        ({"json": float("nan")}, ValueError, "json: expected what JSON can tell"),
        ({"text": "\ud800"}, ValueError, "text: half of a surrogate pair"),
        ({"embedding": 5}, TypeError, "embedding: expected a list of numbers"),
        ({"embedding": [float("nan")]}, TypeError, "embedding: expected a list of numbers"),
        ({"text": "a", "required": "no"}, TypeError, "required: expected True or False"),
        ({"text": "a", "usage": 5}, TypeError, "usage: expected a mapping"),
        (
            {"text": "a", "usage": {"prompt_tokens": "x"}},
            TypeError,
            "usage.prompt_tokens: expected",
        ),
        ({"text": "a", "usage": {"prompt_tokens": 1.5}}, TypeError, "expected a whole number"),
        ({"text": "a", "usage": {"a_details": {"cost": -1}}}, TypeError, "usage.a_details.cost: "),
        ({"text": "a", "times": 0}, ValueError, "times: expected a number from 1"),
        ({"text": "a", "match": 5}, TypeError, "match: expected a mapping or a function"),
        ({"text": "a", "match": {"path": "x"}}, ValueError, "match: expected operation, model"),
        (
            {"text": "a", "match": {"operation": "embeddings.create"}},
            ValueError,
            "match: embeddings.create has no such answer; createChatCompletion, ",
        ),
    ],
)
def test_what_makes_no_sense(gateway, options, error, message):
    """It says so where it is dictated."""
    with pytest.raises(error, match=message):
        gateway.answer(**options)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"text": 5}, "text: expected a text, got int"),
        ({"audio": "!"}, "audio: expected base64"),
        ({"colour": "red"}, "colour: there is no such parameter; there are text, json,"),
        ({"text": "a", "used": 3}, "used: there is no such parameter"),
        (["text"], "expected a JSON object"),
        ("[" * 100_000, "the body is nested too deeply"),
        ('{"embedding": [NaN]}', "the body is no JSON: NaN"),
        ("{", "the body is no JSON: Expecting"),
    ],
)
def test_control_requests_that_make_no_sense(gateway, order, message):
    """A 400 that names the field."""
    content = order if isinstance(order, str) else json.dumps(order)
    answer = httpx.post(f"{gateway.root_url}/sandbox/answers", content=content)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert gateway.unused_answers == []


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("thunder", "No such fault: thunder. Known: status, html,"),
        ("", "expected the name of a fault, or 'ok', got ''"),
        (503, "expected the name of a fault, or 'ok', got 503"),
        ("status:abc", "status: expected a number after the colon, got 'abc'"),
        ("html:700", "html: expected a status from 200 to 599, got 700"),
        ("garbage:204", "garbage: an answer with status 204 has no body"),
        ("truncate:-1", "truncate: expected a number after the colon"),
        ("redirect:a\r\nb: c", "redirect: expected printable ASCII"),
    ],
)
def test_faults_that_there_are_not(gateway, module_process, fault, message):
    """None of the list is armed: told where they are, and not to whoever asks next."""
    for sandbox in (gateway, module_process):
        with pytest.raises(ValueError, match="^" + re.escape(message)):
            sandbox.script("503", fault)
    answer = httpx.post(f"{gateway.root_url}/sandbox/script", json=["503", fault])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(message)
    assert list(gateway.state.script) == []


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"colour": 1}, TypeError, "colour: there is no such setting; there are seed, tokens"),
        ({"capacity": 1.5}, ValueError, "capacity: expected a whole number, got 1.5"),
    ],
)
def test_settings_that_there_are_not(gateway, changes, error, message):
    """By name and by route."""
    with pytest.raises(error, match=message):
        gateway.configure(**changes)
    answer = httpx.post(f"{gateway.root_url}/sandbox/settings", json=changes)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(message)


def test_a_function_that_raises(gateway, client):
    """The request is told so, once; and whoever swallowed that finds it with what is left."""
    asked = []

    def broken(request):
        asked.append(request)
        return request.nothing

    gateway.answer(text="yes", match=broken)
    with pytest.raises(BadRequestError, match="its match function raised AttributeError") as caught:
        chat(client)
    assert caught.value.code == "match_failed"
    assert len(asked) == len(gateway.journal) == 1
    [left] = gateway.unused_answers
    assert "given 0 times; its match function raised AttributeError: 'Asked' object" in left


def test_vectors_for_other_inputs(gateway, client):
    """One for all or one for each: any other number is an error, and not dealt out in turns."""
    gateway.answer(embedding=[[1], [2]])
    with pytest.raises(BadRequestError, match="2 vectors are dictated for a request with 3 inputs"):
        client.embeddings.create(model="acme-embed-m", input=["a", "b", "c"])
    assert "given 0 times; 2 vectors are dictated" in gateway.unused_answers[0]


@pytest.mark.parametrize(
    ("dictated", "path", "body"),
    [
        ({"text": "a"}, "chat/completions", {"model": MODEL, "messages": HELLO, "n": 17}),
        (
            {"text": "a"},
            "chat/completions",
            {
                "model": MODEL,
                "messages": HELLO,
                "tool_choice": {"type": "function", "function": {"name": "f"}},
            },
        ),
        ({"image": b"a"}, "images/generations", {"model": "acme-flux", "prompt": "a", "size": "9"}),
        ({"audio": b"a"}, "audio/speech", {"model": "acme-tts", "input": "a" * 5000, "voice": "b"}),
    ],
)
def test_refused_requests_take_none(gateway, dictated, path, body):
    """Also if what is wrong shows when the work is begun: the next request gets the answer."""
    gateway.answer(**dictated)
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    answer = httpx.post(f"{gateway.base_url}/{path}", json=body, headers=headers)
    assert answer.status_code == 400
    assert [entry.scripted for entry in gateway.journal] == [False]
    assert len(gateway.unused_answers) == 1
    assert gateway.charges == []


def test_what_is_not_required(gateway):
    """An answer that may be left over is not reported, one for always only if it never was given."""
    gateway.answer(text="maybe", required=False)
    assert gateway.unused_answers == []
    gateway.answer(embedding=[1.0], times=None)
    assert gateway.unused_answers == ["embedding: [1.0]: expected always, given 0 times"]
    [_, waiting] = httpx.get(f"{gateway.root_url}/sandbox/answers").json()
    assert (waiting["used"], waiting["missed"], waiting["times"]) == (0, True, None)
