"""What the tests of the network share."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["plain", "tls"])
def tls(request: pytest.FixtureRequest) -> bool:
    """Whether the server speaks TLS."""
    return request.param == "tls"
