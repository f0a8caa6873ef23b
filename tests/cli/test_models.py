"""`runinfra-ext models`."""

from __future__ import annotations

import json
import os

import pytest

from tests.network.hostile import Hostile, answer, answering


def test_list(cli, gateway):
    """A line for each model in a pipe, with tabs."""
    ran = cli("models")
    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [line[0] for line in lines][:2] == ["acme-chat-8b", "Qwen/Qwen3-32B"]
    assert lines[0][1:] == ["available", "131072", "0.11", "0.42", "chat_completions responses"]
    assert {len(line) for line in lines} == {6}


def test_one(cli):
    """All of it, nested members under their path."""
    facts = dict(line.split("\t") for line in cli("models", "acme-chat-8b").out.splitlines())
    assert facts["id"] == "acme-chat-8b"
    assert facts["pricing.input"] == "0.11"
    assert facts["supported_endpoints"] == "chat_completions responses"


def test_json(cli):
    """As the gateway sent it."""
    whole = json.loads(cli("models", "--json").out)
    assert whole["object"] == "list"
    one = json.loads(cli("models", "Qwen/Qwen3-32B", "--json").out)
    assert one in [{**entry, "created": one["created"]} for entry in whole["data"]]


def test_no_models(cli):
    """Said aside; the output is empty."""
    with Hostile(answering(answer(b'{"object": "list", "data": []}'))) as server:
        ran = cli("models", "--base-url", server.base_url)
    assert (ran.code, ran.out) == (0, "")
    assert "no verified live model" in ran.err


def test_unknown_model(cli):
    """An error of the gateway."""
    ran = cli("models", "nope")
    assert ran.code == 1
    assert "nope" in ran.err


def test_on_a_terminal(terminal):
    """A table with heads; numbers to the right."""
    shown = terminal("models")
    assert shown.code == 0
    lines = shown.text.splitlines()
    assert lines[0].split() == ["model", "availability", "context", "$/M", "in", "$/M", "out",
                                "endpoints"]  # fmt: skip
    assert next(line for line in lines if line.startswith("acme-chat-8b")).split()[1] == "available"
    assert "\x1b[1m" in shown.raw


@pytest.fixture
def completed(cli, monkeypatch, tmp_path):
    """What the shell is offered behind `chat -m` and a beginning; the cache is a folder of the test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("_RUNINFRA_EXT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_CWORD", "3")

    def complete(begun):
        monkeypatch.setenv("COMP_WORDS", f"runinfra-ext chat --model {begun}")
        return cli()

    return complete


def test_models_are_completed(completed, gateway, tmp_path):
    """From the gateway once, then from a file that tells nothing of the key; a broken one is made anew."""
    assert completed("acme-r").out.split() == ["acme-rerank"]
    assert "Qwen/Qwen3-32B" in completed("").out.split()
    assert len(gateway.journal) == 1
    (file,) = (tmp_path / "cache/runinfra-ext").iterdir()
    assert gateway.api_key not in file.name + file.read_text()
    file.write_text("{")
    assert completed("acme-r").out.split() == ["acme-rerank"]
    os.utime(file, (0, 0))
    assert completed("acme-r").out.split() == ["acme-rerank"]
    assert len(gateway.journal) == 3


def test_names_that_mean_something_to_a_shell(completed, monkeypatch):
    """What a server calls a model is never run."""
    named = ["a/b:c@d-1.5", "$(touch x)", "`x`", "a;b", "a b", "a'b", 'a"b', "a\n", ""]
    found = {"object": "list", "data": [{"id": name, "object": "model"} for name in named]}
    with Hostile(answering(answer(json.dumps(found).encode()))) as server:
        monkeypatch.setenv("RUNINFRA_BASE_URL", server.base_url)
        assert completed("").out.split() == ["a/b:c@d-1.5"]


def test_completion_never_fails(completed, gateway, monkeypatch, tmp_path):
    """Without a key, a gateway or a place for the cache there is nothing to offer, or no cache."""
    gateway.script("500")
    assert completed("acme-r")[1:] == ("\n", "")
    (tmp_path / "cache").write_text("a file, no folder")
    assert completed("acme-r").out.split() == ["acme-rerank"]
    monkeypatch.delenv("RUNINFRA_API_KEY")
    assert completed("acme-r")[1:] == ("\n", "")
