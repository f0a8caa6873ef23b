"""The ways in which the scenarios are run: world, HTTP library, event loop, plain or TLS.

Every scenario that takes ``both`` runs on the two :data:`BASE` ways. Those marked ``every_way`` run
on all of them; ``--matrix`` runs all scenarios of the suites in :data:`SUITES` on all others.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest


class Leg(NamedTuple):
    """A way to run a scenario.

    Attributes:
        kind: ``sync`` or ``async``.
        library: of a client that the application gives; blank for the SDK's own.
        loop: of the async world.
        tls: whether the sandbox speaks TLS.
    """

    kind: str
    library: str = ""
    loop: str = "asyncio"
    tls: bool = False

    @property
    def name(self) -> str:
        """Its id."""
        loop = "uvloop" if self.loop == "uvloop" else ""
        parts = [self.kind, self.library, loop, "tls" if self.tls else ""]
        return "-".join(part for part in parts if part)


_WAYS: Final = [
    *(Leg("sync", library) for library in ("", "httpx", "httpx2")),
    *(Leg("async", library) for library in ("", "httpx", "httpx2")),
    Leg("async", "", "uvloop"),
]
ALL: Final = {leg.name: leg for way in _WAYS for leg in (way, way._replace(tls=True))}
BASE: Final = ("sync", "async")
SUITES: Final = (
    "tests/e2e/test_operations.py",
    "tests/e2e/test_faults.py",
    "tests/e2e/test_stream_faults.py",
    "tests/e2e/test_clients.py",
    "tests/streams/test_sockets.py",
    "tests/media/",
)


def legs_of(metafunc: pytest.Metafunc) -> list[str]:
    """Names of the ways in which a test is to run."""
    everywhere = metafunc.definition.get_closest_marker("every_way") is not None
    path = metafunc.definition.path.relative_to(metafunc.config.rootpath).as_posix()
    matrix = metafunc.config.getoption("--matrix") and path.startswith(SUITES)
    if matrix:
        names = [name for name in ALL if name not in BASE]
    else:
        names = list(ALL if everywhere else BASE)
    if metafunc.definition.get_closest_marker("own_connections") is not None:
        names = [name for name in names if not ALL[name].library]
    return names


def options_of(leg: Leg, gateway: Any) -> dict[str, Any]:
    """What a client needs to reach a sandbox in this way."""
    if leg.library:
        from tests.network.given import make

        trust = {"verify": gateway.ssl_context} if leg.tls else {}
        return {"http_client": make(leg.library, leg.kind, **trust)}
    return {"ssl_context": gateway.ssl_context} if leg.tls else {}
