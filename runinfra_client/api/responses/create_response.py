# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Answer an input: POST /responses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation, StreamSpec
from ...params import (
    ChatCompletionNamedToolChoiceParam,
    ResponseFormatParam,
    ResponseInputItemParam,
    ResponseNamedToolChoiceParam,
    ResponseTextConfigParam,
    ResponseToolParam,
    ToolChoiceModeParam,
)
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client
    from ...unions import ResponseStreamEvent


class ResponseOtherParams(TypedDict):
    """Those of :class:`ResponseParams` that one pipeline does not settle by itself.

    Attributes:
        input: A text, or items of a conversation.
        instructions: Becomes a system message.
        max_output_tokens: Most tokens to generate.
        temperature: Randomness; 1 if left out.
        top_p: Nucleus sampling; 1 if left out.
        tools: Functions that the model may call, in the chat shape or in OpenAI's flat one.
        tool_choice: Whether and what to call; `auto` if tools are given.
        parallel_tool_calls: Allow several calls at once.
        response_format: The form of the answer; what is possible depends on the deployment.
        text: The form of the answer, where OpenAI's clients put it; `response_format` wins.
    """

    input: str | Sequence[ResponseInputItemParam]
    instructions: NotRequired[str | None]
    max_output_tokens: NotRequired[int | None]
    temperature: NotRequired[float | None]
    top_p: NotRequired[float | None]
    tools: NotRequired[Sequence[ResponseToolParam] | None]
    tool_choice: NotRequired[
        ToolChoiceModeParam
        | ChatCompletionNamedToolChoiceParam
        | ResponseNamedToolChoiceParam
        | None
    ]
    parallel_tool_calls: NotRequired[bool | None]
    response_format: NotRequired[ResponseFormatParam | None]
    text: NotRequired[ResponseTextConfigParam | None]


class ResponseParams(ResponseOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createResponse",
    function="responses.create",
    method="POST",
    path="/responses",
    scope="any",
    replay="keyed",
    replay_scope="any",
    replay_conservative=True,
    body="json",
    response="json",
    accept="application/json",
    fields={
        "model": Field(
            types=("string",),
            required=True,
            min_length=1,
            max_length=512,
            non_blank=True,
            scoped_default="default",
            description="Id of the model.",
        ),
        "input": Field(
            types=("string", "array"),
            required=True,
            non_blank=True,
            min_items=1,
            description="A text, or items of a conversation.",
        ),
        "instructions": Field(
            types=("string", "null"), nullable=True, description="Becomes a system message."
        ),
        "max_output_tokens": Field(
            types=("integer", "null"),
            nullable=True,
            minimum=1,
            description="Most tokens to generate.",
        ),
        "temperature": Field(
            types=("number", "null"),
            nullable=True,
            minimum=0,
            maximum=2,
            description="Randomness; 1 if left out.",
        ),
        "top_p": Field(
            types=("number", "null"),
            nullable=True,
            minimum=0,
            maximum=1,
            description="Nucleus sampling; 1 if left out.",
        ),
        "tools": Field(
            types=("array",),
            description="Functions that the model may call, in the chat shape or in OpenAI's flat one.",
        ),
        "tool_choice": Field(
            types=("string", "object"),
            enum=("none", "auto", "required"),
            description="Whether and what to call; `auto` if tools are given.",
        ),
        "parallel_tool_calls": Field(
            types=("boolean", "null"), nullable=True, description="Allow several calls at once."
        ),
        "response_format": Field(
            types=("object",),
            description="The form of the answer; what is possible depends on the deployment.",
        ),
        "text": Field(
            types=("object",),
            description="The form of the answer, where OpenAI's clients put it; `response_format` wins.",
        ),
    },
    required=("model", "input"),
    stream=StreamSpec(
        event="ResponseStreamEvent",
        assembles="Response",
        done_ends=False,
        terminal_events=frozenset(("response.completed", "response.incomplete")),
        error_events=frozenset(("error", "response.failed")),
        finish_reason_completes=False,
    ),
)


def request(
    *,
    stream: bool | None = None,
    **params: Unpack[ResponseParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        stream: Send the answer as a stream of events.
        params: The other parameters; see :class:`ResponseParams`.
    """
    given: dict[str, Any] = {**params}
    if stream is not None:
        given["stream"] = stream
    return Request(
        "POST",
        "/responses",
        json=given,
    )


def result(
    status: int, content: Any, model: type[models.Response] | None = None
) -> models.Response | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.Response).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def event(content: Any) -> ResponseStreamEvent:
    """The model of an event of the stream.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    from ...unions import parse_response_stream_event

    return parse_response_stream_event(content)


def sync(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ResponseParams],
) -> models.Response:
    """Answer an input.

    Args:
        client: where to.
        params: The other parameters; see :class:`ResponseParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.Response = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ResponseParams],
) -> models.Response:
    """Answer an input.

    Args:
        client: where to.
        params: The other parameters; see :class:`ResponseParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.Response = await client.send_async(OPERATION, described, result, headers)
    return answer


def sync_stream(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ResponseParams],
) -> Iterator[ResponseStreamEvent]:
    """Answer an input, as events while they come.

    Args:
        client: where to.
        params: The other parameters; see :class:`ResponseParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        httpx.HTTPError: no answer.
    """
    described = request(stream=True, **params)
    return client.stream(OPERATION, described, event, result, headers)


def asyncio_stream(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ResponseParams],
) -> AsyncIterator[ResponseStreamEvent]:
    """Answer an input, as events while they come.

    Args:
        client: where to.
        params: The other parameters; see :class:`ResponseParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        httpx.HTTPError: no answer.
    """
    described = request(stream=True, **params)
    return client.stream_async(OPERATION, described, event, result, headers)
