"""pydantic-ai, litellm and Haystack over this SDK's engine."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pickle
import sys

import litellm
import openai
import pytest
from haystack import Pipeline
from haystack.components.agents import Agent as HaystackAgent
from haystack.dataclasses import ChatMessage, Document
from haystack.tools import create_tool_from_function
from haystack.utils import Secret
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.embeddings import Embedder
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel

import runinfra_ext as sdk
from runinfra_ext.integrations.haystack import (
    RunInfraChatGenerator,
    RunInfraDocumentEmbedder,
    RunInfraResponsesChatGenerator,
    RunInfraTextEmbedder,
)
from runinfra_ext.integrations.litellm import register
from runinfra_ext.integrations.pydantic_ai import RunInfraProvider
from runinfra_ext.sandbox import Sandbox
from tests.frameworks.helpers import (
    ASK,
    CHAT,
    COUNT,
    COUNTED,
    EMBED,
    PLAN,
    PRIME,
    TRIP,
    Trip,
    get_weather,
)

pytestmark = pytest.mark.usefixtures("sandbox")


def cause(error):
    """The SDK's own error behind one of a framework's."""
    while error is not None and not isinstance(error, sdk.RunInfraError):
        error = error.__cause__ or error.__context__
    return error


@pytest.mark.parametrize("name", ["pydantic_ai", "haystack", "litellm"])
def test_without_the_extra(monkeypatch, name):
    """What is missing is told with how to have it."""
    monkeypatch.setitem(sys.modules, name, None)
    for loaded in [key for key in sys.modules if key.startswith(f"{name}.")]:
        monkeypatch.setitem(sys.modules, loaded, None)
    monkeypatch.delitem(sys.modules, f"runinfra_ext.integrations.{name}")
    extra = name.replace("_", "-")
    with pytest.raises(sdk.ConfigurationError, match=rf"pip install 'runinfra-ext\[{extra}\]'"):
        importlib.import_module(f"runinfra_ext.integrations.{name}")


class TestPydanticAI:
    """The provider, under both kinds of models."""

    @pytest.fixture(params=[OpenAIChatModel, OpenAIResponsesModel])
    def model(self, request):
        return request.param(CHAT, provider=RunInfraProvider())

    @pytest.mark.parametrize("output", [ToolOutput, NativeOutput])
    async def test_agents(self, model, output):
        agent = Agent(model, output_type=output(Trip), tools=[get_weather])
        result = await agent.run(ASK)
        assert result.output == TRIP
        assert result.usage.output_tokens > 0

    async def test_a_lost_answer_is_paid_once(self, model, sandbox):
        sandbox.script("lost")
        assert (await Agent(model).run("Name one prime.")).output == "Seven."
        assert [entry.replayed for entry in sandbox.journal] == [False, True]
        assert len(sandbox.charges) == 1

    async def test_streams(self, model, sandbox):
        async with Agent(model).run_stream("Count to five.") as run:
            pieces = [text async for text in run.stream_text(delta=True, debounce_by=None)]
        assert "".join(pieces) == COUNTED
        sandbox.script("cut-stream:6")
        with pytest.raises(Exception) as caught:
            async with Agent(model).run_stream("Count to five.") as run:
                await run.get_output()
        assert cause(caught.value).outcome_unknown

    async def test_embeddings(self, sandbox):
        sandbox.script("lost")
        embedder = Embedder(OpenAIEmbeddingModel(EMBED, provider=RunInfraProvider()))
        assert len((await embedder.embed_query("a fox")).embeddings[0]) == 256
        assert len(sandbox.charges) == 1

    async def test_a_client_of_ones_own(self, sandbox):
        place = {"api_key": sandbox.api_key, "base_url": sandbox.base_url}
        async with sdk.AsyncRunInfra(**place) as own:
            provider = RunInfraProvider(own)
            assert (provider.name, provider.base_url) == ("runinfra", sandbox.base_url + "/")
            result = await Agent(OpenAIChatModel(CHAT, provider=provider)).run("Name one prime.")
            assert result.output == "Seven."


class TestLitellm:
    """The provider ``runinfra/``."""

    @pytest.fixture(params=["sync", "async"])
    def ask(self, request):
        register()

        async def call(name, **arguments):
            made = getattr(litellm, name if request.param == "sync" else f"a{name}")(**arguments)
            made = await made if inspect.isawaitable(made) else made
            if not arguments.get("stream"):
                return made
            if request.param == "sync":
                return list(made)
            return [chunk async for chunk in made]

        return call

    async def test_chat(self, ask, sandbox):
        sandbox.script("lost")
        answer = await ask("completion", model=f"runinfra/{CHAT}", messages=PRIME)
        assert answer.choices[0].message.content == "Seven."
        assert answer.usage.completion_tokens == 1
        assert len(sandbox.charges) == 1

    async def test_streams(self, ask, sandbox):
        options = {"stream": True, "stream_options": {"include_usage": True}}
        chunks = await ask("completion", model=f"runinfra/{CHAT}", messages=COUNT, **options)
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == COUNTED
        whole = litellm.stream_chunk_builder(chunks)
        assert whole.usage.completion_tokens == 5
        sandbox.script("truncate:3")
        with pytest.raises(Exception, match="ended before it was complete|incomplete|truncated"):
            await ask("completion", model=f"runinfra/{CHAT}", messages=COUNT, **options)

    async def test_tools_and_structured_output(self, ask):
        messages = [{"role": "user", "content": PLAN}]
        function = {"name": "book_trip", "parameters": Trip.model_json_schema()}
        tools = {"tools": [{"type": "function", "function": function}], "tool_choice": "required"}
        answer = await ask("completion", model=f"runinfra/{CHAT}", messages=messages, **tools)
        [call] = answer.choices[0].message.tool_calls
        assert json.loads(call.function.arguments) == TRIP.model_dump()
        chunks = await ask(
            "completion", model=f"runinfra/{CHAT}", messages=messages, stream=True, **tools
        )
        [call] = litellm.stream_chunk_builder(chunks).choices[0].message.tool_calls
        assert json.loads(call.function.arguments) == TRIP.model_dump()
        schema = {"name": "trip", "schema": Trip.model_json_schema()}
        form = {"response_format": {"type": "json_schema", "json_schema": schema}}
        answer = await ask("completion", model=f"runinfra/{CHAT}", messages=messages, **form)
        assert Trip.model_validate_json(answer.choices[0].message.content) == TRIP

    async def test_embeddings(self, ask, sandbox):
        sandbox.script("lost")
        found = await ask("embedding", model=f"runinfra/{EMBED}", input=["a", "b"])
        assert [len(item["embedding"]) for item in found.data] == [256, 256]
        assert len(sandbox.charges) == 1

    async def test_errors(self, ask, sandbox):
        sandbox.script("html")
        with pytest.raises(openai.OpenAIError) as caught:
            await ask("completion", model=f"runinfra/{CHAT}", messages=PRIME, num_retries=0)
        assert "text/html" in str(caught.value)
        assert len(sandbox.charges) <= 1

    async def test_options_of_a_call(self, ask, sandbox):
        """A key, a limit and a number of retries of one call hold for it: none is dropped."""
        mine = {"Idempotency-Key": "order-1", "X-Sandbox-Fault": "retry-after-ms:1"}
        given = {"model": f"runinfra/{CHAT}", "messages": PRIME}
        with pytest.raises(openai.OpenAIError):
            await ask("completion", **given, max_retries=1, extra_headers=mine)
        sent = [entry.headers for entry in sandbox.journal]
        assert [headers["idempotency-key"] for headers in sent] == ["order-1"] * 2
        sandbox.script(*["never-answer"] * 4)
        with pytest.raises(litellm.Timeout, match="limit") as caught:
            await ask("completion", **given, max_retries=0, timeout=1)
        assert isinstance(cause(caught.value), sdk.ReadTimeoutError)
        with pytest.raises(litellm.Timeout, match="limit"):
            await ask("embedding", model=f"runinfra/{EMBED}", input=["a"], timeout=1)

    @pytest.mark.parametrize("fault", ["401", "402", "429", "503", "never-answer"])
    def test_refused_streams(self, sandbox, fault):
        """Where litellm waits for the answer's beginning, the class is that of a whole answer."""
        classes = {
            "401": litellm.AuthenticationError,
            "402": litellm.exceptions.PaymentRequiredError,
            "429": litellm.RateLimitError,
            "503": litellm.ServiceUnavailableError,
            "never-answer": litellm.Timeout,
        }
        register()
        sandbox.script(fault)
        limit = 1 if fault == "never-answer" else 30
        given = {"model": f"runinfra/{CHAT}", "messages": PRIME, "max_retries": 0, "timeout": limit}
        with pytest.raises(openai.OpenAIError) as caught:
            litellm.completion(**given, stream=True)
        assert type(caught.value) is classes[fault]
        assert isinstance(cause(caught.value), sdk.RunInfraError)
        assert sandbox.charges == []

    async def test_a_stream_that_stalls(self, ask, sandbox):
        """It is told as what it is; litellm wraps it, as one may go on elsewhere."""
        register(idle_timeout=1)
        sandbox.script("stall:3")
        with pytest.raises(openai.OpenAIError) as caught:
            await ask("completion", model=f"runinfra/{CHAT}", messages=COUNT, stream=True)
        assert isinstance(cause(caught.value), sdk.ReadTimeoutError)
        told = getattr(caught.value, "original_exception", caught.value)
        assert isinstance(told, litellm.Timeout)

    async def test_whom_a_call_speaks_for(self, ask, sandbox):
        """A key and a place of one call are used, and no other's in their stead."""
        given = {"model": f"runinfra/{CHAT}", "messages": PRIME}
        with Sandbox() as other:
            place = {"api_key": other.api_key, "api_base": other.base_url}
            await ask("completion", **given, **place)
            chunks = await ask("completion", **given, **place, stream=True)
            assert "".join(c.choices[0].delta.content or "" for c in chunks) == "Seven."
            await ask("embedding", model=f"runinfra/{EMBED}", input=["a"], **place)
            assert len(other.charges) == 3
        assert sandbox.journal == []
        with pytest.raises(litellm.AuthenticationError):
            await ask("completion", **given, api_key="another-key")
        with pytest.raises(openai.OpenAIError, match="base_url: expected an http"):
            await ask("completion", **given, api_base="ftp://elsewhere")
        with pytest.raises(openai.OpenAIError, match=r"client: give it to register\(\)"):
            await ask("completion", **given, client=object())
        assert sandbox.charges == []

    async def test_arguments_that_openai_has_not(self, ask):
        """They reach the gateway, which says what it thinks of them; none is a bare TypeError."""
        given = {"model": f"runinfra/{CHAT}", "messages": PRIME}
        for more in ({"top_k": 5}, {"extra_body": {"top_k": 5}}):
            with pytest.raises(litellm.BadRequestError, match="top_k is not supported here"):
                await ask("completion", **given, **more)

    def test_registered_once(self):
        register()
        register(name="other")
        handler = register()
        providers = [one["provider"] for one in litellm.custom_provider_map]
        assert sorted(providers) == ["other", "runinfra"]
        assert litellm.custom_provider_map[-1]["custom_handler"] is handler
        litellm.custom_provider_map = []


class TestHaystack:
    """The components."""

    @pytest.fixture(params=[RunInfraChatGenerator, RunInfraResponsesChatGenerator])
    def generator(self, request):
        return request.param(CHAT)

    @pytest.fixture(params=["sync", "async"])
    def run(self, request):
        async def call(component, *args, **kwargs):
            if request.param == "sync":
                return component.run(*args, **kwargs)
            return await component.run_async(*args, **kwargs)

        return call

    async def test_a_lost_answer_is_paid_once(self, generator, run, sandbox):
        sandbox.script("lost")
        result = await run(generator, [ChatMessage.from_user("Name one prime.")])
        assert result["replies"][0].text == "Seven."
        assert len(sandbox.charges) == 1

    async def test_a_cut_stream_is_an_error(self, generator, sandbox):
        sandbox.script("truncate:4")
        with pytest.raises(openai.OpenAIError) as caught:
            generator.run(
                [ChatMessage.from_user("Count to five.")], streaming_callback=lambda chunk: None
            )
        assert cause(caught.value).outcome_unknown

    def test_tools(self, generator):
        agent = HaystackAgent(
            chat_generator=generator, tools=[create_tool_from_function(get_weather)]
        )
        result = agent.run([ChatMessage.from_user("What is the weather in Paris?")])
        assert "21 degrees in Paris" in result["last_message"].text

    def test_structured_output(self):
        generator = RunInfraChatGenerator(CHAT, generation_kwargs={"response_format": Trip})
        reply = generator.run([ChatMessage.from_user(PLAN)])["replies"][0]
        assert Trip.model_validate_json(reply.text) == TRIP

    async def test_embedders(self, run, sandbox):
        sandbox.script("lost")
        query = await run(RunInfraTextEmbedder(EMBED), "a fox")
        embedder = RunInfraDocumentEmbedder(EMBED, progress_bar=False)
        found = await run(embedder, [Document(content="a fox")])
        assert found["documents"][0].embedding == query["embedding"]
        assert len(sandbox.charges) == 2

    def test_written_down_and_read_again(self, sandbox):
        """As Haystack does it: no key, all arguments, and it works as before."""
        pipeline = Pipeline()
        options = {"pipeline_id": None, "client_options": {"deadline": 20.0}, "timeout": 10.0}
        made = {
            "chat": RunInfraChatGenerator(CHAT, max_retries=1, **options),
            "responses": RunInfraResponsesChatGenerator(CHAT, **options),
            "text": RunInfraTextEmbedder(EMBED, prefix="query: ", **options),
            "documents": RunInfraDocumentEmbedder(EMBED, progress_bar=False, **options),
        }
        for name, component in made.items():
            pipeline.add_component(name, component)
        text = pipeline.dumps()
        assert sandbox.api_key not in text
        again = Pipeline.loads(text, allowed_modules=["runinfra_ext.integrations.haystack"])
        for name, component in made.items():
            assert again.get_component(name).to_dict() == component.to_dict()
            assert again.get_component(name).client_options == {"deadline": 20.0}
        messages = [ChatMessage.from_user("Name one prime.")]
        result = again.get_component("chat").run(messages)
        assert result["replies"][0].text == "Seven."

    def test_arguments_without_an_effect(self):
        """They would set up an HTTP client that nothing is sent by."""
        for given in (
            {"http_client_kwargs": {"proxy": "http://127.0.0.1:9"}},
            {"organization": "o"},
        ):
            for kind in (RunInfraChatGenerator, RunInfraTextEmbedder):
                with pytest.raises(sdk.ConfigurationError, match="it would have no effect"):
                    kind(CHAT, **given)

    async def test_copied_and_pickled(self, run, sandbox):
        """Also when it has run: a deep copy and a pickle make clients of their own."""
        messages = [ChatMessage.from_user("Name one prime.")]
        for made, given in (
            (RunInfraChatGenerator(CHAT, client_options={"deadline": 20.0}), messages),
            (RunInfraResponsesChatGenerator(CHAT), messages),
            (RunInfraTextEmbedder(EMBED), "a fox"),
            (RunInfraDocumentEmbedder(EMBED, progress_bar=False), [Document(content="a fox")]),
        ):
            expected = (await run(made, given)).keys()
            pickled = pickle.dumps(made)
            assert sandbox.api_key.encode() not in pickled
            for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickled)):
                assert again.to_dict() == made.to_dict()
                assert (await run(again, given)).keys() == expected
            deep = copy.deepcopy(made)
            assert deep.client is deep.async_client is None
            assert deep.client_options is not made.client_options or deep.client_options is None
        pipeline = Pipeline()
        pipeline.add_component("chat", RunInfraChatGenerator(CHAT))
        for one in (pipeline, copy.deepcopy(pipeline)):
            result = one.run({"chat": {"messages": messages}})
            assert result["chat"]["replies"][0].text == "Seven."

    def test_a_key_that_is_not_to_be_written(self, sandbox):
        generator = RunInfraChatGenerator(CHAT, api_key=Secret.from_token(sandbox.api_key))
        assert generator.run([ChatMessage.from_user("Say: a")])["replies"][0].text == "a"
        with pytest.raises(ValueError, match="token"):
            generator.to_dict()
        with pytest.raises(ValueError, match="token"):
            pickle.dumps(generator)
        copied = copy.deepcopy(generator)
        assert copied.run([ChatMessage.from_user("Say: a")])["replies"][0].text == "a"
        assert pickle.loads(pickle.dumps(RunInfraChatGenerator(CHAT))).model == CHAT
