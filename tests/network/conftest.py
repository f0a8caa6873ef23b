"""What the tests of the network share."""

from __future__ import annotations

import pytest

from tests import helpers


@pytest.fixture(params=["plain", "tls"])
def tls(request: pytest.FixtureRequest) -> bool:
    """Whether the server speaks TLS."""
    return request.param == "tls"


@pytest.fixture
def free_port() -> int:
    """A port where nobody listens."""
    return helpers.free_port()
