"""Responses as OpenAI's clients speak it."""

from __future__ import annotations

import json

import pytest

FLAT = {
    "type": "function",
    "name": "get_weather",
    "description": None,
    "strict": True,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
NESTED = {
    "type": "function",
    "function": {k: v for k, v in FLAT.items() if k not in {"type", "description"}},
}
TIME = {"type": "function", "name": "get_time", "parameters": None, "strict": None}
SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
WEATHER = "What is the weather in Paris?"


def test_usage_has_both_families_of_names(plain):
    """The chat names and OpenAI's, and both details, whole and streamed."""
    usage = plain.respond("Name one prime.")["usage"]
    assert usage == {
        "prompt_tokens": 3,
        "completion_tokens": 1,
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 4,
    }
    body = {"model": "acme-chat-8b", "input": "Name one prime."}
    assert plain.events("/responses", body)[-1]["response"]["usage"] == usage


@pytest.mark.parametrize("tool", [FLAT, NESTED], ids=["flat", "nested"])
@pytest.mark.parametrize(
    "choice",
    [
        None,
        "required",
        {"type": "function", "name": "get_weather"},
        {"type": "function", "function": {"name": "get_weather"}},
    ],
    ids=["auto", "required", "flat", "nested"],
)
def test_tools_in_both_shapes(plain, tool, choice):
    """Tools and the choice of one come flat, or as in chat."""
    more = {} if choice is None else {"tool_choice": choice}
    whole = plain.respond(WEATHER, tools=[TIME, tool], **more)
    (item,) = whole["output"]
    assert (item["type"], item["name"], item["status"]) == (
        "function_call",
        "get_weather",
        "completed",
    )
    assert json.loads(item["arguments"]) == {"city": "Paris"}
    assert [one["name"] for one in whole["tools"]] == ["get_time", "get_weather"]
    assert "output_text" not in whole


@pytest.mark.parametrize(
    "form",
    [
        {
            "text": {
                "format": {"type": "json_schema", "name": "x", "schema": SCHEMA, "strict": True}
            }
        },
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": SCHEMA},
            }
        },
    ],
    ids=["flat", "nested"],
)
def test_the_form_of_the_text(plain, form):
    """`text.format` is honoured, as `response_format` is; also after a tool's result."""
    call = {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "1", "output": "sunny"}
    for given in ("Hello", [{"role": "user", "content": "x"}, call, result]):
        whole = plain.respond(given, **form)
        assert json.loads(whole["output_text"]) == {"ok": True}
        assert whole["text"]["format"]["type"] == "json_schema"
        assert whole["text"]["format"]["schema"] == SCHEMA
    whole = plain.respond("Say: x", text={"format": {"type": "json_object"}})
    assert json.loads(whole["output_text"]) == {"answer": "x"}
    assert plain.respond("Say: x", text={"format": {"type": "text"}})["output_text"] == "x"
    assert plain.respond("Say: x", text={})["output_text"] == "x"


def test_items_go_back_in(plain):
    """What came out goes in again: calls, their outputs whole or in parts, thoughts, refusals."""
    first = plain.respond(WEATHER, tools=[FLAT])
    thought = plain.respond("Think: It is late.")["output"]
    refusal = plain.respond("Refuse: I will not.")["output"]
    assert [item["type"] for item in thought] == ["reasoning", "message"]
    assert refusal[0]["content"] == [{"type": "refusal", "refusal": "I will not."}]
    (call,) = first["output"]
    for output in ("sunny", [{"type": "input_text", "text": "sunny"}]):
        result = {"type": "function_call_output", "call_id": call["call_id"], "output": output}
        given = [
            {"role": "developer", "content": "Be brief."},
            *thought,
            *refusal,
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": WEATHER}],
            },
            call,
            result,
        ]
        assert plain.respond(given, tools=[FLAT])["output_text"] == "The tool says: sunny"


def kinds(events):
    """The types of events, without those that repeat."""
    found = []
    for event in events:
        if not found or found[-1] != event["type"]:
            found.append(event["type"])
    return found


BEFORE = ["response.created", "response.in_progress", "response.output_item.added"]
AFTER = ["response.output_item.done", "response.completed"]


def part(outer, inner):
    """The events of a part."""
    return [
        f"response.{outer}.added",
        f"response.{inner}.delta",
        f"response.{inner}.done",
        f"response.{outer}.done",
    ]


@pytest.mark.parametrize(
    ("more", "between"),
    [
        ({"input": "Say: a b"}, part("content_part", "output_text")),
        ({"input": "Refuse: a b"}, part("content_part", "refusal")),
        (
            {"input": "Think: a b"},
            [
                *part("reasoning_summary_part", "reasoning_summary_text"),
                "response.output_item.done",
                "response.output_item.added",
                *part("content_part", "output_text"),
            ],
        ),
        (
            {"input": WEATHER, "tools": [FLAT]},
            ["response.function_call_arguments.delta", "response.function_call_arguments.done"],
        ),
    ],
    ids=["text", "refusal", "thought", "call"],
)
def test_the_order_of_events(plain, more, between):
    """The events are OpenAI's, in its order, numbered, and put together they are the whole response."""
    body = {"model": "acme-chat-8b", **more}
    events = plain.events("/responses", body)
    assert kinds(events) == [*BEFORE, *between, *AFTER]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    end = events[-1]["response"]
    assert {**end, "created_at": 0} == {**plain.post("/responses", body).json(), "created_at": 0}
    assert [e["item"] for e in events if e["type"] == "response.output_item.done"] == end["output"]
    begun = [e["item"] for e in events if e["type"] == "response.output_item.added"]
    assert [item["id"] for item in begun] == [item["id"] for item in end["output"]]
    assert {item["status"] for item in begun} == {"in_progress"}
    for number, item in enumerate(end["output"]):
        own = [e for e in events if e.get("output_index") == number and "delta" in e]
        whole = item.get("arguments") or (item.get("content") or item["summary"])[0]
        text = whole if isinstance(whole, str) else whole.get("text", whole.get("refusal"))
        assert "".join(event["delta"] for event in own) == text
        assert {event["item_id"] for event in own} == {item["id"]}


def test_parallel_calls_are_items(plain):
    """Several calls are several items, whole and streamed."""
    body = {"input": "Weather and time in Oslo?", "tools": [FLAT, TIME], "model": "acme-chat-8b"}
    names = [item["name"] for item in plain.post("/responses", body).json()["output"]]
    assert names == ["get_weather", "get_time"]
    done = [e for e in plain.events("/responses", body) if e["type"].endswith("output_item.done")]
    assert [(e["output_index"], e["item"]["name"]) for e in done] == list(enumerate(names))
    body["parallel_tool_calls"] = False
    assert len(plain.post("/responses", body).json()["output"]) == 1


def test_a_cut_answer(plain):
    """The limit of tokens makes it incomplete, and says so."""
    whole = plain.respond("Count to five.", max_output_tokens=2)
    assert (whole["status"], whole["output_text"]) == ("incomplete", "one two")
    assert whole["incomplete_details"] == {"reason": "max_output_tokens"}
    body = {"model": "acme-chat-8b", "input": "Count to five.", "max_output_tokens": 2}
    assert plain.events("/responses", body)[-1]["type"] == "response.incomplete"


def test_schemas_are_named_as_they_came(plain):
    """A schema that can't be satisfied is told by the name that the field has here."""
    bad = {"type": "object", "properties": {"a": False}, "required": ["a"]}
    text = {"format": {"type": "json_schema", "name": "x", "schema": bad}}
    assert plain.refused("/responses", text=text)[:2] == (
        "text.format.schema",
        "invalid_json_schema",
    )
    nested = {"type": "json_schema", "json_schema": {"name": "x", "schema": bad}}
    assert (
        plain.refused("/responses", response_format=nested)[0]
        == "response_format.json_schema.schema"
    )
    tool = {**FLAT, "parameters": bad}
    more = {"input": WEATHER, "stream": True}
    assert plain.refused("/responses", tools=[TIME, tool], **more)[0] == "tools.1.parameters"
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": bad}}
    assert plain.refused("/responses", tools=[tool], **more)[0] == "tools.0.function.parameters"
