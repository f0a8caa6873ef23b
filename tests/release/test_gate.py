"""The gate of a release: the one way through it, and all the ways that lead nowhere."""

from __future__ import annotations

import calendar
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
artefacts = importlib.import_module("releasing.artefacts")
reports = importlib.import_module("releasing.report")
verdict = importlib.import_module("releasing.verdict")
publish = importlib.import_module("publish")
release = importlib.import_module("release")
sys.path.remove(str(ROOT / "scripts"))

NOON = 1_767_182_400
ROWS = {
    "models-list": ("request id present", "at least one model"),
    "chat": ("request id present", "a choice"),
    "webhook": ("a good signature is taken",),
}
FILES = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "runinfra-ext"
dynamic = ["version"]
[tool.hatch.version]
path = "runinfra_ext/_version.py"
[tool.hatch.build.targets.wheel]
packages = ["runinfra_ext"]
""",
    "runinfra_ext/__init__.py": '"""Small."""\n',
    "runinfra_ext/_version.py": '"""The version."""\n\n__version__ = "0.1.0"\n',
    "openapi/runinfra.yaml": "openapi: 3.1.0\n",
    "CHANGELOG.md": "# Changelog\n\n## 0.1.0 - 2025-12-31\n\nFirst version.\n",
    ".gitignore": "/dist/\n/out/\n",
}


def stamp(seconds):
    """A time as reports tell it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def git(folder, *arguments):
    """Run git, with nobody's settings."""
    date = f"{NOON} +0000"
    environ = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }
    who = ("-c", "user.name=Someone", "-c", "user.email=someone@example.com")
    command = ["git", *who, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


class Kept(list):
    """What was uploaded, taken at that moment.

    Args:
        take: is given the files.
    """

    def __init__(self, take):
        super().__init__()
        self._take = take
        self._taking = False

    def extend(self, files):
        """Take files, or what was taken of them."""
        if self._taking:
            super().extend(files)
            return
        self._taking = True
        self._take(files)


class Release:
    """A clone with a release that is ready, and a gate before it.

    Attributes:
        dist: the artefacts.
        content: of the report; `seal` writes it.
        now: this machine's clock.
        index: the index's clock.
        uploaded: what came through.
    """

    def __init__(self, folder, sums):
        self.root = folder / "clone"
        self.dist = self.root / "dist"
        self.path = self.root / "out/release/report.json"
        self.content = json.loads(self.path.read_text("utf-8"))
        self.now = self.index = NOON + 3600.0
        self.vouched = self.identity = None
        self.rowless = []
        self.uploaded = []
        self._sums = sums
        # The folder was copied: the remote is its neighbour.
        git(self.root, "remote", "set-url", "origin", str(folder / "origin"))

    def seal(self, **changes):
        """Write the report anew, as one does who knows about its digest."""
        self.content |= changes
        reports.write(self.path, self.content)

    def row(self, name):
        """A row of the report."""
        return next(row for row in self.content["rows"] if row["name"] == name)

    def commit(self, message="More"):
        """Commit everything."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", message)

    def tag(self):
        """Move the tag to what is checked out, here and at origin."""
        git(self.root, "tag", "-f", "v0.1.0")
        git(self.root, "push", "-qf", "origin", "v0.1.0")

    def rebuild(self, source, epoch):
        """Build, without the seconds that it takes: the same source gives the same bytes."""
        same = all((source / n).read_text("utf-8") == text for n, text in FILES.items())
        return self._sums if same and epoch == NOON else {"another.whl": "0" * 64}

    def attested(self, _path, _commit, _tag):
        """What GitHub says of the report."""
        return self.vouched

    def identified(self, _tag):
        """What the workflow's variables say."""
        return self.identity

    def refused(self, monkeypatch, capsys):
        """Try to publish; why it was refused, or nothing if it was not."""
        monkeypatch.setattr(publish, "upload", lambda files: self.uploaded.extend(files))
        gate = verdict.Gate(
            root=self.root,
            dist=self.dist,
            report=self.path,
            rows=ROWS,
            rowless=self.rowless,
            now=lambda: self.now,
            index_time=lambda: self.index,
            attested=self.attested,
            identified=self.identified,
            rebuild=self.rebuild,
            origin=str(self.root.parent / "origin"),
        )
        code = publish.publish(gate)
        told = capsys.readouterr().err
        assert (code == 0) == (told == "") == bool(self.uploaded)
        return told


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A release that may be published; its artefacts are built once."""
    folder = tmp_path_factory.mktemp("template")
    root = folder / "clone"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    git(folder, "init", "-q", "--bare", "origin")
    git(root, "init", "-q", "-b", "main")
    for hooks in (folder / "origin/hooks", root / ".git/hooks"):
        shutil.rmtree(hooks)  # samples, which would be copied for each test
    git(root, "remote", "add", "origin", str(folder / "origin"))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Everything")
    git(root, "tag", "v0.1.0")
    git(root, "push", "-q", "origin", "main", "v0.1.0")
    built = artefacts.build(root, root / "dist", NOON)
    (root / "dist/.gitignore").unlink(missing_ok=True)
    (root / "out/release").mkdir(parents=True)
    bill = root / "out/release/sbom.json"
    bill.write_text("{}", "utf-8")
    reports.write(
        root / "out/release/report.json",
        {
            "schema": 1,
            "version": "0.1.0",
            "commit": git(root, "rev-parse", "HEAD"),
            "tag": "v0.1.0",
            "changed": [],
            "document_sha256": artefacts.sha256(root / "openapi/runinfra.yaml"),
            "artefacts": built.sums(),
            "sbom_sha256": artefacts.sha256(bill),
            "audit": {"audited": ["attrs 25.1.0"], "unaudited": [], "vulnerabilities": []},
            "gateway": "https://api.runinfra.ai/v1",
            "sandbox": False,
            "strict": True,
            "started": stamp(NOON + 60),
            "finished": stamp(NOON + 120),
            "rows": [
                {
                    "name": name,
                    "result": "passed",
                    "checks": list(checks),
                    "request_id": None if name == "webhook" else f"req_{name}",
                }
                for name, checks in ROWS.items()
            ],
        },
    )
    return folder, built.sums()


@pytest.fixture
def ready(template, tmp_path):
    """A copy of it, to be spoilt."""
    folder, sums = template
    shutil.copytree(folder, tmp_path / "copy", symlinks=True)
    return Release(tmp_path / "copy", sums)


def test_the_one_way_through(ready, monkeypatch, capsys):
    """With everything as it must be, both artefacts are uploaded, and nothing else."""
    assert ready.refused(monkeypatch, capsys) == ""
    assert sorted(path.name for path in ready.uploaded) == sorted(ready.content["artefacts"])


# Each spoils a release in one way; beside it what must be told.


def edited_by_hand(it):
    text = it.path.read_text("utf-8")
    it.path.write_text(text.replace("req_chat", "req_other"), "utf-8")


def failed_row(it):
    it.row("chat")["result"] = "failed"
    it.seal()


def skipped_row(it):
    it.row("chat")["result"] = "skipped"
    it.seal()


def only(it):
    it.seal(rows=[it.row("models-list")])


def row_that_left_early(it):
    it.row("chat")["checks"].pop()
    it.seal()


def row_of_no_gateway(it):
    it.row("chat")["request_id"] = None
    it.seal()


def row_twice(it):
    it.seal(rows=[*it.content["rows"], it.row("chat")])


def row_of_another_canary(it):
    it.seal(rows=[*it.content["rows"], {"name": "easy", "result": "passed", "checks": []}])


def not_strict(it):
    it.seal(strict=False)


def sandbox(it):
    it.seal(sandbox=True, gateway="http://127.0.0.1:4711/v1")


def sandbox_under_another_name(it):
    it.seal(gateway="https://sandbox.example/v1")


def loopback(it):
    it.seal(gateway="http://127.0.0.1:4711/v1")


def other_wheel(it):
    [wheel] = it.dist.glob("*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")


def other_wheel_and_report(it):
    other_wheel(it)
    it.seal(artefacts=artefacts.Artefacts.of(it.dist).sums())


def other_sdist(it):
    [sdist] = it.dist.glob("*.tar.gz")
    sdist.write_bytes(b"")


def second_wheel(it):
    (it.dist / "runinfra_ext-0.1.0-py2-none-any.whl").write_bytes(b"")


def stray_file(it):
    (it.dist / "runinfra_ext-0.1.0.zip").write_bytes(b"")


def old_report(it):
    it.now = it.index = NOON + 120 + 24 * 3600 + 1.0


def clock_set_back(it):
    it.now, it.index = NOON + 3600.0, NOON + 40 * 3600.0


def clock_set_forward_before(it):
    it.seal(started=stamp(NOON + 90_000), finished=stamp(NOON + 90_060))


def canary_before_the_commit(it):
    it.seal(started=stamp(NOON - 9000), finished=stamp(NOON - 8000))


def report_without_times(it):
    it.seal(finished="yesterday")


def canary_that_ended_before_it_began(it):
    it.seal(finished=stamp(NOON + 30))


def dirty_tree(it):
    (it.root / "runinfra_ext/__init__.py").write_text("evil = True\n", "utf-8")


def untracked_file(it):
    (it.root / "runinfra_ext/extra.py").write_text("evil = True\n", "utf-8")


def hidden_change(it):
    git(it.root, "update-index", "--assume-unchanged", "runinfra_ext/__init__.py")
    dirty_tree(it)


def skipped_change(it):
    git(it.root, "update-index", "--skip-worktree", "runinfra_ext/__init__.py")
    dirty_tree(it)


def dirty_when_it_was_built(it):
    it.seal(changed=["runinfra_ext/__init__.py"])


def other_commit(it):
    (it.root / "more.txt").write_text("More", "utf-8")
    it.commit()


def other_commit_with_its_tag(it):
    other_commit(it)
    it.tag()


def other_commit_with_its_tag_and_report(it):
    dirty_tree(it)
    it.commit()
    it.tag()
    it.seal(commit=git(it.root, "rev-parse", "HEAD"))


def tag_moved_here(it):
    it.commit_before = git(it.root, "commit-tree", "HEAD^{tree}", "-m", "Another")
    git(it.root, "tag", "-f", "v0.1.0", it.commit_before)


def tag_moved_at_origin(it):
    tag_moved_here(it)
    git(it.root, "push", "-qf", "origin", "v0.1.0")
    git(it.root, "tag", "-f", "v0.1.0", "HEAD")


def tag_at_home_only(it):
    git(it.root, "push", "-q", "origin", ":v0.1.0")


def no_tag(it):
    git(it.root, "tag", "-d", "v0.1.0")


def no_origin(it):
    git(it.root, "remote", "remove", "origin")


def written(it, name, text):
    """Commit a file's text, and let tag and report follow."""
    path = it.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    other_commit_with_its_tag_and_report(it)


def unreleased(it):
    written(it, "CHANGELOG.md", "# Changelog\n\n## 0.1.0 - unreleased\n")


def changelog_of_another(it):
    written(it, "CHANGELOG.md", "# Changelog\n\n## 0.2.0 - 2025-12-31\n\n## 0.1.0 - 2025-12-31\n")


def fragment_left(it):
    written(it, "changes/12.added.md", "Something new.\n")


def version_of_another(it):
    written(it, "runinfra_ext/_version.py", '__version__ = "0.2.0"\n')


def other_document(it):
    it.seal(document_sha256="0" * 64)


def vulnerable(it):
    it.seal(audit={**it.content["audit"], "vulnerabilities": ["attrs PYSEC-2026-1"]})


def unaudited(it):
    it.seal(audit={**it.content["audit"], "unaudited": ["attrs"]})


def no_audit(it):
    it.seal(audit={})


def no_bill(it):
    it.seal(sbom_sha256=None)


def not_vouched_for(it):
    it.vouched = "No attestation."


def no_report(it):
    it.path.unlink()


def no_json(it):
    it.path.write_text("{", "utf-8")


def other_form(it):
    it.seal(schema=2)


def replaced_commit(it):
    """Another commit in the place of the tagged one, for whoever asks git here."""
    good = git(it.root, "rev-parse", "HEAD")
    (it.root / "runinfra_ext/__init__.py").write_text("evil = True\n", "utf-8")
    it.commit()
    evil = git(it.root, "rev-parse", "HEAD")
    git(it.root, "reset", "-q", "--soft", good)
    git(it.root, "replace", good, evil)
    assert git(it.root, "status", "--porcelain") == ""


def filtered_change(it):
    """A filter that shows git the old text of a changed file."""
    path = it.root / "runinfra_ext/__init__.py"
    shutil.copy(path, it.root.parent / "old")
    git(it.root, "config", "filter.evil.clean", f"cat {it.root.parent / 'old'}")
    (it.root / ".git/info/attributes").write_text("runinfra_ext/__init__.py filter=evil\n")
    path.write_text("evil = True\n", "utf-8")
    git(it.root, "add", "-A")
    assert git(it.root, "status", "--porcelain") == ""


def module_beside_the_scripts(it):
    """It would be imported by them, and is ignored by a file that is in no commit."""
    (it.root / ".git/info/exclude").write_text("certifi.py\n")
    (it.root / "scripts").mkdir()
    (it.root / "scripts/certifi.py").write_text("evil = True\n", "utf-8")


def origin_of_another(it):
    git(it.root, "clone", "-q", "--bare", str(it.root), str(it.root.parent / "fork"))
    git(it.root, "remote", "set-url", "origin", str(it.root.parent / "fork"))


def origin_by_a_setting(it):
    """The address is the right one, and another is asked."""
    git(it.root, "clone", "-q", "--bare", str(it.root), str(it.root.parent / "fork"))
    right = str(it.root.parent / "origin")
    git(it.root, "config", f"url.{it.root.parent / 'fork'}.insteadOf", right)


def version_that_looks_alike(it):
    written(it, "runinfra_ext/_version.py", '__version__ = "0.1.\uff10"\n')


def version_twice(it):
    text = '__version__ = "0.1.0"\n__version__ = "6.6.6"\n'
    written(it, "runinfra_ext/_version.py", text)


def name_twice_in_the_report(it):
    text = it.path.read_text("utf-8")
    it.path.write_text(text.replace('"rows"', '"sandbox": false, "rows"', 1), "utf-8")


def rows_that_are_none(it):
    it.seal(rows=["chat"])


def request_id_that_is_none(it):
    it.row("chat")["request_id"] = True
    it.seal()


def bill_of_nothing(it):
    it.seal(sbom_sha256="x" * 64)


def damaged_repository(it):
    """An object whose content is not what its name says."""
    oid = git(it.root, "rev-parse", "HEAD:openapi/runinfra.yaml")
    path = it.root / ".git/objects" / oid[:2] / oid[2:]
    data = zlib.decompress(path.read_bytes()).replace(b"3.1.0", b"6.6.6")
    path.chmod(0o644)
    path.write_bytes(zlib.compress(data))


def damaged_folder(it):
    """A folder's list that leads to another file: git looks at the first folder's name only."""
    oid = git(it.root, "rev-parse", "HEAD:runinfra_ext")
    (it.root / "evil.py").write_text("evil = True\n", "utf-8")
    evil = git(it.root, "hash-object", "-w", "evil.py")
    (it.root / "evil.py").unlink()
    good = git(it.root, "rev-parse", "HEAD:runinfra_ext/__init__.py")
    path = it.root / ".git/objects" / oid[:2] / oid[2:]
    data = zlib.decompress(path.read_bytes())
    path.chmod(0o644)
    path.write_bytes(zlib.compress(data.replace(bytes.fromhex(good), bytes.fromhex(evil))))
    assert git(it.root, "show", "HEAD:runinfra_ext/__init__.py") == "evil = True"
    dirty_tree(it)


def lost_object(it):
    oid = git(it.root, "rev-parse", "HEAD:openapi")
    (it.root / ".git/objects" / oid[:2] / oid[2:]).unlink()


def no_repository(it):
    shutil.rmtree(it.root / ".git")


def headless_repository(it):
    """Git refuses it in its own words, which are shown."""
    (it.root / ".git/HEAD").write_text("nothing\n")


def submodule(it):
    git(it.root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},other")
    git(it.root, "commit", "-qm", "More")


def edited_bill(it):
    it.path.with_name("sbom.json").write_text('{"components": []}', "utf-8")


def lost_bill(it):
    it.path.with_name("sbom.json").unlink()


def operation_without_a_row(it):
    it.rowless = ["moderations.create"]


def form_that_is_true(it):
    it.seal(schema=True)


def no_number(it):
    it.seal(seconds=float("nan"))


def deep_report(it):
    it.path.write_text("[" * 100_000, "utf-8")


def nearly_passed(it):
    it.row("chat")["result"] = "Passed"
    it.seal()


def far_future(it):
    it.seal(started="9999-12-31T23:59:58Z", finished="9999-12-31T23:59:59Z")


def far_past(it):
    it.seal(started="0001-01-01T00:00:00Z", finished="0001-01-01T00:00:01Z")


def loud_hashes(it):
    it.seal(artefacts={name: sum_.upper() for name, sum_ in it.content["artefacts"].items()})


def artefact_that_is_a_folder(it):
    [wheel] = it.dist.glob("*.whl")
    wheel.unlink()
    wheel.mkdir()


def artefact_that_leads_nowhere(it):
    [wheel] = it.dist.glob("*.whl")
    wheel.unlink()
    wheel.symlink_to("nowhere")


def artefact_that_is_a_pipe(it):
    [wheel] = it.dist.glob("*.whl")
    wheel.unlink()
    os.mkfifo(wheel)


def wheel_of_another_version(it):
    """By its name it is the right one; the report follows."""
    [wheel] = it.dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data.replace(b"Version: 0.1.0", b"Version: 6.6.6"))
    it.seal(artefacts=artefacts.Artefacts.of(it.dist).sums())


def tag_of_a_folder(it):
    git(it.root, "tag", "-f", "v0.1.0", "HEAD^{tree}")


def tag_at_a_fork(it):
    """Settings lead to a fork that has the tag; the origin that everybody sees has none."""
    origin_by_a_setting(it)
    git(it.root, "--git-dir", str(it.root.parent / "origin"), "tag", "-d", "v0.1.0")


def ignored(it, name, text="evil = True\n"):
    """A file that git does not show: the rule stands in no commit."""
    (it.root / ".git/info/exclude").write_text(f"{name}\n*.pyc\n")
    (it.root / name).parent.mkdir(exist_ok=True)
    (it.root / name).write_text(text, "utf-8")
    assert git(it.root, "status", "--porcelain") == ""


def module_beside_the_packages(it):
    """What some dependency would import, if it were there."""
    ignored(it, "brotli.py")


def module_in_a_package(it):
    ignored(it, "runinfra_ext/extra.py")


def module_without_source(it):
    ignored(it, "runinfra_ext/extra.pyc")


def entry_points(it):
    """They would give the upload's command to another module."""
    ignored(it, "evil.egg-info/entry_points.txt")


def folder_that_is_not_listed(it):
    """Its files can be read by who knows their names."""
    (it.root / "runinfra_ext/more").mkdir()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("more"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    it.patches.setattr(os, "scandir", scandir)


def staged_file(it):
    untracked_file(it)
    git(it.root, "add", "-A")


def tree_elsewhere(it):
    """A setting that shows git another folder, which is clean."""
    shutil.copytree(it.root, it.root.parent / "clean", ignore=shutil.ignore_patterns(".git"))
    git(it.root, "config", "core.worktree", str(it.root.parent / "clean"))
    dirty_tree(it)
    assert git(it.root, "status", "--porcelain") == ""


def linked_folder(it):
    """The same files, in a place where they can be exchanged later."""
    shutil.move(it.root / "openapi", it.root.parent / "openapi")
    (it.root / "openapi").symlink_to(it.root.parent / "openapi")


def linked_file(it):
    shutil.move(it.root / "runinfra_ext/__init__.py", it.root.parent / "held")
    (it.root / "runinfra_ext/__init__.py").symlink_to(it.root.parent / "held")


def program(it):
    (it.root / "runinfra_ext/__init__.py").chmod(0o755)


def fragment_of_another_kind(it):
    """The tool that makes the changelog takes them too."""
    (it.root / "changes").mkdir()
    (it.root / "changes/12.added").write_text("Something new.\n")
    written(it, "changes/13.fixed.rst", "Something mended.\n")


def entry_of_no_day(it):
    written(it, "CHANGELOG.md", "# Changelog\n\n## 0.1.0 - 2025-13-32\n\nMore.\n")


def entry_that_is_empty(it):
    written(it, "CHANGELOG.md", "# Changelog\n\n## 0.1.0 - 2025-12-31\n\n## 0.0.9 - 2025-12-30\n")


def entry_twice(it):
    """As the first release would have, made of fragments above what was written by hand."""
    text = "# Changelog\n\n## 0.1.0 - 2025-12-31\n\nMore.\n\n## 0.1.0 - unreleased\n\nFirst.\n"
    written(it, "CHANGELOG.md", text)


def audit_that_is_a_word(it):
    it.seal(audit={**it.content["audit"], "audited": "yes"})


def audit_of_nothing_found(it):
    it.seal(audit={"audited": ["attrs 25.1.0"], "unaudited": []})


def without_identity(it):
    it.identity = "Only the publishing workflow may upload."


WAYS = [
    (replaced_commit, "The tree is not clean: runinfra_ext/__init__.py."),
    (filtered_change, "The tree is not clean: runinfra_ext/__init__.py."),
    (module_beside_the_scripts, "The tree is not clean: scripts/certifi.py."),
    (origin_of_another, "fork, not "),
    (origin_by_a_setting, "fork, not "),
    (version_that_looks_alike, "expected a version such as 1.2.3 or 1.2.3rc1, got '0.1.\\uff10'"),
    (version_twice, "does not have one version"),
    (name_twice_in_the_report, "a name stands twice in an object"),
    (rows_that_are_none, "of another form than a release's"),
    (request_id_that_is_none, "The row chat has no request id."),
    (bill_of_nothing, "There is no bill of materials."),
    (damaged_repository, "the repository holds another content than its blob "),
    (damaged_folder, "the repository holds another content than its tree "),
    (lost_object, " is not in the repository."),
    (no_repository, "git rev-parse failed: fatal: not a git repository"),
    (headless_repository, "git rev-parse failed: "),
    (submodule, "other is no file of this repository"),
    (edited_bill, "The bill of materials was changed after it was written."),
    (lost_bill, "There is no bill of materials."),
    (operation_without_a_row, "Operations that no row makes: moderations.create."),
    (form_that_is_true, "is not a report of this form."),
    (no_number, "is not a report: NaN is no number of JSON."),
    (deep_report, "is not a report: maximum recursion depth exceeded"),
    (nearly_passed, "The row chat is Passed."),
    (far_future, "The report is of the future: a clock was changed."),
    (far_past, " hours old: 24 at most."),
    (loud_hashes, "py3-none-any.whl is not the one that the canary was run with."),
    (artefact_that_is_a_folder, "The report or the tree is of another form than a release's: "),
    (artefact_that_leads_nowhere, "What is to be uploaded can't be read: "),
    (artefact_that_is_a_pipe, "What is to be uploaded can't be read: "),
    (wheel_of_another_version, "The commit builds to other bytes"),
    (tag_of_a_folder, "There is no tag v0.1.0."),
    (tag_at_a_fork, "The tag v0.1.0 is not at origin."),
    (module_beside_the_packages, "The tree is not clean: brotli.py."),
    (module_in_a_package, "The tree is not clean: runinfra_ext/extra.py."),
    (module_without_source, "The tree is not clean: runinfra_ext/extra.pyc."),
    (entry_points, "The tree is not clean: evil.egg-info/entry_points.txt."),
    (folder_that_is_not_listed, "of another form than a release's: [Errno 13] Permission denied"),
    (staged_file, "The tree is not clean: runinfra_ext/extra.py."),
    (tree_elsewhere, "The tree is not clean: runinfra_ext/__init__.py."),
    (linked_folder, "The tree is not clean: openapi."),
    (linked_file, "The tree is not clean: runinfra_ext/__init__.py."),
    (program, "The tree is not clean: runinfra_ext/__init__.py."),
    (fragment_of_another_kind, "Fragments are not in the changelog yet: 12.added, 13.fixed.rst."),
    (entry_of_no_day, "The changelog begins with '0.1.0 - 2025-13-32'"),
    (entry_that_is_empty, "The changelog says nothing of 0.1.0."),
    (entry_twice, "The changelog has more than one entry of 0.1.0."),
    (audit_that_is_a_word, "Dependencies were not audited."),
    (audit_of_nothing_found, "The audit found vulnerabilities: None."),
    (without_identity, "Only the publishing workflow may upload."),
    (edited_by_hand, "its digest is another"),
    (failed_row, "The row chat is failed."),
    (skipped_row, "The row chat is skipped."),
    (only, "Rows are missing: chat, webhook."),
    (row_that_left_early, "The row chat did not check all that it states."),
    (row_of_no_gateway, "The row chat has no request id."),
    (row_twice, "A row stands there twice."),
    (row_of_another_canary, "Rows that this canary does not have: easy."),
    (not_strict, "The canary was not strict."),
    (sandbox, "The report is of the sandbox"),
    (sandbox_under_another_name, "The report is of https://sandbox.example/v1, not of https://api"),
    (loopback, "The report is of http://127.0.0.1:4711/v1, not of https://api"),
    (other_wheel, "py3-none-any.whl is not the one that the canary was run with."),
    (other_wheel_and_report, "The commit builds to other bytes"),
    (other_sdist, "0.1.0.tar.gz is not the one that the canary was run with."),
    (second_wheel, "holds 1 sdists and 2 wheels, not one of each"),
    (stray_file, "There is more to upload than a release: runinfra_ext-0.1.0.zip."),
    (old_report, "The report is 24.0 hours old: 24 at most."),
    (clock_set_back, "This machine's clock is 140400 s away from the index's."),
    (clock_set_forward_before, "The report is of the future: a clock was changed."),
    (canary_before_the_commit, "The canary ran before the commit was made"),
    (canary_that_ended_before_it_began, "The canary ended before it began."),
    (report_without_times, "does not say when the canary ran"),
    (dirty_tree, "The tree is not clean: runinfra_ext/__init__.py."),
    (untracked_file, "The tree is not clean: runinfra_ext/extra.py."),
    (hidden_change, "The tree is not clean: runinfra_ext/__init__.py."),
    (skipped_change, "The tree is not clean: runinfra_ext/__init__.py."),
    (dirty_when_it_was_built, "not clean when the artefacts were built"),
    (other_commit, "The tag v0.1.0 is at "),
    (other_commit_with_its_tag, "The report is of commit "),
    (other_commit_with_its_tag_and_report, "The commit builds to other bytes"),
    (tag_moved_here, "The tag v0.1.0 is at "),
    (tag_moved_at_origin, " at origin, not at "),
    (tag_at_home_only, "The tag v0.1.0 is not at origin."),
    (no_tag, "There is no tag v0.1.0."),
    (no_origin, "origin is nowhere, not "),
    (unreleased, "The changelog begins with '0.1.0 - unreleased'"),
    (changelog_of_another, "The changelog begins with '0.2.0 - 2025-12-31'"),
    (fragment_left, "Fragments are not in the changelog yet: 12.added.md."),
    (version_of_another, "The report is of version 0.1.0, not of 0.2.0."),
    (other_document, "The report is of another document."),
    (vulnerable, "The audit found vulnerabilities: attrs PYSEC-2026-1."),
    (unaudited, "The audit found unaudited: attrs."),
    (no_audit, "Dependencies were not audited."),
    (no_bill, "There is no bill of materials."),
    (not_vouched_for, "No attestation."),
    (no_report, "There is no report at "),
    (no_json, "is not a report: "),
    (other_form, "is not a report of this form."),
]


@pytest.mark.parametrize(("way", "told"), WAYS, ids=lambda value: getattr(value, "__name__", ""))
def test_no_other_way(ready, monkeypatch, capsys, way, told):
    """It is refused, for this reason, and nothing is uploaded."""
    ready.patches = monkeypatch
    way(ready)
    assert told in ready.refused(monkeypatch, capsys)
    assert ready.uploaded == []


# Ways that refuse for this reason only: the other checks must not be what saves it.
ALONE = [
    edited_by_hand,
    not_strict,
    other_wheel_and_report,
    old_report,
    tag_moved_at_origin,
    vulnerable,
    origin_of_another,
    replaced_commit,
    edited_bill,
    operation_without_a_row,
    linked_file,
    without_identity,
]


@pytest.mark.parametrize("way", ALONE, ids=lambda way: way.__name__)
def test_each_check_stands_alone(ready, monkeypatch, capsys, way):
    """One thing wrong is one refusal: no check hides behind another."""
    way(ready)
    assert ready.refused(monkeypatch, capsys).count("refused: ") == 1


def annotated_tag(it):
    git(it.root, "tag", "-f", "-a", "-m", "Release", "v0.1.0")
    git(it.root, "push", "-qf", "origin", "v0.1.0")


def tag_of_a_tag(it):
    annotated_tag(it)
    git(it.root, "tag", "-f", "-a", "-m", "Release", "v0.1.0", "v0.1.0")
    git(it.root, "push", "-qf", "origin", "v0.1.0")


def shallow_clone(it):
    (it.root / ".git/shallow").write_text(git(it.root, "rev-parse", "HEAD") + "\n")


def grafted_clone(it):
    head = git(it.root, "rev-parse", "HEAD")
    parent = git(it.root, "commit-tree", "HEAD^{tree}", "-m", "Another")
    (it.root / ".git/info/grafts").write_text(f"{head} {parent}\n")


def packed_clone(it):
    git(it.root, "gc", "-q")


def linked_worktree(it):
    """Its `.git` is a file."""
    made = it.root.parent / "linked"
    git(it.root, "worktree", "add", "-q", "--detach", str(made))
    for name in ("dist", "out"):
        shutil.move(it.root / name, made / name)
    it.root, it.dist, it.path = made, made / "dist", made / "out/release/report.json"


def what_the_targets_make(it):
    for name in (".venv-release/lib/x.py", "runinfra_ext/__pycache__/x.pyc", "out/site/index.html"):
        (it.root / name).parent.mkdir(parents=True, exist_ok=True)
        (it.root / name).write_text("")


@pytest.mark.parametrize(
    "way",
    [
        annotated_tag,
        tag_of_a_tag,
        shallow_clone,
        grafted_clone,
        packed_clone,
        linked_worktree,
        what_the_targets_make,
    ],
    ids=lambda way: way.__name__,
)
def test_what_changes_nothing_stops_nothing(ready, monkeypatch, capsys, way):
    """The commit and its tag are the same, however the clone holds them."""
    way(ready)
    assert ready.refused(monkeypatch, capsys) == ""


def test_no_setting_of_the_clone_runs_a_program(ready, monkeypatch, capsys):
    """It would run beside the workflow's identity."""
    evil = ready.root.parent / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {evil}.ran\n", "utf-8")
    evil.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.askPass",
        "gpg.program",
        "credential.helper",
        "remote.origin.uploadpack",
        "filter.x.clean",
        "diff.x.textconv",
        "uploadpack.packObjectsHook",
    ):
        git(ready.root, "config", name, str(evil))
    git(ready.root, "config", "log.showSignature", "true")
    (ready.root / ".git/info/attributes").write_text("* filter=x diff=x\n")
    dirty_tree(ready)
    assert "The tree is not clean: runinfra_ext/__init__.py." in ready.refused(monkeypatch, capsys)
    assert not Path(f"{evil}.ran").exists()


def test_the_report_does_not_move_the_cursor(ready, monkeypatch, capsys):
    """What it says is shown; a terminal does not obey it."""
    ready.seal(gateway="\x1b[1A\x1b[2K\u202e")
    told = ready.refused(monkeypatch, capsys)
    assert "The report is of \\x1b[1A\\x1b[2K\\u202e, not of " in told
    assert "\x1b" not in told


def test_an_upload_that_fails_is_told(ready, monkeypatch, capsys):
    """As the index refuses it, or in the middle: that can be repeated, and is no success."""
    monkeypatch.setattr(publish, "upload", failing)
    gate = verdict.Gate(
        **dict.fromkeys(verdict.Gate._fields),
    )._replace(dist=ready.dist, report=ready.path, root=ready.root)
    monkeypatch.setattr(publish, "problems", lambda _: [])
    assert publish.publish(gate) == 1
    assert capsys.readouterr().err == (
        "twine failed. What the index has already can be sent again: run it once more.\n"
    )


def failing(_files):
    raise subprocess.CalledProcessError(1, [sys.executable, "-I", "-m", "twine", "upload"])


def test_an_index_that_tells_no_time(ready, monkeypatch, capsys):
    """Without a clock that nobody here can set, nothing is uploaded."""

    def silent():
        msg = "no route"
        raise OSError(msg)

    gate_time = property(lambda _: silent(), lambda *_: None)
    monkeypatch.setattr(Release, "index", gate_time, raising=False)
    assert "The index does not tell the time: no route." in ready.refused(monkeypatch, capsys)


def test_what_is_exchanged_while_it_is_checked(ready, monkeypatch, capsys):
    """What is sent is what was checked, and what was vouched for."""
    [wheel] = ready.dist.glob("*.whl")
    good, told = wheel.read_bytes(), reports.read(ready.path)
    seen = []

    def late(path, _commit, _tag):
        wheel.write_bytes(b"another")
        ready.seal(artefacts={})
        seen.append(reports.read(path))

    def kept(files):
        ready.uploaded.extend(path.read_bytes() for path in files if path.name == wheel.name)

    monkeypatch.setattr(ready, "attested", late)
    monkeypatch.setattr(ready, "uploaded", Kept(kept))
    assert ready.refused(monkeypatch, capsys) == ""
    assert seen == [told]
    assert list(ready.uploaded) == [good]


def test_no_variable_leads_to_another_repository(ready, monkeypatch, tmp_path, capsys):
    """Git's own are not heeded, and no git that stands in PATH is asked."""
    other = tmp_path / "other"
    shutil.copytree(ready.root, other)
    dirty_tree(ready)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    evil = tmp_path / "bin/git"
    evil.parent.mkdir()
    evil.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    evil.chmod(0o755)
    monkeypatch.setenv("PATH", f"{evil.parent}:{os.environ['PATH']}")
    assert "The tree is not clean: runinfra_ext/__init__.py." in ready.refused(monkeypatch, capsys)


def test_the_commit_is_built_byte_for_byte(ready, tmp_path):
    """Whatever attributes and filters stand beside the commit."""
    (ready.root / ".git/info/attributes").write_text("* filter=evil export-ignore text eol=crlf\n")
    git(ready.root, "config", "filter.evil.smudge", "echo evil")
    (ready.root / "link").symlink_to("CHANGELOG.md")
    (ready.root / "tool.sh").write_text("#!/bin/sh\n")
    (ready.root / "tool.sh").chmod(0o755)
    (ready.root / ".git/info/attributes").unlink()
    ready.commit()
    (ready.root / ".git/info/attributes").write_text("* filter=evil export-ignore text eol=crlf\n")
    folder = verdict.Repository(ready.root).export(tmp_path / "source")
    for name, text in FILES.items():
        assert (folder / name).read_bytes() == text.encode()
    assert (folder / "link").readlink() == Path("CHANGELOG.md")
    assert os.access(folder / "tool.sh", os.X_OK)


def test_no_variable_chooses_what_builds(monkeypatch, tmp_path):
    """Neither modules nor a backend's switches; the time is the commit's."""
    for name in ("PYTHONPATH", "PYTHONHOME", "HATCH_BUILD_NO_HOOKS", "PIP_INDEX_URL", "LD_PRELOAD"):
        monkeypatch.setenv(name, "evil")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    seen = []

    def run(_command, env, **_more):
        seen.append(env)
        raise subprocess.CalledProcessError(1, "build")

    monkeypatch.setattr(artefacts.subprocess, "run", run)
    with pytest.raises(subprocess.CalledProcessError):
        artefacts.build(tmp_path, tmp_path, NOON)
    assert "evil" not in seen[0].values()
    assert seen[0]["SOURCE_DATE_EPOCH"] == str(NOON)


def test_a_planted_module_is_not_imported(tmp_path):
    """`make publish` runs Python so that no variable chooses a module; else it does not begin."""
    (tmp_path / "sitecustomize.py").write_text("print('evil')", "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    line = next(
        line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if "GUARDED :=" in line
    )
    flags = line.split()[3:]
    script = str(ROOT / "scripts/publish.py")
    for given, code in ((flags, 2), ([], 2)):
        command = [sys.executable, *given, script, *(["--force"] if given else [])]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert ("evil" in done.stdout) is not bool(given)
        assert ("takes no arguments" if given else "no variable or cache chooses") in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--force"], ["--skip-canary"], ["--only", "chat"], ["--repository", "other"], [""]],
)
def test_publish_takes_no_argument(monkeypatch, capsys, arguments):
    """There is none that could skip something."""
    monkeypatch.setattr(sys, "argv", ["publish.py", *arguments])
    monkeypatch.setattr(publish, "publish", lambda _: pytest.fail("it went on"))
    assert publish.main() == 2
    assert "takes no arguments" in capsys.readouterr().err


def test_what_lies_beside_the_packages_does_not_run(ready):
    """A dependency would import it before any check; the commit's own scripts are not shadowed either."""
    shutil.copytree(
        ROOT / "scripts", ready.root / "scripts", ignore=shutil.ignore_patterns("__py*")
    )
    ready.commit()
    for name in ("brotli.py", "hashlib.py", "scripts/hashlib.py", "releasing.py"):
        (ready.root / ".git/info/exclude").write_text("*.py\n")
        (ready.root / name).write_text("print('evil')\nraise SystemExit(0)\n", "utf-8")
    environ = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-E", "-s", "-B", "-X", "pycache_prefix=/dev/null", "-P"]
    command += [str(ready.root / "scripts/entry.py")]
    done = subprocess.run(command, cwd=ready.root, env=environ, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "The tree is not clean: 'brotli.py', 'hashlib.py', 'releasing.py'" in done.stderr


def test_code_of_others_in_every_process_is_noticed(monkeypatch):
    """As far as it lets itself be seen."""
    monkeypatch.setattr(sys, "argv", ["publish.py"])
    monkeypatch.setattr(sys, "pycache_prefix", os.devnull)
    flags = dict.fromkeys(("ignore_environment", "no_user_site", "dont_write_bytecode"), 1)
    monkeypatch.setattr(sys, "flags", SimpleNamespace(**flags))
    for name in publish.LOADING:
        monkeypatch.delenv(name, raising=False)
    assert publish.unfit() is None
    monkeypatch.setenv("LD_PRELOAD", "/tmp/evil.so")
    assert publish.unfit() == "LD_PRELOAD brings other code into every process"
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert "no variable or cache chooses modules" in publish.unfit()


IDENTITY = {
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_WORKFLOW_REF": f"{publish.WORKFLOW}@refs/tags/v1.2.3",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GITHUB_EVENT_NAME", "pull_request_target", "GITHUB_EVENT_NAME is 'pull_request_target'."),
        ("GITHUB_EVENT_NAME", "", "GITHUB_EVENT_NAME is ''."),
        (
            "GITHUB_WORKFLOW_REF",
            f"{publish.WORKFLOW}@refs/heads/main",
            f"GITHUB_WORKFLOW_REF is '{publish.WORKFLOW}@refs/heads/main'.",
        ),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "", "ACTIONS_ID_TOKEN_REQUEST_URL is not set."),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "", "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set."),
    ],
)
def test_only_the_workflow_may_upload(monkeypatch, name, value, told):
    """At a terminal, signing would ask whoever sits there."""
    for each, good in IDENTITY.items():
        monkeypatch.setenv(each, good)
    assert publish.identified("v1.2.3") is None
    monkeypatch.setenv(name, value)
    assert publish.identified("v1.2.3") == f"Only the publishing workflow may upload: {told}"


def test_a_release_asks_nobody_that_a_variable_names(monkeypatch, tmp_path):
    """Neither another index, database, proxy nor authority; a trial takes what the machine has."""
    for name in (
        "PIP_INDEX_URL",
        "HTTPS_PROXY",
        "SSL_CERT_FILE",
        "PYTHONPATH",
        "PIP_AUDIT_OSV_URL",
    ):
        monkeypatch.setenv(name, "evil")
    given = release.surroundings(tmp_path, sandbox=False)
    assert "evil" not in given.values()
    assert given["HOME"] == str(tmp_path)
    assert given["PIP_CONFIG_FILE"] == os.devnull
    trial = release.surroundings(tmp_path, sandbox=True)
    assert trial["PIP_INDEX_URL"] == "evil"
    assert "PIP_AUDIT_OSV_URL" not in trial


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["-n"], {}, "-n"),
        (["-i"], {}, "-i"),
        (["--keep-going"], {}, "--keep-going -k"),
        (["-t"], {}, "-t"),
        (["-sq"], {}, "-q -sq"),
        (["-e"], {"GUARDED": "true"}, "-e"),
        (["SHELL=/bin/true"], {}, "SHELL=/bin/true"),
        (["PYTHON=python", "GUARDED=true"], {}, "GUARDED=true"),
        ([], {"MAKEFLAGS": "-n"}, "-n"),
        ([], {"MAKEFILES": "evil.mk"}, "evil.mk"),
        (["-f", "evil.mk", "-f", "Makefile"], {}, "evil.mk"),
        (["-o", "publish"], {}, "-o"),
        (["-so", "publish"], {}, "-so"),
        (["--old-fi=publish"], {}, "--old-fi=publish"),
        (["-W", "publish"], {}, "-W"),
        (["--eval=override GUARDED:=true"], {}, "--eval --eval=override"),
        ([], {"MAKEFLAGS": r"--eval=override\ GUARDED:=true"}, "--eval"),
        (["PYTHON=python", "-j2", "--no-print-directory"], {"SHELL": "/bin/true"}, None),
        ([], {"GUARDED": "true", "BASH_ENV": "evil.mk", "ENV": "evil.mk"}, None),
    ],
)
def test_make_is_told_nothing_else(tmp_path, arguments, variables, told):
    """With them it would end well without having published, or run another command."""
    for name in ("Makefile", "pyproject.toml", "scripts/bootstrap.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "evil.mk").write_text("override SHELL = /bin/true\n", "utf-8")
    python = tmp_path / ".venv-release/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho ran $*\nexit 1\n", "utf-8")
    python.chmod(0o755)
    (tmp_path / ".venv-release/.ready").touch()
    environ = {"PATH": os.environ["PATH"], **variables}
    command = ["make", *arguments, "publish"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 2, done.stdout + done.stderr
    if told is None:
        assert "ran -E -s -B -X pycache_prefix=/dev/null -P scripts/entry.py" in done.stdout
    else:
        assert f"takes nothing but PYTHON, got {told}." in done.stderr
        assert "ran" not in done.stdout


def test_no_variable_reaches_the_upload(monkeypatch, tmp_path):
    """Neither a token, nor another index, nor a way around certificates; only the identity."""
    for name in (
        "TWINE_PASSWORD",
        "TWINE_REPOSITORY_URL",
        "TWINE_CERT",
        "HTTPS_PROXY",
        "PYTHONPATH",
    ):
        monkeypatch.setenv(name, "evil")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "identity")
    ran = []
    monkeypatch.setattr(
        publish.subprocess,
        "run",
        lambda command, cwd, env, check: ran.append((command, env, check)),
    )
    publish.upload([tmp_path / "a.whl"])
    [(sign, *_), (send, environ, checked)] = ran
    assert checked
    assert "evil" not in environ.values()
    assert environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] == "identity"
    assert sign[1:5] == ["-I", "-m", "pypi_attestations", "sign"]
    assert send[1:7] == ["-I", "-m", "twine", "upload", "--non-interactive", "--attestations"]
    assert environ["HOME"] not in (os.environ.get("HOME"), str(ROOT))  # no .netrc, no keyring
    assert environ["PYTHON_KEYRING_BACKEND"] == "keyring.backends.null.Keyring"
    assert send[send.index("--repository") + 1] == "pypi"
    assert send[send.index("--config-file") + 1] == os.devnull
    assert send[-2:] == [f"{tmp_path}/a.whl", f"{tmp_path}/a.whl.publish.attestation"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", None),
        (
            "echo 'no attestations found' >&2; exit 1",
            "vouches for the report: no attestations found",
        ),
    ],
)
def test_the_workflow_must_vouch_for_the_report(monkeypatch, tmp_path, script, told):
    """GitHub's tool is asked for an attestation of this workflow, for this commit."""
    tool = tmp_path / "gh"
    tool.write_text(
        f'#!/bin/sh\n{{ printf "%s " "$@"; env; }} > {tmp_path}/asked\n{script}\n', "utf-8"
    )
    tool.chmod(0o755)
    monkeypatch.setattr(publish.history, "SYSTEM", f"{tmp_path}:/usr/bin:/bin")
    for name in ("GH_HOST", "GH_CONFIG_DIR", "HTTPS_PROXY", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "evil")
    why = publish.attested(tmp_path / "report.json", "c0ffee", "v1.2.3")
    assert why is None if told is None else told in why
    asked = (tmp_path / "asked").read_text("utf-8")
    assert "attestation verify" in asked
    assert f"--signer-workflow {publish.WORKFLOW}" in asked
    assert "--source-digest c0ffee" in asked
    assert "--source-ref refs/tags/v1.2.3" in asked
    assert "--deny-self-hosted-runners" in asked
    assert f"HOME={os.environ.get('HOME')}\n" not in asked  # its settings could name another host
    assert "evil" not in asked


def test_without_the_tool_nobody_vouches(monkeypatch, tmp_path):
    """That is a refusal, not a check that is left out; one that stands in PATH is not asked."""
    (tmp_path / "gh").write_text("#!/bin/sh\nexit 0\n", "utf-8")
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(publish.history, "SYSTEM", str(tmp_path / "nothing"))
    assert "gh is not installed" in publish.attested(tmp_path / "report.json", "c0ffee", "v1.2.3")


def test_the_index_tells_the_time(gateway, monkeypatch):
    """From the date of any answer, also of a refusal; no variable leads to another clock."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    told = publish.index_time(gateway.base_url)
    assert abs(told - calendar.timegm(time.gmtime())) < 60


@pytest.mark.slow
def test_the_canary_runs_with_the_wheel(tmp_path):
    """What the tree or a variable offers is not taken for the wheel's."""
    evil = tmp_path / "runinfra_ext"
    evil.mkdir()
    (evil / "__init__.py").write_text("raise SystemExit('evil')", "utf-8")

    class Tree(release.Clean):
        def packages(self):
            return str(tmp_path / "site-packages")

    clean = Tree(Path(sys.prefix), os.environ)
    with pytest.raises(release.Failed, match="not from the wheel"):
        release.canary(clean, tmp_path, sandbox=True)


def test_a_release_begins_with_a_tree_that_is_ready(ready, monkeypatch):
    """Before anything is built or paid for, all that is wrong is told."""
    monkeypatch.setattr(release, "ROOT", ready.root)
    monkeypatch.setattr(release, "build_twice", lambda *_: pytest.fail("it went on"))
    monkeypatch.delenv("RUNINFRA_API_KEY", raising=False)
    no_tag(ready)
    dirty_tree(ready)
    with pytest.raises(release.Failed) as caught:
        release.release(sandbox=False)
    for told in ("not clean", "no tag v0.1.0", "There is no API key"):
        assert told in str(caught.value)
