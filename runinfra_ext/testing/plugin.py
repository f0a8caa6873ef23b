"""The pytest plugin: a gateway of its own for each test, clients for it, and no other network.

Installed with the package; nothing has to be switched on. The fixtures:

``runinfra_gateway``
    A fresh :class:`~runinfra_ext.sandbox.Sandbox`. ``RUNINFRA_API_KEY`` and ``RUNINFRA_BASE_URL``
    point to it, so an application that makes its own client uses it without a change. What
    ``runinfra_gateway.answer(...)`` dictates must be asked for, unless it says ``required=False``.
    ``@pytest.mark.runinfra(requests_per_minute=2)`` gives it settings: any field of
    :class:`~runinfra_ext.sandbox.Settings`. With ``tls=True`` it serves https, and
    ``SSL_CERT_FILE`` names what clients have to trust.
``runinfra_client``, ``async_runinfra_client``
    Clients for that gateway, closed after the test. The async one works under pytest-asyncio,
    anyio's plugin, or ``asyncio.run``.
``runinfra_network_guard``
    A :class:`~runinfra_ext.testing.NetworkGuard`, in use wherever the gateway is: a test that tries
    to reach anything but this machine fails, even if the application swallowed the error. The ini
    option ``runinfra_network = allow`` leaves the network open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from .guard import NetworkGuard

if TYPE_CHECKING:
    from runinfra_ext import AsyncRunInfra, RunInfra
    from runinfra_ext.sandbox import Sandbox

_MARK = "runinfra(tls=False, **settings): settings of this test's runinfra_gateway"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini option."""
    parser.addini(
        "runinfra_network",
        "guard: tests with runinfra_gateway reach only this machine; allow: no guard",
        default="guard",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line("markers", _MARK)
    choice = config.getini("runinfra_network")
    if choice not in {"guard", "allow"}:
        msg = f"runinfra_network: expected guard or allow, got {choice!r}"
        raise pytest.UsageError(msg)


@pytest.fixture
def runinfra_network_guard(request: pytest.FixtureRequest) -> Iterator[NetworkGuard]:
    """Nothing but this machine can be reached; a test that tried fails."""
    guard = NetworkGuard()
    guarding = request.config.getini("runinfra_network") == "guard"
    with guard if guarding else nullcontext():
        yield guard
    if guard.blocked:
        hosts = ", ".join(dict.fromkeys(guard.blocked))
        pytest.fail(f"the test tried to reach {hosts}", pytrace=False)


@pytest.fixture
def runinfra_gateway(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    runinfra_network_guard: NetworkGuard,  # noqa: ARG001 - only has to be in use
) -> Iterator[Sandbox]:
    """A fresh local gateway; clients without arguments use it."""
    from runinfra_ext.sandbox import Sandbox, Settings  # noqa: PLC0415 - needs its extra

    settings: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("runinfra"))):
        settings |= marker.kwargs
    tls = settings.pop("tls", False)
    with Sandbox(settings=Settings(**settings), tls=tls) as gateway:
        monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
        monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
        monkeypatch.delenv("RUNINFRA_PIPELINE_ID", raising=False)
        if tls:
            monkeypatch.setenv("SSL_CERT_FILE", gateway.ca_file)
        yield gateway
        unused = gateway.unused_answers
    if unused:
        pytest.fail("dictated answers were not asked for:\n" + "\n".join(unused), pytrace=False)


@pytest.fixture
def runinfra_client(runinfra_gateway: Sandbox) -> Iterator[RunInfra]:
    """A blocking client of the gateway's workspace."""
    from runinfra_ext import RunInfra  # noqa: PLC0415 - pytest loads this module at every start

    with RunInfra(
        api_key=runinfra_gateway.api_key,
        base_url=runinfra_gateway.base_url,
        ssl_context=runinfra_gateway.ssl_context,
    ) as client:
        yield client


@pytest.fixture
def async_runinfra_client(runinfra_gateway: Sandbox) -> Iterator[AsyncRunInfra]:
    """An async client of the gateway's workspace."""
    import httpx  # noqa: PLC0415 - as above

    from runinfra_ext import AsyncRunInfra  # noqa: PLC0415 - as above

    # No connection outlives its answer: the test's event loop is gone when this fixture ends.
    limits = httpx.Limits(max_keepalive_connections=0)
    client = AsyncRunInfra(
        api_key=runinfra_gateway.api_key,
        base_url=runinfra_gateway.base_url,
        http_client=httpx.AsyncClient(limits=limits, timeout=None),  # noqa: S113 - the SDK's own
    )
    yield client
    asyncio.run(client.close())
