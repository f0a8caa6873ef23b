"""What a job of a file reads: requests in OpenAI's batch format, or rows that fill a template.

A file is read twice: before anything is sent, to find what is wrong with its lines, and then row by
row while the job runs, so that memory does not grow with it.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from .._ground import checks, json_codec
from .._ground.files import StrPath, absolute, checked_path
from ..errors import InvalidRequestError
from .extras import parquet
from .options import OnBadRow, functions, key_of
from .seen import Seen
from .template import Template

FORMATS: Final = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
_FIELD: Final = 64 * 1024 * 1024  # characters of a field of a CSV file: more is a missing quote
_BATCH: Final = 1000  # rows of a Parquet file that are in memory at a time
_SHOWN: Final = 5  # bad lines that an error names
_NO_TEXT: Final = {
    "compressed (gzip)": b"\x1f\x8b",
    "compressed (zip)": b"PK\x03\x04",
    "compressed (zstd)": b"\x28\xb5\x2f\xfd",
    "a Parquet file": b"PAR1",
    "UTF-16": b"\xff\xfe",
    "UTF-16 (big-endian)": b"\xfe\xff",
}
_MEMBERS: Final = frozenset({"custom_id", "method", "url", "body"})


class Line(NamedTuple):
    """A row of a file.

    Attributes:
        number: of its line (JSONL and CSV), or of the row (Parquet), from 1.
        key: of the row; empty where it has none of its own.
        operation: the method to call.
        params: its keyword arguments.
        problem: what is wrong with it; then it has no request.
    """

    number: int
    key: str
    operation: str = ""
    params: Mapping[str, Any] = {}
    problem: str = ""

    @property
    def error(self) -> InvalidRequestError:
        """What is wrong with it, as an error."""
        return InvalidRequestError(f"line {self.number}: {self.problem}", param="input")


class Source(NamedTuple):
    """How a file is read.

    Attributes:
        path: of the file.
        template: of the requests; ``None``: they are in the file.
        operation: the method to call with the template.
        key: the column that names a row.
    """

    path: Path
    template: Template | None
    operation: str
    key: str | None

    def lines(self) -> Iterator[Line]:
        """The rows, good and bad.

        Raises:
            InvalidRequestError: the file can't be read.
        """
        make = self._request if self.template is None else self._filled
        problem = ""
        try:
            for number, row in self._rows():
                yield Line(number, "", problem=row) if isinstance(row, str) else make(number, row)
        except UnicodeDecodeError as error:
            problem = f"it is not UTF-8: {_byte(error)}"
        except (OSError, ValueError, csv.Error) as error:  # no Parquet file, a quote that is open
            problem = str(error)
        if problem:
            msg = f"input: {os.fspath(self.path)!r} can't be read: {problem}"
            raise InvalidRequestError(msg, param="input")

    def _rows(self) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
        kind = format_of(self.path, "input")
        if kind == "parquet":
            return _parquet_rows(self.path, self._columns())
        _check_text(self.path)
        return (_json_rows if kind == "jsonl" else _csv_rows)(self.path)

    def _columns(self) -> frozenset[str]:
        """The columns of a table that are looked at."""
        assert self.template is not None
        named: frozenset[str] = frozenset(() if self.key is None else (self.key,))
        return self.template.columns | named

    def checked(self, on_bad_row: OnBadRow, wrong: Callable[[Line], str]) -> int:
        """Read the whole file once; how many rows it has.

        Args:
            on_bad_row: whether what is wrong with a row is raised.
            wrong: tells what is wrong with the arguments of a row's request.

        Raises:
            InvalidRequestError: lines are wrong, and they are not to be recorded; it names the
                first of them.
        """
        seen, count = Seen(), 0
        problems: list[str] = []
        for line in self.lines():
            count += 1
            problem = line.problem
            if not problem and line.key:
                before = seen.add(line.key, line.number)
                if before is not None:
                    problem = f"{checks.shown(line.key)} is the key of line {before} already"
            if not problem and on_bad_row == "raise":
                problem = wrong(line)
            if problem:
                problems.append(f"line {line.number}: {problem}")
                if on_bad_row == "raise" and len(problems) >= _SHOWN:
                    break
                del problems[_SHOWN:]
        seen.close()
        if problems and on_bad_row == "raise":
            msg = f"input: nothing was sent, because of {self.path.name}, {'; '.join(problems)}"
            raise InvalidRequestError(msg, param="input")
        return count

    def _request(self, number: int, row: Mapping[str, Any]) -> Line:
        """A line of OpenAI's batch format."""
        key = row.get("custom_id")
        named = key_of(key) if isinstance(key, str) else ""
        if not named:
            return Line(number, "", problem="custom_id: expected a non-blank string")
        extra = sorted(row.keys() - _MEMBERS)
        if extra:
            return Line(number, named, problem=f"{extra[0]}: no member of a batch request")
        if row.get("method", "POST") != "POST":
            return Line(number, named, problem="method: expected 'POST'")
        operation = _by_url().get(str(row.get("url")).removeprefix("/v1"))
        if operation is None:
            expected = ", ".join(f"/v1{path}" for path in sorted(_by_url()))
            got = checks.shown(row.get("url"))
            return Line(number, named, problem=f"url: expected one of {expected}, got {got}")
        body: object = row.get("body")
        if not json_codec.is_object(body):
            return Line(number, named, problem="body: expected an object")
        if body.get("stream"):
            return Line(number, named, problem="body.stream: a bulk job reads whole answers")
        fields = functions()[operation].fields
        params = {name: value for name, value in body.items() if name in fields}
        more = {k: v for k, v in body.items() if k not in fields and k != "stream"}
        return Line(number, named, operation, {**params, "extra_body": more} if more else params)

    def _filled(self, number: int, row: Mapping[str, Any]) -> Line:
        """A row of a table, in the template."""
        assert self.template is not None
        key = ""
        if self.key is not None:
            key = key_of(row.get(self.key))
            if not key:
                return Line(number, "", problem=f"{self.key}: expected a key of the row")
        problem = self.template.problem(row)
        if problem:
            return Line(number, key, problem=problem)
        return Line(number, key, self.operation, self.template.filled(row))


def source_of(
    path: StrPath, request: Mapping[str, Any] | None, operation: str, key: str | None
) -> Source:
    """How a file is to be read.

    Raises:
        InvalidRequestError: there is no such file, its format is unknown, or it needs a template.
        ConfigurationError: the extra for its format is not installed.
    """
    found = absolute("input", path)
    kind = format_of(found, "input")
    if not os.path.isfile(found):  # noqa: PTH113 - Path's raises where a name is too long
        msg = f"input: there is no file {os.fspath(found)!r}"
        raise InvalidRequestError(msg, param="input")
    if kind == "parquet":
        parquet()
    if request is None and kind != "jsonl":
        msg = f"request: expected a template of the request for a {kind} file"
        raise InvalidRequestError(msg, param="request")
    if request is None and key is not None:
        msg = "key: the rows of a batch file are named by their custom_id"
        raise InvalidRequestError(msg, param="key")
    if key is not None and not isinstance(key, str):
        raise checks.wrong("key", "the name of a column", key)
    return Source(found, None if request is None else Template(request), operation, key)


def format_of(path: StrPath, param: str) -> str:
    """The format that the name of a file tells.

    Raises:
        InvalidRequestError: none that is known.
    """
    kind = FORMATS.get(checked_path(param, path).suffix.lower())
    if kind is None:
        raise checks.wrong(param, f"a file that ends with {', '.join(FORMATS)}", os.fspath(path))
    return kind


def _by_url() -> Mapping[str, str]:
    """The methods by the paths of their operations; ``create`` wins over ``parse``."""
    return {
        operation.path: name
        for name, operation in functions().items()
        if operation.body == "json" and not name.endswith(".parse") and "{" not in operation.path
    }


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            problem = ""
            row: object = None
            try:
                row = json_codec.decode_line(text)
            except ValueError as error:
                problem = _no_json(text, error)
            if not problem and not json_codec.is_object(row):
                problem = f"expected an object, got {checks.shown(row)}"
            yield number, problem or row  # type: ignore[misc]  # a row without a problem is an object


def _no_json(text: bytes, error: ValueError) -> str:
    """What is wrong with a line."""
    try:
        text.decode()
    except UnicodeDecodeError as odd:
        return f"not UTF-8: {_byte(odd)}"
    if b"\0" in text:
        return "no JSON: it has bytes that are zero, as UTF-16 has them"
    if not isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error}"
    cut = error.msg.startswith("Unterminated") or not error.doc[error.pos :].strip()
    if cut and not text.endswith(b"\n"):
        return "the file ends in the middle of it: it was not written to its end"
    return f"no JSON: {error.msg} at character {error.pos + 1}"


def _byte(error: UnicodeDecodeError) -> str:
    return f"it has the byte 0x{error.object[error.start]:02x}"


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader: csv.DictReader[str] = csv.DictReader(file, strict=True)
        names = reader.fieldnames or ()
        _check_names(names, names)
        while (row := _next_row(reader)) is not None:
            # A row may span lines: the last of them is where the reader is.
            if None in row or None in row.values():
                yield reader.line_num, f"expected {len(names)} columns"
            else:
                yield reader.line_num, row


def _next_row(reader: csv.DictReader[str]) -> dict[Any, Any] | None:
    """The next row, if there is one; it may hold a document, which is more than csv takes at first.

    The limit is one for the whole process: it is as it was for everybody else.
    """
    before = csv.field_size_limit(_FIELD)
    try:
        return next(reader, None)
    except csv.Error as error:
        msg = f"after line {reader.line_num}: {error}"
        raise ValueError(msg) from error
    finally:
        csv.field_size_limit(before)


def _check_names(names: Sequence[str], looked_at: Iterable[str]) -> None:
    """See that no column's name is that of two, of which one would be taken for the other."""
    for name in looked_at:
        if names.count(name) > 1:
            msg = f"it has two columns {checks.shown(name)}"
            raise ValueError(msg)


def _parquet_rows(
    path: Path, columns: frozenset[str]
) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """The rows; only the columns that are looked at are read, so that no other can be wrong."""
    file = parquet().ParquetFile(path)
    try:
        names: list[str] = file.schema_arrow.names
        _check_names(names, columns)
        blank: Mapping[str, Any] = dict.fromkeys(names)
        known = sorted(columns.intersection(names))
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH, columns=known):
            values = {name: _values(batch.column(name)) for name in known}
            for place in range(batch.num_rows):
                number += 1
                row = {name: given[place] for name, given in values.items()}
                odd = next((name for name in known if isinstance(row[name], _Odd)), None)
                yield number, {**blank, **row} if odd is None else f"column {odd!r} {row[odd]}"
    finally:
        file.close()


class _Odd(str):
    """What is wrong with a value that Python has no object for."""

    __slots__ = ()


def _values(column: Any) -> list[Any]:
    """The values of a column; where Python can't hold one, what is wrong with it."""
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # one of them: which one is told with its row
        return [_value(value) for value in column]
    return values


def _value(value: Any) -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        pass
    return _Odd(f"has a {value.type} that can't be read as one of Python's: make it a text first")


def _check_text(path: Path) -> None:
    """See that a file is no archive and no text of another encoding, line by line a riddle.

    Raises:
        ValueError: it is one.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for kind, mark in _NO_TEXT.items():
        if start.startswith(mark):
            msg = f"it is {kind}; expected text in UTF-8"
            raise ValueError(msg)
