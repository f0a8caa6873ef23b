"""Every snippet of the README and of the sandbox's page runs, against the sandbox."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from runinfra_ext import RunInfra, errors
from runinfra_ext._ground.limits import DEFAULT_TIMEOUT

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = [
    snippet
    for name in (
        "README.md",
        "docs/tutorial.md",
        "docs/operations.md",
        "docs/configuration.md",
        "docs/retries.md",
        "docs/errors.md",
        "docs/production.md",
        "docs/recipes.md",
        "docs/sandbox.md",
        "docs/streaming.md",
        "docs/webhooks.md",
        "docs/audio.md",
        "docs/limits.md",
        "docs/bulk.md",
        "docs/tools.md",
        "docs/network.md",
        "docs/observability.md",
        "docs/notebooks.md",
        "docs/requests.md",
        "docs/migrating.md",
    )
    for snippet in re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    if "def test_" not in snippet  # with fixtures: tests/plugin runs it
]


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet(number, gateway, monkeypatch, tmp_path, capsys):
    """The snippet runs as it stands, with nothing but the environment variables set."""
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
    monkeypatch.setenv("COUNT", "300")  # of the fifty thousand
    monkeypatch.chdir(tmp_path)
    code = compile(SNIPPETS[number], f"README snippet {number}", "exec", dont_inherit=True)
    exec(code, {"__name__": "__main__"})
    shown, written = capsys.readouterr().out.strip(), list(tmp_path.iterdir())
    # Each shows something, writes a file, or asserts on its own.
    assert shown or written or "assert " in SNIPPETS[number]


@pytest.mark.slow
@pytest.mark.timeout(900)  # without a cache it reads every library that the pages name
def test_snippets_are_typed(tmp_path):
    """What is copied from the pages passes a strict type checker."""
    paths = [tmp_path / f"snippet_{number}.py" for number in range(len(SNIPPETS))]
    for path, snippet in zip(paths, SNIPPETS, strict=True):
        if "django" not in snippet and "pyarrow" not in snippet:  # they ship no types
            path.write_text(snippet, "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,  # its cache is there
    )
    assert run.returncode == 0, run.stdout


def test_there_is_a_snippet_for_each_operation():
    """The quick start leaves no operation out."""
    from runinfra_client.operations import OPERATIONS

    calls = {
        "createChatCompletion": "chat.completions.create(",
        "createResponse": "responses.create(",
        "createEmbedding": "embeddings.create(",
        "createRerank": "rerank.create(",
        "createImage": "images.generate(",
        "createSpeech": "audio.speech.create(",
        "createTranscription": "audio.transcriptions.create(",
        "createVoicePipeline": "voice.pipeline.create(",
        "listModels": "models.list(",
        "retrieveModel": "models.retrieve(",
    }
    text = "\n".join(SNIPPETS)
    assert set(OPERATIONS) == set(calls)
    assert [name for name, call in calls.items() if call not in text] == []


def test_the_table_of_faults_is_complete():
    """Every fault of the sandbox stands in its documentation."""
    from runinfra_ext.sandbox.faults import NAMES

    text = (ROOT / "docs/sandbox.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in text] == []


def test_every_reason_is_explained():
    """The page of the network tells what each `error.reason` means."""
    from typing import get_args

    from runinfra_ext._ground.wire import FailureReason

    text = (ROOT / "docs/network.md").read_text("utf-8").partition("## What an error says")[2]
    assert set(re.findall(r"`([a-z_]+)`(?=[, |])", text.partition("| --- |")[2])) >= set(
        get_args(FailureReason)
    )


def test_the_recipe_of_fastapi_serves(gateway, monkeypatch, capsys):
    """The text comes through, and a refusal is an answer of its own."""
    from fastapi.testclient import TestClient

    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
    [snippet] = [text for text in SNIPPETS if "FastAPI(lifespan" in text]
    app: dict = {}
    exec(snippet, app)
    with TestClient(app["app"]) as browser:
        assert browser.get("/ask", params={"question": "Say: hello"}).text == "hello"
        gateway.script("403")
        refused = browser.get("/ask", params={"question": "Say: hello"})
    assert refused.status_code == 502
    assert refused.json()["request_id"].startswith("req_")


def test_every_option_is_on_the_page():
    """The table of configuration has all of them, what they are by default, and which a copy takes."""
    from runinfra_ext._call.options import ClientOptions, CopyOptions, Settings

    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    table = page.partition("## Options of a client")[2].partition("\n## ")[0]
    rows = {
        name: (bool(star), default)
        for name, star, default in re.findall(r"^\| `(\w+)`( \*)? \| (.*?) \|", table, re.MULTILINE)
    }
    own = set(inspect.signature(RunInfra.__init__).parameters) - {"self", "options"}
    assert set(rows) == own | set(ClientOptions.__annotations__)
    assert {name for name, (star, _) in rows.items() if star} == set(CopyOptions.__annotations__)
    defaults = {
        **{n: p.default for n, p in inspect.signature(RunInfra.__init__).parameters.items()},
        **Settings._field_defaults,
        "timeout": int(DEFAULT_TIMEOUT),
    }
    literal = {n: d.strip("`") for n, (_, d) in rows.items() if re.fullmatch(r"`[^`]+`", d)}
    literal = {name: text for name, text in literal.items() if text not in rows}
    shown = {name: repr(defaults[name]).replace("'", '"') for name in literal}
    nothing = {"default_headers": "{}", "middleware": "()"}  # as good as None
    assert literal == {n: "None" if nothing.get(n) == text else text for n, text in shown.items()}


def test_every_error_is_on_the_page():
    """The tree is that of the module, which is held against the classes elsewhere."""
    tree = re.search(r"    RunInfraError\n.*?trusted\n", errors.__doc__, re.DOTALL)[0]
    page = (ROOT / "docs/errors.md").read_text("utf-8")
    assert textwrap.dedent(tree).replace("``", "") in page
    assert {"BulkStoppedError", "JournalError"} <= set(re.findall(r"\w+Error", page))


def test_every_variable_is_on_the_page():
    """What the package reads of the environment, but for the canary's own."""
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    sources = [p for p in (ROOT / "runinfra_ext").rglob("*.py") if "canary" not in p.name]
    named = {n for p in sources for n in re.findall(r"\bRUNINFRA_[A-Z_]+\b", p.read_text("utf-8"))}
    own = {"RUNINFRA_EXT_COMPLETE"}  # how a shell asks the program itself
    assert sorted(name for name in named - own if f"`{name}`" not in page) == []


def test_every_extra_is_on_the_page():
    """With what it is for."""
    table = (ROOT / "docs/configuration.md").read_text("utf-8").partition("## Extras")[2]
    named = set(re.findall(r"`([a-z-]+)`", table.partition("\n## ")[0]))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["optional-dependencies"]) - named == set()
