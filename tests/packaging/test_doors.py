"""The doors for contributors: workflows, templates, fragments, pages that lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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
    [refused] = runs("ci.yml", "release")[1:]
    assert refused.startswith("if make publish PYTHON=python 2> ")
    assert "; then exit 1; fi\n" in refused
    # In the words of the gate, else it could be refused for anything.
    [said] = re.findall('grep -q "(.+?)"', refused)
    assert said in (ROOT / "scripts/releasing/verdict.py").read_text("utf-8")
    publishing = [step for name, step in STEPS if "publish" in step.get("uses", "")]
    assert publishing == []


def loose(step, release):
    """What is wrong with a step."""
    given = step.get("with", {})
    if "${{" in step.get("run", ""):
        yield "puts an expression into a shell"
    if release and {"if", "shell", "continue-on-error", "working-directory"} & set(step):
        yield "has a step that may be left out or led elsewhere"
    if "checkout" in step.get("uses", "") and (
        given.get("persist-credentials") is not False
        or {"ref", "repository", "token", "path"} & set(given)
    ):
        yield "checks out more than it must"
    if "uses" in step and not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]):
        yield "uses an action by a name that can be moved"


def held(workflows):
    """What is wrong with the rights of workflows; empty if nothing is."""
    told = []
    for name, workflow in workflows.items():
        release = name == "release.yml"
        # YAML reads `on` as true.
        events = workflow[True]
        events = events if isinstance(events, dict) else dict.fromkeys(events)
        if odd := set(events) - {"push", "pull_request"}:
            told.append(f"{name} runs on {sorted(odd)}")
        if release and events != {"push": {"tags": ["v*"]}}:
            told.append(f"{name} runs on more than tags")
        if workflow.get("permissions") not in ({}, {"contents": "read"}):
            told.append(f"{name} gives rights to every job")
        if "env" in workflow or "defaults" in workflow:
            told.append(f"{name} sets variables or shells for every job")
        for title, job in workflow["jobs"].items():
            where = f"{name} {title}"
            rights = job.get("permissions", workflow.get("permissions"))
            if rights != RIGHTS.get(where, {"contents": "read"}):
                told.append(f"{where} has other rights")
            if "secrets" in yaml.safe_dump(job) and where != "release.yml canary":
                told.append(f"{where} has secrets")
            if job["runs-on"] != "ubuntu-24.04" or {"container", "services", "uses"} & set(job):
                told.append(f"{where} runs elsewhere")
            if job.get("environment") != PLACES.get(where, job.get("environment")):
                told.append(f"{where} is in another environment")
            if release and {"if", "env", "defaults", "continue-on-error"} & set(job):
                told.append(f"{where} may be left out or led elsewhere")
            told += [f"{where} {what}" for step in job["steps"] for what in loose(step, release)]
    if workflows["release.yml"]["jobs"]["publish"].get("needs") != "canary":
        told.append("the publishing job does not wait for the canary")
    return told


RIGHTS = {
    "release.yml canary": {"contents": "read", "id-token": "write", "attestations": "write"},
    "release.yml publish": {"contents": "read", "id-token": "write", "attestations": "read"},
    "pages.yml show": {"pages": "write", "id-token": "write"},
}
PLACES = {"release.yml canary": "canary", "release.yml publish": "release"}
PUSH = '  push:\n    tags: ["v*"]\n'
EDITS = [
    (
        "release.yml",
        PUSH,
        f"{PUSH}  workflow_dispatch:\n",
        "release.yml runs on ['workflow_dispatch']",
    ),
    ("release.yml", PUSH, f"{PUSH}    branches: [main]\n", "release.yml runs on more than tags"),
    ("release.yml", 'tags: ["v*"]', 'tags: ["*"]', "release.yml runs on more than tags"),
    ("ci.yml", "  pull_request:\n", "  pull_request_target:\n", "runs on ['pull_request_target']"),
    ("pages.yml", "  push:\n", "  workflow_run:\n", "runs on ['workflow_run']"),
    ("release.yml", "permissions: {}", "permissions: write-all", "gives rights to every job"),
    ("ci.yml", "  contents: read", "  contents: write", "ci.yml gives rights to every job"),
    (
        "release.yml",
        "      attestations: read",
        "      packages: write",
        "publish has other rights",
    ),
    ("release.yml", "    environment: release\n", "", "publish is in another environment"),
    ("release.yml", "    needs: canary\n", "", "does not wait for the canary"),
    (
        "release.yml",
        "    needs: canary\n",
        "    needs: canary\n    if: always()\n",
        "may be left out",
    ),
    (
        "release.yml",
        "      - run: make publish PYTHON=python\n",
        "      - run: make publish PYTHON=python\n        continue-on-error: true\n",
        "a step that may be left out",
    ),
    (
        "release.yml",
        "      - run: make publish PYTHON=python\n",
        "      - run: make publish PYTHON=${{ github.event.head_commit.message }}\n",
        "an expression into a shell",
    ),
    (
        "release.yml",
        "jobs:\n",
        "env: {MAKEFLAGS: -i}\njobs:\n",
        "sets variables or shells for every job",
    ),
    (
        "release.yml",
        "persist-credentials: false, fetch-depth: 0",
        "persist-credentials: false, ref: main",
        "checks out more",
    ),
    ("ci.yml", "{persist-credentials: false}", "{persist-credentials: true}", "checks out more"),
    (
        "ci.yml",
        "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
        "actions/setup-python@v7",
        "a name that can be moved",
    ),
    (
        "ci.yml",
        "uses: actions/setup-python@",
        "uses: somebody/setup-python@",
        "a name that can be moved",
    ),
    (
        "ci.yml",
        "          TARGET: ${{ matrix.target }}",
        "          TARGET: ${{ secrets.RUNINFRA_API_KEY }}",
        "ci.yml check has secrets",
    ),
    ("ci.yml", "    runs-on: ubuntu-24.04", "    runs-on: self-hosted", "runs elsewhere"),
]


def test_the_workflows_have_the_rights_they_need_and_no_others():
    """Nothing of a fork runs with a secret or an identity, and nothing leads the release elsewhere."""
    assert held(WORKFLOWS) == []


@pytest.mark.parametrize(("name", "old", "new", "told"), EDITS)
def test_an_edit_that_opens_a_door_is_told(name, old, new, told):
    """Each alone, for its reason."""
    text = (ROOT / ".github/workflows" / name).read_text("utf-8")
    assert old in text
    found = held({**WORKFLOWS, name: yaml.safe_load(text.replace(old, new, 1))})
    assert told in " ".join(found)


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
