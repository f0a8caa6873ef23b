"""The window: a page that shows what the sandbox sees, and arms what comes next."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import json
from collections import Counter
from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from . import faults
from .outcomes import Refused
from .rows import encoded, escape, method_of, request_row
from .scripted import Answer, Match
from .settings import Settings
from .shapes import is_mapping
from .state import PIPELINE_ID, SandboxState

PREFIX: Final = "/sandbox/window/"
_ROWS: Final = 100  # requests shown, the newest first
_CHARGES: Final = 8  # operations in the ledger
_FILES: Final = {"window.css": "text/css", "window.js": "text/javascript"}
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # without any, a form's own origin is null
    "cache-control": "no-store",
}
_LONGEST: Final = 100  # faults that one order may queue

Response = tuple[int, dict[str, str], bytes]


def is_window(path: str) -> bool:
    """Whether a path is the window's."""
    return path == "/" or path.startswith(PREFIX)


def is_foreign(request: Request) -> bool:
    """Whether a browser sends this on behalf of another site, or by a foreign name.

    Programs that are no browsers are not meant, they send neither of these headers.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is None and site is None:
        return False
    host = request.headers.get("host", "")
    try:
        named, place = urlsplit(f"//{host}").hostname or "", urlsplit(origin or "").netloc
    except ValueError:
        return True  # no browser sends such
    if not _is_here(named):
        return True  # a name that was made to point here
    if origin is not None:
        return place != host
    return request.method != "GET" and site not in {"same-origin", "none"}


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def respond(state: SandboxState, request: Request) -> Response:
    """Answer a request for the window.

    ``GET /`` is the page, ``GET live`` what changes on it, and ``POST fault``, ``POST answer``,
    ``POST clear`` and ``POST reset`` take forms.
    """
    if is_foreign(request):
        return 403, {"content-type": "text/plain", **_HEADERS}, b"Not from another site."
    action = request.method, request.url.path.removeprefix(PREFIX)
    if action == ("GET", "/"):
        return _html(200, _page(state, request, ""))
    if action == ("GET", "live"):
        return _live(state, request)
    if request.method == "GET" and action[1] in _FILES:
        headers = {"content-type": f"{_FILES[action[1]]}; charset=utf-8", **_HEADERS}
        return 200, headers, _file(action[1]).encode()
    if request.method == "POST" and action[1] in {"fault", "answer", "clear", "reset"}:
        status, message = await _order(state, action[1], request)
        if "application/json" in request.headers.get("accept", ""):
            told = json.dumps({"message": message}).encode()
            return status, {"content-type": "application/json", **_HEADERS}, told
        if status == 200:  # without a script: back to the page, so that a reload does nothing twice
            return 303, {"location": "/", **_HEADERS}, b""
        return _html(status, _page(state, request, message))
    return 404, {"content-type": "text/plain", **_HEADERS}, b"No such page."


def _html(status: int, text: str) -> Response:
    return status, {"content-type": "text/html; charset=utf-8", **_HEADERS}, encoded(text)


@functools.cache
def _file(name: str) -> str:
    return (
        resources.files("runinfra_ext.sandbox").joinpath("pages", name).read_text(encoding="utf-8")
    )


def _page(state: SandboxState, request: Request, message: str) -> str:
    parts = _parts(state)
    return Template(_file("window.html")).substitute(
        parts,
        base_url=escape(f"{request.base_url}v1"),
        pipeline=PIPELINE_ID,
        mode=f"<span class='badge'>{escape(state.tape.summary)}</span>" if state.tape else "",
        message=escape(message),
        requests=parts["requests"] or _empty(request),
        faults="".join(
            f'<option value="{name}" title="{escape(what)}">{name}</option>'
            for name, what in {"ok": "let one request pass", **faults.NAMES}.items()
        ),
    )


def _live(state: SandboxState, request: Request) -> Response:
    parts = _parts(state)
    text = "".join(
        f'<div id="{name}">{html}</div>' for name, html in parts.items() if name != "requests"
    )
    text += f'<ol id="requests">{parts["requests"] or _empty(request)}</ol>'
    tag = f'"{hashlib.sha256(encoded(text)).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == tag:
        return 304, {"etag": tag, **_HEADERS}, b""
    status, headers, body = _html(200, text)
    return status, {**headers, "etag": tag}, body


def _empty(request: Request) -> str:
    base_url = escape(f"{request.base_url}v1")
    return (
        '<li class="empty" id="empty" data-version="0"><p>No request yet. Point a client here:</p>'
        f'<pre>RunInfra(api_key=gateway.api_key, base_url="{base_url}")</pre></li>'
    )


def _parts(state: SandboxState) -> dict[str, str]:
    """What changes on the page, as HTML."""
    entries = list(state.journal)
    rows = [request_row(entry) for entry in reversed(entries[-_ROWS:])]
    more = f", the last {_ROWS} are shown" if len(entries) > _ROWS else ""
    return {
        "facts": _facts(state, len(entries)),
        "count": f"{len(entries)} since the start{more}" if entries else "",
        "requests": "".join(rows),
        "armed": _armed(state),
        "ledger": _ledger(state),
        "limits": _limits(state.settings),
    }


def _facts(state: SandboxState, count: int) -> str:
    settings, spent = state.settings, state.gate.spent_cents
    credit = "no end" if settings.balance_cents is None else _cents(settings.balance_cents - spent)
    waiting = len(state.script) + sum(1 for answer in state.answers if answer.left != 0)
    facts = {
        "Requests": str(count),
        "Charged": _cents(sum(charge.cents for charge in list(state.charges))),
        "Credit left": credit,
        "At work": str(state.gate.working),
        "Armed": str(waiting),
    }
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    return f"<dl>{shown}</dl>"


def _cents(cents: int) -> str:
    return f"{cents} <small>{'cent' if cents == 1 else 'cents'}</small>"


def _armed(state: SandboxState) -> str:
    items = [
        f"<li><span>fault <code>{escape(name)}</code></span></li>" for name in list(state.script)
    ]
    for answer in list(state.answers):
        if answer.left != 0:
            left = "always" if answer.left is None else f"{answer.left} left"
            items.append(f"<li><span>{_told(answer)}</span><span class='quiet'>{left}</span></li>")
    if not items:
        return '<p class="quiet">Nothing is armed: requests are answered as usual.</p>'
    clear = f'<form method="post" action="{PREFIX}clear"><button>Disarm all</button></form>'
    return f'<ul class="next">{"".join(items)}</ul>{clear}'


def _told(answer: Answer) -> str:
    """What is dictated, and for which requests."""
    match: Any = answer.match
    only = ""
    if is_mapping(match):
        only = ", ".join(f"{name} {value}" for name, value in match.items())
    elif match is not None:
        only = "a function decides"
    return f"{escape(answer.what())}{f'<small>{escape(only)}</small>' if only else ''}"


def _ledger(state: SandboxState) -> str:
    charges = list(state.charges)
    if not charges:
        return '<p class="quiet">Nothing was charged.</p>'
    counts = Counter(charge.operation for charge in charges)
    cents = Counter[str]()
    for charge in charges:
        cents[charge.operation] += charge.cents
    rows = [
        f"<tr><th scope='row'>{escape(method_of(operation))} × {count}</th>"
        f"<td>{_cents(cents[operation])}</td></tr>"
        for operation, count in counts.most_common(_CHARGES)
    ]
    total = f"<tr><th scope='row'>All {len(charges)}</th><td>{_cents(cents.total())}</td></tr>"
    return f"<table><tbody>{''.join(rows)}</tbody><tfoot>{total}</tfoot></table>"


def _limits(settings: Settings) -> str:
    limits = {
        "Requests a minute": f"{settings.requests_per_minute:,}",
        "Spend cap": _limit(settings.spend_cap_cents, "cents"),
        "Capacity": _limit(settings.capacity, "at once"),
        "Plan": escape(settings.plan),
        "Tokens a second": f"{settings.tokens_per_second:g}"
        if settings.tokens_per_second
        else "all",
        "Cold start": f"{settings.cold_start_seconds:g} s",
        "Passing faults": f"{settings.error_rate:.0%}",
    }
    rows = "".join(
        f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>" for name, value in limits.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _limit(value: int | None, unit: str) -> str:
    return "none" if value is None else f"{value:,} {unit}"


async def _order(state: SandboxState, action: str, request: Request) -> tuple[int, str]:
    """Do what a form asks for; the status, and what to say."""
    async with request.form() as form:
        fields = {name: str(value) for name, value in form.items()}
    try:
        if action == "reset":
            state.reset()
            return 200, "The sandbox has forgotten all that happened."
        if action == "clear":
            state.script.clear()
            state.answers.clear()
            return 200, "Nothing is armed any more."
        return 200, _arm(state, fields) if action == "fault" else _dictate(state, fields)
    except (Refused, TypeError, ValueError) as error:
        return 400, str(error)


def _arm(state: SandboxState, fields: Mapping[str, str]) -> str:
    name, argument = fields.get("fault", ""), fields.get("argument", "").strip()
    text = f"{name}:{argument}" if argument else name
    faults.check(text)  # says what is wrong
    times = _times(fields)
    state.script.extend([text] * times)
    return f"Armed {text} for {_next(times)}."


def _dictate(state: SandboxState, fields: Mapping[str, str]) -> str:
    kind, content = fields.get("kind", ""), fields.get("content", "")
    value: Any = content
    if kind not in {"text", "transcript"}:
        try:
            value = json.loads(content)
        except ValueError as error:
            msg = f"The answer is no JSON: {error}"
            raise ValueError(msg) from error
    match = Match()
    if fields.get("model", "").strip():
        match["model"] = fields["model"].strip()
    if fields.get("contains", "").strip():
        match["contains"] = fields["contains"].strip()
    times = _times(fields)
    order: dict[str, Any] = {kind: value}
    state.dictate(Answer(**order, match=match or None, times=times, required=False))
    return f"Dictated {kind} for {_next(times)} that fit." if times > 1 else f"Dictated {kind}."


def _times(fields: Mapping[str, str]) -> int:
    text = fields.get("times", "1")
    if not text.isdecimal() or not 1 <= int(text) <= _LONGEST:
        msg = f"Times: expected 1 to {_LONGEST}, got {text!r}"
        raise ValueError(msg)
    return int(text)


def _next(times: int) -> str:
    return "the next request" if times == 1 else f"the next {times} requests"
