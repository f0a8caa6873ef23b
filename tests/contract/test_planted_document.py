"""Each wrong edit of the document is refused by `make gen`, or makes a test fail."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.trees import copied, replaced

pytestmark = pytest.mark.contract
PARTS = (
    *("openapi", "scripts", "runinfra_client", "runinfra_ext", "tests", "docs", "examples"),
    *("generator-config.yml", "pyproject.toml", "redocly.yaml", "README.md"),
)

# What is wrong, what stands there, what is put there, and where a test has to fail.
PLANTED = {
    "a path": ("  /embeddings:\n", "  /embedding:\n", "tests/sandbox/test_sandbox.py"),
    "a field of an answer": (
        "        prompt_tokens:",
        "        prompt_count:",
        "tests/e2e/test_operations.py",
    ),
    "a type in an answer": (
        "        finish_reason: {type: [string, \"null\"]",
        "        finish_reason: {type: [integer, \"null\"]",
        "make gen",
    ),
    "a field that is no longer required": (
        "      required: [model, messages]\n",
        "      required: [model]\n",
        "tests/sandbox/test_sandbox.py",
    ),
    "a limit": ("maximum: 2,", "maximum: 20,", "tests/sandbox/test_sandbox.py"),
    "a replay class": (
        "      x-runinfra-replay: {class: keyed, scope: any, conservative: false}\n",
        "      x-runinfra-replay: {class: never, scope: any, conservative: false}\n",
        "tests/e2e/test_faults.py",
    ),
    "the end of a stream": (
        "        done-sentinel: skipped\n",
        "        done-sentinel: ends\n",
        "tests/streams/test_endings.py",
    ),
    "a media type": ("            audio/mpeg: &audio\n", "            audio/mp3: &audio\n",
                     "tests/e2e/test_operations.py"),
    "the error's shape": (
        "      required: [error]\n",
        "      required: [error, request_id]\n",
        "make gen",
    ),
    "a header": ("      name: X-Client-Request-Id\n", "      name: X-Client-Request\n",
                 "tests/e2e/test_operations.py"),
    "the header of keys": (
        "      name: Idempotency-Key\n",
        "      name: Idempotence-Key\n",
        "make gen",
    ),
    "a scope": ("      x-runinfra-scope: pipeline\n", "      x-runinfra-scope: any\n", "make gen"),
    "security": ("      security:\n        - bearerAuth: []\n", "", "tests/document"),
}  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    """A copy of the project."""
    return copied(PARTS, tmp_path)


def run(tree, *command):
    """Run Python on the copy, with its own packages."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_wrong_edit_is_noticed(tree, mistake):
    """Where the code follows the document without a word, a test does not."""
    old, new, tests = PLANTED[mistake]
    replaced(tree / "openapi/runinfra.yaml", old, new)
    generated = run(tree, "scripts/generate.py", "--root", str(tree))
    if tests == "make gen":
        assert generated.returncode == 1
        assert "openapi/runinfra.yaml:" in generated.stderr
        return
    assert generated.returncode == 0, generated.stderr
    done = run(tree, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-3000:] + done.stderr
