"""``runinfra-ext respond``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .files import read_json
from .parameters import Model, NoStream, Schema, Temperature
from .session import Session, given_text
from .usage import usage_line, usage_of

if TYPE_CHECKING:
    from .._answer.results import Response
    from .._sync.client import RunInfra
    from .screen import Screen

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def respond(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="The input; from stdin if left out or '-'.")
    ] = None,
    *,
    model: Model = None,
    instructions: Annotated[str | None, typer.Option(help="What the model shall be.")] = None,
    schema: Schema = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens of the answer.")] = None,
    temperature: Temperature = None,
    no_stream: NoStream = False,
) -> None:
    """Answer an input by the Responses API.

    As chat does, without pictures and history: the gateway keeps no responses.
    """
    session = ctx.ensure_object(Session)
    params: dict[str, Any] = {**session.model(model), "input": given_text(text, what="an input")}
    options = {
        "instructions": instructions,
        "max_output_tokens": max_tokens,
        "temperature": temperature,
    }
    params |= {name: value for name, value in options.items() if value is not None}
    target = None if schema is None else read_json(schema, "--schema")
    screen = session.screen
    with session.client() as client:
        whole = _answer(client, screen, params, target, stream=not no_stream and not screen.json)
        usage = usage_of(client, whole.usage, whole.model)
    if screen.json:
        screen.data({**whole.to_dict(), "request_id": whole.request_id, "cli": usage})
        return
    screen.note(usage_line(usage, whole.meta))
    if whole.status == "incomplete":
        screen.note("the answer is incomplete")


def _answer(
    client: RunInfra, screen: Screen, params: dict[str, Any], target: Any, *, stream: bool
) -> Response:
    responses: Any = client.responses
    if target is not None:
        parsed: Any = responses.parse(target, **params)
        if not screen.json:
            screen.text(json.dumps(parsed.parsed, ensure_ascii=False, indent=2))
        structured: Response = parsed
        return structured
    if not stream:
        whole: Response = responses.create(**params)
        if not screen.json:
            screen.text(whole.output_text)
        return whole
    with responses.create(stream=True, **params) as pieces:
        screen.stream(pieces.text_stream)
        streamed: Response = pieces.final()
        return streamed
