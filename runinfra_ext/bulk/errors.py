"""The errors that bulk jobs add to those of :mod:`runinfra_ext.errors`."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from ..errors import RunInfraError


class BulkStoppedError(RunInfraError):
    """A bulk job stopped at a limit that it was given; what was finished is kept.

    Attributes:
        limit: the option that stopped it: ``max_cost``, ``max_failures`` or ``deadline``.
        account: the :class:`.bulk.Account` of the job.
    """

    type = "bulk_stopped"
    limit: str = ""
    account: Any = None


class JournalError(RunInfraError):
    """A bulk job's journal, or its output, can't be used: the message says why, and what to do."""

    type = "journal_error"


@contextmanager
def told_by_sqlite(words: str, advice: str) -> Generator[None]:
    """Raise what SQLite says as an error of this package.

    Args:
        words: what can't be done.
        advice: what to do about it, in sentences of its own.
    """
    problem = ""
    try:
        yield
    except sqlite3.Error as error:
        problem = str(error)
    if problem:
        raise JournalError(f"{words}: {problem}. {advice}")
