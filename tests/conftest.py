"""Fixtures of all tests: one sandbox for the session, and clients of both kinds for each test."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import hypothesis
import pytest

from runinfra_ext import AsyncRunInfra, RunInfra
from runinfra_ext._http.options import HTTPOptions
from runinfra_ext.sandbox import Sandbox, Settings, server
from tests.contract.sent import Tap, invalid
from tests.legs import ALL, Leg, legs_of, options_of
from tests.network.given import close

collect_ignore = ["frameworks"]  # they have environments of their own: `make frameworks`

# A shell has what it runs in the background ignore Ctrl-C, and processes inherit that: many tests
# interrupt a process of their own.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every run, and no limit of time for one: a slow machine is no failure.
# HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


class Blocking:
    """Makes a blocking client or stream look async, so that one scenario tests both kinds."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if inspect.ismethod(value):

            async def call(*args: Any, **kwargs: Any) -> Any:
                return wrapped(value(*args, **kwargs))

            # with_options gives a client at once, also in the async world.
            return value if name == "with_options" else call
        return wrapped(value)

    def __aiter__(self) -> Blocking:
        self.inner.__iter__()
        return self

    async def __anext__(self) -> Any:
        try:
            return self.inner.__next__()
        except StopIteration:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Blocking:
        self.inner.__enter__()
        return self

    async def __aexit__(self, *details: Any) -> None:
        self.inner.__exit__(*details)


def wrapped(value: Any) -> Any:
    """Namespaces and streams of the blocking client in the async disguise; results as they are."""
    return Blocking(value) if type(value).__module__.startswith("runinfra_ext._sync") else value


class Both:
    """Makes clients of the kind that the test is run with, and runs its scenario."""

    def __init__(self, leg: Leg, gateway: Sandbox) -> None:
        self.leg = leg
        self.kind = leg.kind
        self.gateway = gateway
        self._given: list[Any] = []

    def client(self, **options: Any) -> Any:
        """A client; an async context manager in both cases."""
        options = {"api_key": self.gateway.api_key, "base_url": self.gateway.base_url, **options}
        if "http_client" not in options and not options.keys() & HTTPOptions._fields:
            options |= options_of(self.leg, self.gateway)
            if "http_client" in options:
                self.lend(options["http_client"])
        if self.kind == "async":
            return AsyncRunInfra(**options)
        return Blocking(RunInfra(**options))

    def lend(self, own: Any) -> None:
        """Close a client of the application's when the scenario has ended."""
        self._given.append(own)

    def pipeline_client(self, **options: Any) -> Any:
        """A client of the demo pipeline, with that pipeline's key."""
        return self.client(
            api_key=self.gateway.pipeline_api_key, pipeline_id=self.gateway.pipeline_id, **options
        )

    def run(self, scenario: Callable[[], Any]) -> Any:
        """Run an async scenario to its end; no task may be left."""

        async def main() -> Any:
            try:
                result = await scenario()
            finally:
                for own in self._given:
                    await close(own)
                self._given.clear()
            gc.collect()
            for _ in range(10):
                # The event loop itself finalizes generators that were left in the middle.
                await asyncio.sleep(0)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert [task for task in others if not task.done()] == []
            return result

        if self.leg.loop == "asyncio":
            return asyncio.run(main())
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(main())


def pytest_addoption(parser: pytest.Parser) -> None:
    """The suite's own option."""
    parser.addoption(
        "--matrix", action="store_true", help="run the scenarios in all ways but the two usual ones"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Scenarios run in several ways."""
    if "both" in metafunc.fixturenames:
        metafunc.parametrize("both", legs_of(metafunc), indirect=True)


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What earlier tests left in reference cycles (a call that never ended logs a line) is told before."""
    gc.collect()
    caplog.clear()
    return caplog


@pytest.fixture(scope="session", autouse=True)
def session_tap() -> Iterator[Tap]:
    """Keeps the requests that reach any in-process sandbox of the session."""
    tap, create_app = Tap(), server.create_app
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "create_app", lambda state=None: tap.before(create_app(state)))
        yield tap


@pytest.fixture(autouse=True)
def sent_requests(session_tap: Tap, request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the SDK sends in a test is valid under the document.

    ``@pytest.mark.sends_invalid("why")`` is for tests that go around the SDK's own checks; such a
    test must do so.
    """
    session_tap.take()
    yield
    problems = invalid(session_tap.take())
    marked = request.node.get_closest_marker("sends_invalid") is not None
    if marked and not problems:
        pytest.fail("marked sends_invalid, but every request was valid", pytrace=False)
    if problems and not marked:
        pytest.fail("sent against the document:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture(scope="session")
def session_gateway() -> Iterator[Sandbox]:
    """The sandbox of the whole session."""
    with Sandbox(settings=Settings(check_answers=True)) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def session_tls_gateway() -> Iterator[Sandbox]:
    """The same over TLS, begun when a test needs it."""
    with Sandbox(settings=Settings(check_answers=True), tls=True) as gateway:
        yield gateway


@pytest.fixture
def gateway(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """The sandbox, with an empty journal; what it answers must satisfy the document."""
    callspec = getattr(request.node, "callspec", None)
    tls = callspec is not None and "tls" in str(callspec.params.get("both", "")).split("-")
    made: Sandbox = request.getfixturevalue("session_tls_gateway" if tls else "session_gateway")
    made.reset()
    yield made
    assert [problem for entry in made.journal for problem in entry.answer_problems] == []


@pytest.fixture
def both(request: pytest.FixtureRequest, gateway: Sandbox) -> Both:
    """The scenario runs with the blocking client, and with the async one; see ``tests/legs.py``."""
    return Both(ALL[request.param], gateway)


@pytest.fixture
def client(gateway: Sandbox) -> Iterator[RunInfra]:
    """A blocking client of the workspace."""
    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as made:
        yield made


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the variables of whoever runs it."""
    for name in ("RUNINFRA_API_KEY", "RUNINFRA_BASE_URL", "RUNINFRA_PIPELINE_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


HELLO = [{"role": "user", "content": "Name one prime."}]


@pytest.fixture
def hello() -> list[dict[str, str]]:
    """A short conversation."""
    return [dict(message) for message in HELLO]


async def collect(stream: AsyncIterator[Any]) -> list[Any]:
    """All items of an async iterator."""
    return [item async for item in stream]
