"""Modules that annotations name, and that few programs need: loaded when somebody asks for them."""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import Any


class LateModule:
    """Stands for a module in annotations: ``ssl.SSLContext`` as a type checker reads it.

    An import for type checkers only leaves no name behind, and ``typing.get_type_hints`` fails.

    Args:
        names: of the module; of several the first that is installed.
    """

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        *first, last = self._names
        for module in first:
            with suppress(ImportError):
                return getattr(importlib.import_module(module), name)
        return getattr(importlib.import_module(last), name)
