"""Every snippet of the README and of the sandbox's page runs, against the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
