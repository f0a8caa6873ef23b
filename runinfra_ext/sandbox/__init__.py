"""A local gateway that speaks RunInfra's wire contract, for demos, tests and offline work.

From Python::

    from runinfra_ext.sandbox import Sandbox

    with Sandbox() as gateway:
        client = RunInfra(api_key=gateway.api_key, base_url=gateway.base_url)

From a shell: ``python -m runinfra_ext.sandbox --port 8080``. It needs the extra ``sandbox``. It
shares the OpenAPI document with the SDK and nothing else, so that each can catch the other's
mistakes.
"""

from __future__ import annotations

try:
    import starlette as _starlette
    import uvicorn as _uvicorn
except ImportError as error:  # pragma: no cover - only without the extra
    _message = "the sandbox needs its extra: pip install 'runinfra-ext[sandbox]'"
    raise ImportError(_message) from error

from .app import create_app
from .scripted import Asked, Match
from .server import Sandbox
from .settings import Settings
from .state import Charge, Entry, SandboxState

del _starlette, _uvicorn

__all__ = [
    "Asked",
    "Charge",
    "Entry",
    "Match",
    "Sandbox",
    "SandboxState",
    "Settings",
    "create_app",
]
