"""Nothing is ignored in silence: what the document does not know is refused, and told by its name."""

from __future__ import annotations

import httpx
import openai
import pytest

from runinfra_ext.sandbox import Sandbox, Settings

UNSUPPORTED, HOSTED = "unsupported_parameter", "hosted_parameter_not_supported"
CHAT, RESPONSES, IMAGES, SPEECH = (
    "/chat/completions",
    "/responses",
    "/images/generations",
    "/audio/speech",
)
HI = {"role": "user", "content": "Hi"}
PART = {"type": "text", "text": "Hi"}
FUNCTION = {"name": "f", "parameters": {"anything": "goes"}}


@pytest.mark.parametrize(
    ("path", "more", "param", "code"),
    [
        (CHAT, {"top_k": 5}, "top_k", UNSUPPORTED),
        (CHAT, {"max_token": 5}, "max_token", UNSUPPORTED),
        (CHAT, {"store": True}, "store", HOSTED),
        (CHAT, {"prompt_cache_key": "k"}, "prompt_cache_key", HOSTED),
        (CHAT, {"prompt_cache_retention": "24h"}, "prompt_cache_retention", HOSTED),
        (CHAT, {"functions": []}, "functions", UNSUPPORTED),
        (CHAT, {"stream": True, "stream_options": {"include_usages": True}}, "stream_options.include_usages", UNSUPPORTED),
        (CHAT, {"messages": [{**HI, "cache_control": {}}]}, "messages.0.cache_control", UNSUPPORTED),
        (CHAT, {"messages": [{"role": "user", "content": [PART, {**PART, "x": 1}]}]}, "messages.0.content.1.x", UNSUPPORTED),
        (CHAT, {"tools": [{"type": "function", "function": {**FUNCTION, "x": 1}}]}, "tools.0.function.x", UNSUPPORTED),
        *((RESPONSES, {name: value}, name, UNSUPPORTED) for name, value in {
            "previous_response_id": "resp_0", "store": False, "include": ["reasoning.encrypted_content"], "user": "u",
            "reasoning": {"effort": "low"}, "metadata": {"a": "b"}, "background": True, "conversation": "c",
        }.items()),
        (RESPONSES, {"text": {"verbosity": "low"}}, "text.verbosity", UNSUPPORTED),
        (IMAGES, {"stream": True}, "stream", UNSUPPORTED),
        (IMAGES, {"partial_images": 2}, "partial_images", UNSUPPORTED),
        (SPEECH, {"stream_format": "sse"}, "stream_format", UNSUPPORTED),
        (SPEECH, {"instructions": "Softly"}, "instructions", UNSUPPORTED),
        ("/embeddings", {"truncate": True}, "truncate", UNSUPPORTED),
        ("/rerank", {"return_documents": True}, "return_documents", UNSUPPORTED),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_unknown_fields_are_refused(plain, gateway, path, more, param, code):
    """By name, with a code, and for nothing."""
    assert plain.refused(path, **more)[:2] == (param, code)
    assert gateway.charges == []
    gateway.configure(unknown_fields="ignore")
    fine = gateway.journal[-1].body
    assert plain.post(path, fine).status_code == 200


@pytest.mark.parametrize(
    ("method", "target", "param"),
    [
        ("GET", "/models?limit=3", "limit"),
        ("GET", "/models/acme-chat-8b?a%5Bb%5D=1", "a[b]"),
        ("POST", f"{CHAT}?api-version=2024-10-21", "api-version"),
    ],
)
def test_unknown_parameters_of_the_query(plain, gateway, method, target, param):
    """They are refused like fields."""

    def ask():
        body = {"model": "acme-chat-8b", "messages": [HI]}
        return plain.client.request(method, target, json=None if method == "GET" else body)

    error = ask().json()["error"]
    assert (error["param"], error["code"]) == (param, UNSUPPORTED)
    assert gateway.charges == []
    gateway.configure(unknown_fields="ignore")
    assert ask().status_code == 200


def test_a_compressed_body(plain):
    """It is told as what it is, also where the label is wrong."""
    for coding, status in (("gzip", 400), ("br", 400), ("identity", 200), ("Identity", 200)):
        body = {"model": "acme-chat-8b", "messages": [HI]}
        answer = plain.client.post(CHAT, json=body, headers={"content-encoding": coding})
        assert answer.status_code == status
        assert status == 200 or answer.json()["error"]["param"] == "content-encoding"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (CHAT, dict.fromkeys(
            ["temperature", "top_p", "max_tokens", "max_completion_tokens", "n", "stop", "seed", "stream", "logprobs",
             "stream_options", "top_logprobs", "metadata", "logit_bias", "reasoning_effort", "presence_penalty",
             "frequency_penalty", "store", "service_tier", "prediction", "audio", "modalities", "unheard_of"]
        )),
        (CHAT, {"messages": [{"role": "assistant", "content": None, "tool_calls": None, "function_call": None,
                              "refusal": None, "audio": None}, HI]}),
        (CHAT, {"tools": [{"type": "function", "function": {**FUNCTION, "strict": None}}]}),
        (RESPONSES, dict.fromkeys(
            ["instructions", "temperature", "top_p", "max_output_tokens", "stream", "parallel_tool_calls",
             "previous_response_id", "store", "reasoning", "include", "metadata", "truncation"]
        )),
        (IMAGES, dict.fromkeys(["n", "response_format", "quality", "style", "stream", "background"])),
        (IMAGES, {"stream": False}),
        (SPEECH, {"stream_format": "audio"}),
        (RESPONSES, {"include": []}),  # as openai-agents asks for nothing more
    ],
)  # fmt: skip
def test_null_is_nothing(plain, path, more):
    """`null` in an optional field is taken where OpenAI's types have it; so is what changes nothing."""
    fine = {
        CHAT: {"model": "acme-chat-8b", "messages": [HI]},
        RESPONSES: {"model": "acme-chat-8b", "input": "Hi"},
        IMAGES: {"model": "acme-flux", "prompt": "x", "size": "8x8"},
        SPEECH: {"model": "acme-tts", "input": "Hi", "voice": "nova"},
    }
    answer = plain.post(path, {**fine[path], **more})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("path", "more", "param", "message"),
    [
        (CHAT, {"messages": [{"role": "user"}]}, "messages.0.content", 'in the user message: "content" is a required property'),
        (CHAT, {"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role", "expected one of 'user', 'assistant', 'tool', 'system', 'developer', got 'robot'"),
        (CHAT, {"messages": [{"content": "x"}]}, "messages.0.role", '"role" is a required property'),
        (CHAT, {"messages": ["x"]}, "messages.0", "expected object, got string"),
        (CHAT, {"messages": [{"role": "user", "content": 5}]}, "messages.0.content", "in the user message: expected string or array, got integer"),
        (CHAT, {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}]}, "messages.0.content.0.image_url", 'in the image_url: "x" is not of type "object"'),
        (CHAT, {"messages": [{"role": "user", "content": [{"type": "picture"}]}]}, "messages.0.content.0.type", "expected one of 'text', 'image_url', 'input_audio', 'video_url', 'file', got 'picture'"),
        (CHAT, {"messages": [{"role": "tool", "content": "x"}]}, "messages.0.tool_call_id", 'in the tool message: "tool_call_id" is a required property'),
        (CHAT, {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}}, "response_format.json_schema.schema", 'in the json_schema: "schema" is a required property'),
        (CHAT, {"response_format": {"type": "xml"}}, "response_format.type", "expected one of 'text', 'json_object', 'json_schema', got 'xml'"),
        (CHAT, {"tool_choice": "any"}, "tool_choice", '"any" is not one of "none", "auto" or "required"'),
        (CHAT, {"stop": 5}, "stop", "expected string or array or null, got integer"),
        (RESPONSES, {"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input.0.content.0.image_url", 'in the input_image: "image_url" is a required property'),
        (RESPONSES, {"input": [{"type": "function_call", "call_id": "1", "name": "f"}]}, "input.0.arguments", 'in the function_call: "arguments" is a required property'),
        (RESPONSES, {"input": [{"role": "robot", "content": "x"}]}, "input.0.role", "expected one of 'user', 'assistant', 'system', 'developer', got 'robot'"),
        (RESPONSES, {"tools": [{"type": "web_search"}]}, "tools.0.type", "expected one of 'function', got 'web_search'"),
        (RESPONSES, {"input": 5}, "input", "expected string or array, got integer"),
        ("/rerank", {"documents": ["b"]}, "documents", "documents is not allowed here"),
        ("/rerank", {"texts": None, "documents": [{"id": "x"}]}, "documents.0.content", '"text" or "content" is a required property'),
        ("/rerank", {"texts": None, "documents": [{"content": 5}]}, "documents.0.content", '5 is not of type "array"'),
        (RESPONSES, {"input": [{"type": "message", "role": "robot", "content": "x"}]}, "input.0.role", "expected one of 'user', 'assistant', 'system', 'developer', got 'robot'"),
        (RESPONSES, {"input": [{"type": "message", "content": "x"}]}, "input.0.role", '"role" is a required property'),
        (RESPONSES, {"input": [{"call_id": "1", "name": "f", "arguments": "{}"}]}, "input.0.type", '"type" is a required property'),
        (RESPONSES, {"tools": [{"type": "function", "parameters": {}}]}, "tools.0.name", 'in the function: "function" or "name" is a required property'),
        (RESPONSES, {"tools": [{"type": "function", "name": "f", "parameters": 5}]}, "tools.0.parameters", 'in the function: expected object or null, got integer'),
        (CHAT, {"tool_choice": {"function": {"name": "f"}}}, "tool_choice.type", '"type" is a required property'),
        (SPEECH, {"voice": ...}, "voice", '"voice" is a required property, or ref_audio and ref_text in its place'),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_unions_name_the_member_that_was_meant(plain, path, more, param, message):
    """Not "valid under none of the schemas", but what to mend, and where."""
    if more.get("texts", "") is None:
        answer = plain.post(
            path, {"model": "acme-rerank", "query": "a", "documents": more["documents"]}
        )
        error = answer.json()["error"]
        assert (error["param"], error["message"]) == (param, message)
        return
    found = plain.refused(path, **more)
    assert (found[0], found[2]) == (param, message)


def test_forms(plain, http_form):
    """A form's unknown parts too; `stream=false` is what is done anyway."""
    for more, param in (
        ({"stream": "true"}, "stream"),
        ({"chunking_strategy": "auto"}, "chunking_strategy"),
        ({"include[]": "logprobs"}, "include[]"),
    ):
        answer = http_form(more)
        error = answer.json()["error"]
        assert (answer.status_code, error["param"], error["code"]) == (400, param, UNSUPPORTED)
    assert http_form({"stream": "false"}).status_code == 200


@pytest.fixture
def http_form(plain):
    """Posts audio to transcribe."""
    speech = plain.post(
        SPEECH, {"model": "acme-tts", "input": "Hi", "voice": "nova", "response_format": "wav"}
    )

    def post(more):
        files = {"file": ("a.wav", speech.content, "audio/wav")}
        return plain.client.post(
            "/audio/transcriptions", data={"model": "acme-asr", **more}, files=files
        )

    return post


def test_openai_sees_the_refusal(gateway):
    """As that package tells it."""
    with openai.OpenAI(api_key=gateway.api_key, base_url=gateway.base_url, max_retries=0) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            client.responses.create(model="acme-chat-8b", input="Hi", previous_response_id="resp_0")
        assert (caught.value.param, caught.value.code) == ("previous_response_id", UNSUPPORTED)
        with pytest.raises(openai.BadRequestError):
            client.images.generate(model="acme-flux", prompt="x", stream=True)


def test_the_setting_is_checked():
    """A misspelt value is an error; and the command line has it too."""
    with pytest.raises(ValueError, match="unknown_fields: expected refuse or ignore"):
        Settings(unknown_fields="maybe")
    with Sandbox(process=True, settings=Settings(unknown_fields="ignore")) as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        body = {"model": "acme-chat-8b", "messages": [HI], "top_k": 5}
        assert httpx.post(gateway.base_url + CHAT, json=body, headers=headers).status_code == 200
