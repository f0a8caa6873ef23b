# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""What the models and the endpoint functions share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, Final, Generic, Literal, NamedTuple, TypeVar


class Unset:
    """The type of UNSET: a header parameter that was left out."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"  # copies and pickles are the same object


UNSET: Final = Unset()


class File(NamedTuple):
    """A file to upload."""

    payload: bytes | BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> tuple[str | None, bytes | BinaryIO, str | None]:
        """As httpx takes it."""
        return self.file_name, self.payload, self.mime_type


T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """An answer."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: T


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


def multipart_field(name: str, value: Any) -> list[tuple[str, Any]]:
    """The parts of a multipart body for one attribute; none for one that was left out."""
    if value is None:
        return []
    if isinstance(value, File):
        return [(name, value.to_tuple())]
    if isinstance(value, list | tuple):
        return [part for item in value for part in multipart_field(name, item)]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return [(name, (None, text.encode(), None))]
