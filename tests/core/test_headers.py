"""Request headers: the package's own, and the callers'."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext._call.call import Call
from runinfra_ext._call.headers import RESERVED, checked_headers
from runinfra_ext._call.journey import Journey
from runinfra_ext._call.options import Settings
from runinfra_ext._version import __version__
from runinfra_ext.errors import ConfigurationError, InvalidRequestError

# The gateway's documented list; the package may refuse more, never less.
DOCUMENTED = (
    "authorization api-key connection content-type content-length cookie forwarded host "
    "idempotency-key keep-alive proxy-authenticate proxy-authorization te trailer "
    "transfer-encoding upgrade via x-access-token x-api-key x-auth-token x-client-request-id "
    "x-forwarded-for x-forwarded-host x-forwarded-proto x-runinfra-sdk x-runinfra-sdk-version"
).split()


@pytest.mark.parametrize("name", sorted({*DOCUMENTED, *RESERVED}))
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_reserved_header(name: str, spelling: Callable[[str], str]) -> None:
    """No spelling of a reserved name gets through, and the secret value is not repeated."""
    with pytest.raises(InvalidRequestError) as caught:
        checked_headers("extra_headers", {spelling(name): "hunter2"})
    assert caught.value.param == "extra_headers"
    assert name in str(caught.value).lower()
    assert "hunter2" not in repr(caught.value)


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("Authorization", "; use api_key="),
        ("Idempotency-Key", "; use idempotency_key="),
        ("X-Client-Request-Id", "; use client_request_id="),
    ],
)
def test_reserved_header_with_an_argument(name: str, argument: str) -> None:
    """The error for a header that has an argument of its own names that argument."""
    with pytest.raises(InvalidRequestError, match=argument):
        checked_headers("extra_headers", {name: "x"})


@pytest.mark.parametrize(
    "headers",
    [
        [("x-a", "b")],
        [],
        "",
        0,
        "x-a: b",
        7,
        {"x a": "b"},
        {"": "b"},
        {"x-a:": "b"},
        {"x-a\n": "b"},
        {" x-a": "b"},
        {"x-ä": "b"},
        {b"x-a": "b"},
        {7: "b"},
        {"x-a": 7},
        {"x-a": None},
        {"x-a": b"b"},
        {"x-a": "b\r\nx-b: c"},
        {"x-a": "b\tc"},
        {"x-a": "b\x00"},
        {"x-a": "b\x7f"},
        {"x-a": "é"},
        {"x-a": "b" * 513},
        {"X-A": "b", "x-a": "c"},
    ],
)
def test_unusable_headers(headers: object) -> None:
    """What could break the framing, or isn't a mapping of strings, is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        checked_headers("extra_headers", headers)
    assert caught.value.param == "extra_headers"


def test_wrong_value_is_not_repeated() -> None:
    """A header value that is refused may be a secret: the error doesn't show it."""
    with pytest.raises(InvalidRequestError) as caught:
        checked_headers("extra_headers", {"x-a": "hunter2\n"})
    assert "hunter2" not in repr(caught.value)


@pytest.mark.parametrize(
    ("headers", "checked"),
    [
        (None, {}),
        ({}, {}),
        ({"X-Trace": " a b "}, {"x-trace": " a b "}),
        ({"x-empty": ""}, {"x-empty": ""}),
        ({"x-long": "b" * 512}, {"x-long": "b" * 512}),
        (MappingProxyType({"traceparent": "00-1-2-01"}), {"traceparent": "00-1-2-01"}),
    ],
)
def test_usable_headers(headers: object, checked: dict[str, str]) -> None:
    """Any mapping of clean strings is taken, values untouched."""
    assert checked_headers("extra_headers", headers) == checked


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=3))
def test_any_headers(headers: dict[str, str]) -> None:
    """Whatever gets through can't carry control characters or a reserved name."""
    try:
        checked = checked_headers("extra_headers", headers)
    except InvalidRequestError:
        return
    for name, value in checked.items():
        assert re.fullmatch(r"[!#$%&'*+.^_`|~0-9a-z-]+", name)
        assert re.fullmatch(r"[ -~]*", value)
        assert name not in RESERVED


def sent(call: Call, settings: Settings) -> dict[str, str]:
    """The headers that a call sends."""
    return Journey(call, settings).headers


def test_standard_headers(
    settings: Callable[..., Settings], call: Callable[..., Call], api_key: str
) -> None:
    """Every request says who sends it, with which key, and what it wants."""
    headers = sent(call("createChatCompletion"), settings())
    assert headers["authorization"] == f"Bearer {api_key}"
    assert headers["x-runinfra-sdk"] == "runinfra-ext"
    assert headers["x-runinfra-sdk-version"] == __version__
    assert headers["user-agent"].startswith(f"runinfra-ext/{__version__} python/3")
    assert headers["accept-encoding"] == "identity"
    assert headers["accept"] == "application/json"
    assert headers["content-type"] == "application/json"
    assert uuid.UUID(headers["x-client-request-id"]).version == 4
    assert uuid.UUID(headers["idempotency-key"]).version == 4
    assert [name for name, value in headers.items() if api_key in value] == ["authorization"]


def test_each_call_has_its_own_ids(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """Two calls share neither the client request id nor the idempotency key."""
    made = settings()
    one, two = (sent(call("createChatCompletion"), made) for _ in range(2))
    assert one["x-client-request-id"] != two["x-client-request-id"]
    assert one["idempotency-key"] != two["idempotency-key"]


def test_callers_headers_and_ids(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """A call's headers win over the client's; ids are trimmed."""
    headers = sent(
        call(
            "listModels",
            extra_headers={"X-Trace": "call"},
            client_request_id=" mine ",
            idempotency_key="\tkey\n",
        ),
        settings(default_headers={"x-trace": "client", "X-Team": "blue"}),
    )
    assert (headers["x-trace"], headers["x-team"]) == ("call", "blue")
    assert (headers["x-client-request-id"], headers["idempotency-key"]) == ("mine", "key")


@pytest.mark.parametrize(
    ("operation_id", "streaming", "auto", "has_key"),
    [
        ("createChatCompletion", False, True, True),
        ("createChatCompletion", True, True, False),
        ("createResponse", True, True, False),
        ("createEmbedding", False, True, True),
        ("createImage", False, True, True),
        ("createRerank", False, True, True),
        ("createSpeech", False, True, True),
        ("createSpeech", True, True, True),
        ("createTranscription", False, True, True),
        ("createVoicePipeline", False, True, True),
        ("listModels", False, True, False),
        ("createChatCompletion", False, False, False),
        ("createSpeech", False, False, False),
    ],
)
def test_automatic_key(
    settings: Callable[..., Settings],
    call: Callable[..., Call],
    operation_id: str,
    streaming: bool,
    auto: bool,
    has_key: bool,
) -> None:
    """Every POST but a stream gets a key by itself, unless that is turned off."""
    headers = sent(call(operation_id, streaming=streaming), settings(auto_idempotency=auto))
    assert ("idempotency-key" in headers) is has_key


@pytest.mark.parametrize("operation_id", ["createChatCompletion", "listModels", "createSpeech"])
@pytest.mark.parametrize("streaming", [False, True])
def test_callers_key_always_travels(
    settings: Callable[..., Settings],
    call: Callable[..., Call],
    operation_id: str,
    streaming: bool,
) -> None:
    """A key that the caller gives is sent on every method, also for a stream."""
    asked = call(operation_id, streaming=streaming, idempotency_key="job-7")
    assert sent(asked, settings(auto_idempotency=False))["idempotency-key"] == "job-7"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("client_request_id", ""),
        ("client_request_id", "  "),
        ("client_request_id", 7),
        ("client_request_id", "a\nb"),
        ("client_request_id", "é"),
        ("client_request_id", "x" * 513),
        ("idempotency_key", ""),
        ("idempotency_key", " \t "),
        ("idempotency_key", b"key"),
        ("idempotency_key", "a\x00b"),
        ("idempotency_key", "x" * 256),
        ("extra_headers", {"authorization": "x"}),
        ("extra_headers", "x-a: b"),
        ("max_retries", -1),
        ("max_retries", True),
        ("max_retries", 1.0),
        ("max_retries", "2"),
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", True),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("timeout", 10**400),
        ("timeout", "3"),
        ("deadline", 0),
        ("deadline", float("-inf")),
        ("deadline", False),
        ("deadline", [3]),
    ],
)
def test_unusable_call_option(
    settings: Callable[..., Settings], call: Callable[..., Call], option: str, value: object
) -> None:
    """A wrong call option is an error that names it, before anything is sent."""
    with pytest.raises(InvalidRequestError) as caught:
        Journey(call("listModels", **{option: value}), settings())
    assert caught.value.param == option
    assert not isinstance(caught.value, ConfigurationError)


@pytest.mark.parametrize(
    ("option", "limit"), [("client_request_id", 512), ("idempotency_key", 255)]
)
def test_longest_id(
    settings: Callable[..., Settings], call: Callable[..., Call], option: str, limit: int
) -> None:
    """An id of exactly the longest length is taken."""
    journey = Journey(call("listModels", **{option: "x" * limit}), settings())
    assert getattr(journey, option) == "x" * limit


def test_none_means_not_given(settings: Callable[..., Settings], call: Callable[..., Call]) -> None:
    """A call option that is None is the client's."""
    names = ("idempotency_key", "client_request_id", "timeout", "deadline", "max_retries")
    options: dict[str, Any] = dict.fromkeys((*names, "extra_headers"))
    made = settings(timeout=7, deadline=9, max_retries=5)
    journey = Journey(call("listModels", **options), made)
    assert journey.max_retries == 5
    assert journey.start() == (made.timeout, 1009.0, False)
