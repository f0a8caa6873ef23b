"""What the tests of bulk jobs share."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

CHAT = "acme-chat-8b"
EMBED = "acme-embed-m"


def chat(item: Any) -> dict[str, Any]:
    """The arguments of a row's chat."""
    return {"model": CHAT, "messages": [{"role": "user", "content": f"Say {item}."}]}


async def begun(job: Any) -> Any:
    """A job of either client: the blocking one comes in the async disguise, as an awaitable."""
    return await job if inspect.isawaitable(job) else job


async def rows_of(job: Any) -> list[Any]:
    """All rows of a job of either client, which is closed then."""
    job = await begun(job)
    async with job:
        return [row async for row in job]


def charges(gateway: Any) -> Counter[str]:
    """How often each idempotency key was charged."""
    return Counter(str(_of(charge, "idempotency_key")) for charge in gateway.charges)


def _of(charge: Any, name: str) -> Any:
    return charge[name] if isinstance(charge, dict) else getattr(charge, name)
