"""``runinfra-ext embed`` and ``runinfra-ext rerank``."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .._ground.files import atomic_file
from ..errors import ConfigurationError
from .parameters import Model, Output
from .session import Session, stdin_text

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_BATCH: Final = 128  # texts of one request
_SHOWN: Final = 4  # numbers of a vector on a terminal


@app.command()
def embed(
    ctx: typer.Context,
    texts: Annotated[
        list[str] | None, typer.Argument(help="The texts; each line of stdin if left out.")
    ] = None,
    *,
    model: Model = None,
    dimensions: Annotated[int | None, typer.Option(help="Numbers of a vector.")] = None,
    output: Output = None,
) -> None:
    """Make vectors of texts.

    On a terminal a table; in a pipe, in a file and with --json a JSON object for each text: index,
    text, embedding.
    """
    session = ctx.ensure_object(Session)
    params = session.model(model)
    if dimensions is not None:
        params["dimensions"] = dimensions
    lines = _lines(texts, "texts")
    rows: list[tuple[object, ...]] = []
    tokens = 0
    shown = output is None and session.screen.is_terminal
    with session.client() as client, _written(output, session) as write:
        create: Any = client.embeddings.create
        for start in range(0, len(lines), _BATCH):
            batch = lines[start : start + _BATCH]
            found = create(input=batch, encoding_format="base64", **params)
            tokens += getattr(found.usage, "prompt_tokens", None) or 0
            for item in sorted(found.data, key=lambda one: one.index):
                index: int = start + item.index
                vector = [float(one) for one in item.embedding]
                if shown:
                    head = " ".join(f"{number:+.4f}" for number in vector[:_SHOWN])
                    rows.append((index, len(vector), f"{head} …", lines[index]))
                else:
                    write({"index": index, "text": lines[index], "embedding": vector})
    if shown:
        columns = ("index", "dimensions", "vector", "text")
        session.screen.table(columns, rows, right=columns[:2])
    session.screen.note(f"{len(lines)} texts, {tokens} tokens in")


@app.command()
def rerank(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="What is looked for.")],
    documents: Annotated[
        list[str] | None, typer.Argument(help="The documents; each line of stdin if left out.")
    ] = None,
    *,
    model: Model = None,
    top: Annotated[int | None, typer.Option(help="Show only the best so many.")] = None,
) -> None:
    """Order documents by relevance to a query.

    In a pipe each is a line: score, index, text; the best comes first.
    """
    session = ctx.ensure_object(Session)
    params = session.model(model)
    if top is not None:
        params["top_n"] = top
    texts = _lines(documents, "documents")
    with session.client() as client:
        create: Any = client.rerank.create
        found = create(query=query, texts=texts, **params)
    if session.screen.json:
        session.screen.data({**found.to_dict(), "request_id": found.request_id})
        return
    session.screen.table(
        ("score", "index", "text"),
        [_ranked(one.score, one.index, texts) for one in found.results],
        right=("score", "index"),
    )


def _ranked(score: float, index: int, texts: list[str]) -> tuple[object, ...]:
    return f"{score:.4f}", index, texts[index]


def _lines(given: list[str] | None, what: str) -> list[str]:
    lines = given or []
    if not lines and not sys.stdin.isatty():
        # Not where Python takes other characters of a text for ends of lines too.
        lines = [line for line in re.split(r"\r\n|\r|\n", stdin_text()) if line.strip()]
    if not lines:
        msg = f"give {what}, as arguments or as lines of stdin"
        raise ConfigurationError(msg, param=what)
    return lines


@contextlib.contextmanager
def _written(
    output: Path | None, session: Session
) -> Generator[Callable[[Any], object], None, None]:
    """Gives what writes a line of JSON: to stdout, or to a file that is there when all is."""
    if output is None or str(output) == "-":
        yield session.screen.data
        return
    with atomic_file(output) as file:
        yield lambda value: file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
