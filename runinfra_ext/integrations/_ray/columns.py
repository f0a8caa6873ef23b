"""The columns of a result, as Arrow types that are the same in every batch; and their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ...bulk.account import Account
from ...bulk.rows import Row, RowMeta, Usage, error_facts, error_of
from ...errors import InvalidRequestError
from .arrow import pa
from .work import Columns

ERROR: Final = pa.struct(
    [
        ("class", pa.string()),
        ("message", pa.string()),
        ("status", pa.int64()),
        ("code", pa.string()),
        ("request_id", pa.string()),
        ("idempotency_key", pa.string()),
        ("outcome_unknown", pa.bool_()),
    ]
)
META: Final = pa.struct(
    [
        ("key", pa.string()),
        ("attempts", pa.int64()),
        ("replayed", pa.bool_()),
        ("request_id", pa.string()),
        ("input_tokens", pa.int64()),
        ("output_tokens", pa.int64()),
        ("cost", pa.float64()),
    ]
)


def _text(completion: Any) -> str | None:
    text: str | None = completion.choices[0].message.content if completion.choices else None
    return text


def _vector(embeddings: Any) -> Any:
    return embeddings.data[0].embedding


_RESULTS: Final[Mapping[str, tuple[Any, Callable[[Any], Any]]]] = {
    "embeddings.create": (pa.list_(pa.float32()), _vector),
    "chat.completions.create": (pa.string(), _text),
    # The text was found to fit; columns of structs would differ from batch to batch.
    "chat.completions.parse": (pa.string(), _text),
}


def with_columns(
    columns: Columns, table: Any, operation: str, rows: Sequence[Row[Any, Any]]
) -> Any:
    """The table with its columns.

    Args:
        columns: their names.
        table: an Arrow table.
        operation: what was called.
        rows: one for each of the table.
    """
    kind, read = _RESULTS[operation]
    results = [read(row.result) if row.ok else None for row in rows]
    table = table.append_column(columns.output, pa.array(results, kind))
    table = table.append_column(columns.error, pa.array(map(_error, rows), ERROR))
    return table.append_column(columns.meta, pa.array(map(_meta, rows), META))


def _error(row: Row[Any, Any]) -> dict[str, Any] | None:
    if row.error is None:
        return None
    facts = error_facts(row.error)
    return {field.name: facts.get(field.name) for field in ERROR}


def _meta(row: Row[Any, Any]) -> dict[str, Any]:
    meta = row.meta
    return {
        "key": row.key,
        "attempts": meta.attempts,
        "replayed": meta.replayed,
        "request_id": meta.request_id,
        "input_tokens": meta.usage.input_tokens,
        "output_tokens": meta.usage.output_tokens,
        "cost": meta.usage.cost,
    }


def added_up(dataset: Any, *, error: str, meta: str) -> Account:
    """The account of all rows of a dataset.

    Raises:
        InvalidRequestError: a column is missing.
    """
    account = Account()
    for batch in dataset.iter_batches(batch_size=4096, batch_format="pyarrow"):
        for param, name in (("error", error), ("meta", meta)):
            if name not in batch.column_names:
                there = ", ".join(batch.column_names)
                msg = f"{param}: there is no column {name!r} (there are {there})"
                raise InvalidRequestError(msg, param=param)
        pairs: Iterable[tuple[Any, Any]]
        pairs = zip(batch[error].to_pylist(), batch[meta].to_pylist(), strict=True)
        for fault, facts in pairs:
            account.add(_row(fault, facts))
    return account


def _row(fault: dict[str, Any] | None, facts: dict[str, Any]) -> Row[Any, Any]:
    """A row of the dataset as the account counts it."""
    usage = Usage(
        input_tokens=facts["input_tokens"],
        output_tokens=facts["output_tokens"],
        cost=facts["cost"],
    )
    took = RowMeta(position=0, attempts=facts["attempts"], replayed=facts["replayed"], usage=usage)
    error = None if fault is None else error_of(fault)
    return Row(facts["key"], None, None, error, took)
