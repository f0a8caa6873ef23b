"""What the SDK sends is valid under the document, and the check that says so does fail.

The check itself stands in ``tests/conftest.py`` and runs after every test of the suite; here it is
held against requests that were spoiled on purpose.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.sent import ROOT, Sent, Tap, problems_of

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)
HELLO = [{"role": "user", "content": "Hi"}]
CALLS: dict[str, Callable[[Any], Any]] = {
    "createChatCompletion": lambda c: c.chat.completions.create(
        model="acme-chat-8b", messages=HELLO, max_tokens=5, temperature=0.5
    ),
    "createResponse": lambda c: c.responses.create(model="acme-chat-8b", input="Hi"),
    "createEmbedding": lambda c: c.embeddings.create(model="acme-embed-m", input=["a", "b"]),
    "createRerank": lambda c: c.rerank.create(model="acme-rerank", query="q", texts=["t"]),
    "createImage": lambda c: c.images.generate(model="acme-flux", prompt="p", n=1),
    "createSpeech": lambda c: c.audio.speech.create(model="acme-tts", input="Hi", voice="nova"),
    "createTranscription": lambda c: c.audio.transcriptions.create(
        model="acme-asr",
        file=WAV,
        temperature=0.5,
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    ),
    "listModels": lambda c: c.models.list(),
    "retrieveModel": lambda c: c.models.retrieve("Qwen/Qwen3-32B"),
    "createVoicePipeline": lambda c: c.voice.pipeline.create(audio=WAV),
}


@pytest.fixture
def sent(both: Any, session_tap: Tap) -> Callable[[str], Sent]:
    """Makes a call of an operation, and gives the request that came of it."""

    def send(operation: str) -> Sent:
        async def scenario() -> None:
            make = both.pipeline_client if operation == "createVoicePipeline" else both.client
            async with make() as client:
                await CALLS[operation](client)

        both.run(scenario)
        (request,) = session_tap.take()
        return request

    return send


@pytest.mark.parametrize("operation", CALLS)
def test_each_operation_sends_what_the_document_has(operation: str, sent: Any):
    """Method, path, headers and body of every operation; all of it was seen."""
    request = sent(operation)
    assert problems_of(request) == []
    assert request.body is not None
    assert (request.body == b"") is (request.method == "GET")


def body(**changes: Any) -> Callable[[Sent], Sent]:
    """Changes members of a JSON body; an ellipsis takes one away."""

    def change(request: Sent) -> Sent:
        members = {**json.loads(request.body or b""), **changes}
        kept = {key: value for key, value in members.items() if value is not ...}
        return request._replace(body=json.dumps(kept).encode())

    return change


def header(name: str, *values: str) -> Callable[[Sent], Sent]:
    """Gives a header these values."""

    def change(request: Sent) -> Sent:
        others = tuple(pair for pair in request.headers if pair[0] != name)
        return request._replace(headers=(*others, *((name, value) for value in values)))

    return change


def swap(old: bytes, new: bytes) -> Callable[[Sent], Sent]:
    """Replaces bytes of the body."""

    def change(request: Sent) -> Sent:
        assert old in (request.body or b"")
        return request._replace(body=(request.body or b"").replace(old, new, 1))

    return change


CHAT, FORM, LIST = "createChatCompletion", "createTranscription", "listModels"
SPOILED = [
    (CHAT, body(max_tokens=..., max_token=5), "'max_token' was unexpected"),
    (CHAT, body(model=...), "'model' is a required property"),
    (CHAT, body(temperature="hot"), "$.temperature: 'hot' is not of type 'number'"),
    (CHAT, body(temperature=3), "3 is greater than the maximum of 2"),
    (CHAT, body(messages=[{"role": "user", "text": "Hi"}]), "$.messages[0]"),
    (CHAT, body(messages=[]), "$.messages"),
    (CHAT, swap(b"0.5", b"NaN"), "NaN is not JSON"),
    (CHAT, swap(b'{"', b'{"model":"m","'), "a member stands twice"),
    (CHAT, swap(b"}", b""), "body: "),
    (CHAT, lambda sent: sent._replace(method="PUT"), "no such path and method"),
    (CHAT, lambda sent: sent._replace(path="/v1/chat/completion"), "no such path and method"),
    (CHAT, lambda sent: sent._replace(path="/chat/completions"), "no such path and method"),
    (CHAT, lambda sent: sent._replace(query="stream=1"), "query stream: none is documented"),
    (CHAT, header("authorization"), "header authorization"),
    (CHAT, header("authorization", "Bearer "), "header authorization"),
    (CHAT, header("accept", "text/html"), "header accept"),
    (CHAT, header("accept"), "header accept"),
    (CHAT, header("content-type", "text/plain"), "header content-type"),
    (CHAT, header("idempotency-key", "k" * 256), "header Idempotency-Key"),
    (CHAT, header("idempotency-key", "a", "b"), "header idempotency-key: sent 2 times"),
    (CHAT, header("x-client-request-id", "   "), "header X-Client-Request-Id"),
    (LIST, header("idempotency-key", "k"), "header idempotency-key: this operation has none"),
    (LIST, header("content-type", "application/json"), "body: this operation has none"),
    ("retrieveModel", lambda s: s._replace(path="/v1/models/Qwen/Qwen3"), "no such path"),
    ("retrieveModel", lambda s: s._replace(path="/v1/models/a b"), "'a b' is not encoded"),
    ("createVoicePipeline", lambda s: s._replace(path="/v1/pipeline"), "no such path"),
    ("createVoicePipeline", lambda s: s._replace(path="/v1/a/b/pipeline"), "no such path"),
    ("createVoicePipeline", header("content-type", "text/plain"), "is no audio"),
    ("createVoicePipeline", lambda s: s._replace(body=b""), "body: missing"),
    ("createEmbedding", body(input=["a", " "]), "$.input"),
    ("createRerank", body(texts=["t"] * 501), "$.texts"),
    (FORM, swap(b'name="response_format"', b'name="format"'), "'format' was unexpected"),
    (FORM, swap(b'name="model"', b'name="prompt"'), "'model' is a required property"),
    (FORM, swap(b"0.5", b"hot"), "body: "),
    (FORM, swap(b"verbose_json", b"yaml"), "$.response_format: 'yaml'"),
    (FORM, swap(b"granularities[]", b"granularities"), "'timestamp_granularities' was unexpected"),
    (FORM, swap(b"; filename=", b"; file="), "file: a file was expected"),
    (FORM, swap(b"RIFF", b"--\r\n\r\nRIFF"), None),
    (FORM, header("content-type", "multipart/form-data; boundary=other"), "not a form"),
]


@pytest.mark.parametrize(
    ("operation", "spoil", "problem"),
    SPOILED,
    ids=[f"{operation}-{problem}" for operation, _, problem in SPOILED],
)
def test_a_planted_fault_is_found(operation: str, spoil: Any, problem: str | None, sent: Any):
    """Each fault is named; what only looks like one is none."""
    found = problems_of(spoil(sent(operation)))
    if problem is None:
        assert found == []
    else:
        assert any(problem in line for line in found), found


@pytest.mark.sends_invalid("extra_body is for what the document does not know")
def test_what_goes_around_the_checks_is_marked(both: Any):
    """The one way to send undocumented members works, and needs the mark."""

    both.gateway.configure(unknown_fields="ignore")

    async def scenario() -> None:
        async with both.client() as client:
            await client.chat.completions.create(
                model="acme-chat-8b", messages=HELLO, extra_body={"mood": 5}
            )

    both.run(scenario)
    assert both.gateway.journal[-1].body["mood"] == 5


BROKEN = """
import pytest
import runinfra_ext._call.requests as requests

encoded = requests.encoded

def renamed(body):
    return encoded({{"inputs" if name == "input" else name: body[name] for name in body}})

{mark}
def test_it(client, monkeypatch):
    if {broken}:
        monkeypatch.setattr(requests, "encoded", renamed)
    try:
        client.embeddings.create(model="acme-embed-m", input="Hi")
    except Exception:
        pass
"""
MARK = '@pytest.mark.sends_invalid("because")'


@pytest.mark.parametrize(
    ("broken", "mark", "told"),
    [
        (False, "", "1 passed"),
        (True, "", "sent against the document"),
        (True, MARK, "1 passed"),
        (False, MARK, "marked sends_invalid, but every request was valid"),
    ],
    ids=["valid", "broken", "broken-marked", "valid-marked"],
)
def test_a_broken_request_builder_fails_any_test(broken, mark, told, tmp_path):
    """A renamed field fails a test that looks at nothing; a mark without need fails too."""
    path = tmp_path / "test_broken.py"
    path.write_text(BROKEN.format(mark=mark, broken=broken), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "-p", "tests.conftest", "-p", "no:cacheprovider", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told in done.stdout
    assert (done.returncode == 0) is (told == "1 passed"), done.stdout
    if broken and not mark:
        assert "POST /v1/embeddings: body: $" in done.stdout
