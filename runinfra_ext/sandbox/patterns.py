"""Texts that match a regular expression: short, and of letters and digits where it lets them be.

The generators that are kept up either draw from all of Unicode or repeat at random; a parameter of
an example wants ``AB-1234``. What comes out is checked against the expression by who asks for it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any, Final

# The standard library's own parser; it has had this form since Python 2, under two names.
_parser: Any = importlib.import_module("re._parser")

_LIMIT: Final = 1000  # letters
_PLAIN: Final = 2  # variants up to this one keep to one kind of letters
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
_UPPER: Final = _LOWER.upper()
_DIGITS: Final = "4815162309"
_SIGNS: Final = "-_ .:/@#!$%&*+?=,;()"
_GROUPS: Final = (_LOWER, _UPPER, _DIGITS, _SIGNS)
_FRIENDLY: Final = "".join(_GROUPS)
# Classes of Unicode, which that parser does not know.
_CLASSES: Final = {"L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9", "P": "!-/"}
_CLASS = re.compile(r"\\p\{(\w+)\}")


class NoMatch(Exception):
    """The expression can't be read, or asks for something that can't be made."""


def matches(pattern: str, variant: int = 0) -> str:
    """A text that should match.

    Args:
        pattern: of JSON Schema; not anchored unless it says so.
        variant: 0 and up give different texts where there are such.

    Raises:
        NoMatch: there is none that this can find.
    """
    try:
        parsed = _parser.parse(_translated(pattern))
    except (re.error, RecursionError, OverflowError, KeyError) as error:
        raise NoMatch(str(error)) from None
    return "".join(_Writer(variant).write(parsed))


def _translated(pattern: str) -> str:
    """JavaScript's spelling in Python's."""
    text = pattern.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")
    inside = False
    out: list[str] = []
    at = 0
    while at < len(text):
        found = _CLASS.match(text, at)
        if found:
            letters = _CLASSES[found[1]]
            out.append(letters if inside else f"[{letters}]")
            at = found.end()
            continue
        size = 2 if text[at] == "\\" else 1
        inside = (inside or text[at] == "[") and text[at] != "]"
        out.append(text[at : at + size])
        at += size
    return "".join(out)


class _Writer:
    def __init__(self, variant: int) -> None:
        self._variant = variant
        self._count = 0
        self._groups: dict[int, str] = {}

    def write(self, parsed: Any) -> Iterator[str]:
        for kind, value in parsed:
            yield from self._one(str(kind), value)

    def _one(self, kind: str, value: Any) -> Iterator[str]:
        self._count += 1
        if self._count > _LIMIT:
            msg = f"more than {_LIMIT} letters"
            raise NoMatch(msg)
        if kind == "LITERAL":
            yield chr(value)
        elif kind == "NOT_LITERAL":
            yield self._pick(_kinds({letter for letter in _FRIENDLY if ord(letter) != value}))
        elif kind == "ANY":
            yield self._pick([_LOWER, _DIGITS, _UPPER])
        elif kind == "IN":
            yield self._pick(_letters(value))
        elif kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            low, high, part = value
            # Something rather than nothing, and another length for another variant.
            wanted = max(int(low), min(1 + self._variant % 7, int(high)))
            for _ in range(wanted):
                yield from self.write(part)
        elif kind == "SUBPATTERN":
            text = "".join(self.write(value[-1]))
            if value[0] is not None:
                self._groups[value[0]] = text
            yield text
        elif kind == "ATOMIC_GROUP":
            yield from self.write(value)
        elif kind == "GROUPREF":
            yield self._groups.get(value, "")
        elif kind == "BRANCH":
            branches = value[1]
            yield from self.write(branches[self._variant % len(branches)])
        elif kind not in {"AT", "ASSERT", "ASSERT_NOT"}:
            raise NoMatch(kind.lower())

    def _pick(self, letters: list[str]) -> str:
        if not letters:
            msg = "an empty class"
            raise NoMatch(msg)
        # A later variant mixes the kinds, as rules for passwords want it.
        kind = letters[self._count % len(letters) if self._variant > _PLAIN else 0]
        return kind[(self._count * 7 + self._variant * 11) % len(kind)]


def _letters(members: Any) -> list[str]:
    """What a class may be, by kind, the friendliest first."""
    negated = str(members[0][0]) == "NEGATE"
    allowed = {
        letter for letter in _FRIENDLY if any(_is(letter, m) for m in members) is not negated
    }
    if allowed:
        return _kinds(allowed)
    if negated:
        return ["§"]
    kind, value = str(members[0][0]), members[0][1]
    return [chr(value if kind == "LITERAL" else value[0])] if kind in {"LITERAL", "RANGE"} else []


def _kinds(allowed: set[str]) -> list[str]:
    kinds = ["".join(letter for letter in group if letter in allowed) for group in _GROUPS]
    # Digits stand alone where no letter may, and otherwise behind them.
    return [kind for kind in kinds if kind]


def _is(letter: str, member: Any) -> bool:
    kind, value = str(member[0]), member[1]
    code = ord(letter)
    if kind == "LITERAL":
        return bool(code == value)
    if kind == "RANGE":
        return bool(value[0] <= code <= value[1])
    if kind == "CATEGORY":
        name = str(value).removeprefix("CATEGORY_")
        wanted = not name.startswith("NOT_")
        name = name.removeprefix("NOT_")
        tests = {"DIGIT": letter.isdigit(), "SPACE": letter.isspace()}
        return tests.get(name, letter.isalnum() or letter == "_") is wanted
    return False
