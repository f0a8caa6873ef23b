"""The command line ``runinfra-ext``, or ``python -m runinfra_ext``; it needs the extra ``cli``.

Importing this package starts nothing: Typer is loaded by :func:`main`, a command's own module when
that command runs, and rich where a table is drawn on a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import ConfigurationError

__all__ = ["main"]

PROGRAM = "runinfra-ext"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code.

    Args:
        arguments: of the command line; the process's own if left out.
    """
    try:
        from .app import run

        return run(sys.argv[1:] if arguments is None else list(arguments))
    except ConfigurationError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
