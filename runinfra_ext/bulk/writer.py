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

from .errors import JournalError
from .journal import Journal
from .rows import Outcome

_LINGER: Final = 0.004  # seconds that a commit waits for more rows
_MOST: Final = 1000  # rows of one commit


class Writer:
    """The thread that writes.

    Args:
        journal: to write to.
        deliver: given the rows that are durable, in this thread.
        failed: given the error that ended the writing; rows that come later are dropped.

    Attributes:
        error: that ended the writing.
    """

    def __init__(
        self,
        journal: Journal,
        deliver: Callable[[list[Outcome]], object],
        failed: Callable[[JournalError], object],
    ) -> None:
        self._journal = journal
        self._deliver = deliver
        self._failed = failed
        self.error: JournalError | None = None
        self._queue: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="runinfra-journal", daemon=True)
        self._thread.start()

    def put(self, outcome: Outcome) -> None:
        """Have a row written; from any thread, without waiting."""
        self._queue.put(outcome)

    def close(self) -> None:
        """Write what has come, and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            first = self._queue.get()
            if first is None:
                return
            time.sleep(_LINGER)
            batch = [first]
            while len(batch) < _MOST:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    going = False
                    break
                batch.append(following)
            try:
                self._journal.add(batch)
            except JournalError as error:
                self.error = error
                self._failed(error)
                return
            self._deliver(batch)
