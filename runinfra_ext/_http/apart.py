"""Work that blocks, for an event loop: each in a thread of its own that nobody waits for.

The event loop's own threads are not for that: a resolver or a proxy that hangs would take them from
whatever else the application does in threads, and hold up the end of ``asyncio.run`` long after the
call that asked has met its deadline.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def apart(work: Callable[[], _T]) -> _T:
    """The result of some work.

    Args:
        work: raises nothing: what went wrong is a result too.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_T] = loop.create_future()

    def tell(found: _T) -> None:
        if not answer.done():
            answer.set_result(found)

    def run() -> None:
        found = work()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
            loop.call_soon_threadsafe(tell, found)

    _thread.start_new_thread(run, ())
    return await answer
