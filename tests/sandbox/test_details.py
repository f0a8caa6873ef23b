"""Small things that applications trip over."""

from __future__ import annotations

import base64
import functools
import itertools
import json
import math
import socket
import subprocess
import sys

import httpx
import pytest

from runinfra_ext.sandbox import Sandbox, Settings, vectors

SHORT = [
    "a",
    "b",
    "A b",
    "b A",
    "?",
    "!",
    "+",
    "-",
    "😀",
    "😢",
    "👍🏽",
    "👍",
    "👩‍👧",
    "👩",
    "中",
    "文",
    "1",
    "2",
    "…",
    "a!",
    "é",
    "..",
]


def embedded(plain, texts, **more):
    """The vectors of texts."""
    body = {"model": "acme-embed-m", "input": texts, **more}
    return [tuple(item["embedding"]) for item in plain.post("/embeddings", body).json()["data"]]


@pytest.mark.parametrize("dimensions", [None, 64])
def test_short_texts_differ(plain, dimensions):
    """Letters, signs and emoji have vectors of their own, of length one."""
    found = embedded(plain, SHORT, dimensions=dimensions) if dimensions else embedded(plain, SHORT)
    assert len(set(found)) == len(SHORT)
    assert all(math.isclose(sum(x * x for x in vector), 1, abs_tol=1e-5) for vector in found)
    for one, other in itertools.combinations(found, 2):
        assert sum(x * y for x, y in zip(one, other, strict=True)) < 0.9999


@pytest.mark.parametrize("query", ["😀", "b", "?"])
def test_rerank_finds_short_texts(plain, query):
    """The same sign is the best match."""
    body = {"model": "acme-rerank", "query": query, "texts": SHORT}
    best = plain.post("/rerank", body).json()["results"][0]
    assert best["text"] == query


def test_each_feature_is_looked_up_once(monkeypatch):
    """However often a long text repeats itself; words that came before are not looked up again."""
    hashed = []

    def counting(feature):
        hashed.append(feature)
        return len(feature)

    monkeypatch.setattr(vectors, "_hashed", counting)
    monkeypatch.setattr(vectors, "_place", functools.lru_cache(counting))
    vector = vectors.embed("red foxes " * 20_000 + "a" * 500_000)
    assert sum(value * value for value in vector) == pytest.approx(1)
    assert len(hashed) < 30
    hashed.clear()
    vectors.embed("foxes are red")
    assert "foxes" not in hashed
    assert "are" in hashed


def test_texts_that_share_words_are_near(plain):
    """Still nearer than those that share signs only."""
    a, b, c = embedded(plain, ["the red fox, a fox", "a red fox!", "one, two!"])
    near = sum(x * y for x, y in zip(a, b, strict=True))
    assert near > 0.5 > sum(x * y for x, y in zip(b, c, strict=True))


TEXT = "Name one prime, please."


def test_tokens_do_not_depend_on_the_form(plain):
    """A text counts the same as a string, as a part, in an item, and in a document."""
    forms = [
        TEXT,
        [{"type": "text", "text": TEXT}],
        [{"type": "text", "text": part} for part in ("Name one", "prime, please.")],
    ]
    body = {"model": "acme-chat-8b"}
    used = {
        plain.post(
            "/chat/completions", {**body, "messages": [{"role": "user", "content": form}]}
        ).json()["usage"]["prompt_tokens"]
        for form in forms
    }
    assert used == {4}
    inputs = [
        TEXT,
        [{"role": "user", "content": TEXT}],
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": TEXT}]}],
    ]
    assert {plain.respond(given)["usage"]["input_tokens"] for given in inputs} == {4}
    documents = [TEXT, {"text": TEXT}, {"id": "1", "content": [{"type": "text", "text": TEXT}]}]
    used = {
        plain.post("/rerank", {"model": "acme-rerank", "query": "q", "documents": [one]}).json()[
            "usage"
        ]["prompt_tokens"]
        for one in documents
    }
    assert used == {5}
    picture = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
    content = [{"type": "text", "text": TEXT}, picture]
    answer = plain.post(
        "/chat/completions", {**body, "messages": [{"role": "user", "content": content}]}
    )
    assert answer.json()["usage"]["prompt_tokens"] > 4


@pytest.mark.parametrize(
    ("wanted", "members"),
    [
        ([], {"segments"}),
        (["word"], {"words"}),
        (["segment"], {"segments"}),
        (["word", "segment"], {"words", "segments"}),
    ],
)
def test_words_only_when_asked_for(plain, wanted, members):
    """As OpenAI has it: segments unless only words are wanted."""
    speech = plain.post(
        "/audio/speech", {"model": "acme-tts", "input": "Mind the gap.", "voice": "nova"}
    )
    data = {
        "model": "acme-asr",
        "response_format": "verbose_json",
        "timestamp_granularities[]": wanted,
    }
    answer = plain.client.post(
        "/audio/transcriptions", data=data, files={"file": ("a.mp3", speech.content)}
    )
    assert {"words", "segments"} & set(answer.json()) == members


def parts(plain, form):
    """A sound as a part: the sandbox's own speech."""
    body = {
        "model": "acme-tts",
        "input": "Say: hello there",
        "voice": "nova",
        "response_format": form,
    }
    data = base64.b64encode(plain.post("/audio/speech", body).content).decode()
    return [{"type": "input_audio", "input_audio": {"data": data, "format": form}}]


@pytest.mark.parametrize("form", ["wav", "mp3", "flac"])
def test_sound_is_heard(plain, form):
    """What the sandbox spoke it understands in a message too, in chat and Responses."""
    content = parts(plain, form)
    messages = [{"role": "user", "content": content}]
    assert plain.chat(messages)["message"]["content"] == "hello there"
    assert plain.respond(messages)["output_text"] == "hello there"


MEDIA = {
    "image": {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
    "video": {"type": "video_url", "video_url": {"url": "https://a.example/b.mp4"}},
    "file": {"type": "file", "file": {"file_data": "aGk=", "filename": "a.txt"}},
    "audio": {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
}


@pytest.mark.parametrize("kind", MEDIA)
def test_media_are_taken_where_the_model_takes_them(plain, kind):
    """A model lists what it takes; one that does not is a 400 that names the part."""
    messages = [
        {"role": "system", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": "Say: x"}, MEDIA[kind]]},
    ]
    models = {model["id"]: model for model in plain.client.get("/models").json()["data"]}
    assert kind in models["acme-chat-8b"]["input_modalities"]
    assert plain.chat(messages)["message"]["content"] == "x"
    body = {"model": "Qwen/Qwen3-32B", "messages": messages}
    error = plain.post("/chat/completions", body).json()["error"]
    assert (error["param"], error["code"]) == (
        "messages.1.content.1",
        "unsupported_backend_modality",
    )


def test_media_in_responses(plain):
    """The same in that dialect's names, with its own place of the part."""
    file = {"type": "input_file", "file_data": "data:text/plain;base64,aGk="}
    given = [{"role": "user", "content": [{"type": "input_text", "text": "Say: x"}, file]}]
    assert plain.respond(given, instructions="Hi")["output_text"] == "x"
    body = {"model": "Qwen/Qwen3-32B", "input": given, "instructions": "Hi"}
    assert plain.post("/responses", body).json()["error"]["param"] == "input.0.content.1"
    bad = {"type": "input_audio", "input_audio": {"data": "no base64!", "format": "wav"}}
    param, code, _ = plain.refused("/responses", input=[{"role": "user", "content": [bad]}])
    assert (param, code) == ("input.0.content.0.input_audio.data", None)


HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Name one prime."}]}
IMPOSSIBLE = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"not": {}}}}


@pytest.mark.parametrize(
    ("before", "body", "status", "after"),
    [
        ({"balance_cents": 0}, {}, 402, {"balance_cents": None}),
        ({"spend_cap_cents": 0}, {}, 403, {"spend_cap_cents": None}),
        ({"capacity": 0}, {}, 503, {"capacity": None}),
        ({"cold_start_seconds": 60}, {}, 503, {"cold_start_seconds": 0}),
        ({}, {"model": "acme-paused"}, 429, {}),
        ({}, {"model": "acme-byoc-70b"}, 403, {"plan": "enterprise"}),
        ({}, {"model": "nothing"}, 404, {}),
        ({}, {"response_format": IMPOSSIBLE}, 400, {}),
        ({}, {"n": 17}, 400, {}),
        ({}, {"top_k": 1}, 400, {}),
        ({}, {"model": "fault/503"}, 503, {}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_key_of_a_refused_request_is_free(plain, gateway, before, body, status, after):
    """Nothing was done, so the key may be used again: for the same request, or for another."""
    headers = {"Idempotency-Key": "k"}
    gateway.configure(**before)
    refused = plain.client.post("/chat/completions", json={**HELLO, **body}, headers=headers)
    assert refused.status_code == status
    gateway.configure(**after)
    other = HELLO if body and not after else {**HELLO, **body}
    again = plain.client.post("/chat/completions", json=other, headers=headers)
    assert again.status_code == 200
    assert "x-runinfra-idempotent-replay" not in again.headers
    assert len(gateway.charges) == 1


def test_the_key_of_a_limited_request_is_free():
    """The rate limit comes before everything else."""
    now = [1_800_000_000.0]
    with Sandbox(settings=Settings(requests_per_minute=1), clock=lambda: now[0]) as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}", "Idempotency-Key": "k"}
        url = gateway.base_url + "/chat/completions"
        assert (
            httpx.post(
                gateway.base_url + "/embeddings",
                json={"model": "acme-embed-m", "input": "a"},
                headers=headers,
            ).status_code
            == 200
        )
        assert httpx.post(url, json=HELLO, headers=headers).status_code == 429
        now[0] += 61
        assert httpx.post(url, json=HELLO, headers=headers).status_code == 200


def leave(address, key, body, fault=None, read=0):
    """Ask, read so many bytes, and hang up with a reset."""
    content = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    head += f"content-length: {len(content)}\r\n" + (
        f"x-sandbox-fault: {fault}\r\n" if fault else ""
    )
    with socket.create_connection(address, timeout=10) as sock:
        sock.sendall(head.encode() + b"\r\n" + content)
        if read:
            sock.recv(read)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_no_log_of_a_broken_form(plain, caplog):
    """It is a 400, and no news in the log of the tests."""
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = plain.client.post("/audio/transcriptions", content=b"x", headers=headers)
    assert answer.json()["error"]["code"] == "invalid_form"
    assert [record for record in caplog.records if "multipart" in record.name] == []


def test_nothing_on_standard_error():
    """Clients that leave at any time, faults that hang, and bytes that are no HTTP are no news."""
    command = [
        sys.executable,
        "-m",
        "runinfra_ext.sandbox",
        "--port",
        "0",
        "--json",
        "--tokens-per-second",
        "50",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    facts = json.loads(process.stdout.readline())
    port = int(facts["base_url"].rpartition(":")[2].partition("/")[0])
    address, key = ("127.0.0.1", port), facts["api_key"]
    stream = {**HELLO, "stream": True, "messages": [{"role": "user", "content": "Count to ten."}]}
    leave(address, key, stream, read=100)
    leave(address, key, stream)
    leave(address, key, {**HELLO, "n": 16})
    url, own = f"{facts['base_url']}/audio/transcriptions", {"authorization": f"Bearer {key}"}
    own["content-type"] = "multipart/form-data; boundary=b"
    assert httpx.post(url, content=b"x", headers=own).status_code == 400
    for fault in (
        "never-answer",
        "drip-headers",
        "drip-body",
        "stall:1",
        "heartbeats:1",
        "lost",
        "reset",
    ):
        leave(
            address,
            key,
            stream if ":" in fault else HELLO,
            fault,
            read=0 if fault in {"never-answer", "lost", "reset"} else 10,
        )
    for data in (
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 99\r\n\r\n{",
    ):
        with socket.create_connection(address, timeout=10) as sock:
            sock.sendall(data)
    headers = {"authorization": f"Bearer {key}"}
    answer = httpx.post(
        facts["base_url"] + "/chat/completions", json=HELLO, headers=headers, timeout=20
    )
    assert answer.status_code == 200
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert errors == ""
