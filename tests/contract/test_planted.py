"""The contract tests themselves: each mistake planted in a copy of the sandbox is found."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.trees import ROOT, copied, replaced

pytestmark = pytest.mark.contract

# What is wrong, where, what stands there, what is put there, and what has to find it.
PLANTED = {
    "a missing field": (
        "operations.py",
        '"object": "list", "model": context.model, "data": data, "usage": usage',
        '"object": "list", "model": context.model, "usage": usage',
        "createEmbedding",
        "Response violates schema",
    ),
    "a wrong type": (
        "chat.py",
        '{"index": index, "message": message,',
        '{"index": str(index), "message": message,',
        "createChatCompletion",
        "Response violates schema",
    ),
    "a wrong status": (
        "operations.py",
        '        404,\n        f"Unknown model id',
        '        400,\n        f"Unknown model id',
        "retrieveModel",
        "Schema-valid request rejected",
    ),
    "an undocumented status": (
        "access.py",
        'raise Refused(401, "The API key is not valid."',
        'raise Refused(418, "The API key is not valid."',
        "listModels",
        "Undocumented status code",
    ),
    "a missing header": (
        "app.py",
        'headers = {"x-request-id": self.entry.request_id}',
        "headers: dict[str, str] = {}",
        "listModels",
        "Missing required response headers",
    ),
    "a wrong content type": (
        "outcomes.py",
        'media_type: str = "application/json"',
        'media_type: str = "text/json"',
        "listModels",
        "Undocumented Content-Type",
    ),
    "a bad body accepted": (
        "strict.py",
        "    if reason is None:",
        '    if reason is None or reason[0] == ["top_n"]:',
        "createRerank",
        "Schema-violating request accepted",
    ),
    "a 500 on odd input": (
        "strict.py",
        "    path, message = reason\n",
        "    path, message = reason[1], reason[2]\n",
        "createEmbedding",
        "Server error",
    ),
    "the key ignored": (
        "access.py",
        "if key is None or key.expired:",
        "if key is None:\n        key = Key()\n    if key.expired:",
        "listModels",
        "accept",
    ),
    "a malformed event": (
        "chat.py",
        '"object": "chat.completion.chunk", "choices": choices}',
        '"object": "chat.completion.chunk", "choices": "none"}',
        "createChatCompletion",
        "SSE event violates schema",
    ),
    "a malformed Responses event": (
        "responses_adapter.py",
        '**where, "delta": piece',
        '**where, "dleta": piece',
        "createResponse",
        "SSE event violates schema",
    ),
}


def contract(folder, operation):
    """The contract tests of one operation, with the packages of a folder."""
    command = [
        *(sys.executable, str(ROOT / "scripts/contract.py"), "--no-color"),
        *("--include-operation-id", operation),
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path):
    """The packages, to be broken."""
    return copied(("runinfra_ext", "runinfra_client"), tmp_path)


def test_the_copy_is_sound(copy):
    """Without a mistake the copy passes, so what follows is the mistakes' doing."""
    done = contract(copy, "createChatCompletion")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_found(copy, mistake):
    """The run fails, and says why."""
    name, old, new, operation, verdict = PLANTED[mistake]
    replaced(copy / "runinfra_ext/sandbox" / name, old, new)
    done = contract(copy, operation)
    assert done.returncode == 1, done.stdout[-3000:]
    assert verdict in done.stdout
