"""The rules of streams, without a network: what is an event, an error, an end."""

from __future__ import annotations

import json

import pytest

import runinfra_ext as sdk
from runinfra_client import models
from runinfra_client.unions import parse_response_stream_event
from runinfra_ext import RunInfra
from runinfra_ext.chat_assembly import ChatAssembler
from runinfra_ext.journey import Journey
from runinfra_ext.requests import json_call
from runinfra_ext.response_assembly import ResponseAssembler
from runinfra_ext.results import ChatCompletion, Response
from runinfra_ext.streams import EventReader
from runinfra_ext.wire import Headers


def reader(kind="chat", **options):
    """A reader of either operation."""
    settings = RunInfra(api_key="k-not-used", **options)._settings
    if kind == "chat":
        call = json_call(
            "createChatCompletion",
            {"model": "m", "messages": [{"role": "user"}]},
            settings,
            function="f",
            stream=True,
        )
        return EventReader(models.ChatCompletionChunk.from_dict, Journey(call, settings), Headers())
    call = json_call(
        "createResponse", {"model": "m", "input": "x"}, settings, function="f", stream=True
    )
    return EventReader(parse_response_stream_event, Journey(call, settings), Headers())


def frames(*events, names=True):
    """Events on the wire."""
    return b"".join(
        (f"event: {e['type']}\n".encode() if names and "type" in e else b"")
        + b"data: "
        + json.dumps(e).encode()
        + b"\n\n"
        for e in events
    )


def chunk(content=None, reason=None, index=0, **more):
    """A chat chunk."""
    delta = {} if content is None else {"content": content}
    return {
        "id": "c",
        "model": "m",
        "choices": [{"index": index, "delta": delta, "finish_reason": reason}],
        **more,
    }


def run(kind, data):
    """Read all of it; the events, whether it is complete, and the fault."""
    used = reader(kind)
    events = used.feed(data) + used.finish()
    return events, used.complete, used.fault


def test_finish_reasons_complete_a_chat():
    """A clean end counts when every choice that was seen has a finish reason, and only then."""
    done = frames(
        chunk("a"), chunk("b", index=1), chunk(reason="stop"), chunk(reason="stop", index=1)
    )
    assert run("chat", done)[2] is None
    half = frames(chunk("a"), chunk("b", index=1), chunk(reason="stop"))
    assert type(run("chat", half)[2]) is sdk.StreamTruncatedError


def test_done_means_different_things():
    """[DONE] ends a chat stream; on a Responses stream it is skipped, wherever it comes."""
    events, complete, fault = run("chat", b"data: [DONE]\n\n" + frames(chunk("late")))
    assert (events, complete, fault) == ([], True, None)
    end = {"type": "response.completed", "response": {"id": "r", "model": "m"}}
    events, complete, fault = run("responses", b"data: [DONE]\n\n" + frames(end))
    assert ([e.type for e in events], complete, fault) == (["response.completed"], True, None)
    assert type(run("responses", b"data: [DONE]\n\n")[2]) is sdk.StreamTruncatedError


def test_names_stand_in_for_missing_types():
    """An event whose type stands only on its own line is known by it."""
    data = b'event: response.output_text.delta\ndata: {"delta": "Hi"}\n\n'
    events, _, _ = run("responses", data)
    assert isinstance(events[0], models.ResponseTextDeltaEvent)


@pytest.mark.parametrize(
    ("event", "cls", "code"),
    [
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "Slow"},
            sdk.RateLimitError,
            "rate_limit_exceeded",
        ),
        (
            {"type": "error", "error": {"code": 503, "message": "Busy"}},
            sdk.ServiceUnavailableError,
            503,
        ),
        (
            {
                "type": "response.failed",
                "response": {
                    "id": "r",
                    "model": "m",
                    "error": {"code": "server_error", "message": "x"},
                },
            },
            sdk.InternalServerError,
            "server_error",
        ),
        (
            {"type": "response.failed", "response": {"id": "r", "model": "m"}},
            sdk.InternalServerError,
            None,
        ),
    ],
)
def test_errors_of_responses(event, cls, code):
    """Both error events, wherever they keep the details."""
    events, complete, fault = run("responses", frames(event))
    assert (events, complete) == ([], False)
    assert type(fault) is cls
    assert fault.code == code


@pytest.mark.parametrize(
    ("data", "cls"),
    [
        (
            b'data: {"error": {"message": "x", "code": 400}}\n\ndata: [DONE]\n\n',
            sdk.BadRequestError,
        ),
        (b'data: {"error": "it broke"}\n\n', sdk.InternalServerError),
        (
            b'data: {"object": "error", "message": "x", "type": "BadRequestError", "code": 400}\n\n',
            sdk.BadRequestError,
        ),
        (
            b'event: error\ndata: {"message": "x", "type": "overloaded_error"}\n\n',
            sdk.ServiceUnavailableError,
        ),
        (b"data: [1]\n\n", sdk.RunInfraStreamParseError),
        (b"data: 5\n\n", sdk.RunInfraStreamParseError),
        (b"data: {\n\n", sdk.RunInfraStreamParseError),
        (b'data: {"choices": [1]}\n\n', sdk.RunInfraStreamParseError),
        (b'data: {"choices": "x"}\n\n', sdk.RunInfraStreamParseError),
        (b'data: {"id"', sdk.StreamTruncatedError),
        (b"", sdk.StreamTruncatedError),
        (b"data: null\n\ndata: \n\n", sdk.StreamTruncatedError),
    ],
)
def test_what_ends_a_chat_stream_badly(data, cls):
    """Error objects of all engines, malformed events, early ends."""
    _, complete, fault = run("chat", data)
    assert type(fault) is cls
    assert complete is False


def test_a_malformed_response_event_is_told():
    """A known event without its field is an error that names it, after the events before it."""
    good = {"type": "response.output_text.delta", "delta": "Hi"}
    events, _, fault = run("responses", frames(good, {"type": "response.output_text.delta"}))
    assert len(events) == 1
    assert "Event 1 of the stream lacks the field 'delta'" in str(fault)


def test_nothing_after_the_end():
    """After a fault or the end, bytes are ignored."""
    used = reader()
    used.feed(b"data: {\n\n")
    assert used.feed(frames(chunk("a"))) == used.finish() == []
    big = reader(max_event_bytes=50)
    assert big.feed(b"data: " + b"x" * 100) == []
    assert type(big.fault) is sdk.StreamEventTooLargeError


def chat(*chunks):
    """Assemble chunks."""
    assembler = ChatAssembler(ChatCompletion)
    for data in chunks:
        assembler.add(models.ChatCompletionChunk.from_dict(data))
    return assembler


def test_chat_assembly_of_everything():
    """Texts, refusals, both spellings of thoughts, log probabilities, usage, several choices."""
    logprobs = {
        "content": [{"token": "a", "logprob": -1.0}],
        "refusal": [{"token": "b", "logprob": -2.0}],
    }
    choice = {
        "index": 0,
        "delta": {
            "role": "assistant",
            "content": "a",
            "refusal": "no",
            "reasoning": "hm",
            "reasoning_content": "so",
        },
        "logprobs": logprobs,
    }
    more = {
        "index": 0,
        "delta": {"content": "b", "reasoning": "m"},
        "finish_reason": "stop",
        "logprobs": logprobs,
    }
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assembler = chat(
        {"id": "c", "created": 5, "model": "m", "system_fingerprint": "f", "choices": [choice]},
        {"choices": [more, {"index": 2, "delta": None, "finish_reason": "length"}]},
        {"choices": [], "usage": usage},
    )
    result = assembler.build()
    first = result.choices[0]
    assert (first.message.content, first.message.refusal) == ("ab", "no")
    assert (first.message.reasoning, first.message.reasoning_content) == ("hmm", "so")
    assert [len(first.logprobs.content), len(first.logprobs.refusal)] == [2, 2]
    assert [c.index for c in result.choices] == [0, 2]
    assert (result.created, result.system_fingerprint, result.usage.total_tokens) == (5, "f", 3)
    assert assembler.finished
    assert assembler.text == "ab"
    assert not chat().finished
    assert chat().text == ""


def test_tool_calls_show_when_they_are_whole():
    """Calls appear when their choice is finished; repeated names are not doubled."""
    opening = {"index": 0, "id": "x", "function": {"name": "f", "arguments": '{"a"'}}
    rest = {"index": 0, "id": "x", "function": {"name": "f", "arguments": ":1}"}}
    parts = [
        {"choices": [{"index": 0, "delta": {"tool_calls": [opening]}}]},
        {
            "choices": [
                {
                    "index": 0,
                    "delta": {"tool_calls": [rest, {"index": 1, "id": "y", "function": None}]},
                }
            ]
        },
    ]
    assembler = chat(*parts)
    assert assembler.tool_calls == []
    assert assembler.build().choices[0].message.tool_calls is None
    done = chat(*parts, {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    assert [(c.id, c.function.name, c.function.arguments) for c in done.tool_calls] == [
        ("x", "f", '{"a":1}'),
        ("y", "", ""),
    ]


def responses(*events):
    """Assemble events."""
    assembler = ResponseAssembler(Response)
    for data in events:
        assembler.add(parse_response_stream_event(data))
    return assembler


END = {"type": "response.completed", "response": {"id": "r", "model": "m", "status": "completed"}}


def test_responses_assembly_fills_what_the_end_leaves_out():
    """Texts, refusals and items are put together when the last event has none of them."""
    assembler = responses(
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {"type": "message", "id": "i", "role": "assistant"},
        },
        {
            "type": "response.output_text.delta",
            "output_index": 0,
            "content_index": 0,
            "delta": "Se",
        },
        {
            "type": "response.output_text.delta",
            "output_index": 0,
            "content_index": 0,
            "delta": "ven.",
        },
        {"type": "response.refusal.delta", "output_index": 1, "content_index": 0, "delta": "No."},
        {
            "type": "response.output_item.done",
            "output_index": 2,
            "item": {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        },
        {"type": "response.function_call_arguments.delta", "output_index": 3, "delta": '{"half'},
        {
            "type": "response.output_item.added",
            "output_index": 3,
            "item": {"type": "function_call", "name": "g"},
        },
        {"type": "response.thunder"},
        END,
    )
    result = assembler.build()
    assert result.output_text == "Seven."
    assert [item.type for item in result.output] == ["message", "message", "function_call"]
    assert result.output[0].content[0].text == "Seven."
    assert result.output[1].content[0].refusal == "No."
    assert [call.name for call in assembler.tool_calls] == ["f"]
    assert assembler.finished


def test_responses_assembly_trusts_the_end():
    """What the last event holds wins."""
    whole = {
        **END["response"],
        "output": [{"type": "function_call", "name": "f", "arguments": "{}"}],
        "usage": {"total_tokens": 3},
    }
    assembler = responses(
        {"type": "response.output_text.delta", "delta": "x"},
        {"type": "response.completed", "response": whole},
    )
    assert assembler.build().to_dict() == {**whole, "object": "response"}
    assert assembler.usage.total_tokens == 3
    assert [call.name for call in assembler.tool_calls] == ["f"]
    assert responses().usage is None
    assert responses().build().to_dict() == {"id": "", "object": "response", "model": ""}
