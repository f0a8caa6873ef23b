"""``runinfra-ext canary``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Final

import typer

from ..errors import ConfigurationError
from .parameters import PASSED_ON

app = typer.Typer(rich_markup_mode=None, add_completion=False)

# The program of `make canary`: a wheel has it here, a checkout among its scripts.
_HERE: Final = Path(__file__).resolve().parent
_PLACES: Final = (_HERE / "_canary/canary.py", _HERE.parents[1] / "scripts/canary.py")


@app.command(add_help_option=False, context_settings=PASSED_ON)
def canary(ctx: typer.Context) -> None:
    """Check every operation against the live gateway: PAID calls."""
    raise typer.Exit(program().main(ctx.args, prog="runinfra-ext canary"))


def program() -> Any:
    """The module of the canary.

    Raises:
        ConfigurationError: it is not there, or the extra ``sandbox`` is not.
    """
    path = next((one for one in _PLACES if one.is_file()), None)
    spec = path and importlib.util.spec_from_file_location("runinfra_canary", path)
    if not spec or spec.loader is None:
        msg = "the canary is neither in this installation nor beside it"
        raise ConfigurationError(msg)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        raise ConfigurationError(str(error)) from None
    return module
