"""Idempotency keys."""

from __future__ import annotations

import enum
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext._call.headers import checked_idempotency_key
from runinfra_ext.errors import InvalidRequestError
from runinfra_ext.idempotency import derive, new_key

PART = st.text() | st.binary() | st.integers()
PARTS = st.lists(PART, min_size=1, max_size=4)


class Job(enum.StrEnum):
    """A part as applications name theirs."""

    SUMMARY = "summary"


class Old(str, enum.Enum):
    """The same, in the older spelling."""

    SUMMARY = "summary"


class Step(enum.IntEnum):
    """A number with a name."""

    FIRST = 1


def test_pinned_values() -> None:
    """The keys never change: a restarted process of another version has to find its work."""
    assert derive("invoice-summary", "job-1", 7, b"\x00\xff") == (
        "invoice-summary-daae11d6b871408269018092898862539c9f6db7"
    )
    assert derive("n", "") == "n-8c3bbe56475591ff92c224fd6e3b24cdb01d0d7e"


def test_new_keys() -> None:
    """Automatic keys are random UUIDs."""
    one, two = new_key(), new_key()
    assert (uuid.UUID(one).version, one == two) == (4, False)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("a", "b"), ("ab",)),
        (("a", "b"), ("b", "a")),
        (("a", ""), ("a",)),
        (("1",), (1,)),
        ((b"1",), ("1",)),
        ((1, 23), (12, 3)),
        (("str:1:a",), ("a",)),
        ((-1,), (1,)),
        ((10**6000,), (10**6000 + 1,)),
    ],
    ids=range(9),
)
def test_different_facts(one: tuple[Any, ...], two: tuple[Any, ...]) -> None:
    """Shifted, typed and reordered parts give different keys."""
    assert derive("n", *one) != derive("n", *two)


@given(PARTS, PARTS)
def test_same_key_only_for_same_facts(one: list[Any], two: list[Any]) -> None:
    """Two lists of parts have one key exactly when they are equal, types included."""
    same = [(type(part), part) for part in one] == [(type(part), part) for part in two]
    assert (derive("n", *one) == derive("n", *two)) is same


@given(PARTS)
def test_key_can_travel(parts: list[Any]) -> None:
    """Any derived key is a usable one, and its parts can't be read from it."""
    key = derive("n" * 128, *parts)
    assert checked_idempotency_key(key) == key
    assert len(key) == 128 + 1 + 40


@pytest.mark.parametrize(
    ("member", "value"), [(Job.SUMMARY, "summary"), (Old.SUMMARY, "summary"), (Step.FIRST, 1)]
)
def test_enum_members(member: Any, value: Any) -> None:
    """A member counts as its value, so that renaming its class changes nothing."""
    assert derive("n", member) == derive("n", value)


def test_namespaces() -> None:
    """The namespace stands readably in front and keeps kinds of work apart."""
    assert derive(" a ", "x").startswith("a-")
    assert derive("a", "x") != derive("b", "x")


@pytest.mark.parametrize("part", [True, None, 1.5, ["a"], ("a",), object(), bytearray(b"a")])
def test_unusable_part(part: Any) -> None:
    """What has no one form of bytes is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        derive("n", "a", part)
    assert caught.value.param == "parts"


def test_no_parts() -> None:
    """Without parts all work would share one key."""
    with pytest.raises(InvalidRequestError) as caught:
        derive("n")
    assert caught.value.param == "parts"


@pytest.mark.parametrize("namespace", ["", " ", "é", "n" * 129, 7, None])
def test_unusable_namespace(namespace: Any) -> None:
    """A namespace is clean short text."""
    with pytest.raises(InvalidRequestError) as caught:
        derive(namespace, "a")
    assert caught.value.param == "namespace"
