"""Compares two snapshots of the public surface, as `scripts/surface.py` writes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from .changes import Change, Weight

_KINDS: Final = (
    *("class", "def", "type", "value", "module"),
    *("command", "fixture", "marker", "option", "setting", "extra"),
)
# Of most a name is one word; a command has those that are typed.
_NAME: Final = re.compile(r"-{0,2}\w[\w-]*")
_ANY: Final = {"", "Any", "object", "text"}  # at a prompt, everything is a text
_AWAITED: Final = " (async)"


class Parameter(NamedTuple):
    """One parameter of a signature.

    Attributes:
        kind: where it may be given: ``positional``, ``both``, ``keyword`` or ``any``.
        annotation: its type, as text.
        default: as text; None if it must be given.
    """

    kind: str
    annotation: str
    default: str | None


def names(snapshot: str) -> dict[str, str]:
    """Every name of a snapshot, and what is said of it."""
    found: dict[str, str] = {}
    section = owner = ""
    for line in snapshot.splitlines():
        if line.startswith("# "):
            section = line[2:]
        elif line.startswith("    "):
            name = _NAME.match(line.strip())
            if name:
                found[f"{owner}.{name[0]}"] = line.strip()
        elif line.startswith("client."):
            called = line.partition("(")[0]
            found[f"{section.rpartition(' ')[2]}: {called}"] = line
        elif line:
            kind, _, rest = line.partition(" ")
            name = _NAME.match(rest)
            if name and kind in _KINDS:
                owner = rest if kind == "command" else f"{section}.{name[0]}"
                found[owner] = line
    return found


def compare(before: str, after: str) -> Iterator[Change]:
    """What changed between two snapshots."""
    old, new = names(before), names(after)
    for name, text in old.items():
        if name not in new:
            # The members of a class go with it.
            if name.rpartition(".")[0] not in old or name.rpartition(".")[0] in new:
                yield Change(Weight.MAJOR, name, "was removed")
        elif new[name] != text:
            yield from _changed(name, text, new[name], written=_written(name, new))
    for name in new:
        if name not in old and (
            name.rpartition(".")[0] not in new or name.rpartition(".")[0] in old
        ):
            required = _written(name, new) and ": Required[" in new[name]
            weight = Weight.MAJOR if required else Weight.MINOR
            yield Change(weight, name, "must be given now" if weight is Weight.MAJOR else "is new")


def _written(name: str, lines: dict[str, str]) -> bool:
    """Whether callers write it, in a dictionary or at a prompt: that may widen without harm."""
    owner = lines.get(name.rpartition(".")[0], "")
    return owner.startswith("command ") or "dict" in _bases(owner)


def _changed(name: str, old: str, new: str, *, written: bool) -> Iterator[Change]:
    if old.startswith("class ") and new.startswith("class "):
        lost = _bases(old) - _bases(new)
        if lost:
            yield Change(Weight.MAJOR, name, f"is no {', '.join(sorted(lost))} any more")
        elif old != new:
            yield Change(Weight.MINOR, name, "has another base too")
        return
    if all(line.startswith("type ") for line in (old, new)):
        lost, more = (_members(line.partition(": ")[2]) for line in (old, new))
        yield from (Change(Weight.MAJOR, f"{name}|{n}", "was removed") for n in sorted(lost - more))
        yield from (Change(Weight.MINOR, f"{name}|{n}", "is new") for n in sorted(more - lost))
        return
    if all(line.startswith("value ") for line in (old, new)):
        texts = [line.partition(": ")[2] or "another value" for line in (old, new)]
        yield Change(Weight.MINOR, name, f"is {texts[1]}, was {texts[0]}")
        return
    if old.endswith(_AWAITED) != new.endswith(_AWAITED):
        awaited = new.endswith(_AWAITED)
        what = "must be awaited now" if awaited else "must not be awaited any more"
        yield Change(Weight.MAJOR, name, what)
    before, after = signature(old), signature(new)
    if before is not None and after is not None:
        yield from _parameters(name, before[0], after[0])
        yield from _given(name, before[1], after[1], "returns")
    elif ": " in old and ": " in new and before is None and after is None:
        was, now = (text.partition(": ")[2].replace(" (property)", "") for text in (old, new))
        if written:
            (was, _, before_), (now, _, after_) = was.partition(" = "), now.partition(" = ")
            yield from _taken(name, was, now)
            if was == now:
                what = f"is {after_ or None} by default, was {before_ or None}"
                yield Change(Weight.MINOR, name, what)
        else:
            yield from _given(name, was, now, "is")
    else:
        yield Change(Weight.MAJOR, name, f"was `{old}` and is `{new}`")


def _bases(line: str) -> set[str]:
    return {base for base in line.partition("(")[2].rstrip(")").split(", ") if base}


def signature(line: str) -> tuple[dict[str, Parameter], str] | None:
    """Parameters and result of a line; None if it shows no function."""
    if "(" not in line.partition(": ")[0]:
        return None
    called = re.sub(r"^(def |marker |client[\w.]*\.)", "", line.removesuffix(_AWAITED))
    text = re.sub(r"<[^<>]*>", "...", called)  # a default that has no text of its own
    try:
        [function] = ast.parse(f"def {text}: ...").body
    except SyntaxError:
        return None
    if not isinstance(function, ast.FunctionDef):
        return None
    given = function.args
    found: dict[str, Parameter] = {}
    places = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(places) - len(given.defaults)) + list(given.defaults)
    for place, default in zip(places, defaults, strict=True):
        kind = "positional" if place in given.posonlyargs else "both"
        found[place.arg] = Parameter(kind, _text(place.annotation), _shown(default))
    for place, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found[place.arg] = Parameter("keyword", _text(place.annotation), _shown(default))
    for star, rest in (("*", given.vararg), ("**", given.kwarg)):
        if rest:
            found[star] = Parameter("any", _text(rest.annotation), "")
    return found, _text(function.returns)


def _text(node: ast.expr | None) -> str:
    if node is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ast.unparse(node)


def _shown(node: ast.expr | None) -> str | None:
    return None if node is None else ast.unparse(node)


def _parameters(
    name: str, old: dict[str, Parameter], new: dict[str, Parameter]
) -> Iterator[Change]:
    for each, was in old.items():
        now = new.get(each)
        if now is None:
            yield Change(Weight.MAJOR, f"{name}({each})", "was removed")
            continue
        if was.kind != now.kind and now.kind != "both":
            yield Change(Weight.MAJOR, f"{name}({each})", f"is {now.kind} only now")
        if was.default is not None and now.default is None:
            yield Change(Weight.MAJOR, f"{name}({each})", "must be given now")
        elif was.default != now.default:
            what = f"is {now.default} by default, was {was.default}"
            yield Change(Weight.MINOR, f"{name}({each})", what)
        yield from _taken(f"{name}({each})", was.annotation, now.annotation)
    for each, now in new.items():
        if each not in old:
            needed = now.default is None
            weight = Weight.MAJOR if needed else Weight.MINOR
            yield Change(weight, f"{name}({each})", "must be given now" if needed else "is new")
    both = [[n for n in side if side[n].kind in {"positional", "both"}] for side in (old, new)]
    if both[0] != both[1][: len(both[0])] and set(both[0]) <= set(both[1]):
        yield Change(Weight.MAJOR, name, "takes its arguments in another order")


def _bare(annotation: str) -> str:
    return re.sub(r"^(Not)?Required\[(.*)\]$", r"\2", annotation)


def _members(annotation: str) -> set[str]:
    """The types of a union, also inside of what is required or optional."""
    bare = _bare(annotation)
    parts, depth, start = list[str](), 0, 0
    for place, letter in enumerate(bare):
        depth += (letter in "[(") - (letter in "])")
        if letter == "|" and not depth:
            parts.append(bare[start:place].strip())
            start = place + 1
    return {*parts, bare[start:].strip()}


def _taken(name: str, was: str, now: str) -> Iterator[Change]:
    """A type that callers give: more is harmless."""
    if was == now:
        return
    if now.startswith("Required[") and not was.startswith("Required["):
        yield Change(Weight.MAJOR, name, "must be given now")
    elif was.startswith("Required[") and not now.startswith("Required["):
        yield Change(Weight.MINOR, name, "may be left out now")
    lost = _members(was) - _members(now)
    if lost and _bare(now) not in _ANY:
        yield Change(Weight.MAJOR, name, f"takes `{now}`, took `{was}`")
    elif _members(was) != _members(now):
        yield Change(Weight.MINOR, name, f"takes `{now}` too")


def _given(name: str, was: str, now: str, verb: str) -> Iterator[Change]:
    """A type that callers get: less is harmless."""
    if was == now:
        return
    if _members(now) - _members(was) and was not in {"", "Any", "object"}:
        yield Change(Weight.MAJOR, name, f"{verb} `{now}`, was `{was}`")
    else:
        yield Change(Weight.MINOR, name, f"{verb} `{now}` only, was `{was}`")
