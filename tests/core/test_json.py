"""JSON out: the same values whichever encoder writes them, and nothing guessed at."""

from __future__ import annotations

import enum
import json
import tracemalloc
import uuid
from collections import UserDict, UserList
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client.models import CompletionUsage
from runinfra_ext._ground.json_codec import decode, encode

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=()))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_what_was_meant(value: Any) -> None:
    """Integers of any size, nulls, any character: read by the standard library, all is there."""
    assert json.loads(encode(value)) == value


def test_what_is_written_takes_no_more_than_its_size() -> None:
    """A thousand requests under way do not keep the buffers that they were written to."""
    tracemalloc.start()
    kept = [encode({"number": number}) for number in range(100)]
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken < 500 * len(kept)  # a buffer has 4 KB at least


@pytest.mark.parametrize("beside", [1, None], ids=["fast", "tolerant"])
def test_half_of_a_surrogate_pair_is_refused(beside: object) -> None:
    """It is no character: UTF-8 has no bytes for it, and most readers of JSON refuse its escape."""
    with pytest.raises(UnicodeEncodeError):
        encode({"text": "a\ud800", "beside": beside})


class Voice(enum.Enum):
    """Not a text itself."""

    AVA = "ava"


class Mood(enum.StrEnum):
    """A text itself."""

    GLAD = "glad"


UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
USAGE = CompletionUsage.from_dict({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})


@pytest.mark.parametrize("beside", [1, None], ids=["fast", "tolerant"])
@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Voice.AVA, "ava"),
        (Mood.GLAD, "glad"),
        (UUID, str(UUID)),
        (UserDict(a=1), {"a": 1}),
        (UserList([1, 2]), [1, 2]),
        ((1, 2), [1, 2]),
        ({1: 2}, {"1": 2}),
        (USAGE, {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
    ],
)
def test_objects_that_are_json(value: Any, written: Any, beside: Any) -> None:
    """It makes no difference what else is written: a null is what the fast encoder can't tell."""
    assert decode(encode({"it": value, "beside": beside})) == {"it": written, "beside": beside}


@dataclass
class Point:
    """A class of an application's."""

    x: int


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize("beside", [1, None], ids=["fast", "tolerant"])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (float("nan"), ValueError),
        (float("-inf"), ValueError),
        (CIRCLE, ValueError),
        (Point(1), TypeError),
        (datetime(2026, 1, 5, 10), TypeError),  # nobody knows where it is ten
        (Decimal(1), TypeError),
        ({1, 2}, TypeError),
        (b"bytes", TypeError),
        (object(), TypeError),
    ],
)
def test_what_is_no_json_is_refused(value: Any, error: type[Exception], beside: Any) -> None:
    """Never written as null, or as what its class happens to look like."""
    with pytest.raises(error):
        encode({"it": value, "beside": beside})
