"""What schemathesis has to know beyond the document: facts of the deployments behind a gateway."""

from __future__ import annotations

import itertools
import json
import os

import hypothesis.strategies as st
import schemathesis
from schemathesis.generation import GenerationMode

# The sandbox's; another gateway's come as JSON in a variable.
MODELS = {
    "createChatCompletion": "acme-chat-8b",
    "createResponse": "acme-chat-8b",
    "createEmbedding": "acme-embed-m",
    "createRerank": "acme-rerank",
    "createImage": "acme-flux",
    "createSpeech": "acme-tts",
    "createTranscription": "acme-asr",
    **json.loads(os.environ.get("RUNINFRA_CONTRACT_MODELS", "{}")),
}
# What a deployment can do is its own matter: it may refuse other values with a 400.
POSSIBLE = {
    "createChatCompletion": {"n": 2},
    "createImage": {"size": "64x64"},
    "createSpeech": {"response_format": "wav"},
    "createEmbedding": {"dimensions": 32},
}
_numbers = itertools.count()

schemathesis.openapi.media_type("audio/wav", st.just(b"RIFF\x04\x00\x00\x00WAVE"))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Say of each stream what its events are: OpenAPI 3.1 only has a word for the whole text."""
    for item in raw_schema["paths"].values():
        for operation in item.values():
            stream = operation.get("x-runinfra-stream")
            if stream:
                content = operation["responses"]["200"]["content"]["text/event-stream"]
                content["schema"] = event(stream)


def event(stream):
    """The schema of a server-sent event, whose data is JSON or the sentinel."""
    component = {"$ref": f"#/components/schemas/{stream['event']}"}
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": component,
    }
    properties = {
        "event": {"type": ["string", "null"]},
        "data": {"anyOf": [{"const": "[DONE]"}, data]},
    }
    return {"type": "object", "required": ["data"], "properties": properties}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Make a valid request one that can be served: its model, its values, and a key of its own."""
    if case.meta is not None and case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    operation_id = case.operation.definition.raw.get("operationId")
    if isinstance(case.body, dict):
        if operation_id in MODELS and "model" in case.body:
            case.body["model"] = MODELS[operation_id]
        for name, value in POSSIBLE.get(operation_id, {}).items():
            if name in case.body:
                case.body[name] = value
        _make_tools_possible(case.body)
        _make_sound_real(case.body)
    key = (case.headers or {}).get("Idempotency-Key")
    if key:
        # The same key with another body is a conflict, which would hide everything else.
        case.headers["Idempotency-Key"] = f"{key[:200]}-{next(_numbers)}"


def _make_tools_possible(body):
    """A model can only call what is there, and only write what its schema lets exist."""
    tools = [tool for tool in body.get("tools") or [] if isinstance(tool, dict)]
    for tool in tools:
        function = tool.get("function", tool)
        if function.get("parameters") is not None:
            function["parameters"] = {"type": "object"}
    choice = body.get("tool_choice")
    if choice == "required" and not tools:
        body["tool_choice"] = "auto"
    elif isinstance(choice, dict):
        names = [tool.get("function", tool)["name"] for tool in tools]
        if not names:
            body["tool_choice"] = "auto"
        elif "function" in choice:
            choice["function"]["name"] = names[0]
        else:
            choice["name"] = names[0]
    for form in (body.get("response_format"), (body.get("text") or {}).get("format")):
        if isinstance(form, dict) and form.get("type") == "json_schema":
            form.get("json_schema", form)["schema"] = {"type": "object"}


def _make_sound_real(value):
    """Base64 is more than a text, and a deployment listens to it."""
    if isinstance(value, dict):
        if value.get("type") == "input_audio" and isinstance(value.get("input_audio"), dict):
            value["input_audio"]["data"] = "UklGRg=="
        for item in value.values():
            _make_sound_real(item)
    elif isinstance(value, list):
        for item in value:
            _make_sound_real(item)
