"""Many calls at once, in threads; ``_async/_crew.py`` has the same with tasks.

Both are written by hand: how work is spread, waited for and given up is where the worlds differ.
"""

from __future__ import annotations

import contextlib
import contextvars
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from .._ground.checks import wrong

T = TypeVar("T")

Rows: TypeAlias = Iterable[T]
"""What a job takes its rows from."""

# What ends the work of whoever consumes: it is finished in good order once, given up twice.
INTERRUPTS: Final = (KeyboardInterrupt,)


thread_time = time.thread_time
"""Seconds for which the thread of a worker was busy."""


def at_once(_result: object) -> None:
    """A call that has been made."""


def undisturbed() -> contextlib.AbstractContextManager[object]:
    """Nothing but an interrupt disturbs a thread."""
    return contextlib.nullcontext()


class Mailbox(Generic[T]):
    """Things that workers have finished, for the one who consumes them."""

    def __init__(self) -> None:
        # Written in C: an interrupt in the consumer's thread leaves no lock of it taken.
        self._things: queue.SimpleQueue[list[T]] = queue.SimpleQueue()

    def put(self, things: list[T]) -> None:
        """Leave things, or nothing but a wake-up; from any thread."""
        self._things.put(things)

    post = put

    def presses(self) -> bool:
        """Whether something waits for the very thread that takes rows in."""
        return not self._things.empty()

    def get(self, seconds: float) -> list[T]:
        """All that was left, waiting for something, though not for longer than this."""
        found: list[T] = []
        try:
            found += self._things.get(timeout=seconds)
            while True:
                found += self._things.get_nowait()
        except queue.Empty:
            return found


class Crew:
    """The workers of a job; a thread that has nothing to do waits for the next worker's work.

    They have the context variables of whoever made the crew. They are daemons: a program that is
    told to stop twice does not wait for calls on their way.
    """

    def __init__(self) -> None:
        self._context = contextvars.copy_context()
        self._work: queue.SimpleQueue[tuple[Callable[[Any], None], Any] | None]
        self._work = queue.SimpleQueue()
        # Entered again by a job that the garbage collector finds while its lock is held.
        self._lock = threading.RLock()
        self._idle = 0  # threads that wait, less the work that is left for them
        self._threads = 0

    def start(
        self,
        work: Callable[[Any], None],
        first: Any,
        lost: Callable[[BaseException], object],
    ) -> None:
        """Have one more worker begin; where no thread can be had for it, when one is idle again.

        Args:
            work: what it does.
            first: the row to begin with.
            lost: told why, if it never begins: no thread can be had, and there is none.
        """
        with self._lock:
            self._idle -= 1
            if self._idle < 0:
                self._threads += 1
                try:
                    run = partial(self._context.copy().run, self._run)
                    threading.Thread(target=run, name="runinfra-bulk", daemon=True).start()
                    self._idle += 1
                except RuntimeError as error:
                    self._threads -= 1
                    if not self._threads:
                        self._idle += 1
                        lost(error)
                        return
                except BaseException as error:  # an interrupt, which goes on
                    lost(error)
                    raise
            self._work.put((work, first))

    def _run(self) -> None:
        while (order := self._work.get()) is not None:
            work, first = order
            del order
            work(first)
            del work, first  # or an idle thread would keep its job alive
            with self._lock:
                self._idle += 1

    def give_up(self) -> None:
        """Leave what is on its way to itself."""
        self.dismiss()

    def dismiss(self) -> None:
        """There is no more work: idle threads end, the others when they become idle."""
        with self._lock:
            threads, self._threads = self._threads, 0
        for _ in range(threads):
            self._work.put(None)


class Bell:
    """Something to wait for while waiting for time to pass."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake all who wait, now and from now on."""
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Wait for that long, or until it rings."""
        self._rung.wait(seconds)


class Feeding:
    """Takes rows in, in the consumer's own thread: a source may belong to it."""

    def go_on(self, feed: Callable[[], None]) -> None:
        """Have the feeding go on; what it raises is raised here."""
        feed()

    def end(self) -> None:
        """Take nothing more in."""


def iterator(rows: Any) -> Iterator[Any]:
    """The rows of an iterable.

    Raises:
        InvalidRequestError: it is none.
    """
    if hasattr(rows, "__iter__") and not isinstance(rows, str | bytes):
        return iter(rows)
    raise wrong("rows", "an iterable (an async one needs AsyncRunInfra)", rows)
