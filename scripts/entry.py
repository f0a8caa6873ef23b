"""Start `publish.py`, once it is sure that it imports nothing which is in no commit.

The packages of the tree can be imported, and so could be what lies beside them: a module by the
name of one that some dependency looks for would run before any check. Python is started without the
scripts' own folder (`-P`), and up to the check only its own library is imported.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def changed(root: Path) -> list[str]:
    """What is not as it was committed, by the rules of `releasing/history.py`."""
    spec = importlib.util.spec_from_file_location(
        "history_alone", ROOT / "scripts/releasing/history.py"
    )
    assert spec is not None
    assert spec.loader is not None
    history: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(history)
    found: list[str] = history.Repository(root).changed()
    return found


def main() -> int:
    """Run the command line; the exit code."""
    if not sys.flags.safe_path:
        print("refused: run `make publish`.", file=sys.stderr)
        return 2
    try:
        found = changed(ROOT)
    except (OSError, ValueError) as error:
        found = [f"it can't be read: {error}"]
    if found:
        print(
            f"refused: The tree is not clean: {', '.join(map(ascii, found[:5]))}.", file=sys.stderr
        )
        return 1
    sys.path.insert(0, str(ROOT / "scripts"))
    code: int = importlib.import_module("publish").main()
    return code


if __name__ == "__main__":
    sys.exit(main())
