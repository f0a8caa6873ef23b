"""The object of a Python type that a decoded JSON value stands for.

The opposite of :mod:`.json_schemas`, as strict: nothing is converted that the schema would not
allow (``"1"`` is no integer, ``true`` is no number), but a member with a default may be missing.
"""

from __future__ import annotations

import enum
import types
from typing import Any, Final, Literal, Union, get_args, get_origin

from .shapes import ARRAYS, FROM_TEXT, OBJECTS, is_pydantic, members_of, plain

_NAMES: Final[dict[Any, str]] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    None: "null",
    type(None): "null",
}
_SHOWN: Final = 60  # characters of a value that a message repeats


class MismatchError(ValueError):
    """A value does not have its type; the message names the path to it."""


def value_of(kind: Any, value: Any, path: str = "") -> Any:
    """The object of a type that a decoded JSON value stands for.

    Args:
        kind: the type, as for :func:`schema_of`.
        value: decoded JSON.
        path: where the value stands, for messages.

    Raises:
        MismatchError: the value does not fit.
    """
    kind, _ = plain(kind)
    if kind is Any or kind is object:
        return value
    if kind in FROM_TEXT:
        return _from_text(kind, value, path)
    if kind in _NAMES:
        return _primitive(kind, value, path)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        # By type too, because 1 == True.
        if any(value == arg and type(value) is type(arg) for arg in args):
            return value
        raise _mismatch(path, f"one of {', '.join(map(repr, args))}", value)
    if origin in {Union, types.UnionType}:
        return _union(args, value, path)
    base = origin or kind
    if base is tuple:
        return _tuple(args, value, path)
    if base in ARRAYS:
        items = _list(value, path)
        inner = args[0] if args else Any
        return ARRAYS[base]([value_of(inner, x, f"{path}[{i}]") for i, x in enumerate(items)])
    if base in OBJECTS:
        inner = args[1] if args else Any
        return {k: value_of(inner, v, _join(path, k)) for k, v in _object(value, path).items()}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum(kind, value, path)
    return _instance(kind, value, path)


def _primitive(kind: Any, value: Any, path: str) -> Any:
    if kind is None or kind is type(None):
        fits = value is None
    elif kind is int:
        # JSON has one kind of number: 3.0 is an integer to every schema.
        if isinstance(value, float) and value.is_integer():
            return int(value)
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif kind is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            value = float(value) if fits else value
        except OverflowError:
            fits = False  # an integer of hundreds of digits
    else:
        fits = isinstance(value, kind)
    if not fits:
        raise _mismatch(path, _NAMES[kind], value)
    return value


def _from_text(kind: Any, value: Any, path: str) -> Any:
    if isinstance(value, str):
        try:
            return FROM_TEXT[kind](value)
        except ValueError:
            pass
    raise _mismatch(path, f"a {kind.__name__} as text", value)


def _union(args: tuple[Any, ...], value: Any, path: str) -> Any:
    problems: list[str] = []
    for arg in args:
        try:
            return value_of(arg, value, path)
        except MismatchError as error:
            problems.append(str(error))
    if type(None) in args and len(problems) > 1:
        # `X | None`: what is wrong with X helps; that it is not null says nothing.
        problems.pop(args.index(type(None)))
    raise MismatchError("; or ".join(problems))


def _tuple(args: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    items = _list(value, path)
    if not args:
        return tuple(items)
    if args[-1] is Ellipsis:
        return tuple(value_of(args[0], item, f"{path}[{i}]") for i, item in enumerate(items))
    if len(items) != len(args):
        raise _mismatch(path, f"an array of {len(args)}", value)
    pairs = zip(args, items, strict=True)
    return tuple(value_of(arg, item, f"{path}[{i}]") for i, (arg, item) in enumerate(pairs))


def _enum(kind: type[enum.Enum], value: Any, path: str) -> enum.Enum:
    for item in kind:
        if item.value == value and type(item.value) is type(value):
            return item
    raise _mismatch(path, f"one of {', '.join(repr(item.value) for item in kind)}", value)


def _instance(kind: Any, value: Any, path: str) -> Any:
    if is_pydantic(kind):
        return _pydantic(kind, value, path)
    members = members_of(kind)
    if members is None:
        msg = f"{kind!r} has no JSON form"
        raise TypeError(msg)
    fields = _object(value, path)
    arguments: dict[str, Any] = {}
    for member in members:
        if member.key in fields:
            arguments[member.key] = value_of(
                member.type, fields[member.key], _join(path, member.key)
            )
        elif not member.default:
            msg = f"{_join(path, member.key)} is missing"
            raise MismatchError(msg)
    unknown = fields.keys() - {member.key for member in members}
    if unknown:
        msg = f"{_join(path, min(unknown))} is not expected"
        raise MismatchError(msg)
    try:
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        # A class may check its arguments itself.
        problem = str(error)
    msg = f"{path or 'the value'}: {problem}"
    raise MismatchError(msg)


def _pydantic(kind: Any, value: Any, path: str) -> Any:
    try:
        return kind.model_validate(value)
    except ValueError as error:  # what pydantic's own error is
        details: Any = error
        first: dict[str, Any] = details.errors()[0] if hasattr(details, "errors") else {}
        place = ".".join(str(part) for part in first.get("loc", ()))
        problem = f"{_join(path, place) or 'the value'}: {first.get('msg', 'does not fit')}"
    raise MismatchError(problem)


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _mismatch(path, "an array", value)
    return value  # pyright: ignore[reportUnknownVariableType]


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _mismatch(path, "an object", value)
    return value  # pyright: ignore[reportUnknownVariableType]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


def _mismatch(path: str, wanted: str, value: Any) -> MismatchError:
    shown = repr(value)
    if len(shown) > _SHOWN:
        shown = shown[:_SHOWN] + "…"
    return MismatchError(f"{path or 'the value'} should be {wanted}, not {shown}")
