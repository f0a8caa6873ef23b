"""Rows of the operations on text: models, chat, responses, embeddings, rerank."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Final

from runinfra_ext import RunInfra

from . import variables
from .running import Row, Seen, Target

MAX_TOKENS: Final = 64  # tiny, and yet enough for the call of a tool
# Two runs of an engine differ in the last digits: batches are summed in another order.
_NEAR: Final = 1e-3
_REQUEST_ID: Final = "request id present"
_FINISH: Final = "finish reason present"
_USAGE: Final = "usage present"


def list_models(_target: Target, client: RunInfra, seen: Seen) -> None:
    """Models are listed."""
    models = client.models.list()
    seen.answer(models.request_id)
    seen.check("at least one model", models.data)
    seen.check("every model has an id", all(model.id for model in models.data))


def retrieve_model(_target: Target, client: RunInfra, seen: Seen) -> None:
    """A model that is listed can be retrieved."""
    listed = client.models.list().data
    seen.check("at least one model", listed)
    model = client.models.retrieve(listed[0].id)
    seen.answer(model.request_id)
    seen.check("the same id", model.id == listed[0].id)


def chat(target: Target, client: RunInfra, seen: Seen) -> None:
    """A chat completion."""
    answer = client.chat.completions.create(
        model=target.given[variables.CHAT_MODEL],
        messages=[{"role": "user", "content": "Name one prime."}],
        max_tokens=MAX_TOKENS,
    )
    seen.answer(answer.request_id)
    seen.check("a choice", answer.choices)
    seen.check(_FINISH, answer.choices[0].finish_reason)
    seen.check(_USAGE, answer.usage is not None and bool(answer.usage.total_tokens))


def chat_stream(target: Target, client: RunInfra, seen: Seen) -> None:
    """A chat completion as a stream; a missing end is an error of the SDK."""
    with client.chat.completions.create(
        model=target.given[variables.CHAT_MODEL],
        messages=[{"role": "user", "content": "Count to five."}],
        max_tokens=MAX_TOKENS,
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        chunks = list(stream)
        whole = stream.final()
    seen.answer(stream.request_id)
    seen.check("chunks came", chunks)
    seen.check("terminal marker seen", whole.choices and whole.choices[0].finish_reason)
    usage = stream.usage
    seen.check(_USAGE, usage is not None and (usage.total_tokens or 0) > 0)


def chat_tools(target: Target, client: RunInfra, seen: Seen) -> None:
    """A tool is called."""
    answer = client.chat.completions.create(
        model=target.given[variables.CHAT_MODEL],
        messages=[{"role": "user", "content": "What is the weather in Paris?"}],
        max_tokens=MAX_TOKENS,
        tool_choice="required",
        tools=[
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "parameters": {
                        "type": "object",
                        "properties": {"city": {"type": "string"}},
                        "required": ["city"],
                    },
                },
            }
        ],
    )
    seen.answer(answer.request_id)
    calls = (answer.choices[0].message.tool_calls or []) if answer.choices else []
    seen.check("the tool is called", calls and calls[0].function.name == "get_weather")
    arguments: Any = json.loads(calls[0].function.arguments)
    given = isinstance(arguments, dict) and isinstance(arguments.get("city"), str)
    seen.check("its arguments fit the schema", given)


def respond(target: Target, client: RunInfra, seen: Seen) -> None:
    """A response."""
    response = client.responses.create(
        model=target.given[variables.CHAT_MODEL],
        input="Name one prime.",
        max_output_tokens=MAX_TOKENS,
    )
    seen.answer(response.request_id)
    seen.check("output present", response.output or response.output_text)
    seen.check(_USAGE, response.usage is not None)


def respond_stream(target: Target, client: RunInfra, seen: Seen) -> None:
    """A response as a stream; a missing end is an error of the SDK."""
    with client.responses.create(
        model=target.given[variables.CHAT_MODEL],
        input="Count to five.",
        max_output_tokens=MAX_TOKENS,
        stream=True,
    ) as stream:
        kinds = [event.type for event in stream]
        whole = stream.final()
    seen.answer(stream.request_id)
    seen.check("events came", len(kinds) > 1)
    ends = {"response.completed", "response.incomplete"}
    seen.check("terminal marker seen", not ends.isdisjoint(kinds))
    seen.check("output present", whole.output or whole.output_text)


def embed(target: Target, client: RunInfra, seen: Seen) -> None:
    """Embeddings as numbers."""
    result = client.embeddings.create(
        model=target.given[variables.EMBEDDING_MODEL], input=["red fox", "blue whale"]
    )
    seen.answer(result.request_id)
    seen.check("a vector for each text", sorted(item.index for item in result.data) == [0, 1])
    vectors = [item.embedding for item in result.data]
    seen.check("of the same length", len(vectors[0]) == len(vectors[1]) > 0)
    seen.check("finite", all(math.isfinite(number) for vector in vectors for number in vector))
    seen.check(_USAGE, result.usage is not None)


def embed_base64(target: Target, client: RunInfra, seen: Seen) -> None:
    """Embeddings as base64 are the same numbers."""
    model = target.given[variables.EMBEDDING_MODEL]
    plain = client.embeddings.create(model=model, input="red fox", encoding_format="float")
    packed = client.embeddings.create(model=model, input="red fox", encoding_format="base64")
    seen.answer(packed.request_id)
    seen.check("came as base64", isinstance(packed.to_dict()["data"][0]["embedding"], str))
    seen.check("equal to floats", _near(plain.data[0].embedding, packed.data[0].embedding))


def _near(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(
        math.isclose(a, b, abs_tol=_NEAR) for a, b in zip(one, other, strict=True)
    )


def rerank(target: Target, client: RunInfra, seen: Seen) -> None:
    """Texts are put in order."""
    result = client.rerank.create(
        model=target.given[variables.RERANK_MODEL],
        query="how long do refunds take",
        texts=["Our office is in Oslo.", "Refunds take five days."],
    )
    seen.answer(result.request_id)
    scores = [item.score for item in result.results]
    seen.check("scores present", scores and all(math.isfinite(score) for score in scores))
    seen.check("best first", scores == sorted(scores, reverse=True))
    seen.check("the right one is best", result.results[0].index == 1)


_CHAT: Final = (variables.CHAT_MODEL,)
_EMBED: Final = (variables.EMBEDDING_MODEL,)
ROWS: Final = (
    Row("models-list", list_models, (_REQUEST_ID, "at least one model", "every model has an id")),
    Row("models-retrieve", retrieve_model, ("at least one model", _REQUEST_ID, "the same id")),
    Row("chat", chat, (_REQUEST_ID, "a choice", _FINISH, _USAGE), _CHAT),
    Row(
        "chat-stream",
        chat_stream,
        (_REQUEST_ID, "chunks came", "terminal marker seen", _USAGE),
        _CHAT,
    ),
    Row(
        "chat-tools",
        chat_tools,
        (_REQUEST_ID, "the tool is called", "its arguments fit the schema"),
        _CHAT,
    ),
    Row("responses", respond, (_REQUEST_ID, "output present", _USAGE), _CHAT),
    Row(
        "responses-stream",
        respond_stream,
        (_REQUEST_ID, "events came", "terminal marker seen", "output present"),
        _CHAT,
    ),
    Row(
        "embeddings",
        embed,
        (_REQUEST_ID, "a vector for each text", "of the same length", "finite", _USAGE),
        _EMBED,
    ),
    Row(
        "embeddings-base64",
        embed_base64,
        (_REQUEST_ID, "came as base64", "equal to floats"),
        _EMBED,
    ),
    Row(
        "rerank",
        rerank,
        (_REQUEST_ID, "scores present", "best first", "the right one is best"),
        (variables.RERANK_MODEL,),
    ),
)
