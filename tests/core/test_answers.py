"""From the bytes of a 2xx answer to a result or the error that says why not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runinfra_client import models
from runinfra_client.meta import Result
from runinfra_client.models import ModelList
from runinfra_ext._answer import results
from runinfra_ext._answer.bodies import json_result
from runinfra_ext._ground.doors import door
from runinfra_ext._ground.metadata import Meta
from runinfra_ext._ground.redaction import Redactor
from runinfra_ext._ground.wire import Headers
from runinfra_ext.errors import (
    InternalServerError,
    RateLimitError,
    ResponseShapeError,
    RunInfraError,
    UnexpectedContentError,
)

KEY = "sk-ri-0123456789abcdefTESTKEY"
LIST = {"object": "list", "data": []}


def meta(content_type: str = "application/json", status: int = 200) -> Meta:
    """Metadata of an answer."""
    headers = Headers(
        [("X-Request-Id", "req_1"), *([("content-type", content_type)] if content_type else [])]
    )
    return Meta("listModels", status, headers, "req_1", "mine", None, False, 1, (), 0.1)


def make(body: bytes, facts: Meta | None = None, cls: Any = ModelList) -> Any:
    """The result of a body."""

    def build(_status: int, content: Any, model: Any) -> Any:
        return model.from_dict(content)

    return json_result(build, cls, Redactor([KEY]))(body, facts or meta())


def fault(body: bytes, facts: Meta | None = None) -> RunInfraError:
    """The error of a body, which must chain nothing: parsers' errors quote what they read."""
    with pytest.raises(RunInfraError) as caught:
        door(make)(body, facts)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", "application/x+json", ""],
)
def test_result(content_type: str) -> None:
    """A JSON object becomes a result with its metadata; unknown fields stay."""
    facts = meta(content_type)
    result = make(json.dumps({**LIST, "next": 7}).encode(), facts)
    assert result.meta is facts
    assert result.request_id == "req_1"
    assert result.to_dict() == {**LIST, "next": 7}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'"text"', "string"),
        (b"[]", "array"),
        (b"null", "null"),
        (b"true", "boolean"),
        (b"7", "number"),
        (b"7.5", "number"),
    ],
)
def test_json_that_is_no_object(body: bytes, kind: str) -> None:
    """JSON of another kind is a shape error that names the kind."""
    error = fault(body)
    assert type(error) is ResponseShapeError
    assert f"JSON {kind} where an object" in error.message


@pytest.mark.parametrize(("body", "status"), [(b"", 204), (b"", 200), (b" \r\n", 200)])
def test_empty_answer(body: bytes, status: int) -> None:
    """An empty answer is a shape error, whatever its content type."""
    for content_type in ("application/json", "text/html", ""):
        error = fault(body, meta(content_type, status))
        assert type(error) is ResponseShapeError
        assert f"status {status} and an empty body" in error.message


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>", "text/html; charset=utf-8"),
        (b"{}", "text/html"),
        (b"{}", "audio/mpeg"),
        (b"<html>", "application/json"),
        (b"<html>", ""),
        (b'{"object": "li', "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_unexpected_content(body: bytes, content_type: str) -> None:
    """Another media type, or no JSON, is an error of its own that doubts the base URL."""
    error = fault(body, meta(content_type))
    assert type(error) is UnexpectedContentError
    assert "base_url" in error.message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"object": "list"}, "the field 'data' is missing"),
        ({"object": "list", "data": 7}, "of another type"),
        ({"object": "list", "data": [7]}, "of another type"),
        ({"object": "list", "data": [{}]}, "is missing"),
    ],
)
def test_another_shape(content: dict[str, Any], problem: str) -> None:
    """A missing or mistyped field is a shape error that says which, with the body."""
    error = fault(json.dumps({**content, "note": KEY}).encode())
    assert type(error) is ResponseShapeError
    assert error.message.startswith("The gateway's answer is not a ModelList: ")
    assert problem in error.message
    assert error.body == {**content, "note": "[redacted]"}


@pytest.mark.parametrize(
    ("content", "cls", "status"),
    [
        ({"error": {"message": "slow", "type": "rate_limit_error"}}, RateLimitError, 429),
        ({"error": "broken"}, InternalServerError, 500),
        ({"error": {"message": f"no {KEY}", "code": 503}}, InternalServerError, 503),
    ],
)
def test_error_under_status_200(content: object, cls: type[RunInfraError], status: int) -> None:
    """An error body under 200 is the error that its status would have given."""
    error = fault(json.dumps(content).encode())
    assert isinstance(error, cls)
    assert (error.status, error.request_id) == (status, "req_1")
    assert KEY not in repr(error.__dict__)


@pytest.mark.parametrize("reported", [None, {}, "", [], 0])
def test_empty_error_beside_a_result(reported: object) -> None:
    """A result with an empty error field is a result."""
    content = {**LIST, "error": reported}
    assert make(json.dumps(content).encode()).to_dict() == content


RESULTS = [
    getattr(results, name, getattr(models, name))
    for name in models.__all__
    if issubclass(getattr(models, name), Result)
]


@pytest.mark.parametrize("cls", RESULTS)
def test_error_is_never_a_result(cls: Any) -> None:
    """No operation takes an error body for its result."""
    with pytest.raises(RunInfraError) as caught:
        make(b'{"error": {"message": "slow", "type": "rate_limit_error"}}', cls=cls)
    assert caught.value.status == 429
