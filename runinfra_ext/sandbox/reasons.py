"""Why a value breaks its schema: of a union, what is wrong in the member that was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from .shapes import is_mapping

# Fields that tell the members of a union apart.
_TAGS: Final = ("type", "role")


class Reason(NamedTuple):
    """Where it is wrong, and how."""

    path: list[str]
    message: str


def reason_of(errors: Iterable[Any], value: object) -> Reason | None:
    """The most telling of a validator's errors, ``None`` if there is none.

    Args:
        errors: of jsonschema-rs.
        value: that has them.
    """
    found = [_told(error, value) for error in errors]
    return max(found, key=lambda reason: len(reason.path)) if found else None


def _told(error: Any, value: object) -> Reason:
    path = [str(part) for part in error.instance_path]
    branches: list[list[Any]] = [list(branch) for branch in _context(error) if branch]
    if error.kind.name == "not":
        names: Any = error.kind.schema.get("required") or [None]
        return Reason([*path, *filter(None, names[:1])], f"{names[0]} is not allowed here")
    if not branches:
        return Reason(path, error.message)
    here = _at(value, error.instance_path)
    depth = len(path)
    fitting = [branch for branch in branches if not _is_of_another_type(branch, depth)]
    if not fitting:
        return _no_member(branches, here, path)
    tagged = is_mapping(here) and any(tag in here for tag in _TAGS)
    for tag in _TAGS if tagged else ():
        known = [branch for branch in fitting if not _is_tagged_otherwise(branch, tag, depth)]
        if not known:
            return _no_member(fitting, here, path)
        fitting = known
    # Several may fit when they share no tag: the one with the least to mend was meant.
    least = min(_amount(branch, depth) for branch in fitting)
    meant, *others = [branch for branch in fitting if _amount(branch, depth) == least]
    if others and least == (1, 1):
        names = dict.fromkeys(f'"{branch[0].kind.property}"' for branch in (meant, *others))
        told = f"{' or '.join(names)} is a required property"
        own_name = _name(here)
        return Reason(path, told if own_name is None else f"in the {own_name}: {told}")
    inner = max((_told(one, value) for one in meant), key=lambda reason: len(reason.path))
    name = _name(here)
    if name is None or len(inner.path) > depth + 1 or inner.message.startswith("in the "):
        return inner
    return Reason(inner.path, f"in the {name}: {inner.message}")


def _context(error: Any) -> Any:
    return getattr(error.kind, "context", None) or ()


def _is_of_another_type(branch: list[Any], depth: int) -> bool:
    """Whether a member of a union is none that was meant, as its very type differs."""
    return any(
        error.kind.name == "type" or _all_inside(error, lambda one: _is_of_another_type(one, depth))
        for error in branch
        if len(error.instance_path) == depth
    )


def _is_tagged_otherwise(branch: list[Any], tag: str, depth: int) -> bool:
    """Whether a member of a union has another tag than was given, or has one where none was."""
    for error in branch:
        path = list(error.instance_path)
        kind = error.kind.name
        if len(path) == depth + 1 and path[-1] == tag and kind in {"const", "enum"}:
            return True
        if len(path) != depth:
            continue
        if kind == "required" and error.kind.property == tag:
            return True
        if _all_inside(error, lambda one: _is_tagged_otherwise(one, tag, depth)):
            return True
    return False


def _all_inside(error: Any, test: Callable[[list[Any]], bool]) -> bool:
    """Whether an error is of a union within the union, and holds for all of its members."""
    inner = [list(one) for one in _context(error) if one]
    return bool(inner) and all(map(test, inner))


def _amount(branch: list[Any], depth: int) -> tuple[int, int]:
    """How much is to mend in a member of a union: what is missing, and all."""
    missing = [
        error
        for error in branch
        if error.kind.name == "required" and len(error.instance_path) == depth
    ]
    return len(missing), len(branch)


def _no_member(branches: list[list[Any]], here: object, path: list[str]) -> Reason:
    tags: dict[str, list[str]] = {}
    types: list[str] = []
    for error in _leaves(error for branch in branches for error in branch):
        if error.kind.name == "const":
            own = tags.setdefault(str(error.instance_path[-1]), [])
            own.append(repr(error.kind.expected_value))
        elif error.kind.name == "enum" and len(error.instance_path):
            own = tags.setdefault(str(error.instance_path[-1]), [])
            own += [repr(option) for option in error.kind.options]
        elif error.kind.name == "type" and len(error.instance_path) == len(path):
            types += [str(kind) for kind in error.kind.types]
    for tag in _TAGS:
        if is_mapping(here) and tag in here and tag in tags:
            known = ", ".join(dict.fromkeys(tags[tag]))
            return Reason([*path, tag], f"expected one of {known}, got {here[tag]!r}")
    if types and not (is_mapping(here) and "object" in types):
        known = " or ".join(sorted(dict.fromkeys(types), key="null".__eq__))
        return Reason(path, f"expected {known}, got {_kind(here)}")
    closest = min(branches, key=len)[0]
    return Reason([str(part) for part in closest.instance_path], closest.message)


def _leaves(errors: Iterable[Any]) -> Iterable[Any]:
    for error in errors:
        inner = _context(error)
        if inner:
            yield from _leaves(one for branch in inner for one in branch)
        else:
            yield error


def _at(value: object, path: Iterable[Any]) -> object:
    place: Any = value
    for part in path:
        place = place[part]
    return place


def _name(value: object) -> str | None:
    """What a member of a union calls itself."""
    if not is_mapping(value):
        return None
    for tag in _TAGS:
        if isinstance(value.get(tag), str):
            return f"{value[tag]} message" if tag == "role" else str(value[tag])
    return None


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds: dict[type, str] = {
        bool: "boolean",
        str: "string",
        int: "integer",
        float: "number",
        list: "array",
    }
    return kinds.get(type(value), "object")
