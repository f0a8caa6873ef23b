"""What the tests of the blocking client's network share; ``loops.py`` is for the async one."""

from __future__ import annotations

from typing import Any

from runinfra_ext._http.blocking import HTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import Hostile, client_context, server_context


def serve(handler: Any, tls: bool, **more: Any) -> Hostile:
    """A server of either kind."""
    return Hostile(handler, tls=server_context() if tls else None, **more)


def door(**options: Any) -> HTTP:
    """The door of a blocking client."""
    return HTTP(options=HTTPOptions(**{"ssl_context": client_context(), **options}))
