"""Haystack's OpenAI components."""

from __future__ import annotations

import pytest
from haystack import Pipeline
from haystack.components.agents import Agent
from haystack.components.embedders import OpenAIDocumentEmbedder, OpenAITextEmbedder
from haystack.components.generators.chat import OpenAIChatGenerator, OpenAIResponsesChatGenerator
from haystack.dataclasses import ChatMessage, Document
from haystack.tools import create_tool_from_function
from haystack.utils import Secret

from tests.frameworks.helpers import CHAT, COUNTED, EMBED, PLAN, TRIP, Trip, get_weather


@pytest.fixture
def place(sandbox):
    return {"api_base_url": sandbox.base_url, "api_key": Secret.from_env_var("RUNINFRA_API_KEY")}


@pytest.mark.parametrize("kind", [OpenAIChatGenerator, OpenAIResponsesChatGenerator])
def test_text_and_stream(place, kind):
    generator = kind(model=CHAT, **place)
    assert generator.run([ChatMessage.from_user("Name one prime.")])["replies"][0].text == "Seven."
    pieces = []
    streamed = generator.run(
        [ChatMessage.from_user("Count to five.")],
        streaming_callback=lambda chunk: pieces.append(chunk.content),
    )
    assert streamed["replies"][0].text == "".join(pieces) == COUNTED


def test_structured_output(place):
    generator = OpenAIChatGenerator(
        model=CHAT, generation_kwargs={"response_format": Trip}, **place
    )
    reply = generator.run([ChatMessage.from_user(PLAN)])["replies"][0]
    assert Trip.model_validate_json(reply.text) == TRIP


def test_agent(place):
    generator = OpenAIChatGenerator(model=CHAT, **place)
    agent = Agent(chat_generator=generator, tools=[create_tool_from_function(get_weather)])
    result = agent.run([ChatMessage.from_user("What is the weather in Paris?")])
    assert "21 degrees in Paris" in result["last_message"].text


def test_embedders_in_a_pipeline(place):
    pipeline = Pipeline()
    pipeline.add_component(
        "embedder", OpenAIDocumentEmbedder(model=EMBED, progress_bar=False, **place)
    )
    again = Pipeline.loads(pipeline.dumps())
    documents = again.run({"embedder": {"documents": [Document(content="a fox")]}})
    [document] = documents["embedder"]["documents"]
    query = OpenAITextEmbedder(model=EMBED, **place).run("a fox")
    assert document.embedding == query["embedding"]
    assert len(document.embedding) == 256
