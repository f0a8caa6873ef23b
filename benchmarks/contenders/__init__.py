"""The clients that are measured, each behind the same few methods.

Every module has a ``Sync`` or an ``Async`` class, or both. A worker process loads one module, so
that no contender pays for another's imports.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

# Name -> module of this package. An async contender's name ends in "-async".
MODULES: Final = {
    "openai": "with_openai",
    "official": "with_official",
    "httpx": "with_httpx",
    "urllib3": "with_urllib3",
    "aiohttp": "with_aiohttp",
    "socket": "with_socket",
    "ext": "with_ext",
}


def load(name: str) -> Any:
    """The class of a contender, by its name."""
    family, _, mode = name.partition("-")
    module = importlib.import_module(f".{MODULES[family]}", __name__)
    return module.Async if mode else module.Sync
