"""Rows through Ray Data: its own recipe for HTTP, this SDK's columns, and a job without Ray.

    make bench-ray

Ray has an environment of its own, so this is no row of the table. CPU is that of all processes of
the cluster together, so Ray's own part is in it; what a way costs to begin is told beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from .contenders.base import AT_ONCE, KEY, chat_body, row_body
from .runner import serving

ROWS: Final = int(os.environ.get("ROWS", "3000"))
_BATCH: Final = 256
_FEW: Final = 64  # rows that cost nearly nothing but what the way costs to begin
_LOOK: Final = 0.2  # seconds between looks at the processes

ray: Any = import_module("ray")
psutil: Any = import_module("psutil")


class Recipe:
    """As Ray's guides have it: an async actor with a session and a semaphore, nothing kept."""

    def __init__(self, url: str) -> None:
        self._aiohttp: Any = import_module("aiohttp")
        self._session: Any = None  # of the actor's event loop, which runs when it is called
        self._semaphore = asyncio.Semaphore(AT_ONCE // 2)
        self._url = f"{url}/chat/completions"

    async def __call__(self, batch: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The batch with its answers."""
        if self._session is None:
            headers = {"authorization": f"Bearer {KEY}"}
            self._session = self._aiohttp.ClientSession(headers=headers)

        async def one(number: int) -> str:
            body = row_body(number)
            async with self._semaphore, self._session.post(self._url, json=body) as answer:
                answer.raise_for_status()
                found: Any = await answer.json()
            text: str = found["choices"][0]["message"]["content"]
            return text

        answers = await asyncio.gather(*(one(int(number)) for number in batch["id"]))
        yield {**batch, "answer": answers}


def by_recipe(url: str, rows: int) -> int:
    """Ray's own recipe."""
    made = dataset(rows).map_batches(
        Recipe, fn_constructor_args=(url,), batch_size=_BATCH, concurrency=2, num_cpus=0.1
    )
    return len(made.take_all())


def by_columns(_url: str, rows: int) -> int:
    """This SDK's columns, with keys, pace and errors."""
    columns: Any = import_module("runinfra_ext.integrations.ray")
    made = columns.chat(
        dataset(rows),
        request=lambda row: {"messages": row_body(row["id"])["messages"]},
        params={k: v for k, v in chat_body([]).items() if k != "messages"},
        key="id",
        job=f"bench {rows}",
        batch_size=_BATCH,
        concurrency=2,
    )
    return sum(row["error"] is None for row in made.take_all())


def by_bulk(url: str, rows: int) -> int:
    """A job of this SDK's, with its journal, in this process."""
    client: Any = import_module("runinfra_ext").RunInfra(api_key=KEY, base_url=url)
    with tempfile.TemporaryDirectory() as folder, client:
        job = client.bulk.map(range(rows), row_body, journal=Path(folder) / "bulk.db")
        return sum(row.ok for row in job)


def dataset(rows: int) -> Any:
    """The rows, in blocks."""
    return ray.data.range(rows, override_num_blocks=max(rows // _BATCH, 1))


class Spent(threading.Thread):
    """Seconds of CPU of this process and all of its cluster, those too that end meanwhile."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._begun: dict[int, float] = {}
        self._now: dict[int, float] = {}
        self._over = threading.Event()
        self._look(self._begun)
        self.start()

    def run(self) -> None:
        """Look now and then: an actor is gone when its dataset is done."""
        while not self._over.wait(_LOOK):
            self._look(self._now)

    def seconds(self) -> float:
        """What was spent since the beginning."""
        self._over.set()
        self.join()
        self._look(self._now)
        return sum(now - self._begun.get(pid, 0.0) for pid, now in self._now.items())

    @staticmethod
    def _look(into: dict[int, float]) -> None:
        own = psutil.Process()
        for process in (own, *own.children(recursive=True)):
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                times = process.cpu_times()
                into[process.pid] = times.user + times.system


def cost(way: Callable[[str, int], int], url: str, rows: int) -> tuple[float, float]:
    """Seconds of CPU and of time that so many rows take."""
    spent, begun = Spent(), time.perf_counter()
    done = way(url, rows)
    wall = time.perf_counter() - begun
    if done != rows:
        sys.exit(f"{way.__name__}: {done} of {rows} rows")
    return spent.seconds(), wall


def main() -> None:
    """Measure, and print a line for each."""
    ways: tuple[Callable[[str, int], int], ...] = (by_recipe, by_columns, by_bulk)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        url = f"{server.plain}/plain/v1"
        os.environ.update(RUNINFRA_API_KEY=KEY, RUNINFRA_BASE_URL=url)
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        for way in ways:
            way(url, _FEW)  # modules and connections are there now
            few, many = cost(way, url, _FEW), cost(way, url, ROWS)
            cpu, wall = (
                (more - less) / (ROWS - _FEW) for less, more in zip(few, many, strict=True)
            )
            if min(cpu, wall) <= 0:
                print(f"{way.__name__}: lost in what the beginning takes; give more ROWS")
                continue
            print(
                f"{way.__name__}: {1 / wall:.0f} rows/s, {cpu * 1e6:.0f} µs of CPU a row, beside"
                f" {few[1]:.1f} s and {few[0]:.1f} s of CPU for {_FEW} rows"
            )
        ray.shutdown()


if __name__ == "__main__":
    main()
