"""Libraries that only some jobs need, loaded when they do."""

from __future__ import annotations

import importlib
from typing import Any

from ..errors import ConfigurationError


def parquet() -> Any:
    """The module ``pyarrow.parquet``.

    Raises:
        ConfigurationError: it is not installed.
    """
    return _loaded("pyarrow.parquet", "parquet")


def arrow() -> Any:
    """The module ``pyarrow``.

    Raises:
        ConfigurationError: it is not installed.
    """
    return _loaded("pyarrow", "parquet")


def numpy() -> Any:
    """The module ``numpy``.

    Raises:
        ConfigurationError: it is not installed.
    """
    return _loaded("numpy", None)


def _loaded(name: str, extra: str | None) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        pass
    package = name.partition(".")[0]
    wanted = f"'runinfra-ext[{extra}]'" if extra else package
    msg = f"{package} is not installed: pip install {wanted}"
    raise ConfigurationError(msg)
