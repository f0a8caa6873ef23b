"""``runinfra-ext models``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .parameters import known_models
from .session import Session

if TYPE_CHECKING:
    from runinfra_client.models import Model

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def models(
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(help="Id of one model, to see all of it.", autocompletion=known_models),
    ] = None,
) -> None:
    """List the models of the key, or show one.

    In a pipe each model is a line: id, availability, context, price of input and output, endpoints.
    """
    session = ctx.ensure_object(Session)
    screen = session.screen
    with session.client() as client:
        if model is not None:
            one = client.models.retrieve(model).to_dict()
            if screen.json:
                screen.data(one)
            else:
                screen.table(("field", "value"), _facts(one))
            return
        found = client.models.list()
    if screen.json:
        screen.data(found.to_dict())
        return
    screen.table(
        ("model", "availability", "context", "$/M in", "$/M out", "endpoints"),
        [_row(entry) for entry in found.data],
        right=("context", "$/M in", "$/M out"),
    )
    if not found.data:
        screen.note("the key has no verified live model; deploy one, or ask with another key")


def _row(model: Model) -> tuple[object, ...]:
    price = model.pricing
    return (
        model.id,
        model.availability,
        model.context_window or model.context_length,
        None if price is None else price.input,
        None if price is None else price.output,
        " ".join(model.supported_endpoints or ()),
    )


def _facts(model: dict[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in model.items():
        if isinstance(value, dict):
            rows += [(f"{name}.{key}", inner) for key, inner in value.items()]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] - JSON
        elif isinstance(value, list):
            rows.append((name, " ".join(map(str, value))))  # pyright: ignore[reportUnknownArgumentType] - JSON
        else:
            rows.append((name, value))
    return rows
