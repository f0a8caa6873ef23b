"""Our own `x-runinfra-*` keys: where each may stand, and what it may say."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from .source import Finding, Where
from .walk import walk

PREFIX = "x-runinfra"
REPLAY_CLASSES = ("safe", "keyed", "never")
REPLAY_SCOPES = ("any", "workspace")
SCOPES = ("any", "pipeline")
_METHOD = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_STREAM: Mapping[str, tuple[str, ...]] = {
    "event": (),
    "assembles": (),
    "done-sentinel": ("ends", "skipped"),
    "terminal-events": (),
    "error-events": (),
    "complete-without-sentinel": ("finish_reason", "none"),
}

# What the SDK can put together of events; any other stream amounts to its last one.
_ASSEMBLED: Mapping[Any, str] = {
    "ChatCompletion": "ChatCompletionChunk",
    "Response": "ResponseStreamEvent",
}

Said = tuple[tuple[str | int, ...], str]  # the place below the extension, and what is wrong
Check = Callable[[Mapping[str, Any], Any], Iterator[Said]]


class Extension(NamedTuple):
    """One of ours.

    Attributes:
        kind: of the objects that may have it.
        check: says what is wrong with a value.
    """

    kind: str
    check: Check


def extensions(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Wrong values of our extensions, and operations that lack one."""
    for where, kind, data in walk(document):
        for key, extension in EXTENSIONS.items():
            if extension.kind == kind and key in data:
                for place, message in extension.check(document, data[key]):
                    full: Where = (*where, key, *place)
                    yield Finding(
                        full, "extension", f"{'.'.join((key, *map(str, place)))}: {message}"
                    )
        if kind == "operation" and where[0] == "paths":
            for key in ("x-runinfra-method", "x-runinfra-replay", "x-runinfra-scope"):
                if key not in data:
                    yield Finding(where, "extension", f"{key} is missing: expected {WANTED[key]}")


def _method(_: Mapping[str, Any], value: Any) -> Iterator[Said]:
    if (
        not isinstance(value, str)
        or not _METHOD.fullmatch(value)
        or any(keyword.iskeyword(part) for part in value.split("."))
    ):
        yield (), f"expected {WANTED['x-runinfra-method']}, got {value!r}"


def _one_of(value: Any, allowed: tuple[str, ...]) -> Iterator[Said]:
    if value not in allowed:
        yield (), f"expected {' or '.join(allowed)}, got {value!r}"


def _members(value: Any, required: tuple[str, ...], optional: tuple[str, ...]) -> Iterator[Said]:
    if not isinstance(value, Mapping):
        yield (), f"expected the members {', '.join((*required, *optional))}, got {value!r}"
        return
    for key in value:
        if key not in required and key not in optional:
            yield (key,), f"expected one of {', '.join((*required, *optional))}"
    for key in required:
        if key not in value:
            yield (), f"{key} is missing"


def _replay(_: Mapping[str, Any], value: Any) -> Iterator[Said]:
    yield from _members(value, ("class", "scope", "conservative"), ())
    if not isinstance(value, Mapping):
        return
    for key, allowed in (("class", REPLAY_CLASSES), ("scope", REPLAY_SCOPES)):
        if key in value:
            yield from (((key,), message) for _, message in _one_of(value[key], allowed))
    if not isinstance(value.get("conservative", False), bool):
        yield ("conservative",), f"expected true or false, got {value['conservative']!r}"


def _scope(_: Mapping[str, Any], value: Any) -> Iterator[Said]:
    yield from _one_of(value, SCOPES)


def _stream(document: Mapping[str, Any], value: Any) -> Iterator[Said]:
    yield from _members(value, tuple(_STREAM), ())
    if not isinstance(value, Mapping):
        return
    for key, allowed in _STREAM.items():
        if allowed and key in value:
            yield from (((key,), message) for _, message in _one_of(value[key], allowed))
    for key in ("event", "assembles"):
        if key in value:
            yield from (((key,), said) for said in _component(document, value[key]))
    whole, event = value.get("assembles"), value.get("event")
    if whole not in {*_ASSEMBLED, event} and not any(_component(document, whole)):
        yield (
            ("assembles",),
            f"expected one of {', '.join(_ASSEMBLED)}, or the event itself, got {whole!r}",
        )
    elif whole in _ASSEMBLED and _ASSEMBLED[whole] != event:
        yield ("assembles",), f"{whole} is made of {_ASSEMBLED[whole]}, not of {event}"
    elif whole == event and value.get("complete-without-sentinel") == "finish_reason":
        message = f"finish_reason is of choices, which {event} has not: expected none"
        yield ("complete-without-sentinel",), message
    if value.get("done-sentinel") == "skipped" and value.get("terminal-events") == []:
        yield (), "nothing ends the stream well: expected done-sentinel ends, or terminal-events"
    kinds = _kinds(document, event)
    for key in ("terminal-events", "error-events"):
        events = value.get(key, [])
        if not isinstance(events, list):
            yield (key,), f"expected a list of event types, got {events!r}"
            continue
        for number, event in enumerate(events):
            if event not in kinds:
                yield (key, number), f"{value.get('event')} has no event of the type {event!r}"


def _component(document: Mapping[str, Any], name: Any) -> Iterator[str]:
    if name not in document.get("components", {}).get("schemas", {}):
        yield f"there is no schema {name!r}"


def _kinds(document: Mapping[str, Any], name: Any) -> set[str]:
    """The constants of `type` among the members of a union."""
    schemas = document.get("components", {}).get("schemas", {})
    union = schemas.get(name, {}) if isinstance(name, str) else {}
    members = [*union.get("anyOf", ()), *union.get("oneOf", ())]
    parts = [schemas.get(str(member.get("$ref", "")).rsplit("/", 1)[-1], {}) for member in members]
    kinds = [part.get("properties", {}).get("type", {}).get("const") for part in parts]
    return {kind for kind in kinds if isinstance(kind, str)}


def _accepts(document: Mapping[str, Any], value: Any) -> Iterator[Said]:
    if not isinstance(value, list) or not value:
        yield (), f"expected a list of components, got {value!r}"
        return
    for number, name in enumerate(value):
        yield from (((number,), said) for said in _component(document, name))


def _flag(_: Mapping[str, Any], value: Any) -> Iterator[Said]:
    if value is not True:
        yield (), f"expected true, or leave it out; got {value!r}"


def _text(_: Mapping[str, Any], value: Any) -> Iterator[Said]:
    if not isinstance(value, str) or not value:
        yield (), f"expected a text, got {value!r}"


def _pages(_: Mapping[str, Any], value: Any) -> Iterator[Said]:
    names = ("items", "next", "parameter")
    yield from _members(value, names, ())
    if isinstance(value, Mapping):
        for key in names:
            name = value.get(key)
            if key in value and not (isinstance(name, str) and name.isidentifier()):
                yield (key,), f"expected a name, got {name!r}"


EXTENSIONS: Mapping[str, Extension] = {
    "x-runinfra-method": Extension("operation", _method),
    "x-runinfra-replay": Extension("operation", _replay),
    "x-runinfra-scope": Extension("operation", _scope),
    "x-runinfra-stream": Extension("operation", _stream),
    "x-runinfra-scoped-default": Extension("schema", _text),
    "x-runinfra-method-parameter": Extension("schema", _flag),
    "x-runinfra-empty": Extension("schema", _flag),
    "x-runinfra-accepts": Extension("schema", _accepts),
    "x-runinfra-file": Extension("schema", _flag),
    "x-runinfra-pages": Extension("operation", _pages),
}
WANTED: Mapping[str, str] = {
    "x-runinfra-method": "the SDK's method as a dotted name, such as usage.list",
    "x-runinfra-replay": "the members class, scope and conservative",
    "x-runinfra-scope": " or ".join(SCOPES),
}
