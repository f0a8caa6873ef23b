"""The command line ``runinfra-ext``, or ``python -m runinfra_ext``; it needs the extra ``cli``.

Importing this package starts nothing: Typer is loaded by :func:`main`, a command's own module when
that command runs, and rich where a table is drawn on a terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import ConfigurationError

__all__ = ["main"]

PROGRAM = "runinfra-ext"
# What the scripts of `completion` set when they ask.
COMPLETION_VARIABLE = "_RUNINFRA_EXT_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code.

    Args:
        arguments: of the command line; the process's own if left out.
    """
    from .failures import FILES, LEFT, quieted

    _opened()
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
        return code
    except ConfigurationError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        quieted()
        return LEFT
    except OSError as error:
        quieted()
        sys.stderr.write(f"error: stdout: {error.strerror}\n")
        return FILES


def _opened() -> None:
    """Let streams that were closed before the start lead nowhere.

    Whatever is opened next would take their numbers, and be written into.
    """
    for name, flags in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            mode = "r" if flags == os.O_RDONLY else "w"
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))


def version_line() -> str:
    """What ``--version`` shows."""
    return f"{PROGRAM} {__version__}\n"


def _run(arguments: list[str]) -> int:
    if COMPLETION_VARIABLE not in os.environ:
        # Half of the time that a start takes is Typer's; these need none of it.
        if arguments in ([], ["--help"], ["-h"]):
            from .page import page

            sys.stdout.write(f"{page()}\n")
            return 0
        if arguments == ["--version"]:
            sys.stdout.write(version_line())
            return 0
    from .app import run

    return run(arguments)
