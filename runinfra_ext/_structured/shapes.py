"""Python types as JSON: which are understood, and what the members of a class are.

``str``, ``int``, ``float``, ``bool``, ``None``, ``Any``, ``Literal``, ``Enum``, unions, lists,
tuples, sets and mappings (also with keys that are no texts), ``datetime``, ``date``, ``time``,
``timedelta``, ``Decimal``, ``UUID``, ``Path`` and ``bytes``, ``NewType``,
``Annotated[T, "description"]``, and classes with named members, generic ones too (attrs,
dataclasses, ``TypedDict``, ``NamedTuple``). What is pydantic's is left to it, see
:mod:`.foreign`. :mod:`.schemas` writes their schemas, :mod:`.values` makes their objects.
"""

from __future__ import annotations

import collections
import dataclasses
import inspect
import re
import typing
from collections import abc
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePath
from typing import Annotated, Any, Final, NamedTuple, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

from attrs import NOTHING

from .foreign import field_of, is_foreign, without_alias

_DURATION: Final = re.compile(
    r"(?P<sign>[-+])?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?\Z"
)


def _duration(text: str) -> timedelta:
    """A duration of ISO 8601, of weeks at most."""
    match = _DURATION.match(text)
    parts = (
        {k: float(v) for k, v in match.groupdict().items() if v and k != "sign"} if match else {}
    )
    if not match or not parts:
        msg = "not an ISO 8601 duration"
        raise ValueError(msg)
    length = timedelta(**parts)
    return -length if match["sign"] == "-" else length


FROM_TEXT: Final[Mapping[Any, Callable[[str], Any]]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    timedelta: _duration,
    UUID: UUID,
    Path: Path,
    PurePath: PurePath,
    bytes: str.encode,
}
ARRAYS: Final[Mapping[Any, Callable[[list[Any]], Any]]] = {
    list: list,
    abc.Sequence: list,
    abc.MutableSequence: list,
    abc.Iterable: list,
    abc.Collection: list,
    collections.deque: collections.deque,
    set: set,
    abc.Set: set,
    abc.MutableSet: set,
    frozenset: frozenset,
}
SETS: Final = frozenset({set, abc.Set, abc.MutableSet, frozenset})
OBJECTS: Final = frozenset({dict, abc.Mapping, abc.MutableMapping})
_QUALIFIERS: Final = frozenset({"Required", "NotRequired", "ReadOnly", "Final"})


class Member(NamedTuple):
    """A named member of a class, or a parameter of a function.

    Attributes:
        key: its name in JSON.
        name: its name as an argument.
        type: its annotation, with what is ``Annotated``.
        required: whether a schema requires it.
        default: whether it may be missing from a value.
        description: for the schema.
        fill: gives the value of one that is missing, where the class would not do it itself.
    """

    key: str
    name: str
    type: Any
    required: bool
    default: bool
    description: str | None
    fill: Callable[[], Any] | None = None


def members_of(kind: Any) -> list[Member] | None:
    """The members of a class of one of the known makes; ``None`` for anything else.

    Raises:
        NameError, TypeError: an annotation can't be resolved.
    """
    cls = get_origin(kind) or kind
    if is_typed_dict(cls):
        hints = _hints(kind)
        required = {key: _is_required(cls, key, hint) for key, hint in hints.items()}
        return [
            member_of(key, hint, required=required[key], default=not required[key])
            for key, hint in hints.items()
        ]
    if not isinstance(cls, type):
        return None
    attributes: Any = getattr(cls, "__attrs_attrs__", None)
    if attributes is not None:
        hints = _hints(kind)
        return [
            member_of(a.alias, hints.get(a.name, Any), a.metadata, default=a.default is not NOTHING)
            for a in attributes
            if a.init
        ]
    if dataclasses.is_dataclass(cls):
        hints, missing = _hints(kind), dataclasses.MISSING
        return [
            member_of(
                field.name,
                hints[field.name],
                field.metadata,
                default=field.default is not missing or field.default_factory is not missing,
                value=field.default,
            )
            for field in dataclasses.fields(cls)
            if field.init
        ]
    named = cast("Any", cls)
    if hasattr(named, "_field_defaults"):  # a NamedTuple
        hints = _hints(kind)
        defaults: Mapping[str, Any] = named._field_defaults
        return [
            member_of(name, hints.get(name, Any), default=name in defaults)
            for name in named._fields
        ]
    return None


def is_typed_dict(kind: Any) -> bool:
    """Whether this is a ``TypedDict``, of whichever module."""
    return hasattr(kind, "__total__") and isinstance(kind, type) and issubclass(kind, dict)


def _is_required(kind: Any, key: str, hint: Any) -> bool:
    # __required_keys__ does not see qualifiers in annotations that were text, as they all are under
    # `from __future__ import annotations`; the hint does.
    while (origin := get_origin(hint)) is Annotated or _qualifies(origin):
        if origin in {typing.Required, typing.NotRequired}:
            return origin is typing.Required
        hint = get_args(hint)[0]
    return key in kind.__required_keys__


def _qualifies(origin: Any) -> bool:
    return getattr(origin, "_name", None) in _QUALIFIERS


def hashable(kind: Any) -> bool:
    """Whether a type can be looked up in a table; an annotation may be anything."""
    try:
        hash(kind)
    except TypeError:
        return False
    return True


def plain(kind: Any) -> tuple[Any, str | None]:
    """A type without its qualifiers and names, and the description among them.

    What is ``Annotated`` for pydantic stays so.
    """
    description: str | None = None
    while True:
        origin = get_origin(kind)
        if origin is Annotated:
            notes = (getattr(note, "documentation", note) for note in kind.__metadata__)
            description = description or next((n for n in notes if isinstance(n, str)), None)
            if is_foreign(kind):
                return kind, description
            kind = get_args(kind)[0]
        elif _qualifies(origin):
            kind = get_args(kind)[0]
        elif hasattr(kind, "__supertype__"):  # a NewType
            kind = kind.__supertype__
        elif type(origin or kind).__name__ == "TypeAliasType":
            kind = kind.__value__ if origin is None else origin.__value__[get_args(kind)]
        elif isinstance(kind, TypeVar):
            kind = _unbound(kind)
        else:
            return kind, description


def member_of(
    key: str,
    hint: Any,
    metadata: Mapping[Any, Any] | None = None,
    *,
    required: bool = True,
    default: bool,
    value: Any = None,
) -> Member:
    """A member of this name and annotation.

    Args:
        key: its name.
        hint: its annotation.
        metadata: may hold its ``description``.
        required: whether a schema requires it.
        default: whether it has a default.
        value: the default, which may be a ``Field(...)`` of pydantic's.
    """
    noted = (metadata or {}).get("description")
    name, fill = key, None
    field = field_of(hint, value)
    if field is not None:
        hint = without_alias(hint, field)
        if field is value:
            default = False  # the class or the function itself has none
            hint = Annotated[hint, without_alias(field, field)]
        if not default and not field.is_required():
            default, fill = True, field.get_default
            if field.default_factory is not None:
                fill = field.default_factory
        alias = field.validation_alias or field.alias
        key = alias if isinstance(alias, str) else key
    description = noted if isinstance(noted, str) else plain(hint)[1]
    return Member(key, name, hint, required, default, description, fill)


def _hints(kind: Any) -> dict[str, Any]:
    """The annotations of a class, with what its type parameters stand for."""
    cls = get_origin(kind) or kind
    hints = typing.get_type_hints(cls, include_extras=True)
    maps: dict[Any, dict[Any, Any]] = {}
    _bind(cls, get_args(kind), maps)
    for name, hint in hints.items():
        owner = next((base for base in cls.__mro__ if name in inspect.get_annotations(base)), cls)
        hints[name] = _substituted(hint, maps.get(owner, {}))
    return hints


def _bind(cls: Any, args: tuple[Any, ...], maps: dict[Any, dict[Any, Any]]) -> None:
    """Note what the type parameters of a class and of its bases stand for."""
    bound = dict(zip(getattr(cls, "__parameters__", ()), args, strict=False))
    maps[cls] = bound
    for base in getattr(cls, "__orig_bases__", ()):
        origin = get_origin(base)
        if isinstance(origin, type) and origin not in maps:
            _bind(origin, tuple(_substituted(arg, bound) for arg in get_args(base)), maps)


def _substituted(hint: Any, bound: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return bound.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not parameters or isinstance(hint, type):
        return hint
    return hint[tuple(bound.get(parameter, parameter) for parameter in parameters)]


def _unbound(variable: TypeVar) -> Any:
    """What a type parameter may be that stands for nothing."""
    if variable.__constraints__:
        return Union[variable.__constraints__]  # noqa: UP007 - of a tuple
    return Any if variable.__bound__ is None else variable.__bound__
