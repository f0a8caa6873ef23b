"""The HTTP library that the installed ``openai`` takes clients of."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import openai

if TYPE_CHECKING:
    import httpx2 as http
else:
    _VERSION = tuple(map(int, openai.__version__.split(".")[:2]))
    if _VERSION < (2, 40):
        raise ImportError("openai " + openai.__version__)  # it would repeat what has failed
    http = importlib.import_module("httpx2" if _VERSION >= (3, 0) else "httpx")

__all__ = ["http"]
