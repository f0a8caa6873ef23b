"""``runinfra-ext image``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .._ground.files import try_place, write_atomic
from ..errors import ConfigurationError
from .parameters import Model
from .session import Session, given_text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def image(
    ctx: typer.Context,
    prompt: Annotated[
        list[str] | None, typer.Argument(help="What to draw; from stdin if left out or '-'.")
    ] = None,
    *,
    model: Model = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; with -n its name gets a number."),
    ] = None,
    size: Annotated[str | None, typer.Option(help="For example 1024x1024.")] = None,
    count: Annotated[int, typer.Option("-n", help="How many.", min=1)] = 1,
) -> None:
    """Draw pictures.

    In a pipe, or with --output -, the one picture goes to stdout.
    """
    session = ctx.ensure_object(Session)
    to_stdout = str(output) == "-" or (output is None and not sys.stdout.isatty())
    if output is None and not to_stdout:
        msg = "give --output FILE: a picture is not for a terminal"
        raise ConfigurationError(msg, param="output")
    if to_stdout and (count > 1 or session.screen.json):
        msg = "give --output FILE: stdout takes one picture and nothing besides"
        raise ConfigurationError(msg, param="output")
    params: dict[str, Any] = {**session.model(model), "prompt": given_text(prompt, what="a prompt")}
    if size is not None:
        params["size"] = size
    if count > 1:
        params["n"] = count
    paths: list[str] = []
    if output is not None and not to_stdout:
        try_place(output)
    with session.client() as client:
        generate: Any = client.images.generate
        found = generate(**params)
        for number, entry in enumerate(found.data, 1):
            # An answer with a URL is fetched, without the key.
            data = client.images.fetch(entry)
            if to_stdout:
                sys.stdout.buffer.write(data)
            elif output is not None:
                path = output if len(found.data) == 1 else _numbered(output, number)
                paths.append(str(write_atomic(path, data)))
    if session.screen.json:
        session.screen.data({"files": paths, "request_id": found.request_id})
    else:
        session.screen.note(", ".join([*paths, found.request_id or ""]).strip(", "))


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
