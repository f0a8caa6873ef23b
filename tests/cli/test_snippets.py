"""`runinfra-ext snippet`: every program that it prints runs; and `completion`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import get_args

import pytest

import runinfra_ext
from runinfra_client.operations import OPERATIONS as DOCUMENTED
from runinfra_ext import RunInfra
from runinfra_ext.cli.snippets import OPERATIONS, Form

FORMS = get_args(Form)
ROOT = os.path.dirname(runinfra_ext.__path__[0])


@pytest.fixture
def desk(configured, monkeypatch, tmp_path):
    """A folder with the file that some programs read, and the variables that they need."""
    with RunInfra() as client:
        speech = client.audio.speech.create(
            model="acme-tts", input="What time is it?", voice="nova", response_format="wav"
        )
    speech.write_to_file(tmp_path / "question.wav")
    configured.reset()
    monkeypatch.setenv("RUNINFRA_PIPELINE_ID", configured.pipeline_id)
    monkeypatch.chdir(tmp_path)
    return configured


def test_every_operation_has_one():
    """Under the SDK's name, and the document's."""
    assert {one.method for one in OPERATIONS} == {facts.function for facts in DOCUMENTED.values()}
    assert {one.names[-1] for one in OPERATIONS} == set(DOCUMENTED)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [one.names[0] for one in OPERATIONS])
def test_it_runs(cli, desk, capfdbinary, monkeypatch, tmp_path, name, form):
    """As it is printed, with nothing but the variables set; it asks for what it should."""
    monkeypatch.setenv("RUNINFRA_MODEL", "")
    program = cli("snippet", name, "--for", form).out
    if name != "voice":
        monkeypatch.delenv("RUNINFRA_PIPELINE_ID")
    desk.reset()
    if form == "curl":
        # The key goes by a variable; no shell expands it into the program.
        assert "rp_live_" not in program
        run = subprocess.run(["bash", "-c", program], capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, "")
        shown = run.stdout
    else:
        exec(compile(program, f"snippet {name}", "exec", dont_inherit=True), {"__name__": "x"})
        sys.stdout.flush()
        shown = capfdbinary.readouterr().out.decode()
    (entry,) = desk.journal
    snippet = next(one for one in OPERATIONS if name in one.names)
    assert entry.operation == snippet.names[-1]
    assert entry.status == 200
    assert shown.strip() or (tmp_path / "question.wav").exists()


def test_the_model_is_the_one_that_is_given(cli):
    """Whatever stands in its name."""
    for form in ("python", "async", "openai"):
        program = cli("snippet", "chat", "-m", 'odd"name\\', "--for", form).out
        compile(program, "snippet", "exec")
        assert 'model="odd\\"name\\\\"' in program
    curl = cli("snippet", "model", "-m", "a/b c", "--for", "curl").out
    assert "/models/a%2Fb%20c" in curl
    assert "'model=it'\"'\"'s'" in cli("snippet", "transcribe", "-m", "it's", "--for", "curl").out


def test_json(cli):
    """The program is a member."""
    found = json.loads(cli("snippet", "createEmbedding", "--json").out)
    assert (found["operation"], found["for"]) == ("embeddings.create", "python")
    compile(found["program"], "snippet", "exec")


def test_an_unknown_operation(cli):
    """Those that there are, are named."""
    ran = cli("snippet", "chats")
    assert ran.code == 2
    assert "expected one of chat, respond, embed" in ran.err
    assert cli("snippet", "chat", "--for", "cobol").code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(cli, shell):
    """The script asks the program by a variable of its own."""
    script = cli("completion", shell).out
    assert "_RUNINFRA_EXT_COMPLETE=complete_" in script
    assert "runinfra-ext" in script
    assert cli("completion", "tcsh").code == 2


def test_zsh_completes_at_once(cli):
    """Read by compinit from a folder of $fpath, the file itself is the first completion."""
    script = cli("completion", "zsh").out
    assert script.startswith("#compdef runinfra-ext\n")
    *_, check, called, otherwise, known, end = script.splitlines()
    assert "== loadautofunc ]]" in check
    assert called.split() == ["_runinfra_ext_completion", '"$@"']
    assert known.split() == ["compdef", "_runinfra_ext_completion", "runinfra-ext"]
    assert (otherwise, end) == ("else", "fi")


def completed(tmp_path, *words):
    """What bash completes the last word to, by the script and the program."""
    program = tmp_path / "runinfra-ext"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m runinfra_ext "$@"\n')
    program.chmod(0o755)
    line = " ".join(f"'{word}'" for word in ("runinfra-ext", *words))
    script = (
        f"source <(runinfra-ext completion bash)\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words)}\n"
        '_runinfra_ext_completion runinfra-ext\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    path = f"{tmp_path}:{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PATH": path, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
    )
    assert run.stderr == ""
    return run.stdout.split()


def test_bash_completes(tmp_path):
    """Commands, and a command's options."""
    assert completed(tmp_path, "mo") == ["models"]
    assert completed(tmp_path, "models", "--ba") == ["--base-url"]


@pytest.mark.parametrize(
    ("shell", "variables"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "runinfra-ext snippet sp"}),
        (
            "fish",
            {
                "_TYPER_COMPLETE_ARGS": "runinfra-ext snippet sp",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
        ),
    ],
)
def test_other_shells_are_answered(monkeypatch, capfd, shell, variables):
    """By the variables that their scripts set."""
    from runinfra_ext.cli import main

    monkeypatch.setenv("_RUNINFRA_EXT_COMPLETE", f"complete_{shell}")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main([]) == 0
    assert "speak" in capfd.readouterr().out


def test_on_a_terminal(terminal):
    """Both print as they are, without colours."""
    shown = terminal("snippet", "chat", "-m", "m")
    assert (shown.code, 'model="m"' in shown.text, "\x1b" in shown.raw) == (0, True, False)
    assert terminal("completion", "bash").code == 0
