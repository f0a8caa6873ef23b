"""LlamaIndex, which demands openai 2.x."""

from __future__ import annotations

import pytest
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai_like import OpenAILike

from tests.frameworks.helpers import CHAT, COUNTED, EMBED, PLAN, TRIP, Trip, get_weather


@pytest.fixture(params=[False, True], ids=["tools", "schema"])
def llm(request, sandbox):
    return OpenAILike(
        model=CHAT,
        api_base=sandbox.base_url,
        api_key=sandbox.api_key,
        is_chat_model=True,
        is_function_calling_model=True,
        should_use_structured_outputs=request.param,
        context_window=8192,
    )


def test_text_and_stream(llm):
    assert llm.complete("Name one prime.").text == "Seven."
    deltas = [
        r.delta for r in llm.stream_chat([ChatMessage(role="user", content="Count to five.")])
    ]
    assert "".join(deltas) == COUNTED


async def test_async(llm):
    assert (await llm.acomplete("Name one prime.")).text == "Seven."
    stream = await llm.astream_chat([ChatMessage(role="user", content="Count to five.")])
    assert "".join([r.delta async for r in stream]) == COUNTED


def test_structured_output(llm):
    assert llm.as_structured_llm(Trip).complete(PLAN).raw == TRIP


async def test_agent(llm):
    agent = FunctionAgent(tools=[get_weather], llm=llm)
    result = await agent.run("What is the weather in Paris?")
    assert "21 degrees in Paris" in str(result)
    assert [call.tool_kwargs for call in result.tool_calls] == [{"city": "Paris"}]


def test_retrieval(llm, sandbox):
    embed = OpenAIEmbedding(
        model_name=EMBED, api_base=sandbox.base_url, api_key=sandbox.api_key, embed_batch_size=10
    )
    texts = ["The fox is red.", "Tax law is long."]
    index = VectorStoreIndex.from_documents([Document(text=t) for t in texts], embed_model=embed)
    [found] = index.as_retriever(similarity_top_k=1).retrieve("red fox")
    assert found.text == "The fox is red."
