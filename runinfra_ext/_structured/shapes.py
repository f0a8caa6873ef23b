"""Python types as JSON: which are understood, and what the members of a class are.

``str``, ``int``, ``float``, ``bool``, ``None``, ``Any``, ``Literal``, ``Enum``, unions, lists,
tuples, sets and mappings, ``datetime``, ``date`` and ``UUID``, ``Annotated[T, "description"]``, and
classes with named members (attrs, dataclasses, ``TypedDict``; pydantic models if it is there).
:mod:`.json_schemas` writes their schemas, :mod:`.json_values` makes their objects.
"""

from __future__ import annotations

import dataclasses
import typing
from collections import abc
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin
from uuid import UUID

from attrs import NOTHING

FROM_TEXT: Final[Mapping[Any, Callable[[str], Any]]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    UUID: UUID,
}
ARRAYS: Final[Mapping[Any, Callable[[list[Any]], Any]]] = {
    list: list,
    abc.Sequence: list,
    abc.Iterable: list,
    abc.Collection: list,
    set: set,
    abc.Set: set,
    frozenset: frozenset,
}
OBJECTS: Final = frozenset({dict, abc.Mapping, abc.MutableMapping})


class Member(NamedTuple):
    """A named member of a class.

    Attributes:
        key: its name in JSON, and as an argument of the class.
        type: its annotation.
        required: whether a schema requires it.
        default: whether it may be missing from a value.
        description: for the schema.
    """

    key: str
    type: Any
    required: bool
    default: bool
    description: str | None


def members_of(kind: Any) -> list[Member] | None:
    """The members of a class of one of the known makes; ``None`` for anything else."""
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        required = {key: _is_required(kind, key, hint) for key, hint in hints.items()}
        return [
            member_of(key, hint, required=required[key], default=not required[key])
            for key, hint in hints.items()
        ]
    if not isinstance(kind, type):
        return None
    attributes: Any = getattr(kind, "__attrs_attrs__", None)
    if attributes is not None:
        hints = typing.get_type_hints(kind, include_extras=True)
        return [
            member_of(a.alias, hints.get(a.name, Any), a.metadata, default=a.default is not NOTHING)
            for a in attributes
            if a.init
        ]
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        missing = dataclasses.MISSING
        return [
            member_of(
                field.name,
                hints[field.name],
                field.metadata,
                default=field.default is not missing or field.default_factory is not missing,
            )
            for field in dataclasses.fields(kind)
            if field.init
        ]
    return None


def _is_required(kind: Any, key: str, hint: Any) -> bool:
    # __required_keys__ does not see qualifiers in annotations that were text, as they all are under
    # `from __future__ import annotations`; the hint does.
    origin = get_origin(hint)
    if origin is Annotated:
        origin = get_origin(hint.__origin__)
    if origin in {typing.Required, typing.NotRequired}:
        return origin is typing.Required
    return key in kind.__required_keys__


def plain(kind: Any) -> tuple[Any, str | None]:
    """A type without its qualifiers, and the description among them."""
    description = None
    while (origin := get_origin(kind)) in {Annotated, typing.Required, typing.NotRequired}:
        if origin is Annotated:
            notes = [note for note in kind.__metadata__ if isinstance(note, str)]
            description = description or next(iter(notes), None)
        kind = get_args(kind)[0]
    return kind, description


def member_of(
    key: str,
    hint: Any,
    metadata: Mapping[Any, Any] | None = None,
    *,
    required: bool = True,
    default: bool,
) -> Member:
    """A member of this name and annotation; ``metadata`` may hold its ``description``."""
    kind, description = plain(hint)
    noted = (metadata or {}).get("description")
    return Member(key, kind, required, default, noted if isinstance(noted, str) else description)


def is_pydantic(kind: Any) -> bool:
    """Whether this is a pydantic model class (pydantic itself is not imported)."""
    return isinstance(kind, type) and hasattr(kind, "model_json_schema")
