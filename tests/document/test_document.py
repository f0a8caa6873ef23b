"""The document is clean, complete, and its rules catch planted mistakes."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import lint_document  # noqa: E402 - behind the path to it
from generation.normal import normal  # noqa: E402 - the same
from linting.source import Source  # noqa: E402 - the same

SOURCE = Source(ROOT / "openapi/runinfra.yaml").document
DOCUMENT = normal(SOURCE)
SCHEMAS = DOCUMENT["components"]["schemas"]


def test_no_findings():
    """The document follows its own rules."""
    assert lint_document.lint(SOURCE) == []


def test_the_validator_and_the_linter_of_the_ecosystem_find_nothing():
    """`make document` passes, warnings included."""
    command = [sys.executable, "scripts/check_document.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def schema(name):
    """Path to a schema component."""
    return ("components", "schemas", name)


CHAT = ("paths", "/chat/completions", "post")
MISTAKES = [
    ((*schema("Model"), "description"), None, "described"),
    ((*schema("Model"), "properties", "created", "default"), 1, "no-default"),
    ((*schema("Model"), "properties", "created", "title"), "Created", "no-title"),
    ((*schema("Model"), "properties", "created", "type"), "number", "nullable"),
    (
        (*schema("Model"), "properties", "pricing"),
        {"type": ["object", "null"], "properties": {"input": {"type": ["number", "null"]}}},
        "named-object",
    ),
    (schema("UsageCost"), {"type": "string", "description": "x", "enum": ["a"]}, "open-enum"),
    (
        schema("ReasoningEffort"),
        {"type": ["string", "null"], "description": "x", "enum": ["none", None]},
        "no-null-in-enum",
    ),
    (
        (*schema("ResponseFormatText"), "properties", "type", "const"),
        "json_object",
        "distinct-tags",
    ),
    (
        (*schema("UnknownResponseStreamEvent"), "properties", "type", "not", "enum"),
        ["error"],
        "unknown-kinds",
    ),
    ((*schema("RerankRequest"), "else", "required"), ["document"], "required"),
    ((*CHAT, "summary"), None, "complete"),
    ((*CHAT, "x-runinfra-stream"), None, "stream"),
    ((*CHAT, "responses", "200", "headers", "x-request-id"), None, "request-id"),
    ((*CHAT, "requestBody", "content", "application/json", "examples"), None, "example"),
    (
        (
            *CHAT,
            "requestBody",
            "content",
            "application/json",
            "examples",
            "question",
            "value",
            "messages",
        ),
        [],
        "valid-example",
    ),
    (
        (*CHAT, "responses", "200", "content", "text/event-stream", "examples", "stream", "value"),
        'data: {"id": 5}\n\n',
        "valid-example",
    ),
    (schema("Stray"), {"type": "object", "description": "x"}, "used"),
]


@pytest.mark.parametrize(("where", "value", "rule"), MISTAKES, ids=lambda v: str(v)[-40:])
def test_a_planted_mistake_is_found(where, value, rule):
    """Each rule finds a mistake of its kind, at its place."""
    document = copy.deepcopy(DOCUMENT)
    node = document
    for part in where[:-1]:
        node = node[part]
    if value is None:
        del node[where[-1]]
    else:
        node[where[-1]] = value
    assert rule in {finding.rule for finding in lint_document.lint(document)}


def test_lines_are_true(tmp_path):
    """A finding names the line of the mistake, and the command fails."""
    text = (ROOT / "openapi/runinfra.yaml").read_text("utf-8")
    marked = text.replace(
        "        id: {type: string, description: What to give as `model`.}",
        "        id: {type: string, default: x}",
    )
    path = tmp_path / "runinfra.yaml"
    path.write_text(marked, "utf-8")
    command = [sys.executable, str(ROOT / "scripts/lint_document.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = marked[: marked.index("id: {type: string, default: x}")].count("\n") + 1
    assert done.returncode == 1
    assert f"openapi/runinfra.yaml:{line}: no-default" in done.stdout


FREE = {"listModels", "retrieveModel"}
PAID = {
    "createChatCompletion",
    "createResponse",
    "createEmbedding",
    "createRerank",
    "createImage",
    "createSpeech",
    "createTranscription",
    "createVoicePipeline",
}
DOCUMENTED = {"200", "400", "401", "402", "403", "404", "409", "429", "500", "502", "503", "504"}


def test_documented_statuses():
    """The ten operations have the gateway's statuses; 422 only where answers are kept."""
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            statuses = set(operation["responses"])
            if operation["operationId"] in FREE:
                assert {"200", "401"} <= statuses
            if operation["operationId"] not in PAID:
                continue
            assert statuses >= DOCUMENTED, path
            kept = {"createChatCompletion", "createResponse", "createRerank"}
            assert ("422" in statuses) is (operation["operationId"] in kept)


def test_fixed_names():
    """The ten operations, and the components that the SDK is built on."""
    ids = {op["operationId"] for item in DOCUMENT["paths"].values() for op in item.values()}
    assert ids >= FREE | PAID
    assert {"WebhookEvent", "ErrorEnvelope", "ResponseStreamEvent", "ChatMessage"} <= set(SCHEMAS)
    assert [server["url"] for server in DOCUMENT["servers"]] == [
        "https://api.runinfra.ai/v1",
        "https://api.runinfra.ai/v1/{pipeline_id}",
    ]


def test_every_stream_event_of_the_contract():
    """The Responses event family is complete, and its tags are the wire's."""
    tags = {
        SCHEMAS[m["$ref"].rsplit("/", 1)[-1]]["properties"]["type"].get("const")
        for m in SCHEMAS["ResponseStreamEvent"]["anyOf"]
    }
    assert tags >= {
        "response.created",
        "response.in_progress",
        "response.queued",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.output_text.annotation.added",
        "response.refusal.delta",
        "response.refusal.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.reasoning_text.delta",
        "response.reasoning_text.done",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "response.completed",
        "response.incomplete",
        "response.failed",
        "error",
        None,
    }
