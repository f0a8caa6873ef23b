"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

# All that a command is given goes to another program, whose own help it has.
PASSED_ON: Final[dict[str, Any]] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def known_models(incomplete: str) -> list[str]:
    """The models that begin so, for completion."""
    from .known import models

    return [name for name in models() if name.startswith(incomplete)]


Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="Which model; RUNINFRA_MODEL if left out.",
        autocompletion=known_models,
    ),
]
Schema = Annotated[
    Path | None, typer.Option(help="A JSON schema (file) that the answer shall fit.")
]
NoStream = Annotated[bool, typer.Option("--no-stream", help="Wait for the whole answer.")]
Temperature = Annotated[float | None, typer.Option(help="0 is steady, 2 is wild.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write; '-' for stdout.")
]
Play = Annotated[bool, typer.Option("--play", help="Play it, by a player that is installed.")]
