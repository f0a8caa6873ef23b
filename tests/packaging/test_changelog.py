"""`make changelog`: fragments become an entry, the first release's too, and as often as it takes."""

from __future__ import annotations

import datetime as dt
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trees import copied

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
changelog = importlib.import_module("changelog")
history = importlib.import_module("releasing.history")
sys.path.remove(str(ROOT / "scripts"))

HEAD = "# Changelog\n\nWords.\n\n<!-- fragments -->\n"
BY_HAND = "\n## 1.2.0 - unreleased\n\nFirst version.\n\n- A house.\n"
OLDER = "\n## 1.1.0 - 2026-01-02\n\n### Fixed\n\n- A roof.\n"


@pytest.fixture
def tree(tmp_path):
    """What the command reads, with two fragments."""
    (tmp_path / "changes").mkdir()
    (tmp_path / "runinfra_ext").mkdir()
    parts = ["scripts/changelog.py", "scripts/releasing"]
    (tmp_path / "scripts").mkdir()
    copied(["pyproject.toml", "changes/README.md", *parts], tmp_path)
    (tmp_path / "runinfra_ext/_version.py").write_text('__version__ = "1.2.0"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(HEAD + OLDER, "utf-8")
    (tmp_path / "changes/12.added.md").write_text("A door.\n", "utf-8")
    (tmp_path / "changes/+wall.fixed.md").write_text("A wall.\n", "utf-8")
    return tmp_path


def made(tree):
    """Run it; the changelog without its head, in paragraphs, with no day but those of others."""
    before = dt.datetime.now(tz=dt.UTC).date()
    command = [sys.executable, str(tree / "scripts/changelog.py")]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (tree / "changes").iterdir()] == ["README.md"]
    text = (tree / "CHANGELOG.md").read_text("utf-8")
    assert text.startswith(HEAD)
    # It may have become midnight.
    for day in (before, dt.datetime.now(tz=dt.UTC).date()):
        text = text.replace(f"## 1.2.0 - {day.isoformat()}", "## 1.2.0 - today")
    return text.removeprefix(HEAD).strip().split("\n\n")


NEW = ["## 1.2.0 - today", "### Added", "- A door. (#12)", "### Fixed", "- A wall."]
OLD = ["## 1.1.0 - 2026-01-02", "### Fixed", "- A roof."]


def test_fragments_become_an_entry(tree):
    """Each kind has its heading, the version and the day are told, and the fragments are gone."""
    assert made(tree) == [*NEW, *OLD]


def test_what_was_written_by_hand_comes_first(tree):
    """The first release has an entry before it has fragments: both are one, which the gate takes."""
    (tree / "CHANGELOG.md").write_text(HEAD + BY_HAND, "utf-8")
    assert made(tree) == [NEW[0], "First version.", "- A house.", *NEW[1:]]
    assert history.Repository(tree)._untold() == []


def test_without_fragments_the_entry_gets_its_day(tree):
    """Also when it is there already: nothing is lost, and nothing stands twice."""
    (tree / "CHANGELOG.md").write_text(HEAD + BY_HAND + OLDER, "utf-8")
    (tree / "changes/12.added.md").unlink()
    (tree / "changes/+wall.fixed.md").unlink()
    wanted = ["## 1.2.0 - today", "First version.", "- A house.", *OLD]
    assert made(tree) == wanted
    assert made(tree) == wanted


def test_a_fragment_that_comes_late_joins_the_entry(tree):
    """A review finds something after the entry was made, on that day or another."""
    made(tree)
    (tree / "changes/7.fixed.md").write_text("A window.\n", "utf-8")
    late = [*NEW, "- A window. (#7)", *OLD]
    assert [line for text in made(tree) for line in text.split("\n")] == late
    text = (tree / "CHANGELOG.md").read_text("utf-8")
    day = text.partition("## 1.2.0 - ")[2].partition("\n")[0]
    (tree / "CHANGELOG.md").write_text(
        text.replace(f"1.2.0 - {day}", "1.2.0 - 2026-02-03"), "utf-8"
    )
    (tree / "changes/8.security.md").write_text("A lock.\n", "utf-8")
    told = [*late[:6], "### Security", "- A lock. (#8)", *OLD]
    assert [line for text in made(tree) for line in text.split("\n")] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + OLDER, "there is nothing to tell of 1.2.0: changes/ has no fragments"),
        (HEAD + BY_HAND.replace("1.2.0", "1.2.0rc1"), "there is nothing to tell of 1.2.0: "),
        ("# Changelog\n" + BY_HAND, "lacks the line '<!-- fragments -->'"),
    ],
)
def test_an_entry_of_nothing_is_refused(text, told):
    """Neither another version's entry nor a changelog without its mark is taken."""
    with pytest.raises(ValueError, match=told):
        changelog.joined(text, "1.2.0", "2026-01-02")
