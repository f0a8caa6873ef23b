"""The event loops that the async client runs on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import uvloop

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def run(loop: str, scenario: Callable[[], Any]) -> Any:
    """Run an async scenario to its end on a loop of a kind; no task may be left."""

    async def main() -> Any:
        result = await scenario()
        gc.collect()
        for _ in range(10):
            # The event loop itself finalizes generators that were left in the middle.
            await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert [task for task in others if not task.done()] == []
        return result

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(main())
