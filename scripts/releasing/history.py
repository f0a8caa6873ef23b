"""What git and the changelog say of the tree that is released."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

VERSION_FILE: Final = "runinfra_ext/_version.py"
DOCUMENT: Final = "openapi/runinfra.yaml"
CHANGELOG: Final = "CHANGELOG.md"
FRAGMENTS: Final = "changes"
ORIGIN: Final = "https://github.com/RightNow-AI/runinfra-python"
# Where git and gh are looked for: a folder in PATH could hold others.
SYSTEM: Final = "/usr/local/bin:/usr/bin:/bin"
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")
_LINK: Final = "120000"
_TREE: Final = "40000"
_PLAIN: Final = {"100644": 0o644, "100755": 0o755, _LINK: 0}
# What the targets of the Makefile make, below the root. Nothing is imported from there.
_MADE: Final = re.compile(
    r"\.git|\.venv(-.+)?|out|dist|build|htmlcov|\.coverage(\..+)?|node_modules"
    r"|\.(hypothesis|mypy_cache|pytest_cache|ruff_cache|schemathesis)"
)
# Nobody's settings, no objects in place of others or from elsewhere, and none of the variables by
# which git takes another repository, index, configuration, proxy or authority.
_OURS: Final = {
    "PATH": SYSTEM,
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def _is(oid: str, kind: str, data: bytes) -> bool:
    """Whether an object of that name has that content."""
    method = "sha1" if len(oid) == 40 else "sha256"
    return hashlib.new(method, b"%s %d\0" % (kind.encode(), len(data)) + data).hexdigest() == oid


def _unread(error: OSError) -> None:
    """A folder that can't be listed may hold anything."""
    raise error


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

    def stands(self, root: Path) -> bool:
        """Whether a folder holds it as it was committed."""
        path = root / self.path
        try:
            if self.mode == _LINK or path.is_symlink():
                data = os.fsencode(path.readlink())
                return self.mode == _LINK and _is(self.oid, "blob", data)
            runs = bool(path.stat().st_mode & 0o100) == (self.mode == "100755")
            return runs and _is(self.oid, "blob", path.read_bytes())
        except OSError:
            return False


class Repository:
    """A clone, whose commit is looked at once.

    Args:
        root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """What git prints.

        Raises:
            ValueError: it failed.
        """
        return self._git(*arguments).decode("utf-8", "surrogateescape").strip()

    def _git(self, *arguments: str, given: bytes = b"", anywhere: bool = False) -> bytes:
        command = ["git", *arguments]
        # Outside of the clone git has no settings at all.
        where = Path(os.sep) if anywhere else self.root
        try:
            done = subprocess.run(
                command, cwd=where, env=_OURS, input=given, capture_output=True, check=True
            )
        except FileNotFoundError as error:
            msg = f"git is not in {SYSTEM}"
            raise ValueError(msg) from error
        except subprocess.CalledProcessError as error:
            msg = f"git {arguments[0]} failed: {error.stderr.decode(errors='replace').strip()}"
            raise ValueError(msg) from error
        return done.stdout

    def _objects(self, kind: str, oids: Iterable[str]) -> dict[str, bytes]:
        """Objects by their names, each held against its name: git itself looks at some only."""
        wanted = list(dict.fromkeys(oids))
        given = "".join(f"{oid}\n" for oid in wanted).encode()
        printed = io.BytesIO(self._git("cat-file", "--batch", given=given))
        found: dict[str, bytes] = {}
        for oid in wanted:
            head = printed.readline().split()
            if len(head) != 3:
                msg = f"the {kind} {oid} is not in the repository"
                raise ValueError(msg)
            found[oid] = printed.read(int(head[2]))
            printed.read(1)
            if not _is(oid, kind, found[oid]):
                msg = f"the repository holds another content than its {kind} {oid} has"
                raise ValueError(msg)
        return found

    @cached_property
    def _head(self) -> dict[str, str]:
        """What the commit says before its message."""
        [data] = self._objects("commit", [self.commit]).values()
        lines = data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
        parts = (line.partition(" ") for line in lines)
        return {name: rest for name, _, rest in parts if name}

    @cached_property
    def files(self) -> list[Committed]:
        """The files of the commit.

        Raises:
            ValueError: something in it is no file, or the repository is damaged.
        """
        size = len(self.commit) // 2
        level = [("", self._head["tree"])]
        listed: list[Committed] = []
        while level:
            trees = self._objects("tree", (oid for _, oid in level))
            below: list[tuple[str, str]] = []
            for folder, oid in level:
                data = trees[oid]
                while data:
                    facts, _, data = data.partition(b"\0")
                    mode, _, name = os.fsdecode(facts).partition(" ")
                    found, data = data[:size].hex(), data[size:]
                    path = f"{folder}{name}"
                    # Such a name would be written outside of the folder, or into git's own.
                    odd = name.lower() in {"", ".", "..", ".git"} or "/" in name
                    if odd or mode not in {_TREE, *_PLAIN}:
                        msg = f"{path} is no file of this repository"
                        raise ValueError(msg)
                    if mode == _TREE:
                        below.append((f"{path}/", found))
                    else:
                        listed.append(Committed(mode, found, path))
            level = below
        return listed

    @cached_property
    def commit(self) -> str:
        """The id of the commit that is checked out."""
        return self.git("rev-parse", "--verify", "HEAD^{commit}")

    @property
    def committed(self) -> int:
        """When it was committed, in seconds since 1970."""
        return int(self._head["committer"].split()[-2])

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
        except ValueError:
            return None

    def tagged_at(self, origin: str) -> str | None:
        """The commit of the tag where everybody sees it.

        Args:
            origin: the address, which is asked whatever the clone's settings say.
        """
        try:
            listed = self._git("ls-remote", "--tags", origin, f"{self.tag}*", anywhere=True)
        except ValueError:
            return None
        lines = (line.partition("\t") for line in listed.decode(errors="replace").splitlines())
        commits = {name: commit for commit, _, name in lines}
        name = f"refs/tags/{self.tag}"
        return commits.get(f"{name}^{{}}", commits.get(name))

    def changed(self) -> list[str]:
        """What is not as it was committed, or was not committed, whatever git is told to ignore.

        Git is not asked: its settings, attributes, index and flags of files can hide a change.
        """
        files = {file.path: file for file in self.files}
        told = [path for path, file in files.items() if not file.stands(self.root)]
        return sorted([*told, *(path for path in self._found() if path not in files)])

    def _found(self) -> Iterator[str]:
        """All files and links below the root but those that the targets make."""
        for text, folders, names in os.walk(self.root, onerror=_unread):
            folder = Path(text)
            links = [name for name in folders if (folder / name).is_symlink()]
            for name in (*names, *links):
                if folder != self.root or not _MADE.fullmatch(name):
                    yield (folder / name).relative_to(self.root).as_posix()
            # Of the caches of modules Python is told to take none.
            folders[:] = [
                name
                for name in folders
                if name != "__pycache__" and (folder != self.root or not _MADE.fullmatch(name))
            ]

    def export(self, folder: Path) -> Path:
        """Write the files of the commit, byte for byte, to a new folder; the folder.

        Raises:
            ValueError: the repository is damaged.
        """
        # Not by `git archive`, which heeds attributes and filters that are in no commit.
        folder.mkdir(parents=True)
        contents = self._objects("blob", (file.oid for file in self.files))
        for file in self.files:
            path, data = folder / file.path, contents[file.oid]
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
        except ValueError:
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
        there = self.tagged_at(origin)
        if there is None:
            problems.append(f"The tag {tag} is not at origin.")
        elif there != commit:
            problems.append(f"The tag {tag} is at {there[:12]} at origin, not at {commit[:12]}.")
        return problems + self._untold()

    def _untold(self) -> list[str]:
        """What the changelog lacks."""
        text = (self.root / CHANGELOG).read_text("utf-8")
        _, *entries = re.split(r"^## (.+)$", text, maxsplit=2, flags=re.MULTILINE)
        title, entry = entries[:2] or ("nothing", "")
        version, _, day = title.partition(" - ")
        problems: list[str] = []
        try:
            dated = date.fromisoformat(day).isoformat() == day
        except ValueError:
            dated = False
        if version != self.version or not dated:
            wanted = f"{self.version} - YYYY-MM-DD"
            problems.append(f"The changelog begins with {title!r}, not with {wanted!r}.")
        elif len(re.findall(rf"^## {re.escape(version)} ", text, re.MULTILINE)) > 1:
            problems.append(f"The changelog has more than one entry of {version}.")
        elif not entry.strip():
            problems.append(f"The changelog says nothing of {version}.")
        folder = self.root / FRAGMENTS
        found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
        if left := sorted(name for name in found if name != "README.md"):
            names = ", ".join(left)
            problems.append(f"Fragments are not in the changelog yet: {names}.")
        return problems
