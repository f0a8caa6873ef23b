# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Complete a conversation: POST /chat/completions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation, StreamSpec
from ...params import (
    ChatCompletionNamedToolChoiceParam,
    ChatCompletionStreamOptionsParam,
    ChatCompletionToolParam,
    ChatMessageParam,
    ReasoningEffortParam,
    ResponseFormatParam,
    ToolChoiceModeParam,
)
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


class ChatCompletionOtherParams(TypedDict):
    """Those of :class:`ChatCompletionParams` that one pipeline does not settle by itself.

    Attributes:
        messages: The conversation so far.
        stream_options: Options of a stream.
        temperature: Randomness; 1 if left out.
        top_p: Nucleus sampling; 1 if left out.
        max_tokens: Most tokens to generate.
        max_completion_tokens: The same, under OpenAI's newer name.
        n: How many choices; 1 if left out.
        stop: Up to four texts that end the answer.
        presence_penalty: Against repeating what was mentioned.
        frequency_penalty: Against repeating words.
        logit_bias: Bias by token id.
        seed: For repeatable sampling where the engine has it.
        logprobs: Return log probabilities.
        top_logprobs: How many alternatives for each token.
        user: Your own id of the end user, passed through.
        metadata: Passed through.
        tools: Functions that the model may call.
        tool_choice: Whether and what to call; `auto` if tools are given.
        parallel_tool_calls: Allow several calls at once.
        response_format: The form of the answer; what is possible depends on the deployment.
        reasoning_effort: How hard to think; each model accepts some of these.
    """

    messages: Sequence[ChatMessageParam]
    stream_options: NotRequired[ChatCompletionStreamOptionsParam | None]
    temperature: NotRequired[float | None]
    top_p: NotRequired[float | None]
    max_tokens: NotRequired[int | None]
    max_completion_tokens: NotRequired[int | None]
    n: NotRequired[int | None]
    stop: NotRequired[str | None | Sequence[str]]
    presence_penalty: NotRequired[float | None]
    frequency_penalty: NotRequired[float | None]
    logit_bias: NotRequired[Mapping[str, Any] | None]
    seed: NotRequired[int | None]
    logprobs: NotRequired[bool | None]
    top_logprobs: NotRequired[int | None]
    user: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, Any] | None]
    tools: NotRequired[Sequence[ChatCompletionToolParam] | None]
    tool_choice: NotRequired[ToolChoiceModeParam | ChatCompletionNamedToolChoiceParam | None]
    parallel_tool_calls: NotRequired[bool | None]
    response_format: NotRequired[ResponseFormatParam | None]
    reasoning_effort: NotRequired[ReasoningEffortParam | None]


class ChatCompletionParams(ChatCompletionOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createChatCompletion",
    function="chat.completions.create",
    method="POST",
    path="/chat/completions",
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
        "messages": Field(
            types=("array",), required=True, min_items=1, description="The conversation so far."
        ),
        "stream_options": Field(
            types=("object", "null"), nullable=True, description="Options of a stream."
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
        "max_tokens": Field(
            types=("integer", "null"),
            nullable=True,
            minimum=1,
            description="Most tokens to generate.",
        ),
        "max_completion_tokens": Field(
            types=("integer", "null"),
            nullable=True,
            minimum=1,
            description="The same, under OpenAI's newer name.",
        ),
        "n": Field(
            types=("integer", "null"),
            nullable=True,
            minimum=1,
            description="How many choices; 1 if left out.",
        ),
        "stop": Field(
            types=("string", "null", "array"),
            nullable=True,
            max_items=4,
            item=Field(types=("string",), required=True),
            description="Up to four texts that end the answer.",
        ),
        "presence_penalty": Field(
            types=("number", "null"),
            nullable=True,
            minimum=-2,
            maximum=2,
            description="Against repeating what was mentioned.",
        ),
        "frequency_penalty": Field(
            types=("number", "null"),
            nullable=True,
            minimum=-2,
            maximum=2,
            description="Against repeating words.",
        ),
        "logit_bias": Field(
            types=("object", "null"), nullable=True, description="Bias by token id."
        ),
        "seed": Field(
            types=("integer", "null"),
            nullable=True,
            description="For repeatable sampling where the engine has it.",
        ),
        "logprobs": Field(
            types=("boolean", "null"), nullable=True, description="Return log probabilities."
        ),
        "top_logprobs": Field(
            types=("integer", "null"),
            nullable=True,
            minimum=0,
            maximum=20,
            description="How many alternatives for each token.",
        ),
        "user": Field(
            types=("string",), description="Your own id of the end user, passed through."
        ),
        "metadata": Field(types=("object", "null"), nullable=True, description="Passed through."),
        "tools": Field(types=("array",), description="Functions that the model may call."),
        "tool_choice": Field(
            types=("string", "object"),
            enum=("none", "auto", "required"),
            description="Whether and what to call; `auto` if tools are given.",
        ),
        "parallel_tool_calls": Field(
            types=("boolean",), description="Allow several calls at once."
        ),
        "response_format": Field(
            types=("object",),
            description="The form of the answer; what is possible depends on the deployment.",
        ),
        "reasoning_effort": Field(
            types=("string", "null"),
            nullable=True,
            enum=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
            description="How hard to think; each model accepts some of these.",
        ),
    },
    required=("model", "messages"),
    stream=StreamSpec(
        event="ChatCompletionChunk",
        assembles="ChatCompletion",
        done_ends=True,
        terminal_events=frozenset(),
        error_events=frozenset(),
        finish_reason_completes=True,
    ),
)


def request(
    *,
    stream: bool | None = None,
    **params: Unpack[ChatCompletionParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        stream: Send the answer as a stream of chunks.
        params: The other parameters; see :class:`ChatCompletionParams`.
    """
    given: dict[str, Any] = {**params}
    if stream is not None:
        given["stream"] = stream
    return Request(
        "POST",
        "/chat/completions",
        json=given,
    )


def result(
    status: int, content: Any, model: type[models.ChatCompletion] | None = None
) -> models.ChatCompletion | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.ChatCompletion).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def event(content: Any) -> models.ChatCompletionChunk:
    """The model of an event of the stream.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    return models.ChatCompletionChunk.from_dict(content)


def sync(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ChatCompletionParams],
) -> models.ChatCompletion:
    """Complete a conversation.

    Args:
        client: where to.
        params: The other parameters; see :class:`ChatCompletionParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.ChatCompletion = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ChatCompletionParams],
) -> models.ChatCompletion:
    """Complete a conversation.

    Args:
        client: where to.
        params: The other parameters; see :class:`ChatCompletionParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.ChatCompletion = await client.send_async(OPERATION, described, result, headers)
    return answer


def sync_stream(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ChatCompletionParams],
) -> Iterator[models.ChatCompletionChunk]:
    """Complete a conversation, as events while they come.

    Args:
        client: where to.
        params: The other parameters; see :class:`ChatCompletionParams`.
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
    **params: Unpack[ChatCompletionParams],
) -> AsyncIterator[models.ChatCompletionChunk]:
    """Complete a conversation, as events while they come.

    Args:
        client: where to.
        params: The other parameters; see :class:`ChatCompletionParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        httpx.HTTPError: no answer.
    """
    described = request(stream=True, **params)
    return client.stream_async(OPERATION, described, event, result, headers)
