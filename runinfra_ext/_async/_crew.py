"""Many calls at once, as tasks; ``_sync/_crew.py`` has the same with threads.

Both are written by hand: how work is spread, waited for and given up is where the worlds differ.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
from collections import deque
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
)
from typing import Any, Final, Generic, TypeAlias, TypeVar

from .._ground.checks import wrong

T = TypeVar("T")

AsyncRows: TypeAlias = Iterable[T] | AsyncIterable[T]
"""What a job takes its rows from."""

# What ends the work of whoever consumes: it is finished in good order once, given up twice.
INTERRUPTS: Final = (asyncio.CancelledError, KeyboardInterrupt)


def thread_time() -> float:
    """Workers have no threads of their own, and cost no more for being many."""
    return 0.0


def at_once(call: Awaitable[object]) -> None:
    """Make a call that never waits."""
    for _ in call.__await__():
        break


def undisturbed() -> contextlib.AbstractContextManager[object]:
    """What is done in it is cancelled by whoever cancels the task, and by no scope around it.

    A scope of anyio that is cancelled cancels every wait in it anew, which says nothing more.
    """
    anyio = sys.modules.get("anyio")
    return contextlib.nullcontext() if anyio is None else anyio.CancelScope(shield=True)


class Mailbox(Generic[T]):
    """Things that workers have finished, for the one who consumes them."""

    def __init__(self) -> None:
        self._things: deque[T] = deque()
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def put(self, things: list[T]) -> None:
        """Leave things, or nothing but a wake-up; in the event loop."""
        self._things.extend(things)
        self._news.set()

    def post(self, things: list[T]) -> None:
        """The same from another thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there to be told
            self._loop.call_soon_threadsafe(self.put, things)

    def presses(self) -> bool:
        """Nothing ever does: rows are taken in by a task of their own."""
        return False

    async def get(self, seconds: float) -> list[T]:
        """All that was left, waiting for something, though not for longer than this."""
        if not self._news.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        self._news.clear()
        things = list(self._things)
        self._things.clear()
        return things


class Crew:
    """The workers of a job; they have the context variables of whoever made the crew."""

    def __init__(self) -> None:
        self._context = contextvars.copy_context()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self,
        work: Callable[[Any], Coroutine[Any, Any, None]],
        first: Any,
        lost: Callable[[BaseException], object],
    ) -> None:
        """Have one more worker begin.

        Args:
            work: what it does.
            first: the row to begin with.
            lost: told why, if it never begins: its task may be cancelled before its first step.
        """
        loop = asyncio.get_running_loop()
        task = loop.create_task(work(first), context=self._context.copy())

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if task.cancelled():  # a worker that has begun tells by itself how it ends
                lost(asyncio.CancelledError())

        self._tasks.add(task)
        task.add_done_callback(ended)

    async def give_up(self) -> None:
        """Cancel what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def dismiss(self) -> None:
        """There is no more work: tasks end by themselves."""


class Bell:
    """Something to wait for while waiting for time to pass."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait, now and from now on."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Wait for that long, or until it rings."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()


class Feeding:
    """Takes rows in beside everything else: a source may be slow, and finished rows don't wait."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def go_on(self, feed: Callable[[], Awaitable[None]]) -> None:
        """Have the feeding go on; what it raised is raised here."""
        task = self._task
        if task is not None and task.done():
            self._task = None
            task.result()
            task = None
        if task is None:
            self._task = asyncio.ensure_future(feed())
            # So that a source that is ready at once is not waited for in vain.
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Take nothing more in."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class _Plain(AsyncIterator[Any]):
    """A plain iterable as an async one."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows

    async def __anext__(self) -> Any:
        for item in self._rows:
            return item
        raise StopAsyncIteration


def iterator(rows: Any) -> AsyncIterator[Any]:
    """The rows of an iterable, or of an async one.

    Raises:
        InvalidRequestError: it is neither.
    """
    if hasattr(rows, "__aiter__"):
        return aiter(rows)
    if hasattr(rows, "__iter__") and not isinstance(rows, str | bytes):
        return _Plain(iter(rows))
    raise wrong("rows", "an iterable, or an async one", rows)
