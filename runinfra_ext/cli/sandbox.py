"""``runinfra-ext sandbox``."""

from __future__ import annotations

import typer

from ..errors import ConfigurationError
from .parameters import PASSED_ON

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(add_help_option=False, context_settings=PASSED_ON)
def sandbox(ctx: typer.Context) -> None:
    """Run the local gateway; its own options are those of python -m runinfra_ext.sandbox."""
    try:
        from ..sandbox.__main__ import program
    except ImportError as error:
        raise ConfigurationError(str(error)) from None
    raise typer.Exit(program(ctx.args, prog="runinfra-ext sandbox"))
