"""Tool calls from their fragments, whatever an engine does with index and id (fault 14)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext._stream.tool_calls import ToolCallAssembly


def piece(
    index: Any = None, call_id: Any = None, name: Any = None, arguments: Any = None
) -> dict[str, Any]:
    """A fragment as engines send it; what is None is null."""
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}


def calls(
    *pieces: dict[str, Any], finish: str | None = "tool_calls", whole: bool = False
) -> list[tuple[str, str, str]]:
    """What the fragments come to: id, name and arguments of each call."""
    assembly = ToolCallAssembly()
    for one in pieces:
        assembly.add([one])
    return [
        (call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in assembly.as_dicts(choice=0, finish_reason=finish, whole=whole)
    ]


TWO = [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')]


@pytest.mark.parametrize(
    "pieces",
    [
        [
            piece(0, "a", "f", ""),
            piece(0, None, None, '{"x"'),
            piece(0, None, None, ":1}"),
            piece(1, "b", "g", '{"y"'),
            piece(1, None, None, ":2}"),
        ],
        [piece(1, "a", "f", '{"x":1}'), piece(2, "b", "g", '{"y":2}')],
        [
            piece(7, "a", "f", '{"x"'),
            piece(9, "b", "g", '{"y"'),
            piece(7, None, None, ":1}"),
            piece(9, None, None, ":2}"),
        ],
        [piece(0, "a", "f", '{"x":1}'), piece(0, "b", "g", '{"y":2}')],
        [
            piece(0, "a", "f", '{"x"'),
            piece(0, "b", "g", '{"y"'),
            piece(0, "a", None, ":1}"),
            piece(0, "b", None, ":2}"),
        ],
        [
            piece(None, "a", "f", '{"x"'),
            piece(None, None, None, ":1}"),
            piece(None, "b", "g", '{"y":2}'),
        ],
        [
            piece(None, "a", "f", '{"x"'),
            piece(None, "a", "f", ":1}"),
            piece(None, "b", "g", '{"y":2}'),
        ],
        [piece("0", "a", "f", '{"x":1}'), piece(True, "b", "g", '{"y":2}')],
        [piece(0, "a", "f", '{"x"'), piece(0, "zz", None, ":1}"), piece(1, "b", "g", '{"y":2}')],
        [
            piece(0, "a", None, None),
            piece(0, None, "f", '{"x":1}'),
            piece(1, None, "g", '{"y":2}'),
            piece(1, "b", None, None),
        ],
        [piece(0, "a", "f", {"x": 1}), piece(1, "b", "g", {"y": 2})],
        [
            piece(0, "a", "f", ""),
            piece(0, "b", "g", ""),
            piece(0, "a", None, '{"x":1}'),
            piece(0, "b", None, '{"y":2}'),
        ],
    ],
    ids=[
        "standard",
        "from one",
        "interleaved",
        "same index",
        "same index, interleaved by id",
        "no index",
        "no index, repeated id",
        "odd index",
        "new id on each",
        "late id",
        "objects",
        "announced first",
    ],
)
def test_two_calls(pieces: list[dict[str, Any]]) -> None:
    """Each of these ways to send two calls comes to the same two calls."""
    got = [(i, n, json.dumps(json.loads(a), separators=(",", ":"))) for i, n, a in calls(*pieces)]

    assert TWO == got


def test_calls_without_ids() -> None:
    """A name after complete arguments begins a call; missing ids are made up, one for each call."""
    got = calls(
        piece(0, None, "f", '{"x":1}'), piece(0, None, "f", '{"x":'), piece(0, None, "f", "2}")
    )

    assert [("call_0_0", "f", '{"x":1}'), ("call_0_1", "f", '{"x":2}')] == got


def test_name_in_pieces() -> None:
    """A name that comes in pieces before the arguments is joined; one that is repeated is not."""
    got = calls(
        piece(0, "a", "get_"),
        piece(0, None, "weather"),
        piece(0, None, "get_weather", "{"),
        piece(0, None, None, "}"),
    )

    assert [("a", "get_weather", "{}")] == got


@pytest.mark.parametrize(
    ("arguments", "finish", "expected"),
    [
        ('{"x": 1', None, 0),
        ('{"x": 1}', None, 1),
        ("", None, 0),
        ("", "tool_calls", 1),
        ("", "length", 0),
        ("", "content_filter", 0),
        ("", "of an engine", 1),
        ('{"x": "', "length", 0),
        ('{"x": "}', None, 0),
        ('{"x": 1}', "length", 1),
        ("nonsense", "tool_calls", 1),
        ("[1]", "length", 0),
    ],
)
def test_half_calls_are_held_back(arguments: str, finish: str | None, expected: int) -> None:
    """A call is handed out when its arguments are a whole object, or the engine says it is whole."""
    one = piece(0, "a", "f", arguments)

    assert expected == len(calls(one, finish=finish))
    assert 1 == len(calls(one, finish=finish, whole=True))


def test_unknown_fields_are_kept() -> None:
    """Fields that the document does not know stay on the call and on its function."""
    assembly = ToolCallAssembly()
    assembly.add(
        [{"index": 0, "id": "a", "signature": "s", "function": {"name": "f", "mood": "glad"}}]
    )
    assembly.add([{"index": 0, "signature": None, "function": {"arguments": "{}"}}])

    assert [
        {
            "id": "a",
            "type": "function",
            "signature": "s",
            "function": {"name": "f", "arguments": "{}", "mood": "glad"},
        }
    ] == assembly.as_dicts(choice=0, finish_reason=None, whole=False)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats()
    | st.sampled_from(["", "a", "f", "{", "}"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "arguments"]), inner)
    ),
    max_leaves=4,
)
FRAGMENTS = st.fixed_dictionaries(
    {},
    optional={
        "index": ANYTHING,
        "id": ANYTHING,
        "type": ANYTHING,
        "function": ANYTHING,
        "x": ANYTHING,
    },
)


@given(st.lists(FRAGMENTS | ANYTHING, max_size=8))
def test_nothing_breaks_it(fragments: list[Any]) -> None:
    """Whatever the fragments are, there is no exception, and every call has text for all fields."""
    assembly = ToolCallAssembly()
    assembly.add(fragments)
    for call in assembly.as_dicts(choice=0, finish_reason=None, whole=True):
        function = call["function"]
        assert all(
            isinstance(value, str)
            for value in (call["id"], call["type"], function["name"], function["arguments"])
        )
