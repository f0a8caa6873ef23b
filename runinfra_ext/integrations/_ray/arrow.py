"""``pyarrow``, which comes with Ray; its types are not told."""

from __future__ import annotations

from importlib import import_module
from typing import Any

pa: Any = import_module("pyarrow")
