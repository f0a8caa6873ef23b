"""pydantic-ai: both APIs, tools, both ways to a typed output, streaming."""

from __future__ import annotations

import pytest
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.embeddings import Embedder
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.frameworks.helpers import ASK, CHAT, COUNTED, EMBED, TRIP, Trip, get_weather, operations


@pytest.fixture(params=[OpenAIChatModel, OpenAIResponsesModel])
def model(request, sandbox):
    provider = OpenAIProvider(base_url=sandbox.base_url, api_key=sandbox.api_key)
    return request.param(CHAT, provider=provider)


@pytest.mark.parametrize("output", [ToolOutput, NativeOutput])
async def test_tools_and_typed_output(model, sandbox, output):
    agent = Agent(model, output_type=output(Trip), tools=[get_weather])
    result = await agent.run(ASK)
    assert result.output == TRIP
    calls = [p for m in result.all_messages() for p in m.parts if p.part_kind == "tool-call"]
    assert (calls[0].tool_name, calls[0].args_as_dict()) == ("get_weather", {"city": "Bergen"})
    assert result.usage.requests == 2
    assert result.usage.output_tokens > 0
    responses = isinstance(model, OpenAIResponsesModel)
    assert operations(sandbox) == ["createResponse" if responses else "createChatCompletion"] * 2


@pytest.mark.parametrize("output", [ToolOutput, NativeOutput])
async def test_streamed_output(model, output):
    agent = Agent(model, output_type=output(Trip))
    async with agent.run_stream(ASK) as run:
        partial = [one async for one in run.stream_output(debounce_by=None)]
    assert partial[-1] == TRIP


async def test_text(model):
    async with Agent(model).run_stream("Count to five.") as run:
        pieces = [text async for text in run.stream_text(delta=True, debounce_by=None)]
    assert "".join(pieces) == COUNTED
    assert len(pieces) == 5


async def test_embeddings(sandbox):
    provider = OpenAIProvider(base_url=sandbox.base_url, api_key=sandbox.api_key)
    embedder = Embedder(OpenAIEmbeddingModel(EMBED, provider=provider))
    result = await embedder.embed_documents(["a fox", "a dog"])
    assert [len(vector) for vector in result.embeddings] == [256, 256]
