"""``RUNINFRA_LOG``: the package's log on standard error, for those who set up no logging.

The loggers form a tree, so that each can be turned up or down by itself:

- ``runinfra_ext``: all of it;
- ``runinfra_ext.calls``: INFO, one line for each logical call;
- ``runinfra_ext.attempts``: DEBUG, one for each attempt and wait;
- ``runinfra_ext.middleware``: ERROR, what a middleware raised after its call.

No body, argument or credential is ever logged.
"""

from __future__ import annotations

import logging
import os
from typing import Final

from .._ground.checks import wrong
from ..errors import ConfigurationError

VARIABLE: Final = "RUNINFRA_LOG"
_LEVELS: Final = {"info": logging.INFO, "debug": logging.DEBUG}
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_root: Final = logging.getLogger("runinfra_ext")


def log_as_told() -> None:
    """Set the log up as the environment says; an application's own handlers are left alone.

    Raises:
        ConfigurationError: the variable has another value.
    """
    told = os.environ.get(VARIABLE, "").strip()
    if not told:
        return
    level = _LEVELS.get(told.lower())
    if level is None:
        raise wrong(VARIABLE, "'info' or 'debug'", told, ConfigurationError)
    _root.setLevel(level)
    if not _root.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(_FORMAT))
        _root.addHandler(handler)
