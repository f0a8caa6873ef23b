"""`responses.parse`, beside `chat.completions.parse`, with both clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import runinfra_ext as sdk
from runinfra_ext._answer.results import Response
from runinfra_ext._structured.parsing import parsed_response


@dataclass
class Weather:
    city: str
    sunny: bool


@pytest.mark.parametrize("stream", [False, True])
def test_object_of_a_response(both: Any, stream: bool) -> None:
    """The object, under both names; the response stays what it was."""

    async def scenario() -> Any:
        async with both.client() as client:
            if not stream:
                return await client.responses.parse(Weather, model="acme-chat-8b", input="Paris?")
            opened = await client.responses.parse(
                Weather, model="acme-chat-8b", input="Paris?", stream=True
            )
            async with opened:
                return await opened.final()

    answer = both.run(scenario)

    assert isinstance(answer, sdk.ParsedResponse)
    assert isinstance(answer.parsed, Weather)
    assert answer.output_parsed is answer.parsed
    assert answer.parsed.city in answer.output_text
    assert both.gateway.journal[0].request_id == answer.request_id
    sent = both.gateway.journal[0].body["response_format"]
    assert ("json_schema", "Weather") == (sent["type"], sent["json_schema"]["name"])


def test_format_that_is_given_too(both: Any) -> None:
    """The format is the target's; a second one is refused before anything is sent."""

    async def scenario() -> None:
        async with both.client() as client:
            with pytest.raises(sdk.InvalidRequestError) as caught:
                await client.responses.parse(
                    Weather, model="m", input="x", response_format={"type": "json_object"}
                )
            assert "response_format" == caught.value.param

    both.run(scenario)
    assert [] == both.gateway.journal


def response(*output: Any, **more: Any) -> Response:
    return Response.from_dict(
        {"id": "r", "model": "m", "output": list(output), "status": "completed", **more}
    )


def message(*parts: Any) -> dict[str, Any]:
    return {"type": "message", "id": "m", "role": "assistant", "content": list(parts)}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (response(message({"type": "refusal", "refusal": "No."})), "refused: No"),
        (
            response(
                message({"type": "output_text", "text": '{"city": "P', "annotations": []}),
                status="incomplete",
                incomplete_details={"reason": "max_output_tokens"},
            ),
            r"cut short \(max_output_tokens\)",
        ),
        (
            response(
                message({"type": "output_text", "text": "{", "annotations": []}),
                status="cancelled",
            ),
            r"cut short \(cancelled\)",
        ),
        (response(), "is empty"),
        (
            response(message({"type": "output_text", "text": "{}", "annotations": []})),
            "city is missing",
        ),
    ],
)
def test_response_without_an_object(given: Response, problem: str) -> None:
    """The error has the text and the whole response."""
    with pytest.raises(sdk.StructuredOutputError, match=problem) as caught:
        parsed_response(given, Weather)

    assert given is caught.value.partial
    assert given.output_text == caught.value.text


def test_function_call_instead_of_an_answer() -> None:
    """A response that calls a function has nothing to parse."""
    call = {"type": "function_call", "id": "f", "call_id": "c", "name": "f", "arguments": "{}"}

    assert None is parsed_response(response(call), Weather).parsed
