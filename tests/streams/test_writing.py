"""The JSON form of Python values: what tools may return."""

from __future__ import annotations

import array
import collections
import dataclasses
import enum
import json
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import attrs
import pydantic
import pytest
from pydantic.dataclasses import dataclass as pydantic_dataclass

from runinfra_client import models
from runinfra_ext._structured.writing import json_text


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Name(str, enum.Enum):
    A = "a"


class Point(NamedTuple):
    x: int
    when: date


class Item(pydantic.BaseModel):
    sku: str
    price: Decimal
    when: datetime


@pydantic_dataclass
class Box:
    item: Item
    size: int = pydantic.Field(default=1, alias="s")


@dataclasses.dataclass
class Weather:
    city: str
    color: Color
    items: list[Item]


@attrs.define
class Own:
    _x: int
    tags: frozenset[str]


DAY = date(2026, 1, 2)
ITEM = Item(sku="a", price=Decimal("1.50"), when=datetime(2026, 1, 2, tzinfo=UTC))
ITEM_JSON = {"sku": "a", "price": "1.50", "when": "2026-01-02T00:00:00Z"}

FORMS: list[tuple[Any, Any]] = [
    (None, None),
    (True, True),
    (2**70, 2**70),
    (Color.RED, "red"),
    (Level.LOW, 1),
    (DAY, "2026-01-02"),
    (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
    (time(3, 4), "03:04:00"),
    (timedelta(days=1, hours=2, milliseconds=500), "P1DT7200.5S"),
    (timedelta(seconds=-90), "-P0DT90S"),
    (Decimal("1.10"), "1.10"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (PurePosixPath("/tmp/x"), "/tmp/x"),
    (b"caf\xc3\xa9", "café"),
    ({3, 1, 2}, [1, 2, 3]),
    (frozenset({"b", "a"}), ["a", "b"]),
    ((1, "a"), [1, "a"]),
    (collections.deque([1]), [1]),
    (range(2), [0, 1]),
    ({1: 2, Color.RED: DAY, None: True, Level.LOW: 1}, {"1": 1, "red": "2026-01-02", "null": True}),
    (Point(1, DAY), {"x": 1, "when": "2026-01-02"}),
    (ITEM, ITEM_JSON),
    ([ITEM], [ITEM_JSON]),
    (Box(item=ITEM, s=2), {"item": ITEM_JSON, "size": 2}),
    (
        Weather("Rome", Color.RED, [ITEM]),
        {"city": "Rome", "color": "red", "items": [ITEM_JSON]},
    ),
    (Own(1, frozenset({"b", "a"})), {"x": 1, "tags": ["a", "b"]}),
    (models.ResponseError(code="c", message="m"), {"code": "c", "message": "m"}),
    (array.array("d", [1.5]), [1.5]),
    ({"a": 1}.values(), [1]),
]


def _kind(value: object) -> str:
    # The same in every process, which a repr with an address or a set is not.
    return type(value).__name__


@pytest.mark.parametrize(("value", "expected"), FORMS, ids=_kind)
def test_forms(value: Any, expected: Any) -> None:
    """Every kind of value that a parameter may have, and the containers of the standard library."""
    assert expected == json.loads(json_text(value))


class Number:
    """As the scalars and arrays of numeric libraries."""

    def tolist(self) -> list[float]:
        return [1.5]


def test_numbers_of_libraries() -> None:
    """They say themselves what they are as lists."""
    assert "[1.5]" == json_text(Number())


@pytest.mark.parametrize(("value", "text"), [("plain", "plain"), (Name.A, "a"), ("", "")])
def test_texts(value: Any, text: str) -> None:
    """A string goes as it is, also one that is a member of an enum."""
    assert text == json_text(value)


def around() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (float("nan"), "not JSON compliant"),
        ({"x": [float("inf")]}, "not JSON compliant"),
        (ValueError("x"), "ValueError is not JSON"),
        (iter([1]), "iterator is not JSON"),
        ((x for x in [1]), "generator is not JSON"),
        ({(1, 2): 3}, "a key of type tuple is not JSON"),
        (b"\xff", "codec can't decode"),
        (around(), "refers to itself"),
        (int, "type is not JSON"),
    ],
    ids=_kind,
)
def test_without_a_form(value: Any, problem: str) -> None:
    """What has no form, or only a guessed one, is refused with a reason."""
    with pytest.raises((TypeError, ValueError), match=problem):
        json_text(value)
