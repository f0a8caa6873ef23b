"""OpenAI's Agents SDK over both APIs."""

from __future__ import annotations

import pytest
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
)
from openai import AsyncOpenAI

from tests.frameworks.helpers import ASK, CHAT, COUNTED, TRIP, Trip, get_weather, operations


@pytest.fixture(params=[OpenAIChatCompletionsModel, OpenAIResponsesModel])
async def model(request, sandbox):
    async with AsyncOpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key) as client:
        yield request.param(CHAT, openai_client=client)


async def test_tools_and_typed_output(model, sandbox):
    tools = [function_tool(get_weather)]
    agent = Agent(name="guide", model=model, tools=tools, output_type=Trip)
    result = await Runner.run(agent, ASK)
    assert result.final_output == TRIP
    outputs = [item.output for item in result.new_items if item.type == "tool_call_output_item"]
    assert outputs == ["21 degrees in Bergen"]
    assert len(operations(sandbox)) == 2


async def test_stream(model):
    run = Runner.run_streamed(Agent(name="guide", model=model), "Count to five.")
    kinds = [event.type async for event in run.stream_events()]
    assert run.final_output == COUNTED
    assert kinds.count("raw_response_event") > 5


async def test_handoff(model):
    """Two agents; the second answers."""
    poet = Agent(name="poet", model=model, handoff_description="Writes poems.")
    first = Agent(name="desk", model=model, handoffs=[poet])
    result = await Runner.run(first, "Transfer to the poet, please.")
    assert result.last_agent is poet
