"""What is published: the contents of both artefacts, and what the index shows of them."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from runinfra_ext import __version__

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
artefacts = importlib.import_module("releasing.artefacts")
sys.path.remove(str(ROOT / "scripts"))

NOON = 1_767_182_400


def kept() -> set[str]:
    """What belongs to the project: all that git would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("needs the repository: what is in the sdist is compared with what git keeps")
    return {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Both artefacts of the tree as it is."""
    return artefacts.build(ROOT, tmp_path_factory.mktemp("dist"), NOON)


@pytest.fixture(scope="module")
def metadata(built):
    """The wheel's metadata, which the index shows."""
    with ZipFile(built.wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(archive.read(name).decode())


def test_the_sdist_has_all_of_the_project(built):
    """Tests, documents, examples, scripts: all that git keeps, and nothing else."""
    assert artefacts.files_of_sdist(built.sdist) == kept() | {"PKG-INFO"}


def test_the_wheel_has_both_packages_and_nothing_else(built):
    """Their files, the metadata, the licence and the pytest plugin's entry."""
    packages = {n for n in kept() if n.startswith(("runinfra_client/", "runinfra_ext/"))}
    # What `runinfra-ext canary` runs.
    packages |= {
        name.replace("scripts/", "runinfra_ext/cli/_canary/", 1)
        for name in kept()
        if name == "scripts/canary.py" or name.startswith("scripts/probes/")
    }
    about = f"runinfra_ext-{__version__}.dist-info"
    extra = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert artefacts.files_of_wheel(built.wheel) == packages | {f"{about}/{n}" for n in extra}
    assert {"runinfra_client/py.typed", "runinfra_ext/py.typed"} <= packages


def test_the_same_source_gives_the_same_bytes(built, tmp_path, monkeypatch):
    """In another folder, hour and locale too."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    again = artefacts.build(ROOT, tmp_path / "elsewhere", NOON)
    assert again.sums() == built.sums()


def test_a_folder_of_other_artefacts_is_refused(built, tmp_path):
    """Two wheels, or none, are not what is published."""
    (tmp_path / built.sdist.name).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="holds 1 sdists and 0 wheels, not one of each"):
        artefacts.Artefacts.of(tmp_path)


def test_what_the_index_shows(metadata):
    """Licence, author, addresses, Pythons; the tools of development are not in it."""
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Author"] == "RunInfra"
    assert metadata["Requires-Python"] == ">=3.11"
    urls = dict(text.split(", ", 1) for text in metadata.get_all("Project-URL"))
    assert set(urls) == {"Homepage", "Documentation", "Repository", "Changelog", "Issues"}
    assert all(url.startswith("https://") for url in urls.values())
    classifiers = metadata.get_all("Classifier")
    for minor in (11, 12, 13, 14):
        assert f"Programming Language :: Python :: 3.{minor}" in classifiers
    assert {"Operating System :: OS Independent", "Typing :: Typed"} <= set(classifiers)
    assert not any(c.startswith("License ::") for c in classifiers)  # the expression says it
    assert "dev" not in metadata.get_all("Provides-Extra")
    assert "pytest" not in " ".join(metadata.get_all("Requires-Dist"))


def test_links_of_the_readme_work_on_the_index(metadata):
    """Each is absolute, and what it points to in the repository is there."""
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"][
        "Repository"
    ]
    links = re.findall(r"\]\(([^)\s]+)\)", metadata.get_payload())
    assert len(links) > 5
    for link in links:
        assert link.startswith(("https://", "#")), link
        if link.startswith(f"{repository}/"):
            kind, _, path = re.sub(r"#.*", "", link.removeprefix(f"{repository}/")).partition(
                "/main/"
            )
            assert kind in {"blob", "tree"}, link
            assert (ROOT / path).is_dir() if kind == "tree" else (ROOT / path).is_file(), link


def test_every_tool_is_pinned():
    """What tools write or accept changes from release to release."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    tools = [tool for group in groups.values() for tool in group if isinstance(tool, str)]
    assert [tool for tool in tools if "==" not in tool] == []
    # The same tool is the same release everywhere.
    assert len(set(tools)) == len({tool.partition("==")[0] for tool in tools})


@pytest.mark.parametrize("package", ["runinfra_ext", "runinfra_client"])
def test_import_is_silent(package):
    """No warning, and nothing printed."""
    code = f"import {package}; from {package} import *"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
