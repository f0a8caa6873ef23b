"""The authorities that the environment names, for clients of both kinds."""

from __future__ import annotations

import pytest

import runinfra_ext as sdk


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("SSL_CERT_FILE", None, "No such file"),
        ("SSL_CERT_FILE", "no certificate", "PEM"),
        ("SSL_CERT_DIR", None, "No such file"),
    ],
)
def test_what_is_wrong_with_them_is_this_sides_fault(
    both, monkeypatch, tmp_path, name, content, words
):
    """It names the variable, in one attempt, with nothing sent."""
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_text(content)
    for other in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(path))

    async def scenario():
        async with both.client(base_url="https://localhost:1/v1") as client:
            with pytest.raises(sdk.ConfigurationError) as caught:
                await client.models.list()
            return caught.value

    error = both.run(scenario)
    assert error.param == name
    assert words in error.message
    assert str(path) in error.message
