"""Uses the operations of recipe_more.yaml; type-checked and run in a copy of the tree.

    python recipe_more.py BASE_URL API_KEY

Not a test by itself: see test_recipe.py. Prints what it saw, and what was refused, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date
from typing import Any, assert_type

from runinfra_client import models
from runinfra_client.params import MoveInnerParam, ShelfOwnerParam
from runinfra_ext import AsyncRunInfra, RunInfra, RunInfraError

OWNER: ShelfOwnerParam = {"name": "a b/ü", "since": date(2026, 1, 2)}
INNER: MoveInnerParam = {"class": "c", "a-b": 1, "date": date(2026, 1, 1)}
GIVEN: dict[str, Any] = {
    "x_level": 2,
    "filter": {"state": "a&b", "low": 1},
    "where": {"room": "x", "wall": 3},
    "from_place": {"room": "a,b", "wall": 4},
    "labels": {"a": 1},
    "words": ["a", "b"],
    "rows": [1, 2],
    "age": 10,
    "code": "ABC",
    "from_": "b",
    "global_": True,
    "x_owner": {"name": "me"},
    "stream": True,
    "anything": [1, {"a": None}],
    "inner": INNER,
    "pair": ["a", 1],
    "named": {"a": "b"},
}


def main(base_url: str, api_key: str) -> dict[str, Any]:
    """Call them, and tell what came."""
    with RunInfra(api_key=api_key, base_url=base_url, max_retries=0) as client:
        shelf = client.shelves.read("s1", loud=True)
        assert_type(shelf, models.Shelf)
        assert_type(shelf.id, str)
        assert_type(shelf.tags, dict[str, Any] | None)
        seen: dict[str, Any] = {"shelf": [shelf.id, shelf.height, shelf.tags]}
        seen["total"] = shelf.meta.headers.get("x-total")
        seen["top"] = client.shelves.top().content_type
        with client.shelves.stream_top() as picture:
            seen["top"] = [seen["top"], sum(map(len, picture))]
        moved = [client.shelves.move([1, 2], OWNER, **GIVEN, idempotency_key="k") for _ in range(2)]
        seen["moved"] = moved
        seen["made"] = client.shelves.make(id="s1", depth=2).height
        with client.shelves.watch() as events:
            seen["events"] = [type(event).__name__ for event in events]
        assert_type(client.shelves.drop(lambda_="a"), None)
        assert_type(client.shelves.drop("a"), None)
        seen["refused"] = [refusal(client, wrong) for wrong in WRONG]
        for name, depth in (("s", 0), ("s1234", 1), ("", 1)):
            try:
                client.shelves.make(id=name, depth=depth)
            except RunInfraError as error:
                seen["refused"].append(str(error))

    async def again() -> None:
        async with AsyncRunInfra(api_key=api_key, base_url=base_url) as client:
            await client.shelves.move([1, 2], OWNER, **GIVEN)

    asyncio.run(again())
    return seen


WRONG: list[tuple[Any, Any, dict[str, Any]]] = [
    ([], OWNER, {}),
    ([1, "x"], OWNER, {}),
    ([1], {"since": "2026-01-01"}, {}),
    ([1], {"name": ".."}, {}),
    ([1], OWNER, {"filter": {"low": -1}}),
    ([1], OWNER, {"filter": {"stat": "x"}}),
    ([1], OWNER, {"filter": {}}),
    ([1], OWNER, {"labels": {"a": "x"}}),
    ([1], OWNER, {"words": ["a b"]}),
    ([1], OWNER, {"rows": [1, 1]}),
    ([1], OWNER, {"age": 7}),
    ([1], OWNER, {"code": "abc"}),
    ([1], OWNER, {"x_level": 3}),
    ([1], OWNER, {"x_owner": {"name": "a,b"}}),
    ([1], OWNER, {"named": {}}),
    ([1], OWNER, {"anything": object()}),
    ([1], OWNER, {"strem": True}),
    ([1], OWNER, {"from": "b"}),
    ([1], OWNER, {"extra_body": {"global": True}}),
]


def refusal(client: RunInfra, wrong: tuple[Any, Any, dict[str, Any]]) -> str:
    """The error of wrong arguments, which never leave."""
    ids, owner, more = wrong
    try:
        client.shelves.move(ids, owner, **more)
    except (RunInfraError, TypeError) as error:
        return str(error)
    return "sent"


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
