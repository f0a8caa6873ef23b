"""The journal of a job: an SQLite file that knows every finished row, and belongs to one process.

What is committed survives the process (``kill -9``) and the machine: the file is in WAL mode, and
every commit is flushed to the disk. A row in flight is not in it: its idempotency key follows from
the job, its key and its request, so it is simply sent again and replayed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from .._ground.files import StrPath, checked_path
from .account import Account
from .errors import JournalError, told_by_sqlite
from .lock import FileLock, identity_of
from .rows import Outcome, Usage, error_facts

_APPLICATION: Final = 0x52494E42  # of the file's header: a journal of this package
_VERSION: Final = 1
_DONE, _FAILED, _PASSING = 1, 2, 3
_BUSY: Final = 30.0  # seconds that a commit waits for a reader that checkpoints
_SCHEMA: Final = """
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rows(
  key TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  digest BLOB NOT NULL,
  state INTEGER NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body BLOB,
  error TEXT,
  request_id TEXT,
  idempotency_key TEXT,
  attempts INTEGER NOT NULL,
  replayed INTEGER NOT NULL,
  elapsed REAL NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost REAL
);
CREATE TABLE bad(position INTEGER PRIMARY KEY, key TEXT NOT NULL, error TEXT NOT NULL);
"""
_COLUMNS: Final = (
    "key, position, digest, state, status, content_type, body, error, request_id,"
    " idempotency_key, attempts, replayed, elapsed, input_tokens, output_tokens, cost"
)
_PUT: Final = f"INSERT OR REPLACE INTO rows({_COLUMNS}) VALUES({','.join('?' * 16)})"
_NOTE: Final = "INSERT OR REPLACE INTO facts VALUES(?, ?)"
_FIND: Final = f"SELECT {_COLUMNS} FROM rows WHERE key = ?"  # noqa: S608 - names of this module, no values
_ALL: Final = f"SELECT {_COLUMNS} FROM rows ORDER BY position"  # noqa: S608 - names of this module, no values


class Stored(NamedTuple):
    """A row as the journal has it; ``state`` is one of the numbers above."""

    key: str
    position: int
    digest: bytes
    state: int
    status: int
    content_type: str
    body: bytes | None
    error: str | None
    request_id: str | None
    idempotency_key: str | None
    attempts: int
    replayed: int
    elapsed: float
    input_tokens: int
    output_tokens: int
    cost: float | None

    @property
    def done(self) -> bool:
        """Whether it has a result."""
        return self.state == _DONE

    @property
    def passing(self) -> bool:
        """Whether its error may have passed since."""
        return self.state == _PASSING

    @property
    def usage(self) -> Usage:
        """What it took."""
        return Usage(
            input_tokens=self.input_tokens, output_tokens=self.output_tokens, cost=self.cost
        )

    def facts(self) -> dict[str, Any]:
        """What is known of its error; empty if it has none."""
        return json.loads(self.error) if self.error else {}


class Journal:
    """One job's file. One thread writes, the others read.

    Args:
        path: of the file, made if it is not there.
        identity: what the job is; an existing journal must be of the same. ``None`` as a value
            takes what the journal has; ``job`` is made up for a new one.

    Raises:
        JournalError: the file is no journal, of another job or version, in use, or not writable.
    """

    def __init__(self, path: StrPath, identity: Mapping[str, str | None]) -> None:
        self.path = Path(path)
        # By whatever name it is called, a symbolic link too, it is one file with one lock.
        real = Path(os.path.realpath(path))
        with contextlib.ExitStack() as opened, _told(self.path):
            with contextlib.suppress(OSError):  # the lock tells what is wrong with its folder
                real.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(real.with_name(real.name + "-lock"), self.path)
            opened.callback(lock.release)
            self._writer = _opened(real)
            opened.callback(self._writer.close)
            self._prepare(identity)
            self._reader = _opened(real)
            opened.callback(self._reader.close)
            self._real, self._file = real, identity_of(real)
            self._opened = opened.pop_all()

    def _prepare(self, identity: Mapping[str, str | None]) -> None:
        writer = self._writer
        self.has_rows = False  # of earlier runs: no other needs to be looked for
        if not (is_new := _is_blank(writer)):
            _check_kind(writer, self.path)
        # Only now: the mode stays in the file, which may be another program's.
        writer.execute("PRAGMA journal_mode=WAL")
        if is_new:
            facts = {name: value for name, value in identity.items() if value is not None}
            facts.setdefault("job", uuid.uuid4().hex)
            writer.executescript(
                f"BEGIN; PRAGMA application_id={_APPLICATION}; PRAGMA user_version={_VERSION};"
                f"{_SCHEMA} COMMIT;"
            )
            self.keep(facts)
            return
        known = self.facts()
        # A journal whose making was cut short has its tables and no facts yet.
        missing = {k: v for k, v in identity.items() if v is not None and k not in known}
        if not known:
            missing.setdefault("job", uuid.uuid4().hex)
        differences = [
            f"{name} is {known[name]!r} there and {value!r} here"
            for name, value in identity.items()
            if value is not None and known.get(name, value) != value
        ]
        if differences:
            raise JournalError(
                f"The journal {self.path} is of another job: {'; '.join(differences)}. Use another "
                "journal for this one."
            )
        if missing:
            self.keep(missing)
        self.has_rows = bool(writer.execute("SELECT EXISTS(SELECT 1 FROM rows)").fetchone()[0])

    @property
    def job(self) -> str:
        """The name of the job, in all row keys."""
        return str(self.facts()["job"])

    def facts(self) -> dict[str, str]:
        """What was noted of the job."""
        return dict(self._writer.execute("SELECT name, value FROM facts"))

    def keep(self, facts: Mapping[str, str]) -> None:
        """Note facts of the job, durably."""
        with _told(self.path), self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            self._writer.executemany(_NOTE, facts.items())

    def find(self, key: str) -> Stored | None:
        """What is known of a row."""
        with _told(self.path):
            found = self._reader.execute(_FIND, (key,)).fetchone()
        return None if found is None else Stored._make(found)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep finished rows, durably, all or none of them.

        Raises:
            JournalError: they could not be written, for example because the disk is full.
        """
        rows: list[tuple[Any, ...]] = []
        bad: list[tuple[Any, ...]] = []
        for outcome in outcomes:
            if outcome.bad:
                bad.append(_bad_values(outcome))
            elif not outcome.known:
                rows.append(_values(outcome))
        writer = self._writer
        with _told(self.path), writer:
            writer.execute("BEGIN IMMEDIATE")
            if rows:
                writer.executemany(_PUT, rows)
            if bad:
                writer.executemany("INSERT OR REPLACE INTO bad VALUES(?, ?, ?)", bad)
        # SQLite goes on with a file that has lost its name, and goes with the process.
        if identity_of(self._real) != self._file:
            raise JournalError(
                f"The journal {self.path} was removed or replaced while its job ran: what it had "
                "is lost, and nothing more is sent."
            )

    def begin(self, facts: Mapping[str, str]) -> None:
        """A run begins; it looks at the bad rows of the last one again."""
        with _told(self.path):
            self._writer.execute("DELETE FROM bad")
        self.keep(facts)

    def spent(self) -> tuple[float, int]:
        """US dollars that earlier runs have spent, and on how many rows."""
        with _told(self.path):
            found = self._reader.execute("SELECT coalesce(sum(cost), 0.0), count(cost) FROM rows")
            cost, rows = found.fetchone()
        return cost, rows

    def end(self, stopped: str) -> None:
        """The run is over.

        Args:
            stopped: why, if that is not because all is done.
        """
        # What is finished is kept already: a full disk must not hide why the job stopped.
        with self._opened, contextlib.suppress(JournalError):
            self.keep({"stopped": stopped})

    def close(self) -> None:
        """Close the file and let other processes have it."""
        self._opened.close()


class Reading:
    """A journal that is only read, also while its job runs.

    Args:
        path: of the file.
        blank: also one whose job was killed before it noted anything.

    Raises:
        JournalError: there is none, or it is no journal.
    """

    def __init__(self, path: StrPath, *, blank: bool = False) -> None:
        self.path = checked_path("journal", path)
        real = Path(os.path.realpath(path))
        if not real.is_file():
            raise JournalError(f"There is no journal {self.path}.")
        with _told(self.path):
            self._connection = _opened(real)
            self._blank = blank and _is_blank(self._connection)
            if not self._blank:
                _check_kind(self._connection, self.path)

    def facts(self) -> dict[str, str]:
        """What was noted of the job."""
        if self._blank:
            return {}
        with _told(self.path):
            return dict(self._connection.execute("SELECT name, value FROM facts"))

    def rows(self) -> Iterator[Stored]:
        """All finished rows, in the order of the input."""
        with _told(self.path):
            yield from map(Stored._make, self._connection.execute(_ALL))

    def bad(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Position, key and error of the rows that were never sent."""
        with _told(self.path):
            for position, key, error in self._connection.execute(
                "SELECT position, key, error FROM bad ORDER BY position"
            ):
                yield position, key, json.loads(error)

    def errors(self) -> dict[str, int]:
        """How many rows have which error, by the names of the classes."""
        with _told(self.path):
            return dict(
                self._connection.execute(
                    "SELECT json_extract(error, '$.class') AS name, count(*) FROM"
                    " (SELECT error FROM rows WHERE error IS NOT NULL"
                    " UNION ALL SELECT error FROM bad) GROUP BY name ORDER BY name"
                )
            )

    def note(self, facts: Mapping[str, str]) -> None:
        """Note facts of the job; also while it runs."""
        with _told(self.path):
            self._connection.executemany(_NOTE, facts.items())

    def account(self) -> Account:
        """What the job has done in all of its runs."""
        with _told(self.path):
            row = self._connection.execute(
                "SELECT coalesce(sum(state = 1), 0), coalesce(sum(state <> 1), 0),"
                " coalesce(sum(replayed), 0), coalesce(sum(attempts), 0),"
                " coalesce(sum(max(attempts - 1, 0)), 0), coalesce(sum(input_tokens), 0),"
                " coalesce(sum(output_tokens), 0), coalesce(sum(cost), 0.0), count(cost) FROM rows"
            ).fetchone()
            bad = self._connection.execute("SELECT count(*) FROM bad").fetchone()[0]
            facts = self.facts()
        names = ("done", "failed", "replayed", "attempts", "retries", "input_tokens")
        account = Account(**dict(zip(names, row, strict=False)), bad=bad)
        account.output_tokens, account.cost, account.priced = row[6:]
        account.total = int(facts["total"]) if "total" in facts else None
        account.stopped = facts.get("stopped") or None
        return account

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()


def _opened(path: Path) -> sqlite3.Connection:
    # One thread uses a connection at a time, though not always the one that made it.
    connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")  # of this connection only
    return connection


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Whether a file has no tables: nothing is in it."""
    try:
        return not connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    kind = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if kind == _APPLICATION and version == _VERSION:
        return
    connection.close()
    if kind != _APPLICATION:
        raise JournalError(f"{path} is an SQLite file, but no journal of a bulk job.")
    raise JournalError(
        f"The journal {path} has version {version} and this package writes version {_VERSION}: "
        "finish its job with the package that began it, or use another journal."
    )


def _told(path: Path) -> contextlib.AbstractContextManager[None]:
    return told_by_sqlite(
        f"The journal {path} can't be used",
        "What it had is kept; once this is mended the same call goes on where the job stopped.",
    )


def _values(outcome: Outcome) -> tuple[Any, ...]:
    row = outcome.row
    meta, usage = row.meta, row.meta.usage
    state = _DONE if row.error is None else _PASSING if outcome.passing else _FAILED
    return (
        row.key,
        meta.position,
        outcome.digest,
        state,
        outcome.status,
        _clean(outcome.content_type),
        outcome.body,
        None if row.error is None else json.dumps(error_facts(row.error), default=str),
        _clean(meta.request_id or "") or None,
        meta.idempotency_key,
        meta.attempts,
        meta.replayed,
        meta.elapsed,
        usage.input_tokens,
        usage.output_tokens,
        usage.cost,
    )


def _clean(header: str) -> str:
    """A header's text as SQLite takes it: bytes that are no UTF-8 came as halves of characters."""
    return header.encode("utf-8", "replace").decode()


def _bad_values(outcome: Outcome) -> tuple[Any, ...]:
    row = outcome.row
    facts = {} if row.error is None else error_facts(row.error)
    return row.meta.position, row.key, json.dumps(facts, default=str)
