"""Builds the sdist and the wheel, and says what is in them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Artefacts(NamedTuple):
    """The two files that are published.

    Attributes:
        sdist: the source, as ``.tar.gz``.
        wheel: built from it.
    """

    sdist: Path
    wheel: Path

    @classmethod
    def of(cls, folder: Path) -> Artefacts:
        """Those of a folder, which holds one of each and nothing else that could be uploaded.

        Raises:
            FileNotFoundError: there are fewer, or more.
        """
        sdists, wheels = sorted(folder.glob("*.tar.gz")), sorted(folder.glob("*.whl"))
        if (len(sdists), len(wheels)) != (1, 1):
            msg = f"{folder} holds {len(sdists)} sdists and {len(wheels)} wheels, not one of each"
            raise FileNotFoundError(msg)
        return cls(sdists[0], wheels[0])

    def sums(self) -> dict[str, str]:
        """The SHA-256 of each, by its name."""
        return {path.name: sha256(path) for path in self}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build(
    tree: Path, folder: Path, epoch: int, environ: Mapping[str, str] = os.environ
) -> Artefacts:
    """Build the sdist, and the wheel from it.

    Args:
        tree: the source.
        folder: where they go.
        epoch: what the files' times are, in seconds since 1970; of the commit, so that everybody
            who builds it gets the same bytes.
        environ: of the build.

    Raises:
        subprocess.CalledProcessError: it can't be built; what was said is shown.
    """
    # Isolated: a module that lies where this was called is not what builds.
    command = [sys.executable, "-I", "-m", "build", "--no-isolation"]
    command += ["--outdir", str(folder), str(tree)]
    # What the shell sets must not choose the code that is built, or what builds it, and how.
    given = {name: environ[name] for name in ("PATH", "TZ", "PYTHONHASHSEED") if name in environ}
    given |= {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONNOUSERSITE": "1"}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    done.check_returncode()
    return Artefacts.of(folder)


def files_of_sdist(path: Path) -> set[str]:
    """Names of its files, without the folder that all of them are in."""
    with tarfile.open(path) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


def files_of_wheel(path: Path) -> set[str]:
    """Names of its files."""
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())
