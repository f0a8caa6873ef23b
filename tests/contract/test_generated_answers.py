"""Whatever the document allows as an answer becomes a result, and whatever it does not stays in the tree.

The other direction of a contract test: not "does the gateway answer as the document says", but
"does the SDK bear every answer that the document allows". Instances of every answer's schema are
generated; they must parse, convert back to exactly themselves, and travel. With faults planted in
them, a call returns or raises a ``RunInfraError``; nothing else leaves the SDK.
"""

from __future__ import annotations

import copy
import functools
import json
import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client import models
from runinfra_client.unions import parse_response_stream_event
from runinfra_ext import APIStatusError, RunInfraError, WebhookVerificationError
from runinfra_ext._ground.json_codec import decode
from runinfra_ext.webhooks import WebhookEvent, construct_event, signature_header
from tests.contract.by_document import components, described
from tests.contract.exchanges import CASES, HELLO, Case, Exchange, look, look_at_error
from tests.contract.instances import (
    JSON_TYPES,
    SCHEMAS,
    bodies,
    bodies_of,
    component,
    dumped,
    examples,
    headers,
    media_types,
    named,
    tags_beside,
    texts,
    written,
)

EVENTS = [named(member["$ref"]) for member in SCHEMAS["ResponseStreamEvent"]["anyOf"]]
ANSWERS = [
    *dict.fromkeys(case.component for case in CASES),
    "ErrorEnvelope",
    "ChatCompletionChunk",
]
by_faults = pytest.mark.parametrize("faulty", [False, True], ids=["documented", "spoiled"])
by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.component)


@pytest.fixture(scope="module", params=["sync", "async"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    """A client of either kind over answers from memory."""
    made = Exchange(request.param)
    yield made
    made.close()


@functools.cache
def validator(name: str) -> Any:
    """Holds instances against a component; another program than the one that makes them."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    return jsonschema_rs.Draft202012Validator(schema)


def test_every_json_answer_of_the_document_has_a_case():
    """An operation that is added to the document can't be forgotten here."""
    documented = {
        (operation.operation_id, name)
        for operation in described()
        for name in components(operation.data)
    }
    assert {(case.operation, case.component) for case in CASES} == documented


def legible(value: Any) -> Any:
    """The same without halves of surrogate pairs, which the validator does not read."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [legible(item) for item in value]
    if isinstance(value, dict):
        return {legible(key): legible(item) for key, item in value.items()}
    return value


def check_model(name: str, instance: Any, parse: Any) -> None:
    assert validator(name).is_valid(legible(instance)), "made wrongly"
    before = dumped(instance)
    model = parse(instance)
    assert dumped(model.to_dict()) == before
    assert dumped(instance) == before, "the input was changed"
    for twin in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin == model
        assert dumped(twin.to_dict()) == before


@pytest.mark.parametrize("name", ANSWERS)
def test_models_give_back_what_came(name):
    """Every instance of an answer's schema parses, converts back to itself, and can be copied."""

    @examples(40)
    @given(component(name))
    def check(instance):
        check_model(name, instance, getattr(models, name).from_dict)

    check()


@pytest.mark.parametrize("name", EVENTS)
def test_events_give_back_what_came(name):
    """The same for every event of a Responses stream, which its tag leads to its own class."""

    @examples(20)
    @given(component(name, tags_beside(SCHEMAS["ResponseStreamEvent"])))
    def check(instance):
        check_model(name, instance, parse_response_stream_event)
        assert type(parse_response_stream_event(instance)) is getattr(models, name)

    check()


@by_case
def test_calls_return_what_came(case: Case, exchange: Exchange):
    """A documented answer becomes a result with all its members, or an error that says what is odd."""

    @examples(25)
    @given(component(case.component), headers, st.sampled_from(JSON_TYPES))
    def check(instance, more, kind):
        exchange.set(200, {**more, "content-type": kind}, json.dumps(instance).encode())
        result = exchange.call(case.call)
        if isinstance(result, RunInfraError):
            look_at_error(result)
            assert may_be_refused(case, instance), result
            return
        assert dumped(result.to_dict()) == dumped(instance)
        assert result.meta.status == 200
        assert result.meta.rate_limit is not None
        look(result)
        for twin in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
            assert type(twin) is type(result)
            assert dumped(twin.to_dict()) == dumped(instance)

    check()


def may_be_refused(case: Case, instance: Any) -> bool:
    """Whether an answer says by words what its schema can't: an error, another object, no vector."""
    if case.component == "EmbeddingList":
        return any(isinstance(item["embedding"], str) for item in instance["data"])
    if case.component == "Response" and "output" not in instance:
        return bool(instance.get("error")) or instance.get("object") not in {None, "response"}
    return bool(instance.get("error"))


@by_case
def test_calls_with_spoiled_answers_stay_in_the_tree(case: Case, exchange: Exchange):
    """Members dropped or of wrong types, odd tokens, bytes and content types: a result, or our error."""

    @examples(100)
    @given(
        bodies_of(case.component, faulty=True),
        headers,
        media_types,
        st.sampled_from([200, 201, 204]),
    )
    def check(body, more, kind, status):
        exchange.set(status, {**more, "content-type": kind}, body)
        result = exchange.call(case.call)
        if isinstance(result, RunInfraError):
            look_at_error(result)
        else:
            look(result)
            result.to_dict()

    check()


RAW = {
    "speech": lambda c: c.audio.speech.create(model="m", input="Hi", voice="v"),
    **{
        kind: lambda c, kind=kind: c.audio.transcriptions.create(
            model="m", file=b"RIFF", response_format=kind
        )
        for kind in ("text", "srt", "vtt")
    },
}
_AUDIO = (
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00",
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bytes(16) + b"data\x00\x00\x00\x00",
    b"ID3",
    b"\xff\xfb\x90",
    b"OggS",
    b"fLaC",
)


@pytest.mark.parametrize("call", RAW.values(), ids=RAW)
def test_answers_that_are_no_json_stay_in_the_tree(call, exchange: Exchange):
    """Any bytes as audio or as a transcript, under any content type: a result, or our error."""
    kinds = st.sampled_from(
        ["audio/wav", "audio/mpeg", "text/vtt", "text/plain", "", *JSON_TYPES, "text/html"]
    )
    body = st.one_of(
        st.builds(lambda start, rest: start + rest, st.sampled_from(_AUDIO), st.binary()),
        texts.map(lambda text: text.encode("utf-8", "replace")),
        st.binary(),
        bodies_of("ErrorEnvelope", faulty=True),
        bodies_of("Transcription", faulty=True),
    )

    @examples(100)
    @given(body, headers, kinds)
    def check(body, more, kind):
        exchange.set(200, {**more, "content-type": kind}, body)
        result = exchange.call(call)
        if isinstance(result, RunInfraError):
            look_at_error(result)
        else:
            assert result.meta.status == 200
            repr(result)
            if not isinstance(result, str):
                assert result.content == body
                repr((result.format, result.duration))

    check()


@attrs.define
class Sum:
    """What the model is asked for."""

    a: int
    b: float
    c: Any = None


def add(a: int, b: float, c: Any = None) -> float:
    """Add numbers."""
    return a + b


def answered(completion: Any, content: str, calls: list[Any]) -> Any:
    """A completion whose model did write something: JSON, or calls of the tool."""
    message = {"role": "assistant", "content": content, **({"tool_calls": calls} if calls else {})}
    return {**completion, "choices": [{"message": message}, *completion["choices"]]}


SPOKEN = st.builds(
    answered,
    component("ChatCompletion"),
    written,
    st.lists(component("ChatCompletionMessageToolCall"), max_size=2),
)
ON_TOP = {
    "parse": lambda c: c.chat.completions.parse(Sum, model="m", messages=HELLO),
    "run_tools": lambda c: c.chat.completions.run_tools(
        [add], model="m", messages=HELLO, max_steps=2
    ),
}


@pytest.mark.parametrize("call", ON_TOP.values(), ids=ON_TOP)
@by_faults
def test_structured_output_and_tools_stay_in_the_tree(faulty, call, exchange: Exchange):
    """Whatever the model writes as an object or as arguments: a result, or our error."""

    @examples(100)
    @given(bodies(SPOKEN | component("ChatCompletion"), faulty=faulty))
    def check(body):
        exchange.set(200, {"content-type": "application/json"}, body)
        result = exchange.call(call)
        if isinstance(result, RunInfraError):
            look_at_error(result)
        else:
            look(getattr(result, "completion", result))

    check()


@by_faults
def test_error_answers_raise_the_class_of_their_status(faulty, exchange: Exchange):
    """Any error body under any error status raises an APIStatusError with that status."""
    kinds = media_types if faulty else st.sampled_from(JSON_TYPES)

    @examples(100)
    @given(
        bodies_of("ErrorEnvelope", faulty=faulty),
        headers,
        kinds,
        st.integers(300, 599),
        st.sampled_from(CASES),
    )
    def check(body, more, kind, status, case):
        exchange.set(status, {**more, "content-type": kind}, body)
        error = exchange.call(case.call)
        assert isinstance(error, APIStatusError)
        assert error.status == status
        look_at_error(error)

    check()


@by_faults
def test_webhook_events_are_read_or_refused(faulty):
    """A signed delivery becomes an event with all its members; what is none is refused as such."""

    @examples(100)
    @given(bodies_of("WebhookEvent", faulty=faulty))
    def check(body):
        signature = signature_header(payload=body, secret="whsec_1", timestamp=1_700_000_000)
        try:
            event = construct_event(
                payload=body, signature_header=signature, secret="whsec_1", now=1_700_000_000
            )
        except WebhookVerificationError as error:
            assert faulty
            look_at_error(error)
            return
        assert isinstance(event, WebhookEvent)
        assert dumped(event.to_dict()) == dumped(decode(body))
        assert event.data is not None
        repr((event.id, event.type, event))

    check()
