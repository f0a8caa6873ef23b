"""``runinfra-ext doctor``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from .._ground.files import write_atomic
from .parameters import known_models
from .session import Session

if TYPE_CHECKING:
    from .checks import Check, Examination
    from .screen import Screen

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_MARKS: Final = {"ok": "ok", "warn": "!!", "fail": "FAIL", "skip": "--"}
_COLOURS: Final = {"ok": "32", "warn": "33", "fail": "31;1", "skip": "2"}


@app.command()
def doctor(
    ctx: typer.Context,
    *,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="Look at this model too.", autocompletion=known_models),
    ] = None,
    call: Annotated[
        bool, typer.Option("--call", help="Ask the model one question: a PAID call.")
    ] = False,
    fix_hints: Annotated[
        bool, typer.Option("--fix-hints", help="Show the commands that would mend it.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write all of it to a file, without secrets, for support.")
    ] = None,
) -> None:
    """Find out what is wrong between here and the gateway.

    It looks at the key, the address, the proxy, the name's addresses, the connection, the
    certificate, the clock, the models and the rate limit, in the order in which a request meets
    them, and says what to do about the first one that fails. Nothing is charged, but with --call.
    """
    from .checks import examine

    session = ctx.ensure_object(Session)
    if call:
        session.model(model)  # a question needs one
    examination = examine(session, model=session.model_name(model), call=call)
    if report is not None:
        text = json.dumps(examination.as_dict(), ensure_ascii=False, indent=2) + "\n"
        write_atomic(report, text.encode())
    screen = session.screen
    if screen.json:
        screen.data(examination.as_dict())
    else:
        _show(screen, examination, fix_hints=fix_hints)
        if report is not None:
            screen.note(f"report: {report}")
    raise typer.Exit(examination.code)


def _show(screen: Screen, examination: Examination, *, fix_hints: bool) -> None:
    width = max(len(check.name) for check in examination.checks)
    for check in examination.checks:
        screen.styled(f"{_MARKS[check.state]:<5}", _COLOURS[check.state])
        screen.text(f"{check.name:<{width}}  {check.detail}")
    for check in examination.troubles:
        screen.text("")
        screen.text(f"{check.name}: {check.hint}")
        if fix_hints:
            for line in check.fixes:
                screen.text(f"    {line}")
    screen.text("")
    screen.text(_verdict(examination.troubles, examination.code, fix_hints=fix_hints))


def _verdict(troubles: list[Check], code: int, *, fix_hints: bool) -> str:
    if not troubles:
        return "Everything is well."
    more = "" if fix_hints or not any(one.fixes for one in troubles) else "; --fix-hints tells how"
    if not code:
        return f"It works, with {len(troubles)} thing(s) to look at{more}."
    return f"Something is wrong: {troubles[0].name}{more}."
