"""What git and the changelog say of the tree that is released."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

VERSION_FILE: Final = "runinfra_ext/_version.py"
DOCUMENT: Final = "openapi/runinfra.yaml"
CHANGELOG: Final = "CHANGELOG.md"
FRAGMENTS: Final = "changes"
SCRIPTS: Final = "scripts"
ORIGIN: Final = "https://github.com/RightNow-AI/runinfra-python"
# Where git and gh are looked for: a folder in PATH could hold others.
SYSTEM: Final = "/usr/local/bin:/usr/bin:/bin"
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")
_LINK: Final = "120000"
_PLAIN: Final = {"100644": 0o644, "100755": 0o755, _LINK: 0}
# Nobody's settings, no objects in place of others, and none of the variables by which git takes
# another repository, index or configuration.
_OURS: Final = {
    "PATH": SYSTEM,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


class Committed(NamedTuple):
    """A file of the commit.

    Attributes:
        mode: as git has it.
        oid: of its content.
        path: below the root.
    """

    mode: str
    oid: str
    path: str

    def holds(self, data: bytes) -> bool:
        """Whether that is its content."""
        kind = "sha1" if len(self.oid) == 40 else "sha256"
        return hashlib.new(kind, b"blob %d\0" % len(data) + data).hexdigest() == self.oid


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
        return self._git(*arguments).decode("utf-8", "surrogateescape").strip()

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        environ = {name: v for name, v in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**environ, **_OURS},
            input=given,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def files(self) -> Iterator[Committed]:
        """The files of the commit.

        Raises:
            ValueError: something in it is no file.
        """
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", "HEAD")
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            if line:
                facts, _, path = line.partition("\t")
                mode, _, oid = facts.split(" ")
                if mode not in _PLAIN:
                    msg = f"{path} is no file of this repository"
                    raise ValueError(msg)
                yield Committed(mode, oid, path)

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
        found = re.findall(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
        # A second one, or digits that only look like these, would be another version elsewhere.
        if len(found) != text.count("__version__") or len(found) != 1:
            msg = f"{VERSION_FILE} does not have one version"
            raise ValueError(msg)
        if not _VERSION.fullmatch(found[0]):
            msg = f"{VERSION_FILE}: expected a version such as 1.2.3 or 1.2.3rc1, got {found[0]!a}"
            raise ValueError(msg)
        return str(found[0])

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
        """Files that are not as they were committed; ignored ones count among the scripts only."""
        listed = self.git("status", "--porcelain", "--untracked-files=all").splitlines()
        told = [line.split(maxsplit=1)[1] for line in listed]
        # Settings, attributes and flags of files hide changes from `status`, but not from this.
        told += [file.path for file in self.files() if not file.holds(self._found(file))]
        # What lies beside a script is imported by it.
        beside = self.git("ls-files", "--others", "--", SCRIPTS).splitlines()
        told += [path for path in beside if "__pycache__" not in path]
        return list(dict.fromkeys(told))

    def _found(self, file: Committed) -> bytes:
        path = self.root / file.path
        try:
            return os.fsencode(path.readlink()) if file.mode == _LINK else path.read_bytes()
        except OSError:
            return b""

    def export(self, folder: Path) -> Path:
        """Write the files of the commit, byte for byte, to a new folder; the folder.

        Raises:
            ValueError: the repository is damaged.
        """
        # Not by `git archive`, which heeds attributes and filters that are in no commit.
        folder.mkdir(parents=True)
        files = list(self.files())
        wanted = "".join(f"{file.oid}\n" for file in files)
        packed = self._git("cat-file", "--batch", given=wanted.encode())
        for file in files:
            head, _, packed = packed.partition(b"\n")
            size = int(head.rpartition(b" ")[2])
            data, packed = packed[:size], packed[size + 1 :]
            if not file.holds(data):
                msg = f"{file.path}: the repository holds another content than its commit"
                raise ValueError(msg)
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            if file.mode == _LINK:
                path.symlink_to(os.fsdecode(data))
            else:
                path.write_bytes(data)
                path.chmod(_PLAIN[file.mode])
        return folder

    def unready(self, origin: str = ORIGIN) -> list[str]:
        """Why the tree can't be released, each a sentence; empty if it can.

        Args:
            origin: the repository that everybody sees.
        """
        problems: list[str] = []
        try:
            # As it is asked: a setting can put another address in the place of the one it shows.
            asked = self.git("remote", "get-url", "origin")
        except subprocess.CalledProcessError:
            asked = "nowhere"
        if asked.removesuffix(".git") != origin:
            problems.append(f"origin is {asked}, not {origin}.")
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
