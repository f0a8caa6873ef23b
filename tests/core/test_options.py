"""Options of a client: defaults, environment, checks, inheritance."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from runinfra_ext._call.options import ClientOptions, Settings, checked_timeout, make_settings
from runinfra_ext._ground.limits import Timeout
from runinfra_ext.errors import AuthenticationError, ConfigurationError, InvalidRequestError
from runinfra_ext.hooks import Hooks

WRONG: dict[str, list[Any]] = {
    "timeout": [
        0,
        None,
        True,
        float("nan"),
        float("inf"),
        10**5000,
        "120",
        Timeout(read=0),
        Timeout(connect=float("nan")),
        (1, 2, 3, 4),
    ],
    "deadline": [0, -3],
    "max_retries": [-1, None, True, 2.0],
    "default_headers": [{"host": "x"}, 3],
    "auto_idempotency": [1, None],
    "replay_policy": ["seed", None, []],
    "retry_streams": ["yes"],
    "idle_timeout": [0],
    "progress_timeout": [float("inf")],
    "allow_truncated": [0],
    "max_response_bytes": [0, 1.5],
    "max_event_bytes": [-(10**5000)],
    "middleware": [5, "no", [5], lambda start: None],
    "telemetry": [True, 5, "on", object()],
    "hooks": [print, {"before_attempt": print}],
    "retry_quota": [500, "none"],
}


def make(**given: Any) -> Settings:
    """Settings from constructor arguments."""
    named = {name: given.pop(name, None) for name in ("api_key", "base_url", "pipeline_id")}
    return make_settings(**named, options=given)


@pytest.mark.parametrize("api_key", [None, "", "   ", "\n\t"])
def test_no_api_key(api_key: object) -> None:
    """A missing or blank key is an authentication error that names the variable to set."""
    with pytest.raises(AuthenticationError, match="RUNINFRA_API_KEY") as caught:
        make(api_key=api_key)
    assert (caught.value.status, caught.value.type) == (401, "auth_error")


@pytest.mark.parametrize("api_key", [7, b"key", ["k"], "ke\ny", "kéy", "k" * 513])
def test_unusable_api_key(api_key: object) -> None:
    """A key that can't travel in a header is refused."""
    with pytest.raises(ConfigurationError) as caught:
        make(api_key=api_key)
    assert caught.value.param == "api_key"


@pytest.mark.parametrize(
    "api_key", [815815815, b"hunter2", ["hunter2"], "hunter2\nhunter2", "hünter2", "hunter2" * 99]
)
def test_unusable_api_key_is_not_repeated(api_key: object) -> None:
    """The error for an unusable key doesn't show it."""
    with pytest.raises(ConfigurationError) as caught:
        make(api_key=api_key)
    assert not re.search("815|h.nter", repr(caught.value))


def test_api_key_is_trimmed() -> None:
    """Space and newlines around a key, as files and shells leave them, are not part of it."""
    assert make(api_key=" \tsecret-key-1\n").api_key.reveal() == "secret-key-1"
    assert make(api_key="k" * 512).api_key.reveal() == "k" * 512


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not given comes from the environment; what is given wins over it."""
    monkeypatch.setenv("RUNINFRA_API_KEY", " env-key ")
    monkeypatch.setenv("RUNINFRA_BASE_URL", "https://env.example/v1")
    monkeypatch.setenv("RUNINFRA_PIPELINE_ID", "env-pipe")
    assert make().api_key.reveal() == "env-key"
    assert make().base.url == "https://env.example/v1/env-pipe"
    explicit = make(api_key="own", base_url="https://own.example/v1", pipeline_id="p")
    assert explicit.api_key.reveal() == "own"
    assert explicit.base.url == "https://own.example/v1/p"


def test_blank_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set to nothing counts as not set."""
    monkeypatch.setenv("RUNINFRA_BASE_URL", " ")
    monkeypatch.setenv("RUNINFRA_PIPELINE_ID", "")
    assert make(api_key="k").base == ("https://api.runinfra.ai/v1", False)


@pytest.mark.parametrize("name", ["base_url", "pipeline_id"])
def test_given_blank_is_not_the_default(name: str) -> None:
    """A blank argument is a mistake, not a request for the default."""
    with pytest.raises(ConfigurationError) as caught:
        make(api_key="k", **{name: ""})
    assert caught.value.param == name


def test_defaults() -> None:
    """Out of the box: two retries, two minutes of silence, standard policy, no deadline."""
    made = make(api_key="k")
    assert (made.max_retries, made.timeout, made.deadline) == (2, Timeout(10, 120, 120, 120), None)
    assert (made.replay_policy, made.auto_idempotency) == ("standard", True)
    assert (made.retry_streams, made.allow_truncated) == (False, False)


@pytest.mark.parametrize(
    ("option", "index"), [(name, n) for name, values in WRONG.items() for n in range(len(values))]
)
def test_unusable_option(option: str, index: int) -> None:
    """A wrong option is an error at once, naming the option, also through with_options."""
    value = WRONG[option][index]
    with pytest.raises(ConfigurationError) as caught:
        make(api_key="k", **{option: value})
    param = caught.value.param or ""
    assert param.partition(".")[0] == option
    with pytest.raises(ConfigurationError):
        make(api_key="k").changed({option: value})


def test_every_option_has_a_check() -> None:
    """Each option of a client is among those whose wrong values are tested."""
    assert set(WRONG) == set(ClientOptions.__annotations__)


@pytest.mark.parametrize(
    ("option", "hint"),
    [("max_retry", "max_retries"), ("timeoutMs", "timeout"), ("apikey", "api_key")],
)
def test_unknown_option(option: str, hint: str) -> None:
    """A misspelt option is a TypeError with the nearest real name."""
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{option}'; .*'{hint}'"):
        make(api_key="k", **{option: 1})


@pytest.mark.parametrize("option", ["http_client", "ssl_context", "proxy", "max_connections"])
def test_what_with_options_does_not_change(option: str) -> None:
    """A copy speaks to the same gateway with the same key; anything else is a TypeError."""
    with pytest.raises(TypeError, match=option):
        make(api_key="k").changed({option: "x"})


def test_changed_is_a_copy() -> None:
    """A changed copy shares key and quota and leaves the original alone."""
    made = make(api_key="k", max_retries=1)
    other = made.changed({"max_retries": 5, "hooks": Hooks()})
    assert (made.max_retries, other.max_retries) == (1, 5)
    assert (other.retry_quota, other.pace) == (made.retry_quota, made.pace)
    assert other.api_key is made.api_key


@pytest.mark.parametrize(
    ("value", "timeout"),
    [
        (3, Timeout(3, 3, 3, 3)),
        (300.0, Timeout(10, 300, 300, 300)),
        (Timeout(1, None, 3, None), Timeout(1, None, 3, None)),
    ],
)
def test_timeout(value: object, timeout: Timeout) -> None:
    """One number limits every silence; connecting is limited to ten seconds at most."""
    assert checked_timeout(value) == timeout


def test_timeout_names_its_part() -> None:
    """The error for a part of a Timeout names that part."""
    with pytest.raises(InvalidRequestError) as caught:
        checked_timeout(Timeout(write=-1))
    assert caught.value.param == "timeout.write"


def test_settings_show_no_secret(settings: Callable[..., Settings], api_key: str) -> None:
    """The repr of settings holds neither the key nor values of the caller's headers."""
    text = repr(settings(default_headers={"x-team-token": "hunter2"}))
    assert api_key not in text
    assert "hunter2" not in text
    assert "x-team-token" in text
