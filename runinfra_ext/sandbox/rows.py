"""A request of the journal as HTML, without credentials."""

from __future__ import annotations

import functools
import hashlib
import json
import weakref
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from . import strict
from .redaction import Redactor
from .shapes import is_array, is_mapping
from .state import Entry

__all__ = ["encoded", "escape", "method_of", "request_row"]

_LONG: Final = 400  # letters of a value that are shown
_MARGIN: Final = 1000  # letters behind them in which a credential may end
_KEPT: Final = 200  # rows that are not made anew while nothing changes in them
_LONGEST: Final = 8_000  # letters of a body that are shown
_SHOWN_HEADERS: Final = ("content-type", "user-agent", "idempotency-key", "x-client-request-id")
_redactor: Final = Redactor()
_rows: Final[dict[int, tuple[weakref.ref[Entry], tuple[Any, ...], str]]] = {}


def request_row(entry: Entry) -> str:
    """One request: a line, and behind it what was asked and answered."""
    state = _state(entry)
    kept = _rows.pop(id(entry), None)
    if kept is None or kept[0]() is not entry or kept[1] != state:
        body = _summary(entry) + _exchange(entry)
        version = hashlib.sha256(encoded(body)).hexdigest()[:12]
        row = f'<li id="{entry.request_id}" data-version="{version}"><details>{body}</details></li>'
        kept = weakref.ref(entry), state, row
    _rows[id(entry)] = kept  # behind all others
    if len(_rows) > _KEPT:
        del _rows[next(iter(_rows))]
    return kept[2]


def encoded(text: str) -> bytes:
    """UTF-8; half of a surrogate pair, which a gateway may have sent, is a question mark."""
    return text.encode("utf-8", "replace")


def _state(entry: Entry) -> tuple[Any, ...]:
    """What changes of an entry while its request is answered."""
    return (
        *(entry.operation, entry.model, entry.fault, entry.status, entry.tokens, entry.sample),
        *(entry.charged, entry.cents, entry.replayed, entry.scripted),
        *(len(entry.problems), len(entry.answer_problems), entry.body is None),
        entry.answer if isinstance(entry.answer, str) else entry.answer is None,
    )


def _summary(entry: Entry) -> str:
    moment = datetime.fromtimestamp(entry.at).astimezone()
    name = method_of(entry.operation) if entry.operation else f"{entry.method} {entry.path}"
    badges = [
        f'<span class="badge">{text}</span>'
        for text, shown in (("replayed", entry.replayed), ("dictated", entry.scripted))
        if shown
    ]
    if entry.fault:
        badges.append(f'<span class="badge fault">fault: {escape(entry.fault)}</span>')
    model = f'<span class="model">{_text(entry.model)}</span>' if entry.model else ""
    tokens = "" if entry.tokens is None else f"{entry.tokens:,}"
    charge = f"{entry.cents} ¢" if entry.charged else ""
    return (
        f'<summary><time datetime="{moment.isoformat(timespec="milliseconds")}">'
        f"{moment:%H:%M:%S}</time>"
        f'<span class="what"><b>{_text(name)}</b>{model}{"".join(badges)}</span>'
        f"{_status(entry.status)}"
        f'<span class="amount">{_labelled("tokens", tokens)}</span>'
        f'<span class="amount">{_labelled("charged", charge)}</span>'
        f'<span class="key">{_labelled("key", _text(entry.idempotency_key or ""))}</span>'
        "</summary>"
    )


def _labelled(name: str, value: str) -> str:
    """A value with a name for those who don't see the columns; nothing if there is none."""
    return f'<span class="label">{name} </span>{value}' if value else ""


def _status(status: int) -> str:
    shown, kind = str(status), "good"
    if status == 0:
        shown, kind = "…", "quiet"
    elif status < 0:
        shown, kind = "none", "bad"
    elif status >= 400:
        kind = "bad" if status >= 500 else "warn"
    return f'<span class="status {kind}"><span class="label">status </span>{shown}</span>'


def _exchange(entry: Entry) -> str:
    headers = {name: entry.headers[name] for name in _SHOWN_HEADERS if name in entry.headers}
    lines = [f"{entry.method} {entry.path}", *(f"{name}: {v}" for name, v in headers.items())]
    asked = "\n".join(map(_redactor.text, lines))
    if entry.body is not None:
        asked += f"\n\n{_pretty(entry.body)}"
    answered = "" if entry.answer is None else _pretty(entry.answer)
    if entry.sample:
        answered += f", the first of them:\n\n{_redactor.text(entry.sample)}"
    problems = "".join(
        f'<p class="problem">{_text(problem)}</p>'
        for problem in [*entry.problems, *entry.answer_problems]
    )
    return (
        f'<div class="exchange">{problems}'
        f'<div><h3>Request {entry.request_id}</h3><pre tabindex="0">{escape(asked)}</pre></div>'
        f'<div><h3>Answer</h3><pre tabindex="0">{escape(answered) or "nothing yet"}</pre></div>'
        "</div>"
    )


def _pretty(value: Any) -> str:
    excerpt = _Excerpt()
    shown = excerpt.of(value)
    if isinstance(value, str):
        return str(shown)
    # Once more as a whole, as what a member holds may be secret by its name.
    text = json.dumps(_redactor.value(shown), ensure_ascii=False, indent=2)
    return f"{text}\n… and more" if excerpt.left <= 0 else text


class _Excerpt:
    """As much of a decoded value as a page shows; the rest is not even looked through."""

    def __init__(self) -> None:
        self.left = _LONGEST

    def of(self, value: Any) -> Any:
        """A value, or its beginning."""
        if isinstance(value, str):
            told = self._beginning(value)
            self.left -= len(told)
            return told
        self.left -= 8  # a number and what is around it
        if is_mapping(value):
            found = dict[str, Any]()
            for name, item in value.items():
                if self.left <= 0:
                    break
                self.left -= len(str(name)[:_LONG])
                found[_redactor.text(str(name)[:_LONG])] = self.of(item)
            return found
        if is_array(value):
            items = list[Any]()
            for item in value:
                if self.left <= 0:
                    break
                items.append(self.of(item))
            return items
        return value

    def _beginning(self, text: str) -> str:
        told = _redactor.text(text[: _LONG + _MARGIN])
        if len(text) > _LONG + _MARGIN:
            told = told[:-_MARGIN]  # where a credential may have been cut
        if len(told) <= _LONG and len(text) <= _LONG + _MARGIN:
            return told
        return f"{told[:_LONG]}… ({len(text):,} letters)"


def _text(text: str) -> str:
    return escape(_redactor.text(text))


@functools.cache
def _methods() -> Mapping[str, str]:
    return {route.operation_id: route.data["x-runinfra-method"] for route in strict.routes()}


def method_of(operation: str) -> str:
    """The SDK's name of an operation."""
    return _methods().get(operation, operation)
