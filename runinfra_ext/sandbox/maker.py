"""Picks a value for each place of a schema in canonical form."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from jsonschema_rs import CanonicalSchema, canonical

from . import arrays, objects, scalars
from .algebra import (
    Blocked,
    NoInstance,
    open_schema,
    validator,
)
from .hints import Hints
from .mentions import Mentions, words_of

_NODES: Final = 20_000  # places of a value
_MANY: Final = 400  # places after which only what must be there is
_CHOICES: Final = 200  # of a closed set that are looked at
_FAR: Final = 5  # schemas inside of each other, after which the shortest way out is taken
_TRIES: Final = 64  # of a place that must satisfy more than its bounds
_DEPTH: Final = 2  # how often a schema may stand inside itself before it is left out
_DEEP: Final = 60  # levels
_ANY_TYPE: Final = ("string", "object", "integer", "number", "array", "boolean", "null")


class Maker:
    """Makes one value."""

    def __init__(
        self, root: CanonicalSchema, mentions: Mentions, until: float, dead: set[CanonicalSchema]
    ) -> None:
        self._root = root
        self._dead = dead
        # Each attempt hands out what was said anew.
        self._mentions = mentions.again()
        self._until = until
        self._made = 0
        self._inside: list[str] = []
        self._depth = 0
        self._lean = False  # only what must be there

    def make(self, node: CanonicalSchema, name: str, hints: Hints, variant: int) -> Any:
        """A value for a place; another variant is another value, where there is one."""
        self._made += 1
        self._depth += 1
        try:
            if self._made > _NODES or time.thread_time() > self._until:
                msg = f"a value of it has more than {_NODES} parts, or takes too long to find"
                raise NoInstance(msg)
            if self._depth > _DEEP:
                raise Blocked
            return self._of(node, node.view(), name, hints, variant)
        finally:
            self._depth -= 1

    def _of(self, node: CanonicalSchema, view: Any, name: str, hints: Hints, variant: int) -> Any:
        match view:
            case canonical.FalseView():
                raise Blocked
            case canonical.ConstView():
                return _plain(view.value)
            case canonical.EnumView():
                return self._choice([_plain(value) for value in view.values], name, hints, variant)
            case canonical.ObjectView():
                return objects.make_object(self, view, hints, variant)
            case canonical.ArrayView():
                return arrays.make_array(self, node, view, name, hints, variant)
            case canonical.ReferenceView():
                return self._referred(node, view.uri, name, hints, variant)
            case canonical.AllOfView():
                return self._all(node, view.branches, name, hints, variant)
            case canonical.AnyOfView():
                return self._branch(node, view.branches, name, hints, variant)
            case canonical.OneOfView():
                return self._branch(node, view.branches, name, hints, variant)
            case canonical.TypedGroupView():
                return self._tried(node, view.body, name, hints, variant)
            case canonical.MultiTypeView():
                return self._typed(view.types, name, hints, variant)
            case canonical.TrueView():
                return self._typed(_ANY_TYPE, name, hints, variant)
            case canonical.NotView():
                return self._tried_types(node, name, hints, variant)
            case canonical.StringView() | canonical.IntegerView() | canonical.NumberView():
                return self._scalar(node, view, name, hints, variant)
            case _:
                raise Blocked

    def _scalar(
        self, node: CanonicalSchema, view: Any, name: str, hints: Hints, variant: int
    ) -> Any:
        accept = validator(node).is_valid
        values: Iterator[str] | Iterator[int | float]
        if isinstance(view, canonical.StringView):
            values = scalars.strings(view, name, hints, self._mentions, accept)
        else:
            values = scalars.numbers(view, name, hints, self._mentions, accept)
        return self._nth(node, values, variant)

    def _nth(self, node: CanonicalSchema, values: Iterable[Any], variant: int) -> Any:
        """The accepted value of that number, counted round if there are fewer."""
        if node in self._dead:
            raise Blocked
        accept = validator(node).is_valid
        found: list[Any] = []
        for tried, value in enumerate(values):
            if value not in found and accept(value):
                found.append(value)
                if len(found) > variant:
                    break
            if tried % 16 == 0 and time.thread_time() > self._until:
                break
        if not found:
            self._dead.add(node)
            raise Blocked
        return found[variant % len(found)]

    def _typed(self, types: Iterable[str], name: str, hints: Hints, variant: int) -> Any:
        """A value of one of these types, without further bounds."""
        kind = _ranked_types(types, hints)[0 if variant < 8 else variant % len(list(types))]
        if kind == "object":
            return {}
        if kind == "array":
            return []
        if kind == "null":
            return None
        if kind == "boolean":
            return self._boolean(name, hints, variant)
        node = open_schema(kind)
        return self._scalar(node, node.view(), name, hints, variant)

    def _boolean(self, name: str, hints: Hints, variant: int) -> bool:
        said = not self._mentions.lacks(words_of(name)) if name else True
        given = [value for value in hints.values if isinstance(value, bool)]
        first = given[0] if given and said else said
        return first if variant % 2 == 0 else not first

    def _choice(self, values: list[Any], name: str, hints: Hints, variant: int) -> Any:
        """One of a closed set: what was said of it, else the default, else the first."""
        if all(isinstance(value, bool) for value in values):
            return self._boolean(name, hints, variant) if len(values) > 1 else values[0]
        values = values[:_CHOICES]
        order = [*(v for v in hints.listed[:_CHOICES] if v in values), *values]
        said = [value for value in order if isinstance(value, str) and self._mentions.has(value)]
        numbers = [
            value
            for value in order
            if value in self._mentions.numbers and not isinstance(value, bool)
        ]
        given = [value for value in hints.values if value in values]
        ranked: list[Any] = []
        for value in (*said, *numbers, *given, *(v for v in order if v is not None), *values):
            if not any(type(one) is type(value) and one == value for one in ranked):
                ranked.append(value)
        return ranked[variant % len(ranked)]

    # ---- schemas of schemas ----

    def _referred(
        self, node: CanonicalSchema, uri: str, name: str, hints: Hints, variant: int
    ) -> Any:
        if self._inside.count(uri) >= (1 if self.tired else _DEPTH):
            raise Blocked
        self._inside.append(uri)
        try:
            return self.make(self._target(node, uri), name, hints, variant)
        finally:
            self._inside.pop()

    def _target(self, node: CanonicalSchema, uri: str) -> CanonicalSchema:
        found = node.definition(uri) or self._root.definition(uri)
        if found is None:
            raise Blocked
        return found

    @property
    def tired(self) -> bool:
        """Whether the value is large or deep enough."""
        return self._lean or self._made > _MANY or len(self._inside) > _FAR

    @property
    def draft(self) -> int:
        """Of JSON Schema; schemas of one draft can be combined."""
        return self._root.draft

    def merged(self, branches: Sequence[CanonicalSchema]) -> CanonicalSchema:
        """The schema of what satisfies all of these."""
        whole: list[CanonicalSchema] = []
        for branch in branches:
            view = branch.view()
            whole.append(
                self._target(branch, view.uri)
                if isinstance(view, canonical.ReferenceView)
                else branch
            )
        try:
            return functools.reduce(lambda one, other: one.intersect(other), whole)
        except ValueError:
            raise Blocked from None

    def _all(
        self,
        node: CanonicalSchema,
        branches: Sequence[CanonicalSchema],
        name: str,
        hints: Hints,
        variant: int,
    ) -> Any:
        whole = self.merged(branches)
        if not isinstance(whole.view(), canonical.AllOfView):
            return self.make(whole, name, hints, variant)
        # A union that does not fold into the rest: each of its members with the rest.
        for number, part in enumerate(branches):
            view = part.view()
            if not isinstance(view, canonical.AnyOfView | canonical.OneOfView):
                continue
            rest = [*branches[:number], *branches[number + 1 :]]
            members: list[CanonicalSchema] = []
            for member in view.branches:
                with suppress(Blocked):
                    members.append(self.merged([*rest, member]))
            return self._branch(node, members, name, hints, variant)
        raise Blocked

    def _branch(
        self,
        node: CanonicalSchema,
        branches: Sequence[CanonicalSchema],
        name: str,
        hints: Hints,
        variant: int,
    ) -> Any:
        ranked = self._ranked(branches, hints)
        if not ranked:
            raise Blocked
        turn = variant // 8 % len(ranked)
        accept = validator(node).is_valid
        lean = self._lean
        try:
            # With all that may be there a value can satisfy several members of a `oneOf`.
            for self._lean in (False, True) if not lean else (True,):
                for branch in (*ranked[turn:], *ranked[:turn]):
                    made = self._made
                    try:
                        value = self.make(branch, name, hints, variant)
                    except Blocked:
                        # What a dead end cost is not held against the rest.
                        self._made = min(self._made, made + _MANY)
                        continue
                    if accept(value):
                        return value
        finally:
            self._lean = lean
        raise Blocked

    def _ranked(self, branches: Sequence[CanonicalSchema], hints: Hints) -> list[CanonicalSchema]:
        """Branches with the one that was spoken of first, and null last."""
        required = [
            set(view.required) if isinstance(view, canonical.ObjectView) else set[str]()
            for view in (branch.view() for branch in branches)
        ]
        common = set[str].intersection(*required) if required else set[str]()

        def rank(branch: CanonicalSchema) -> tuple[bool, bool, int]:
            view = branch.view()
            kind = _KIND_NAMES.get(type(view), "object")
            spoken = False
            if isinstance(view, canonical.ObjectView):
                own = set(view.required) - common
                spoken = any(self._mentions.has(" ".join(words_of(one))) for one in own)
            if isinstance(view, canonical.ReferenceView):
                kind = "object"
                spoken = self._mentions.has(" ".join(words_of(view.uri.rpartition("/")[2])))
            if isinstance(view, canonical.MultiTypeView):
                kind = _ranked_types(view.types, hints)[0]
            if isinstance(view, canonical.ConstView):
                kind = "null" if view.value is None else "object"
                spoken = view.value is not None and self._mentions.has(view.value)
            if isinstance(view, canonical.EnumView):
                spoken = any(isinstance(v, str) and self._mentions.has(v) for v in view.values)
            place = _ranked_types(_ANY_TYPE, hints).index(kind)
            if self.tired:
                return kind in {"object", "array"}, False, place
            return kind == "null", not spoken, place

        return sorted(branches, key=rank)

    def _tried(
        self, node: CanonicalSchema, body: CanonicalSchema, name: str, hints: Hints, variant: int
    ) -> Any:
        accept = validator(node).is_valid
        for more in range(_TRIES):
            value = self.make(body, name, hints, variant + more)
            if accept(value):
                return value
        raise Blocked

    def _tried_types(self, node: CanonicalSchema, name: str, hints: Hints, variant: int) -> Any:

        def values() -> Iterator[Any]:
            for number in range(_TRIES):
                for kind in _ANY_TYPE:
                    yield self._typed([kind], name, hints, number)
            yield from ({"a": 1}, {"a": "b"}, [1], ["a"], [1, "a"], -1, 0, 0.5, "")

        return self._nth(node, values(), variant)


_KIND_NAMES: Final[Mapping[type, str]] = {
    canonical.StringView: "string",
    canonical.IntegerView: "integer",
    canonical.NumberView: "number",
    canonical.ArrayView: "array",
}


def _ranked_types(types: Iterable[str], hints: Hints) -> list[str]:
    """Types in the order in which the schema lists them, null last."""
    order = [*(kind for kind in hints.types if kind != "null"), *_ANY_TYPE]
    return sorted(types, key=order.index)


def _plain(value: Any) -> Any:
    """A value of the canonical form as JSON has it."""
    return float(value) if isinstance(value, Decimal) else value
