"""What a URL means to a connection."""

from __future__ import annotations

import pytest

from runinfra_ext._http import options as network_options


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:80/v1", ("http", "localhost", 80, "localhost", "/v1")),
        (
            "https://api.runinfra.ai/v1/a%20b",
            ("https", "api.runinfra.ai", 443, "api.runinfra.ai", "/v1/a%20b"),
        ),
        ("http://[::1]:8080/v1", ("http", "::1", 8080, "[::1]:8080", "/v1")),
        (
            "https://bücher.example/ö",
            ("https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/%C3%B6"),
        ),
    ],
)
def test_urls_become_targets(url, expected):
    """Host, port, Host header and path of a URL; international names in their ASCII form."""
    assert network_options.target_of(url) == expected
