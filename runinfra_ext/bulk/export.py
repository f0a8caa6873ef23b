"""What can be done with a journal alone: look at it, and write its rows to a file."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import attrs

from .._ground.files import StrPath, atomic_file
from .._ground.json_codec import HALF, decode, is_object, is_sequence, tolerant
from .._media.vectors import decode_vector
from .account import Account
from .errors import JournalError
from .extras import arrow, parquet
from .journal import Reading, Stored
from .sources import format_of

_BATCH: Final = 1000  # rows that are written at a time
_PIECE: Final = 1024 * 1024
_COLUMNS: Final[tuple[str, ...]] = (
    "key",
    "ok",
    "text",
    "embedding",
    "error",
    "request_id",
    "input_tokens",
    "output_tokens",
    "cost",
)
_OUTPUTS: Final = "outputs"  # the fact that has the digests of what was written


@attrs.frozen(kw_only=True)
class Status:
    """What a journal knows of its job.

    Attributes:
        job: its name.
        operation: the method that it calls.
        account: what all of its runs have done; ``stopped`` says why the last one ended early:
            ``"unfinished"`` if it is running now, or was killed.
        errors: how many rows have which error, by the names of the classes.
        facts: all that was noted of the job.
    """

    job: str
    operation: str
    account: Account
    errors: Mapping[str, int]
    facts: Mapping[str, str]


def status(journal: StrPath) -> Status:
    """Look at a journal, also while its job runs.

    Args:
        journal: path of it.

    Raises:
        JournalError: there is none, or it is no journal.
    """
    with Reading(journal) as reading:
        facts = reading.facts()
        return Status(
            job=facts.get("job", ""),
            operation=facts.get("operation", ""),
            account=reading.account(),
            errors=reading.errors(),
            facts=facts,
        )


def export(journal: StrPath, output: StrPath) -> int:
    """Write the finished rows of a journal to a file, in the order of the input.

    Args:
        journal: path of it; its job may be running.
        output: the file: ``.jsonl`` (OpenAI's batch format), ``.csv`` or ``.parquet`` (extra
            ``parquet``). It is replaced if this function wrote it from the same journal.

    Returns:
        How many rows were written.

    Raises:
        JournalError: there is no such journal, or the output exists and is not of it.
        InvalidRequestError: the output's format is unknown.
        ConfigurationError: the extra for its format is not installed.
        OSError: the output can't be written.
    """
    kind = format_of(output, "output")
    with Reading(journal) as reading:
        check_output(reading.facts(), journal, output)
        writer = {"jsonl": _write_lines, "csv": _write_csv, "parquet": _write_parquet}[kind]
        target = Path(os.path.realpath(output))
        with atomic_file(target) as file:
            hashed = _Hashed(file)
            count = writer(reading, hashed)
            # Before it takes its place: a file of ours that nobody knows would be refused later.
            digests = json.loads(reading.facts().get(_OUTPUTS, "{}"))
            known = digests.get(str(target), [])[-1:]
            digests[str(target)] = [*known, hashed.digest.hexdigest()]
            reading.note({_OUTPUTS: json.dumps(digests)})
    return count


def check_output(facts: Mapping[str, str], journal: StrPath, output: StrPath) -> None:
    """See that a file may be written: it is not there, or was written from this journal.

    Raises:
        JournalError: it is something else.
    """
    target = Path(os.path.realpath(output))
    if not os.path.exists(target):  # noqa: PTH110 - Path's raises where a name is too long
        return
    known = json.loads(facts.get(_OUTPUTS, "{}")).get(str(target), [])
    if not target.is_file() or _digest(target) not in known:
        raise JournalError(
            f"The output {output} exists, and is not what was written from the journal {journal}: "
            "nothing was done. Move it away, or give another output."
        )


class _Hashed(io.BufferedIOBase):
    """A file that is hashed while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        """It is there to be written."""
        return True

    def write(self, data: Any, /) -> int:
        """Write and hash."""
        self.digest.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        """Where the next byte will be."""
        return self._file.tell()


def _digest(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hashed.update(piece)
    return hashed.hexdigest()


def _write_lines(reading: Reading, file: io.BufferedIOBase) -> int:
    count = 0
    for line in _merged(reading):
        file.write(tolerant(line).encode() + b"\n")
        count += 1
    return count


def _merged(reading: Reading) -> Iterator[dict[str, Any]]:
    """Lines of OpenAI's batch format, those of bad rows in their places."""
    bad = reading.bad()
    following = next(bad, None)
    for row in reading.rows():
        while following is not None and following[0] < row.position:
            yield _bad_line(following)
            following = next(bad, None)
        yield _line(row)
    while following is not None:
        yield _bad_line(following)
        following = next(bad, None)


def _line(row: Stored) -> dict[str, Any]:
    facts = row.facts()
    response = None
    if row.body is not None or row.status:
        body = facts.get("body") if row.body is None else _body(row)
        response = {"status_code": row.status, "request_id": row.request_id, "body": body}
    return {
        "id": f"batch_req_{row.position}",
        "custom_id": row.key,
        "response": response,
        "error": _error(facts) if facts else None,
    }


def _bad_line(bad: tuple[int, str, dict[str, Any]]) -> dict[str, Any]:
    position, key, facts = bad
    return {
        "id": f"batch_req_{position}",
        "custom_id": key,
        "response": None,
        "error": _error(facts),
    }


def _error(facts: Mapping[str, Any]) -> dict[str, Any]:
    code = facts.get("code") or facts.get("type") or facts.get("class")
    return {"code": str(code), "message": facts.get("message", "")}


def _body(row: Stored) -> Any:
    """An answer as JSON can hold it: sound and pictures as base64."""
    data = row.body or b""
    if "json" in row.content_type or not row.content_type:
        try:
            return decode(data)
        except ValueError:
            pass
    if row.content_type.startswith("text/"):
        return data.decode("utf-8", "replace")
    return base64.b64encode(data).decode()


def _record(row: Stored) -> dict[str, Any]:
    """A row as a table has it."""
    body = _body(row) if row.body is not None else None
    facts = row.facts()
    vector = _vector(body)
    return {
        "key": row.key,
        "ok": row.done,
        "text": None if body is None or vector is not None else HALF.sub("\ufffd", _text(body)),
        "embedding": vector,
        "error": _told(facts),
        "request_id": row.request_id,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cost": row.cost,
    }


def _bad_record(bad: tuple[int, str, dict[str, Any]]) -> dict[str, Any]:
    _, key, facts = bad
    empty = dict.fromkeys(_COLUMNS)
    return {**empty, "key": key, "ok": False, "error": _told(facts)}


def _told(facts: Mapping[str, Any]) -> str | None:
    text = f"{facts.get('class')}: {facts.get('message')}" if facts else None
    return None if text is None else HALF.sub("\ufffd", text)


def _text(body: Any) -> str:
    """What a model said; the whole answer where it said nothing."""
    if isinstance(body, str):
        return body
    if is_object(body):
        choices: Any = body.get("choices") or [{}]
        content: Any = choices[0].get("message", {}).get("content")
        if isinstance(content, str):
            return content
        said = [
            part["text"]
            for item in _objects(body.get("output"))
            for part in _objects(item.get("content"))
            if isinstance(part.get("text"), str)
        ]
        if said:
            return "".join(said)
        for name in ("output_text", "text"):
            text = body.get(name)
            if isinstance(text, str):
                return text
    return tolerant(body)


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list of what an engine sent beside what was promised."""
    return [item for item in value if is_object(item)] if is_sequence(value) else []


def _vector(body: Any) -> list[float] | None:
    """The vector of an answer that has exactly one."""
    data: Any = body.get("data") if is_object(body) else None
    if not is_sequence(data) or len(data) != 1:
        return None
    vector: Any = data[0].get("embedding")
    if isinstance(vector, str):
        return list(decode_vector(vector))
    return list(vector) if is_sequence(vector) else None


def _records(reading: Reading) -> Iterator[dict[str, Any]]:
    yield from map(_record, reading.rows())
    yield from map(_bad_record, reading.bad())


def _write_csv(reading: Reading, file: io.BufferedIOBase) -> int:
    raw: Any = file
    text = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
    writer: csv.DictWriter[str] = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for record in _records(reading):
        if record["embedding"] is not None:
            record["embedding"] = json.dumps(record["embedding"])
        writer.writerow(record)
        count += 1
    text.detach()  # the file is closed by the one who made it
    return count


def _write_parquet(reading: Reading, file: io.BufferedIOBase) -> int:
    pa = arrow()
    kinds = {
        "ok": pa.bool_(),
        "embedding": pa.list_(pa.float32()),
        "input_tokens": pa.int64(),
        "output_tokens": pa.int64(),
        "cost": pa.float64(),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in _COLUMNS])
    count = 0
    with parquet().ParquetWriter(file, schema) as writer:
        batch: list[dict[str, Any]] = []
        for record in _records(reading):
            batch.append(record)
            count += 1
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch.clear()
        writer.write_table(pa.Table.from_pylist(batch, schema))
    return count
