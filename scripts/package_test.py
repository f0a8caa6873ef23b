"""Install the wheel on each Python that is here, with the oldest and the newest of what it needs.

    python scripts/package_test.py [VERSION...]     3.11, 3.12, 3.13 and 3.14 if left out

Each time, in an environment of its own: imports without a warning, every operation against the
sandbox with the canary and the demo of the sdist, no leftovers after it was uninstalled. Before
that the artefacts are built, and checked as the index will. Exit code 1 if anything failed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement
from releasing.artefacts import Artefacts, build

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# The oldest releases of what is compiled were made before these, and have no wheels for them.
NEWEST_ONLY = {"3.14"}
EXTRAS = "sandbox,socks"
MODULES = """
import importlib, pkgutil, runinfra_client, runinfra_ext
for package in (runinfra_client, runinfra_ext):
    assert "site-packages" in package.__file__, package.__file__
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if found.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(found.name)
        except (ImportError, runinfra_ext.ConfigurationError) as error:
            # What belongs to another extra says so, or names the library that it is for.
            lacking = getattr(error, "name", None) or "pip install"
            assert not lacking.startswith("runinfra") and lacking in str(error), (found.name, error)
"""


def interpreter(version: str) -> str | None:
    """The Python of a version: of the path, or of a version manager."""
    managed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (f"python{version}", *map(str, reversed(managed))):
        found = shutil.which(candidate)
        # A manager's shim may be there for a version that is not enabled.
        if (
            found
            and not subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode
        ):
            return found
    return None


def lowest(wheel: Path) -> Iterator[str]:
    """The oldest release of each requirement that the wheel's metadata allows."""
    with ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    for text in metadata.get_all("Requires-Dist", ()):
        requirement = Requirement(text)
        for bound in requirement.specifier:
            if bound.operator == ">=":
                yield f"{requirement.name}=={bound.version}"


def check(python: str, artefacts: Artefacts, folder: Path, constraints: list[str]) -> None:
    """One environment: install, import, work, uninstall.

    Raises:
        subprocess.CalledProcessError: something failed; it has said what.
        AssertionError: files were left over.
    """
    venv = folder / "venv"
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "RUNINFRA_"))}

    def run(*command: str) -> None:
        subprocess.run([str(venv / "bin/python"), *command], cwd=folder, env=environ, check=True)

    def ours() -> list[str]:
        return sorted(str(p) for p in venv.rglob("*") if "runinfra" in p.name and p.exists())

    subprocess.run([python, "-m", "venv", str(venv)], check=True)
    pinned = folder / "constraints.txt"
    pinned.write_text("\n".join(constraints), "utf-8")
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "install", f"{artefacts.wheel}[{EXTRAS}]", "--constraint", str(pinned))
    run(*pip, "check")
    run("-W", "error", "-c", MODULES)
    with tarfile.open(artefacts.sdist) as archive:
        archive.extractall(folder, filter="data")
    # By its path, a script finds nothing of the sdist's packages but what lies beside itself.
    [source] = folder.glob("runinfra_ext-*")
    shutil.rmtree(source / "runinfra_ext")
    shutil.rmtree(source / "runinfra_client")
    run("-W", "error", str(source / "scripts/canary.py"), "--sandbox")
    run("-W", "error", str(source / "examples/demo.py"))
    run(*pip, "uninstall", "--yes", "runinfra-ext")
    assert ours() == [], ours()


def main() -> int:
    """Run the command line; the exit code."""
    versions = sys.argv[1:] or VERSIONS
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        artefacts = build(ROOT, Path(made) / "dist", 1_700_000_000)
        subprocess.run(
            [sys.executable, "-m", "twine", "check", "--strict", *map(str, artefacts)], check=True
        )
        for version in versions:
            python = interpreter(version)
            if python is None:
                print(f"== Python {version}: not installed, not run", flush=True)
                continue
            runs = {"oldest": list(lowest(artefacts.wheel)), "newest": list[str]()}
            if version in NEWEST_ONLY:
                del runs["oldest"]
            for name, constraints in runs.items():
                title = f"Python {version} with the {name} of its requirements"
                print(f"== {title}", flush=True)
                folder = Path(made) / f"{version}-{name}"
                folder.mkdir()
                try:
                    check(python, artefacts, folder, constraints)
                except (subprocess.CalledProcessError, AssertionError) as error:
                    print(f"failed: {error}", flush=True)
                    failed.append(title)
    print("\n".join(f"FAILED: {title}" for title in failed) or "all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
