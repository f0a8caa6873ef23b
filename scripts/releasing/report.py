"""The report of a release: what was built, from what, and what held at the gateway."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = 1
NAME: Final = "report.json"
BILL: Final = "sbom.json"  # of materials, beside it


def digest(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a report without its own digest: a slip of an editor's shows."""
    bare = {name: value for name, value in content.items() if name != "digest"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a report, with its digest."""
    whole = {**content, "digest": digest(content)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(members)
    if len(content) != len(members):
        msg = "a name stands twice in an object, where readers disagree on what it means"
        raise ValueError(msg)
    return content


def _no_number(text: str) -> float:
    msg = f"{text} is no number of JSON"
    raise ValueError(msg)


def read(path: Path) -> dict[str, Any]:
    """A report.

    Raises:
        ValueError: there is none, or it is not one.
    """
    try:
        content = json.loads(
            path.read_text("utf-8"), object_pairs_hook=_once, parse_constant=_no_number
        )
    except OSError as error:
        msg = f"There is no report at {path}: run `make release`."
        raise ValueError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not a report: {error}."
        raise ValueError(msg) from error
    if not isinstance(content, dict) or repr(content.get("schema")) != repr(SCHEMA):
        msg = f"{path} is not a report of this form."
        raise ValueError(msg)
    return content
