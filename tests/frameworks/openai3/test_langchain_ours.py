"""What LangChain's classes over this SDK's engine promise besides: the ledger, errors, pickles."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
import sys

import openai
import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.documents import Document
from langchain_core.tools import tool

import runinfra_ext as sdk
from runinfra_ext.integrations.langchain import ChatRunInfra, RunInfraEmbeddings, RunInfraRerank
from tests.frameworks.helpers import ASK, CHAT, COUNTED, EMBED, TRIP, Trip, get_weather

pytestmark = pytest.mark.usefixtures("sandbox")
DOCUMENTS = [
    Document(page_content="Tax law is long.", metadata={"page": 1}),
    Document(page_content="The red fox runs.", metadata={"page": 2}),
]


@pytest.fixture(params=["sync", "async"])
def ask(request):
    """Calls a method of either kind, to its end."""

    async def call(runnable, name, *args, **kwargs):
        if request.param == "sync":
            made = getattr(runnable, name)(*args, **kwargs)
            return list(made) if name == "stream" else made
        made = getattr(runnable, f"a{name}")(*args, **kwargs)
        return [item async for item in made] if name == "stream" else await made

    return call


async def failing(call, kind):
    """The error of a call, and the SDK's own behind it."""
    with pytest.raises(openai.OpenAIError) as caught:
        await call
    own = caught.value
    while own is not None and not isinstance(own, sdk.RunInfraError):
        own = own.__cause__  # LangChain puts an error of its own in between
    assert isinstance(own, kind)
    return caught.value, own


async def test_a_lost_chat_is_paid_once(sandbox, ask):
    sandbox.script("lost")
    message = await ask(ChatRunInfra(model=CHAT), "invoke", "Name one prime.")
    assert message.text == "Seven."
    assert [entry.replayed for entry in sandbox.journal] == [False, True]
    assert len(sandbox.charges) == 1


async def test_lost_embeddings_are_paid_once(sandbox, ask):
    sandbox.script("lost")
    vectors = await ask(RunInfraEmbeddings(model=EMBED), "embed_documents", ["a fox", "a dog"])
    assert [len(vector) for vector in vectors] == [256, 256]
    assert sandbox.journal[0].body["input"] == ["a fox", "a dog"]  # words, no tokens
    assert len(sandbox.charges) == 1


async def test_a_cut_stream_is_an_error(sandbox, ask):
    for name in ("cut-stream:3", "truncate:3"):
        sandbox.reset()
        sandbox.script(name)
        call = ask(ChatRunInfra(model=CHAT), "stream", "Count to five.")
        _, own = await failing(call, sdk.RunInfraError)
        assert own.outcome_unknown
        assert len(sandbox.charges) == 1


async def test_an_error_in_a_stream(sandbox, ask):
    sandbox.script("error-after:2")
    call = ask(ChatRunInfra(model=CHAT), "stream", "Count to five.")
    _, own = await failing(call, sdk.RunInfraError)
    assert own.code == "overloaded"
    assert len(sandbox.charges) == 1


async def test_a_page_under_200(sandbox, ask):
    sandbox.script("html")
    call = ask(ChatRunInfra(model=CHAT, max_retries=0), "invoke", "Name one prime.")
    _, own = await failing(call, sdk.UnexpectedContentError)
    assert own.idempotency_key == sandbox.journal[0].idempotency_key
    assert len(sandbox.charges) <= 1


async def test_retries_are_the_engine_s(sandbox, ask):
    sandbox.script("503", "503")
    model = ChatRunInfra(model=CHAT, max_retries=1)
    error, own = await failing(ask(model, "invoke", "Name one prime."), sdk.RunInfraError)
    assert isinstance(error, openai.InternalServerError)
    assert own.attempts == len(sandbox.journal) == 2


async def test_usage_of_streams(ask):
    chunks = await ask(ChatRunInfra(model=CHAT), "stream", "Count to five.")
    assert "".join(chunk.text for chunk in chunks) == COUNTED
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.usage_metadata["output_tokens"] == 5


@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
@pytest.mark.parametrize("responses", [False, True])
async def test_agents(ask, strategy, responses):
    model = ChatRunInfra(model=CHAT, use_responses_api=responses)
    agent = create_agent(model, [tool(get_weather)], response_format=strategy(Trip))
    result = await ask(agent, "invoke", {"messages": [{"role": "user", "content": ASK}]})
    assert result["structured_response"] == TRIP


async def test_rerank(sandbox, ask):
    sandbox.script("lost")
    rerank = RunInfraRerank(model="acme-rerank")
    found = await ask(rerank, "compress_documents", DOCUMENTS, "a red fox")
    assert [document.metadata["page"] for document in found] == [2, 1]
    scores = [document.metadata["relevance_score"] for document in found]
    assert scores == sorted(scores, reverse=True)
    assert "relevance_score" not in DOCUMENTS[0].metadata
    assert len(sandbox.charges) == 1
    best = RunInfraRerank(model="acme-rerank", top_n=1)
    assert len(await ask(best, "compress_documents", DOCUMENTS, "a red fox")) == 1
    assert await ask(best, "compress_documents", [], "a red fox") == []


async def test_clients_of_ones_own(sandbox, ask):
    seen = []
    options = {"base_url": sandbox.base_url, "api_key": sandbox.api_key}
    with sdk.RunInfra(**options) as own:
        async with sdk.AsyncRunInfra(**options) as async_own:
            given = {"runinfra": own, "async_runinfra": async_own}
            model = ChatRunInfra(model=CHAT, default_headers={"x-team": "red"}, **given)
            await ask(model, "invoke", "Name one prime.")
            await ask(RunInfraEmbeddings(model=EMBED, **given), "embed_query", "a fox")
            rerank = RunInfraRerank(model="acme-rerank", **given)
            await ask(rerank, "compress_documents", DOCUMENTS, "fox")
            seen = [entry.headers.get("x-team") for entry in sandbox.journal]
    assert seen == ["red", None, None]


async def test_pipelines_and_options(sandbox, ask, monkeypatch):
    monkeypatch.setenv("RUNINFRA_API_KEY", sandbox.pipeline_api_key)
    place = {"pipeline_id": sandbox.pipeline_id, "client_options": {"deadline": 30.0}}
    model = ChatRunInfra(model="default", timeout=20.0, **place)
    assert (await ask(model, "invoke", "Name one prime.")).text == "Seven."
    assert sandbox.journal[0].path == f"/v1/{sandbox.pipeline_id}/chat/completions"


@pytest.mark.parametrize(
    "made",
    [
        lambda key: ChatRunInfra(model=CHAT, api_key=key, temperature=0.5, max_retries=1),
        lambda key: RunInfraEmbeddings(model=EMBED, api_key=key, dimensions=64),
        lambda key: RunInfraRerank(model="acme-rerank", api_key=key, top_n=1),
    ],
    ids=["chat", "embeddings", "rerank"],
)
async def test_pickles(sandbox, made):
    """They hold the arguments, and read the key of the environment again."""
    data = pickle.dumps(made(sandbox.api_key))
    assert sandbox.api_key.encode() not in data
    again = pickle.loads(data)
    assert type(again).__name__.encode() in data
    if isinstance(again, ChatRunInfra):
        assert (again.temperature, again.max_retries) == (0.5, 1)
        assert again.invoke("Name one prime.").text == "Seven."
    elif isinstance(again, RunInfraEmbeddings):
        assert len(again.embed_query("fox")) == 64
    else:
        assert len(again.compress_documents(DOCUMENTS, "fox")) == 1


@pytest.mark.parametrize("deep", [False, True], ids=["copy", "deepcopy"])
async def test_copies(sandbox, deep):
    """A deep copy has arguments of its own; either sends by the clients of the first."""
    copied = copy.deepcopy if deep else copy.copy
    given = {"api_key": sandbox.api_key, "client_options": {"deadline": 30.0}}
    chat = ChatRunInfra(model=CHAT, **given)
    again = copied(chat)
    assert (again.client_options is chat.client_options) is not deep
    assert again.root_client is chat.root_client
    assert again.invoke("Name one prime.").text == "Seven."
    assert len(copied(RunInfraEmbeddings(model=EMBED, **given)).embed_query("fox")) > 1
    rerank = copied(RunInfraRerank(model="acme-rerank", top_n=1, **given))
    assert len(rerank.compress_documents(DOCUMENTS, "fox")) == 1


async def test_the_key_is_not_told(sandbox):
    """Neither by what is printed, nor by what a tracer writes down."""
    for made in (
        ChatRunInfra(model=CHAT, api_key=sandbox.api_key),
        RunInfraEmbeddings(model=EMBED, api_key=sandbox.api_key),
        RunInfraRerank(model="acme-rerank", api_key=sandbox.api_key),
    ):
        texts = [repr(made), str(made), json.dumps(made.model_dump(), default=str)]
        assert [text for text in texts if sandbox.api_key in text] == []


def test_without_a_key(monkeypatch):
    monkeypatch.delenv("RUNINFRA_API_KEY")
    for kind in (ChatRunInfra, RunInfraEmbeddings, RunInfraRerank):
        with pytest.raises(sdk.AuthenticationError):
            kind(model="m")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-house")
    with pytest.raises(sdk.AuthenticationError):
        ChatRunInfra(model="m")


def test_without_the_extra(monkeypatch):
    """What is missing is told with how to have it."""
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    monkeypatch.delitem(sys.modules, "runinfra_ext.integrations.langchain")
    with pytest.raises(sdk.ConfigurationError, match=r"pip install 'runinfra-ext\[langchain\]'"):
        importlib.import_module("runinfra_ext.integrations.langchain")


@pytest.mark.parametrize("kind", [ChatRunInfra, RunInfraEmbeddings])
@pytest.mark.parametrize("name", ["http_client", "openai_proxy", "openai_organization"])
def test_arguments_without_an_effect(kind, name, monkeypatch):
    """They are refused, not ignored; what is meant for openai's own client by a variable is."""
    with pytest.raises(ValueError, match=f"{name}: it would have no effect"):
        kind(model=CHAT, **{name: "http://127.0.0.1:9"})
    monkeypatch.setenv("OPENAI_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    kind(model=CHAT)


def test_unknown_arguments_of_the_reranker():
    with pytest.raises(ValueError, match="top_k"):
        RunInfraRerank(model="acme-rerank", top_k=3)


@pytest.mark.parametrize("kind", [ChatRunInfra, RunInfraEmbeddings, RunInfraRerank])
def test_a_mistake_shows_no_key(kind):
    """pydantic shows what it was given, unless it is told not to."""
    with pytest.raises(ValueError, match="deadline") as caught:
        kind(api_key="secret-of-mine", client_options={"deadline": -1}, model="m")
    assert "secret" not in str(caught.value)
