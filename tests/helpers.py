"""Small things that tests of all kinds need."""

from __future__ import annotations

import socket
from typing import Any


class Clock:
    """A clock that a test moves.

    Args:
        now: seconds that it shows first.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def fault(name: str) -> dict[str, Any]:
    """Call options that ask the sandbox for a fault."""
    return {"extra_headers": {"X-Sandbox-Fault": name}}


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
