"""What ``run`` and ``embed`` make of their arguments, and of the rows that come back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import attrs

from .._ground.files import StrPath, absolute, check_place
from ..errors import InvalidRequestError, RunInfraError
from .account import Account
from .errors import JournalError
from .export import check_output, export
from .extras import parquet
from .journal import Reading
from .options import Options
from .rows import Row, Ticket
from .sources import Line, Source, format_of
from .vectors import OnError, Pack, Vectors, is_too_much


class RunOrder:
    """The job of a file.

    Args:
        source: how it is read.
        output: the file to write.
        options: of the job.

    Attributes:
        options: with the path of the journal.
        count: how many rows the input has.
    """

    def __init__(self, source: Source, output: StrPath, options: Options) -> None:
        self._source = source
        # The process may be elsewhere when they are used.
        self._output = absolute("output", output)
        self._journal = absolute("journal", options.journal)
        self.options = options._replace(journal=self._journal)
        self.count = 0

    def check(self, problem: Callable[[Line], str]) -> None:
        """See that all can be read, sent and written, before anything is sent.

        Args:
            problem: tells what is wrong with the arguments of a line's request.

        Raises:
            InvalidRequestError: a line is wrong, the output's format is unknown, or it can't be
                written.
            ConfigurationError: the extra for a format is not installed.
            JournalError: the output exists, and is not of this journal.
        """
        if format_of(self._output, "output") == "parquet":
            parquet()
        taken = {os.path.realpath(self._source.path): "input"}
        for name, path in (("output", self._output), ("journal", self._journal)):
            before = taken.setdefault(os.path.realpath(path), name)
            if before != name:
                msg = f"{name}: expected another file than the {before}"
                raise InvalidRequestError(msg, param=name)
        facts: dict[str, str] = {}
        if os.path.isfile(self._journal):  # noqa: PTH113 - Path's raises where a name is too long
            with Reading(self._journal, blank=True) as reading:
                facts = reading.facts()
        check_output(facts, self._journal, self._output)
        check_place("output", self._output)
        self.count = self._source.checked(self.options.on_bad_row, problem)

    @property
    def identity(self) -> dict[str, str | None]:
        """What the journal must be of."""
        template = self._source.template
        return {
            "kind": "run",
            "operation": self._source.operation,
            "request": "" if template is None else template.sorted,
            "key": self._source.key or "",
        }

    @property
    def facts(self) -> dict[str, str]:
        """What :func:`read_order` needs."""
        template = self._source.template
        order = {
            "input": os.path.realpath(self._source.path),
            "output": os.path.realpath(self._output),
            "request": None if template is None else json.loads(template.text),
            "operation": self._source.operation,
            "key": self._source.key,
        }
        return {"run": json.dumps(order)}

    def key(self, line: Line) -> str:
        """What names a row."""
        return line.key or f"row at line {line.number}"

    def ticket(self, line: Line) -> Ticket:
        """A row's request."""
        return Ticket(self.key(line), line, 0, line.operation, line.params)

    def write(self) -> int:
        """Write the output; how many rows."""
        try:
            return export(self._journal, self._output)
        except OSError as error:
            error.add_note(f"bulk: all is kept in {self._journal}; the same call writes it again")
            raise


def read_order(journal: StrPath) -> dict[str, Any]:
    """The arguments of ``run`` that began a job.

    Raises:
        JournalError: there is no such journal, or it is of a job that had no file.
    """
    with Reading(journal) as reading:
        facts = reading.facts()
    if "run" not in facts:
        msg = f"The journal {journal} is of a job whose rows came from a program: run that again."
        raise JournalError(msg)
    order: dict[str, Any] = json.loads(facts["run"])
    return order


class EmbedOrder:
    """The vectors of a job, as they come.

    Args:
        model: to embed with.
        dimensions: of the vectors, if they can be chosen.
    """

    def __init__(self, model: str | None, dimensions: int | None) -> None:
        # Base64 is a fifth of the numbers' text, on the way and in the journal.
        given = {"model": model, "dimensions": dimensions, "encoding_format": "base64"}
        self._params = {name: value for name, value in given.items() if value is not None}
        self._vectors = Vectors()
        self._halves: list[Pack] = []

    def identity(self, texts: int, characters: int) -> dict[str, str | None]:
        """What the journal must be of."""
        return {
            "kind": "embed",
            "operation": "embeddings.create",
            "model": str(self._params.get("model", "")),
            "dimensions": str(self._params.get("dimensions", "")),
            "packs": f"{texts} texts, {characters} characters",
        }

    def key(self, pack: Pack) -> str:
        """What names a row."""
        return pack.key

    def ticket(self, pack: Pack) -> Ticket:
        """A row's request."""
        params = {**self._params, "input": pack.texts}
        return Ticket(pack.key, pack, 0, "embeddings.create", params, size=len(pack.texts))

    def arrived(self, row: Row[Pack, Any]) -> None:
        """A pack is done."""
        if row.error is None:
            self._vectors.put(row.item, row.unwrap().data)
        elif self.is_halved(row):
            self._halves += row.item.halves()
        else:
            self._vectors.fail(row.item, row.error)

    def is_halved(self, row: Row[Pack, Any]) -> bool:
        """Whether a pack that was refused goes on in two."""
        return is_too_much(row.error) and len(row.item.texts) > 1

    def before(self, account: Account) -> Account:
        """What all rounds so far have done: a pack that was halved has not failed."""
        return attrs.evolve(account, failed=len(self._vectors.errors))

    def halved(self) -> list[Pack] | None:
        """The packs to send now; ``None`` if all is done."""
        halves, self._halves = self._halves, []
        return halves or None

    def finished(self, account: Account, on_error: OnError) -> Vectors:
        """The vectors.

        Raises:
            RunInfraError: of the first text that has none, if it is to be raised.
        """
        vectors = self._vectors.done()
        # A pack that was halved has not failed.
        account.failed, account.total = len(vectors.errors), len(vectors)
        account.bad = 0
        vectors.account = account
        if vectors.errors and on_error == "raise":
            first = min(vectors.errors)
            error: RunInfraError = vectors.errors[first]
            error.add_note(f"text {first} has no vector, and {len(vectors.errors) - 1} others")
            raise error
        return vectors
