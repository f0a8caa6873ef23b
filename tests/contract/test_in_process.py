"""The sandbox, in this process, holds the document: every operation, and calls that follow calls."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from runinfra_ext.sandbox import SandboxState, Settings, create_app
from runinfra_ext.sandbox.state import API_KEY, PIPELINE_ID

from . import hooks  # noqa: F401 - they register themselves

pytestmark = pytest.mark.contract
ROOT = Path(__file__).parents[2]
# Valid requests, as they are generated, have members that the document does not know.
STATE = SandboxState(Settings(unknown_fields="ignore"))


def load():
    """The document, with this process's sandbox behind it."""
    text = Path(__file__).with_name("schemathesis.toml").read_text("utf-8")
    for name, value in (("API_KEY", API_KEY), ("PIPELINE_ID", PIPELINE_ID)):
        text = text.replace(f"${{RUNINFRA_{name}}}", value)
    config = SchemathesisConfig.from_str(text)
    schema = schemathesis.openapi.from_path(ROOT / "openapi/runinfra.yaml", config=config)
    schema.app = create_app(STATE)
    schema.config.update(base_url="http://sandbox.invalid/v1")
    return schema


SCHEMA = load()


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=15, suppress_health_check=list(hypothesis.HealthCheck))
def test_every_operation(case):
    """Examples, every keyword of every schema, and random requests: valid and broken ones."""
    STATE.stored.clear()
    case.call_and_validate()


StateMachine = SCHEMA.as_state_machine()
TestFollowingCalls = StateMachine.TestCase
TestFollowingCalls.settings = hypothesis.settings(
    max_examples=10, stateful_step_count=5, suppress_health_check=list(hypothesis.HealthCheck)
)
