"""Structured output: schemas of Python types, and texts as their objects."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, NotRequired, Required, TypedDict
from uuid import UUID

import attrs
import pytest
from pydantic import BaseModel

from runinfra_client.models import ChatCompletion
from runinfra_ext._structured.parsing import parse_text, parsed_completion, response_format_for
from runinfra_ext.errors import InvalidRequestError, StructuredOutputError


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Node:
    """A node of a tree.

    Not for the model.
    """

    name: Annotated[str, "its name"]
    children: list[Node]
    color: Color | None = None
    size: int = field(default=1, metadata={"description": "in cm"})
    hidden: int = field(default=0, init=False)


@attrs.define
class Box:
    node: Node
    _secret: float
    tags: frozenset[str] = frozenset()
    pair: tuple[int, str] = (1, "a")


class Options(TypedDict):
    level: Literal[1, 2]
    note: NotRequired[str]


class Loose(Options, total=False):
    must: Required[Annotated[int, "really"]]
    may: Annotated[NotRequired[int], "or not"]
    can: int


class Order(BaseModel):
    """An order."""

    number: int
    default: int = 3
    options: dict[str, bool] = {}
    parent: Order | None = None


@dataclass
class Everything:
    when: datetime
    day: date
    key: UUID
    any: Any
    numbers: tuple[float, ...]
    mapping: dict[str, list[int]]
    flag: bool
    union: int | str | None


def schema(target: Any) -> dict[str, Any]:
    return response_format_for(target)["json_schema"]["schema"]


NODE = {
    "type": "object",
    "description": "A node of a tree.",
    "properties": {
        "name": {"type": "string", "description": "its name"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        "color": {"anyOf": [{"enum": ["red", "blue"]}, {"type": "null"}]},
        "size": {"type": "integer", "description": "in cm"},
    },
    "required": ["name", "children", "color", "size"],
    "additionalProperties": False,
}


def test_schema_of_a_dataclass() -> None:
    """Members, descriptions and a reference to itself; everything required, nothing else allowed."""
    assert {
        "type": "json_schema",
        "json_schema": {
            "name": "Node",
            "strict": True,
            "schema": {**NODE, "$defs": {"Node": NODE}},
        },
    } == response_format_for(Node)


def test_schema_of_an_attrs_class() -> None:
    """Members go by the names of the arguments; sets are arrays without repetition."""
    assert {
        "type": "object",
        "properties": {
            "node": {"$ref": "#/$defs/Node"},
            "secret": {"type": "number"},
            "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "pair": {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        },
        "required": ["node", "secret", "tags", "pair"],
        "additionalProperties": False,
        "$defs": {"Node": NODE},
    } == schema(Box)


def test_schema_of_a_typed_dict() -> None:
    """NotRequired keys are the only ones that may be left out."""
    assert {
        "type": "object",
        "properties": {"level": {"enum": [1, 2]}, "note": {"type": "string"}},
        "required": ["level"],
        "additionalProperties": False,
    } == schema(Options)
    assert ["level", "must"] == schema(Loose)["required"]
    assert "really" == schema(Loose)["properties"]["must"]["description"]


def test_schema_of_a_pydantic_model() -> None:
    """Pydantic's own schema, made strict, without defaults that would make members optional."""
    got = schema(Order)

    assert ["number", "default", "options", "parent"] == got["required"]
    assert False is got["additionalProperties"]
    assert [] == [part for part in got["properties"].values() if "default" in part]
    assert "object" == got["type"]


def test_schema_of_everything() -> None:
    """Every kind of type has its schema."""
    assert {
        "when": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "key": {"type": "string", "format": "uuid"},
        "any": {},
        "numbers": {"type": "array", "items": {"type": "number"}},
        "mapping": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "integer"}},
        },
        "flag": {"type": "boolean"},
        "union": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
    } == schema(Everything)["properties"]


def test_schema_that_is_given() -> None:
    """A schema is taken as it is; a response format is passed through."""
    given = {"title": "My answer!", "type": "object", "additionalProperties": False}
    loose = {"type": "object"}

    assert {"name": "My_answer_", "schema": given, "strict": True} == response_format_for(given)[
        "json_schema"
    ]
    assert {"name": "x", "schema": loose, "strict": False} == response_format_for(loose, name="x")[
        "json_schema"
    ]
    assert {"type": "json_object"} == response_format_for({"type": "json_object"})


def test_classes_of_the_same_name() -> None:
    """Two classes of one name stand apart."""

    def make(kind: type) -> type:
        return attrs.make_class("Same", {"x": attrs.field(type=kind)})

    both = attrs.make_class(
        "Both", {"a": attrs.field(type=make(int)), "b": attrs.field(type=make(str))}
    )
    definitions = schema(both)["$defs"]

    assert {"Same": "integer", "Same2": "string"} == {
        name: definition["properties"]["x"]["type"] for name, definition in definitions.items()
    }


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (
            attrs.make_class("Bad", {"x": attrs.field(type=complex)}),
            "Bad.x: <class 'complex'> has no JSON schema",
        ),
        (attrs.make_class("Bad", {"x": attrs.field(type=list[complex])}), r"Bad.x\[\]: "),
        (attrs.make_class("Bad", {"x": attrs.field(type="Missing")}), "Missing"),
        ({"type": "array"}, "must be of an object"),
    ],
)
def test_unusable_target(target: Any, problem: str) -> None:
    """What has no schema is refused before anything is sent, by the path to it."""
    with pytest.raises(InvalidRequestError, match=problem) as caught:
        response_format_for(target)

    assert "response_format" == caught.value.param


def test_objects() -> None:
    """Nested, recursive and converted members; defaults where the text leaves something out."""
    text = (
        '{"node": {"name": "n", "children": [{"name": "c", "children": []}], "color": "red"},'
        ' "secret": 1, "tags": ["a"], "pair": [2.0, "b"]}'
    )

    assert Box(Node("n", [Node("c", [])], Color.RED), 1.0, frozenset("a"), (2, "b")) == parse_text(
        Box, text
    )
    assert {"level": 2} == parse_text(Options, '{"level": 2}')
    assert Order(number=1, parent=Order(number=2)) == parse_text(
        Order, '{"number": 1, "parent": {"number": 2}}'
    )
    assert {"any": [1]} == parse_text({"type": "object"}, '{"any": [1]}')


def test_everything_as_objects() -> None:
    """Texts become dates and ids; unions take what fits."""
    text = json.dumps(
        {
            "when": "2026-11-23T08:00:00Z",
            "day": "2026-11-23",
            "key": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "any": None,
            "numbers": [1, 2.5],
            "mapping": {"a": [1]},
            "flag": True,
            "union": "x",
        }
    )
    expected = Everything(
        datetime(2026, 11, 23, 8, tzinfo=UTC),
        date(2026, 11, 23),
        UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        None,
        (1.0, 2.5),
        {"a": [1]},
        True,
        "x",
    )

    assert expected == parse_text(Everything, text)


@pytest.mark.parametrize(
    ("target", "text", "problem"),
    [
        (Node, "", "is empty"),
        (Node, "Here: {}", "is not JSON"),
        (Node, "\ud800", "is not JSON"),
        (Node, "[]", "the value should be an object, not []"),
        (Node, '{"name": 1, "children": []}', "name should be a string, not 1"),
        (Node, '{"name": "n", "children": [{"name": "c"}]}', "children[0].children is missing"),
        (Node, '{"name": "n", "children": {}}', "children should be an array"),
        (
            Node,
            '{"name": "n", "children": [], "color": "green"}',
            "color should be one of 'red', 'blue', not 'green'",
        ),
        (
            Node,
            '{"name": "n", "children": [], "size": true}',
            "size should be an integer, not True",
        ),
        (Node, '{"name": "n", "children": [], "size": 1.5}', "size should be an integer, not 1.5"),
        (Node, '{"name": "n", "children": [], "zz": 1}', "zz is not expected"),
        (Options, '{"level": 3}', "level should be one of 1, 2, not 3"),
        (Options, '{"level": true}', "level should be one of 1, 2, not True"),
        (
            Box,
            '{"node": {"name": "n", "children": []}, "secret": 0, "pair": [1]}',
            "pair should be an array of 2",
        ),
        (Order, '{"number": "x"}', "number: Input should be a valid integer"),
        (Everything, '{"when": "today"}', "when should be a datetime as text, not 'today'"),
    ],
)
def test_text_that_does_not_fit(target: Any, text: str, problem: str) -> None:
    """The error says where and what, and keeps the text and the usage."""
    with pytest.raises(StructuredOutputError) as caught:
        parse_text(target, text, usage="usage")

    assert problem in caught.value.message
    assert (text, "usage") == (caught.value.text, caught.value.usage)
    assert None is caught.value.__context__


def test_union_that_nothing_fits() -> None:
    """Of a union every problem is named, null excepted."""
    two = attrs.make_class(
        "Two", {"x": attrs.field(type=int | bool | None), "y": attrs.field(type=int | None)}
    )
    with pytest.raises(
        StructuredOutputError, match="x should be an integer, not 's'; or x should be true or false"
    ):
        parse_text(two, '{"x": "s", "y": 1}')
    with pytest.raises(StructuredOutputError, match=r"y should be an integer, not 's'\.$"):
        parse_text(two, '{"x": 1, "y": "s"}')


def test_class_that_checks_itself() -> None:
    """A ValueError of the class itself is a failure of the text."""
    picky = attrs.make_class(
        "Picky", {"x": attrs.field(type=int, validator=attrs.validators.ge(5))}
    )
    with pytest.raises(StructuredOutputError, match=">= 5"):
        parse_text(picky, '{"x": 1}')


def completion(*contents: Any, **more: Any) -> ChatCompletion:
    """A completion with a choice for each of these texts."""
    choices = [
        {
            "index": i,
            "message": {"role": "assistant", "content": text, **more},
            "finish_reason": "stop",
        }
        for i, text in enumerate(contents)
    ]
    return ChatCompletion.from_dict({"id": "c", "model": "m", "choices": choices})


def test_parsed_completion() -> None:
    """Every choice is parsed; the completion stays what it was."""
    given = completion('{"level": 1}', '{"level": 2}')
    parsed = parsed_completion(given, Options)

    assert {"level": 1} == parsed.parsed
    assert ({"level": 1}, {"level": 2}) == parsed.all_parsed
    assert given.to_dict() == parsed.to_dict()
    assert isinstance(parsed, ChatCompletion)


def test_tool_call_instead_of_an_answer() -> None:
    """A completion that calls a tool has nothing to parse."""
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}

    assert None is parsed_completion(completion(None, tool_calls=[call]), Options).parsed


def test_refusal() -> None:
    """A refusal is said as one."""
    with pytest.raises(StructuredOutputError, match="refused: No") as caught:
        parsed_completion(completion(None, refusal="No."), Options)

    assert "c" == caught.value.partial.id


def test_stream_of_structured_output(play: Any) -> None:
    """The final object of a stream is parsed; a failure has the text, the ids and the completion."""

    def finish(whole: ChatCompletion) -> Any:
        return parsed_completion(whole, Options)

    good = play(play.chunk('{"level":'), play.chunk(" 2}", "stop"), finish=finish)
    assert {"level": 2} == good.call("final").parsed

    bad = play(play.chunk('{"level": 9}', "stop"), finish=finish)
    with pytest.raises(StructuredOutputError) as caught:
        bad.call("final")
    error = caught.value
    assert ('{"level": 9}', "req_1", 2) == (error.text, error.request_id, error.attempts)
    assert '{"level": 9}' == error.partial.choices[0].message.content
    assert not error.outcome_unknown

    short = play(play.chunk('{"level"', "length"), finish=finish)
    with pytest.raises(StructuredOutputError, match=r"cut short \(length\)"):
        short.call("final")
