"""The program's own help page: its commands, and its exit codes. Typer is not needed for it."""

from __future__ import annotations

import shutil
from textwrap import fill
from typing import Final, NamedTuple

from . import PROGRAM
from .failures import CODES

_ABOUT: Final = """RunInfra at the terminal: ask models, make sound and pictures, and find out what
is wrong when that does not work.

The key is that of RUNINFRA_API_KEY, or of the file that --api-key-file names; it never stands on
the command line. RUNINFRA_BASE_URL, RUNINFRA_PIPELINE_ID and RUNINFRA_MODEL are heeded too."""
VERSION: Final = "Show the version."
_OPTIONS: Final = (("--version", VERSION), ("-h, --help", "Show this message and exit."))
# As wide as the pages of the commands, which Typer makes.
_WIDEST: Final = 78
_NARROWEST: Final = 50


class Command(NamedTuple):
    """Where a command is, and what the list of commands says of it."""

    module: str
    summary: str
    # Whether it has options of its own only.
    bare: bool = False


COMMANDS: Final = {
    "doctor": Command("doctor", "Find out what is wrong between here and the gateway."),
    "models": Command("models", "List the models of the key, or show one."),
    "chat": Command("chat", "Ask one question, or hold a conversation."),
    "respond": Command("respond", "Answer an input by the Responses API."),
    "embed": Command("vectors", "Make vectors of texts."),
    "rerank": Command("vectors", "Order documents by relevance to a query."),
    "image": Command("image", "Draw pictures."),
    "speak": Command("sound", "Say a text: to a file, to a player, or to a pipe."),
    "transcribe": Command("transcribe", "Write down what is said in files."),
    "voice": Command("sound", "Talk to a pipeline: send recorded speech, get an answer."),
    "bulk": Command("bulk", "Send many rows as one job, with a journal."),
    "webhook": Command("webhook", "Sign, verify and receive webhooks."),
    "sandbox": Command("sandbox", "Run the local gateway.", bare=True),
    "canary": Command("canary", "Check every operation against the live gateway.", bare=True),
    "snippet": Command("snippet", "Print a program that is ready to paste."),
    "completion": Command("completion", "Print a script that completes commands in a shell."),
}


def page() -> str:
    """The help page of the program, as wide as the terminal lets it be."""
    width = max(min(shutil.get_terminal_size().columns - 2, _WIDEST), _NARROWEST)
    about = [
        fill(text, width, initial_indent="  ", subsequent_indent="  ")
        for text in _ABOUT.split("\n\n")
    ]
    commands = [(name, command.summary) for name, command in COMMANDS.items()]
    column = max(len(name) for name, _ in commands) + 4
    codes = "\n".join(f"    {code:<4}{text}" for code, text in CODES)
    return "\n\n".join(
        [
            f"Usage: {PROGRAM} [OPTIONS] COMMAND [ARGS]...",
            *about,
            f"Options:\n{_rows(_OPTIONS, column, width)}",
            f"Commands:\n{_rows(commands, column, width)}",
            f"  Exit codes:\n{codes}",
        ]
    )


def _rows(
    rows: tuple[tuple[str, str], ...] | list[tuple[str, str]], column: int, width: int
) -> str:
    return "\n".join(
        fill(text, width, initial_indent=f"  {name}".ljust(column), subsequent_indent=" " * column)
        for name, text in rows
    )
