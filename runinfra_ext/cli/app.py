"""The program: its commands, the options that all of them have, and how it ends.

Promises: a command's module is imported when that command runs; whatever goes wrong is one line on
stderr and one of the exit codes below; a reader of the output that leaves is no error; Ctrl-C ends
with 130; no traceback is shown but with ``--debug``, and that one without the values of variables.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, cast

from ..errors import ConfigurationError
from . import COMPLETION_VARIABLE, PROGRAM, version_line
from .failures import code_of, quieted, told
from .page import COMMANDS, VERSION, page
from .session import Session

try:
    import typer
    from typer.core import TyperCommand, TyperGroup, TyperOption
    from typer.main import get_command
except ImportError as error:  # pragma: no cover - only without the extra
    _message = f"the command line needs its extra: pip install 'runinfra-ext[cli]' ({error})"
    raise ConfigurationError(_message) from None


class Root(TyperGroup):
    """The program itself; its commands are loaded when they run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, command in COMMANDS.items():
            # A stand-in, for lists, suggestions and completion.
            self.add_command(TyperCommand(name, help=command.summary, rich_markup_mode=None))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Its own page, which :func:`main` shows without loading any of this."""
        del ctx
        formatter.write(page())

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant, itself instead of its stand-in."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, (loaded(name) if name in COMMANDS else command), rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what goes wrong becomes a line and an exit code."""
        session: Session = ctx.ensure_object(Session)
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except BrokenPipeError:
            quieted()
            raise typer.Exit(code_of(BrokenPipeError())) from None
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told in one line
            fault: BaseException = error
        # Outside of the handler: a second Ctrl-C shows no chain of errors.
        told(fault, session)
        raise typer.Exit(code_of(fault))


def loaded(name: str) -> TyperCommand | TyperGroup:
    """A command of the list, with its own options and those that all have."""
    module = importlib.import_module(f".{COMMANDS[name].module}", __package__)
    made: Any = get_command(module.app)
    # A module may have several commands; a group of commands has its module's name.
    found = made.commands.get(name, made) if isinstance(made, TyperGroup) else made
    found.name = name
    if not COMMANDS[name].bare:
        for command in getattr(found, "commands", {"": found}).values():
            command.params.extend(_shared())
    return cast("TyperCommand | TyperGroup", found)


def _shared() -> list[TyperOption]:
    """The options that every command has; their values go to the session."""

    def option(name: str, text: str, *, metavar: str | None = None, kind: Any = None) -> Any:
        return TyperOption(
            param_decls=[f"--{name}"],
            type=kind,
            is_flag=kind is None,
            metavar=metavar,
            help=text,
            expose_value=False,
            callback=_kept,
        )

    return [
        option("base-url", "The gateway; RUNINFRA_BASE_URL if left out.", metavar="URL", kind=str),
        option("pipeline-id", "One pipeline instead of the workspace.", metavar="ID", kind=str),
        option("api-key-file", "A file whose first line is the key.", metavar="FILE", kind=str),
        option("timeout", "Seconds of silence to bear.", metavar="SECONDS", kind=float),
        option("max-retries", "Further attempts after a first one.", metavar="N", kind=int),
        option("json", "Print JSON, for machines."),
        option("debug", "Tell of every attempt, and where an error came from."),
    ]


def _kept(ctx: Any, parameter: Any, value: Any) -> Any:
    if value is not None and value is not False:
        setattr(ctx.ensure_object(Session), f"{parameter.name}", value)
    return value


def _made() -> Any:
    app = typer.Typer(
        cls=Root,
        name=PROGRAM,
        add_completion=False,  # the command `completion` does it
        pretty_exceptions_enable=False,  # they would show the values of variables
        rich_markup_mode=None,  # loading rich takes longer than all the rest of a help page
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(  # pyright: ignore[reportUnusedFunction] - Typer has it
        *,
        version: Annotated[
            bool,
            typer.Option("--version", is_eager=True, help=VERSION, callback=_show_version),
        ] = False,
    ) -> None:
        del version

    return get_command(app)


def _show_version(value: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if value:
        sys.stdout.write(version_line())
        raise typer.Exit


def command() -> Any:
    """The whole program, as a command of Typer's."""
    return _made()


def run(arguments: Sequence[str]) -> int:
    """Run the program; the exit code."""
    if COMPLETION_VARIABLE in os.environ:
        # Else only Typer's own options would do it.
        shells: Any = importlib.import_module("typer.completion")
        shells.completion_init()
    try:
        code = command().main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        text = " ".join(error.format_message().split())
        own = arguments[: arguments.index("--")] if "--" in arguments else arguments
        if "--json" in own:
            facts = {"error": "UsageError", "exit_code": error.exit_code, "message": text}
            sys.stderr.write(json.dumps(facts) + "\n")
        else:
            sys.stderr.write(f"error: {text}\n")
        return error.exit_code
    except SystemExit as ended:  # completion ends so
        code = ended.code
    except typer.Abort:
        return code_of(KeyboardInterrupt())
    return code if isinstance(code, int) else 0
