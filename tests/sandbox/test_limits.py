"""What the sandbox refuses: too fast, too poor, too much, asleep, paused, in the wrong plan."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import threading
import time
import typing

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext.sandbox import Sandbox, Settings, wire
from runinfra_ext.sandbox.limits import Bucket
from runinfra_ext.sandbox.settings import Changes, arguments_of
from runinfra_ext.sandbox.strict import problem_of
from tests.helpers import Clock

HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Name one prime."}]}
NOW = 1_790_000_000.0  # Unix seconds


@pytest.fixture
def clock():
    """The sandbox's clock."""
    return Clock(NOW)


@pytest.fixture
def ask(clock):
    """Starts a sandbox with some settings, and gives what asks it."""
    with Sandbox(clock=clock, settings=Settings(check_answers=True)) as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        with httpx.Client(base_url=gateway.base_url, headers=headers, timeout=30) as http:

            def post(path="/chat/completions", body=HELLO, **headers):
                answer = http.post(path, json=body, headers=headers)
                if answer.status_code != 200:
                    assert problem_of("ErrorEnvelope", answer.json()) is None
                return answer

            post.gateway, post.http = gateway, http
            yield post
            assert [p for entry in gateway.journal for p in entry.answer_problems] == []


def error(answer):
    """Status, type and code of a refusal."""
    body = answer.json()["error"]
    return answer.status_code, body["type"], body["code"]


def test_rate_limit(ask, clock):
    """The bucket fills, says so in headers, refuses with a hint, and leaks as the clock goes on."""
    ask.gateway.configure(requests_per_minute=3)
    remaining = [ask().headers["x-ratelimit-remaining"] for _ in range(3)]
    refused = ask()
    assert remaining == ["2", "1", "0"]
    assert error(refused) == (429, "rate_limit_error", "rate_limit_exceeded")
    assert (refused.headers["retry-after"], refused.headers["retry-after-ms"]) == ("20", "20000")
    assert refused.headers["x-ratelimit-limit"] == "3"
    assert refused.headers["x-ratelimit-reset"] == str(int(clock.now) + 60)
    assert ask.http.get("/models").status_code == 200  # free, and not counted
    assert len(ask.gateway.charges) == 3
    clock.now += 19.9
    assert ask().status_code == 429
    clock.now += 0.1
    assert ask().status_code == 200


def test_each_key_has_its_own_bucket(ask):
    """One key's traffic does not slow another's."""
    ask.gateway.configure(requests_per_minute=1)
    other = f"Bearer {ask.gateway.pipeline_api_key}"
    assert [ask().status_code, ask().status_code] == [200, 429]
    assert ask(authorization=other).status_code == 200


@given(st.integers(1, 1000), st.lists(st.floats(0, 90, allow_nan=False), max_size=60))
def test_bucket_never_lets_more_through(limit, gaps):
    """In any span, at most the bucket and what leaks in that span; its hint is enough to wait."""
    clock = Clock(NOW)
    start = clock.now
    bucket = Bucket(limit, clock)
    passed = 0
    for gap in gaps:
        clock.now += gap
        wait = bucket.pour()
        if wait:
            clock.now += wait
            assert bucket.pour() == 0.0
        passed += 1
        assert 0 <= bucket.level().remaining <= limit
        assert passed <= limit + (clock.now - start) * limit / 60 + 1e-3


def test_credit_runs_out(ask):
    """Each call costs; the one that can't be paid is told what is left and what it needs."""
    ask.gateway.configure(balance_cents=6)
    image = {"model": "acme-flux", "prompt": "x", "size": "8x8"}
    assert ask("/images/generations", image).status_code == 200
    assert ask().status_code == 200
    refused = ask("/images/generations", image)
    assert error(refused) == (402, "insufficient_credits", "insufficient_credits")
    assert refused.json()["error"]["current_balance_cents"] == 1
    assert refused.json()["error"]["required_cents"] == 4
    assert refused.json()["error"]["topup_url"].startswith("https://")
    assert ask().status_code == 200
    assert ask().status_code == 402
    assert [charge.cents for charge in ask.gateway.charges] == [4, 1, 1]


def test_a_replay_is_free_without_credit(ask):
    """What was paid once is replayed, whatever is left."""
    ask.gateway.configure(balance_cents=1)
    key = {"idempotency-key": "k"}
    assert ask(**key).status_code == 200
    again = ask(**key)
    assert (again.status_code, again.headers["x-runinfra-idempotent-replay"]) == (200, "true")


def test_spend_cap(ask):
    """Beyond the plan's cap it is a 403, and nothing is charged."""
    ask.gateway.configure(spend_cap_cents=1, balance_cents=100)
    assert ask().status_code == 200
    assert error(ask()) == (403, "permission_denied", "plan_limit_exceeded")
    assert len(ask.gateway.charges) == 1


def test_plans(ask):
    """A model of a higher plan; the plan shows in the headers."""
    body = {**HELLO, "model": "acme-byoc-70b"}
    refused = ask(body=body)
    assert error(refused) == (403, "byoc_plan_required", None)
    assert refused.headers["x-ratelimit-tier"] == "core"
    ask.gateway.configure(plan="enterprise")
    assert ask(body=body).headers["x-ratelimit-tier"] == "enterprise"


def test_paused_and_unverified_models(ask):
    """A paused model is listed and says until when; an unverified one is not listed."""
    paused = ask(body={**HELLO, "model": "acme-paused"})
    assert error(paused) == (429, "rate_limit_error", "hosted_model_paused")
    assert paused.json()["error"]["paused_until"] == "2026-09-21T15:13:20Z"
    assert paused.headers["retry-after"] == "3600"
    unverified = ask(body={**HELLO, "model": "acme-unverified"})
    assert error(unverified) == (409, "deployment_error", None)
    listed = {m["id"]: m["availability"] for m in ask.http.get("/models").json()["data"]}
    assert listed["acme-paused"] == "paused"
    assert "acme-unverified" not in listed


def test_models_serve_their_own_operations(ask):
    """A model that embeds does not chat."""
    refused = ask(body={**HELLO, "model": "acme-embed-m"})
    assert error(refused) == (400, "invalid_request_error", "unsupported_model_operation")
    assert refused.json()["error"]["param"] == "model"


def test_cold_start(ask, clock):
    """The first request wakes the model; until it is awake each is told how long to wait."""
    ask.gateway.configure(cold_start_seconds=1.5)
    first = ask()
    assert error(first) == (503, "api_error", "service_unavailable")
    assert (first.headers["retry-after"], first.headers["retry-after-ms"]) == ("2", "1500")
    clock.now += 1
    assert ask().headers["retry-after-ms"] == "500"
    clock.now += 0.5
    assert ask().status_code == 200
    assert ask(body={**HELLO, "model": "Qwen/Qwen3-32B"}).status_code == 503


@pytest.fixture
def held(monkeypatch):
    """The sandbox's pauses of an hour last until they are let go, however long a test takes."""
    go, sleep = threading.Event(), asyncio.sleep

    class Held:
        def __getattr__(self, name):
            return getattr(asyncio, name)

        async def sleep(self, seconds):
            while seconds and not go.is_set():
                await sleep(0.005)
            await sleep(0)

    monkeypatch.setattr(wire, "asyncio", Held())
    yield go
    go.set()


def test_capacity(ask, held):
    """While all places are taken the next request is refused; a place comes back."""
    ask.gateway.configure(capacity=1, tokens_per_second=1 / 3600)
    body = {**HELLO, "messages": [{"role": "user", "content": "Say: one two three"}]}
    with ask.http.stream("POST", "/chat/completions", json={**body, "stream": True}) as stream:
        lines = stream.iter_lines()
        next(lines)
        assert error(ask()) == (503, "api_error", "service_unavailable")
        held.set()
        assert [line for line in lines if line][-1] == "data: [DONE]"
    ask.gateway.state.settings = dataclasses.replace(
        ask.gateway.state.settings, tokens_per_second=0
    )
    assert ask().status_code == 200


def test_capacity_comes_back_when_a_client_goes(ask):
    """A client that leaves in the middle gives its place back."""
    ask.gateway.configure(capacity=1, tokens_per_second=50)
    body = {**HELLO, "messages": [{"role": "user", "content": "Say: " + "word " * 40}]}
    with ask.http.stream("POST", "/chat/completions", json={**body, "stream": True}) as stream:
        next(stream.iter_lines())
    until(lambda: ask().status_code == 200)


def test_whole_answers_take_their_time(ask, held):
    """With a pace, a whole answer holds its idempotency key for as long as it is made."""
    ask.gateway.configure(time_to_first_token=3600)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(**{"idempotency-key": "k"})))
    thread.start()
    until(lambda: ask.gateway.charges)
    assert error(ask(**{"idempotency-key": "k"}))[::2] == (409, "idempotency_conflict")
    held.set()
    thread.join()
    assert answers[0].status_code == 200
    assert ask(**{"idempotency-key": "k"}).headers["x-runinfra-idempotent-replay"] == "true"


def until(test):
    """Wait for something that happens in the sandbox."""
    for _ in range(1000):
        if test():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_what_began_before_a_reset(ask, held):
    """It ends well, and is none of what comes after: no charge, no key that is taken."""
    headers = {"content-type": "application/json", "idempotency-key": "k"}
    data = json.dumps(HELLO).encode()

    def pieces():
        yield data[:20]
        until(lambda: ask.gateway.journal)
        ask.gateway.reset()
        yield data[20:]

    first = ask.http.post("/chat/completions", content=pieces(), headers=headers)
    assert first.status_code == 200
    assert ask.gateway.charges == ask.gateway.journal == []

    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(**{"idempotency-key": "k"})))
    ask.gateway.configure(time_to_first_token=3600)
    thread.start()
    until(lambda: ask.gateway.charges)
    ask.gateway.reset()
    held.set()
    thread.join()
    answers.append(ask(**{"idempotency-key": "k"}))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.headers.get("x-runinfra-idempotent-replay") for answer in answers] == [None] * 2
    assert len(ask.gateway.charges) == len(ask.gateway.journal) == 1


def test_the_same_body_in_another_order(ask):
    """It is the same: JSON's members have none."""
    [message] = HELLO["messages"]
    other = dict(reversed(message.items()))
    bodies = [{**HELLO, "messages": [one]} for one in (message, other)]
    first, again = (ask(body=body, **{"idempotency-key": "k"}) for body in bodies)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["x-runinfra-idempotent-replay"] == "true"


def test_forms_that_are_too_large_or_twofold(ask):
    """A form's size counts without a length too; what is no list comes once, however long it is."""
    names = {"model": "acme-asr", "prompt": "x" * 2_000_000}
    audio = ("a.wav", b"RIFF")
    for fields, files, status, param in (
        (names, [("file", audio)], 200, None),
        (names, [("file", audio), ("file", audio)], 400, "file"),
        ({"model": ["acme-asr", "other"]}, [("file", audio)], 400, "model"),
    ):
        answer = ask.http.post("/audio/transcriptions", data=fields, files=files)
        assert answer.status_code == status, answer.text
        assert param is None or answer.json()["error"]["param"] == param
    ask.gateway.configure(max_body_bytes=50_000)
    form = httpx.Request("POST", "http://a", data=names, files=[("file", audio)])
    pieces = iter([form.read()])
    headers = {"content-type": form.headers["content-type"]}
    answer = ask.http.post("/audio/transcriptions", content=pieces, headers=headers)
    assert (answer.status_code, answer.text) == (413, "FUNCTION_PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("chunked", [False, True])
def test_size_limit(ask, chunked):
    """Too large is a 413 in plain words of an edge, with or without a length."""
    ask.gateway.configure(max_body_bytes=50)
    data = b'{"filler": "' + b"x" * 100 + b'"}'
    answer = ask.http.post(
        "/chat/completions",
        content=iter([data]) if chunked else data,
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.text) == (413, "FUNCTION_PAYLOAD_TOO_LARGE")
    assert "x-request-id" not in answer.headers


def statuses(seed, count=40):
    """What a row of requests meets, by chance."""
    found = []
    settings = Settings(error_rate=0.5, seed=seed)
    with Sandbox(settings=settings) as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        for _ in range(count):
            try:
                found.append(httpx.post(gateway.base_url + "/chat/completions", json=HELLO,
                                        headers=headers).status_code)  # fmt: skip
            except httpx.TransportError:
                found.append(0)
    return found


def test_chance_is_repeatable():
    """The same seed meets the same faults, another one others; all of them kinds that pass."""
    one = statuses(1)
    assert one == statuses(1) != statuses(2)
    assert set(one) == {0, 200, 429, 500, 503}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"plan": "gold"}, "plan: expected core or enterprise, got 'gold'"),
        ({"error_rate": 2}, "error_rate: expected 0 to 1, got 2"),
        ({"capacity": -1}, "capacity: expected a number that is not negative, got -1"),
        ({"tokens_per_second": float("nan")}, "tokens_per_second: expected a number that is not"),
        ({"requests_per_minute": 0}, "requests_per_minute: expected more than 0, got 0"),
        ({"heartbeat_seconds": 0}, "heartbeat_seconds: expected more than 0, got 0"),
    ],
)
def test_settings_that_make_no_sense(gateway, changes, message):
    """They are refused by name, at the start and while it runs."""
    for make in (lambda: Settings(**changes), lambda: gateway.configure(**changes)):
        with pytest.raises(ValueError) as caught:
            make()
        assert str(caught.value).startswith(message)


def test_settings_are_listed_once_each():
    """The typed keywords of configure(), and the command line's options, are the settings."""
    names = {field.name for field in dataclasses.fields(Settings)}
    assert typing.get_type_hints(Changes).keys() == names
    told = Settings(balance_cents=1, spend_cap_cents=1, capacity=1)
    options = {argument.partition("=")[0] for argument in arguments_of(told)}
    assert options == {"--" + name.replace("_", "-") for name in names - {"check_answers"}}


def test_settings_of_a_process():
    """They travel to a process by its command line, and later by its control route."""
    with Sandbox(process=True, settings=Settings(balance_cents=1)) as gateway:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        url = gateway.base_url + "/chat/completions"

        def status():
            return httpx.post(url, json=HELLO, headers=headers).status_code

        assert [status(), status()] == [200, 402]
        gateway.configure(balance_cents=2)
        assert [status(), status(), status()] == [200, 200, 402]
        with pytest.raises(TypeError, match="money"):
            gateway.configure(money=2)
        gateway.reset()
        assert [status(), status()] == [200, 402]


def test_command_line_refuses_nonsense():
    """A value that makes no sense is a usage error."""
    command = [sys.executable, "-m", "runinfra_ext.sandbox", "--plan", "gold"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("error: plan: expected core or enterprise, got 'gold'\n")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("GET", "reset", None, 404),
        ("POST", "script", {"a": 1}, 400),
        ("POST", "settings", [1], 400),
        ("POST", "settings", {"plan": "gold"}, 400),
        ("POST", "settings", {"nonsense": 1}, 400),
        ("POST", "deliver", {"url": "http://127.0.0.1:1"}, 400),
        ("POST", "deliver", {"url": "http://127.0.0.1:1", "event": {}, "secret": 5}, 400),
        ("POST", "deliver", {"url": "http://127.0.0.1:1", "event": {}, "attempts": 2}, 400),
        ("POST", "deliver", {"url": "file:///etc/hosts", "event": {}}, 400),
        ("POST", "deliver", {"url": "http://[", "event": {}}, 400),
        ("POST", "deliver", {"url": "http://127.0.0.1:1 x/", "event": {}}, 400),
        ("POST", "answers", {"text": "a", "required": None}, 400),
        ("POST", "script", ["ok"], 200),
    ],
)
def test_control_routes(gateway, method, path, body, status):
    """They say what is wrong with a request."""
    answer = httpx.request(method, f"{gateway.root_url}/sandbox/{path}", json=body)
    assert answer.status_code == status
    assert ("error" in answer.json()) == (status != 200)


def test_deliver_by_control_route(gateway):
    """A process delivers webhooks too; nobody listens here, so each try is a 0."""
    order = {"url": "http://127.0.0.1:1/hook", "event": {"id": "evt_1", "type": "x"}}
    answer = httpx.post(f"{gateway.root_url}/sandbox/deliver", json=order)
    assert answer.json() == [0, 0, 0]


def test_journal_tells_answers_and_validity(ask):
    """Each request's answer, and whether it satisfied the document."""
    ask()
    ask(body={**HELLO, "stream": True})
    ask(body={"model": "acme-chat-8b"})
    ask("/audio/speech", {"model": "acme-tts", "input": "Hi", "voice": "a"})
    good, stream, bad, speech = ask.gateway.journal
    assert good.valid
    assert good.answer["choices"][0]["message"]["content"] == "Seven."
    assert stream.answer == "3 events"
    assert not bad.valid
    assert bad.answer["error"]["param"] == "messages"
    assert speech.answer.endswith(" bytes of audio/mpeg")
