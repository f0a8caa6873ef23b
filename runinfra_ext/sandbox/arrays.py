"""Arrays: their items, what they must contain, and whether these differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jsonschema_rs import CanonicalSchema, canonical

from .algebra import Blocked, plain_schema, validator
from .hints import Hints

if TYPE_CHECKING:
    from .maker import Maker

_ITEMS: Final = 1000
_TRIES: Final = 64  # of an item that must differ from others


def make_array(
    maker: Maker,
    node: CanonicalSchema,
    view: canonical.ArrayView,
    name: str,
    hints: Hints,
    variant: int,
) -> list[Any]:
    """An array for a place.

    Raises:
        Blocked: there is none that can be made.
    """
    least = view.min_items or 0
    most = _ITEMS if view.max_items is None else view.max_items
    if least > _ITEMS:
        raise Blocked
    items = view.items or plain_schema(None, maker.draft)
    distinct = view.distinctness is canonical.Distinctness.ALL_DISTINCT
    wanted = _contained(maker, view, items)
    size = min(max(least, len(view.prefix_items), len(wanted), 0 if maker.tired else 1), most)
    if view.distinctness is canonical.Distinctness.SOME_REPEATED:
        size = max(size, 2)
    accept = validator(node).is_valid
    for turn in range(8):
        value: list[Any] = []
        plan = _plan(maker, view, items, wanted, size, hints, front=turn % 2 == 0)
        try:
            for number, (part, given) in enumerate(plan):
                value.append(
                    _item(
                        maker, part, name, given, value, variant + number + turn, distinct=distinct
                    )
                )
        except Blocked:
            if len(value) < least:
                value = []
                continue
        if view.distinctness is canonical.Distinctness.SOME_REPEATED and len(value) > 1:
            value[-1] = value[0]
        if accept(value):
            return value
    if not least and accept([]):
        return []
    raise Blocked


def _plan(
    maker: Maker,
    view: canonical.ArrayView,
    items: CanonicalSchema,
    wanted: list[CanonicalSchema],
    size: int,
    hints: Hints,
    *,
    front: bool,
) -> list[tuple[CanonicalSchema, Hints]]:
    """The schema of each item."""
    plan: list[tuple[CanonicalSchema, Hints]] = []
    prefix = len(view.prefix_items)
    first = prefix if front else 0
    others = items
    for rule in view.contains:
        if rule.max_contains is not None:
            try:
                others = others.intersect(rule.schema.negate())
            except ValueError:
                continue
    total = max(size, first + len(wanted))
    if view.max_items is not None:
        total = min(total, view.max_items)
    for number in range(total):
        own = view.prefix_items[number] if number < prefix else None
        more = wanted[number - first] if first <= number < first + len(wanted) else None
        parts = [part for part in (own, more) if part is not None]
        plan.append((maker.merged(parts) if parts else others, hints.item(number)))
    return plan


def _contained(
    maker: Maker, view: canonical.ArrayView, items: CanonicalSchema
) -> list[CanonicalSchema]:
    wanted: list[CanonicalSchema] = []
    for rule in view.contains:
        count = 1 if rule.min_contains is None else rule.min_contains
        if count > _ITEMS:
            raise Blocked
        wanted += [maker.merged([rule.schema, items])] * count
    return wanted


def _item(
    maker: Maker,
    node: CanonicalSchema,
    name: str,
    hints: Hints,
    others: list[Any],
    variant: int,
    *,
    distinct: bool,
) -> Any:
    if not distinct:
        return maker.make(node, name, hints, variant)
    known = {_key(value) for value in others}
    for more in range(_TRIES + len(others)):
        value = maker.make(node, name, hints, variant + more)
        if _key(value) not in known:
            return value
    raise Blocked


def _key(value: Any) -> str:
    return canonical.json.to_string(value)
