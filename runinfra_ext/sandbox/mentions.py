"""What a conversation names: numbers, quoted words, dates, places, and which parameter they fit."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

_LETTERS: Final = 10_000  # that are searched

Accept = Callable[[Any], bool]
_V = TypeVar("_V")

_WORD = re.compile(r"[A-Za-z][a-z]*|[A-Z]+(?![a-z])|\d+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”|«([^»\n]+)»|`([^`\n]+)`|(?<!\w)'([^'\n]+)'(?!\w)")
_CALLED = re.compile(r"\b\w+\(([^()]*)\)")
_NAME = re.compile(r"(?<![\w'’])([A-ZÀ-ÖØ-Þ][\w'’-]*(?: [A-ZÀ-ÖØ-Þ][\w'’-]*)*)")
_OPENING = re.compile(r"(?:^|[.!?:]\s+|\n\s*|[\"“«(]\s*)$")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,9}")
_URL = re.compile(r"https?://[^\s\"'<>)]+[^\s\"'<>).,;!?]")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_WRITTEN = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?[A-Z][a-z]{2,8} \d{4}"
    r"|[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_SUM = re.compile(r"[\d(][\d\s.,()]*(?:\s*[-+*/^%]\s*[\d(][\d\s.()]*)+")
_MONTHS: Final = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")


def words_of(name: str) -> list[str]:
    """The words of a name in any spelling: ``toCity``, ``to_city`` and ``to-city`` are alike."""
    return [word.lower() for word in _WORD.findall(name)]


def listed(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


# Words that begin sentences, and names that are nobody's.
_COMMON: Final = listed(
    "I I'm I’m I'd I’d I'll I’ll A An The Please Yes No OK Hello Hi Hey Thanks JSON Call Use"
)


class Mentions:
    """What was said, and what of it has already gone into a parameter.

    Args:
        texts: what was said, the newest first.
        prompt: what the user said last; the first text if left out.
        answer: what the model says to it in a text.
    """

    def __init__(
        self, texts: Iterable[str], *, prompt: str | None = None, answer: str = ""
    ) -> None:
        said = [text for text in texts if text.strip()]
        self.answer = answer
        self.prompt = (prompt if prompt is not None else said[0] if said else "").strip()[:_LETTERS]
        # Long documents are read from their beginning; the newest words come first.
        whole = "\n".join(said)[:_LETTERS]
        self.text = whole
        self.lower = whole.lower()
        self.urls = _URL.findall(whole)
        self.emails = _EMAIL.findall(whole)
        self.days, self.times = _dates(whole)
        # A date's digits are no numbers of their own.
        plain = whole
        for pattern in (_URL, _EMAIL, _ISO, _WRITTEN, _CLOCK):
            plain = pattern.sub(" ", plain)
        self.numbers = [_number(found[0]) for found in _NUMBER.finditer(plain)]
        self.quoted = [str(found[found.lastindex or 0]) for found in _QUOTED.finditer(whole)]
        self.sums = [found.strip() for found in _SUM.findall(whole)]
        self.names = _names(_WRITTEN.sub(" ", whole))
        self._plain = plain
        self._called = [
            part.strip() for found in _CALLED.findall(whole) for part in found.split(",")
        ]
        self._used: set[tuple[str, Any]] = set()

    def again(self) -> Mentions:
        """The same, with nothing used yet."""
        other = copy.copy(self)
        other._used = set()  # noqa: SLF001 - of its own class
        return other

    def number(self, words: list[str], accept: Accept) -> int | float | None:
        """The number that is said of a parameter, else the next that has gone nowhere yet."""
        name = r"[\s_-]*".join(map(re.escape, words)) or r"(?!)"
        stem = re.escape(words[-1].removesuffix("s")) if words else r"(?!)"
        value = r"(-?\d+(?:\.\d+)?)(?![\w.]*\d)"
        patterns = (
            rf"\b{name}\b[\"'`]?\s*(?:=|:|is|are|of|to|at|as)?\s*{value}",
            rf"(?<![\w.]){value}[\s-]*{stem}s?\b",
        )
        for pattern in patterns:
            for found in re.finditer(pattern, self._plain, re.IGNORECASE):
                said = _number(found[1])
                if accept(said):
                    self._used.add(("number", said))
                    return said
        return self._next("number", self.numbers, accept)

    def pair(self, words: list[str], accept: Accept) -> str | None:
        """What is said of a parameter by its name: ``title: Dune``, ``the title is "Dune"``."""
        if not words:
            return None
        name = r"[\s_-]*".join(map(re.escape, words))
        link = r"[\"'`]?\s*(?:=|:|is\s|called\s|named\s)\s*"
        pattern = rf"\b{name}\b{link}(?:\"([^\"]+)\"|'([^']+)'|([^\s,;]+))"
        for found in re.finditer(pattern, self.text, re.IGNORECASE):
            said = (found[1] or found[2] or found[3].rstrip(".!?")).strip()
            if said and accept(said):
                return said
        return None

    def place_after(self, preposition: str, accept: Accept) -> str | None:
        """The name that follows a word like ``from``."""
        for name in self.names:
            if ("name", name) in self._used:
                continue
            found = re.search(rf"\b{preposition} (?:the )?{re.escape(name)}", self.text)
            if found and accept(name):
                self._used.add(("name", name))
                return name
        return None

    def quote(self, accept: Accept) -> str | None:
        """The next quoted words, or the next argument of a call like ``f(paris)``."""
        called = [part.strip("\"'`") for part in self._called]
        words = [part for part in called if part and not _NUMBER.fullmatch(part)]
        return self._next("quote", [*self.quoted, *words], accept)

    def name(self, accept: Accept) -> str | None:
        """The next name that has gone nowhere yet."""
        return self._next("name", self.names, accept)

    def of(self, kind: str, accept: Accept) -> str | None:
        """The next of a kind: ``emails``, ``urls``, ``days``, ``times``, ``sums``."""
        values: list[str] = getattr(self, kind)
        return self._next(kind, values, accept)

    def has(self, word: object) -> bool:
        """Whether a value, as of an enum, is said as a word of its own."""
        text = str(word).lower().replace("_", " ").strip()
        if not text:
            return False
        return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", self.lower) is not None

    def lacks(self, words: list[str]) -> bool:
        """Whether a thing is said to be left out: ``without images``, ``no images``."""
        name = r"[\s_-]*".join(map(re.escape, words)) or r"(?!)"
        return (
            re.search(rf"\b(?:without|no|not|don't|disable)\s+(?:any\s+)?{name}", self.lower)
            is not None
        )

    def _next(self, kind: str, values: Iterable[_V], accept: Accept) -> _V | None:
        for value in values:
            if (kind, value) not in self._used and accept(value):
                self._used.add((kind, value))
                return value
        return None


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _names(text: str) -> list[str]:
    """Capitalised words that do not just begin a sentence."""
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        name = match[1]
        first, _, rest = name.partition(" ")
        if _OPENING.search(text[: match.start()]) or first in _COMMON:
            name = rest
        name = name.rstrip("'’-").removesuffix("'s").removesuffix("’s")
        if name and name not in _COMMON:
            found[name] = None
    return list(found)


def _dates(text: str) -> tuple[list[str], list[str]]:
    """Days as ISO dates, and times of the day."""
    days: list[str] = []
    times: list[str] = []
    for found in _ISO.findall(text):
        try:
            moment = datetime.fromisoformat(found.replace(" ", "T"))
        except ValueError:
            continue
        days.append(moment.date().isoformat())
        if len(found) > len("2026-01-01"):
            times.append(moment.time().isoformat("seconds"))
    for found in _WRITTEN.findall(text):
        plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", found).replace(",", "").replace(" of ", " ")
        for form in _MONTHS:
            try:
                days.append(datetime.strptime(plain, form).date().isoformat())  # noqa: DTZ007 - a day has no zone
                break
            except ValueError:
                continue
    times += [
        f"{int(hour):02d}:{minute}:00" for hour, minute in _CLOCK.findall(_ISO.sub(" ", text))
    ]
    return days, times
