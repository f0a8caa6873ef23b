"""Compare the public surface and the document with the last release.

    python scripts/compat.py               what changed, and the least that the next version may be
    python scripts/compat.py --baseline    take what is here as the last release

The last release stands in compat/: its version, its surface, its document, and the names that it
said would go (deprecated.txt, one to a line, as they are told here). A baseline that was taken
before its version was out, as the changelog said then, promises nothing. Exit code 1: the version
in runinfra_ext/_version.py is lower than what the changes ask for.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from compatibility import document, surface
from compatibility.changes import Change, Weight, forgiven, next_version, numbers
from releasing.history import CHANGELOG, DOCUMENT, Repository

ROOT = Path(__file__).resolve().parent.parent
SURFACE = "tests/surface.txt"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def found(root: Path) -> list[Change]:
    """What changed since the last release."""
    last = root / "compat"
    texts = ((last / "surface.txt"), (root / SURFACE))
    before, after = (path.read_text("utf-8") for path in texts)
    documents = (last / "runinfra.yaml", root / DOCUMENT)
    old, new = (yaml.load(path.read_text("utf-8"), LOADER) for path in documents)
    changes = [*surface.compare(before, after), *document.Comparison(old, new).changes()]
    deprecated = (last / "deprecated.txt").read_text("utf-8").splitlines()
    return forgiven(dict.fromkeys(changes), filter(None, deprecated))


def take(root: Path) -> None:
    """Make what is here the last release."""
    last = root / "compat"
    last.mkdir(exist_ok=True)
    shutil.copy(root / SURFACE, last / "surface.txt")
    shutil.copy(root / DOCUMENT, last / "runinfra.yaml")
    (last / "deprecated.txt").touch()
    version = Repository(root).version
    entries = (root / CHANGELOG).read_text("utf-8").splitlines()
    facts = {"version": version, "out": f"## {version} - unreleased" not in entries}
    (last / "release.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")


def told(root: Path) -> int:
    """Tell what changed; the exit code."""
    facts = json.loads((root / "compat/release.json").read_text("utf-8"))
    last = facts["version"]
    changes = found(root)
    for weight in (Weight.MAJOR, Weight.MINOR):
        chosen = [change for change in changes if change.weight is weight]
        if chosen:
            print("Breaks callers:" if weight is Weight.MAJOR else "New, or wider:")
            print("\n".join(f"  {change.where}: {change.what}" for change in chosen))
    now = Repository(root).version
    if numbers(now) < numbers(last):
        print(f"The last release is {last}: {now} is lower.")
        return 1
    if not changes:
        print(f"Nothing changed for callers since {last}.")
        return 0
    least = next_version(last, max(change.weight for change in changes))
    print(f"\nThe last release is {last}: the next is {least} at least; it says {now}.")
    if numbers(now) >= numbers(least):
        return 0
    if last == now and not facts["out"]:
        print(f"{now} is not out yet: nothing of it is promised, and nothing has to be kept.")
        return 0
    return 1


def main() -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--baseline", action="store_true", help="take this as the last release")
    if parser.parse_args().baseline:
        take(ROOT)
        return 0
    return told(ROOT)


if __name__ == "__main__":
    sys.exit(main())
