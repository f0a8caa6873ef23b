# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, plain, tagged


@define(kw_only=True)
class ChatCompletionRequest:
    """A conversation to complete.

    Attributes:
        model: Id of the model.
        messages: The conversation so far.
        stream: Send the answer as a stream of chunks.
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

    model: str
    messages: list[
        ChatCompletionAssistantMessage
        | ChatCompletionDeveloperMessage
        | ChatCompletionSystemMessage
        | ChatCompletionToolMessage
        | ChatCompletionUserMessage
    ]
    stream: bool | None = None
    stream_options: ChatCompletionStreamOptions | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None
    stop: list[str] | None | str = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, Any] | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    tools: list[ChatCompletionTool] | None = None
    tool_choice: ChatCompletionNamedToolChoice | ToolChoiceMode | None = None
    parallel_tool_calls: bool | None = None
    response_format: (
        ResponseFormatJsonObject | ResponseFormatJsonSchema | ResponseFormatText | None
    ) = None
    reasoning_effort: None | ReasoningEffort = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["model"] = self.model
        d["messages"] = plain(self.messages)
        if self.stream is not None:
            d["stream"] = self.stream
        if self.stream_options is not None:
            d["stream_options"] = plain(self.stream_options)
        if self.temperature is not None:
            d["temperature"] = self.temperature
        if self.top_p is not None:
            d["top_p"] = self.top_p
        if self.max_tokens is not None:
            d["max_tokens"] = self.max_tokens
        if self.max_completion_tokens is not None:
            d["max_completion_tokens"] = self.max_completion_tokens
        if self.n is not None:
            d["n"] = self.n
        if self.stop is not None:
            d["stop"] = self.stop
        if self.presence_penalty is not None:
            d["presence_penalty"] = self.presence_penalty
        if self.frequency_penalty is not None:
            d["frequency_penalty"] = self.frequency_penalty
        if self.logit_bias is not None:
            d["logit_bias"] = self.logit_bias
        if self.seed is not None:
            d["seed"] = self.seed
        if self.logprobs is not None:
            d["logprobs"] = self.logprobs
        if self.top_logprobs is not None:
            d["top_logprobs"] = self.top_logprobs
        if self.user is not None:
            d["user"] = self.user
        if self.metadata is not None:
            d["metadata"] = self.metadata
        if self.tools is not None:
            d["tools"] = plain(self.tools)
        if self.tool_choice is not None:
            d["tool_choice"] = plain(self.tool_choice)
        if self.parallel_tool_calls is not None:
            d["parallel_tool_calls"] = self.parallel_tool_calls
        if self.response_format is not None:
            d["response_format"] = plain(self.response_format)
        if self.reasoning_effort is not None:
            d["reasoning_effort"] = self.reasoning_effort
        d.update(self.additional_properties)
        return d

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the object of a decoded JSON object; unknown members are kept.

        Raises:
            KeyError: a required member is missing.
            TypeError, ValueError, AttributeError: a member is of another shape than promised.
        """
        d = dict(src_dict)
        self = cls.__new__(cls)
        self._nulls = absent_or_null(d) if None in d.values() else ()
        self.model = d.pop("model")
        v = d.pop("messages")
        self.messages = [tagged(i, "role", _MESSAGES_TAGS, None) for i in v]
        self.stream = d.pop("stream", None)
        v = d.pop("stream_options", None)
        self.stream_options = None if v is None else ChatCompletionStreamOptions.from_dict(v)
        self.temperature = d.pop("temperature", None)
        self.top_p = d.pop("top_p", None)
        self.max_tokens = d.pop("max_tokens", None)
        self.max_completion_tokens = d.pop("max_completion_tokens", None)
        self.n = d.pop("n", None)
        self.stop = d.pop("stop", None)
        self.presence_penalty = d.pop("presence_penalty", None)
        self.frequency_penalty = d.pop("frequency_penalty", None)
        self.logit_bias = d.pop("logit_bias", None)
        self.seed = d.pop("seed", None)
        self.logprobs = d.pop("logprobs", None)
        self.top_logprobs = d.pop("top_logprobs", None)
        self.user = d.pop("user", None)
        self.metadata = d.pop("metadata", None)
        v = d.pop("tools", None)
        self.tools = None if v is None else [ChatCompletionTool.from_dict(i) for i in v]
        v = d.pop("tool_choice", None)
        self.tool_choice = (
            None
            if v is None
            else ChatCompletionNamedToolChoice.from_dict(v)
            if isinstance(v, dict)
            else v
        )
        self.parallel_tool_calls = d.pop("parallel_tool_calls", None)
        v = d.pop("response_format", None)
        self.response_format = None if v is None else tagged(v, "type", _RESPONSE_FORMAT_TAGS, None)
        self.reasoning_effort = d.pop("reasoning_effort", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_assistant_message import ChatCompletionAssistantMessage
from ..models.chat_completion_developer_message import ChatCompletionDeveloperMessage
from ..models.chat_completion_named_tool_choice import ChatCompletionNamedToolChoice
from ..models.chat_completion_stream_options import ChatCompletionStreamOptions
from ..models.chat_completion_system_message import ChatCompletionSystemMessage
from ..models.chat_completion_tool import ChatCompletionTool
from ..models.chat_completion_tool_message import ChatCompletionToolMessage
from ..models.chat_completion_user_message import ChatCompletionUserMessage
from ..models.reasoning_effort import ReasoningEffort
from ..models.response_format_json_object import ResponseFormatJsonObject
from ..models.response_format_json_schema import ResponseFormatJsonSchema
from ..models.response_format_text import ResponseFormatText
from ..models.tool_choice_mode import ToolChoiceMode

_MESSAGES_TAGS: dict[str, Any] = {
    "user": ChatCompletionUserMessage,
    "assistant": ChatCompletionAssistantMessage,
    "tool": ChatCompletionToolMessage,
    "system": ChatCompletionSystemMessage,
    "developer": ChatCompletionDeveloperMessage,
}

_RESPONSE_FORMAT_TAGS: dict[str, Any] = {
    "text": ResponseFormatText,
    "json_object": ResponseFormatJsonObject,
    "json_schema": ResponseFormatJsonSchema,
}
