"""Makes JSON that the document allows, and JSON that it does not, with Hypothesis.

The strategies follow the document's own vocabulary (types, properties, unions, constants), so what
they make is held against the document by another program before a test relies on it, in
``test_generated_answers.py``. Where a union ends with a component for unknown kinds, that component
gets only tags which no other member has: the document means it so, and JSON Schema can't say it
without repeating every tag.
"""

from __future__ import annotations

import base64
import functools
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from generation.normal import normal  # noqa: E402 - behind the path to it

DOCUMENT = normal(yaml.safe_load((ROOT / "openapi/runinfra.yaml").read_text("utf-8")))
SCHEMAS = DOCUMENT["components"]["schemas"]

# Names that mean something to the models or to Python: as unknown members they are only data.
_NAUGHTY = ("self", "cls", "additional_properties", "_meta", "_nulls", "to_dict", "__class__", "")
_ODD_TEXTS = (
    "",
    "\x00",
    "\ud800",
    "😀",
    "\u2028",
    "[DONE]",
    "null",
    "NaN",
    "{",
    "rp_live_0123456789",
)
_ODD_NUMBERS = (0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1)
_LITTLE = 2  # members of a generated list; more of the same finds nothing new


def examples(count: int) -> settings:
    """Settings with so many examples in the steady profile, and in proportion in others."""
    return settings(max_examples=max(1, settings.default.max_examples * count // 100))


def dumped(value: object) -> str:
    """JSON text to compare by: unlike ``==``, it tells 1, 1.0 and true apart."""
    return json.dumps(value, sort_keys=True)


def named(reference: str) -> str:
    """The component's name in a reference."""
    return reference.rsplit("/", 1)[-1]


texts = st.text(max_size=12) | st.sampled_from(_ODD_TEXTS)
# Of 64 bits: what is longer the fast parser reads as a float, as most programs do.
integers = st.integers(-(2**63), 2**64 - 1) | st.sampled_from(_ODD_NUMBERS)
numbers = integers | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=_LITTLE) | st.dictionaries(texts, inner, max_size=_LITTLE)
    ),
    max_leaves=4,
)
_base64 = st.one_of(
    st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode()),
    # A signalling NaN, the alphabet of URLs, no padding, white space.
    st.sampled_from(["AQCAfw==", "AACA_-==", "AACAPw", "AACAPw==\n", "====", "AACAPw==AACAPw=="]),
)
# What a model may write where it should write the arguments of `add`, or a `Sum`.
written = st.one_of(
    st.fixed_dictionaries(
        {"a": anything, "b": anything}, optional={"c": anything, "self": anything}
    ).map(json.dumps),
    anything.map(json.dumps),
    st.sampled_from(
        ['{"a":', '{"a": "\\ud800"}', "NaN", "{}}", '{"a": NaN, "b": 1e999}', "\ud800"]
    ),
    st.just(json.dumps({"a": 10**400, "b": 10**400})),
    st.sampled_from([900, 990, 2000]).map(lambda n: '{"a": 1, "b": ' + "[" * n + "]" * n + "}"),
)
# Texts that the document's schemas leave open, but its prose does not: what code looks for.
_MEANT: Mapping[str, st.SearchStrategy[Any]] = {
    "embedding": _base64,
    "b64_json": _base64,
    "audio_base64": _base64,
    "finish_reason": st.sampled_from(["stop", "length", "tool_calls", "content_filter", ""]),
    "status": st.sampled_from(["in_progress", "completed", "incomplete", "failed"]),
    "name": st.just("add"),
    "content": written,
    "arguments": written,
    "code": st.sampled_from(
        ["insufficient_credits", "idempotency_conflict", "model_paused", "429"]
    ),
}
_TYPES: Mapping[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "integer": integers,
    "number": numbers,
    "string": texts,
}


@st.composite
def component(draw: st.DrawFn, name: str, other_than: tuple[str, ...] = ()) -> Any:
    """Instances of a component; of one for unknown kinds, those with none of these tags."""
    # A function, so that Hypothesis writes its name, and not the document, when a test fails.
    return draw(_component(name, other_than))


@functools.cache
def _component(name: str, other_than: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return _instances(SCHEMAS[name], other_than)


def _instances(schema: Mapping[str, Any], other_than: tuple[str, ...] = ()) -> Any:
    if "$ref" in schema:
        return component(named(schema["$ref"]), other_than)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return st.one_of([_instances(member, tags_beside(schema)) for member in schema[key]])
    if "allOf" in schema:
        (only,) = schema["allOf"]
        return _instances(only)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    # null last, because Hypothesis tries the first alternative most of all when it shrinks.
    return st.one_of(
        [_of_type(kind, schema, other_than) for kind in sorted(kinds, key="null".__eq__)]
    )


def tags_beside(union: Mapping[str, Any]) -> tuple[str, ...]:
    """The tags of a union's members."""
    found = []
    for member in union.get("anyOf", union.get("oneOf", ())):
        if "$ref" in member:
            tag = SCHEMAS[named(member["$ref"])].get("properties", {}).get("type", {}).get("const")
            found += [] if tag is None else [tag]
    return tuple(found)


def _of_type(kind: str, schema: Mapping[str, Any], other_than: tuple[str, ...]) -> Any:
    if kind == "array":
        items = _instances(schema["items"])
        return st.lists(items, min_size=1, max_size=_LITTLE) | st.just([])
    if kind == "object":
        return _objects(schema, other_than)
    return _TYPES[kind]


def _objects(schema: Mapping[str, Any], other_than: tuple[str, ...]) -> Any:
    properties = schema.get("properties", {})
    members = {
        name: _instances(value)
        | (_MEANT.get(name, st.nothing()) if _has_text(value) else st.nothing())
        for name, value in properties.items()
    }
    if other_than and "const" not in properties.get("type", {"const": None}):
        members["type"] = texts.filter(lambda tag: tag not in other_than)
    required = {name: members[name] for name in schema.get("required", ())}
    optional = {name: value for name, value in members.items() if name not in required}
    unknown = (texts | st.sampled_from(_NAUGHTY)).filter(lambda name: name not in properties)
    extra = st.dictionaries(unknown, anything, max_size=_LITTLE)
    return st.builds(
        lambda known, more: {**more, **known},
        st.fixed_dictionaries(required, optional=optional),
        st.just({}) | extra,
    )


# ---- what the document does not allow ----

# Deeper than the fast parser reads, than the tolerant one reads, and than Python recurses.
_DEEP = [
    text
    for depth in (500, 1_000, 100_000)
    for text in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth)
]
_RAW = "\ufffcraw\ufffc"  # stands for text that json.dumps would not write
_WRONG = (
    None,
    True,
    0,
    -7,
    2**70,
    10**400,
    1.5,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    {"type": "x"},
    [{}],
)
_TOKENS = ("NaN", "-Infinity", "1e999", "1" + "0" * 5000, "-0", '"\\ud800"', *_DEEP)
_OTHERS = (
    "",
    " ",
    "null",
    "true",
    "0",
    "-",
    '"x"',
    "[]",
    "[{}]",
    "{}",
    "<html>",
    "data: {}\n\n",
    *_DEEP,
)


def _has_text(schema: Mapping[str, Any]) -> bool:
    return "string" in schema.get("type", ()) or any(map(_has_text, schema.get("anyOf", ())))


@st.composite
def spoiled(draw: st.DrawFn, good: st.SearchStrategy[Any]) -> bytes:
    """The bytes of an instance with faults in it: members, their types, tokens, or the text."""
    value = draw(good)
    if not isinstance(value, dict) or not value or draw(st.integers(0, 19)) == 19:
        return draw(st.sampled_from(_OTHERS)).encode()
    tokens: list[str] = []
    for _ in range(draw(st.integers(1, 2))):
        value = _spoil(draw, value, draw(st.sampled_from(list(_places(value)) or [()])), tokens)
    text = json.dumps(value)
    for token in tokens:
        text = text.replace(json.dumps(_RAW), token, 1)
    return _bytes_around(draw, text.encode()) if draw(st.integers(0, 9)) == 9 else text.encode()


def _places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The path to each member at any depth."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (key,)
        if isinstance(inner, dict | list):
            yield from ((key, *rest) for rest in _places(inner))


def _spoil(draw: st.DrawFn, value: Any, place: tuple[Any, ...], tokens: list[str]) -> Any:
    """A copy with a fault at a place."""
    if place:
        key, *rest = place
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        if rest or draw(st.integers(0, 3)):
            copy[key] = _spoil(draw, value[key], tuple(rest), tokens)
        else:
            del copy[key]
        return copy
    how = draw(st.sampled_from(["wrong", "wrong", "wrong", "any", "token"]))
    if how == "token":
        tokens.append(draw(st.sampled_from(_TOKENS)))
        return _RAW
    return draw(st.sampled_from(_WRONG) if how == "wrong" else anything)


def _bytes_around(draw: st.DrawFn, text: bytes) -> bytes:
    at = draw(st.integers(0, len(text)))
    odd = draw(
        st.sampled_from([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xef\xbb\xbf", b",", b"}"])
    )
    return draw(st.sampled_from([text[:at], text[:at] + odd + text[at:], odd + text, text + odd]))


def bodies_of(name: str, *, faulty: bool) -> st.SearchStrategy[bytes]:
    """Bodies that are an instance of a component, or one with faults."""
    return bodies(component(name), faulty=faulty)


def bodies(good: st.SearchStrategy[Any], *, faulty: bool) -> st.SearchStrategy[bytes]:
    """Bodies that are one of these values, or one with faults."""
    return spoiled(good) if faulty else good.map(lambda value: json.dumps(value).encode())


# ---- the answer around it ----

JSON_TYPES = ("application/json", "application/json; charset=utf-8", "application/problem+json")
_ODD_TYPES = (
    "",
    "text/html",
    "text/plain",
    "application/octet-stream",
    "text/event-stream",
    ";",
    "\xff/json",
)
_HEADER_VALUES = (
    st.integers(-1, 10**20).map(str)
    | st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"),
        max_size=12,
    )
    | st.sampled_from(
        ["nan", "inf", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Oct 99999", "true", "٣"]
    )
)
_NAMES = (
    "x-request-id", "x-client-request-id", "x-runinfra-idempotent-replay", "x-ratelimit-limit",
    "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-tier", "retry-after", "retry-after-ms",
    "x-should-retry", "location",
)  # fmt: skip
headers = st.dictionaries(st.sampled_from(_NAMES), _HEADER_VALUES, max_size=4)
media_types = st.sampled_from(JSON_TYPES) | st.sampled_from(_ODD_TYPES)
