"""Schemas from Python types, values from JSON, and Python functions as tools."""

from __future__ import annotations

from typing import Final

# Here, because methods have it in their signatures; the rest is loaded by the calls that need it.
DEFAULT_MAX_STEPS: Final = 10  # requests of one loop; a model that needs more is going in circles
