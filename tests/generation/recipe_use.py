"""Uses the operations of recipe.yaml in both clients; type-checked and run in a copy of the tree.

    python recipe_use.py BASE_URL API_KEY FOLDER

Not a test by itself: see test_recipe.py. Prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import warnings
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, assert_type
from uuid import UUID

from runinfra_client import models
from runinfra_ext import AsyncRunInfra, InvalidRequestError, RunInfra

SINCE = datetime(2026, 11, 1, 10, 30, tzinfo=timezone(timedelta(hours=2)))
OWNER = UUID("12345678-1234-5678-1234-567812345678")


def blocking(base_url: str, api_key: str, folder: Path) -> dict[str, Any]:
    """Every kind of operation with the blocking client."""
    seen: dict[str, Any] = {}
    clip = folder / "clip.bin"
    clip.write_bytes(b"0123456789" * 10)
    with RunInfra(api_key=api_key, base_url=base_url) as client:
        page = client.usage.list(
            since=SINCE, day=date(2026, 11, 1), limit=3, models=["a b", "c/d"], exact=True
        )
        assert_type(page, models.UsagePage)
        seen["page"] = [str(page.data[0].day), page.data[0].tokens, page.meta.status]
        assert_type(page.data[0], models.UsageRow)
        seen["all"] = [row.tokens for row in client.usage.list_all(since="2026-11-01T00:00:00Z")]
        limits = client.teams.limits.set(
            "a/ü b", x_reason="because", requests=7, owner=OWNER, extra_body={"more": None}
        )
        assert_type(limits, models.Limits)
        seen["limits"] = [limits.requests, limits.meta.idempotency_key is not None]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            gone = client.files.delete("f1")
        seen["gone"] = [gone, [str(w.message) for w in caught], caught[0].filename]
        told: list[tuple[int, int]] = []
        kept = client.files.create(
            file=clip,
            purpose="batch",
            labels=["a", "b"],
            public=True,
            on_progress=lambda done, whole: told.append((done, whole)),
        )
        assert_type(kept, models.KeptFile)
        seen["kept"] = [kept.id, told[-1]]
        client.files.create(file=("a.txt", b"abc", "text/plain"), purpose="x")
        with clip.open("rb") as file:
            client.files.create(file=file, purpose="x")
        content = client.files.content("f1")
        content.write_to_file(folder / "out.zip")
        seen["content"] = [
            content.content_type,
            len(content.content),
            (folder / "out.zip").read_bytes() == content.content,
            content.request_id is not None,
        ]
        with client.files.stream_content("f1") as pieces:
            seen["pieces"] = b"".join(pieces) == content.content
        with client.jobs.watch(kind="batch") as events:
            states = []
            for event in events:
                assert_type(event, models.JobEvent)
                states.append(event.state)
            seen["events"] = [states, events.final().state]
        seen["signature"] = list(inspect.signature(client.usage.list).parameters)[:4]
        seen["help"] = [
            "since: Start." in (client.usage.list.__doc__ or ""),
            "order: Deprecated. Old name" in (client.usage.list.__doc__ or ""),
            "Deprecated" in (client.files.delete.__doc__ or ""),
        ]
        seen["refused"] = [refusal(client, wrong) for wrong in WRONG]
    return seen


WRONG: list[dict[str, Any]] = [
    {"since": datetime(2026, 1, 1)},
    {"since": "yesterday"},
    {"since": SINCE, "limit": 2**63},
    {"since": SINCE, "limit": 0},
    {"since": SINCE, "day": "1.1.2026"},
    {"since": SINCE, "models": ["a"] * 4},
    {"since": SINCE, "order": "up"},
    {"since": SINCE, "exact": 1},
    {},
    {"since": SINCE, "limits": 1},
]


def refusal(client: RunInfra, wrong: dict[str, Any]) -> str:
    """The error of wrong arguments, which never leave."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client.usage.list(**wrong)
    except (InvalidRequestError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return "sent"


async def asynchronous(base_url: str, api_key: str, folder: Path) -> dict[str, Any]:
    """The same with the async client."""
    seen: dict[str, Any] = {}
    async with AsyncRunInfra(api_key=api_key, base_url=base_url) as client:
        page = await client.usage.list(since=SINCE)
        assert_type(page, models.UsagePage)
        seen["page"] = page.data[0].tokens
        rows = client.usage.list_all(since=SINCE)
        seen["all"] = [row.tokens async for row in rows]
        limits = await client.teams.limits.set("t", x_reason="r", requests=1)
        seen["limits"] = limits.requests
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            await client.files.delete("f1")
        kept = await client.files.create(file=folder / "clip.bin", purpose="batch")
        seen["kept"] = kept.id
        content = await client.files.content("f1")
        async with client.files.stream_content("f1") as pieces:
            seen["pieces"] = b"".join([piece async for piece in pieces]) == content.content
        async with client.jobs.watch() as events:
            seen["events"] = [event.state async for event in events]
    return seen


def main(base_url: str, api_key: str, folder: Path) -> None:
    """Run both, and print what they saw."""
    seen = {"blocking": blocking(base_url, api_key, folder)}
    seen["asynchronous"] = asyncio.run(asynchronous(base_url, api_key, folder))
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
