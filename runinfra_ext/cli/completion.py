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
    if shell == "zsh":
        script = _for_zsh(script)
    screen = ctx.ensure_object(Session).screen
    if screen.json:
        screen.data({"shell": shell, "script": script})
    else:
        sys.stdout.write(f"{script}\n")


def _for_zsh(script: str) -> str:
    """The script as a file of ``$fpath``: zsh reads that at the first completion, which is one.

    Typer's only says what shall complete from then on, so that the first press of a key does
    nothing.
    """
    *lines, last = script.splitlines()
    function = last.split()[1]
    return "\n".join(
        [
            *lines,
            'if [[ "${zsh_eval_context[-1]}" == loadautofunc ]]; then',
            f'  {function} "$@"',
            "else",
            f"  {last}",
            "fi",
        ]
    )
