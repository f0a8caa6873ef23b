"""Types that are pydantic's: what it understands better than this package, it does itself.

A type is pydantic's if it is a model or a dataclass of pydantic's, a type that brings its own
rules for pydantic, or an ``Annotated`` that holds such a rule (``Field(ge=1)``). Everything else
needs no pydantic, which is imported only where a type is its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, get_args, get_origin

from .._ground.json_codec import is_mapping

REF: Final = "#/$defs/"

_PACKAGES: Final = frozenset({"pydantic", "pydantic_core", "annotated_types"})
# Where schemas stand inside of schemas; everything else in them is plain data.
_OF_SCHEMAS: Final = frozenset({"properties", "$defs", "patternProperties", "dependentSchemas"})
_SCHEMAS: Final = frozenset(
    {
        *("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties", "not"),
        *("if", "then", "else", "contains", "propertyNames", "unevaluatedProperties"),
    }
)


def is_foreign(kind: Any) -> bool:
    """Whether a type is pydantic's."""
    origin = get_origin(kind)
    if origin is Annotated:
        return any(map(is_rule, kind.__metadata__)) or is_foreign(get_args(kind)[0])
    base = origin or kind
    return isinstance(base, type) and (
        hasattr(base, "__pydantic_validator__") or hasattr(base, "__get_pydantic_core_schema__")
    )


def is_rule(note: Any) -> bool:
    """Whether a note in an ``Annotated`` is one for pydantic."""
    root = type(note).__module__.partition(".")[0]
    return root in _PACKAGES or hasattr(note, "__get_pydantic_core_schema__")


def field_of(hint: Any, default: Any) -> Any:
    """The ``Field(...)`` of a member: its default, or in its ``Annotated``; ``None``: neither."""
    notes = hint.__metadata__ if get_origin(hint) is Annotated else ()
    return next((note for note in (default, *notes) if _is_field(note)), None)


def adapter(kind: Any) -> Any:
    """Pydantic's ``TypeAdapter`` of a type; ``None`` if it does not understand the type."""
    try:
        return _cached_adapter(kind)
    except TypeError:
        return _adapter(kind)  # something in it can't be hashed


def _adapter(kind: Any) -> Any:
    try:
        from pydantic import PydanticUserError, TypeAdapter  # noqa: PLC0415 - an application's own, if it has it
    except ImportError:
        return None
    try:
        return TypeAdapter(kind)
    except PydanticUserError:
        return None


_cached_adapter = lru_cache(256)(_adapter)


def outer(kind: Any) -> Any:
    """The rules of an ``Annotated`` around a type that only this package understands.

    ``Annotated[list[AttrsClass], Field(min_length=1)]`` becomes
    ``Annotated[list[Any], Field(min_length=1)]``, which pydantic understands.
    """
    inner = get_args(kind)[0]
    origin = get_origin(inner)
    bare = origin if isinstance(origin, type) else Any
    return Annotated[(bare, *kind.__metadata__)]


def without_alias(hint: Any, field: Any) -> Any:
    """A type, or the field itself, without the alias: only members of models may have one."""
    if hint is field:
        bare = copy.copy(field)
        bare.alias = bare.validation_alias = bare.serialization_alias = None
        return bare
    if get_origin(hint) is not Annotated:
        return hint
    notes = [without_alias(n, field) if n is field else n for n in hint.__metadata__]
    return Annotated[(get_args(hint)[0], *notes)]


def validated(check: Callable[[Any], Any], given: Any) -> Any:
    """What a check of an adapter makes of what it is given.

    Raises:
        ValueError: all faults, each with the path to it.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - an application's own, if it has it

    try:
        return check(given)
    except ValidationError as error:
        raise ValueError(faults(error)) from error


def faults(error: Any) -> str:
    """All faults of a ``ValidationError``, without what they quote and link to."""
    told = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'the value'}: {one['msg']}" for one in told
    )


def schemas_of(kinds: Iterable[Any], taken: Iterable[str]) -> tuple[list[Any], dict[str, Any]]:
    """The strict schemas of types that are pydantic's, and what they refer to below ``$defs``.

    Args:
        kinds: the types.
        taken: names below ``$defs`` that others have.

    Raises:
        TypeError: one of them has no schema; the message says why.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - an application's own, if it has it
    from pydantic.errors import PydanticUserError  # noqa: PLC0415 - an application's own, if it has it

    inputs = [(number, "validation", adapter(kind)) for number, kind in enumerate(kinds)]
    found: Any
    shared: Any
    try:
        found, shared = TypeAdapter.json_schemas(inputs, ref_template=REF + "{model}")  # type: ignore[arg-type]  # its tuples are wider than it says
    except PydanticUserError as error:
        raise TypeError(error.message) from error
    names: dict[str, str] = {}
    used = set(taken)
    for name in shared.get("$defs", {}):
        names[name] = free_name(name, used)
        used.add(names[name])
    definitions = {names[k]: _strict(v, names) for k, v in shared.get("$defs", {}).items()}
    return [_strict(found[number, mode], names) for number, mode, _ in inputs], definitions


def free_name(name: str, used: Iterable[str]) -> str:
    """The name, with a number behind it if it is used."""
    taken, result, number = set(used), name, 1
    while result in taken:
        number += 1
        result = f"{name}{number}"
    return result


def _strict(schema: Any, names: Mapping[str, str]) -> Any:
    """A schema of pydantic's, made strict: no other keys, everything required."""
    if isinstance(schema, list):
        return [_strict(item, names) for item in schema]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    if not is_mapping(schema):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _OF_SCHEMAS:
            result[key] = {name: _strict(inner, names) for name, inner in value.items()}
        elif key in _SCHEMAS:
            result[key] = _strict(value, names)
        elif key == "$ref":
            result[key] = _renamed(value, names)
        elif key == "discriminator" and is_mapping(value.get("mapping")):
            tags = {tag: _renamed(ref, names) for tag, ref in value["mapping"].items()}
            result[key] = {**value, "mapping": tags}
        elif key != "default":  # a default would make the model leave the member out
            result[key] = value
    if "properties" in result:
        result.setdefault("additionalProperties", False)
        result["required"] = list(result["properties"])
    return result


def _renamed(ref: str, names: Mapping[str, str]) -> str:
    name = ref.removeprefix(REF)
    return REF + names.get(name, name)


def _is_field(note: Any) -> bool:
    return type(note).__name__ == "FieldInfo" and is_rule(note)
