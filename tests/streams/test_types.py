"""Structured output and tools for the types that people use: schemas, objects, and their faults."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import json
import sys
import types
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypedDict, TypeVar

import attrs
import jsonschema
import pydantic
import pytest
import typing_extensions
from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from runinfra_ext._answer.completions import ChatCompletion
from runinfra_ext._ground.doors import door
from runinfra_ext._structured.parsing import parse_text, parsed_completion, response_format_for
from runinfra_ext._structured.tools import function_tool
from runinfra_ext._structured.values import MismatchError
from runinfra_ext.errors import InvalidRequestError, StructuredOutputError

T = TypeVar("T")


class Color(enum.Enum):
    RED = "red"
    BOTH = ("red", "blue")


class Level(enum.IntEnum):
    LOW = 1


class Name(str, enum.Enum):
    A = "a"


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    color: Literal["x"] | Name
    at: datetime
    day: date
    hour: time
    length: timedelta
    key: uuid.UUID
    price: Decimal
    pair: tuple[int, str]
    tags: set[str]
    fixed: frozenset[int]
    raw: bytes


STRICT = (
    '{"color": "a", "at": "2026-01-02T03:04:05Z", "day": "2026-01-02", "hour": "03:04:05",'
    ' "length": "P1DT2H", "key": "00000000-0000-0000-0000-000000000001",'
    ' "price": 0.5, "pair": [1, "a"], "tags": ["t"], "fixed": [1],'
    ' "raw": "x"}'
)
MADE = {
    "color": Name.A,
    "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "day": date(2026, 1, 2),
    "hour": time(3, 4, 5),
    "length": timedelta(days=1, hours=2),
    "key": uuid.UUID(int=1),
    "price": Decimal("0.5"),
    "pair": (1, "a"),
    "tags": {"t"},
    "fixed": frozenset({1}),
    "raw": b"x",
}


@dataclasses.dataclass
class Around:
    strict: Strict


@dataclasses.dataclass
class Same:
    """Every kind of Strict, without pydantic."""

    color: Literal["x"] | Name
    at: datetime
    day: date
    hour: time
    length: timedelta
    key: uuid.UUID
    price: Decimal
    pair: tuple[int, str]
    tags: set[str]
    fixed: frozenset[int]
    raw: bytes


def test_json_is_validated_as_json() -> None:
    """Strict models take what JSON has for their types: at the top, below others, in tools."""

    def use(strict: Strict, many: list[Strict]) -> None: ...

    tool = function_tool(use)

    tool = function_tool(use)
    given = tool.arguments(f'{{"strict": {STRICT}, "many": [{STRICT}]}}')

    assert MADE == parse_text(Strict, STRICT).model_dump()
    assert MADE == parse_text(Around, f'{{"strict": {STRICT}}}').strict.model_dump()
    assert [MADE, MADE] == [given["strict"].model_dump(), given["many"][0].model_dump()]
    assert MADE == dataclasses.asdict(parse_text(Same, STRICT))


@attrs.define
class Own:
    count: int
    inner: Strict | None = None


class Row(NamedTuple):
    name: str
    size: int = 1


UserId = NewType("UserId", int)
Alias = typing_extensions.TypeAliasType("Alias", list[UserId])


class Extra(typing_extensions.TypedDict, total=False):
    note: typing_extensions.Required[str]
    fixed: typing_extensions.ReadOnly[int]


@dataclasses.dataclass
class Box(Generic[T]):
    item: T
    more: list[T] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class IntBox(Box[int]):
    name: str = ""


class Pair(NamedTuple, Generic[T]):
    left: T
    right: T


class Loose(TypedDict, Generic[T]):
    item: T


@attrs.define
class Crate(Generic[T]):
    box: Box[T]


@pydantic_dataclass
class Aliased:
    count: int = Field(alias="theCount", ge=1)
    other: str = "x"


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


GOOD: list[tuple[Any, str, Any]] = [
    (Row, '{"name": "a", "size": 2}', Row("a", 2)),
    (Extra, '{"note": "n", "fixed": 1}', {"note": "n", "fixed": 1}),
    (Box[int], '{"item": 1, "more": [2]}', Box(1, [2])),
    (Box[Row], '{"item": {"name": "a", "size": 1}, "more": []}', Box(Row("a"), [])),
    (IntBox, '{"item": 1, "more": [2], "name": "n"}', IntBox(1, [2], "n")),
    (Pair[str], '{"left": "l", "right": "r"}', Pair("l", "r")),
    (Loose[date], '{"item": "2026-01-02"}', {"item": date(2026, 1, 2)}),
    (Crate[Level], '{"box": {"item": 1, "more": []}}', Crate(Box(Level.LOW, []))),
    (Aliased, '{"theCount": 3, "other": "o"}', Aliased(theCount=3, other="o")),
    (Tree, '{"name": "a", "children": []}', Tree(name="a")),
    (dict[Level, int], '{"1": 2}', {Level.LOW: 2}),
    (dict[Name, int], '{"a": 2}', {Name.A: 2}),
    (dict[int, Color], '{"3": ["red", "blue"]}', {3: Color.BOTH}),
    (dict[date, Any], '{"2026-01-02": [1.5]}', {date(2026, 1, 2): [1.5]}),
    # Not objects at the top: wrapped for the engine, and unwrapped again.
    (list[Row], '{"value": [{"name": "a", "size": 1}]}', [Row("a")]),
    (Row | Extra, '{"value": {"note": "n"}}', {"note": "n"}),
    (Color, '{"value": "red"}', Color.RED),
    (Literal[Color.RED, 1], '{"value": "red"}', Color.RED),
    (Literal[True, 1], '{"value": 1}', 1),
    (int, '{"value": 3}', 3),
    (UserId, '{"value": 3}', 3),
    (Alias, '{"value": [3]}', [3]),
    (tuple[int, ...], '{"value": [1, 2]}', (1, 2)),
    (collections.deque[int], '{"value": [1]}', collections.deque([1])),
    (Decimal, '{"value": "1.10"}', Decimal("1.10")),
    (Decimal, '{"value": 12345678901234567890.5}', Decimal("12345678901234567890.5")),
    (timedelta, '{"value": "-PT1M30S"}', timedelta(seconds=-90)),
    (Path, '{"value": "/tmp"}', Path("/tmp")),
    (list[Strict], f'{{"value": [{STRICT}]}}', [Strict.model_validate_json(STRICT)]),
    (pydantic.RootModel[list[int]], '{"value": [1]}', pydantic.RootModel[list[int]]([1])),
    (Annotated[int, Field(ge=1)], '{"value": 1}', 1),
    (
        Annotated[list[Own], Field(min_length=1)],
        '{"value": [{"count": 1, "inner": null}]}',
        [Own(1)],
    ),
    (Any, '{"value": {"x": 1.5}}', {"x": 1.5}),
]


@pytest.mark.parametrize(("target", "text", "made"), GOOD, ids=repr)
def test_objects(target: Any, text: str, made: Any) -> None:
    """The text becomes the object, and its types are exactly those; the schema allows the text."""
    got = parse_text(target, text)
    schema = response_format_for(target)["json_schema"]["schema"]

    assert (made, repr(made)) == (got, repr(got))
    assert "object" == schema["type"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))


def test_what_may_be_left_out() -> None:
    """Members with a default, and the object around what is none."""
    assert Row("a") == parse_text(Row, '{"name": "a"}')
    assert [Row("a")] == parse_text(list[Row], '[{"name": "a"}]')
    assert 3 == parse_text(int, "3")


def twin(kind: Any) -> Any:
    """A pydantic model called Twin, of a module of its own."""
    return pydantic.create_model("Twin", __module__=f"module_{kind.__name__}", x=(kind, ...))


@pytest.mark.parametrize("order", [1, -1])
def test_classes_of_one_name(order: int) -> None:
    """Each keeps its own schema below $defs, whatever the order, also below other models."""
    own = attrs.make_class("Twin", {"x": attrs.field(type=bytes)})
    holder = pydantic.create_model("Holder", inner=(twin(float), ...))
    kinds = {"a": twin(int), "b": own, "c": twin(str), "d": holder}
    members = dict(list(kinds.items())[::order])
    both = attrs.make_class("Both", {k: attrs.field(type=v) for k, v in members.items()})
    schema = response_format_for(both)["json_schema"]["schema"]

    def kind_of(ref: str) -> Any:
        return schema["$defs"][ref.removeprefix("#/$defs/")]["properties"]

    found = {name: kind_of(one["$ref"]) for name, one in schema["properties"].items()}
    inner = kind_of(found["d"]["inner"]["$ref"])
    assert ["integer", "string", "string", "number"] == [
        found["a"]["x"]["type"],
        found["b"]["x"]["type"],
        found["c"]["x"]["type"],
        inner["x"]["type"],
    ]
    assert "binary" == found["b"]["x"]["format"]


class Cat(BaseModel):
    kind: Literal["properties"]


class Dog(BaseModel):
    kind: Literal["$ref"] = "$ref"
    properties: int = 1


class Pets(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


def test_a_tag_that_looks_like_a_keyword() -> None:
    """Tags and members may be called like keywords of schemas."""
    schema = response_format_for(Pets)["json_schema"]["schema"]

    assert {"properties", "$ref"} == set(schema["properties"]["pet"]["discriminator"]["mapping"])
    assert {"kind", "properties"} == set(schema["$defs"]["Dog"]["required"])
    assert Pets(pet=Cat(kind="properties")) == parse_text(Pets, '{"pet": {"kind": "properties"}}')


def test_model_that_refers_to_itself() -> None:
    """It stands whole at the top, and below for its references; others leave nothing behind."""
    schema = response_format_for(Tree)["json_schema"]["schema"]

    assert {"name", "children"} == schema["properties"].keys()
    assert ["Tree"] == list(schema["$defs"])
    assert "$defs" not in response_format_for(Faulty)["json_schema"]["schema"]


def search(
    query: Annotated[str, Field(description="what for", min_length=2)],
    limit: int = Field(default=10, ge=1, le=50, description="how many"),
    tags: list[str] = Field(default_factory=list),
    order: Annotated[str, Field(alias="orderBy")] = "name",
    page: Annotated[int, Field(default=1, gt=0)] = 1,
    must: int = Field(...),
    *,
    note: Annotated[str, "plain"] = "",
) -> Any:
    """Search."""
    return query, limit, tags, order, page, must, note


def test_fields_of_parameters() -> None:
    """What Field says reaches the schema, and the function never gets a Field."""
    tool = function_tool(search)
    parameters = tool.as_param()["function"]["parameters"]
    told = parameters["properties"]

    assert ("what for", 2) == (told["query"]["description"], told["query"]["minLength"])
    assert ("how many", 1, 50) == (
        told["limit"]["description"],
        told["limit"]["minimum"],
        told["limit"]["maximum"],
    )
    assert (0, "plain") == (told["page"]["exclusiveMinimum"], told["note"]["description"])
    assert ["query", "must"] == parameters["required"]
    assert "orderBy" in told
    assert ("ab", 10, [], "name", 1, 3, "") == search(
        **tool.arguments('{"query": "ab", "must": 3}')
    )
    assert ("ab", 5, ["t"], "date", 2, 3, "n") == search(
        **tool.arguments(
            '{"query": "ab", "must": 3, "limit": 5, "tags": ["t"], "orderBy": "date", "page": 2,'
            ' "note": "n"}'
        )
    )
    for text in (
        '{"query": "a", "must": 3}',
        '{"query": "ab", "must": 3, "limit": 51}',
        '{"query": "ab", "must": 3, "order": "x"}',
        '{"query": "ab"}',
    ):
        with pytest.raises(MismatchError):
            tool.arguments(text)


@dataclasses.dataclass
class WithFields:
    """A dataclass of the standard library, with Field as default."""

    size: int = Field(default=3, ge=1)
    must: Annotated[int, Field(le=9)] = 1
    owns: Annotated[list[Own], Field(max_length=1, description="few")] = dataclasses.field(
        default_factory=list
    )


def test_fields_of_members() -> None:
    """They reach the schema of a dataclass too, and never the object."""
    told = response_format_for(WithFields)["json_schema"]["schema"]["properties"]

    assert (1, 9, 1, "few") == (
        told["size"]["minimum"],
        told["must"]["maximum"],
        told["owns"]["maxItems"],
        told["owns"]["description"],
    )
    assert {"$ref": "#/$defs/Own"} == told["owns"]["items"]
    assert WithFields(3, 1, []) == parse_text(WithFields, "{}")
    with pytest.raises(StructuredOutputError, match=r"owns: .*at most 1 item"):
        parse_text(WithFields, '{"owns": [{"count": 1}, {"count": 2}]}')


class Exploding:
    """What neither this package nor pydantic understands."""


def raising(error: Exception) -> Any:
    def post(self: Any) -> None:
        raise error

    return dataclasses.make_dataclass("Raising", [("x", int)], namespace={"__post_init__": post})


class Faulty(BaseModel):
    a: int
    b: Literal["x"]
    c: list[int]


class Deep(BaseModel):
    inner: Deep | None = None


@dataclasses.dataclass
class OwnDeep:
    inner: OwnDeep | None = None


BAD: list[tuple[Any, str, str]] = [
    (set[list[int]], '{"value": [[1]]}', "unhashable type"),
    (raising(KeyError("k")), '{"x": 1}', "KeyError: 'k'"),
    (raising(ZeroDivisionError("z")), '{"x": 1}', "ZeroDivisionError: z"),
    (raising(ValueError("no")), '{"x": 1}', "no"),
    (raising(RecursionError("r")), '{"x": 1}', "nested too deeply"),
    (OwnDeep, '{"inner": ' * 400 + "null" + "}" * 400, "nested too deeply"),
    (Deep, '{"inner": ' * 400 + "null" + "}" * 400, "recursion"),
    (Faulty, '{"a": "x", "b": "y", "c": [1, "z"]}', "a: "),
    (Faulty, '{"a": "x", "b": "y", "c": [1, "z"]}', "b: "),
    (Faulty, '{"a": "x", "b": "y", "c": [1, "z"]}', "c.1: "),
    (Around, '{"strict": {}}', "strict: color: Field required; at: Field required"),
    (complex, '{"value": 1}', "has no JSON"),
    (Callable[[], int], '{"value": 1}', "has no JSON"),
    (Decimal, '{"value": "NaN"}', "a decimal number"),
    (Decimal, '{"value": true}', "a decimal number"),
    (Decimal, '{"value": "x"}', "a decimal number"),
    (timedelta, '{"value": "P"}', "a timedelta as text"),
    (Color, '{"value": "green"}', "one of 'red'"),
    (Literal[1], '{"value": true}', "one of 1"),
    (dict[Level, int], '{"7": 2}', "one of 1"),
    (Row, "[1]", "should be an object"),
    (Aliased, '{"theCount": 0}', "theCount: "),
]


@pytest.mark.parametrize(("target", "text", "problem"), BAD, ids=range(len(BAD)))
def test_whatever_the_target_does(target: Any, text: str, problem: str) -> None:
    """One typed error, with the text, the usage and the ids of what was paid."""
    completion = ChatCompletion.from_dict(
        {
            "id": "c",
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"total_tokens": 3},
        }
    )
    with pytest.raises(StructuredOutputError) as caught:
        door(parsed_completion)(completion, target)

    assert problem in caught.value.message
    assert (text, 3, completion) == (
        caught.value.text,
        caught.value.usage.total_tokens,
        caught.value.partial,
    )
    assert caught.value.__context__ is None


class NoSchema(BaseModel):
    call: Callable[[], int]


def nested(depth: int) -> Any:
    kind: Any = int
    for _ in range(depth):
        kind = types.GenericAlias(list, (kind,))
    return kind


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (NoSchema, "JsonSchema"),
        (dataclasses.make_dataclass("D", [("x", NoSchema)]), "JsonSchema"),
        (complex, "has no JSON schema"),
        (dataclasses.make_dataclass("D", [("x", [int])]), "D.x: "),
        (dataclasses.make_dataclass("D", [("x", Annotated[Exploding, Field(ge=1)])]), "Exploding"),
        (nested(sys.getrecursionlimit()), "nested too deeply"),
    ],
)
def test_targets_without_a_schema(target: Any, problem: str) -> None:
    """They are refused before anything is sent, as results and as parameters."""

    def use(x: Any) -> None: ...

    use.__annotations__["x"] = target
    with pytest.raises(InvalidRequestError, match=problem) as caught:
        response_format_for(target)
    assert "response_format" == caught.value.param
    with pytest.raises(InvalidRequestError, match="use: "):
        function_tool(use)


class Forecast:
    """Not what the model is told."""

    def __call__(self, city: str, days: int = 1) -> Any:
        """Tell the weather."""
        return city, days


def test_what_is_called_like_a_function() -> None:
    """Objects that can be called, methods, and functions with arguments given beforehand."""
    forecast = function_tool(Forecast(), name="forecast")
    tomorrow = function_tool(functools.partial(Forecast().__call__, days=2), name="tomorrow")
    found = function_tool(functools.partial(search, must=1))

    assert ("forecast", "Tell the weather.") == (forecast.name, forecast.description)
    assert ["city", "days"] == list(forecast.as_param()["function"]["parameters"]["properties"])
    assert ("Rome", 2) == tomorrow.function(**tomorrow.arguments('{"city": "Rome"}'))
    assert ("search", "Search.") == (found.name, found.description)
    assert "must" not in found.as_param()["function"]["parameters"]["required"]


@pytest.mark.parametrize("name", ["", "my tool", "ä", "x" * 65])
def test_names_that_engines_refuse(name: str) -> None:
    """They are told before anything is sent; a lambda needs a name."""
    with pytest.raises(InvalidRequestError, match="function_tool"):
        function_tool(lambda: None, name=name)


def test_fault_in_a_tool_is_told_to_the_model() -> None:
    """Whatever a parameter's own code raises is the model's to mend."""

    def use(x: Any) -> None: ...

    use.__annotations__["x"] = raising(KeyError("k"))
    tool = function_tool(use)
    with pytest.raises(MismatchError, match="KeyError: 'k'"):
        tool.arguments('{"x": {"x": 1}}')


def test_without_pydantic(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not pydantic's needs none; rules of other packages are then not checked."""
    monkeypatch.setitem(sys.modules, "pydantic", None)
    from annotated_types import Ge

    @dataclasses.dataclass
    class Plain:
        count: Annotated[int, Ge(1), "how many"]
        row: Row
        at: datetime

    Plain.__annotations__ = {
        "count": Annotated[int, Ge(1), "how many"],
        "row": Row,
        "at": datetime,
    }
    schema = response_format_for(Plain)["json_schema"]["schema"]
    made = parse_text(Plain, '{"count": 0, "row": {"name": "a"}, "at": "2026-01-02T03:04:05Z"}')

    assert {"type": "integer", "description": "how many"} == schema["properties"]["count"]
    assert Plain(0, Row("a"), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == made
