"""``runinfra-ext completion``."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated, Any, Literal

import typer

from . import COMPLETION_VARIABLE, PROGRAM
from .session import Session

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Shell = Literal["bash", "zsh", "fish"]


@app.command(
    epilog="""\b
bash: runinfra-ext completion bash > ~/.local/share/bash-completion/completions/runinfra-ext
zsh:  runinfra-ext completion zsh > a folder of $fpath/_runinfra-ext
fish: runinfra-ext completion fish > ~/.config/fish/completions/runinfra-ext.fish"""
)
def completion(
    ctx: typer.Context, shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]
) -> None:
    """Print a script that completes commands in a shell.

    It knows their names, their options, and the models of your key.
    """
    shells: Any = importlib.import_module("typer.completion")
    script = shells.get_completion_script(
        prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE, shell=shell
    )
    screen = ctx.ensure_object(Session).screen
    if screen.json:
        screen.data({"shell": shell, "script": script})
    else:
        sys.stdout.write(f"{script}\n")
