"""LangChain with its own OpenAI classes."""

from __future__ import annotations

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from tests.frameworks.helpers import (
    ASK,
    CHAT,
    COUNTED,
    EMBED,
    PLAN,
    TRIP,
    Trip,
    get_weather,
    operations,
)


@pytest.fixture
def place(sandbox):
    return {"base_url": sandbox.base_url, "api_key": sandbox.api_key}


@pytest.fixture(params=[False, True], ids=["chat", "responses"])
def model(request, place):
    return ChatOpenAI(model=CHAT, use_responses_api=request.param, stream_usage=True, **place)


def test_text(model):
    message = model.invoke("Name one prime.")
    assert message.text == "Seven."
    assert message.usage_metadata["output_tokens"] == 1


def test_stream(model):
    chunks = list(model.stream("Count to five."))
    assert "".join(chunk.text for chunk in chunks) == COUNTED
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.usage_metadata["output_tokens"] == 5


async def test_async(model):
    assert (await model.ainvoke("Name one prime.")).text == "Seven."
    assert "".join([chunk.text async for chunk in model.astream("Count to five.")]) == COUNTED


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output(model, method):
    assert model.with_structured_output(Trip, method=method).invoke(PLAN) == TRIP


@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
def test_agent(model, strategy, sandbox):
    agent = create_agent(model, [tool(get_weather)], response_format=strategy(Trip))
    result = agent.invoke({"messages": [{"role": "user", "content": ASK}]})
    assert result["structured_response"] == TRIP
    heard = [message.content for message in result["messages"] if message.type == "tool"]
    assert "21 degrees in Bergen" in heard
    assert len(operations(sandbox)) == (1 if strategy is ToolStrategy else 2)


def test_embeddings(place):
    embeddings = OpenAIEmbeddings(model=EMBED, check_embedding_ctx_length=False, **place)
    assert [len(vector) for vector in embeddings.embed_documents(["a", "b"])] == [256, 256]
    assert embeddings.embed_query("a") == pytest.approx(embeddings.embed_documents(["a"])[0])
