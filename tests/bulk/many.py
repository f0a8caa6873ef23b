"""So many tiny rows through a job, and the memory that it took: ``python many.py KIND URL ROWS``.

Prints the resident memory in bytes after a tenth of the rows and after all.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runinfra_ext import AsyncRunInfra, RunInfra

MESSAGES = [{"role": "user", "content": "Say seven."}]


def request(item: int) -> dict[str, Any]:
    """The arguments of a row."""
    return {"model": "m", "messages": MESSAGES, "seed": item}


def resident() -> int:
    """Bytes of this process in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


class Count:
    """Counts the rows, and looks at the memory twice."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.done = self.early = 0

    def items(self) -> Iterator[int]:
        """The input, which nobody holds as a whole."""
        yield from range(self.rows)

    def row(self, row: Any) -> None:
        """A row is finished."""
        row.unwrap()
        self.done += 1
        if self.done == self.rows // 10:
            self.early = resident()


def blocking(url: str, count: Count, journal: str) -> None:
    """With the blocking client."""
    with RunInfra(api_key="k", base_url=url) as client:
        for row in client.bulk.map(count.items(), request, key=str, journal=journal):
            count.row(row)


async def concurrent(url: str, count: Count, journal: str) -> None:
    """With the async client."""
    async with AsyncRunInfra(api_key="k", base_url=url) as client:
        async for row in client.bulk.map(count.items(), request, key=str, journal=journal):
            count.row(row)


if __name__ == "__main__":
    kind, base_url, number = sys.argv[1:]
    counted = Count(int(number))
    with tempfile.TemporaryDirectory() as folder:
        if kind == "async":
            asyncio.run(concurrent(base_url, counted, f"{folder}/run.db"))
        else:
            blocking(base_url, counted, f"{folder}/run.db")
    print(counted.done, counted.early, resident())
