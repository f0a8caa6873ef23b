"""The keys that a run has met, in a file of SQLite's own: a million of them take no memory."""

from __future__ import annotations

import sqlite3
from typing import Final

from .errors import told_by_sqlite

_WORDS: Final = "The keys of the rows can't be kept in a temporary file"
_ADVICE: Final = "Make room, or have SQLITE_TMPDIR name a folder that has some."


class Seen:
    """A set of texts that grows on the disk, in a temporary file that goes with it."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute(
            "CREATE TABLE seen(key TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def add(self, key: str, position: int) -> int | None:
        """Take a key in.

        Returns:
            The position of the row that had it before; ``None`` if none had.

        Raises:
            JournalError: there is no room for it, or no folder for temporary files.
        """
        with told_by_sqlite(_WORDS, _ADVICE):
            try:
                self._connection.execute("INSERT INTO seen VALUES(?, ?)", (key, position))
            except sqlite3.IntegrityError:
                found = self._connection.execute("SELECT position FROM seen WHERE key = ?", (key,))
                return int(found.fetchone()[0])
        return None

    def close(self) -> None:
        """Forget them all."""
        self._connection.close()
