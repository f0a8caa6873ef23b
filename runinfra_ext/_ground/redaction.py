"""Credentials never leave: the masked key type and the one registry of what to blank out.

Every text that the package hands out (messages, error fields, log records, ``repr``) and that could
hold something a server or a library wrote passes through a :class:`Redactor`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, SupportsIndex, cast
from urllib.parse import quote

MARK = "[redacted]"

# Keys of the gateway are recognised by shape even when they are not this client's own: a gateway's
# error may quote the key of another caller. Both documented prefixes count (rp_, sk-ri-).
_KEY_SHAPES = re.compile(r"\b(?:rp_[A-Za-z0-9_]{8,}|sk-ri-[A-Za-z0-9_-]{6,})")
_BEARER = re.compile(r"(?i)\bbearer\s+[^\s,;\"']+")
# Everything that moves, hides or turns what is shown: C0 and C1, separators, bidirectional marks.
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_KEPT = re.compile(r"([\n\t])")
_SHORT = 12  # below this a key may be an ordinary word: replace it as a whole word only
_LONGEST = 1024  # characters of the longest credential, written with escapes
_MOST_LEARNT = 48  # patterns of secrets; a key that rotated so long ago is of no use to anybody
_NAME = 256  # characters that are shown of a name, or an id
_MOST_NAMES = 64  # names that are kept
_DEEPEST = 100  # levels of nested JSON; what lies deeper is blanked as a whole


class ApiKey:
    """An API key that can't be printed, formatted or pickled by accident."""

    __slots__ = ("_bearer", "_value")

    def __init__(self, value: str) -> None:
        self._value = Credential(value)
        self._bearer = Credential(f"Bearer {value}")

    def reveal(self) -> str:
        """The key itself, for the redactor and nothing else."""
        return self._value

    def bearer(self) -> Credential:
        """The value of the ``Authorization`` header."""
        return self._bearer

    def __repr__(self) -> str:
        return f"ApiKey('{MARK}')"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        msg = "an API key is never pickled or copied; make a new client from the environment"
        raise TypeError(msg)


class Credential(str):
    """A header's value that shows itself to nobody but the network.

    It is a string for every library, but its ``repr`` is masked, so that no frame, header mapping
    or debugger shows what it holds.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{MARK}'"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        msg = "a credential is never pickled or copied"
        raise TypeError(msg)


class RotatingKey:
    """An API key that a function of the application's gives anew for each call.

    Args:
        give: called in the calling thread or task; what it raises ends the call.
        check: gives the key as it may be sent, or raises what is wrong with it.
        redactor: learns every key that is given.
    """

    __slots__ = ("_check", "_give", "_last", "_redactor")

    def __init__(
        self, give: Callable[[], object], check: Callable[[object], ApiKey], redactor: Redactor
    ) -> None:
        self._give = give
        self._check = check
        self._redactor = redactor
        self._last: ApiKey | None = None

    def bearer(self) -> Credential:
        """The value of the ``Authorization`` header for the next call."""
        key = self._check(self._give())
        if self._last is None or key.reveal() != self._last.reveal():
            self._redactor.learn(key.reveal())
            self._last = key
        return key.bearer()

    def __repr__(self) -> str:
        return f"RotatingKey('{MARK}')"

    def __reduce__(self) -> NoReturn:
        msg = "an API key is never pickled or copied; make a new client from the environment"
        raise TypeError(msg)


class HiddenBytes(bytes):
    """Bytes on their way to the network that may hold a credential; shown to nobody."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"b'{MARK}'"


class Redactor:
    """Replaces the registered secrets, and whatever looks like a gateway key, by a mark.

    Args:
        secrets: texts that must not appear, neither as they are nor as they stand in a URL or in
            a JSON string; blank ones are ignored.
    """

    __slots__ = ("_names", "_secrets")

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # Each with its pattern: to look for a text is many times faster.
        self._secrets: list[tuple[str, re.Pattern[str]]] = []
        self._names: dict[str, str] = {}
        for secret in secrets:
            if secret.strip():
                self.learn(secret)

    def learn(self, secret: str) -> None:
        """Blank another secret from now on, such as a key that replaces the one before."""
        forms = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
        known = [(form, _pattern(form)) for form in sorted(forms)]
        self._secrets = [*known, *self._secrets][:_MOST_LEARNT]
        self._names = {}

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for secret, pattern in self._secrets:
            if secret in text:
                text = pattern.sub(MARK, text)
        if "bearer" in text.lower():
            text = _BEARER.sub(MARK, text)
        if "rp_" in text or "sk-ri-" in text:
            text = _KEY_SHAPES.sub(MARK, text)
        return text

    def excerpt(self, text: str, limit: int) -> str:
        """The first ``limit`` characters of the text without secrets, none of them cut in half."""
        if len(text) <= limit:
            return self(text)
        head = self(text[: limit + _LONGEST])
        # What a cut left of a secret stands in the last characters.
        return head[: max(0, min(limit, len(head) - _LONGEST))]

    def line(self, text: str) -> str:
        """A text of anybody's as it may stand in a line of a log, or on a span."""
        return escaped(self.excerpt(text, _NAME))

    def name(self, text: str) -> str:
        """The same for one that comes again and again, such as a model's name."""
        known = self._names.get(text)
        if known is None:
            known = self.line(text)
            if len(text) <= _NAME and len(self._names) < _MOST_NAMES:
                self._names[text] = known
        return known

    def deep(self, value: object, level: int = 0) -> Any:
        """The same for every string inside lists and mappings; other values are kept."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list | dict) and level >= _DEEPEST:
            return MARK
        if isinstance(value, list):
            return [self.deep(item, level + 1) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            items = cast("dict[object, object]", value).items()
            return {self.deep(key): self.deep(item, level + 1) for key, item in items}
        return value

    def __repr__(self) -> str:
        return "Redactor()"


def _pattern(secret: str) -> re.Pattern[str]:
    escaped = re.escape(secret)
    if len(secret) < _SHORT:
        return re.compile(rf"(?<![A-Za-z0-9_-]){escaped}(?![A-Za-z0-9_-])")
    return re.compile(escaped)


def escaped(text: str) -> str:
    """A text of a server's with its control characters written out.

    So that it can neither forge a line of a log, nor clear or colour a terminal, nor turn the
    direction of what stands behind it.
    """
    if text.isprintable():
        return text
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def plain(text: str) -> str:
    """A text with its line ends and tabs; other control characters are written out."""
    if text.isprintable():
        return text
    return "".join(part if part in {"\n", "\t"} else escaped(part) for part in _KEPT.split(text))


Redact = Callable[[str], str]
