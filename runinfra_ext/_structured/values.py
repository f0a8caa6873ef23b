"""The object of a Python type that a decoded JSON value stands for.

The opposite of :mod:`.schemas`, as strict: nothing is converted that the schema would not
allow (``"1"`` is no integer, ``true`` is no number), but a member with a default may be missing.
What is pydantic's is validated by it, as the JSON that it is.
"""

from __future__ import annotations

import enum
import json
import types
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final, Literal, Union, get_args, get_origin

from .foreign import adapter, is_foreign, outer, validated
from .shapes import ARRAYS, FROM_TEXT, OBJECTS, hashable, is_typed_dict, members_of, plain
from .writing import json_form

_NAMES: Final[dict[Any, str]] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    None: "null",
    type(None): "null",
}
_SHOWN: Final = 60  # characters of a value that a message repeats


class Float(float):
    """A number with a fraction, and the digits that stood in the text: a ``Decimal`` wants all."""

    __slots__ = ("text",)
    text: str

    @classmethod
    def of(cls, text: str) -> Float:
        """The number of a JSON text."""
        number = cls(text)
        number.text = text
        return number


class MismatchError(ValueError):
    """A value does not have its type; the message names the path to it."""


def parsed_value(kind: Any, text: str, wrapped: str | None = None) -> Any:
    """The object of a type that a JSON text stands for.

    Args:
        kind: the type, as for :func:`schema_of`.
        text: what a model wrote.
        wrapped: the only member of the object that may stand around it.

    Raises:
        MismatchError: it does not fit, or the type makes no object of it.
        ValueError: it is not JSON.
    """
    value = decoded(text)
    if isinstance(value, dict) and list(value) == [wrapped]:  # pyright: ignore[reportUnknownArgumentType] - decoded JSON
        value = value[wrapped]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
        text = json.dumps(value)
    kind, _ = plain(kind)
    made = adapter(kind) if is_foreign(kind) else None
    try:
        # Pydantic is given the text itself.
        return value_of(kind, value) if made is None else validated(made.validate_json, text)
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise MismatchError(msg) from error
    except ValueError as error:
        raise MismatchError(str(error)) from error
    except TypeError as error:
        msg = f"{type(error).__name__}: {error}"
        raise MismatchError(msg) from error


def decoded(text: str) -> Any:
    """Decoded JSON that a model wrote: numbers keep all their digits.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or has a number of thousands of digits.
    """
    try:
        return json.loads(text, parse_float=Float.of)
    except RecursionError as error:
        msg = "JSON nested too deeply"
        raise ValueError(msg) from error


def value_of(kind: Any, value: Any, path: str = "") -> Any:
    """The object of a type that a decoded JSON value stands for.

    Args:
        kind: the type, as for :func:`schema_of`.
        value: decoded JSON.
        path: where the value stands, for messages.

    Raises:
        MismatchError: the value does not fit.
        TypeError: the type has no JSON form.
        RecursionError: the value is nested too deeply.
    """
    kind, _ = plain(kind)
    if is_foreign(kind):
        return _by_pydantic(kind, value, path)
    if kind is Any or kind is object:
        return _bare(value)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _one_of(args, value, path)
    if origin in {Union, types.UnionType}:
        return _union(args, value, path)
    base = origin or kind
    if base is tuple:
        return _tuple(args, value, path)
    if not hashable(base):
        msg = f"{kind!r} has no JSON form"
        raise TypeError(msg)
    if kind in FROM_TEXT:
        return _from_text(kind, value, path)
    if kind is Decimal:
        return _decimal(value, path)
    if kind in _NAMES:
        return _primitive(kind, value, path)
    if base in ARRAYS:
        return _array(base, args, value, path)
    if base in OBJECTS:
        return _mapping(args, value, path)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _one_of(tuple(kind), value, path)
    return _instance(kind, value, path)


def _by_pydantic(kind: Any, value: Any, path: str) -> Any:
    made: Any = adapter(kind)
    inner: Any = None
    if made is None:
        # Rules around a type that pydantic does not understand: first the object, then the rules.
        inner = value_of(get_args(kind)[0], value, path)
        made = adapter(outer(kind))
        if made is None:
            return inner
    try:
        if inner is not None:
            return validated(made.validate_python, inner)
        return validated(made.validate_json, json.dumps(value))
    except ValueError as error:
        problem = str(error).replace("the value: ", "")
        raise MismatchError(f"{path}: {problem}" if path else problem) from error


def _bare(value: Any) -> Any:
    """Decoded JSON with plain numbers."""
    if isinstance(value, Float):
        return float(value)
    if isinstance(value, list):
        return [_bare(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    return value


def _one_of(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    """The choice (of a ``Literal``, or the member of an enum) whose JSON form this is."""
    forms = [json_form(choice) for choice in choices]
    for choice, form in zip(choices, forms, strict=True):
        # Not by equality alone, because 1 == True.
        if form == value and isinstance(form, bool) == isinstance(value, bool):
            return choice
    raise _mismatch(path, f"one of {', '.join(map(repr, forms))}", value)


def _decimal(value: Any, path: str) -> Decimal:
    text = value.text if isinstance(value, Float) else value
    if isinstance(text, str | int) and not isinstance(text, bool):
        try:
            number = Decimal(text)
        except ArithmeticError:
            number = Decimal("nan")
        if number.is_finite():
            return number
    raise _mismatch(path, "a decimal number", value)


def _array(base: Any, args: tuple[Any, ...], value: Any, path: str) -> Any:
    inner = args[0] if args else Any
    items = [value_of(inner, x, f"{path}[{i}]") for i, x in enumerate(_list(value, path))]
    try:
        return ARRAYS[base](items)
    except TypeError as error:  # a set of what can't be in one
        msg = f"{path or 'the value'}: {error}"
        raise MismatchError(msg) from error


def _mapping(args: tuple[Any, ...], value: Any, path: str) -> dict[Any, Any]:
    kind, inner = args or (str, Any)
    return {
        _key(kind, key, path): value_of(inner, item, _join(path, key))
        for key, item in _object(value, path).items()
    }


def _key(kind: Any, key: str, path: str) -> Any:
    """The key of a mapping that a text stands for: JSON has no other keys."""
    try:
        return value_of(kind, key, _join(path, key))
    except MismatchError:
        with suppress(ValueError):
            return value_of(kind, json.loads(key), path)
        raise


def _primitive(kind: Any, value: Any, path: str) -> Any:
    if kind is None or kind is type(None):
        fits = value is None
    elif kind is int:
        # JSON has one kind of number: 3.0 is an integer to every schema.
        if isinstance(value, float) and value.is_integer():
            return int(Decimal(value.text)) if isinstance(value, Float) else int(value)
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


def _instance(kind: Any, value: Any, path: str) -> Any:
    members = members_of(kind)
    if members is None:
        msg = f"{kind!r} has no JSON form"
        raise TypeError(msg)
    fields = _object(value, path)
    arguments: dict[str, Any] = {}
    for member in members:
        if member.key in fields:
            arguments[member.name] = value_of(
                member.type, fields[member.key], _join(path, member.key)
            )
        elif member.fill is not None:
            arguments[member.name] = member.fill()
        elif not member.default:
            msg = f"{_join(path, member.key)} is missing"
            raise MismatchError(msg)
    unknown = fields.keys() - {member.key for member in members}
    if unknown:
        msg = f"{_join(path, min(unknown))} is not expected"
        raise MismatchError(msg)
    if is_typed_dict(get_origin(kind) or kind):
        return arguments
    try:
        return kind(**arguments)
    except RecursionError:
        raise
    except Exception as error:  # a class may check its arguments itself, and raise anything
        named = isinstance(error, TypeError | ValueError) and str(error)
        problem = str(error) if named else f"{type(error).__name__}: {error}"
        msg = f"{path or 'the value'}: {problem}"
        raise MismatchError(msg) from error


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _mismatch(path, "an array", value)
    return value  # pyright: ignore[reportUnknownVariableType] - decoded JSON


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _mismatch(path, "an object", value)
    return value  # pyright: ignore[reportUnknownVariableType] - decoded JSON


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


def _mismatch(path: str, wanted: str, value: Any) -> MismatchError:
    shown = repr(value)
    if len(shown) > _SHOWN:
        shown = shown[:_SHOWN] + "…"
    return MismatchError(f"{path or 'the value'} should be {wanted}, not {shown}")
