"""What the generated answers have found, each by its name, so that it can't come back unseen."""

from __future__ import annotations

import json
import time
from typing import Any

import attrs
import pytest

from runinfra_ext import (
    ResponseShapeError,
    RunInfraError,
    RunInfraStreamParseError,
    StructuredOutputError,
)
from runinfra_ext._answer.completions import ChatCompletion
from runinfra_ext._answer.results import ImageData, Response, VoicePipelineResult
from runinfra_ext._stream.responses import ResponseAssembler
from runinfra_ext._structured.conversation import ToolConversation
from runinfra_ext._structured.parsing import parse_text, parsed_completion
from tests.contract.exchanges import CASES, HELLO, Exchange

LONG = 2**64 + 1  # beyond what the fast parser reads as an integer
HUGE = 10**400  # beyond every float


@attrs.define
class Order:
    """What a model is asked for."""

    amount: int | float


@attrs.define
class Price:
    """The same with a float only."""

    amount: float


def completion(*messages: dict[str, Any]) -> ChatCompletion:
    """A completion with a choice for each message."""
    choices = [{"message": {"role": "assistant", **message}} for message in messages]
    return ChatCompletion.from_dict({"id": "c", "model": "m", "choices": choices})


def conversation() -> tuple[ToolConversation, list[Any]]:
    """A tool loop with one function, and what it was called with."""
    seen: list[Any] = []

    def pay(amount: int | float = 0) -> int | float:
        seen.append(amount)
        return amount

    loop = ToolConversation([], [pay], params={}, deadline=None, clock=time.monotonic)
    return loop, seen


def called(name: Any, arguments: Any) -> ChatCompletion:
    """A completion that calls a tool once."""
    function = {"name": name, "arguments": arguments}
    return completion({"tool_calls": [{"id": "a", "type": "function", "function": function}]})


def test_long_integers_of_a_model_keep_their_digits():
    """An amount beyond 64 bits was rounded: by structured output, to a tool, and back from it."""
    assert parse_text(Order, json.dumps({"amount": LONG})).amount == LONG
    assert parse_text({"type": "object"}, json.dumps({"amount": LONG})) == {"amount": LONG}
    loop, seen = conversation()
    (call,) = loop.calls_of(called("pay", json.dumps({"amount": LONG})))
    loop.answer(call, call.result())
    assert seen == [LONG]
    assert loop.messages[-1]["content"] == str(LONG)


def test_a_number_beyond_every_float_does_not_fit():
    """It raised an OverflowError, out of the call and out of the tool loop."""
    with pytest.raises(StructuredOutputError, match="amount should be a number"):
        parse_text(Price, json.dumps({"amount": HUGE}))


def test_parsing_an_answer_without_choices_is_an_error():
    """`.parsed` of it raised an IndexError."""
    with pytest.raises(StructuredOutputError, match="no answer") as caught:
        parsed_completion(completion(), Order)
    assert caught.value.partial.choices == []


@pytest.mark.parametrize("content", [["parts"], {"amount": 1}, 5, True])
def test_parsing_an_answer_that_is_no_text_is_an_error(content):
    """A content of another kind raised a TypeError."""
    with pytest.raises(StructuredOutputError, match="not a text"):
        parsed_completion(completion({"content": content}), Order)


def test_a_refusal_that_is_no_text_is_told():
    """It raised a TypeError."""
    with pytest.raises(StructuredOutputError, match="refused: 5"):
        parsed_completion(completion({"refusal": 5}), Order)


@pytest.mark.parametrize(
    ("arguments", "expected"), [(None, 0), ("", 0), ({"amount": 2}, 2), ('{"amount": 3}', 3)]
)
def test_arguments_of_a_tool_may_be_null_or_an_object(arguments, expected):
    """Engines send both instead of JSON text; it raised an AttributeError."""
    loop, seen = conversation()
    (call,) = loop.calls_of(called("pay", arguments))
    call.result()
    assert seen == [expected]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("pay", ["amount"], "not a JSON object"),
        ("pay", 5, "not a JSON object"),
        ([], "{}", "there is no tool ''"),
        (None, "{}", "there is no tool ''"),
    ],
)
def test_a_malformed_tool_call_is_told_to_the_model(name, arguments, told):
    """It raised a TypeError or an AttributeError out of the loop."""
    loop, seen = conversation()
    (call,) = loop.calls_of(called(name, arguments))
    assert told in call.result()
    assert seen == []


def test_media_that_are_no_text_are_of_the_wrong_shape():
    """`.image` and `.audio` raised a TypeError."""
    with pytest.raises(ResponseShapeError, match="b64_json"):
        _ = ImageData.from_dict({"b64_json": True}).image
    with pytest.raises(ResponseShapeError, match="audio_base64"):
        _ = VoicePipelineResult.from_dict({"audio_base64": 5}).audio


def test_a_finish_reason_that_is_no_text_is_none_of_the_known():
    """Parsing such an answer raised a TypeError."""
    odd = ChatCompletion.from_dict(
        {
            "id": "c",
            "model": "m",
            "choices": [
                {"message": {"role": "assistant", "content": '{"amount": 1}'}, "finish_reason": []}
            ],
        }
    )
    assert parsed_completion(odd, Order).parsed == Order(1)


def test_a_part_of_another_kind_takes_the_place_of_the_text():
    """A refusal where text was begun kept the text's field, and the stream came to no result."""
    assembler = ResponseAssembler(Response.from_dict, frozenset(), lambda made: made)
    place = {"output_index": 0, "content_index": 0}
    assembler.add({"type": "response.output_text.delta", "delta": "", **place})
    part = {"type": "refusal", "refusal": ""}
    assembler.add({"type": "response.content_part.added", "part": part, **place})
    (message,) = assembler.final(whole=True).output
    assert [part.to_dict() for part in message.content] == [{"type": "refusal", "refusal": ""}]


def test_a_finish_reason_on_a_stream_must_be_a_text():
    """`.tool_calls` and `.final()` raised a TypeError; now the stream says what is wrong."""
    chunk = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": ["stop"]}]}
    exchange = Exchange("sync")
    try:
        exchange.set(
            200, {"content-type": "text/event-stream"}, b"data: %b\n\n" % json.dumps(chunk).encode()
        )
        stream = exchange.client.chat.completions.create(model="m", messages=HELLO, stream=True)
        with pytest.raises(RunInfraStreamParseError, match="another type than promised") as caught:
            stream.final()
        assert stream.tool_calls == []
        assert caught.value.partial.choices[0].message.content == "Hi"
    finally:
        exchange.close()


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("createResponse", {"object": [], "id": "r"}),
        ("createResponse", {"object": {}, "id": "r"}),
        ("createEmbedding", {"object": [], "error": {"message": "m"}}),
        ("listModels", {"object": {}, "error": {"message": "m"}}),
        (
            "createChatCompletion",
            {
                "id": "c",
                "model": "m",
                "choices": [{"message": {"role": "assistant", "content": [{"type": []}]}}],
            },
        ),
    ],
)
def test_a_list_where_a_word_is_looked_up(operation, answer):
    """What is told by its word may have none: a list can't be looked up in a set."""
    call = next(case.call for case in CASES if case.operation == operation)
    exchange = Exchange("sync")
    exchange.set(200, {"content-type": "application/json"}, json.dumps(answer).encode())
    result = exchange.call(call)
    exchange.close()
    assert isinstance(result, RunInfraError) or result.to_dict() == answer
