"""What the sandbox answers, turn by turn: tools before their results and after, in the form asked for."""

from __future__ import annotations

import json

import pytest


def tool(name, description="", **properties):
    """A tool in the chat shape."""
    parameters = {"type": "object", "properties": properties}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


WEATHER = tool("get_weather", city={"type": "string"})
TIME = tool("get_time", city={"type": "string"})
FINAL = tool("final_result", "The final response", ok={"type": "boolean"})
SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "x",
        "schema": {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]},
    },
}
ASKED = [{"role": "user", "content": "What is the weather in Paris?"}]


def called(*names):
    """The messages of calls with their results."""
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": "{}"}}
        for n, name in enumerate(names)
    ]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "sunny"} for call in calls]
    return [{"role": "assistant", "content": None, "tool_calls": calls}, *results]


def named(choice):
    """The functions that a choice calls."""
    return [call["function"]["name"] for call in choice["message"].get("tool_calls") or []]


FORCED = {"type": "function", "function": {"name": "get_weather"}}


@pytest.mark.parametrize(
    ("done", "choice", "calls"),
    [
        ([], "auto", ["get_weather"]),
        ([], "none", []),
        ([], "required", ["get_weather"]),
        (["get_weather"], "auto", []),
        (["get_weather"], "none", []),
        (["get_weather"], "required", ["get_time"]),
        (["get_weather", "get_time"], "required", ["final_result"]),
        (["get_weather", "get_time", "final_result"], "required", ["get_weather"]),
        (["get_weather"], FORCED, ["get_weather"]),
    ],
)
def test_the_choice_holds_after_results_too(plain, done, choice, calls):
    """`required` goes on to what was not called yet, a named tool is called, `auto` says something."""
    messages = [*ASKED, *(called(*done) if done else [])]
    got = plain.chat(messages, tools=[WEATHER, TIME, FINAL], tool_choice=choice)
    assert named(got) == calls
    assert got["finish_reason"] == ("tool_calls" if calls else "stop")
    assert (got["message"]["content"] is None) == bool(calls)


def test_a_new_question_begins_anew(plain):
    """What was called for an earlier question may be called again."""
    messages = [*ASKED, *called("get_weather"), {"role": "assistant", "content": "Sunny."}]
    messages.append({"role": "user", "content": "And the weather in Rome?"})
    got = plain.chat(messages, tools=[WEATHER, FINAL])
    assert [json.loads(c["function"]["arguments"]) for c in got["message"]["tool_calls"]] == [
        {"city": "Rome"}
    ]


@pytest.mark.parametrize(
    "more", [{}, {"tools": [WEATHER]}, {"tools": [WEATHER], "tool_choice": "auto"}]
)
def test_the_form_holds_after_results_too(plain, more):
    """A schema and an object are what the text is, with and without tools."""
    messages = [*ASKED, *called("get_weather")]
    text = plain.chat(messages, response_format=SCHEMA, **more)["message"]["content"]
    assert json.loads(text) == {"ok": True}
    text = plain.chat(messages, response_format={"type": "json_object"}, **more)["message"][
        "content"
    ]
    assert json.loads(text) == {"answer": "The tool says: sunny"}
    assert plain.chat(messages, **more)["message"]["content"] == "The tool says: sunny"


@pytest.mark.parametrize(
    ("parallel", "calls"), [(True, ["get_weather", "get_time"]), (False, ["get_weather"])]
)
def test_parallel_calls(plain, parallel, calls):
    """Each tool that is plainly wanted is called at once, unless that is not allowed."""
    prompt = "What are the weather and the time in Oslo?"
    got = plain.chat(prompt, tools=[FINAL, WEATHER, TIME], parallel_tool_calls=parallel)
    assert named(got) == calls
    ids = {call["id"] for call in got["message"]["tool_calls"]}
    assert len(ids) == len(calls)
    assert all(
        json.loads(call["function"]["arguments"]) == {"city": "Oslo"}
        for call in got["message"]["tool_calls"]
    )


def test_parallel_calls_in_a_stream(plain):
    """Each call has its own index."""
    body = {
        "model": "acme-chat-8b",
        "messages": [{"role": "user", "content": "Weather and time in Oslo?"}],
        "tools": [WEATHER, TIME],
    }
    names = {}
    for event in plain.events("/chat/completions", body):
        for part in event["choices"][0]["delta"].get("tool_calls") or []:
            names.setdefault(part["index"], part["function"].get("name"))
    assert names == {0: "get_weather", 1: "get_time"}


@pytest.mark.parametrize(
    ("prompt", "tools", "calls"),
    [
        ("Hello", [WEATHER, TIME], []),
        ("Book it", [tool("reserve", "Book a table in a restaurant")], ["reserve"]),
        ("What is this?", [tool("reserve", "What this does with that is reserve")], []),
        ("forecast for Rome", [WEATHER, tool("get_weather_forecast")], ["get_weather_forecast"]),
        ("Use final_result", [WEATHER, FINAL], ["final_result"]),
        ("toCity please", [tool("searchCities")], ["searchCities"]),
    ],
)
def test_what_is_wanted(plain, prompt, tools, calls):
    """A tool is wanted by its name, else by what its description is about; small words don't count."""
    assert named(plain.chat(prompt, tools=tools)) == calls


def test_choices_that_name_nothing(plain):
    """A tool that is not there can't be forced, nor one where there are none."""
    missing = {"type": "function", "function": {"name": "nothing"}}
    assert (
        plain.refused("/chat/completions", tools=[WEATHER], tool_choice=missing)[0] == "tool_choice"
    )
    assert plain.refused("/chat/completions", tool_choice="required")[0] == "tool_choice"


def test_refusals_and_thoughts(plain):
    """A prompt can ask for a refusal, and for a thought before the answer; whole and streamed."""
    message = plain.chat("Refuse: I will not.")["message"]
    assert message == {"role": "assistant", "content": None, "refusal": "I will not."}
    message = plain.chat("Think: It is late.")["message"]
    assert message["reasoning_content"] == "It is late."
    assert message["content"]
    for prompt, key in (
        ("Refuse: I will not.", "refusal"),
        ("Think: I will.", "reasoning_content"),
    ):
        body = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": prompt}]}
        events = plain.events("/chat/completions", body)
        text = "".join(event["choices"][0]["delta"].get(key, "") for event in events)
        assert text == prompt.partition(": ")[2]


DAYS = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"]}


@pytest.mark.parametrize(
    ("messages", "wanted"),
    [
        ([{"role": "user", "content": "Tell a joke, with 'setup' and 'punchline' keys."}], ["setup", "punchline"]),
        ([{"role": "user", "content": "An object with the fields `a`, `b` and `c`."}], ["a", "b", "c"]),
        ([{"role": "system", "content": f"Use this: {json.dumps(DAYS)} or {{not this}}."},
          {"role": "user", "content": "Bergen for 3 days."}], ["days"]),
        ([{"role": "user", "content": "Go to Bergen for 3 days, with 'city' and 'days' keys."}], ["city", "days"]),
        ([{"role": "user", "content": [{"type": "text", "text": "A 'name' key."}]}], ["name"]),
        ([{"role": "user", "content": 'Say {"properties": {"x": false}, "required": ["x"]}'}], ["answer"]),
        ([{"role": "user", "content": "Anything 'quoted' in JSON {broken"}], ["answer"]),
    ],
)  # fmt: skip
def test_json_mode_takes_its_form_from_the_conversation(plain, messages, wanted):
    """Keys or a schema that a message names; nothing else is guessed."""
    body = {"model": "acme-chat-8b", "messages": messages}
    body["response_format"] = {"type": "json_object"}
    choice = plain.post("/chat/completions", body).json()["choices"][0]
    value = json.loads(choice["message"]["content"])
    assert list(value) == wanted
    if "days" in wanted:
        assert value == dict.fromkeys(wanted, "Bergen") | {"days": 3}
