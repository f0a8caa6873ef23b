"""One sandbox process for an environment's tests, plain and over TLS."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from runinfra_ext.sandbox import Sandbox

# Before a framework is imported: none of them is to report anything to anybody.
os.environ.update(
    {
        "HAYSTACK_TELEMETRY_ENABLED": "false",
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "true",
        "LANGSMITH_TRACING": "false",
        "ANONYMIZED_TELEMETRY": "false",
    }
)
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(name, None)
    os.environ.pop(name.lower(), None)


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, bool]:
    """One of LangChain's standard tests would record; the sandbox answers every time."""
    return {"ignore_localhost": True}


@pytest.fixture(scope="session")
def secure_sandbox() -> Iterator[Sandbox]:
    """Over TLS; what clients trust is in the environment, as an operator would put it there."""
    with Sandbox(process=True, tls=True) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", sandbox.ca_file)
        yield sandbox


@pytest.fixture(scope="session")
def plain_sandbox(secure_sandbox: Sandbox) -> Iterator[Sandbox]:
    """Plain; begun after the other, so that contexts which libraries keep trust that one too."""
    with Sandbox(process=True) as sandbox:
        yield sandbox


@pytest.fixture(params=["plain", "tls"])
def sandbox(
    request: pytest.FixtureRequest, plain_sandbox: Sandbox, secure_sandbox: Sandbox
) -> Sandbox:
    """A sandbox without a past; what is dictated must be asked for."""
    made = secure_sandbox if request.param == "tls" else plain_sandbox
    made.reset()
    return made


@pytest.fixture(autouse=True)
def addressed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The variables that the page's snippets and the SDK read."""
    if "sandbox" in request.fixturenames:
        sandbox = request.getfixturevalue("sandbox")
        monkeypatch.setenv("RUNINFRA_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("RUNINFRA_API_KEY", sandbox.api_key)
