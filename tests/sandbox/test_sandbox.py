"""The sandbox by itself: with a plain HTTP client, not with the SDK."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import wave

import httpx
import pytest

from runinfra_ext.sandbox import Sandbox, Settings
from runinfra_ext.sandbox.server import listen
from runinfra_ext.sandbox.strict import problem_of

HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Name one prime."}]}


@pytest.fixture
def http(gateway):
    """A plain client with the workspace's key."""
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers) as client:
        yield client


def test_headers_of_every_answer(http):
    """Request ids, rate limits and the client's own id, on success and on error."""
    for path, status in (("/models", 200), ("/models/nothing", 404)):
        answer = http.get(path, headers={"X-Client-Request-Id": "mine"})
        assert answer.status_code == status
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["x-client-request-id"] == "mine"
        assert answer.headers["x-ratelimit-limit"] == "60000"


@pytest.mark.parametrize(
    ("path", "key", "status", "kind"),
    [
        ("/models", "", 401, "auth_error"),
        ("/models", "nonsense", 401, "auth_error"),
        ("/models", "expired", 401, "auth_error"),
        ("/models", "pipeline", 200, None),
        ("/pipe_demo/models", "pipeline", 200, None),
        ("/pipe_demo/models", "workspace", 200, None),
        ("/pipe_other/models", "pipeline", 403, "permission_denied"),
        ("/pipe_none/models", "workspace", 404, "not_found_error"),
        ("/nowhere", "workspace", 404, "not_found_error"),
        ("/completions", "workspace", 404, "not_found_error"),
    ],
)
def test_keys_and_scopes(gateway, path, key, status, kind):
    """Who may go where."""
    keys = {
        "workspace": gateway.api_key,
        "pipeline": gateway.pipeline_api_key,
        "expired": gateway.expired_api_key,
    }
    headers = {"authorization": f"Bearer {keys.get(key, key)}"} if key else {}
    answer = httpx.get(gateway.base_url + path, headers=headers)
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("type") == kind


def test_wrong_method(http):
    """A route without the method says which it has."""
    answer = http.delete("/models")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "model"),
        ({"model": "acme-chat-8b"}, "messages"),
        ({**HELLO, "messages": []}, "messages"),
        ({**HELLO, "temperature": 9}, "temperature"),
        ({**HELLO, "temperature": "hot"}, "temperature"),
        ({**HELLO, "reasoning_effort": "huge"}, "reasoning_effort"),
        ({**HELLO, "model": "nothing"}, "model"),
    ],
)
def test_requests_are_held_against_the_document(http, body, param):
    """A field that breaks the document is named."""
    answer = http.post("/chat/completions", json=body)
    assert answer.status_code == (404 if body.get("model") == "nothing" else 400)
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON: Expecting value (line 1, column 1)."),
        (b'{"a":\n 1,}', "(line 2, column 4)."),
        (b'{"a": 1} x', "not JSON: Extra data (line 1, column 10)."),
        (b"[1]", "not a JSON object."),
        (b"\xff", "not JSON: it is not UTF-8 (byte 0)."),
        ('{"model": "acme-chat-8b"}'.encode("utf-16"), "not JSON: it is not UTF-8 (byte 0)."),
        (b'{"a": NaN}', "not JSON: NaN is no number of it."),
        (b'{"a": 1e999}', "not JSON: 1e999 is no number of it."),
        (b'{"a": "\\ud83d"}', "not JSON: half of a surrogate pair is no character."),
        (b'{"a": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", "not JSON: it is nested too deeply."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bodies_that_are_no_json_objects(http, content, why):
    """Not JSON is a 400 that says where, never a 500."""
    answer = http.post(
        "/chat/completions", content=content, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")
    assert answer.json()["error"]["message"].endswith(why)


def test_headers_that_come_twice(http, gateway):
    """None of them is passed over: together they are one list, which is no key."""
    for name in ("idempotency-key", "authorization"):
        headers = [(name, http.headers.get(name, "k")), (name, "other")]
        assert httpx.get(gateway.base_url + "/models", headers=headers).status_code in {400, 401}


def test_head_of_the_window(gateway):
    """It is that of the page, and no body."""
    answer = httpx.head(gateway.root_url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/html")


ANSWERS = [
    ("/chat/completions", HELLO, "ChatCompletion"),
    ("/responses", {"model": "acme-chat-8b", "input": "Hi"}, "Response"),
    ("/embeddings", {"model": "acme-embed-m", "input": "Hi"}, "EmbeddingList"),
    ("/rerank", {"model": "acme-rerank", "query": "a", "texts": ["a"]}, "RerankResult"),
    ("/images/generations", {"model": "acme-flux", "prompt": "x", "size": "8x8"}, "ImageList"),
]


@pytest.mark.parametrize(("path", "body", "component"), ANSWERS)
def test_own_answers_satisfy_the_document(http, path, body, component):
    """The sandbox holds itself to the document too."""
    answer = http.post(path, json=body)
    assert answer.status_code == 200
    assert problem_of(component, answer.json()) is None


def test_own_events_satisfy_the_document(http):
    """Every event of both streams is of its component."""
    for path, body, component in (
        ("/chat/completions", HELLO, "ChatCompletionChunk"),
        ("/responses", {"model": "acme-chat-8b", "input": "Hi"}, "ResponseStreamEvent"),
    ):
        lines = http.post(path, json={**body, "stream": True}).text.splitlines()
        events = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
        assert len(events) >= 3
        assert [problem_of(component, event) for event in events] == [None] * len(events)


def test_idempotency_and_charges(http, gateway):
    """The same key replays uncharged; another body is refused; a failed call gives the key back."""
    headers = {"Idempotency-Key": "k1"}
    first = http.post("/chat/completions", json=HELLO, headers=headers)
    again = http.post("/chat/completions", json=HELLO, headers=headers)
    other = http.post("/chat/completions", json={**HELLO, "n": 2}, headers=headers)
    assert again.json() == first.json()
    assert again.headers["x-runinfra-idempotent-replay"] == "true"
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert [charge.idempotency_key for charge in gateway.charges] == ["k1"]
    bad = {**HELLO, "model": "nothing"}
    assert (
        http.post("/chat/completions", json=bad, headers={"Idempotency-Key": "k2"}).status_code
        == 404
    )
    assert (
        http.post("/chat/completions", json=HELLO, headers={"Idempotency-Key": "k2"}).status_code
        == 200
    )


def test_large_answers_are_not_kept(gateway):
    """Beyond the limit of the store a repeat is a 422, and runs nothing."""
    with Sandbox(settings=Settings(max_replay_bytes=10)) as small:
        headers = {"authorization": f"Bearer {small.api_key}", "Idempotency-Key": "k"}
        for status in (200, 422):
            answer = httpx.post(small.base_url + "/chat/completions", json=HELLO, headers=headers)
            assert answer.status_code == status
        assert answer.json()["error"]["code"] == "idempotency_replay_unavailable"
        assert len(small.charges) == 1


def test_a_running_request_holds_its_key(gateway):
    """While the first request runs, a second with its key is a 409."""
    gateway.configure(tokens_per_second=0)
    headers = {"authorization": f"Bearer {gateway.api_key}", "Idempotency-Key": "k"}
    from runinfra_ext.sandbox.state import Stored

    body = json.loads(json.dumps(HELLO))
    import hashlib

    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    gateway.state.stored["None", "createChatCompletion", "k"] = Stored(digest)
    answer = httpx.post(gateway.base_url + "/chat/completions", json=HELLO, headers=headers)
    assert answer.status_code == 409
    assert "still running" in answer.json()["error"]["message"]


def test_speech_is_playable(http):
    """The WAV is one that Python's own reader plays, not silence, and as long as it says."""
    body = {
        "model": "acme-tts",
        "input": "Mind the gap.",
        "voice": "nova",
        "response_format": "wav",
    }
    data = http.post("/audio/speech", json=body).content
    with wave.open(io.BytesIO(data)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (
            1,
            2,
            16000,
        )
        assert reader.getnframes() == int(13 * 0.05 * 16000)
        assert any(reader.readframes(2000))


def test_unknown_faults_are_told(http):
    """A misspelt fault is an error that lists the real ones."""
    answer = http.post("/chat/completions", json=HELLO, headers={"X-Sandbox-Fault": "thunder"})
    assert answer.json()["error"]["code"] == "unknown_fault"
    assert "never-answer" in answer.json()["error"]["message"]


def test_faults_by_model_and_script(http, gateway):
    """A fault can be asked for by the model's name, and queued."""
    body = {**HELLO, "model": "fault/429"}
    assert http.post("/chat/completions", json=body).status_code == 429
    gateway.script("503", "ok", "500")
    statuses = [http.post("/chat/completions", json=HELLO).status_code for _ in range(4)]
    assert statuses == [503, 200, 500, 200]


def test_pace_and_heartbeats():
    """A slow stream sends comments while nothing is to be said."""
    settings = Settings(tokens_per_second=10, heartbeat_seconds=0.03)
    with Sandbox(settings=settings) as slow:
        headers = {"authorization": f"Bearer {slow.api_key}"}
        body = {**HELLO, "stream": True}
        text = httpx.post(slow.base_url + "/chat/completions", json=body, headers=headers).text
    assert ": heartbeat\n\n" in text
    assert text.endswith("data: [DONE]\n\n")


def test_credentials_are_not_in_the_journal(http, gateway):
    """The journal leaves the authorization header out."""
    http.post("/chat/completions", json=HELLO)
    assert gateway.api_key not in repr(gateway.journal)
    assert gateway.journal[0].body == HELLO


def test_as_a_process():
    """The same over a process: facts, journal, charges, script, reset; and it ends cleanly."""
    with Sandbox(process=True) as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        gateway.script("503")
        url = gateway.base_url + "/chat/completions"
        assert httpx.post(url, json=HELLO, headers=headers).status_code == 503
        assert httpx.post(url, json=HELLO, headers=headers).status_code == 200
        assert [entry.status for entry in gateway.journal] == [503, 200]
        assert len(gateway.charges) == 1
        gateway.reset()
        assert gateway.journal == []
        process = gateway._process
    assert process.returncode is not None


def test_a_process_that_does_not_end_is_killed(monkeypatch):
    """Here one that the system has stopped: it hears of nothing."""
    monkeypatch.setattr("runinfra_ext.sandbox.server._PATIENCE", 0.1)
    with Sandbox(process=True) as gateway:
        process = gateway._process
        process.send_signal(signal.SIGSTOP)
    assert process.returncode == -signal.SIGKILL


def command(*arguments):
    """The command line."""
    return [sys.executable, "-m", "runinfra_ext.sandbox", *arguments]


def test_command_line_prints_and_logs():
    """It prints what a client needs, logs each request on a line, and ends on SIGTERM."""
    process = subprocess.Popen(command("--port", "0"), stdout=subprocess.PIPE, text=True)
    facts = dict(process.stdout.readline().split() for _ in range(5))
    assert set(facts) == {"base_url", "api_key", "pipeline_id", "pipeline_api_key", "window"}
    headers = {"authorization": f"Bearer {facts['api_key']}"}
    assert httpx.get(facts["base_url"] + "/models", headers=headers).status_code == 200
    assert process.stdout.readline() == "req_000001 200 GET /v1/models\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) in {0, -signal.SIGTERM}
    process.stdout.close()


def test_command_line_with_a_taken_port():
    """A port that is taken is one clear line, and exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(command("--port", port), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"can't listen on 127.0.0.1:{port}: ")
    assert done.stderr.count("\n") == 1


def test_nothing_is_left_behind():
    """After the block no thread and no socket is left."""
    before = set(threading.enumerate())
    descriptors = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with Sandbox() as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        httpx.get(gateway.base_url + "/models", headers=headers)
    assert set(threading.enumerate()) <= before  # one of another test's may end meanwhile
    if descriptors:
        assert len(os.listdir("/proc/self/fd")) <= descriptors


def test_answers_leave_at_once():
    """Connections are without Nagle's algorithm, which would add 40 ms to each reused one."""

    async def main():
        taken = asyncio.get_running_loop().create_future()
        listener = listen("127.0.0.1", 0)

        async def accept(reader, writer):
            sock = writer.get_extra_info("socket")
            taken.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(accept, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            value = await taken
            writer.close()
            await writer.wait_closed()
            return value

    assert asyncio.run(main()) == 1
