"""The live canary, held against the sandbox: it passes, skips and fails where it should."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from runinfra_ext import RunInfra
from runinfra_ext.sandbox import Sandbox, app, operations
from runinfra_ext.sandbox.state import Key

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "scripts/canary.py"
sys.path.insert(0, str(ROOT / "scripts"))
canary = importlib.import_module("canary")
running = importlib.import_module("probes.running")
variables = importlib.import_module("probes.variables")
sys.path.remove(str(ROOT / "scripts"))

NAMES = [row.name for row in canary.ROWS]
NEEDS = [(row.name, name) for row in canary.ROWS for name in row.needs]


class Canary:
    """Runs the program in this process, with the sandbox's variables."""

    def __init__(self, gateway, folder, capsys):
        self.gateway = gateway
        self.path = folder / "deep" / "report.json"
        self.capsys = capsys
        self.environ = variables.of_sandbox(gateway)
        self.shown = self.complaint = ""

    def run(self, *arguments):
        """The exit code."""
        code = canary.main([*arguments, "--report", str(self.path)], self.environ)
        self.shown, self.complaint = self.capsys.readouterr()
        return code

    @property
    def rows(self):
        """The rows of the report, by name."""
        return {row["name"]: row for row in json.loads(self.path.read_text("utf-8"))["rows"]}


@pytest.fixture
def bird(gateway, tmp_path, capsys):
    """A canary at the sandbox."""
    return Canary(gateway, tmp_path, capsys)


def test_every_row_passes(bird):
    """With all variables set each row passes, and every operation of the document is asked for."""
    from runinfra_client.operations import OPERATIONS

    assert bird.run() == 0
    needing = canary.without_fixture()  # new operations, until somebody gives them a row
    assert {name: row["result"] for name, row in bird.rows.items()} == {
        **dict.fromkeys(NAMES, "passed"),
        **dict.fromkeys(needing, "skipped"),
    }
    made = {OPERATIONS[entry.operation].function for entry in bird.gateway.journal}
    assert made == canary._MADE
    assert made | {*needing} == {operation.function for operation in OPERATIONS.values()}
    for row in canary.ROWS:
        assert bird.rows[row.name]["checks"] == list(row.checks)
    assert f"{len(NAMES)} passed, 0 failed, {len(needing)} skipped" in bird.shown


def test_a_new_operation_needs_a_fixture(bird, monkeypatch):
    """An operation that no row makes is listed and reported, and fails nothing."""
    monkeypatch.setattr(canary, "_MADE", canary._MADE - {"models.list"})
    assert bird.run("--list") == 0
    assert "models.list\n    needs:  a fixture" in bird.shown
    assert bird.run() == 0
    row = bird.rows["models.list"]
    assert (row["result"], row["reason"]) == ("skipped", "needs a fixture")


def test_the_report_counts_requests_and_names_the_last(bird):
    """Requests and the request id are those that the gateway saw; a local row has none."""
    assert bird.run("--only", "chat,idempotent-replay,bad-key,webhook") == 0
    told = [
        (name, row["requests"], row["request_id"], row["milliseconds"] >= 0)
        for name, row in bird.rows.items()
    ]
    ids = [entry.request_id for entry in bird.gateway.journal]
    assert told == [
        ("chat", 1, ids[0], True),
        ("idempotent-replay", 2, ids[2], True),
        ("bad-key", 1, ids[3], True),
        ("webhook", 0, None, True),
    ]
    assert [charge.operation for charge in bird.gateway.charges] == ["createChatCompletion"] * 2


@pytest.mark.parametrize("names", ["speech,transcription", "transcription,voice-pipeline"])
def test_speech_is_made_once(bird, names):
    """The rows that listen use the speech that was made before."""
    assert bird.run("--only", names) == 0
    spoken = [e for e in bird.gateway.journal if e.operation == "createSpeech"]
    assert len(spoken) == 1


def test_a_recording_may_come_from_a_file(bird, tmp_path, gateway):
    """With an audio file nothing has to be spoken."""
    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
        speech = client.audio.speech.create(
            model="acme-tts", input="Mind the gap.", voice="nova", response_format="wav"
        )
    bird.environ[variables.AUDIO_FILE] = str(speech.write_to_file(tmp_path / "gap.wav"))
    del bird.environ[variables.TTS_MODEL], bird.environ[variables.TTS_VOICE]
    gateway.reset()
    assert bird.run("--only", "transcription,voice-pipeline,speech") == 0
    assert [row["result"] for row in bird.rows.values()] == ["passed", "passed", "skipped"]
    assert "createSpeech" not in [entry.operation for entry in gateway.journal]


@pytest.mark.parametrize(("name", "variable"), NEEDS)
@pytest.mark.parametrize("value", [None, "  "])
def test_a_row_without_its_variable_is_skipped(bird, name, variable, value):
    """It is not run, says what is missing, and does not count as passed; blank is not set."""
    if value is None:
        del bird.environ[variable]
    else:
        bird.environ[variable] = value
    assert bird.run("--only", name) == 1  # nothing passed
    row = bird.rows[name]
    assert (row["result"], row["reason"]) == ("skipped", f"not set: {variable}")
    assert (row["checks"], row["requests"]) == ([], 0)
    assert list(bird.gateway.journal) == []
    # Beside a row that passes, a skipped one is no failure.
    assert bird.run("--only", f"models-list,{name}") == 0
    assert bird.rows[name]["result"] == "skipped"


@pytest.mark.parametrize("variable", [variables.TTS_MODEL, variables.TTS_VOICE])
def test_a_row_that_listens_needs_a_voice_or_a_file(bird, variable):
    """Without either it is skipped, and both ways out are named."""
    del bird.environ[variable]
    assert bird.run("--only", "transcription") == 1
    wanted = f"not set: {variable} (or {variables.AUDIO_FILE})"
    assert bird.rows["transcription"]["reason"] == wanted


FAULTS = [
    ("models-list", "404", "ModelNotFoundError"),
    ("models-retrieve", "401", "AuthenticationError"),
    ("chat", "402", "InsufficientCreditsError"),
    ("chat", "html", "UnexpectedContentError"),
    ("chat-stream", "truncate", "StreamTruncatedError"),
    ("chat-stream", "error-after", "ServiceUnavailableError"),
    ("chat-tools", "400", "BadRequestError"),
    ("responses", "empty", "ResponseShapeError"),
    ("responses-stream", "truncate", "StreamTruncatedError"),
    ("embeddings", "quota", "QuotaExceededError"),
    ("embeddings-base64", "no-retry", "ServiceUnavailableError"),
    ("rerank", "403", "PermissionDeniedError"),
    ("images", "422", "UnprocessableEntityError"),
    ("speech", "json-error", "ServiceUnavailableError"),
    ("speech-stream", "cut-body", "RunInfraConnectionError"),
    ("transcription", "500", "InternalServerError"),
    ("voice-pipeline", "500", "InternalServerError"),
    ("unknown-model", "redirect", "RedirectError"),
    ("idempotent-replay", "400", "BadRequestError"),
    ("idempotency-conflict", "replay-unavailable", "IdempotencyReplayUnavailableError"),
    ("deployments", "403", "PermissionDeniedError"),
    ("stream-cut", "no-retry", "ServiceUnavailableError"),
    ("speech-repeat", "500", "InternalServerError"),
    ("transcription-repeat", "500", "InternalServerError"),
]


@pytest.mark.parametrize(("name", "fault", "error"), FAULTS)
def test_a_fault_fails_the_row(bird, name, fault, error):
    """The error's facts are told, the exit code is 1, and the other rows still run."""
    if name in {"transcription", "voice-pipeline", "transcription-repeat"}:
        bird.gateway.script("ok")  # the speech that it listens to
    bird.gateway.script(fault)
    assert bird.run("--only", f"{name},webhook") == 1
    row = bird.rows[name]
    assert (row["result"], row["error"]["error"]) == ("failed", error)
    if fault.isdigit():
        request_id = next(e.request_id for e in bird.gateway.journal if e.fault)
        assert (row["error"]["status"], row["request_id"]) == (int(fault), request_id)
    assert re.search(rf"^{name} +failed .*{error}", bird.shown, re.MULTILINE)
    assert bird.rows["webhook"]["result"] == "passed"


def test_a_fault_that_the_sdk_gets_over_shows_in_the_requests(bird):
    """A repeat that helped is no failure, but it is told."""
    bird.gateway.script("503")
    assert bird.run("--only", "chat") == 0
    assert bird.rows["chat"]["requests"] == 2


def set_to(*path):
    """Changes a value in an answer: the keys, and what to set at their end."""

    def change(answer):
        *keys, last, value = path
        for key in keys:
            answer = answer[key]
        answer[last] = value

    return change


def reverse(answer):
    """The worst first."""
    answer["results"].reverse()


CALLS = ("choices", 0, "message", "tool_calls")
WRONG = [
    (
        "deployments",
        "listModels",
        lambda answer: answer["data"].pop(0),
        "every model that the rows use is listed",
    ),
    ("deployments", "listModels", set_to("data", 0, "availability", "paused"), "and available"),
    ("models-list", "listModels", set_to("data", []), "at least one model"),
    ("models-retrieve", "retrieveModel", set_to("id", "another"), "the same id"),
    ("chat", "createChatCompletion", set_to("choices", []), "a choice"),
    (
        "chat",
        "createChatCompletion",
        set_to("choices", 0, "finish_reason", None),
        "finish reason present",
    ),
    ("chat", "createChatCompletion", set_to("usage", None), "usage present"),
    ("chat-tools", "createChatCompletion", set_to(*CALLS, None), "the tool is called"),
    (
        "chat-tools",
        "createChatCompletion",
        set_to(*CALLS, 0, "function", "arguments", "{}"),
        "its arguments fit the schema",
    ),
    ("responses", "createResponse", set_to("usage", None), "usage present"),
    ("embeddings", "createEmbedding", set_to("data", 1, "index", 0), "a vector for each text"),
    ("embeddings", "createEmbedding", set_to("data", 1, "embedding", [1]), "of the same length"),
    (
        "embeddings-base64",
        "createEmbedding",
        set_to("data", 0, "embedding", [1.0, 0.0]),
        "came as base64",
    ),
    ("rerank", "createRerank", reverse, "best first"),
    ("rerank", "createRerank", set_to("results", 0, "index", 0), "the right one is best"),
    ("images", "createImage", set_to("data", []), "one image"),
    ("images", "createImage", set_to("data", 0, "b64_json", "QUJD"), "a picture, or where it is"),
    ("transcription", "createTranscription", set_to("text", " "), "text present"),
    (
        "transcription",
        "createTranscription",
        set_to("text", "Good evening."),
        "what was said, where it is known",
    ),
]


def handled(monkeypatch, operation, change):
    """Let the sandbox answer an operation with something changed."""
    original = operations.HANDLERS[operation]

    def handler(body, context):
        result = original(body, context)
        change(result.json)
        return result

    monkeypatch.setitem(operations.HANDLERS, operation, handler)


@pytest.mark.parametrize(("name", "operation", "change", "check"), WRONG)
def test_a_wrong_answer_fails_the_row(bird, monkeypatch, name, operation, change, check):
    """An answer that the SDK takes, but that is not as stated, names the check that failed."""
    handled(monkeypatch, operation, change)
    assert bird.run("--only", name) == 1
    row = bird.rows[name]
    assert (row["result"], row["reason"]) == ("failed", f"not so: {check}")
    stated = next(row.checks for row in canary.ROWS if row.name == name)
    assert tuple(row["checks"]) == stated[: stated.index(check)]
    assert f"not so: {check}" in bird.shown


def test_other_numbers_in_base64_fail_the_row(bird, monkeypatch):
    """Base64 that does not hold the numbers of the floats is found."""

    def change(answer):
        if isinstance(answer["data"][0]["embedding"], list):
            answer["data"][0]["embedding"][7] += 0.01

    handled(monkeypatch, "createEmbedding", change)
    assert bird.run("--only", "embeddings-base64") == 1
    assert bird.rows["embeddings-base64"]["reason"] == "not so: equal to floats"


@pytest.mark.parametrize(
    ("name", "key", "error"),
    [
        ("bad-key", "rp_live_" + "0" * 64, "APIStatusError"),
        ("pipeline-scope", Sandbox.pipeline_api_key, "PermissionDeniedError"),
    ],
)
def test_a_gateway_that_lets_everyone_in_fails(bird, monkeypatch, name, key, error):
    """What should be refused, and is not, is a failure."""
    monkeypatch.setitem(bird.gateway.state.keys, key, Key())
    assert bird.run("--only", name) == 1
    assert bird.rows[name]["reason"] == f"not so: refused with {error}"


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("idempotent-replay", "the second is marked as a replay"),
        ("idempotency-conflict", "refused with IdempotencyConflictError"),
        ("speech-repeat", "the second was not run again"),
        ("transcription-repeat", "the second was not run again"),
    ],
)
def test_a_gateway_that_forgets_keys_fails(bird, monkeypatch, name, check):
    """A second charge is found."""
    monkeypatch.setattr(bird.gateway.state, "claim", lambda *_: None)
    monkeypatch.setattr(bird.gateway.state, "settle", lambda *_: None)
    assert bird.run("--only", name) == 1
    assert bird.rows[name]["reason"] == f"not so: {check}"


@pytest.mark.parametrize("name", ["speech-repeat", "transcription-repeat"])
def test_a_repeat_by_hand_is_charged_once(bird, name):
    """Two requests with one key, one charge; the speech that a recording needs is another."""
    assert bird.run("--only", f"speech,{name}") == 0
    assert bird.rows[name]["requests"] == 2
    assert len(bird.gateway.charges) == 2


def test_a_reply_that_was_not_kept_was_not_charged_again(bird):
    """A gateway that says so has not run it again."""
    bird.gateway.script("ok", "replay-unavailable")
    assert bird.run("--only", "speech-repeat") == 0


def test_a_cut_is_made_through_tls(tmp_path, capsys, monkeypatch):
    """At a gateway with a certificate the relay is a proxy, and the client checks the gateway's."""
    with Sandbox(tls=True) as gateway:
        monkeypatch.setenv("SSL_CERT_FILE", str(gateway.ca_file))
        bird = Canary(gateway, tmp_path, capsys)
        assert bird.environ[variables.BASE_URL].startswith("https://")
        assert bird.run("--only", "stream-cut") == 0, bird.rows


def test_a_cut_that_nobody_notices_fails(bird, monkeypatch):
    """A stream that ends as if nothing were missing proves nothing."""
    monkeypatch.setattr(importlib.import_module("probes.relay").Relay, "cut", lambda _: None)
    assert bird.run("--only", "stream-cut") == 1
    assert bird.rows["stream-cut"]["reason"] == "not so: the cut is an error"


def test_strictly_every_row_must_pass(bird, monkeypatch):
    """One that is skipped, or that has no fixture, is a failure."""
    monkeypatch.setattr(canary.strictness, "unfit", lambda _: None)
    made = canary._MADE | {*canary.without_fixture()}
    monkeypatch.setattr(canary, "_MADE", made)
    assert bird.run("--strict") == 0
    assert json.loads(bird.path.read_text("utf-8"))["strict"] is True
    del bird.environ[variables.RERANK_MODEL]
    assert bird.run("--strict") == 1
    bird.environ = variables.of_sandbox(bird.gateway)
    monkeypatch.setattr(canary, "_MADE", made - {"models.list"})
    assert bird.run("--strict") == 1


def test_strictly_no_row_can_be_left_out(bird):
    """`--only` is refused, before anything is sent."""
    assert bird.run("--strict", "--only", "models-list") == 2
    assert "--only" in bird.complaint
    assert list(bird.gateway.journal) == []


def test_strictly_no_other_gateway_will_do(bird):
    """A loopback address is told and refused, before anything is sent."""
    assert bird.run("--strict") == 2
    assert "can't vouch for a release: only https://api.runinfra.ai/v1 can" in bird.complaint
    assert list(bird.gateway.journal) == []
    assert not bird.path.exists()


def nowhere(host):
    """A name that leads nowhere."""
    raise OSError(host)


@pytest.mark.parametrize(
    ("address", "resolve", "why"),
    [
        ("https://api.runinfra.ai/v1", lambda _: ["8.8.8.8", "2606:4700::1"], None),
        ("https://api.runinfra.ai/v1/", lambda _: ["8.8.8.8"], None),
        ("https://api.runinfra.ai/v1", lambda _: ["8.8.8.8", "127.0.0.1"], "leads to 127.0.0.1"),
        ("https://api.runinfra.ai/v1", lambda _: ["10.0.0.7"], "in no public network"),
        ("https://api.runinfra.ai/v1", lambda _: ["::1"], "in no public network"),
        ("https://api.runinfra.ai/v1", nowhere, "can't be resolved"),
        ("http://api.runinfra.ai/v1", lambda _: ["8.8.8.8"], "only https://api.runinfra.ai/v1"),
        ("https://api.runinfra.ai:8443/v1", lambda _: ["8.8.8.8"], "only https://"),
        ("https://api.runinfra.ai.example/v1", lambda _: ["8.8.8.8"], "only https://"),
        ("https://api.runinfra.ai/v1/pipe_1", lambda _: ["8.8.8.8"], "only https://"),
    ],
)
def test_which_gateway_can_vouch(address, resolve, why):
    """The document's own, at a public address."""
    told = canary.strictness.unfit(address, resolve)
    assert told is None if why is None else why in told


def test_the_gateway_is_the_document_s():
    """The address stands in the document, and is the SDK's default."""
    from runinfra_ext._call.urls import DEFAULT_BASE_URL

    assert canary.strictness.GATEWAY == DEFAULT_BASE_URL
    assert f"- url: {DEFAULT_BASE_URL}\n" in (ROOT / "openapi/runinfra.yaml").read_text("utf-8")


def test_an_answer_without_its_id_fails(bird, monkeypatch, gateway):
    """The gateway's id is part of what every row states."""
    gateway.configure(check_answers=False)  # it would see the mistake first
    original = app.ServedRequest._headers

    def without(self):
        headers = original(self)
        del headers["x-request-id"]
        return headers

    monkeypatch.setattr(app.ServedRequest, "_headers", without)
    assert bird.run("--only", "chat,unknown-model") == 1
    assert {row["reason"] for row in bird.rows.values()} == {"not so: request id present"}


def test_a_row_that_checks_less_than_it_states_fails():
    """A row can't pass by leaving early."""
    stated = ("first", "second")

    def early(target, client, seen):
        seen.check("first", True)

    target = running.Target({variables.API_KEY: "key"})
    outcome = running.run_row(running.Row("early", early, stated), target)
    target.close()
    assert (outcome.result, outcome.reason) == ("failed", "not checked: second")


def test_a_mistake_in_a_row_fails_it():
    """An exception of no known kind is a failure of the row, told by its class only."""

    def broken(target, client, seen):
        raise KeyError("a prompt")

    target = running.Target({variables.API_KEY: "key"})
    outcome = running.run_row(running.Row("broken", broken, ()), target)
    target.close()
    assert (outcome.result, outcome.error) == ("failed", running.ErrorFacts("KeyError"))


def test_nothing_secret_is_told(bird, monkeypatch):
    """Neither keys nor secrets, although the gateway repeats them; nor prompts and messages."""
    given = bird.environ
    secrets = [given[name] for name in variables.SECRETS]
    given[variables.WEBHOOK_SECRET] = secrets[-1] = 'whsec_"quoted"-é'

    def talkative(body, context):
        code = f"{given[variables.WEBHOOK_SECRET]} {given[variables.PIPELINE_KEY]}"[:200]
        raise operations.Refused(
            400, f"You said {body}, {secrets}", kind=given[variables.API_KEY], code=code
        )

    monkeypatch.setitem(operations.HANDLERS, "createChatCompletion", talkative)
    assert bird.run() == 1
    report = bird.path.read_text("utf-8")
    prompts = ["prime", "Paris", "five", "fox", "boat", "refunds", "messages", "You said"]
    for text in (bird.shown, bird.complaint, report, str(bird.rows)):
        assert [secret for secret in secrets if secret in text] == []
        assert [prompt for prompt in prompts if prompt in text] == []
    assert "[redacted]" in bird.rows["chat"]["error"]["code"]


def test_no_key(bird):
    """Without a key nothing is sent, the exit code is 2, and the message names the variable."""
    for value in ("", "   "):
        bird.environ[variables.API_KEY] = value
        assert bird.run() == 2
        assert variables.API_KEY in bird.complaint
        assert "--sandbox" in bird.complaint
    del bird.environ[variables.API_KEY]
    assert bird.run() == 2
    assert not bird.path.exists()
    assert list(bird.gateway.journal) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [(variables.BASE_URL, "ftp://gateway.example"), (variables.API_KEY, "schlüssel")],
)
def test_a_key_or_address_that_cant_be_one(bird, variable, value):
    """That is one message and the exit code 2, not a failure of every row."""
    bird.environ[variable] = value
    assert bird.run() == 2
    assert bird.complaint.strip()
    assert value not in bird.shown
    assert not bird.path.exists()


def test_list_names_rows_checks_and_needs(bird):
    """`--list` runs nothing, not even without a key."""
    bird.environ.clear()
    assert bird.run("--list") == 0
    for row in canary.ROWS:
        assert re.search(rf"^{row.name}$", bird.shown, re.MULTILINE)
        assert ", ".join(row.checks) in bird.shown
    assert bird.run("--list", "--only", "webhook") == 0
    assert bird.shown.split()[0] == "webhook"
    assert variables.WEBHOOK_SECRET in bird.shown


@pytest.mark.parametrize("names", ["chatt", "chat,nothing", "", ","])
def test_only_refuses_unknown_names(bird, names):
    """A name that is none is told, and nothing runs."""
    with pytest.raises(SystemExit) as caught:
        bird.run("--only", names)
    assert caught.value.code == 2
    assert "no such row" in bird.capsys.readouterr().err


def test_help_warns_of_the_cost(bird):
    """The help says that calls are paid, and names every variable."""
    with pytest.raises(SystemExit) as caught:
        bird.run("--help")
    shown = bird.capsys.readouterr().out
    assert caught.value.code == 0
    assert "PAID" in shown
    assert [name for name in variables.HELP if name not in shown] == []


def test_the_docs_name_every_row_and_variable():
    """The page is complete."""
    page = (ROOT / "docs/canary.md").read_text("utf-8")
    assert [name for name in [*NAMES, *variables.HELP] if f"`{name}`" not in page] == []


@pytest.mark.parametrize("arguments", [["--sandbox"], []])
def test_as_a_program(gateway, tmp_path, arguments):
    """From a shell every row passes, though the environment holds a pipeline for the clients."""
    environ = {**os.environ, "RUNINFRA_PIPELINE_ID": gateway.pipeline_id}
    if not arguments:
        environ |= variables.of_sandbox(gateway)
    run = subprocess.run(
        [sys.executable, "-W", "error", str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environ,
    )
    assert (run.returncode, run.stderr) == (0, "")
    rows = json.loads((tmp_path / "out/canary.json").read_text("utf-8"))["rows"]
    assert [row["name"] for row in rows if row["result"] == "passed"] == NAMES
    scopes = {e.path.split("/")[2] for e in gateway.journal if e.operation == "listModels"}
    assert scopes <= {"models", gateway.other_pipeline_id}
