"""Copies of the project, to be broken or edited."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def copied(parts: Iterable[str], target: Path) -> Path:
    """Copy files and folders of the project, without caches, to a folder; that folder."""
    for part in parts:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target / part, ignore=ignored)
        else:
            shutil.copy(source, target / part)
    return target


def replaced(path: Path, old: str, new: str) -> None:
    """Replace one place of a file, which must be there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
