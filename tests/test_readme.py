"""Every snippet of the README runs, against the sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet(number, gateway, monkeypatch, tmp_path, capsys):
    """The snippet runs as it stands, with nothing but the environment variables set."""
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
    monkeypatch.chdir(tmp_path)
    exec(compile(SNIPPETS[number], f"README snippet {number}", "exec"), {"__name__": "__main__"})
    # Each ends by showing something, or by having written a file.
    assert capsys.readouterr().out.strip() or list(tmp_path.iterdir()) or gateway.journal


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
