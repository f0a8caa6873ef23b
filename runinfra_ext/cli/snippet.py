"""``runinfra-ext snippet``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import ConfigurationError
from .parameters import Model
from .session import Session
from .snippets import OPERATIONS, Form, program

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_NAMES = "\n".join(f"  {one.method:29}{' '.join(one.names)}" for one in OPERATIONS)


def _operations(incomplete: str) -> list[str]:
    names = [name for one in OPERATIONS for name in (one.names[0], one.method)]
    return [name for name in names if name.startswith(incomplete)]


@app.command(epilog=f"\b\nOperations, and shorter names for them:\n{_NAMES}")
def snippet(
    ctx: typer.Context,
    operation: Annotated[
        str,
        typer.Argument(help="Such as chat, or audio.speech.create.", autocompletion=_operations),
    ],
    *,
    model: Model = None,
    form: Annotated[
        Form, typer.Option("--for", help="The SDK, its async client, openai's package, or curl.")
    ] = "python",
) -> None:
    """Print a program that is ready to paste.

    It reads the key from RUNINFRA_API_KEY, and the gateway from RUNINFRA_BASE_URL if that is set.
    """
    session = ctx.ensure_object(Session)
    found = next((one for one in OPERATIONS if operation in {one.method, *one.names}), None)
    if found is None:
        known = ", ".join(one.names[0] for one in OPERATIONS)
        msg = f"operation: expected one of {known}, got {operation!r}"
        raise ConfigurationError(msg, param="operation")
    text = program(found, model=session.model_name(model) or found.model, form=form)
    if session.screen.json:
        session.screen.data({"operation": found.method, "for": form, "program": text})
    else:
        session.screen.text(text, end="")
