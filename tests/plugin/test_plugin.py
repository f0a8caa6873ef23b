"""The pytest plugin, as an application's own tests use it: each in a pytest of its own."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from pathlib import Path

import pytest

from runinfra_ext.sandbox import Settings


@pytest.fixture
def run(pytester):
    """Runs a test file in a process of its own; warnings are errors there too."""

    def run_file(text, *arguments):
        pytester.makepyfile(textwrap.dedent(text))
        return pytester.runpytest_subprocess("-W", "error", "-p", "no:schemathesis", *arguments)

    return run_file


def test_fixtures_need_no_setup(run):
    """The gateway, both clients, and an application's own client just work; each test is alone."""
    result = run(
        """
        import asyncio
        from runinfra_ext import RunInfra

        HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Say: hi"}]}

        def test_client(runinfra_client, runinfra_gateway):
            chat = runinfra_client.chat.completions.create(**HELLO)
            assert chat.choices[0].message.content == "hi"
            assert len(runinfra_gateway.charges) == 1

        def test_async_client(async_runinfra_client, runinfra_gateway):
            async def ask():
                stream = await async_runinfra_client.chat.completions.create(**HELLO, stream=True)
                async with stream:
                    async for _ in stream:
                        pass
                await async_runinfra_client.chat.completions.create(**HELLO)
            asyncio.run(ask())
            assert len(runinfra_gateway.charges) == 2

        def test_the_application_makes_its_own(runinfra_gateway):
            with RunInfra() as client:
                client.chat.completions.create(**HELLO)
            assert len(runinfra_gateway.journal) == 1
        """
    )
    result.assert_outcomes(passed=3)


def test_settings_by_marker(run):
    """The marker's settings reach the gateway; the nearest wins."""
    result = run(
        """
        import pytest
        from runinfra_ext import InsufficientCreditsError

        pytestmark = pytest.mark.runinfra(balance_cents=0, plan="enterprise")

        @pytest.mark.runinfra(balance_cents=1)
        def test_money(runinfra_client):
            hello = [{"role": "user", "content": "Hi"}]
            runinfra_client.chat.completions.create(model="acme-byoc-70b", messages=hello)
            with pytest.raises(InsufficientCreditsError) as caught:
                runinfra_client.chat.completions.create(model="acme-byoc-70b", messages=hello)
            assert caught.value.current_balance_cents == 0
        """
    )
    result.assert_outcomes(passed=1)


def test_settings_that_are_wrong_are_told(run):
    """A marker that can't be obeyed is an error that names marker, setting and what was meant."""
    result = run(
        """
        import pytest

        @pytest.mark.runinfra(balance=0)
        def test_misspelt(runinfra_client):
            pass

        @pytest.mark.runinfra(zzz=0)
        def test_unknown(runinfra_client):
            pass

        @pytest.mark.runinfra(requests_per_minute="2")
        def test_text(runinfra_client):
            pass

        @pytest.mark.runinfra("chat.jsonl")
        def test_unnamed(runinfra_client):
            pass

        @pytest.mark.runinfra(cassette=3, tls="yes")
        def test_https(runinfra_client):
            pass

        @pytest.mark.runinfra(cassette=3)
        def test_cassette(runinfra_client):
            pass
        """
    )
    result.assert_outcomes(errors=6)
    mark = "@pytest.mark.runinfra: "
    result.stdout.fnmatch_lines(
        [
            f"{mark}there is no setting 'balance'; did you mean balance_cents?",
            f"{mark}there is no setting 'zzz'; there are seed, *, tls, cassette",
            f"{mark}requests_per_minute: expected a number, got '2'",
            f"{mark}expected its settings by name, such as cassette=..., got 'chat.jsonl'",
            f"{mark}tls: expected True or False, got 'yes'",
            f"{mark}cassette: expected the name of a file, got 3",
        ]
    )
    result.stdout.no_fnmatch_line("During handling of the above*")


def test_tls_by_marker(run):
    """Over https the fixtures' clients, and those of the application, trust the gateway."""
    result = run(
        """
        import asyncio
        import pytest
        from runinfra_ext import AsyncRunInfra, RunInfra

        pytestmark = pytest.mark.runinfra(tls=True, plan="enterprise")
        HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Say: hi"}]}

        def test_clients(runinfra_client, async_runinfra_client, runinfra_gateway):
            assert runinfra_gateway.base_url.startswith("https://")
            assert runinfra_gateway.state.settings.plan == "enterprise"
            runinfra_client.chat.completions.create(**HELLO)
            asyncio.run(async_runinfra_client.chat.completions.create(**HELLO))
            assert len(runinfra_gateway.journal) == 2

        def test_the_application_makes_its_own(runinfra_gateway):
            async def ask():
                async with AsyncRunInfra() as client:
                    await client.chat.completions.create(**HELLO)
            with RunInfra() as client:
                client.chat.completions.create(**HELLO)
            asyncio.run(ask())
            assert len(runinfra_gateway.journal) == 2

        @pytest.mark.runinfra(tls=False)
        def test_without(runinfra_gateway):
            assert runinfra_gateway.base_url.startswith("http://")
        """
    )
    result.assert_outcomes(passed=3)


def test_dictated_answers_must_be_asked_for(run):
    """One that is left over fails its test, unless it says that it may be."""
    result = run(
        """
        import pytest

        HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Say: hi"}]}

        def test_used(runinfra_client, runinfra_gateway):
            runinfra_gateway.answer(text="A fox.")
            chat = runinfra_client.chat.completions.create(**HELLO)
            assert chat.choices[0].message.content == "A fox."

        def test_may_be_left(runinfra_gateway):
            runinfra_gateway.answer(text="A fox.", required=False)

        def test_left(runinfra_client, runinfra_gateway):
            runinfra_gateway.answer(text="A fox.", times=2)
            runinfra_client.chat.completions.create(**HELLO)

        @pytest.mark.xfail(strict=True)
        def test_expected_to_fail(runinfra_gateway):
            runinfra_gateway.answer(text="A fox.")

        def test_fails_by_itself(runinfra_gateway):
            runinfra_gateway.answer(text="A wolf.")
            assert runinfra_gateway is None
        """
    )
    result.assert_outcomes(passed=2, failed=2, xfailed=1)
    assert "A wolf." not in result.stdout.str().partition("short test summary")[2]
    result.stdout.fnmatch_lines(
        [
            "*_ test_left _*",
            "dictated answers were not asked for:",
            "text: 'A fox.': expected 2 times, given 1 times",
        ]
    )


def test_cassettes(run, gateway, pytester, monkeypatch):
    """Recorded with the option and a key of one's own, from then on replayed without either."""
    test = """
        import pytest
        from runinfra_ext import RunInfra

        HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Say: hi"}]}
        pytestmark = pytest.mark.runinfra(cassette="tape.jsonl")

        def test_it(runinfra_client):
            chat = runinfra_client.chat.completions.create(**HELLO)
            assert chat.choices[0].message.content == "hi"
        """
    result = run(test)
    result.assert_outcomes(errors=1)
    told = "*tape.jsonl: there is no such cassette; record it first, by pytest --runinfra-record=*"
    result.stdout.fnmatch_lines([told])
    record = f"--runinfra-record={gateway.base_url}"
    result = run(test, record)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*--runinfra-record needs a key in RUNINFRA_API_KEY*"])
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    run(test, record).assert_outcomes(passed=1)
    assert len(gateway.journal) == 1
    monkeypatch.delenv("RUNINFRA_API_KEY")
    run(test).assert_outcomes(passed=1)
    assert len(gateway.journal) == 1
    assert gateway.api_key not in (pytester.path / "tape.jsonl").read_text("utf-8")


def test_tests_that_share_a_cassette(run, gateway, pytester, monkeypatch):
    """Each adds to it what it asked; one that fails, or asks nothing, takes nothing away."""
    test = """
        import os
        import pytest

        pytestmark = pytest.mark.runinfra(cassette="tapes/shared.jsonl")

        @pytest.mark.parametrize("word", ["one", "two"])
        def test_it(runinfra_client, word):
            message = {"role": "user", "content": f"Say: {word}"}
            chat = runinfra_client.chat.completions.create(model="acme-chat-8b", messages=[message])
            assert chat.choices[0].message.content == word
            assert "BROKEN" not in os.environ

        def test_nothing(runinfra_gateway):
            pass
        """
    file = pytester.path / "tapes" / "shared.jsonl"
    record = f"--runinfra-record={gateway.base_url}"
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    for _ in range(2):
        run(test, record).assert_outcomes(passed=3)
        assert len(file.read_text("utf-8").splitlines()) == 2
    recorded = file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setenv("BROKEN", "1")
        run(test, record).assert_outcomes(passed=1, failed=2)
    assert file.read_bytes() == recorded
    monkeypatch.delenv("RUNINFRA_API_KEY")
    run(test).assert_outcomes(passed=3)
    assert [entry.name for entry in file.parent.iterdir()] == ["shared.jsonl"]
    file.write_bytes(recorded[:-20])  # as a copy that was cut
    result = run(test)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*shared.jsonl, line 2: no exchange of a cassette: no JSON: *"])


def test_the_network_is_closed(run):
    """A test that tries to reach a real host fails, also when the application hides the error."""
    result = run(
        """
        import socket
        import pytest
        from runinfra_ext import RunInfra
        from runinfra_ext.testing import NetworkBlockedError

        HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Hi"}]}

        def test_sdk(runinfra_gateway):
            with RunInfra(api_key="k", base_url="https://gateway.example/v1") as client:
                client.chat.completions.create(**HELLO)

        def test_swallowed(runinfra_gateway):
            try:
                socket.create_connection(("192.0.2.1", 80), timeout=0.1)
            except Exception:
                pass

        def test_meant(runinfra_network_guard):
            with pytest.raises(NetworkBlockedError):
                socket.create_connection(("192.0.2.1", 80), timeout=0.1)
            runinfra_network_guard.blocked.clear()

        def test_no_guard():
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", 1), timeout=0.1)
        """
    )
    result.assert_outcomes(passed=2, failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_sdk*",
            "the test tried to reach gateway.example",
            "*_ test_swallowed _*",
            "the test tried to reach 192.0.2.1",
        ]
    )


def test_the_network_can_be_left_open(run):
    """The ini option switches the guard off; a wrong value is a usage error."""
    text = """
        import socket
        import pytest

        def test_open(runinfra_gateway):
            with pytest.raises(OSError):
                socket.create_connection(("192.0.2.1", 80), timeout=0.01)
        """
    run(text, "-o", "runinfra_network=allow").assert_outcomes(passed=1)
    result = run(text, "-o", "runinfra_network=perhaps")
    result.stderr.fnmatch_lines(["*runinfra_network: expected guard or allow, got 'perhaps'"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_pytest_starts_without_the_sdk(run):
    """Loading the plugin imports neither the HTTP library nor the sandbox."""
    result = run(
        """
        import sys

        def test_light():
            heavy = {"httpx", "attrs", "starlette", "uvicorn", "runinfra_ext.sandbox"}
            assert heavy & set(sys.modules) == set()
        """,
        "-p",
        "no:anyio",
        "-p",
        "no:hypothesispytest",
    )
    result.assert_outcomes(passed=1)


def test_the_page_is_true(pytester):
    """Every example of docs/testing.md passes as it stands, and the tutorial's."""
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "testing.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    tutorial = (docs / "tutorial.md").read_text("utf-8").partition("Test your application")[2]
    examples += re.findall(r"```python\n(.*?)```", tutorial, re.DOTALL)
    assert "def test_title" in examples[-1]
    [cassette] = re.findall(r"```jsonl\n(.*?)```", page, re.DOTALL)
    (pytester.path / "bergen.jsonl").write_text(cassette, "utf-8")
    pytester.makepyfile(**{f"test_{number}": text for number, text in enumerate(examples)})
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:schemathesis")
    result.assert_outcomes(passed=sum(text.count("def test_") for text in examples))


def test_every_setting_is_on_the_page():
    """The table of settings is complete."""
    page = (Path(__file__).parents[2] / "docs/testing.md").read_text("utf-8")
    names = [field.name for field in dataclasses.fields(Settings)]
    assert [name for name in names if f"| `{name}` |" not in page] == []
