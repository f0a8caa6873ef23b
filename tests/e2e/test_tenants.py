"""One pool of connections, many tenants: keys, pipelines and gateways of copies, keys that rotate."""

from __future__ import annotations

import pickle

import pytest

import runinfra_ext as sdk

ENVIRONMENT = ("RUNINFRA_API_KEY", "RUNINFRA_BASE_URL", "RUNINFRA_PIPELINE_ID")


def keys_of(gateway):
    """The authorization of each request that came."""
    return [entry.headers["authorization"] for entry in gateway.journal]


def test_a_copy_speaks_for_another(both, hello):
    """Another key and another pipeline, over the same connections; the original stays as it was."""

    async def scenario():
        async with both.client() as client:
            copy = client.with_options(
                api_key=both.gateway.pipeline_api_key, pipeline_id=both.gateway.pipeline_id
            )
            workspace = client.with_options(timeout=5)
            inner = getattr(client, "inner", client)
            assert copy._http is inner._http
            assert copy._settings.pace is not inner._settings.pace
            assert workspace._settings.pace is inner._settings.pace
            assert copy.base_url.endswith(f"/v1/{both.gateway.pipeline_id}")
            assert copy.with_options(pipeline_id=None).base_url == inner.base_url
            assert repr(copy).count("redacted") == 1
            await client.chat.completions.create(model="acme-chat-8b", messages=hello)
            ask = copy.chat.completions.create(messages=hello)
            if both.kind == "async":
                await ask

    both.run(scenario)
    paths = [entry.path for entry in both.gateway.journal]
    assert paths == [
        "/v1/chat/completions",
        f"/v1/{both.gateway.pipeline_id}/chat/completions",
    ]


@pytest.mark.parametrize(
    ("option", "param"),
    [
        ({"api_key": 5}, "api_key"),
        ({"api_key": "two\nlines"}, "api_key"),
        ({"base_url": "http://gateway.example/v1"}, "base_url"),
        ({"base_url": None}, "base_url"),
        ({"pipeline_id": ".."}, "pipeline_id"),
    ],
)
def test_a_wrong_tenant(option, param):
    """It is told at once, as it is of a client."""
    client = sdk.RunInfra(api_key="k")
    with pytest.raises(sdk.ConfigurationError) as caught:
        client.with_options(**option)
    assert caught.value.param == param


def test_a_key_that_rotates(both, hello):
    """It is asked for with each call, and no key that was ever given shows itself."""
    keys = [both.gateway.api_key, "rotated-key-of-mine-0001", both.gateway.api_key]
    given = iter(keys)

    async def scenario():
        async with both.client(api_key=lambda: next(given)) as client:
            await client.models.list()
            with pytest.raises(sdk.AuthenticationError) as caught:
                await client.models.retrieve("rotated-key-of-mine-0001")
            await client.models.list()
            assert "rotated-key" not in repr(getattr(client, "inner", client)._settings)
            return caught.value

    error = both.run(scenario)
    assert "rotated-key" not in f"{error} {error.__dict__}"
    assert len(both.gateway.journal) == 3


def test_what_gives_no_key(both, hello):
    """Its own exception passes; a wrong value is the configuration's fault; nothing is sent."""

    def broken():
        raise LookupError("the vault is closed")

    async def scenario(give, error):
        async with both.client(api_key=give) as client:
            with pytest.raises(error) as caught:
                await client.models.list()
            return caught.value

    assert str(both.run(lambda: scenario(broken, LookupError))) == "the vault is closed"
    error = both.run(lambda: scenario(lambda: None, sdk.ConfigurationError))
    assert error.param == "api_key"
    assert both.gateway.journal == []


def test_an_async_function_gives_no_key():
    """It could not be awaited where the headers are made, so it is refused at once."""

    async def give():
        return "k"

    with pytest.raises(sdk.ConfigurationError, match="plain function"):
        sdk.AsyncRunInfra(api_key=give)


@pytest.mark.parametrize("cls", [sdk.RunInfra, sdk.AsyncRunInfra])
def test_a_client_of_the_environment_is_pickled_without_its_key(cls, monkeypatch):
    """A worker reads its own environment; the options travel."""
    monkeypatch.setenv("RUNINFRA_API_KEY", "key-of-the-driver-0001")
    data = pickle.dumps(cls.from_env(timeout=7, max_retries=5))
    assert b"key-of-the-driver" not in data
    monkeypatch.setenv("RUNINFRA_API_KEY", "key-of-the-worker-0002")
    made = pickle.loads(data)
    assert type(made) is cls
    assert made._settings.api_key.bearer() == "Bearer key-of-the-worker-0002"
    assert (made._settings.timeout.read, made._settings.max_retries) == (7, 5)
    assert pickle.loads(pickle.dumps(made))._settings.max_retries == 5


def test_other_clients_are_not_pickled(monkeypatch):
    """A key that was given is a secret; the error says what can be pickled instead."""
    monkeypatch.setenv("RUNINFRA_API_KEY", "key-of-the-driver-0001")
    for client in (sdk.RunInfra(api_key="k"), sdk.RunInfra.from_env().with_options(timeout=3)):
        with pytest.raises(TypeError, match="from_env"):
            pickle.dumps(client)
