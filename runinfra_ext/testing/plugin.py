"""The pytest plugin: a gateway of its own for each test, clients for it, and no other network.

Installed with the package; nothing has to be switched on. The fixtures:

``runinfra_gateway``
    A fresh :class:`~runinfra_ext.sandbox.Sandbox`. ``RUNINFRA_API_KEY`` and ``RUNINFRA_BASE_URL``
    point to it, so an application that makes its own client uses it without a change. What
    ``runinfra_gateway.answer(...)`` dictates must be asked for, unless it says ``required=False``.
    ``@pytest.mark.runinfra(requests_per_minute=2)`` gives it settings: any field of
    :class:`~runinfra_ext.sandbox.Settings`. With ``tls=True`` it serves https, and
    ``SSL_CERT_FILE`` names what clients have to trust. With ``cassette="name.jsonl"``, a file next
    to the test, it replays what was recorded from a real gateway; ``pytest --runinfra-record=URL``
    records it, with the key of ``RUNINFRA_API_KEY``.
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
import inspect
import os
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import urlsplit

import pytest

from .guard import NetworkGuard

if TYPE_CHECKING:
    from runinfra_ext import AsyncRunInfra, RunInfra
    from runinfra_ext.sandbox import Sandbox, Settings
    from runinfra_ext.sandbox.tape import CassetteOptions

_MARK = (
    "runinfra(tls=False, cassette=None, **settings): settings of this test's runinfra_gateway, "
    "and a file to replay, which --runinfra-record writes"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    parser.getgroup("runinfra").addoption(
        "--runinfra-record",
        metavar="URL",
        help="record the cassettes of runinfra markers from this gateway (base URL ending in /v1), "
        "with the key of RUNINFRA_API_KEY: paid calls",
    )
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
    if config.getoption("--runinfra-record") and hasattr(config, "workerinput"):
        msg = "--runinfra-record: tests share cassettes, so they are recorded in one process"
        raise pytest.UsageError(msg)


# What is left to say against a test when it has run: a text, or nothing. Each says it once.
_CHECKS = pytest.StashKey[list[Callable[[], str | None]]]()
# The cassettes that this session has begun anew: what more its tests record is put behind.
_RECORDED = pytest.StashKey[set[Path]]()
# Whether a test came to its end: only then what it recorded is worth to be kept.
_PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that passed by itself fails here, as a failure of its own and no error after it."""
    result = yield
    item.stash[_PASSED] = True
    checks = item.stash.setdefault(_CHECKS, [])
    problems = [problem for check in checks if (problem := check())]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    return result


def _check_after(request: pytest.FixtureRequest, check: Callable[[], str | None]) -> None:
    request.node.stash.setdefault(_CHECKS, []).append(check)


@pytest.fixture
def runinfra_network_guard(request: pytest.FixtureRequest) -> Iterator[NetworkGuard]:
    """Nothing but this machine can be reached; a test that tried fails."""
    guard = NetworkGuard()
    guarding = request.config.getini("runinfra_network") == "guard"

    def blocked() -> str | None:
        hosts = ", ".join(dict.fromkeys(guard.blocked))
        guard.blocked.clear()
        return f"the test tried to reach {hosts}" if hosts else None

    _check_after(request, blocked)
    with guard if guarding else nullcontext():
        yield guard
    problem = blocked()  # of a test that failed by itself, or of a fixture's end
    if problem is not None:
        pytest.fail(problem, pytrace=False)


@pytest.fixture
def runinfra_gateway(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    runinfra_network_guard: NetworkGuard,
) -> Iterator[Sandbox]:
    """A fresh local gateway; clients without arguments use it."""
    from runinfra_ext.sandbox import Sandbox  # noqa: PLC0415 - needs its extra

    settings, tls, cassette = _marked(request)
    upstream: str | None = request.config.getoption("--runinfra-record")
    tape: CassetteOptions = {"record": None, "upstream": None, "replay": None}
    if cassette is not None:
        tape["replay"] = request.path.parent / cassette
    taken: Path | None = None
    if tape["replay"] is not None and upstream is not None:
        taken = request.getfixturevalue("tmp_path_factory").mktemp("runinfra") / "taken.jsonl"
        tape = {"record": taken, "upstream": upstream, "replay": None}
        if not os.environ.get("RUNINFRA_API_KEY"):
            pytest.fail("--runinfra-record needs a key in RUNINFRA_API_KEY", pytrace=False)
        _let_through(runinfra_network_guard, upstream)
    gateway = _started(Sandbox(settings=settings, tls=tls, **tape))
    try:
        if taken is None:
            monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
        monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
        monkeypatch.delenv("RUNINFRA_PIPELINE_ID", raising=False)
        if tls:
            monkeypatch.setenv("SSL_CERT_FILE", gateway.ca_file)

        def unused() -> str | None:
            answers = gateway.unused_answers
            return (
                "\n".join(["dictated answers were not asked for:", *answers]) if answers else None
            )

        _check_after(request, unused)
        yield gateway
    finally:
        gateway.stop()
    if taken is not None and cassette is not None and request.node.stash.get(_PASSED, False):
        _keep(request.config, taken, request.path.parent / cassette)


def _started(gateway: Sandbox) -> Sandbox:
    """The sandbox while it runs; a cassette that can't be used is told in a line."""
    problem = ""
    try:
        return gateway.start()
    except OSError as error:
        if error.filename is None:
            raise
        problem = f"{error.filename}: {error.strerror}"
        if isinstance(error, FileNotFoundError):
            problem += ", by pytest --runinfra-record=https://api.runinfra.ai/v1"
    except ValueError as error:
        problem = str(error)
    return _refuse(problem)


def _keep(config: pytest.Config, taken: Path, cassette: Path) -> None:
    """Put what a test has recorded into its cassette, behind what the tests before it have."""
    recorded = config.stash.setdefault(_RECORDED, set[Path]())
    place = cassette.resolve()
    fresh = taken.read_bytes()
    if not fresh and place.exists():  # it asked nothing
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    whole = place.with_name(f".{place.name}.part")
    whole.write_bytes((place.read_bytes() if place in recorded else b"") + fresh)
    whole.replace(place)
    recorded.add(place)


def _marked(request: pytest.FixtureRequest) -> tuple[Settings, bool, str | os.PathLike[str] | None]:
    """What the test's markers say: settings, whether it serves https, and the cassette."""
    from runinfra_ext.sandbox import Settings  # noqa: PLC0415 - needs its extra

    given: dict[str, Any] = {}
    known: list[str] = [*inspect.signature(Settings).parameters, "tls", "cassette"]
    markers: list[pytest.Mark] = list(request.node.iter_markers("runinfra"))
    for marker in reversed(markers):
        if marker.args:
            shown = ", ".join(map(repr, marker.args))
            _refuse(f"expected its settings by name, such as cassette=..., got {shown}")
        for name in marker.kwargs.keys() - set(known):
            near = get_close_matches(name, known)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
            _refuse(f"there is no setting {name!r}; {hint}")
        given |= marker.kwargs
    tls, cassette = given.pop("tls", False), given.pop("cassette", None)
    if not isinstance(tls, bool):
        _refuse(f"tls: expected True or False, got {tls!r}")
    if not isinstance(cassette, str | os.PathLike | None):
        _refuse(f"cassette: expected the name of a file, got {cassette!r}")
    settings, problem = None, ""
    try:
        settings = Settings(**given)
    except ValueError as error:
        problem = str(error)
    if settings is None:
        _refuse(problem)
    return settings, tls, cast("str | os.PathLike[str] | None", cassette)


def _refuse(problem: str) -> NoReturn:
    pytest.fail(f"@pytest.mark.runinfra: {problem}", pytrace=False)


def _let_through(guard: NetworkGuard, url: str) -> None:
    """Let a gateway be reached, by its name and by its addresses."""
    parts = urlsplit(url)
    if parts.hostname:
        guard.allow(parts.hostname)
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        guard.allow(*(str(address[4][0]) for address in found))


@pytest.fixture
def runinfra_client(runinfra_gateway: Sandbox) -> Iterator[RunInfra]:
    """A blocking client of the gateway's workspace."""
    from runinfra_ext import RunInfra  # noqa: PLC0415 - pytest loads this module at every start

    with RunInfra(
        api_key=os.environ["RUNINFRA_API_KEY"],
        base_url=runinfra_gateway.base_url,
        ssl_context=runinfra_gateway.ssl_context,
    ) as client:
        yield client


@pytest.fixture
def async_runinfra_client(runinfra_gateway: Sandbox) -> Iterator[AsyncRunInfra]:
    """An async client of the gateway's workspace."""
    from runinfra_ext import AsyncRunInfra  # noqa: PLC0415 - pytest loads this module at every start

    client = AsyncRunInfra(
        api_key=os.environ["RUNINFRA_API_KEY"],
        base_url=runinfra_gateway.base_url,
        ssl_context=runinfra_gateway.ssl_context,
    )
    yield client
    asyncio.run(client.close())
