"""Cassettes: what was recorded from one gateway is played by another, without any credential."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.server
import itertools
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest

from runinfra_ext import BadRequestError, RunInfra, RunInfraConnectionError, StreamTruncatedError
from runinfra_ext.sandbox import Sandbox, Settings, tape
from runinfra_ext.sandbox import recorder as recorder_module
from runinfra_ext.sandbox.cassette import Cassette, Reply
from runinfra_ext.sandbox.redaction import Redactor, is_secret

HELLO = [{"role": "user", "content": "Name one prime."}]
COUNT = [{"role": "user", "content": "Count to five."}]
MODEL = "acme-chat-8b"


@pytest.fixture
def file(tmp_path):
    """Where the cassette goes."""
    return tmp_path / "cassette.jsonl"


@pytest.fixture
def recorder(gateway, file):
    """A sandbox that records another one."""
    with Sandbox(record=file, upstream=gateway.base_url) as made:
        yield made


def client_of(gateway, **options):
    return RunInfra(api_key=gateway.api_key, base_url=gateway.base_url, **options)


def work(client):
    """Something of everything; what came of it."""
    stream = client.chat.completions.create(model=MODEL, messages=COUNT, stream=True)
    with stream:
        texts = list(stream.text_stream)
    response = client.responses.create(model=MODEL, input="Say: a fox")
    speech = client.audio.speech.create(model="acme-tts", input="Hi", voice="alloy").content
    return [
        client.chat.completions.create(model=MODEL, messages=HELLO).to_dict(),
        texts,
        response.output_text,
        client.embeddings.create(model="acme-embed-m", input=["a", "b"]).data[1].embedding,
        speech,
        client.audio.transcriptions.create(model="acme-asr", file=("a.mp3", speech)).text,
        client.images.generate(model="acme-flux", prompt="fox", size="8x8").data[0].image,
        [model.id for model in client.models.list().data],
    ]


def test_what_was_recorded_is_replayed(gateway, recorder, file):
    """Every kind of request, to the same results, in any order; and nothing else is asked."""
    with client_of(recorder) as client:
        recorded = work(client)
    assert len(gateway.journal) == len(recorder.journal) == 8
    assert {entry.operation for entry in recorder.journal} == {
        entry.operation for entry in gateway.journal
    }
    gateway.reset()
    recorder.stop()
    with Sandbox(replay=file) as player:
        with client_of(player) as client:
            first, again = work(client), work(client)
        assert all(entry.replayed for entry in player.journal)
        with RunInfra(api_key="any", base_url=player.base_url) as client:
            assert client.models.list().data
    assert first == again == recorded
    assert recorded[5] == "Hi"
    assert gateway.journal == []


def test_repeated_requests_get_what_they_got(gateway, recorder, file):
    """The answers to one question come in their order; the last one stays."""
    gateway.script("503", "ok")
    gateway.answer(text="one")
    gateway.answer(text="two")
    with client_of(recorder, max_retries=1) as client:
        for _ in range(2):
            client.chat.completions.create(model=MODEL, messages=HELLO)
    with Sandbox(replay=file) as player, client_of(player) as client:
        for _ in range(2):  # it begins again with a reset
            said = [client.chat.completions.create(model=MODEL, messages=HELLO) for _ in range(3)]
            assert [chat.choices[0].message.content for chat in said] == ["one", "two", "two"]
            assert said[0].meta.attempts == 2
            assert [entry.status for entry in player.journal] == [503, 200, 200, 200]
            player.reset()


def test_a_cut_stream_is_cut_again(gateway, recorder, file):
    """What arrived before the cut arrives again, and the same error after it."""

    def broken(client):
        for error in (RunInfraConnectionError, StreamTruncatedError):
            stream = client.chat.completions.create(model=MODEL, messages=COUNT, stream=True)
            with pytest.raises(error) as caught:
                stream.final()
            assert caught.value.partial.choices[0].message.content == "one two"

    gateway.script("cut-stream:3", "truncate:3")
    with client_of(recorder) as client:
        broken(client)
    recorder.stop()
    with Sandbox(replay=file) as player, client_of(player) as client:
        broken(client)


def test_streams_keep_their_pace(gateway, recorder, file, monkeypatch):
    """Each event is kept with its time, and waits for it again."""
    ticks = itertools.count()
    monkeypatch.setattr(recorder_module, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    with client_of(recorder) as client:
        client.chat.completions.create(model=MODEL, messages=COUNT, stream=True).final()
    recorder.stop()
    [line] = file.read_text("utf-8").splitlines()
    times = [at for at, _ in json.loads(line)["answer"]["events"]]
    assert times == sorted(times)
    assert times[-1] >= 1  # of a clock that goes on by one whenever it is looked at

    waits = []

    async def sleep(seconds):
        waits.append(round(seconds, 3))

    async def played(pace):
        reply = Reply(status=200, headers={}, frames=[(0.5, b"a"), (0.5, b"b"), (2.0, b"c")])
        return [piece async for piece in tape._paced(reply, pace)]

    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert asyncio.run(played(1.0)) == [b"a", b"b", b"c"]
    assert asyncio.run(played(2.0)) == [b"a", b"b", b"c"]
    assert asyncio.run(played(0.0)) == [b"a", b"b", b"c"]
    assert waits == [0.5, 1.5, 1.0, 3.0]


def test_the_pace_is_a_setting(gateway, recorder, file):
    """With 0 a stream that took long is there at once: it is longer than any test may last."""
    with client_of(recorder) as client:
        client.chat.completions.create(model=MODEL, messages=HELLO, stream=True).final()
    recorder.stop()
    line = json.loads(file.read_text("utf-8"))
    line["answer"]["events"] = [[at + 3600, data] for at, data in line["answer"]["events"]]
    file.write_text(json.dumps(line), "utf-8")
    with (
        Sandbox(replay=file, settings=Settings(replay_pace=0)) as player,
        client_of(player) as client,
    ):
        stream = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        assert stream.final().choices[0].message.content == "Seven."


def test_no_credential_is_kept(gateway, recorder, file):
    """Neither that of the caller, in whichever form it comes back, nor any that it talks about."""
    key = gateway.api_key
    headers = {
        "authorization": f"Bearer {key}",
        "cookie": "session=cookie-value-of-mine; other=second-cookie-value",
        "x-company-token": "token of the company",
        "idempotency-key": "open-name",
        "user-agent": "agent-of-mine",
    }
    said = f"My key is {key}, yours sk-abcdefgh12345678, token of the company"
    gateway.configure(unknown_fields="ignore")  # such as a key in the query
    gateway.answer(text=said, times=None)
    gateway.answer(audio=b"\xff\0" + key.encode() + b"\0\xfe")
    with httpx.Client(base_url=recorder.base_url, headers=headers) as http:
        for stream in (False, True):
            body = {
                "model": MODEL,
                "stream": stream,
                "messages": [{"role": "user", "content": said}],
            }
            answer = http.post(f"/chat/completions?api_key={key}", json=body)
            assert key in answer.text  # the caller gets what was said
        body = {"model": "acme-tts", "input": f"Say {key}", "voice": "alloy"}
        assert key.encode() in http.post("/audio/speech", json=body).content
        form = {"model": "acme-asr", "prompt": f"{key} second-cookie-value"}
        http.post("/audio/transcriptions", data=form, files={"file": key.encode()})
        http.post("/nowhere", content=key)
    text = file.read_text("utf-8")
    assert len(text.splitlines()) == 5
    secrets = [key, key[8:], "sk-abc", "cookie-value-of-mine", "second-cookie", "of the company"]
    assert [secret for secret in secrets if secret in text] == []
    assert [name for name in ("agent-of-mine", "open-name", "127.0.0.1") if name in text] == []
    assert "My key is [redacted], yours [redacted], [redacted]" in text
    # The cassette answers the same caller still, who has another key by now.
    with Sandbox(replay=file) as player:
        body = {"model": MODEL, "messages": [{"role": "user", "content": said}], "stream": False}
        answer = httpx.post(
            f"{player.base_url}/chat/completions?api_key={key}", json=body, headers=headers
        )
    assert answer.status_code == 200
    assert "[redacted]" in answer.text


def frames(*texts):
    events = [{"choices": [{"index": 0, "delta": {"content": text}}], "id": "a"} for text in texts]
    return [f"event: x\ndata: {json.dumps(event)}\n\n" for event in events]


@pytest.mark.parametrize(
    ("texts", "cleaned"),
    [
        (["a tiger-", "secret b"], ["a [redacted]", " b"]),
        (["ti", "ger", "-sec", "ret", "!"], ["[redacted]", "", "", "", "!"]),
        (["tiger-secret tiger", "-secret"], ["[redacted] [redacted]", ""]),
        (["my rp_li", "ve_abcdefgh is"], ["my [redacted]", " is"]),
        (["tiger", " secret"], ["tiger", " secret"]),
    ],
)
def test_a_key_in_pieces(texts, cleaned):
    """A stream that says a key bit by bit says none in the cassette; the rest is as it was."""
    redactor = Redactor([("authorization", "Bearer tiger-secret")])
    got = redactor.events([*frames(*texts), ": beat\n\n", "data: [DONE]\n\n"])
    events = [json.loads(frame.removeprefix("event: x\ndata: ")) for frame in got[:-2]]
    assert [event["choices"][0]["delta"]["content"] for event in events] == cleaned
    assert got[-2:] == [": beat\n\n", "data: [DONE]\n\n"]
    if texts == cleaned:
        assert got[:-2] == frames(*texts)


def test_forms_of_a_secret():
    """As JSON, in a URL and in base64 it is the same secret; what is short is none."""
    redactor = Redactor([("x-api-key", 'a"b/c d+efgh'), ("cookie", "a=1; b=2")])
    text = 'a"b/c d+efgh a\\"b/c d+efgh a%22b%2Fc%20d%2Befgh ' + "YSJiL2MgZCtlZmdo 1 2"
    assert redactor.text(text) == "[redacted] [redacted] [redacted] [redacted] 1 2"
    assert redactor.value({'a"b/c d+efgh': ['a"b/c d+efgh', 1]}) == {
        "[redacted]": ["[redacted]", 1]
    }
    assert [is_secret(name) for name in ("x-auth", "set-cookie", "idempotency-key")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        (
            {"model": MODEL, "messages": [{"role": "user", "content": "Name two."}]},
            "the nearest is line 1, POST /chat/completions; messages.0.content: "
            'recorded "Name one prime.", came "Name two."',
        ),
        (
            {"model": MODEL, "messages": COUNT, "user": "me", "temperature": 1, "seed": 5, "n": 2},
            'the nearest is line 2, POST /chat/completions; user: recorded nothing, came "me"; '
            "temperature: recorded nothing, came 1; seed: recorded nothing, came 5; and 1 more",
        ),
        (
            {"model": MODEL, "messages": [*HELLO, *COUNT]},
            "the nearest is line 1, POST /chat/completions; messages: recorded [{",
        ),
    ],
)
def test_a_missing_exchange_shows_the_nearest(recorder, file, request_body, message):
    """With what differs; it is final, so that nobody tries again."""
    with client_of(recorder) as client:
        for messages in (HELLO, COUNT):
            client.chat.completions.create(model=MODEL, messages=messages)
    with Sandbox(replay=file) as player, client_of(player) as client:
        with pytest.raises(BadRequestError) as caught:
            client.chat.completions.create(**request_body)
        assert caught.value.code == "cassette_miss"
        assert caught.value.attempts == 1
        assert f"cassette.jsonl has no exchange for POST /chat/completions; {message}" in str(
            caught.value
        )
        with pytest.raises(BadRequestError, match="for GET /models; the nearest is line 1, POST"):
            client.models.list()


def test_an_empty_cassette(file):
    """It says so."""
    file.write_text("\n", "utf-8")
    with Sandbox(replay=file) as player, client_of(player) as client:
        with pytest.raises(BadRequestError, match="no exchange for GET /models; it is empty"):
            client.models.list()


def line_of(answer, **question):
    request = {"method": "GET", "path": "/models", **question}
    return json.dumps({"request": request, "answer": {"status": 200, **answer}})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "no JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff", "not UTF-8"),
        ("[]", '[] is not of type "object"'),
        ("null", 'null is not of type "object"'),
        ("{}", '"request" is a required property'),
        ('{"request": {}, "answer": {}}', 'request: "method" is a required property'),
        ('{"request": [], "answer": {}}', "request: [] is not of type"),
        (line_of({}, path=None), "request.path: null is not of type"),
        (line_of({}, more=1), "request: Additional properties are not allowed ('more'"),
        (line_of({"status": "200"}), 'answer.status: "200" is not of type "integer"'),
        (line_of({"status": 99}), "answer.status: 99 is less than the minimum of 200"),
        (line_of({"status": float("inf")}), "no JSON: Infinity is no number of it"),
        ('{"a": 1e999}', "no JSON: 1e999 is no number of it"),
        (line_of({"headers": []}), 'answer.headers: [] is not of type "object"'),
        (line_of({"headers": {"a": 1}}), 'answer.headers.a: 1 is not of type "string"'),
        (line_of({"headers": {"a": "b\r\nc: d"}}), "answer.headers.a: "),
        (line_of({"headers": {"a b": "c"}}), "answer.headers: "),
        (line_of({"seconds": "1"}), 'answer.seconds: "1" is not of type "number"'),
        (line_of({"events": 5}), 'answer.events: 5 is not of type "array"'),
        (line_of({"events": [[1]]}), "answer.events.0: [1] has less than 2 items"),
        (line_of({"events": [[1, 2]]}), "answer.events.0.1: expected string or object"),
        (line_of({"events": [[1, {"base64": "?"}]]}), "answer.events.0.base64: expected base64"),
        (line_of({"events": [[0, "\ud800"]]}), "answer.events.0: half of a surrogate pair"),
        (line_of({"headers": {"a": "\ud800"}}), "half of a surrogate pair in a text"),
        (line_of({"text": 5}), 'answer.text: 5 is not of type "string"'),
        (line_of({"base64": "%%"}), "answer.base64: expected base64"),
        (line_of({"text": "a", "json": 1}), "answer: expected one of json, text, base64, events"),
        (line_of({"status": 204, "text": "a"}), "answer.text: an answer with status 204 has no"),
        (line_of({"cut": "no"}), 'answer.cut: "no" is not of type "boolean"'),
    ],
)
def test_lines_that_are_no_exchange(file, line, message):
    """The file and the line are named, and what is wrong with it, before anything is answered."""
    file.write_bytes(b"\n" + (line if isinstance(line, bytes) else line.encode()) + b"\n")
    with pytest.raises(ValueError, match=r"cassette\.jsonl, line 2: no exchange") as caught:
        Cassette.read(file)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_lines_by_hand(file):
    """A byte order mark, other ends of lines, an empty text, and no header at all are fine."""
    lines = [line_of({"text": ""}), line_of({"json": "\ud800"}, path="/a"), line_of({}, path="/b")]
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    with Sandbox(replay=file) as player:
        got = [httpx.get(f"{player.base_url}{path}").content for path in ("/models", "/a", "/b")]
    assert got == [b"", b'"\\ud800"', b""]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("said", ["a\u2028b\u0085c\x0bd", "x\ud800y"])
def test_texts_that_look_like_ends_of_lines(gateway, recorder, file, said, stream):
    """What Python takes for an end of a line is none; half a character goes as it came."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": f"Say: {said}"}]}
    content = json.dumps({**body, "stream": stream}).encode()
    headers = {"authorization": f"Bearer {gateway.api_key}", "content-type": "application/json"}

    def ask(taped):
        url = f"{taped.base_url}/chat/completions"
        answer = httpx.post(url, content=content, headers=headers)
        text = answer.text if stream and answer.is_success else answer.json()
        return answer.status_code, text

    recorded = ask(recorder)
    assert recorder.journal[-1].answer_problems == []
    recorder.stop()
    with Sandbox(replay=file, settings=Settings(replay_pace=0)) as player:
        assert ask(player) == recorded


def test_a_body_that_is_nested_too_deeply(gateway, recorder, file):
    """It is kept by its digest."""
    content = b"[" * 5000 + b"]" * 5000
    headers = {"authorization": f"Bearer {gateway.api_key}", "content-type": "application/json"}

    def ask(taped):
        url = f"{taped.base_url}/embeddings"
        return httpx.post(url, content=content, headers=headers).json()["error"]["code"]

    assert ask(recorder) == "invalid_json"
    recorder.stop()
    with Sandbox(replay=file) as player:
        assert ask(player) == "invalid_json"


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such lock")
def test_two_recordings_of_one_cassette(gateway, recorder, file):
    """The second one is refused, and what the first one has stays."""
    with client_of(recorder) as client:
        client.models.list()
        with pytest.raises(BlockingIOError, match="another sandbox records to it"):
            Sandbox(record=file, upstream=gateway.base_url).start()
        client.models.list()
    recorder.stop()
    assert len(file.read_bytes().splitlines()) == 2
    with Sandbox(record=file, upstream=gateway.base_url):
        assert file.read_bytes() == b""


def test_secrets_by_their_name():
    """Also where they look like nothing: in members, fields, queries, URLs and headers' parts."""
    basic = "Basic " + base64.b64encode(b"someone:open-sesame").decode()
    redactor = Redactor([("authorization", basic), ("x-auth", "Token plain-words")])
    assert redactor.value(
        {
            "api_key": "abc",
            "clientSecret": "abc",
            "user": {"password": "abc", "Access-Token": "abc", "name": "abc"},
            "properties": {"password": {"type": "string"}},
            "max_tokens": 5,
            "token": "fox",
            "prompt_cache_key": "abc",
        }
    ) == {
        "api_key": "[redacted]",
        "clientSecret": "[redacted]",
        "user": {"password": "[redacted]", "Access-Token": "[redacted]", "name": "abc"},
        "properties": {"password": {"type": "string"}},
        "max_tokens": 5,
        "token": "fox",
        "prompt_cache_key": "abc",
    }
    texts = {
        "open-sesame, plain-words": "[redacted], [redacted]",
        "/a?x=1&access_token=abc&y=2": "/a?x=1&access_token=[redacted]&y=2",
        "https://a/b?X-Amz-Signature=ab12&c": "https://a/b?X-Amz-Signature=[redacted]&c",
        "see https://me:word@host/ now": "see https://me:[redacted]@host/ now",
        "Authorization: Bearer abcdefgh12345": "Authorization: Bearer [redacted]",
        "ghp_abcdefgh12345678 and hf_short": "[redacted] and hf_short",
        "sk-abcdef rp_live_abcdef eyJa.b": "[redacted] [redacted] [redacted]",
    }
    assert {text: redactor.text(text) for text in texts} == texts
    # In a long text only what may match is looked for.
    fill = " a task-force, eyJ or xoxo?" * 50
    long = {fill + text + fill: fill + clean + fill for text, clean in texts.items()}
    assert {text: redactor.text(text) for text in long} == long
    assert redactor.events([f"data: {text}\n\n" for text in long]) == [
        f"data: {clean}\n\n" for clean in long.values()
    ]


def test_a_key_in_pieces_behind_odd_letters():
    """What Python takes for an end of a line does not hide an event from the redactor."""
    redactor = Redactor([("authorization", "Bearer tiger-secret")])
    got = redactor.events(['data: {"a": "x\u2028tiger-"}\r\n\r\n', 'data: {"a": "secret y"}\r\r'])
    assert [json.loads(frame.split("data: ")[1])["a"] for frame in got] == [
        "x\u2028[redacted]",
        " y",
    ]


def test_no_gateway_behind(file):
    """A 502 that says so; nothing is recorded."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Sandbox(record=file, upstream=f"http://127.0.0.1:{port}/v1") as recorder:
        answer = httpx.get(f"{recorder.base_url}/models")
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "upstream_unreachable"
    assert file.read_text("utf-8") == ""


def test_a_client_that_leaves_is_not_recorded(gateway, recorder, file):
    """Half an exchange is none; the stream of the gateway ends with that of its client."""
    gateway.script("heartbeats:2")
    body = {"model": MODEL, "messages": COUNT, "stream": True}
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    left = threading.Event()
    gateway.state.on_answer = lambda entry: left.set()
    with httpx.stream(
        "POST", f"{recorder.base_url}/chat/completions", json=body, headers=headers
    ) as answer:
        next(answer.iter_bytes())
    assert left.wait(10)
    gateway.state.on_answer = None
    with client_of(recorder) as client:
        assert client.models.list().data
    assert [json.loads(line)["request"]["path"] for line in file.read_text().splitlines()] == [
        "/models"
    ]


class Upstream(http.server.BaseHTTPRequestHandler):
    """A gateway that answers with what it was asked, in the way that its path says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode("latin-1")
        if self.path.endswith("/odd"):
            self.wfile.write(b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n")
            return
        told = f"{self.path} {self.headers['x-name']} {body}"
        if "content-encoding" in self.headers:
            told += f" {self.headers['content-encoding']}"
        encoding = "utf-16" if self.path.endswith("/utf-16") else "utf-8"
        data = json.dumps({"told": told}).encode(encoding)
        self.send_response(200)
        self.send_header("content-type", f"application/json; charset={encoding}")
        self.send_header("x-request-id", "caf\xe9")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *details):
        pass


@pytest.fixture
def upstream():
    """The base URL of that gateway."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_requests_travel_as_they_came(upstream, file):
    """Paths stay encoded, headers may be of any letters, bodies of any encoding come back as they were."""
    headers = {"x-name": "caf\xe9".encode("latin-1")}
    with Sandbox(record=file, upstream=upstream) as recorder:
        answers = [
            httpx.post(f"{recorder.base_url}/{path}", json={}, headers=headers)
            for path in ("models/a%2Fb%3Fc%23d%20e?x=%26", "utf-16", "odd")
        ]
    told = answers[0].json()["told"]
    assert told == "/v1/models/a%2Fb%3Fc%23d%20e?x=%26 caf\xe9 {}"
    assert answers[0].headers["x-request-id"] == "caf\xe9"
    assert answers[2].status_code == 502
    assert "did not answer: status 999." in answers[2].json()["error"]["message"]
    with Sandbox(replay=file) as player:
        for path, answer in zip(
            ("models/a%2Fb%3Fc%23d%20e?x=%26", "utf-16"), answers, strict=False
        ):
            again = httpx.post(f"{player.base_url}/{path}", json={})
            assert (again.json(), again.status_code) == (answer.json(), 200)
        assert httpx.post(f"{player.base_url}/models/a/b", json={}).status_code == 400


@pytest.mark.parametrize("step", ["journal_body", "note", "encoded"])
def test_others_need_not_wait_while_much_is_written(upstream, file, monkeypatch, step):
    """What a large exchange takes to be redacted and written down holds up nobody else."""
    begun, done, work = threading.Event(), threading.Event(), getattr(recorder_module, step)

    def slow(*given):
        begun.set()
        assert done.wait(60)
        return work(*given)

    monkeypatch.setattr(recorder_module, step, slow)
    with Sandbox(record=file, upstream=upstream) as recorder, ThreadPoolExecutor(1) as pool:
        url = f"{recorder.base_url}/echo"
        large = pool.submit(httpx.post, url, json={"a": "b" * 100_000}, timeout=60)
        try:
            assert begun.wait(60)
            monkeypatch.setattr(recorder_module, step, work)
            assert httpx.post(url, json={}, timeout=30).status_code == 200
        finally:
            done.set()
        assert large.result().status_code == 200
    assert len(file.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"json": {"login": {"password": "hunter2!"}, "hint": "it is hunter2!"}}),
        ("?api_key=hunter2!", {"json": {}}),
        ("", {"data": {"api_key": "hunter2!", "say": "hunter2!"}, "files": {"file": b"a"}}),
    ],
)
def test_what_is_secret_by_its_name_is_secret_everywhere(upstream, file, query, body):
    """Where an answer repeats it, too; a plain word in such a place is no secret."""
    with Sandbox(record=file, upstream=upstream) as recorder:
        answer = httpx.post(f"{recorder.base_url}/echo{query}", **body)
        assert "hunter2!" in answer.text
        httpx.post(f"{recorder.base_url}/plain", json={"password": "word"})
    assert "hunter2" not in file.read_text()
    last = json.loads(file.read_text().splitlines()[-1])
    assert last["answer"]["json"]["told"] == '/v1/plain None {"password":"word"}'
    with Sandbox(replay=file) as player:
        again = httpx.post(f"{player.base_url}/echo{query}", **body)
        assert (again.status_code, "[redacted]" in again.text) == (200, True)


def test_a_large_event_comes_in_many_pieces():
    """Each piece is looked through once; ends that come in parts are found."""
    splitter = recorder_module.Splitter()
    for number in range(500):
        splitter.feed(b"y" * 4000, float(number))
    for piece in (b"\r", b"\n", b"\r", b"\n", b"data: a\n", b"\ndata: b\r", b"\rdata: c"):
        splitter.feed(piece, 0.0)
    first, *rest = [data for _, data in splitter.end(0.0)]
    assert first == b"y" * 2_000_000 + b"\r\n\r\n"
    assert rest == [b"data: a\n\n", b"data: b\r\r", b"data: c"]


def test_faults_before_the_work(recorder, file):
    """They are the sandbox's own while it records or replays; others are refused."""
    with client_of(recorder) as client:
        recorder.script("503")
        assert client.models.list().meta.attempts == 2
    with Sandbox(replay=file) as player:
        player.script("reset", "cut-body")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{player.base_url}/models")
        answer = httpx.get(f"{player.base_url}/models")
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "unknown_fault"
    assert len(file.read_text().splitlines()) == 1


def test_an_answer_is_lost_on_its_way(gateway, recorder, file):
    """While it records it is written down all the same; while it replays the next one is given."""
    for taped in (recorder, Sandbox(replay=file)):
        with taped if taped is not recorder else contextlib.nullcontext():
            taped.script("lost")
            with client_of(taped) as client:
                assert (
                    client.chat.completions.create(model=MODEL, messages=HELLO).meta.attempts == 2
                )
                taped.script("lost")
                with pytest.raises(RunInfraConnectionError):
                    client.chat.completions.create(model=MODEL, messages=COUNT, stream=True)
            assert [entry.status for entry in taped.journal] == [-1, 200, -1]
    assert len(file.read_text().splitlines()) == 3
    assert len(gateway.charges) == 2  # the repeat of the chat had its key


def test_limits_count_for_cassettes_too(gateway, recorder, file):
    """How often a key may ask, and what a request meets by chance, as without a cassette."""
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    body = {"model": MODEL, "messages": HELLO}

    def status(taped, kind="POST", path="/chat/completions"):
        url = f"{taped.base_url}{path}"
        try:
            return httpx.request(kind, url, json=body, headers=headers).status_code
        except httpx.TransportError:
            return 0

    assert [status(recorder), status(recorder, "GET", "/models")] == [200, 200]
    with Sandbox(replay=file, settings=Settings(requests_per_minute=2)) as player:
        assert [status(player) for _ in range(3)] == [200, 200, 429]
        assert status(player, "GET", "/models") == 200
        player.configure(requests_per_minute=100, error_rate=0.5, seed=3)
        met = [status(player) for _ in range(20)]
        player.configure(seed=3)
        assert met == [status(player) for _ in range(20)]
        assert set(met) >= {200, 503}
        assert {status(player, "GET", "/models") for _ in range(20)} == {200}


def test_money_and_places_count_for_cassettes_too(gateway, recorder, file, monkeypatch):
    """What is left, the cap, how many are at work; a key pays once, and refusals pay nothing."""
    headers = {"authorization": f"Bearer {gateway.api_key}"}

    def ask(taped, **more):
        url = f"{taped.base_url}/chat/completions"
        body = {"model": MODEL, "messages": HELLO}
        return httpx.post(url, json=body, headers={**headers, **more}, timeout=30)

    gateway.script("503")
    assert ask(recorder).status_code == 503
    assert recorder.charges == []
    recorder.configure(balance_cents=2)
    keys = [{"idempotency-key": "a"}] * 2 + [{}, {}, {"idempotency-key": "a"}]
    assert [ask(recorder, **key).status_code for key in keys] == [200, 200, 200, 402, 200]
    assert len(recorder.charges) == len(gateway.charges) == 2
    recorder.stop()
    with Sandbox(replay=file) as player:
        player.configure(spend_cap_cents=2)
        assert ask(player).status_code == 503  # as it was recorded
        player.script("lost")
        with pytest.raises(httpx.TransportError):
            ask(player, **keys[0])
        assert [ask(player, **key).status_code for key in keys] == [200, 200, 200, 403, 200]
        assert len(player.charges) == 2
        player.reset()
        begun, go = threading.Event(), threading.Event()

        async def slow(*given):
            begun.set()
            while not go.is_set():
                await asyncio.sleep(0.01)
            return await answer(*given)

        answer = player.state.tape.answer
        player.configure(capacity=1)
        with ThreadPoolExecutor(1) as pool:
            monkeypatch.setattr(player.state.tape, "answer", slow)
            first = pool.submit(ask, player)
            try:
                assert begun.wait(30)
                refused = ask(player).json()["error"]["message"]
            finally:
                go.set()
            assert refused == "The deployment is at capacity."
            assert first.result().status_code == 503
        assert ask(player).status_code == 200


def test_a_compressed_request_is_sent_on_as_it_is(upstream, file):
    """With the name of its encoding."""
    with Sandbox(record=file, upstream=upstream) as recorder:
        headers = {"content-encoding": "x-none", "x-name": "a"}
        assert httpx.post(f"{recorder.base_url}/coding", json={}, headers=headers).json() == {
            "told": "/v1/coding a {} x-none"
        }


@pytest.mark.parametrize("process", [False, True])
def test_nothing_is_dictated(gateway, file, process):
    """Whether it records or replays: the answers are the gateway's, which a test is told."""
    file.write_text("", "utf-8")
    modes = {"record": file, "upstream": gateway.base_url}, {"replay": file}
    for mode in modes:
        with Sandbox(**mode, process=process) as taped:
            with pytest.raises(ValueError, match="records or replays gives the gateway's answers"):
                taped.answer(text="A fox.")
            answer = httpx.post(f"{taped.root_url}/sandbox/answers", json={"text": "A fox."})
            assert answer.status_code == 400
            assert "records or replays" in answer.json()["error"]
            assert taped.unused_answers == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"record": "a"}, "record and upstream: expected both"),
        ({"upstream": "https://a/v1"}, "record and upstream: expected both"),
        ({"record": "a", "upstream": "https://a/v1", "replay": "b"}, "record and replay: expected"),
        ({"record": "a", "upstream": "a/v1"}, "upstream: expected a base URL"),
        ({"record": "a", "upstream": "http://[::1/v1"}, "upstream: expected a base URL"),
        ({"record": "a", "upstream": "http://me:secret@a/v1"}, "without credentials$"),
        ({"record": "a", "upstream": "http://a/v1#b"}, "upstream: expected a base URL"),
    ],
)
def test_options_that_make_no_sense(options, message):
    """Nothing is started, and no file is touched."""
    with pytest.raises(ValueError, match=message):
        Sandbox(**options)


def test_as_a_process(gateway, file):
    """The same options; over TLS too."""
    with (
        Sandbox(record=file, upstream=gateway.base_url, process=True, tls=True) as recorder,
        httpx.Client(verify=recorder.ssl_context) as http,
    ):
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        recorded = http.get(f"{recorder.base_url}/models", headers=headers).json()
    with Sandbox(replay=file, process=True) as player:
        assert httpx.get(f"{player.base_url}/models").json() == recorded


def test_a_missing_file(file):
    """An error at the start that says what to do, in all ways to start it."""
    with pytest.raises(FileNotFoundError, match="there is no such cassette; record it first"):
        Sandbox(replay=file).start()
    with pytest.raises(RuntimeError, match=r"did not start: .*cassette\.jsonl: there is no such"):
        Sandbox(replay=file, process=True).start()
    with pytest.raises(OSError, match="No such file"):
        Sandbox(record=file / "x", upstream="http://127.0.0.1:1/v1").start()
    run = subprocess.run(
        [sys.executable, "-m", "runinfra_ext.sandbox", "--replay", str(file)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "cassette.jsonl: there is no such cassette; record it first" in run.stderr
