"""instructor's modes that tell the schema to the engine."""

from __future__ import annotations

import instructor
import openai
import pytest

from tests.frameworks.helpers import CHAT, PLAN, TRIP, Trip

MESSAGES = [{"role": "user", "content": PLAN}]


@pytest.mark.parametrize("mode", [instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA])
def test_typed(sandbox, mode):
    client = instructor.from_openai(
        openai.OpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key), mode=mode
    )
    create = client.chat.completions
    made = create.create(model=CHAT, messages=MESSAGES, response_model=Trip)
    assert made.model_dump() == TRIP.model_dump()
    *_, last = create.create_partial(model=CHAT, messages=MESSAGES, response_model=Trip)
    assert last.model_dump() == TRIP.model_dump()


def test_a_form_that_only_the_prompt_tells(sandbox):
    """JSON mode does not say the schema: a test dictates the answer; a wrong one is asked again."""
    client = instructor.from_openai(
        openai.OpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key),
        mode=instructor.Mode.JSON,
    )
    sandbox.answer(json={"city": "Bergen"})
    sandbox.answer(json=TRIP.model_dump())
    made = client.chat.completions.create(
        model=CHAT, messages=MESSAGES, response_model=Trip, max_retries=2
    )
    assert made.model_dump() == TRIP.model_dump()
    assert len(sandbox.charges) == 2


def test_responses(sandbox):
    client = instructor.from_openai(
        openai.OpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key),
        mode=instructor.Mode.RESPONSES_TOOLS,
    )
    made = client.responses.create(model=CHAT, input=PLAN, response_model=Trip)
    assert made.model_dump() == TRIP.model_dump()


async def test_async(sandbox):
    client = instructor.from_openai(
        openai.AsyncOpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key)
    )
    made = await client.chat.completions.create(model=CHAT, messages=MESSAGES, response_model=Trip)
    assert made.model_dump() == TRIP.model_dump()
