"""A job in a process of its own, to be killed: ``python worker.py KIND URL KEY JOURNAL ROWS``."""

from __future__ import annotations

import asyncio
import sys

from runinfra_ext import AsyncRunInfra, RunInfra


def request(item: int) -> dict[str, object]:
    """The arguments of a row."""
    return {
        "model": "acme-chat-8b",
        "messages": [{"role": "user", "content": f"Say {item}."}],
    }


def blocking(url: str, key: str, journal: str, rows: int) -> None:
    """With the blocking client."""
    with RunInfra(api_key=key, base_url=url) as client:
        for row in client.bulk.map(range(rows), request, journal=journal, max_concurrency=16):
            row.unwrap()


async def concurrent(url: str, key: str, journal: str, rows: int) -> None:
    """With the async client."""
    async with AsyncRunInfra(api_key=key, base_url=url) as client:
        async for row in client.bulk.map(range(rows), request, journal=journal, max_concurrency=16):
            row.unwrap()


if __name__ == "__main__":
    kind, base_url, api_key, path, count = sys.argv[1:]
    if kind == "async":
        asyncio.run(concurrent(base_url, api_key, path, int(count)))
    else:
        blocking(base_url, api_key, path, int(count))
