"""Writes finished rows to the journal, many in one commit, and then lets them be counted.

A commit waits for the disk, and that is what it costs; so a thread of its own takes all that have
come meanwhile. Nobody waits for it but the one who consumes the rows.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

from .journal import Journal
from .rows import Outcome

_LINGER: Final = 0.004  # seconds that a commit waits for more rows
_LONGEST: Final = 0.032  # the same, where many come: each commit is work for the whole process
_MOST: Final = 1000  # rows of one commit


class Writer:
    """The thread that writes; it lives until it is told to end, and holds nothing of its job.

    Args:
        journal: to write to.
        deliver: given the rows that are durable, in this thread; none of them when it has failed.
        failed: given the error that ended the writing; rows that come later are dropped.

    Attributes:
        error: that ended the writing.
    """

    def __init__(
        self,
        journal: Journal,
        deliver: Callable[[list[Outcome]], object],
        failed: Callable[[BaseException], object],
    ) -> None:
        self._journal = journal
        self._deliver = deliver
        self._failed = failed
        self.error: BaseException | None = None
        self._linger = _LINGER
        self._queue: queue.SimpleQueue[Outcome | Callable[[], object]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="runinfra-journal", daemon=True)
        self._thread.start()

    def put(self, outcome: Outcome) -> None:
        """Have a row written; from any thread, without waiting."""
        self._queue.put(outcome)

    def end(self, then: Callable[[], object]) -> None:
        """Have the thread write what has come, and end; without waiting for it.

        Args:
            then: the last that it does. It is done however the thread ends, and though the one
                who waits for it may be interrupted.
        """
        self._queue.put(then)

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        then: Callable[[], object] | None = None
        while then is None:
            batch, then = self._taken()
            if not batch or self.error is not None:
                continue
            try:
                self._journal.add(batch)
                self._deliver(batch)
            except BaseException as error:  # noqa: BLE001 - whatever it is, rows are waited for
                self.error = error
                self._failed(error)
                self._deliver([])
        then()

    def _taken(self) -> tuple[list[Outcome], Callable[[], object] | None]:
        """The rows of a commit, and what ends the writing, if that has come."""
        batch: list[Outcome] = []
        following = self._queue.get()
        if isinstance(following, Outcome):
            time.sleep(self._linger)
        while isinstance(following, Outcome):
            batch.append(following)
            if len(batch) == _MOST:
                return batch, None
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                # One alone had waited in vain.
                self._linger = min(2 * self._linger, _LONGEST) if len(batch) > 1 else _LINGER
                return batch, None
        return batch, following
