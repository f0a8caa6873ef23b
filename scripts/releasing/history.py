"""What git and the changelog say of the tree that is released."""

from __future__ import annotations

import re
import subprocess
import tarfile
from pathlib import Path
from typing import Final

VERSION_FILE: Final = "runinfra_ext/_version.py"
DOCUMENT: Final = "openapi/runinfra.yaml"
CHANGELOG: Final = "CHANGELOG.md"
FRAGMENTS: Final = "changes"


class Repository:
    """A clone.

    Args:
        root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """What git prints.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    @property
    def commit(self) -> str:
        """The id of the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    @property
    def committed(self) -> int:
        """When it was committed, in seconds since 1970."""
        return int(self.git("show", "-s", "--format=%ct", "HEAD"))

    @property
    def version(self) -> str:
        """The version that the package says it has."""
        text = (self.root / VERSION_FILE).read_text("utf-8")
        found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
        if found is None:
            msg = f"no version in {VERSION_FILE}"
            raise ValueError(msg)
        return found[1]

    @property
    def tag(self) -> str:
        """The name that the tag of this version has."""
        return f"v{self.version}"

    def tagged(self) -> str | None:
        """The commit of the tag, here."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"refs/tags/{self.tag}^{{commit}}")
        except subprocess.CalledProcessError:
            return None

    def tagged_at_origin(self) -> str | None:
        """The commit of the tag where everybody sees it."""
        try:
            listed = self.git("ls-remote", "--tags", "origin", f"{self.tag}*")
        except subprocess.CalledProcessError:
            return None
        lines = (line.partition("\t") for line in listed.splitlines())
        commits = {name: commit for commit, _, name in lines}
        name = f"refs/tags/{self.tag}"
        return commits.get(f"{name}^{{}}", commits.get(name))

    def changed(self) -> list[str]:
        """Files that are not as they were committed; ignored ones don't count."""
        listed = self.git("status", "--porcelain", "--untracked-files=all").splitlines()
        # A file can be hidden from `status`: its changes would be built, and shown by nothing.
        hidden = [
            line[2:]
            for line in self.git("ls-files", "-v").splitlines()
            if line[0].islower() or line[0] == "S"
        ]
        return [line.split(maxsplit=1)[1] for line in listed] + hidden

    def export(self, folder: Path) -> Path:
        """Write the files of the commit, and nothing else, to a new folder; the folder."""
        folder.mkdir(parents=True)
        archive = folder.with_suffix(".tar")
        self.git("archive", "--output", str(archive), "HEAD")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        archive.unlink()
        return folder

    def unready(self) -> list[str]:
        """Why the tree can't be released, each a sentence; empty if it can."""
        problems: list[str] = []
        if changed := self.changed():
            problems.append(f"The tree is not clean: {', '.join(changed[:5])}.")
        commit, tag, here = self.commit, self.tag, self.tagged()
        if here is None:
            problems.append(f"There is no tag {tag}.")
        elif here != commit:
            problems.append(f"The tag {tag} is at {here[:12]}, and {commit[:12]} is checked out.")
        there = self.tagged_at_origin()
        if there is None:
            problems.append(f"The tag {tag} is not at origin.")
        elif there != commit:
            problems.append(f"The tag {tag} is at {there[:12]} at origin, not at {commit[:12]}.")
        return problems + self._untold()

    def _untold(self) -> list[str]:
        """What the changelog lacks."""
        text = (self.root / CHANGELOG).read_text("utf-8")
        newest = re.search(r"^## (.+)$", text, re.MULTILINE)
        title = newest[1] if newest else "nothing"
        problems: list[str] = []
        if not re.fullmatch(rf"{re.escape(self.version)} - \d{{4}}-\d\d-\d\d", title):
            wanted = f"{self.version} - YYYY-MM-DD"
            problems.append(f"The changelog begins with {title!r}, not with {wanted!r}.")
        found = (self.root / FRAGMENTS).glob("*.md")
        if left := sorted(path.name for path in found if path.name != "README.md"):
            names = ", ".join(left)
            problems.append(f"Fragments are not in the changelog yet: {names}.")
        return problems
