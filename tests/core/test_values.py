"""The small values of the core: JSON, headers, metadata, checks."""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections import UserDict, UserList
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client import models
from runinfra_ext._ground import checks, json_codec
from runinfra_ext._ground.metadata import Meta, RateLimit, is_replay
from runinfra_ext._ground.wire import Headers, TransportFailure
from runinfra_ext.errors import InvalidRequestError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_json_round_trip(value: object) -> None:
    """What is written reads back the same, by any parser."""
    data = json_codec.encode(value)
    assert json.loads(data) == value
    assert json_codec.decode(data) == value


def test_json_is_compact() -> None:
    """No spaces; other alphabets as they are, in UTF-8."""
    assert json_codec.encode({"a": [1, "é"]}) == '{"a":[1,"é"]}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [math.nan]}])
def test_not_a_number_is_not_written(value: object) -> None:
    """NaN would become null on the way: it is refused."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_codec.encode(value)


@pytest.mark.parametrize(
    "value", [b"a", bytearray(b"a"), memoryview(b"a"), {1, 2}, object(), iter([]), 1j, {"a": b"x"}]
)
def test_no_json_form(value: object) -> None:
    """What JSON doesn't have is refused instead of being guessed at."""
    with pytest.raises(TypeError, match="is not JSON"):
        json_codec.encode(value)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (MappingProxyType({"a": (1, 2)}), b'{"a":[1,2]}'),
        (UserDict(a=UserList([range(2)])), b'{"a":[[0,1]]}'),
    ],
)
def test_any_mapping_and_sequence(value: object, data: bytes) -> None:
    """Mappings and sequences of any class are objects and arrays."""
    assert json_codec.encode(value) == data


def test_times_are_written_as_their_texts() -> None:
    """A date and a time with its offset have one text each; a time without one has none."""
    noon = datetime(2026, 11, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    value = {"at": [noon], "day": date(2026, 11, 1), "none": None}  # null: by the slow encoder
    assert json_codec.encode(value) == (
        b'{"at":["2026-11-01T12:00:00+02:00"],"day":"2026-11-01","none":null}'
    )
    with pytest.raises(TypeError, match="datetime without an offset is not JSON"):
        json_codec.encode({"at": noon.replace(tzinfo=None)})


def test_models_are_written_as_they_came() -> None:
    """A generated model inside a body is written as the JSON that it was made of."""
    raw = {"role": "assistant", "content": "hi", "tool_calls": [], "extra": None}
    message = models.ChatCompletionMessage.from_dict(raw)
    assert json.loads(json_codec.encode({"messages": [message]})) == {"messages": [raw]}


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"logprob": -Infinity}', {"logprob": -math.inf}),
        (b'"\\ud800"', "\ud800"),
        (b"\xef\xbb\xbf[1]", [1]),
        (memoryview(b"[Infinity]"), [math.inf]),
        ("[1]", [1]),
    ],
)
def test_tolerant_reading(data: Any, value: object) -> None:
    """What engines send beyond the standard is read."""
    assert json_codec.decode(data) == value


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[1,]", b"<html>", b"[" * 100_000, b"1 2"])
def test_not_json(data: bytes) -> None:
    """Anything else is a ValueError, also what would exhaust the stack."""
    with pytest.raises(ValueError):
        json_codec.decode(data)


@given(st.binary(max_size=50))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are JSON or a ValueError."""
    try:
        json_codec.decode(data)
    except ValueError:
        pass


def test_headers() -> None:
    """Names have no case, the first value wins, all values can be had, nothing can be set."""
    headers = Headers([("X-A", "1"), ("x-a", "2"), ("B", "3")])
    assert (headers["x-A"], headers.get("b"), headers.get("c")) == ("1", "3", None)
    assert headers.all("X-a") == ("1", "2")
    assert (dict(headers), len(headers)) == ({"x-a": "1", "b": "3"}, 2)
    assert ("X-A" in headers, "c" in headers, 7 in headers) == (True, False, False)
    assert headers.mapped(lambda value: value + "!").all("x-a") == ("1!", "2!")
    assert repr(headers) == "Headers(['b', 'x-a'])"
    with pytest.raises(TypeError):
        headers["b"] = "4"  # type: ignore[index]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_headers_travel(protocol: int) -> None:
    """Headers can be pickled and copied with all their values."""
    headers = Headers([("X-A", "1"), ("x-a", "2")])
    for clone in (pickle.loads(pickle.dumps(headers, protocol)), copy.deepcopy(headers)):
        assert clone == headers
        assert clone.all("x-a") == ("1", "2")


@pytest.mark.parametrize(
    ("kind", "timed_out"),
    [
        ("connect_timeout", True),
        ("pool_timeout", True),
        ("write_timeout", True),
        ("read_timeout", True),
        ("deadline", True),
        ("refused", False),
        ("reset", False),
        ("client_closed", False),
    ],
)
def test_timed_out(kind: Any, timed_out: bool) -> None:
    """A failure knows whether a clock ended the attempt."""
    assert TransportFailure(kind, "m", sent=True).timed_out is timed_out


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "expected"),
    [
        ("60", "59", "1795428000", (60, 59, 1795428000.0)),
        (" 60 ", "0", "1795428000.5", (60, 0, 1795428000.5)),
        ("-1", "many", "soon", (None, None, None)),
        ("1.5", "1_0", "1_0", (None, None, None)),
        ("٣", "", "nan", (None, None, None)),
        ("9" * 5000, "0x1", "inf", (None, None, None)),
    ],
    ids=range(6),
)
def test_rate_limit(limit: str, remaining: str, reset: str, expected: Any) -> None:
    """Readable rate-limit headers are numbers; unreadable ones count as not told."""
    headers = Headers(
        [
            ("X-RateLimit-Limit", limit),
            ("x-ratelimit-remaining", remaining),
            ("X-RATELIMIT-RESET", reset),
            ("X-RateLimit-Tier", "team"),
        ]
    )
    assert RateLimit.from_headers(headers) == (*expected, "team")


def test_rate_limit_not_told() -> None:
    """Without headers nothing is known."""
    meta = Meta("op", 200, Headers(), None, "c", None, False, 1, (), 0.0)
    assert meta.rate_limit == RateLimit(None, None, None, None)


@pytest.mark.parametrize(
    ("value", "replayed"),
    [("true", True), (" TRUE ", True), ("false", False), ("1", False), ("", False)],
)
def test_replay_header(value: str, replayed: bool) -> None:
    """Only the word true marks a stored answer."""
    assert is_replay(Headers([("X-RunInfra-Idempotent-Replay", value)])) is replayed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (-1.5, "-1.5"),
        ("short", "'short'"),
        ("x" * 99, f"'{'x' * 59}…'"),
        ([], "an empty list"),
        ({}, "an empty dict"),
        ([1], "a value of type list"),
        (b"secret", "a value of type bytes"),
        (10**5000, "a whole number of many digits"),
    ],
    ids=range(10),
)
def test_wrong_values_as_shown(value: object, text: str) -> None:
    """Errors show a short form of a wrong value, or its type."""
    assert checks.shown(value) == text


@given(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), st.booleans()
)
def test_any_number(value: object, positive: bool) -> None:
    """A checked number is finite and in range; everything else is refused."""
    try:
        number = checks.number("n", value, positive=positive)
    except InvalidRequestError:
        return
    assert not isinstance(value, bool)
    assert number == float(value)  # type: ignore[arg-type]
    assert math.isfinite(number)
    assert number > 0 if positive else number >= 0
