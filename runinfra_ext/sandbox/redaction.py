"""Keeps credentials out of what is written down or shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from .shapes import is_array, is_mapping

HIDDEN: Final = "[redacted]"
_SECRET_HEADER: Final = re.compile(
    r"auth|cookie|token|secret|passw|credential|session|key|signature|jwt|csrf"
)
_OPEN: Final = frozenset({"idempotency-key"})  # names a request, and opens nothing
# Members of JSON and fields of forms whose text is a credential, whatever it looks like.
_SECRET_NAME: Final = re.compile(
    r"(?:^|[_. ])(?:api_?key|(?:access|private|secret|signing)_?key|secret|passw(?:or)?d|"
    r"passphrase|authorization|(?:access|api|auth|bearer|id|refresh|session)_?token|"
    r"credentials?|cookies?|signature)$"
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUERY: Final = (
    r"[\w.-]{0,40}(?:[Kk]ey|[Tt]oken|[Ss]ecret|[Cc]redential|[Ss]ig|passw|auth)[\w.-]{0,40}"
)
# API keys and signing secrets as their makers write them, and what opens something in any URL; each
# with texts of which one stands wherever it matches: looking for these is much faster.
_KEYS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        r"\b(?:rp_(?:live|test)_|sk-|sk_|whsec_)[A-Za-z0-9_-]{6,}",
        ("rp_live_", "rp_test_", "sk-", "sk_", "whsec_"),
    ),
    (
        r"\b(?:gh[opsu]_|github_pat_|glpat-|hf_|gsk_|xox[abprs]-|AIza|AKIA)[A-Za-z0-9_-]{12,}",
        ("gho_", "ghp_", "ghs_", "ghu_", "github_pat_", "glpat-", "hf_", "gsk_", "AIza", "AKIA",
         "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"),
    ),
    (r"\beyJ[\w-]+\.[\w.-]+", ("eyJ",)),
    (r"\b[Bb]earer\s+(?P<bearer>[\w.~+/-]{12,})", ("earer",)),
    (rf"[?&]{_QUERY}=(?P<query>[^&\s\"'<>#]+)", ("?", "&")),
    (r"\w://[^/\s:@\"']*:(?P<user>[^/\s@\"']+)@", ("://",)),
)  # fmt: skip
_TWO_WORDS: Final = re.compile(r"[A-Za-z-]+ (\S+)")  # a scheme, and what it is about
_LINE_END: Final = re.compile(r"\r\n|\r|\n")  # of an event stream, and no other
_LONG_WORD: Final = 16  # letters; what has more is none of a language
_SHORT: Final = 200  # letters; less is not worth a first look
_SHORTEST: Final = 6  # letters; what is shorter is no secret, and stands in any text


def is_secret(header: str) -> bool:
    """Whether a header, in small letters, carries a credential."""
    return header not in _OPEN and _SECRET_HEADER.search(header) is not None


class Redactor:
    """Takes the credentials of one exchange out of texts and decoded JSON.

    Args:
        headers: of the request and the answer, in small letters; the values of those that carry
            credentials are hidden wherever they stand.
        named: other secrets, of which the same is true; see :func:`secrets_in`.
    """

    def __init__(self, headers: Iterable[tuple[str, str]] = (), named: Iterable[str] = ()) -> None:
        found = set(named)
        for name, value in headers:
            if is_secret(name):
                found.update(_secrets_of(name, value))
        forms: set[str] = set()
        for secret in found:
            if len(secret) >= _SHORTEST:
                forms |= {secret, json.dumps(secret)[1:-1]}
                with suppress(UnicodeEncodeError):  # half of a surrogate pair has no other forms
                    encoded = base64.b64encode(secret.encode()).decode("ascii").rstrip("=")
                    forms |= {quote(secret, safe=""), encoded}
        longest = sorted(forms, key=len, reverse=True)
        self._rules = [*((re.escape(form), (form,)) for form in longest), *_KEYS]
        self._all = tuple(rule for rule, _ in self._rules)
        self._compiled: dict[tuple[str, ...], re.Pattern[str]] = {}

    def text(self, text: str) -> str:
        """The text without credentials."""
        for start, end in reversed(self._spans(text)):
            text = text[:start] + HIDDEN + text[end:]
        return text

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where its credentials stand, without what tells that they are some."""
        near = self._all if len(text) <= _SHORT else self._near(text)
        if not near:
            return []
        if near not in self._compiled:
            self._compiled[near] = re.compile("|".join(near))
        matches = self._compiled[near].finditer(text)
        return [match.span(match.lastgroup or 0) for match in matches]

    def _near(self, text: str) -> tuple[str, ...]:
        """The patterns that may match somewhere in a text."""
        return tuple(rule for rule, marks in self._rules if any(mark in text for mark in marks))

    def data(self, data: bytes) -> bytes:
        """Any bytes without credentials."""
        return self.text(data.decode("latin-1")).encode("latin-1")

    def value(self, value: Any) -> Any:
        """A decoded JSON value without credentials, in its keys too."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, (int, float)):  # of embeddings there are many
            return value
        if is_mapping(value):
            return {
                self.text(str(name)): HIDDEN
                if item and isinstance(item, str) and _is_secret_name(str(name))
                else self.value(item)
                for name, item in value.items()
            }
        if is_array(value):
            return [self.value(item) for item in value]
        return value

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without those that carry credentials."""
        return {name: self.text(v) for name, v in headers.items() if not is_secret(name)}

    def events(self, frames: Sequence[str]) -> list[str]:
        """The frames of a stream without credentials, also such as come in several pieces."""
        cleaned = list(frames)
        if self._near("".join(frames)):
            cleaned = [self.text(frame) for frame in frames]
        decoded = [event_of(frame) for frame in cleaned]
        places: dict[str, list[tuple[int, Any, Any]]] = {}
        for number, event in enumerate(decoded):
            _collect(event, "", number, places)
        for pieces in places.values():
            joined = "".join(holder[key] for _, holder, key in pieces)
            for span in reversed(self._spans(joined)):
                for number in _hide(span, pieces):
                    data = json.dumps(decoded[number], ensure_ascii=False, separators=(",", ":"))
                    cleaned[number] = _with_data(cleaned[number], data)
        return cleaned


def _secrets_of(name: str, value: str) -> Iterator[str]:
    """The parts of a header's value that are secret."""
    if name == "set-cookie":
        value = value.partition(";")[0]
    if "cookie" in name:
        for cookie in value.split(";"):
            yield cookie.partition("=")[2].strip().strip('"')
        return
    scheme = _TWO_WORDS.fullmatch(value.strip())
    yield value if scheme is None else scheme[1]
    if scheme is not None and value.lower().startswith("basic "):
        with suppress(ValueError):
            user = base64.b64decode(scheme[1]).decode()
            yield from (user, user.partition(":")[2])


def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(_HUMP.sub("_", name).lower().replace("-", "_")) is not None


def secrets_in(value: Any) -> Iterator[str]:
    """The texts in a decoded value that are credentials by the name of their member.

    Plain words are left out, such as those of an example: they stand in any text.
    """
    if is_mapping(value):
        for name, item in value.items():
            if isinstance(item, str) and _is_secret_name(str(name)):
                if not item.isalpha() or len(item) >= _LONG_WORD:
                    yield item
            else:
                yield from secrets_in(item)
    elif is_array(value):
        for item in value:
            yield from secrets_in(item)


def event_of(frame: str) -> Any:
    """The JSON of an event; ``None`` if it has none."""
    lines = [
        line.removeprefix("data:") for line in _LINE_END.split(frame) if line.startswith("data:")
    ]
    try:
        return json.loads("\n".join(lines))
    except ValueError:
        return None


def _with_data(frame: str, data: str) -> str:
    rest = [line for line in _LINE_END.split(frame) if line and not line.startswith("data:")]
    return "\n".join([*rest, f"data: {data}", "", ""])


def _collect(
    value: Any, path: str, number: int, places: dict[str, list[tuple[int, Any, Any]]]
) -> None:
    """Put every text of an event with those at the same place: what holds it under which key."""
    items: Iterable[tuple[Any, Any]] = ()
    if is_mapping(value):
        items = value.items()
    elif is_array(value):
        items = enumerate(value)
    for key, item in items:
        if isinstance(item, str):
            places.setdefault(f"{path}.{key}", []).append((number, value, key))
        elif is_array(item) or is_mapping(item):
            _collect(item, f"{path}.{key}", number, places)


def _hide(span: tuple[int, int], pieces: list[tuple[int, Any, Any]]) -> Iterator[int]:
    """Hide a span of joined pieces; the numbers of the events that changed."""
    start, mark = 0, HIDDEN
    for number, holder, key in pieces:
        text: str = holder[key]
        first, last = max(span[0] - start, 0), min(span[1] - start, len(text))
        if first < last:
            holder[key] = text[:first] + mark + text[last:]
            mark = ""
            yield number
        start += len(text)
