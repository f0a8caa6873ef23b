"""The log: one line for each call, and ``RUNINFRA_LOG``."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

import runinfra_ext as sdk

FIVE = [{"role": "user", "content": "Count to five."}]
LINE = (
    "createChatCompletion ok model=acme-chat-8b status=200 ms=N input_tokens={} output_tokens={}"
    " attempts=2 request_id={} client_request_id=mine"
)


def lines(caplog):
    """The lines of the calls, without what depends on the time."""
    texts = [r.getMessage() for r in caplog.records if r.name == "runinfra_ext.calls"]
    return [
        " ".join(
            part.partition("=")[0] + "=N" if "ms=" in part else part for part in text.split(" ")
        )
        for text in texts
    ]


def test_the_line_of_a_call(both, caplog):
    """Operation, model, status, time, tokens, attempts and ids, in one line, once."""
    caplog.set_level(logging.INFO, "runinfra_ext")

    async def scenario():
        async with both.client() as client:
            return await client.chat.completions.create(
                model="acme-chat-8b",
                messages=FIVE,
                client_request_id="mine",
                extra_headers={"X-Sandbox-Fault": "503*1"},
            )

    result = both.run(scenario)
    usage = result.usage
    assert lines(caplog) == [
        LINE.format(usage.prompt_tokens, usage.completion_tokens, result.request_id)
    ]
    assert {record.levelname for record in caplog.records} == {"INFO"}


def test_the_line_of_an_error(both, caplog):
    """An error has its class, never what the gateway wrote."""
    caplog.set_level(logging.INFO, "runinfra_ext")

    async def scenario():
        async with both.client() as client:
            with pytest.raises(sdk.BadRequestError) as caught:
                await client.chat.completions.create(
                    model="acme-chat-8b",
                    messages=FIVE,
                    client_request_id="mine",
                    extra_headers={"X-Sandbox-Fault": "400"},
                )
            return caught.value

    error = both.run(scenario)
    assert lines(caplog) == [
        "createChatCompletion error error=BadRequestError model=acme-chat-8b status=400 ms=N attempts=1"
        f" request_id={error.request_id} client_request_id=mine"
    ]
    assert error.message not in caplog.text


def test_the_line_of_a_stream(both, caplog):
    """A stream's line comes at its end, with the time until its first event."""
    caplog.set_level(logging.INFO, "runinfra_ext")

    async def scenario():
        async with both.client() as client:
            stream = await client.chat.completions.create(
                model="acme-chat-8b", messages=FIVE, stream=True, client_request_id="mine"
            )
            async with stream:
                await anext(stream)
                assert lines(caplog) == []
            return stream.request_id

    request_id = both.run(scenario)
    assert lines(caplog) == [
        "createChatCompletion closed model=acme-chat-8b status=200 ms=N first_chunk_ms=N attempts=1"
        f" request_id={request_id} client_request_id=mine"
    ]


def test_no_secret_and_no_body(both, caplog):
    """Neither the key nor anything of question or answer is in the log, at any level."""
    caplog.set_level(logging.DEBUG, "runinfra_ext")

    async def scenario():
        async with both.client() as client:
            return await client.chat.completions.create(
                model=f"m-{both.gateway.api_key}", messages=FIVE
            )

    with pytest.raises(sdk.ModelNotFoundError):
        both.run(scenario)
    assert both.gateway.api_key not in caplog.text
    assert "Count to five" not in caplog.text
    assert {record.name for record in caplog.records} == {
        "runinfra_ext.calls",
        "runinfra_ext.attempts",
    }


PROGRAM = """
import logging, sys
if "own" in sys.argv:
    logging.basicConfig(format="own %(name)s", stream=sys.stdout)
from runinfra_ext import RunInfra
with RunInfra() as client, client.with_options(timeout=9) as again:
    RunInfra().close()
    again.models.list()
"""


def log_of(gateway, value, *arguments):
    """What a program writes to standard output and error with this RUNINFRA_LOG."""
    variables = {
        "RUNINFRA_API_KEY": gateway.api_key,
        "RUNINFRA_BASE_URL": gateway.base_url,
        "RUNINFRA_LOG": value,
        "PYTHONPATH": ":".join(sys.path),
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout, run.stderr


@pytest.mark.slow
def test_the_environment_turns_it_on(gateway):
    """Each line is written once, however many clients there are."""
    assert log_of(gateway, "") == ("", "")
    out, err = log_of(gateway, "info")
    [line] = err.splitlines()
    assert out == ""
    assert " INFO runinfra_ext.calls: listModels ok status=200 ms=" in line
    out, err = log_of(gateway, " DEBUG ")
    assert [line.split()[3] for line in err.splitlines()] == [
        "runinfra_ext.attempts:",
        "runinfra_ext.attempts:",
        "runinfra_ext.calls:",
    ]


@pytest.mark.slow
def test_the_applications_handlers_are_left_alone(gateway):
    """An application that has set up its logging gets the records, and no second copy."""
    assert log_of(gateway, "info", "own") == ("own runinfra_ext.calls\n", "")


def test_another_value(monkeypatch):
    """A value that means nothing is an error that says what would."""
    monkeypatch.setenv("RUNINFRA_LOG", "loud")
    with pytest.raises(sdk.ConfigurationError, match="RUNINFRA_LOG: expected 'info' or 'debug'"):
        sdk.RunInfra(api_key="k")
