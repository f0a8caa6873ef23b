"""The blocking drivers, from the async ones: `runinfra_ext/_sync` from `runinfra_ext/_async`.

unasync does the work, token by token; names that start with ``Async`` lose that word. It leaves
docstrings alone, so these get the same few words replaced afterwards.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import unasync

# Written by hand on both sides: deadlines, event loops and threads are where the worlds differ.
HAND_WRITTEN: Final = frozenset({"_callbacks.py", "_crew.py", "_showing.py", "_timing.py"})
# Only in the async world: there is nothing to await in the other, so a method is a plain door.
ASYNC_ONLY: Final = frozenset({"at_hand.py"})
HEADER: Final = "# Generated from {source} by `make gen`; do not edit.\n"

_ASYNC_NAME = re.compile(r"\bAsync(?=[A-Z])\w+")
_OVERLOAD = re.compile(r"^( *@overload\n) *@at_hand\n", re.MULTILINE)
_DECORATOR = re.compile(r"^( *@)at_hand$", re.MULTILINE)
_IMPORTED = re.compile(r"^from (\.+)at_hand import at_hand$", re.MULTILINE)
_NAMES: Final = {
    "aclose": "close",
    "anext": "next",
    "_async": "_sync",
    "asyncio": "threading",
    "asynchronous": "blocking",
}


def write_twins(source: Path, target: Path) -> None:
    """Write the twin of every module below ``source`` to the same place below ``target``."""
    modules = sorted(
        path
        for path in source.rglob("*.py*")
        if path.suffix in {".py", ".pyi"}
        and path.name not in HAND_WRITTEN | ASYNC_ONLY
        and path != source / "__init__.py"
    )
    replacements = dict(_NAMES)
    for path in modules:
        for name in _ASYNC_NAME.findall(path.read_text(encoding="utf-8")):
            replacements[name] = name.removeprefix("Async")
    rule = unasync.Rule(str(source), str(target), additional_replacements=replacements)
    unasync.unasync_files([str(path) for path in modules], rules=[rule])
    for path in modules:
        twin = target / path.relative_to(source)
        text = _ASYNC_NAME.sub(
            lambda match: match[0].removeprefix("Async"), twin.read_text("utf-8")
        )
        text = _DECORATOR.sub(r"\1door", _OVERLOAD.sub(r"\1", text))
        text = _IMPORTED.sub(r"from .\1_ground.doors import door", text)
        # `aclose` is the async classes' second name for `close`; the blocking ones need only one.
        text = text.replace("    aclose = close\n", "").replace("    close = close\n", "")
        text = text.replace("aclose", "close")
        origin = f"runinfra_ext/_async/{path.relative_to(source).as_posix()}"
        twin.write_text(HEADER.format(source=origin) + text, encoding="utf-8")
