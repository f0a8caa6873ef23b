# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The low-level client of the RunInfra gateway: models, operations, and plain calls.

Applications use `runinfra_ext`, which adds retries, streams, uploads and typed errors. To use it alone,
call the functions of an operation's module::

    from runinfra_client import Client
    from runinfra_client.api.models import list_models

    with Client("https://api.runinfra.ai/v1", token) as client:
        print(list_models.sync(client).data)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client

__all__ = ("Client",)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(".client", __name__), name)
