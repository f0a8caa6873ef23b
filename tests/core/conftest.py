"""Fixtures of the tests of the rules: settings and calls without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runinfra_client.operations import OPERATIONS
from runinfra_ext._call.call import Call
from runinfra_ext._call.options import Settings, make_settings
from tests.helpers import Clock

KEY = "sk-ri-0123456789abcdefTESTKEY"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUNINFRA_API_KEY", "RUNINFRA_BASE_URL", "RUNINFRA_PIPELINE_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api_key() -> str:
    """The key of all settings made here."""
    return KEY


@pytest.fixture
def clock() -> Clock:
    """The clock of all settings made here."""
    return Clock()


@pytest.fixture
def settings(clock: Clock) -> Callable[..., Settings]:
    """Makes settings from client options, with the fake clock and no jitter."""

    def make(
        *, base_url: str | None = None, pipeline_id: str | None = None, **options: Any
    ) -> Settings:
        made = make_settings(
            api_key=KEY, base_url=base_url, pipeline_id=pipeline_id, options=options
        )
        return made._replace(clock=clock, random=lambda: 0.0)

    return make


@pytest.fixture
def call() -> Callable[..., Call]:
    """Makes a call of an operation with call options."""

    def make(operation_id: str, *, streaming: bool = False, **options: Any) -> Call:
        operation = OPERATIONS[operation_id]
        content = None if operation.method == "GET" else b"{}"
        return Call(
            operation,
            operation.path,
            content,
            "application/json",
            "application/json",
            streaming,
            options,
        )

    return make
