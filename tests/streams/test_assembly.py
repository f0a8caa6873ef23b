"""What the events of a stream add up to, where the corpus does not show it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client.models import ChatCompletion
from runinfra_ext._stream.chat import ChatAssembler

RESPONSES = "createResponse"


def chunk(delta: dict[str, Any], index: Any = 0, **more: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {"id": "c", "model": "m", "choices": [{"index": index, "delta": delta, **more}]}


def item(kind: str, index: int | None = 0, **more: Any) -> dict[str, Any]:
    """An event of a Responses stream."""
    return {"type": f"response.{kind}", "output_index": index, **more}


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=3)), min_size=1), st.randoms())
def test_text_of_every_choice(pieces: list[tuple[int, str]], random: Any) -> None:
    """Pieces of several choices, in any order, are joined in the order of each choice."""
    assembler = ChatAssembler(ChatCompletion.from_dict, lambda completion: completion)
    for index, text in pieces:
        assembler.add(chunk({"content": text}, index))
        if random.random() < 0.3:
            _ = assembler.text
    expected = {i: "".join(t for n, t in pieces if n == i) for i, _ in pieces}

    assert expected == {c.index: c.message.content for c in assembler.final(whole=True).choices}
    assert expected[pieces[0][0]] == assembler.text


def test_choices_without_index(assemble: Any) -> None:
    """Choices whose index is missing or null are told apart by their place."""
    event = {"choices": [{"delta": {"content": "a"}}, {"index": None, "delta": {"content": "b"}}]}
    final = assemble([event, event]).final(whole=True)

    assert ["aa", "bb"] == [choice.message.content for choice in final.choices]


def test_first_id_counts(assemble: Any) -> None:
    """Ids, time and model are those of the first chunk that has them; of the rest the last count."""
    events = [
        {"id": "", "created": 0, "model": None, "system_fingerprint": None, "choices": []},
        {"id": "a", "created": 1, "model": "m", "system_fingerprint": "f", "choices": []},
        {"id": "b", "created": 2, "model": "n", "system_fingerprint": "g", "choices": []},
    ]

    assert {
        "id": "a",
        "created": 1,
        "model": "m",
        "system_fingerprint": "g",
        "object": "chat.completion",
        "choices": [],
    } == assemble(events).final(whole=True).to_dict()


def test_events_stay_as_they_are(assemble: Any) -> None:
    """The assembler never changes what belongs to the events."""
    logprobs = {"content": [{"token": "a", "logprob": 0.0}]}
    events = [
        chunk({"content": "a", "notes": [1]}, logprobs=copy.deepcopy(logprobs)) for _ in range(3)
    ]
    before = copy.deepcopy(events)
    final = assemble(events).final(whole=True)

    assert before == events
    assert 3 == len(final.choices[0].logprobs.content)
    assert [1, 1, 1] == final.choices[0].message.additional_properties["notes"]


def test_function_call_of_old(assemble: Any) -> None:
    """The form before tool calls is put together, too."""
    events = [
        chunk({"function_call": None}),
        chunk({"function_call": {"name": "f", "arguments": "{"}}),
        chunk({"function_call": {"arguments": "}"}}, finish_reason="function_call"),
    ]
    message = assemble(events).final(whole=True).choices[0].message

    assert {"name": "f", "arguments": "{}"} == message.additional_properties["function_call"]


def test_usage_of_a_running_total(assemble: Any) -> None:
    """The last usage counts; null does not take it away."""
    assembler = assemble([{"choices": [], "usage": {"total_tokens": n}} for n in (1, 2)])
    assert 2 == assembler.usage.total_tokens

    assembler.add({"choices": [], "usage": {"total_tokens": 3}})
    assembler.add({"choices": [], "usage": None})
    assert 3 == assembler.usage.total_tokens


def test_snapshot_before_anything(assemble: Any) -> None:
    """Without events there is nothing; without ids a partial result is still one."""
    assert None is assemble([]).snapshot()
    assert None is assemble([], RESPONSES).snapshot()
    assert "" == assemble([{"choices": [{"delta": {"content": "a"}}]}]).snapshot().id


TEXT = [
    item("output_text.delta", item_id="i", content_index=0, delta=text) for text in ("Sev", "en")
]


def test_partial_response(assemble: Any) -> None:
    """Before the end a response is what its items are, as far as they have come."""
    events = [
        {
            "type": "response.created",
            "response": {"id": "r", "model": "m", "status": "in_progress", "output": []},
        },
        *TEXT,
    ]
    partial = assemble(events, RESPONSES).snapshot()

    assert ("r", "in_progress", "Seven") == (partial.id, partial.status, partial.output_text)
    assert "in_progress" == partial.output[0].status


def test_response_without_any_beginning(assemble: Any) -> None:
    """Deltas of items that were never begun, without index and id, go on with the last item."""
    events = [
        {"type": "response.reasoning_text.delta", "delta": "Hm"},
        {"type": "response.reasoning_text.delta", "delta": "m."},
        {"type": "response.output_text.delta", "delta": "Sev"},
        {"type": "response.output_text.delta", "delta": "en"},
        {"type": "response.refusal.delta", "delta": "No", "content_index": 1},
    ]
    output = assemble(events, RESPONSES).snapshot().to_dict()["output"]

    assert ["reasoning", "message"] == [entry["type"] for entry in output]
    assert [{"type": "reasoning_text", "text": "Hmm."}] == output[0]["content"]
    assert ["Seven", "No"] == [
        part.get("text", part.get("refusal")) for part in output[1]["content"]
    ]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ([], []),
        ([item("function_call_arguments.delta", 1, delta='{"x"')], []),
        ([item("function_call_arguments.delta", 1, delta='{"x": 1}')], ["f"]),
        ([item("function_call_arguments.done", 1, arguments="{}")], ["f"]),
        (
            [
                item(
                    "output_item.done",
                    1,
                    item={"type": "function_call", "name": "f", "arguments": ""},
                )
            ],
            ["f"],
        ),
    ],
)
def test_function_call_is_held_back(assemble: Any, rest: list[Any], expected: list[str]) -> None:
    """Half a function call is in no list and no snapshot."""
    begun = item(
        "output_item.added",
        1,
        item={"type": "function_call", "id": "fc", "name": "f", "arguments": ""},
    )
    assembler = assemble([*TEXT, begun, *rest], RESPONSES)
    snapshot = assembler.snapshot()

    assert expected == [call.name for call in assembler.tool_calls]
    assert expected == [entry.name for entry in snapshot.output if entry.type == "function_call"]


def test_function_call_cut_by_the_token_limit(assemble: Any) -> None:
    """An incomplete response keeps its half call, as unstreamed; it is no complete tool call."""
    call = {
        "type": "function_call",
        "name": "f",
        "call_id": "c",
        "arguments": '{"x": "',
        "status": "incomplete",
    }
    response = {
        "id": "r",
        "object": "response",
        "model": "m",
        "status": "incomplete",
        "output": [call],
    }
    assembler = assemble([{"type": "response.incomplete", "response": response}], RESPONSES)

    assert [] == assembler.tool_calls
    assert response == assembler.final(whole=True).to_dict()


def test_function_calls_that_were_never_ended(assemble: Any) -> None:
    """At the end a call that was not ended counts if its arguments are whole, or it has none."""
    events = [
        item("output_item.added", n, item={"type": "function_call", "name": name})
        for n, name in enumerate(["none", "half", "whole"])
    ]
    events += [
        item("function_call_arguments.delta", 1, delta='{"x'),
        item("function_call_arguments.delta", 2, delta="{}"),
        {
            "type": "response.completed",
            "response": {"id": "r", "model": "m", "status": "completed"},
        },
    ]
    assembler = assemble(events, RESPONSES)

    assert ["none", "whole"] == [call.name for call in assembler.tool_calls]
    assert ["none", "whole"] == [call.name for call in assembler.final(whole=True).output]


def test_text_that_comes_at_once(assemble: Any) -> None:
    """Text without deltas is news when it comes, and only then."""
    done = item("output_text.done", item_id="i", content_index=0, text="Seven")
    message = {"type": "message", "content": [{"type": "output_text", "text": "Seven"}]}
    item_done = item("output_item.done", item=message)
    ended = {
        "type": "response.completed",
        "response": {"id": "r", "model": "m", "output": [message]},
    }
    for events, expected in (
        ([done, item_done, ended], ["Seven", "", ""]),
        ([item_done, ended], ["Seven", ""]),
        ([ended], ["Seven"]),
        ([*TEXT, done, item_done, ended], ["Sev", "en", "", "", ""]),
    ):
        assembler = assemble([], RESPONSES)
        news = []
        for event in events:
            assembler.add(event)
            news.append(assembler.news)
        assert expected == news
        assert "Seven" == assembler.text


def test_status_that_only_the_event_tells(assemble: Any) -> None:
    """A terminal event whose response has no status has ended as it is called."""
    events = [
        {"type": "response.created", "response": {"id": "r", "status": "in_progress"}},
        {"type": "response.incomplete", "response": {"id": "r", "model": "m"}},
    ]

    assert "incomplete" == assemble(events, RESPONSES).final(whole=True).status


def test_part_without_its_text(assemble: Any) -> None:
    """A part that is ended without its text keeps the pieces that came."""
    part = {"type": "output_text", "text": "", "annotations": [{"n": 1}]}
    events = [*TEXT, item("content_part.done", item_id="i", content_index=0, part=part)]

    assert [{**part, "text": "Seven"}] == assemble(events, RESPONSES).snapshot().to_dict()[
        "output"
    ][0]["content"]


def test_parts_and_annotations(assemble: Any) -> None:
    """Annotations and summaries find their part; a whole part replaces its pieces."""
    events = [
        *TEXT,
        item("output_text.annotation.added", item_id="i", content_index=0, annotation={"n": 1}),
        item("output_text.annotation.added", item_id="i", content_index=0, annotation={"n": 2}),
        item(
            "reasoning_summary_part.added",
            1,
            summary_index=0,
            part={"type": "summary_text", "text": ""},
        ),
        item("reasoning_summary_text.delta", 1, summary_index=0, delta="Hm"),
        item(
            "reasoning_summary_part.done",
            1,
            summary_index=0,
            part={"type": "summary_text", "text": "Hmm"},
        ),
    ]
    output = assemble(events, RESPONSES).snapshot().to_dict()["output"]

    assert [{"n": 1}, {"n": 2}] == output[0]["content"][0]["annotations"]
    assert [{"type": "summary_text", "text": "Hmm"}] == output[1]["summary"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 3)
    | st.sampled_from(["", "x", "message", "output_text"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "id", "arguments", "item"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
KINDS = st.sampled_from(
    [
        "output_text.delta",
        "output_text.done",
        "refusal.delta",
        "output_item.added",
        "output_item.done",
        "content_part.added",
        "content_part.done",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "output_text.annotation.added",
        "created",
        "completed",
    ]
)
FIELDS = [
    "output_index",
    "item_id",
    "content_index",
    "summary_index",
    "delta",
    "text",
    "item",
    "part",
    "response",
    "arguments",
    "logprobs",
    "annotation",
]


@given(st.lists(st.tuples(KINDS, st.dictionaries(st.sampled_from(FIELDS), JSON)), max_size=8))
def test_adapters_take_liberties(events: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever the fields of the events are, the assembler takes them and its text is text."""
    from runinfra_ext._stream.responses import ResponseAssembler

    assembler = ResponseAssembler(dict, frozenset({"response.completed"}), dict)
    for kind, fields in events:
        assembler.add({"type": f"response.{kind}", **fields})
        assert isinstance(assembler.text, str)
        assert isinstance(assembler.news, str)
    assembler.snapshot()
    assembler.final(whole=True)
