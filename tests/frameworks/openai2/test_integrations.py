"""LlamaIndex over this SDK's engine."""

from __future__ import annotations

import copy
import importlib
import pickle
import sys

import openai
import pytest
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.schema import NodeWithScore, TextNode

import runinfra_ext as sdk
from runinfra_ext.integrations.llama_index import RunInfraEmbedding, RunInfraLLM, RunInfraRerank
from tests.frameworks.helpers import CHAT, COUNTED, EMBED, PLAN, TRIP, Trip, get_weather

pytestmark = pytest.mark.usefixtures("sandbox")
QUESTION = [ChatMessage(role="user", content="Count to five.")]
NODES = [NodeWithScore(node=TextNode(text=t)) for t in ("Tax law is long.", "The red fox runs.")]


def test_without_the_extra(monkeypatch):
    """What is missing is told with how to have it."""
    monkeypatch.setitem(sys.modules, "llama_index.llms.openai_like", None)
    monkeypatch.delitem(sys.modules, "runinfra_ext.integrations.llama_index")
    with pytest.raises(sdk.ConfigurationError, match=r"pip install 'runinfra-ext\[llamaindex\]'"):
        importlib.import_module("runinfra_ext.integrations.llama_index")


@pytest.mark.parametrize("schema", [False, True])
def test_typed_answers(schema):
    llm = RunInfraLLM(CHAT, should_use_structured_outputs=schema)
    assert llm.as_structured_llm(Trip).complete(PLAN).raw == TRIP


async def test_agents():
    agent = FunctionAgent(tools=[get_weather], llm=RunInfraLLM(CHAT))
    assert "21 degrees in Paris" in str(await agent.run("What is the weather in Paris?"))


async def test_a_lost_chat_is_paid_once(sandbox):
    llm = RunInfraLLM(CHAT)
    sandbox.script("lost")
    assert llm.complete("Name one prime.").text == "Seven."
    sandbox.script("lost")
    assert (await llm.acomplete("Name two primes.")).text == "Seven."
    assert len(sandbox.charges) == 2


async def test_streams(sandbox):
    llm = RunInfraLLM(CHAT)
    assert "".join(one.delta for one in llm.stream_chat(QUESTION)) == COUNTED
    stream = await llm.astream_chat(QUESTION)
    assert "".join([one.delta async for one in stream]) == COUNTED
    for name in ("cut-stream:3", "truncate:3"):
        sandbox.reset()
        sandbox.script(name)
        with pytest.raises(openai.OpenAIError) as caught:
            list(llm.stream_chat(QUESTION))
        assert caught.value.__cause__.outcome_unknown
        assert len(sandbox.charges) == 1


async def test_lost_embeddings_are_paid_once(sandbox):
    embed = RunInfraEmbedding(EMBED, embed_batch_size=10)
    sandbox.script("lost")
    assert len(embed.get_text_embedding("a fox")) == 256
    sandbox.script("lost")
    assert len(await embed.aget_text_embedding_batch(["a fox", "a dog"])) == 2
    assert len(sandbox.charges) == 2


def test_retries_are_the_engine_s(sandbox):
    """LlamaIndex's own would be new requests, with other keys."""
    options = {"client_options": {"max_retries": 1}}
    for made, name in ((RunInfraLLM(CHAT, **options), "complete"),
                       (RunInfraEmbedding(EMBED, **options), "get_text_embedding")):  # fmt: skip
        sandbox.reset()
        sandbox.script("503", "503")
        with pytest.raises(openai.InternalServerError) as caught:
            getattr(made, name)("Name one prime.")
        assert caught.value.__cause__.attempts == len(sandbox.journal) == 2


async def test_rerank(sandbox):
    rerank = RunInfraRerank("acme-rerank", top_n=1)
    sandbox.script("lost")
    [best] = rerank.postprocess_nodes(NODES, query_str="a red fox")
    assert best.node.text == "The red fox runs."
    assert best.score > 0
    assert await rerank.apostprocess_nodes(NODES, query_str="a red fox") == [best]
    assert len(sandbox.charges) == 2
    assert rerank.postprocess_nodes([], query_str="x") == []
    whole = RunInfraRerank("acme-rerank").postprocess_nodes(NODES, query_str="a red fox")
    assert len(whole) == 2
    with pytest.raises(ValueError, match="query_bundle: expected a query"):
        rerank.postprocess_nodes(NODES)


def test_retrieval():
    embed = RunInfraEmbedding(EMBED)
    documents = [Document(text="The fox is red."), Document(text="Tax law is long.")]
    index = VectorStoreIndex.from_documents(documents, embed_model=embed)
    retriever = index.as_query_engine(
        llm=RunInfraLLM(CHAT), node_postprocessors=[RunInfraRerank("acme-rerank", top_n=1)]
    )
    answer = retriever.query("red fox")
    assert [node.text for node in answer.source_nodes] == ["The fox is red."]


async def test_clients_of_ones_own_and_names(sandbox):
    place = {"api_key": sandbox.api_key, "base_url": sandbox.base_url}
    with sdk.RunInfra(**place) as own:
        async with sdk.AsyncRunInfra(**place) as async_own:
            given = {"client": own, "async_client": async_own}
            made = RunInfraLLM(CHAT, **given), RunInfraEmbedding(EMBED, **given)
            assert (await made[0].acomplete("Say: a")).text == "a"
            rerank = RunInfraRerank("acme-rerank", **given)
            assert rerank.postprocess_nodes(NODES, query_str="fox")
    for one in (*made, rerank):
        assert one.class_name() == type(one).__name__
        assert sandbox.api_key not in repr(one) + str(one.to_dict())


def test_arguments_of_the_request(sandbox):
    """A limit, a number of retries and headers hold here too; what could have no effect is refused."""
    sandbox.script("never-answer", "never-answer")
    with pytest.raises(openai.APITimeoutError):
        RunInfraLLM(CHAT, timeout=1, max_retries=1).complete("Name one prime.")
    assert len(sandbox.journal) == 2
    sandbox.reset()
    sandbox.script("never-answer")
    with pytest.raises(openai.APITimeoutError):
        RunInfraEmbedding(EMBED, timeout=1, max_retries=0).get_text_embedding("a fox")
    assert len(sandbox.journal) == 1
    headers = {"X-Team": "blue"}
    RunInfraLLM(CHAT, default_headers=headers).complete("Name one prime.")
    RunInfraEmbedding(EMBED, default_headers=headers).get_text_embedding("a fox")
    assert [entry.headers.get("x-team") for entry in sandbox.journal[1:]] == ["blue"] * 2
    for name in ("http_client", "async_http_client"):
        for kind, model in ((RunInfraLLM, CHAT), (RunInfraEmbedding, EMBED)):
            with pytest.raises(sdk.ConfigurationError, match=f"{name}: it would have no effect"):
                kind(model, **{name: object()})


def test_copied_and_pickled(sandbox):
    """A deep copy sends by the same clients; a pickle has no key, and makes clients anew."""
    llm = RunInfraLLM(CHAT, temperature=0.5, client_options={"max_retries": 0})
    embedding = RunInfraEmbedding(EMBED, dimensions=64)
    rerank = RunInfraRerank("acme-rerank", top_n=1)
    for made in (llm, embedding, rerank):
        assert sandbox.api_key.encode() not in pickle.dumps(made)
    for way in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        again = way(llm)
        assert again.complete("Name one prime.").text == "Seven."
        assert (again.temperature, again.max_retries) == (0.5, 0)
        assert len(way(embedding).get_text_embedding("a fox")) == 64
        [best] = way(rerank).postprocess_nodes(NODES, query_str="fox")
        assert best.text == "The red fox runs."
    sandbox.script("lost")
    with pytest.raises(openai.APIConnectionError):
        pickle.loads(pickle.dumps(llm)).complete("Name one prime.")
