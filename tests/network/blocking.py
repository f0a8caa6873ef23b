"""What the tests of the blocking client's network share; ``loops.py`` is for the async one."""

from __future__ import annotations

import threading
import time
from typing import Any

from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.blocking import HTTP
from runinfra_ext._http.options import HTTPOptions
from tests.network.hostile import Hostile, client_context, limits, server_context


def serve(handler: Any, tls: bool, **more: Any) -> Hostile:
    """A server of either kind."""
    return Hostile(handler, tls=server_context() if tls else None, **more)


def door(**options: Any) -> HTTP:
    """The door of a blocking client."""
    return HTTP(options=HTTPOptions(**{"ssl_context": client_context(), **options}))


def closed_meanwhile(http: HTTP, url: str, server: Hostile) -> list[tuple[str, bool]]:
    """How a request fails whose client is closed, by another thread, while it is being connected."""
    reasons: list[tuple[str, bool]] = []

    def call() -> None:
        try:
            http.send("GET", url, {}, None, limits())
        except TransportFailure as failure:
            reasons.append((failure.reason, failure.sent))

    thread = threading.Thread(target=call)
    thread.start()
    while server.opened == 0:
        time.sleep(0.001)
    http.close()
    thread.join(10)
    return reasons
