"""Tool calls in the forms that engines have for them: read alike, streamed or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runinfra_ext._answer.completions import ChatCompletion
from runinfra_ext._structured.conversation import ToolConversation
from runinfra_ext.errors import ToolLoopError

F = {"name": "f", "arguments": '{"x": 1}'}
WHOLE = {"id": "a", "type": "function", "function": F}


def whole(*calls: Any, finish: str = "tool_calls") -> ChatCompletion:
    """A completion that was not streamed."""
    message = {"role": "assistant", "content": None, "tool_calls": list(calls)}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return ChatCompletion.from_dict({"id": "c", "model": "m", "choices": [choice]})


def read(completion: ChatCompletion) -> list[dict[str, Any]]:
    return [call.to_dict() for call in completion.choices[0].message.tool_calls or ()]


def custom(text: str) -> dict[str, Any]:
    return {"type": "custom", "custom": {"name": "sql", "input": text}}


KINDS = {
    "as the standard says": ([WHOLE], [{**WHOLE, "index": 0}]),
    "without a type": ([{"id": "a", "function": F}], [{"index": 0, "id": "a", "function": F}]),
    "a type of null": ([{**WHOLE, "type": None}], [{**WHOLE, "index": 0, "type": None}]),
    "an object for the arguments": (
        [{**WHOLE, "function": {"name": "f", "arguments": {"x": 1}}}],
        [{**WHOLE, "index": 0, "function": {"name": "f", "arguments": {"x": 1}}}],
    ),
    "without an id": ([{"type": "function", "function": F}], [{"index": 0, "function": F}]),
    "twice": ([WHOLE, WHOLE], [{**WHOLE, "index": 0}, {**WHOLE, "index": 0}]),
    "two of one id": (
        [{"id": "f", "function": {"name": "f", "arguments": f'{{"x": {x}}}'}} for x in (1, 2)],
        [{"id": "f", "function": {"name": "f", "arguments": f'{{"x": {x}}}'}} for x in (1, 2)],
    ),
    "two functions of one id": (
        [{"id": "t", "function": {"name": name, "arguments": "{}"}} for name in "fg"],
        [{"id": "t", "function": {"name": name, "arguments": "{}"}, "index": 0} for name in "fg"],
    ),
    "again, written in another way": (
        [WHOLE],
        [
            {"index": 0, "id": "a", "function": F},
            {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x":1}'}},
        ],
    ),
    "again in pieces, then whole": (
        [WHOLE],
        [
            {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x":'}},
            {"index": 0, "id": "a", "function": {"name": "f", "arguments": " 1}"}},
            {"index": 0, "id": "a", "function": F},
        ],
    ),
    "two of one name without ids": (
        [{"function": {"name": "f", "arguments": ""}}] * 2,
        [{"index": i, "function": {"name": "f", "arguments": ""}} for i in (0, 1)],
    ),
    "of another kind": (
        [{"id": "a", **custom("select 1")}],
        [
            {"index": 0, "id": "a", **custom("select")},
            {"index": 0, "custom": {"input": " 1"}},
        ],
    ),
}


SEVERAL = {"two of one id": [{"x": 1}, {"x": 2}], "two functions of one id": [{}, {}]}


@pytest.mark.parametrize("kind", KINDS)
def test_alike(play: Any, kind: str) -> None:
    """A call is the same object, in the standard's form, whichever way it came."""
    given, fragments = KINDS[kind]
    stream = play(
        *(play.chunk(tool_calls=[fragment]) for fragment in fragments),
        play.chunk(finish="tool_calls"),
    )
    streamed = stream.call("final")

    assert read(streamed) == read(whole(*given))
    assert read(streamed) == [call.to_dict() for call in stream.stream.tool_calls]
    for call in read(streamed):
        assert call["id"]
        assert isinstance(call["function"]["arguments"], str)
        assert call["type"] in {"function", "custom"}
    if kind not in {"two of one name without ids", "of another kind"}:
        assert SEVERAL.get(kind, [{"x": 1}]) == [
            json.loads(call["function"]["arguments"]) for call in read(streamed)
        ]
    if kind == "of another kind":
        assert {"name": "sql", "input": "select 1"} == read(streamed)[0]["custom"]


@pytest.mark.parametrize(
    "call", [WHOLE, {**WHOLE, "index": 3}, {**WHOLE, "function": {**F, "more": None}, "own": [1]}]
)
def test_standard_form_stays(call: dict[str, Any]) -> None:
    """What is in the standard's form is given back exactly as it came."""
    assert [call] == whole(call).to_dict()["choices"][0]["message"]["tool_calls"]


def test_what_is_no_call() -> None:
    """Something else in the list of calls is left out, as in a stream."""
    assert [] == read(whole("x", None, finish="stop"))


@pytest.fixture
def talk() -> Any:
    """A conversation with a function that notes what it was called with."""
    ran: list[str] = []

    def clean_up(scope: str = "everything") -> str:
        """Delete things."""
        ran.append(scope)
        return "ok"

    conversation = ToolConversation([], [clean_up], params={}, deadline=None, clock=lambda: 0.0)
    conversation.ran = ran  # type: ignore[attr-defined]
    return conversation


def call(arguments: Any, name: str = "clean_up", call_id: str = "a") -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


@pytest.mark.parametrize("arguments", ["", "{", '{"scope": "t', '{"scope": "tmp"'])
@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_cut_call(play: Any, talk: Any, arguments: str, finish: str) -> None:
    """It is not handed out as a call, not executed, and does not go back; the error says why."""
    stream = play(
        play.chunk(tool_calls=[{**call(arguments), "index": 0}]), play.chunk(finish=finish)
    )
    streamed = stream.call("final")

    assert [] == stream.stream.tool_calls
    for completion in (streamed, whole(call(arguments), finish=finish)):
        with pytest.raises(ToolLoopError, match=rf"'clean_up' was cut \({finish}\)") as caught:
            talk.calls_of(completion)
        assert completion is caught.value.partial
        assert "tool_calls" not in talk.messages[-1]


def test_cut_call_beside_a_whole_one(talk: Any) -> None:
    """What is whole is executed; what was cut is neither executed nor sent back."""
    completion = whole(call('{"scope": "tmp"}'), call("", call_id="b"), finish="length")
    pending = talk.calls_of(completion)

    assert ["a"] == [one.id for one in pending]
    assert ["a"] == [sent["id"] for sent in talk.messages[-1]["tool_calls"]]


def test_call_without_arguments(talk: Any) -> None:
    """An engine that says that the call is whole means that it has none."""
    (pending,) = talk.calls_of(whole(call("")))
    pending.result()

    assert ["everything"] == talk.ran


def test_call_of_another_kind(talk: Any) -> None:
    """The model is told; nothing that was made up for reading goes back to it."""
    (pending,) = talk.calls_of(whole({"id": "a", **custom("x")}))
    talk.answer(pending, pending.result())

    assert [{"id": "a", **custom("x")}] == talk.messages[-2]["tool_calls"]
    assert "there are no tools of kind 'custom'" in talk.messages[-1]["content"]


def test_nothing_that_is_null_goes_back(talk: Any) -> None:
    """Neither a content of null nor thoughts; a message that would be empty has an empty text."""
    talk.calls_of(whole(call("{}")))
    assert {"role", "tool_calls"} == talk.messages[-1].keys()

    talk.calls_of(whole(finish="stop"))
    assert {"role": "assistant", "content": ""} == talk.messages[-1]
