"""Make the changelog's entry of this version from the fragments in changes/.

    python scripts/changelog.py

An entry that this version has already, such as the one of the first release, which was written by
hand (`## 0.1.0 - unreleased`), becomes part of the new one: its text comes first, and what stands
under the same heading is put together. Exit code 1: there is nothing to tell of this version.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

from releasing.history import CHANGELOG, FRAGMENTS, Repository

ROOT = Path(__file__).resolve().parent.parent
START = "<!-- fragments -->\n"


def joined(text: str, version: str, day: str) -> str:
    """A changelog where all entries of a version are one, the newest, with its day.

    Args:
        text: of the changelog; its newest entry is first.
        version: whose entries they are.
        day: of the release.

    Raises:
        ValueError: there is no entry of the version, or no place for one.
    """
    head, start, rest = text.partition(START)
    if not start:
        msg = f"{CHANGELOG} lacks the line {START.strip()!r}, below which entries stand"
        raise ValueError(msg)
    entries = [part for part in re.split(r"^(?=## )", rest, flags=re.MULTILINE) if part.strip()]
    mine = [part for part in entries if part.startswith((f"## {version} ", f"## {version}\n"))]
    if not mine:
        msg = f"there is nothing to tell of {version}: {FRAGMENTS}/ has no fragments"
        raise ValueError(msg)
    sections: dict[str, str] = {"": ""}
    # What is older was written first.
    for part in reversed(mine):
        for block in re.split(r"^(?=### )", part.partition("\n")[2], flags=re.MULTILINE):
            title, _, body = block.partition("\n") if block.startswith("### ") else ("", "", block)
            told = (sections.get(title, ""), body.strip())
            sections[title] = ("\n" if title else "\n\n").join(filter(None, told))
    parts = [f"{title}\n\n{body}".strip() for title, body in sections.items()]
    entry = "\n\n".join([f"## {version} - {day}", *filter(None, parts)])
    others = [part.strip() for part in entries if part not in mine]
    return head + start + "".join(f"\n{part}\n" for part in (entry, *others))


def main() -> int:
    """Run the command line; the exit code."""
    version = Repository(ROOT).version
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    path = ROOT / CHANGELOG
    before = path.read_text("utf-8")
    if any(each.name != "README.md" for each in (ROOT / FRAGMENTS).iterdir()):
        # It refuses a version that was released already; this one was written down only.
        dated = rf"^(## {re.escape(version)} - )[0-9-]+$"
        path.write_text(re.sub(dated, r"\1unreleased", before, flags=re.MULTILINE), "utf-8")
        command = [sys.executable, "-m", "towncrier", "build", "--yes"]
        command += ["--version", version, "--date", day]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            path.write_text(before, "utf-8")
            return done.returncode
    try:
        path.write_text(joined(path.read_text("utf-8"), version, day), "utf-8")
    except ValueError as error:
        print(f"no entry was made: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
