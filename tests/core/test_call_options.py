"""Options of a call: checked like the client's, and in the place of the client's for that call."""

from __future__ import annotations

from typing import Any

import pytest

from runinfra_ext import ConfigurationError, InvalidRequestError, RunInfra
from runinfra_ext._ground.limits import Timeout
from runinfra_ext._ground.redaction import MARK, ApiKey, Credential
from runinfra_ext._http.options import HTTPOptions


def test_a_call_overrides_what_it_names(settings: Any) -> None:
    """What a call says is its own; the rest stays the client's, and the client stays as it was."""
    settings = settings()
    own = settings.for_call(
        {"timeout": 3, "idle_timeout": 4, "allow_truncated": True, "idempotency_key": "k"}
    )
    assert (own.timeout, own.idle_timeout, own.allow_truncated) == (Timeout(3, 3, 3, 3), 4.0, True)
    assert (own.max_retries, own.retry_streams) == (settings.max_retries, settings.retry_streams)
    assert settings.idle_timeout is None
    assert settings.for_call({"idempotency_key": "k"}) is settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", -1),
        ("deadline", 0),
        ("max_retries", -1),
        ("idle_timeout", "long"),
        ("progress_timeout", 0),
        ("allow_truncated", "yes"),
        ("retry_streams", 1),
    ],
)
def test_a_wrong_call_option(settings: Any, name: str, value: object) -> None:
    """A wrong value is the caller's, not the configuration's; the error names the option."""
    with pytest.raises(InvalidRequestError) as caught:
        settings().for_call({name: value})
    assert (caught.value.param, type(caught.value)) == (name, InvalidRequestError)


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"ssl_context": "ca.pem"}, "ssl_context"),
        ({"proxy": 8080}, "proxy"),
        ({"trust_env": "no"}, "trust_env"),
        ({"max_connections": 0}, "max_connections"),
        ({"max_connections": 1_000_000}, "max_connections"),
    ],
)
def test_a_wrong_network_option(options: dict[str, Any], param: str) -> None:
    """It is told when the client is made, with its name."""
    with pytest.raises(ConfigurationError) as caught:
        RunInfra(api_key="k", **options)
    assert caught.value.param == param


def test_network_options_beside_a_given_client() -> None:
    """What can have no effect is refused instead of being ignored."""
    import httpx

    with httpx.Client() as given, pytest.raises(ConfigurationError, match="set it there") as caught:
        RunInfra(api_key="k", http_client=given, proxy="http://proxy.example:3128")
    assert caught.value.param == "proxy"


def test_credentials_show_themselves_to_nobody() -> None:
    """The header is a string for a library, and a mark for a debugger."""
    bearer = ApiKey("rp_live_secret_of_mine").bearer()
    assert bearer == "Bearer rp_live_secret_of_mine"
    assert repr({"authorization": bearer}) == f"{{'authorization': '{MARK}'}}"
    with pytest.raises(TypeError, match="never pickled"):
        bearer.__reduce_ex__(4)
    assert isinstance(ApiKey("k").reveal(), Credential)
    assert "secret" not in repr(HTTPOptions(proxy="http://user:secret@proxy.example"))
