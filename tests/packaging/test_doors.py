"""The doors for contributors: workflows, templates, fragments, pages that lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.trees import copied

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
STEPS = [
    (name, step)
    for name, workflow in WORKFLOWS.items()
    for job in workflow["jobs"].values()
    for step in job["steps"]
]


def runs(workflow, job):
    """The commands of a job."""
    return [step["run"] for step in WORKFLOWS[workflow]["jobs"][job]["steps"] if "run" in step]


def test_only_the_publishing_workflow_may_publish():
    """It calls the two targets and nothing else; no other workflow calls publish but to see it refuse."""
    assert runs("release.yml", "canary") == ["make release PYTHON=python"]
    assert runs("release.yml", "publish") == ["make publish PYTHON=python"]
    with_identity = {
        (name, title)
        for name, workflow in WORKFLOWS.items()
        for title, job in workflow["jobs"].items()
        if (job.get("permissions") or {}).get("id-token") == "write"
    }
    assert with_identity == {
        ("release.yml", "canary"),
        ("release.yml", "publish"),
        ("pages.yml", "show"),
    }
    assert WORKFLOWS["release.yml"]["jobs"]["publish"]["environment"] == "release"
    refused = "if make publish PYTHON=python; then exit 1; fi"
    assert [run.strip() for run in runs("ci.yml", "release")[1:]] == [refused]
    publishing = [step for name, step in STEPS if "publish" in step.get("uses", "")]
    assert publishing == []


def test_workflows_call_the_makefile():
    """What runs there runs anywhere; each target is one."""
    matrix = WORKFLOWS["ci.yml"]["jobs"]["check"]["strategy"]["matrix"]["target"]
    called = {target for targets in matrix for target in targets.split()}
    for name, step in STEPS:
        if "run" in step:
            found = set(re.findall(r"make ([a-z-]+)", step["run"]))
            assert found or "make $TARGET" in step["run"], (name, step)
            called |= found
    assert sorted(called - TARGETS) == []
    assert {"lint", "types", "contract", "coverage", "release", "package-test"} <= called


def test_actions_are_pinned():
    """By commit: a tag can be moved by somebody else."""
    used = [step["uses"] for _, step in STEPS if "uses" in step]
    assert used
    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []


def test_the_canary_of_a_release_gets_every_variable():
    """A row without its variable would be skipped, and the release refused."""
    page = (ROOT / "docs/canary.md").read_text("utf-8")
    wanted = set(re.findall(r"RUNINFRA_[A-Z_]+", page.partition("## What it tells")[0]))
    [given] = [s["env"] for _, s in STEPS if s.get("run", "").startswith("make release PYTHON")]
    # The usual gateway, and speech that was made before, need none.
    assert wanted - set(given) == {"RUNINFRA_BASE_URL", "RUNINFRA_CANARY_AUDIO_FILE"}


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"],
        ["-m", "pre_commit", "validate-config"],
    ],
    ids=["workflows", "pre-commit"],
)
def test_files_for_tools_are_valid(command):
    """The tools that read them take them."""
    if "vendor.github-workflows" in command:
        command = [*command, *map(str, (ROOT / ".github/workflows").glob("*.yml"))]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_fragments_become_the_changelog(tmp_path):
    """Each kind has its heading, the version and the day are told, and the fragments are gone."""
    (tmp_path / "changes").mkdir()  # without those that wait for the next version
    copied(["pyproject.toml", "CHANGELOG.md", "changes/README.md"], tmp_path)
    (tmp_path / "changes/12.added.md").write_text("A door.\n", "utf-8")
    (tmp_path / "changes/+wall.fixed.md").write_text("A wall.\n", "utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--yes"]
    command += ["--version", "9.9.9", "--date", "2026-01-02"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "CHANGELOG.md").read_text("utf-8")
    newest = text.partition("<!-- fragments -->\n")[2].partition("\n## 0.1.0")[0]
    assert newest.strip().split("\n\n") == [
        "## 9.9.9 - 2026-01-02",
        "### Added",
        "- A door. (#12)",
        "### Fixed",
        "- A wall.",
    ]
    assert [path.name for path in (tmp_path / "changes").iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_links_lead_somewhere(path):
    """What a page points to in the project is there, heading and all."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if anchor:
            titles = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}
            assert anchor in slugs, link
