"""The arguments of a raw call: what they become, and what is refused before anything is sent."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client.operations import OPERATIONS
from runinfra_ext._call.options import Settings
from runinfra_ext._call.raw import RawArguments, RawCall, raw_call
from runinfra_ext._call.targets import METHODS, checked_path
from runinfra_ext.errors import ConfigurationError, InvalidRequestError

CHAT = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
Make = Callable[..., Settings]


def made(settings: Make, operation: object, path: object = None, **given: Any) -> RawCall:
    """A raw call; names of call options among the arguments are options."""
    own = {name: given.pop(name) for name in list(given) if name in RawArguments._fields}
    return raw_call(RawArguments(operation, path, **own), given, settings())


def refused(settings: Make, operation: object, path: object = None, **given: Any) -> Any:
    """The error of one that is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        made(settings, operation, path, **given)
    return caught.value


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("createChatCompletion", None),
        ("chat.completions.create", None),
        ("POST", "/chat/completions"),
        ("post", "/chat/completions"),
        ("chat.completions.create", "/chat/completions"),
    ],
)
def test_operation_has_the_documents_facts(settings: Make, operation: str, path: str) -> None:
    """However it is named: its replay class, its path, its media types."""
    call = made(settings, operation, path, json=CHAT).call
    assert call.operation is OPERATIONS["createChatCompletion"]
    assert (call.path, call.content_type, call.accept) == (
        "/chat/completions",
        "application/json",
        "application/json",
    )
    assert json.loads(call.content) == CHAT  # type: ignore[arg-type]


def test_all_operations_are_found(settings: Make) -> None:
    """By id, by method's name, and by HTTP method and path."""
    for name, operation in OPERATIONS.items():
        path = operation.path.replace("{model}", "org%2Fmodel")
        stream = operation.response == "events"
        scoped = settings()._replace(base=settings().base._replace(pipeline_scoped=True))
        for named in ((operation.method, path), (name, path), (operation.function, path)):
            found = raw_call(RawArguments(*named, stream=stream), {}, scoped).call
            assert found.operation is operation
            assert found.path == path


def test_path_parameters_fill_the_path(settings: Make) -> None:
    """An id with a slash stays one segment; wrong names are refused."""
    call = made(settings, "models.retrieve", path_params={"model": "Qwen/Qwen3 8B"}).call
    assert call.path == "/models/Qwen%2FQwen3%208B"
    for wrong in (None, {}, {"id": "m"}, {"model": "m", "more": "m"}, "model"):
        assert refused(settings, "models.retrieve", path_params=wrong).param == "path_params"
    for value in ("..", "", 7, "a\nb"):
        error = refused(settings, "models.retrieve", path_params={"model": value})
        assert error.param == "path_params.model"
    error = refused(settings, "models.retrieve", "/models/m", path_params={"model": "m"})
    assert error.param == "path_params"
    assert refused(settings, "GET", "/models/m", path_params={"model": "m"}).param == "path_params"
    assert refused(settings, "models.list", path_params={"model": "m"}).param == "path_params"


@pytest.mark.parametrize(
    ("method", "safe", "replay"),
    [
        ("POST", None, "never"),
        ("POST", False, "never"),
        ("POST", True, "keyed"),
        ("DELETE", True, "keyed"),
        ("GET", None, "never"),
        ("GET", True, "safe"),
    ],
)
def test_unknown_routes_are_repeated_only_if_told(
    settings: Make, method: str, safe: bool | None, replay: str
) -> None:
    """Nothing is known of them, so that a repeat could run and charge again."""
    call = made(settings, method, "/batches/b_1", replay_safe=safe).call
    assert (call.operation.operation_id, call.operation.replay) == (
        f"{method} /batches/b_1",
        replay,
    )
    assert call.accept == "*/*"


def test_what_is_like_an_operation_is_none(settings: Make) -> None:
    """Another method, a slash behind it, another spelling: another route as far as anyone knows."""
    for method, path in (
        ("PUT", "/chat/completions"),
        ("POST", "/chat/completions/"),
        ("POST", "/chat/c%6fmpletions"),
        ("GET", "/models/a/b"),
    ):
        assert made(settings, method, path).endpoint is None


def test_replay_class_of_an_operation_is_the_documents(settings: Make) -> None:
    """It can't be said otherwise."""
    error = refused(settings, "audio.speech.create", json={}, replay_safe=True)
    assert error.param == "replay_safe"
    assert refused(settings, "POST", "/new", replay_safe="yes").param == "replay_safe"


PATHS = [
    None,
    7,
    "",
    "models",
    "https://example.com/v1/models",
    "//example.com/models",
    "/models//x",
    "/../keys",
    "/models/..",
    "/models/./x",
    "/models/%2e%2e/keys",
    "/models/..;/keys",
    "/models/%2e.%3Bv=1/keys",
    "/models/%252e%252E",
    "/models/..%2fkeys",
    "/models/..%5Ckeys",
    "/models\\..\\keys",
    "/models?limit=1",
    "/models#top",
    "/models\r\nX-Evil: 1",
    "/models%0d%0aX-Evil:1",
    "/models%00",
    "/mod els",
    "/modèles",
    "/models/%zz",
    "/models/%2",
]


@pytest.mark.parametrize("path", PATHS)
def test_path_leads_nowhere_else(settings: Make, path: object) -> None:
    """No host, no dot segments in any spelling, no line breaks."""
    error = refused(settings, "GET", path)
    assert error.param == "path"
    assert str(error).startswith("path: expected")


@given(st.text(alphabet="/.%25eE2fF5cC\\?#:@a", max_size=12))
def test_a_path_that_passes_stays_below_the_base(path: str) -> None:
    """Whatever is put together of the dangerous parts."""
    try:
        passed = checked_path(path)
    except InvalidRequestError:
        return
    assert passed[0] == "/"
    assert passed[1:2] != "/"
    assert not set("?#\\") & set(passed)
    assert not {".", ".."} & set(passed.split("/"))


@pytest.mark.parametrize("name", [None, 7, "", "TRACE", "CONNECT", "GET /models", "chat.create"])
def test_operation_has_to_be_one(settings: Make, name: object) -> None:
    """A name that is none, or a method that is not for requests like these."""
    assert refused(settings, name, "/models").param == "operation"


def test_path_has_to_be_the_operations(settings: Make) -> None:
    """Both may be given, but they must agree."""
    assert refused(settings, "models.list", "/embeddings").param == "path"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"json": {}, "content": b"x"}, "json"),
        ({"json": {}, "files": {"file": b"x"}}, "json"),
        ({"content": b"x", "data": {"a": 1}}, "json"),
        ({"json": {"a": float("nan")}}, "a"),
        ({"json": [float("inf")]}, "json"),
        ({"json": object()}, "json"),
        ({"content": "a text"}, "content"),
        ({"content": b"x", "content_type": "a\r\nb/c"}, "content_type"),
        ({"content": b"x", "content_type": "json"}, "content_type"),
        ({"content": b"x", "content_type": "a/" + "b" * 300}, "content_type"),
        ({"json": {}, "content_type": "text/plain"}, "content_type"),
        ({"content": Path("no/such/file")}, "content"),
        ({"files": {"file": b""}}, "file"),
        ({"files": {'a"b': b"x"}}, "files"),
        ({"files": [b"x"]}, "files"),
        ({"data": {"a\r\nb": 1}}, "data"),
        ({"data": "a=1"}, "data"),
        ({"data": {"a": {}}}, "a"),
        ({"data": {"a": 1}, "files": {"a": b"x"}}, "files"),
        ({"query": "a=1"}, "query"),
        ({"query": {7: 1}}, "query"),
        ({"query": {"a": {}}}, "query.a"),
        ({"query": {"a": [b"x"]}}, "query.a"),
        ({"query": {"a": "\ud800"}}, "query.a"),
        ({"headers": {"Authorization": "Bearer x"}}, "headers"),
        ({"headers": {"Host": "example.com"}}, "headers"),
        ({"headers": {"Content-Type": "text/plain"}}, "headers"),
        ({"headers": {"X-A": "a\r\nb"}}, "headers"),
        ({"stream": "lines"}, "stream"),
        ({"stream": "events"}, "stream"),
        ({"stream": None}, "stream"),
    ],
)
def test_bad_arguments_are_refused(settings: Make, wrong: dict[str, Any], param: str) -> None:
    """Each names the argument."""
    assert refused(settings, "POST", "/new", **wrong).param == param


def test_get_has_no_body(settings: Make) -> None:
    """Servers and proxies differ on what one would mean."""
    assert refused(settings, "GET", "/models", json={}).param == "json"
    assert refused(settings, "models.list", content=b"x").param == "content"


def test_unknown_keyword_names_the_nearest(settings: Make) -> None:
    """As everywhere."""
    with pytest.raises(TypeError, match="deadline"):
        made(settings, "GET", "/models", deadlin=3)
    with pytest.raises(TypeError, match="headers"):
        made(settings, "GET", "/models", extra_headers={})


def test_operation_of_a_pipeline_needs_one(settings: Make) -> None:
    """As its method does."""
    with pytest.raises(ConfigurationError, match="pipeline_id"):
        made(settings, "createVoicePipeline", files={"audio": b"x"})


def test_query_is_encoded(settings: Make) -> None:
    """Lists repeat the name; what is None is left out."""
    query = {"after": "a/b&c", "on": True, "n": 3, "tag": ["x", "ü"], "no": None}
    assert made(settings, "GET", "/new", query=query).call.path == (
        "/new?after=a%2Fb%26c&on=true&n=3&tag=x&tag=%C3%BC"
    )


def test_bodies(settings: Make, tmp_path: Path) -> None:
    """Bytes stay, files are streamed, forms have their parts."""
    (tmp_path / "a.txt").write_bytes(b"text")
    raw = made(settings, "POST", "/new", content=b"raw", content_type="text/csv").call
    assert (raw.content, raw.content_type) == (b"raw", "text/csv")
    assert made(settings, "POST", "/new", content=b"x").call.content_type == (
        "application/octet-stream"
    )
    listed = made(settings, "POST", "/new", json=[1, "a"]).call
    assert (listed.content, listed.content_type) == (b'[1,"a"]', "application/json")
    file: Any = made(settings, "PUT", "/new", content=tmp_path / "a.txt").call.content
    assert (b"".join(file.iter_chunks()), file.content_type) == (b"text", "text/plain")
    form: Any = made(
        settings, "POST", "/new", data={"purpose": "batch"}, files={"file": io.BytesIO(b"{}")}
    ).call.content
    body = b"".join(form.iter_chunks())
    assert len(body) == form.content_length
    assert b'name="purpose"\r\n\r\nbatch\r\n' in body
    assert body.count(form.content_type.partition("boundary=")[2].encode()) == 3


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ({"json": {**CHAT, "stream": True}}, True),
        ({"content": json.dumps({**CHAT, "stream": True}).encode()}, True),
        ({"content": io.BytesIO(json.dumps(CHAT).encode())}, True),  # not looked into
        ({"json": {**CHAT, "stream": False}}, False),
        ({"content": json.dumps(CHAT).encode()}, False),
        ({"content": b"no JSON"}, False),
    ],
)
def test_body_says_whether_a_stream_is_asked_for(
    settings: Make, body: dict[str, Any], asks: bool
) -> None:
    """Streams have no keys and are not repeated, so that this must not be missed."""
    found = made(settings, "chat.completions.create", stream=True, **body)
    assert (found.asks_stream, found.call.streaming) == (asks, asks)
    assert found.call.accept == ("text/event-stream" if asks else "application/json")


def test_stream_has_to_be_asked_for_on_both_sides(settings: Make) -> None:
    """A stream can't be read as a whole answer, nor events where none come."""
    asking = {**CHAT, "stream": True}
    assert refused(settings, "chat.completions.create", json=asking).param == "stream"
    error = refused(settings, "chat.completions.create", json=CHAT, stream="events")
    assert error.param == "stream"
    assert refused(settings, "embeddings.create", json={}, stream="events").param == "stream"


def test_methods_are_the_usual_ones() -> None:
    """None that a proxy answers itself."""
    assert not {"TRACE", "CONNECT"} & set(METHODS)
