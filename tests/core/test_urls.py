"""Base URLs and the place of the pipeline id in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client.operations import endpoint
from runinfra_ext._call.options import make_settings
from runinfra_ext._call.requests import described
from runinfra_ext._call.urls import DEFAULT_BASE_URL, encode_segment, path_value, resolve_base_url
from runinfra_ext.errors import ConfigurationError, InvalidRequestError

HOST = "https://api.example"
RETRIEVE = endpoint("retrieveModel")


def refused(base_url: object, pipeline_id: object = None) -> ConfigurationError:
    """The error that a base URL gives."""
    with pytest.raises(ConfigurationError) as caught:
        resolve_base_url(base_url, pipeline_id)
    return caught.value


@pytest.mark.parametrize(
    "base_url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://api.example/v1",
        "api.example/v1",
        "gateway",
        "",
        "   ",
        "https://",
        "https:///v1",
        None,
        42,
        b"https://api.example/v1",
        ["https://api.example"],
        "http://api.example/v1",
        "http://localhost.example.com/v1",
        "http://127.0.0.2/v1",
        "http://[::2]/v1",
        "http://localhost./v1",
        "https://api.example/v1?",
        "https://api.example/v1#",
        "https://api.example/v1?a=b",
        "https://api.example/v1#part",
        "https://api.example:65536/v1",
        "https://api.example:0/v1",
        "https://api.example:port/v1",
        "https://[::1/v1",
        "https://api.example/v1/../admin",
        "https://api.example/v1/%2e%2E/admin",
        "https://api.example/./v1",
        "https://api.example/v1 /x",
        "https://api.example\\@other.example/v1",
        "https://api.example/v1\\..",
        "https://api.exam\nple/v1",
        "https://bücher.example/v1",
    ],
)
def test_unusable_base_url(base_url: object) -> None:
    """What is not a safe http(s) URL is refused before a key could be sent to it."""
    assert refused(base_url).param == "base_url"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://user:hunter2@api.example/v1",
        "https://hunter2@api.example/v1",
        "http://user:hunter2@localhost:8000/v1",
        "ftp://user:hunter2@api.example/v1",
        "https://user:hunter2@api.example:99999/v1",
        "https://user:hunter2@api.example/v1 x",
        "https://api.example/v1 x?key=hunter2",
        "gateway?key=hunter2",
        "https://api.example/v1?key=hunter2",
        "https://api.example/v1#hunter2",
    ],
)
def test_password_is_not_repeated(base_url: str) -> None:
    """A password or query in a refused URL appears in no text and no chained error."""
    error = refused(base_url)
    assert "hunter2" not in repr(error)
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (DEFAULT_BASE_URL, "https://api.runinfra.ai/v1"),
        (f"{HOST}/v1/", f"{HOST}/v1"),
        (f"  {HOST}/v1//// \n", f"{HOST}/v1"),
        ("HTTPS://API.example/V1", "HTTPS://API.example/V1"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("http://LOCALHOST/v1", "http://LOCALHOST/v1"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://0.0.0.0:65535/v1", "http://0.0.0.0:65535/v1"),
        ("http://[::1]:9/v1", "http://[::1]:9/v1"),
    ],
)
def test_usable_base_url(base_url: str, url: str) -> None:
    """A usable URL is kept as it is, without space and slashes around it."""
    assert resolve_base_url(base_url).url == url


def test_many_slashes_take_linear_time() -> None:
    """Endless trailing slashes are stripped like a few are."""
    assert resolve_base_url(f"{HOST}/v1" + "/" * 1_000_000).url == f"{HOST}/v1"


@pytest.mark.parametrize(
    ("base_url", "pipeline_id", "url"),
    [
        (f"{HOST}/v1", "pipe-123", f"{HOST}/v1/pipe-123"),
        (f"{HOST}/v1", " pipe-123 ", f"{HOST}/v1/pipe-123"),
        (f"{HOST}/v1", "pipe/needs encoding", f"{HOST}/v1/pipe%2Fneeds%20encoding"),
        (f"{HOST}/v1", "a%2Fb", f"{HOST}/v1/a%252Fb"),
        (f"{HOST}/v1", "v1", f"{HOST}/v1/v1"),
        (f"{HOST}/v1/pipe-123", "pipe-123", f"{HOST}/v1/pipe-123"),
        (f"{HOST}/v1/pipe-123/", "pipe-123", f"{HOST}/v1/pipe-123"),
        (f"{HOST}/v1/pipe%2fa", "pipe/a", f"{HOST}/v1/pipe%2fa"),
        (f"{HOST}/api/v1", "p", f"{HOST}/api/v1/p"),
        (f"{HOST}/gateway", "p", f"{HOST}/gateway/p"),
        (HOST, "p", f"{HOST}/p"),
    ],
)
def test_pipeline_id_in_url(base_url: str, pipeline_id: str, url: str) -> None:
    """The pipeline id becomes one encoded segment, once."""
    assert resolve_base_url(base_url, pipeline_id) == (url, True)


@pytest.mark.parametrize(
    ("base_url", "scoped"),
    [
        (f"{HOST}/v1", False),
        (HOST, False),
        (f"{HOST}/api/v1", False),
        (f"{HOST}/v1/pipe", True),
        (f"{HOST}/v1/v1", False),
        (f"{HOST}/pipe", True),
    ],
)
def test_scope_of_base_url(base_url: str, scoped: bool) -> None:
    """Segments after the last version, or without any version, address a pipeline."""
    assert resolve_base_url(base_url).pipeline_scoped is scoped


@pytest.mark.parametrize(
    "pipeline_id", ["", "  ", ".", "..", " .. ", 7, b"p", "pipé", "a\nb", "x" * 513]
)
def test_unusable_pipeline_id(pipeline_id: object) -> None:
    """An id that can't be one path segment is refused."""
    assert refused(f"{HOST}/v1", pipeline_id).param == "pipeline_id"


def test_two_different_pipelines() -> None:
    """A base URL of one pipeline and the id of another contradict each other."""
    error = refused(f"{HOST}/v1/pipe-1", "pipe-2")
    assert error.param == "pipeline_id"
    assert "'pipe-1'" in error.message
    assert "'pipe-2'" in error.message


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("Qwen/Qwen3", "/models/Qwen%2FQwen3"),
        (" m ", "/models/m"),
        ("{model}", "/models/%7Bmodel%7D"),
        ("...", "/models/..."),
    ],
)
def test_model_in_path(model: str, path: str) -> None:
    """A model id is one encoded segment of the path."""
    assert (
        described(RETRIEVE, {"model": model}, make_settings(api_key="k", options={})).path == path
    )


@pytest.mark.parametrize("model", ["", " ", ".", "..", None, 3, "a\r\nb", "x" * 513])
def test_unusable_model_in_path(model: object) -> None:
    """A model id that would leave its place in the path is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        described(RETRIEVE, {"model": model}, make_settings(api_key="k", options={}))
    assert caught.value.param == "model"


@given(st.text(max_size=40))
def test_any_id_stays_in_its_segment(text: str) -> None:
    """Any text either becomes exactly one segment or is refused as an argument."""
    try:
        segment = encode_segment(path_value("id", text))
    except InvalidRequestError:
        return
    assert segment not in {"", ".", ".."}
    assert not set("/?#\\ ") & set(segment)


@given(st.text(max_size=60) | st.text("htps:/[]@?#.1v%\\ ", max_size=30))
def test_any_base_url(text: str) -> None:
    """Any text gives a URL or a ConfigurationError, never another error."""
    try:
        url = resolve_base_url(text).url
    except ConfigurationError:
        return
    assert url == text.strip().rstrip("/")
