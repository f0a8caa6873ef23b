"""A request of the journal as HTML, without credentials."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from . import strict
from .redaction import Redactor
from .shapes import is_array, is_mapping
from .state import Entry

__all__ = ["escape", "method_of", "request_row"]

_LONG: Final = 400  # letters of a value that are shown
_LONGEST: Final = 20_000  # letters of a body that are shown
_SHOWN_HEADERS: Final = ("content-type", "user-agent", "idempotency-key", "x-client-request-id")
_redactor: Final = Redactor()


def request_row(entry: Entry) -> str:
    """One request: a line, and behind it what was asked and answered."""
    body = _summary(entry) + _exchange(entry)
    version = hashlib.sha256(body.encode()).hexdigest()[:12]
    return f'<li id="{entry.request_id}" data-version="{version}"><details>{body}</details></li>'


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
    if isinstance(value, str):
        return str(_shortened(_redactor.text(value)))
    shown = json.dumps(_shortened(_redactor.value(value)), ensure_ascii=False, indent=2)
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}\n… {len(shown) - _LONGEST:,} more letters"
    return shown


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[:_LONG]}… ({len(value):,} letters)"
    if is_mapping(value):
        return {name: _shortened(item) for name, item in value.items()}
    if is_array(value):
        return [_shortened(item) for item in value]
    return value


def _text(text: str) -> str:
    return escape(_redactor.text(text))


@functools.cache
def _methods() -> Mapping[str, str]:
    return {route.operation_id: route.data["x-runinfra-method"] for route in strict.routes()}


def method_of(operation: str) -> str:
    """The SDK's name of an operation."""
    return _methods().get(operation, operation)
