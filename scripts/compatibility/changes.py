"""What a difference means for those who use the SDK."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple


class Weight(IntEnum):
    """How much a change asks of callers."""

    PATCH = 0
    MINOR = 1  # something new
    MAJOR = 2  # something that worked before may not work now


class Change(NamedTuple):
    """One difference.

    Attributes:
        weight: what it asks of callers.
        where: the name that changed; of a member with its owner.
        what: what happened to it.
    """

    weight: Weight
    where: str
    what: str


def numbers(version: str) -> tuple[int, int, int]:
    """The three of a version; a candidate has those of its release."""
    major, minor, patch = re.findall(r"\d+", version)[:3]
    return int(major), int(minor), int(patch)


def next_version(last: str, weight: Weight) -> str:
    """The least version after a release that may carry a change.

    Before 1.0.0 the second number takes the place of the first, as semantic versioning allows.
    """
    major, minor, patch = numbers(last)
    if last != f"{major}.{minor}.{patch}":
        return f"{major}.{minor}.{patch}"  # it was a candidate only, which promises nothing
    if weight is Weight.MAJOR:
        return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"
    if weight is Weight.MINOR and major:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def forgiven(changes: Iterable[Change], deprecated: Iterable[str]) -> list[Change]:
    """The changes, where what was deprecated in the last release may go.

    Args:
        changes: all that were found.
        deprecated: names that the last release said would go.
    """
    gone = set(deprecated)
    return [
        change._replace(weight=Weight.MINOR, what=f"{change.what}, as was announced")
        if change.weight is Weight.MAJOR and change.where in gone
        else change
        for change in changes
    ]
