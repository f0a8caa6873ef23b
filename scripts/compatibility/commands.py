"""The commands of the program as lines of the snapshot: what people type is a promise too."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from typing import Any, Final

PROGRAM: Final = "runinfra-ext"


def commands() -> Iterator[str]:
    """A line for each command, then its arguments and each of its options."""
    app: Any = importlib.import_module("runinfra_ext.cli.app")
    listed: Any = importlib.import_module("runinfra_ext.cli.page").COMMANDS
    # These hand their arguments on to a program that argparse reads.
    passed_on: dict[str, Any] = {
        "sandbox": importlib.import_module("runinfra_ext.sandbox.__main__"),
        "canary": importlib.import_module("runinfra_ext.cli.canary").program(),
    }
    yield from _command(PROGRAM, app.command())
    for name in listed:
        title = f"{PROGRAM} {name}"
        if name in passed_on:
            yield from _argparse(title, passed_on[name].command_line(title))
            continue
        loaded = app.loaded(name)
        for below, command in getattr(loaded, "commands", {"": loaded}).items():
            yield from _command(f"{title} {below}".rstrip(), command)


def _command(title: str, command: Any) -> Iterator[str]:
    if command.hidden:
        return
    yield f"command {title}"
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    if arguments:
        yield f"    arguments({', '.join(_placed(arguments))})"
    options = [each for each in command.params if each.param_type_name == "option"]
    lines = [line for each in options if not each.hidden for line in _option(each)]
    yield from (f"    {line}" for line in sorted(lines))


def _placed(arguments: list[Any]) -> Iterator[str]:
    """Arguments, as parameters of a function that are given by their places."""
    plain = [it for it in arguments if it.nargs != -1]
    for it in plain:
        yield f"{it.name}: {_kind(it.type)!r}{'' if it.required else f' = {it.default!r}'}"
    if plain:
        yield "/"
    for it in arguments:
        if it.nargs == -1:
            kind = f"{_kind(it.type)}{'' if it.required else ' | nothing'}"
            yield f"*{it.name}: {kind!r}"


def _option(it: Any) -> Iterator[str]:
    kind = "flag" if it.is_flag else _kind(it.type)
    if it.multiple:
        kind += " | repeated"
    yield from _spelt(it.opts, kind, required=it.required, default=it.default)
    if it.secondary_opts:
        yield from _spelt(it.secondary_opts, "flag", required=False, default=None)


def _spelt(names: list[str], kind: str, *, required: bool, default: object) -> Iterator[str]:
    """The line of an option, and one for each other name that it has."""
    first, *others = sorted(names, key=lambda name: not name.startswith("--"))
    needed = "Required" if required else "NotRequired"
    shown = "" if required or default in (None, False) else f" = {default!r}"
    yield f"{first}: {needed}[{kind}]{shown}"
    yield from (f"{name}: NotRequired[{first}]" for name in others)


def _kind(it: Any) -> str:
    """What an argument or an option takes."""
    if choices := getattr(it, "choices", None):
        return " | ".join(f"Literal[{each!r}]" for each in choices)
    kind = str(getattr(it, "name", type(it).__name__)).removesuffix(" range")
    kind = "text" if kind == "str" else kind
    low, high = getattr(it, "min", None), getattr(it, "max", None)
    if low is None and high is None:
        return kind
    return f"{kind}[{'' if low is None else low}..{'' if high is None else high}]"


def _argparse(title: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"command {title}"
    lines: list[str] = []
    for it in parser._actions:  # noqa: SLF001 - argparse lists them nowhere else
        if isinstance(it, argparse._HelpAction):  # noqa: SLF001 - as above
            continue
        kind = "flag" if it.nargs == 0 else "text"
        if it.type in (int, float):
            kind = it.type.__name__
        if it.choices:
            kind = " | ".join(f"Literal[{each!r}]" for each in it.choices)
        default = it.default if isinstance(it.default, str | int | float) else None
        lines += _spelt(list(it.option_strings), kind, required=it.required, default=default)
    yield from (f"    {line}" for line in sorted(lines))
