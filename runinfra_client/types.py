# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""What the models share, and what may be given as a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, BinaryIO, TypeAlias

FileData: TypeAlias = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO
FileInput: TypeAlias = FileData | tuple[str, FileData] | tuple[str, FileData, str]
"""A file: bytes, a path, a binary file object, or ``(filename, data[, content_type])``."""


def absent_or_null(d: dict[str, Any]) -> tuple[str, ...]:
    """The keys whose value is null."""
    return tuple([key for key, value in d.items() if value is None])  # faster than a generator


def tagged(
    value: Any, key: str, table: Mapping[str, Any], fallback: Any, *, scalars: bool = False
) -> Any:
    """A member of a union, chosen by its tag; an unknown one is kept as it is."""
    if not isinstance(value, Mapping):
        if scalars:
            return value
        msg = f"expected an object, got {type(value).__name__}"
        raise TypeError(msg)
    cls = table.get(value.get(key, ""), fallback)
    return value if cls is None else cls.from_dict(value)


def first_of(value: Any, classes: tuple[Any, ...], *, scalars: bool = False) -> Any:
    """A member of a union without tags: the first that has all that it requires."""
    if not isinstance(value, Mapping):
        if scalars:
            return value
        msg = f"expected an object, got {type(value).__name__}"
        raise TypeError(msg)
    for cls in classes[:-1]:
        try:
            return cls.from_dict(value)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return classes[-1].from_dict(value)


def plain(value: Any) -> Any:
    """The JSON form of an attribute's value."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
