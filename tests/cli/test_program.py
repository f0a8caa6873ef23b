"""The program as a whole: help, exit codes, errors in one line, and what never happens."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

import runinfra_ext
from runinfra_ext import errors
from runinfra_ext.cli import failures
from runinfra_ext.cli.page import COMMANDS
from runinfra_ext.cli.screen import _as_json, plain
from tests.cli.conftest import ROOT


def test_without_arguments_it_shows_its_help(cli):
    """The commands, and every exit code."""
    ran = cli()
    assert (ran.code, ran.err) == (0, "")
    assert [name for name in COMMANDS if f"\n  {name} " not in ran.out] == []
    assert [text for _, text in failures.CODES if text not in ran.out] == []


@pytest.mark.parametrize("name", sorted(n for n, one in COMMANDS.items() if not one.bare))
def test_every_command_explains_itself(cli, name):
    """Each has a help page of its own, with what all have."""
    ran = cli(name, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: runinfra-ext {name}")
    assert COMMANDS[name].summary.rstrip(".") in ran.out


def test_version(cli):
    """The package's."""
    assert cli("--version").out == f"runinfra-ext {runinfra_ext.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["modles"], "No such command 'modles'. Did you mean 'models'?"),
        (["models", "--colour"], "No such option"),
        (["models", "--timeout", "soon"], "'soon' is not a valid float"),
        (["models", "--base-url", "gopher://x"], "base_url"),
        (["models", "--api-key-file", "/none"], "--api-key-file"),
        (["chat", "hello"], "give --model, or set RUNINFRA_MODEL"),
    ],
)
def test_wrong_usage_is_one_line_and_2(cli, gateway, arguments, words):
    """Nothing is sent."""
    ran = cli(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("error: ")
    assert words in ran.err
    assert gateway.journal == []


def test_without_a_key(cli, monkeypatch):
    """The variable and the option are named."""
    monkeypatch.delenv("RUNINFRA_API_KEY")
    ran = cli("models")
    assert ran.code == 3
    assert ran.err == "error: no API key: set RUNINFRA_API_KEY, or give --api-key-file\n"


def test_a_key_of_a_file(cli, gateway, monkeypatch, tmp_path):
    """Its first line, without what surrounds it."""
    monkeypatch.delenv("RUNINFRA_API_KEY")
    file = tmp_path / "key"
    file.write_text(f"  {gateway.api_key} \nsecond line\n")
    assert cli("models", "--api-key-file", str(file)).code == 0
    file.write_text("\n")
    ran = cli("models", "--api-key-file", str(file))
    assert (ran.code, "its first line is blank" in ran.err) == (2, True)


def test_errors_have_their_ids(cli, gateway, monkeypatch):
    """In one line for people, as JSON for machines, both on stderr."""
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.expired_api_key)
    ran = cli("models")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert f"request id {gateway.journal[0].request_id}" in ran.err
    ran = cli("models", "--json")
    told = json.loads(ran.err)
    assert (ran.code, ran.out) == (3, "")
    assert told["error"] == "AuthenticationError"
    assert told["request_id"] == gateway.journal[1].request_id
    assert told["exit_code"] == 3


@pytest.mark.parametrize("options", [[], ["--json"], ["--debug"]])
def test_no_secret_is_shown(cli, gateway, monkeypatch, options):
    """Not even with --debug, and not by a fault of the program that has the key in its message."""
    from runinfra_ext._sync.resources import models

    def broken(self):
        secret = gateway.api_key
        raise ValueError(f"it holds {secret}")

    monkeypatch.setattr(models.Models, "list", broken)
    ran = cli("models", *options)
    assert ran.code == 70
    assert gateway.api_key not in ran.err
    assert "[redacted]" in ran.err


def test_debug_tells_of_every_attempt(cli, gateway):
    """Attempts, waits, and where the error came from."""
    gateway.script("retry-after-ms:1", "503")
    ran = cli("models", "--debug", "--max-retries", "1")
    assert ran.code == 4
    assert ran.err.count("listModels attempt ") == 2
    assert "listModels: waiting" in ran.err
    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("401", 3),
        ("402", 4),
        ("403", 3),
        ("404", 1),
        ("429", 4),
        ("500", 1),
        ("503", 4),
        ("paused", 4),
        ("reset", 5),
        ("html", 6),
        ("garbage", 1),
    ],
)
def test_exit_codes(cli, gateway, fault, code):
    """By what happened."""
    gateway.script(fault)
    assert cli("chat", "-m", "acme-chat-8b", "--no-stream", "--max-retries", "0", "hi").code == code


def test_codes_of_all_errors():
    """Every error of the package has one of its own kind, none is a fault of the program."""
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    found = [one for one in classes if issubclass(one, errors.RunInfraError)]
    assert found
    assert [one for one in found if failures.code_of(one("x")) == failures.INTERNAL] == []
    assert failures.code_of(KeyboardInterrupt()) == 130
    assert failures.code_of(OSError()) == 7
    assert failures.code_of(RuntimeError()) == 70


def test_a_reader_that_leaves_is_no_error(configured, tmp_path):
    """As `runinfra-ext models | head -0` does: quiet, on both streams."""
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, "-m", "runinfra_ext", "models"],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(runinfra_ext.__path__[0]) + "/.."},
        cwd=tmp_path,
    )
    os.close(writer)
    assert (run.returncode, run.stderr) == (141, b"")


def test_the_import_starts_nothing():
    """Neither Typer nor rich nor the client is loaded by importing the package."""
    code = (
        "import sys, runinfra_ext.cli;"
        "print([n for n in ('typer', 'rich', 'runinfra_ext._sync', 'asyncio') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_its_own_page_is_that_of_typer(cli, monkeypatch):
    """Whichever way it is asked for, and however narrow the terminal is."""
    monkeypatch.setenv("COLUMNS", "60")
    page = cli("--help").out
    assert max(map(len, page.partition("Exit codes")[0].splitlines())) <= 60
    assert cli("-h").out == cli().out == cli("--help", "--version").out == page
    assert cli("--version", "--help").out == cli("--version").out


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_streams_that_are_closed_or_full(option):
    """No traceback: nobody reads, or the disk is full."""
    command = f"{sys.executable} -m runinfra_ext {option}"
    run = subprocess.run(
        ["sh", "-c", f"{command} >&- <&- 2>&-; echo $?; {command} >/dev/full; echo $?"],
        capture_output=True,
        text=True,
    )
    assert run.stdout == "0\n7\n"
    assert run.stderr == "error: stdout: No space left on device\n"


def test_what_help_loads():
    """A help page needs neither Typer, nor the client, nor any command's module."""
    code = (
        "import sys; from runinfra_ext.cli import main; main(['--help']);"
        "heavy = ('typer', 'rich', 'runinfra_ext._sync', 'runinfra_ext.cli.chat', 'attrs', 'urllib3');"
        "print([n for n in heavy if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_what_a_server_says_moves_no_terminal():
    """Line ends and tabs stay, every other control character is written out."""
    assert plain("a\tb\n\x1b[2Jc\r\x9b") == "a\tb\n\\x1b[2Jc\\r\\x9b"


@pytest.mark.parametrize(
    "arguments", [["modles"], ["models", "--colour"], ["models", "--timeout", "x"]]
)
def test_wrong_usage_as_json(cli, arguments):
    """An error is JSON where JSON is asked for, this one too."""
    ran = cli(*arguments, "--json")
    told = json.loads(ran.err)
    assert (ran.code, ran.out, told["error"], told["exit_code"]) == (2, "", "UsageError", 2)
    assert cli("chat", "--", *arguments, "--json").err.startswith("error: ")


def test_a_terminal_of_another_encoding(configured, gateway, tmp_path):
    """What it has no letters for is written out; JSON stays JSON, with halves of characters too."""
    said = "Say: \u00e9\u65e5"
    for encoding, text in (("ascii", "\\xe9\\u65e5"), ("latin-1", "\xe9\\u65e5")):
        env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
        for options in ([], ["--json"]):
            command = [sys.executable, "-m", "runinfra_ext", "chat", "-m", "acme-chat-8b", *options]
            ran = subprocess.run([*command, said], capture_output=True, env=env, cwd=tmp_path)
            assert ran.returncode == 0
            if options:
                content = json.loads(ran.stdout)["choices"][0]["message"]["content"]
                assert content == "\u00e9\u65e5"
            else:
                assert ran.stdout.decode(encoding) == f"{text}\n"
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    assert json.loads(_as_json({"a": ["x\ud800", float("nan")]}, out)) == {"a": ["x\ud800", None]}
    assert "\ud800" not in _as_json("x\ud800", out)


def test_doctor_asks_no_model_that_is_not_named(cli, gateway):
    """--call needs one: wrong usage, and no fault of the program."""
    ran = cli("doctor", "--call")
    assert (ran.code, ran.out) == (2, "")
    assert "give --model, or set RUNINFRA_MODEL" in ran.err
    assert gateway.journal == []


def test_completion_as_json(cli):
    """The script stands in it."""
    assert "complete" in json.loads(cli("completion", "bash", "--json").out)["script"]


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_terminal_without_styles(terminal, env):
    """What it can't show, or shall not, is not sent: neither of results nor of what stands aside."""
    shown = terminal("chat", "-m", "acme-chat-8b", "Hi.", env=env)
    assert (shown.code, "tokens in" in shown.text) == (0, True)
    assert "\x1b" not in shown.raw
    assert "\x1b" not in terminal("doctor", env=env).raw


def test_a_narrow_terminal(terminal):
    """A table that would be torn into syllables becomes records, in which nothing is left out."""
    shown = terminal("models", env={"COLUMNS": "40"})
    assert shown.code == 0
    assert (
        "model         acme-chat-8b\navailability  available\ncontext       131072\n" in shown.text
    )
    assert "endpoints     audio_transcriptions" in shown.text
