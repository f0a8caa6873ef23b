"""Objects: the members that are declared, and new ones where their number asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from jsonschema_rs import CanonicalSchema, canonical

from . import scalars
from .algebra import Blocked, pattern_validator, plain_schema, validator
from .hints import Hints

if TYPE_CHECKING:
    from .maker import Maker

_MEMBERS: Final = 1000  # that an object may need; more may be declared
_TRIES: Final = 64  # of names


def make_object(
    maker: Maker, view: canonical.ObjectView, hints: Hints, variant: int
) -> dict[str, Any]:
    """An object for a place.

    Raises:
        Blocked: there is none that can be made.
    """
    least = view.min_properties or 0
    if least > _MEMBERS:
        raise Blocked
    rules = _Rules(maker, view)
    value: dict[str, Any] = {}
    rules.fill(value, hints, variant)
    open_ended = rules.additional is not None or rules.patterns
    wanted = max(least, 1 if open_ended and not value and not rules.properties else 0)
    for number, name in enumerate(rules.new_names(wanted)):
        if len(value) >= wanted or not rules.room(value):
            break
        if name in value or not rules.allows(name):
            continue
        try:
            value[name] = maker.make(rules.member(name), name, hints.other(), variant + number)
        except Blocked:
            continue
    if len(value) < least:
        raise Blocked
    return value


class _Rules:
    """What an object's view says; each look at a view copies all of it."""

    def __init__(self, maker: Maker, view: canonical.ObjectView) -> None:
        self._maker = maker
        self._required = dict.fromkeys(view.required)
        self._most = view.max_properties
        self._names = view.property_names
        self.properties = view.properties
        self.patterns = view.pattern_properties
        self.additional = view.additional_properties

    def fill(self, value: dict[str, Any], hints: Hints, variant: int) -> None:
        """Make the declared members, those that may be left out as far as there is room."""
        declared = [name for name in (*hints.names, *self.properties) if name in self.properties]
        left = len(self._required)
        for name in dict.fromkeys([*declared, *self._required]):
            needed = name in self._required
            left -= needed
            if not needed and (
                self._maker.tired or not self.room(value, left) or not self.allows(name)
            ):
                continue
            try:
                value[name] = self._maker.make(self.member(name), name, hints.member(name), variant)
            except Blocked:
                if needed:
                    raise

    def room(self, value: dict[str, Any], kept: int = 0) -> bool:
        """Whether another member may be there, with so many places kept free."""
        return self._most is None or len(value) + kept < self._most

    def allows(self, name: str) -> bool:
        """Whether the schema of names takes one."""
        return self._names is None or bool(validator(self._names).is_valid(name))

    def member(self, name: str) -> CanonicalSchema:
        """The schema of a member."""
        parts = [
            part
            for pattern, part in self.patterns.items()
            if pattern_validator(pattern).is_valid(name)
        ]
        if name in self.properties:
            parts.append(self.properties[name])
        if not parts and self.additional is not None:
            parts.append(self.additional)
        return self._maker.merged(parts) if parts else plain_schema(None, self._maker.draft)

    def new_names(self, wanted: int) -> Iterator[str]:
        """Names that the schema does not spell out; some may not be allowed."""
        for number in range(_TRIES + wanted if wanted else 0):
            for pattern in self.patterns:
                for name in scalars.matching(pattern, [number]):
                    yield name
                    yield f"{name}{number + 1}"
            if self._names is not None:
                try:
                    yield str(self._maker.make(self._names, "key", Hints({}), number))
                except Blocked:
                    continue
            yield f"key_{number + 1}" if number else "key"
