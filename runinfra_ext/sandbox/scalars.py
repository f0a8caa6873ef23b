"""Texts and numbers within bounds, the most plausible first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

from jsonschema_rs import canonical

from . import patterns, plausible
from .hints import Hints
from .mentions import Accept, Mentions, words_of

_LETTERS: Final = 100_000  # of a text; longer ones are refused
_VARIANTS: Final = 40
_STEPS: Final = 2000  # multiples that are tried
_EXACT: Final = 2**53
_CODED: Final = {"application/json": "{}", "base64": "c2FtcGxl"}


def strings(
    view: canonical.StringView, name: str, hints: Hints, mentions: Mentions, accept: Accept
) -> Iterator[str]:
    """Texts for a place, not all of which need satisfy its schema."""
    least, most = view.min_length or 0, view.max_length
    if least > _LETTERS:
        return
    given = [value for value in hints.values if isinstance(value, str)]
    if given and not mentions.pair(words_of(name), accept):
        yield from given
    for kind in view.formats:
        yield from plausible.of_format(kind, mentions, accept)
    coded = [
        _CODED[kind]
        for kind in (*view.content_media_types, *view.content_encodings)
        if kind in _CODED
    ]
    yield from coded
    plain = not view.formats and not view.patterns
    for text in plausible.texts(name, hints.description, mentions, accept):
        yield text if not plain else fitted(text, least, most)
    yield from _of_all(view.patterns)
    for pattern in view.patterns:
        # Only strings that match; the length is brought about by variants.
        yield from matching(pattern, range(_VARIANTS))
        for text in matching(pattern, range(7)):
            yield fitted(text, least, most)
            yield text + "a" * (least - len(text))
    for text in ("a", "A", "1", "A1", "a1b2c3", "x-a", "_a", ""):
        yield fitted(text, least, most)


def _of_all(found: list[str]) -> Iterator[str]:
    """Texts for several patterns: often one asks for the beginning and one for the end."""
    for variant in range(3) if len(found) > 1 else ():
        parts = [text for pattern in found for text in matching(pattern, [variant])]
        yield "".join(parts)
        yield "".join(reversed(parts))


def fitted(text: str, least: int, most: int | None) -> str:
    """A text brought to a length."""
    if len(text) < least:
        text = " ".join([text or "a"] * (least // (len(text) + 1) + 1))
        text = text.ljust(least, "a")[:least]
    if most is not None and len(text) > most:
        text = text[:most].rstrip() if len(text[:most].rstrip()) >= least else text[:most]
    return text


def matching(pattern: str, variants: Iterable[int]) -> Iterator[str]:
    """Texts that should match a pattern."""
    for variant in variants:
        try:
            yield patterns.matches(pattern, variant)
        except patterns.NoMatch:
            return


def numbers(
    view: canonical.IntegerView | canonical.NumberView,
    name: str,
    hints: Hints,
    mentions: Mentions,
    accept: Accept,
) -> Iterator[int | float]:
    """Numbers for a place, not all of which need satisfy its schema."""
    whole = isinstance(view, canonical.IntegerView)
    said = mentions.number(words_of(name), accept)
    if said is not None:
        yield said
    yield from (v for v in hints.values if isinstance(v, (int, float)) and not isinstance(v, bool))
    low, high = _exact(view.minimum), _exact(view.maximum)
    steps = [step for step in map(_exact, view.multiple_of) if step]
    step = _common(steps) if steps else Fraction(1) if whole else Fraction(0)
    usual = Fraction(str(plausible.usual_number(name)))
    middle = _middle(low, high, usual)
    if step:
        yield from _multiples(step, low, high, round(middle / step))
        return
    yield from _reals(low, high, middle)


def _multiples(
    step: Fraction, low: Fraction | None, high: Fraction | None, first: int
) -> Iterator[int | float]:
    """Multiples of a step from the one of that number outwards."""
    up = down = True
    for number in range(_STEPS):
        above, below = (first + number) * step, (first - number) * step
        up = up and (high is None or above <= high)
        down = down and (low is None or below >= low)
        if up and (low is None or above >= low):
            yield _json(above)
        if number and down and (high is None or below <= high):
            yield _json(below)
        if not up and not down:
            return


def _reals(low: Fraction | None, high: Fraction | None, middle: Fraction) -> Iterator[int | float]:
    for digits in (0, 1, 2):
        value = Fraction(round(middle, digits)) if digits else middle
        if (low is None or value >= low) and (high is None or value <= high):
            yield _json(value)
    yield _json(middle + Fraction(1, 2))  # where whole numbers are not wanted
    width = high - low if low is not None and high is not None else Fraction(2 * _VARIANTS)
    for number in range(1, _VARIANTS):
        for sign in (1, -1):
            value = middle + sign * width * number / (2 * _VARIANTS)
            yield _json(value)
    if high is not None:
        yield math.nextafter(float(high), -math.inf)
    if low is not None:
        yield math.nextafter(float(low), math.inf)


def _middle(low: Fraction | None, high: Fraction | None, usual: Fraction) -> Fraction:
    if low is not None and high is not None:
        # A range that was only meant as a guard has no telling middle.
        return usual if high - low > 10**6 and low <= usual <= high else (low + high) / 2
    if low is not None:
        return max(low, usual) if low <= usual else low + 1
    if high is not None:
        return usual if usual <= high else high - 1
    return usual


def _common(steps: list[Fraction]) -> Fraction:
    """The smallest number that is a multiple of all."""
    found = steps[0]
    for step in steps[1:]:
        scale = math.lcm(found.denominator, step.denominator)
        found = Fraction(math.lcm(int(found * scale), int(step * scale)), scale)
    return found


def _exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _json(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
