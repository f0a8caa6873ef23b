"""Python functions as tools, and the loop that calls them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Annotated, Any, Literal

import attrs
import pytest

from runinfra_ext._answer.completions import ChatCompletion
from runinfra_ext._async.tool_loop import AsyncToolStream
from runinfra_ext._call.spans import UNTRACED
from runinfra_ext._structured.conversation import ToolConversation
from runinfra_ext._structured.tools import function_tool
from runinfra_ext._sync.tool_loop import ToolStream
from runinfra_ext.errors import InvalidRequestError, ToolLoopError


@attrs.define
class Place:
    city: str
    country: str = "CH"


def weather(
    place: Place, days: Annotated[int, "from today"] = 1, *, unit: Literal["C", "F"] = "C"
) -> Any:
    """The weather
    of a place.

    Not for the model.

    Args:
        place: Where,
            in English.
        days: ignored, because the annotation says more.
        unit (str): Of the temperature: C or F.

    Returns:
        text: never an argument.
    """
    return {"city": place.city, "days": days, "unit": unit, "sign": "é"}


def test_tool_of_a_function() -> None:
    """Name, description, and the schema of the parameters come from the function."""
    tool = function_tool(weather).as_param()

    assert "function" == tool["type"]
    assert ("weather", "The weather of a place.") == (
        tool["function"]["name"],
        tool["function"]["description"],
    )
    parameters = tool["function"]["parameters"]
    assert {
        "place": {"$ref": "#/$defs/Place", "description": "Where, in English."},
        "days": {"type": "integer", "description": "from today"},
        "unit": {"enum": ["C", "F"], "description": "Of the temperature: C or F."},
    } == parameters["properties"]
    assert ["place"] == parameters["required"]
    assert False is parameters["additionalProperties"]


def test_tool_without_docstring() -> None:
    """A lambda with a name of its own is a tool, too."""
    tool = function_tool(lambda: 1, name="one", description="It is one.")

    assert {"name": "one", "description": "It is one."}.items() <= tool.as_param()[
        "function"
    ].items()
    assert "description" not in function_tool(lambda: 1, name="one").as_param()["function"]


def takes_anything(*args: int) -> None: ...
def takes_complex(z: complex) -> None: ...
def takes_missing(z: Missing) -> None: ...  # noqa: F821 - the name is missing on purpose


@pytest.mark.parametrize("function", [takes_anything, takes_complex, takes_missing])
def test_function_that_is_no_tool(function: Any) -> None:
    """What can't be described is refused before anything is sent."""
    with pytest.raises(InvalidRequestError, match=function.__name__) as caught:
        function_tool(function)

    assert "tools" == caught.value.param


@pytest.mark.parametrize("max_steps", [0, -1])
def test_conversation_arguments(max_steps: int) -> None:
    """The limit is positive, and names are distinct."""
    with pytest.raises(InvalidRequestError, match="max_steps"):
        talk(max_steps=max_steps)
    with pytest.raises(InvalidRequestError, match="'weather'"):
        talk(weather, weather)


class Model:
    """Plays completions, as ``create`` of a client would return them."""

    def __init__(self, *turns: Any) -> None:
        self.turns = list(turns)
        self.requests: list[dict[str, Any]] = []

    def __call__(self, **params: Any) -> ChatCompletion:
        self.requests.append(json.loads(json.dumps(params)))
        turn = self.turns.pop(0)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": turn if isinstance(turn, str) else None,
            "reasoning": "Hm",
        }
        if not isinstance(turn, str):
            message["tool_calls"] = [
                {
                    "id": f"id{i}",
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
                for i, (name, arguments) in enumerate(turn)
            ]
        return ChatCompletion.from_dict(
            {
                "id": "c",
                "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            }
        )

    async def acreate(self, **params: Any) -> ChatCompletion:
        return self(**params)


USER = {"role": "user", "content": "Weather?"}


def talk(*offered: Any, max_steps: int = 10, clock: Any = time.monotonic, **params: Any) -> Any:
    """A conversation that begins with a question."""
    return ToolConversation([USER], offered, max_steps, params=params, deadline=None, clock=clock)


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Any:
    """Runs the loop of one kind with a played model."""

    def go(model: Model, offered: list[Any], max_steps: int = 10, /, **params: Any) -> Any:
        conversation = talk(*offered, max_steps=max_steps, **params)
        if request.param == "sync":
            return ToolStream(model, conversation, streaming=False, begin=lambda: UNTRACED).final()
        stream = AsyncToolStream(
            model.acreate, conversation, streaming=False, begin=lambda: UNTRACED
        )
        return asyncio.run(stream.final())

    go.kind = request.param  # type: ignore[attr-defined]
    return go


def test_loop(run: Any) -> None:
    """The model calls, gets the results as JSON, and answers; every request has the tools."""
    model = Model(
        [
            ("weather", '{"place": {"city": "Bern"}, "days": 2}'),
            ("weather", '{"place": {"city": "Thun"}}'),
        ],
        "Fine.",
    )
    result = run(model, [weather], temperature=0)

    assert "Fine." == result.completion.choices[0].message.content
    assert 2 == result.steps
    assert ["user", "assistant", "tool", "tool", "assistant"] == [
        m["role"] for m in result.messages
    ]
    assert ["id0", "id1"] == [m["tool_call_id"] for m in result.messages[2:4]]
    assert {"city": "Bern", "days": 2, "unit": "C", "sign": "é"} == json.loads(
        result.messages[2]["content"]
    )
    assert "é" in result.messages[2]["content"]
    assert {"role", "tool_calls"} == result.messages[1].keys()  # neither thoughts nor null
    for request in model.requests:
        assert ("weather", 0) == (request["tools"][0]["function"]["name"], request["temperature"])
    assert [1, 4] == [len(request["messages"]) for request in model.requests]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("wether", "{}"), "there is no tool 'wether'"),
        (("weather", "{"), "the arguments are not a JSON object"),
        (("weather", "[1]"), "the arguments are not a JSON object"),
        (("weather", ""), "the argument 'place' is missing"),
        (("weather", '{"place": {"city": 1}}'), "place.city should be a string"),
        (("weather", '{"place": {"city": "a"}, "x": 1}'), "there is no argument 'x'"),
    ],
)
def test_mistakes_of_the_model(run: Any, call: Any, told: str) -> None:
    """The model is told what it did wrong, and goes on."""
    result = run(Model([call], "Sorry."), [weather])

    assert told in result.messages[2]["content"]
    assert "Sorry." == result.completion.choices[0].message.content


def test_failure_of_a_function(run: Any) -> None:
    """What a function raises is the application's own exception."""

    def fail() -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run(Model([("fail", "{}")]), [fail])


def test_limit_of_steps(run: Any) -> None:
    """A model that never stops calling is stopped; the last completion is kept."""
    model = Model(*[[("weather", '{"place": {"city": "a"}}')]] * 5)
    with pytest.raises(ToolLoopError, match="max_steps") as caught:
        run(model, [weather], 3)

    assert 3 == len(model.requests)
    assert "weather" == caught.value.partial.choices[0].message.tool_calls[0].function.name


def test_results(run: Any) -> None:
    """Texts are sent as they are, everything else as JSON; what has no JSON form is an error."""
    results = iter(["plain", None, 1.5, Place, Place("a")])
    tool = function_tool(lambda: next(results), name="f")
    call = ("f", "{}")
    sent = run(Model([call, call, call], "ok"), [tool]).messages

    assert ["plain", "null", "1.5"] == [message["content"] for message in sent[2:5]]
    with pytest.raises(ToolLoopError, match="'f' has no JSON form"):
        run(Model([call]), [tool])


def test_async_function(run: Any) -> None:
    """An async function is awaited; the blocking client says that it can't."""

    async def later(x: int) -> int:
        await asyncio.sleep(0)
        return x + 1

    model = Model([("later", '{"x": 1}')], "ok")
    if run.kind == "sync":
        with pytest.raises(InvalidRequestError, match="'later' is async") as caught:
            run(model, [later])
        assert "tools" == caught.value.param
        assert [] == model.requests
    else:
        assert "2" == run(model, [later]).messages[2]["content"]


def test_what_the_loop_sets(run: Any) -> None:
    """The loop sets the tools itself."""
    with pytest.raises(InvalidRequestError) as caught:
        run(Model("ok"), [], tools=[])

    assert "tools" == caught.value.param


def test_without_tools_and_choices(run: Any) -> None:
    """Without tools the request has none; a completion without choices ends the loop."""
    model = Model("ok")
    run(model, [])
    assert "tools" not in model.requests[0]

    conversation = talk(weather)
    assert [] == conversation.calls_of(
        ChatCompletion.from_dict({"id": "c", "model": "m", "choices": []})
    )


def test_streamed_loop(play: Any) -> None:
    """With on_event every request is a stream whose chunks are handed out."""
    call = {
        "index": 0,
        "id": "a",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"place": {"city": "a"}}'},
    }
    turns = [
        play(play.chunk(tool_calls=[call], finish="tool_calls")),
        play(play.chunk("Fi"), play.chunk("ne.", "stop")),
    ]
    events: list[Any] = []

    def create(**params: Any) -> Any:
        assert params["stream"] is True
        return turns.pop(0).stream

    async def acreate(**params: Any) -> Any:
        return create(**params)

    conversation = talk(weather)
    if play.kind == "sync":
        stream = ToolStream(
            create, conversation, streaming=True, begin=lambda: UNTRACED, on_event=events.append
        )
        result = stream.final()
    else:
        result = play.run(
            AsyncToolStream(
                acreate,
                conversation,
                streaming=True,
                begin=lambda: UNTRACED,
                on_event=events.append,
            ).final()
        )

    assert "Fine." == result.completion.choices[0].message.content
    assert 3 == len(events)
    assert "tool" == result.messages[2]["role"]
