"""litellm with its OpenAI-compatible route."""

from __future__ import annotations

import json

import litellm
import pytest

from tests.frameworks.helpers import CHAT, COUNT, COUNTED, EMBED, PLAN, PRIME, TRIP, Trip


@pytest.fixture
def place(sandbox):
    return {"api_base": sandbox.base_url, "api_key": sandbox.api_key}


def test_chat(place):
    answer = litellm.completion(model=f"openai/{CHAT}", messages=PRIME, **place)
    assert answer.choices[0].message.content == "Seven."
    assert answer.usage.completion_tokens == 1


def test_stream(place):
    stream = litellm.completion(model=f"openai/{CHAT}", messages=COUNT, stream=True, **place)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == COUNTED


def test_structured_output_and_tools(place):
    messages = [{"role": "user", "content": PLAN}]
    options = {"model": f"openai/{CHAT}", "messages": messages, **place}
    answer = litellm.completion(**options, response_format=Trip)
    assert Trip.model_validate_json(answer.choices[0].message.content) == TRIP
    function = {"name": "book_trip", "parameters": Trip.model_json_schema()}
    tools = [{"type": "function", "function": function}]
    answer = litellm.completion(**options, tools=tools, tool_choice="required")
    [call] = answer.choices[0].message.tool_calls
    assert json.loads(call.function.arguments) == TRIP.model_dump()


def test_embeddings(place):
    found = litellm.embedding(model=f"openai/{EMBED}", input=["a", "b"], **place)
    assert [len(item["embedding"]) for item in found.data] == [256, 256]


async def test_async(place):
    answer = await litellm.acompletion(model=f"openai/{CHAT}", messages=PRIME, **place)
    assert answer.choices[0].message.content == "Seven."
    stream = await litellm.acompletion(model=f"openai/{CHAT}", messages=COUNT, stream=True, **place)
    assert "".join([c.choices[0].delta.content or "" async for c in stream]) == COUNTED
    response = await litellm.aresponses(model=f"openai/{CHAT}", input="Name one prime.", **place)
    assert response.output[0].content[0].text == "Seven."


def test_errors(place, sandbox):
    sandbox.configure(requests_per_minute=1)
    litellm.completion(model=f"openai/{CHAT}", messages=PRIME, **place)
    with pytest.raises(litellm.RateLimitError):
        litellm.completion(model=f"openai/{CHAT}", messages=PRIME, num_retries=0, **place)
