# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, plain, tagged


@define(kw_only=True)
class ResponseRequest:
    """An input to answer.

    Attributes:
        model: Id of the model.
        input: A text, or items of a conversation.
        instructions: Becomes a system message.
        stream: Send the answer as a stream of events.
        max_output_tokens: Most tokens to generate.
        temperature: Randomness; 1 if left out.
        top_p: Nucleus sampling; 1 if left out.
        tools: Functions that the model may call, in the chat shape or in OpenAI's flat one.
        tool_choice: Whether and what to call; `auto` if tools are given.
        parallel_tool_calls: Allow several calls at once.
        response_format: The form of the answer; what is possible depends on the deployment.
        text: How the answer is written.
    """

    model: str
    input: list[EasyInputMessage | FunctionCall | FunctionCallOutput | ReasoningItem] | str
    instructions: None | str = None
    stream: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[ChatCompletionTool | ResponseFunctionTool] | None = None
    tool_choice: ChatCompletionNamedToolChoice | ResponseNamedToolChoice | ToolChoiceMode | None = (
        None
    )
    parallel_tool_calls: bool | None = None
    response_format: (
        ResponseFormatJsonObject | ResponseFormatJsonSchema | ResponseFormatText | None
    ) = None
    text: ResponseTextConfig | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["model"] = self.model
        d["input"] = plain(self.input)
        if self.instructions is not None:
            d["instructions"] = self.instructions
        if self.stream is not None:
            d["stream"] = self.stream
        if self.max_output_tokens is not None:
            d["max_output_tokens"] = self.max_output_tokens
        if self.temperature is not None:
            d["temperature"] = self.temperature
        if self.top_p is not None:
            d["top_p"] = self.top_p
        if self.tools is not None:
            d["tools"] = plain(self.tools)
        if self.tool_choice is not None:
            d["tool_choice"] = plain(self.tool_choice)
        if self.parallel_tool_calls is not None:
            d["parallel_tool_calls"] = self.parallel_tool_calls
        if self.response_format is not None:
            d["response_format"] = plain(self.response_format)
        if self.text is not None:
            d["text"] = plain(self.text)
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
        v = d.pop("input")
        self.input = (
            [tagged(i, "type", _INPUT_TAGS, EasyInputMessage) for i in v]
            if isinstance(v, list)
            else v
        )
        self.instructions = d.pop("instructions", None)
        self.stream = d.pop("stream", None)
        self.max_output_tokens = d.pop("max_output_tokens", None)
        self.temperature = d.pop("temperature", None)
        self.top_p = d.pop("top_p", None)
        v = d.pop("tools", None)
        self.tools = (
            None if v is None else [tagged(i, "type", _TOOLS_TAGS, ResponseFunctionTool) for i in v]
        )
        v = d.pop("tool_choice", None)
        self.tool_choice = (
            None
            if v is None
            else tagged(v, "type", _TOOL_CHOICE_TAGS, ResponseNamedToolChoice, scalars=True)
        )
        self.parallel_tool_calls = d.pop("parallel_tool_calls", None)
        v = d.pop("response_format", None)
        self.response_format = None if v is None else tagged(v, "type", _RESPONSE_FORMAT_TAGS, None)
        v = d.pop("text", None)
        self.text = None if v is None else ResponseTextConfig.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_named_tool_choice import ChatCompletionNamedToolChoice
from ..models.chat_completion_tool import ChatCompletionTool
from ..models.easy_input_message import EasyInputMessage
from ..models.function_call import FunctionCall
from ..models.function_call_output import FunctionCallOutput
from ..models.reasoning_item import ReasoningItem
from ..models.response_format_json_object import ResponseFormatJsonObject
from ..models.response_format_json_schema import ResponseFormatJsonSchema
from ..models.response_format_text import ResponseFormatText
from ..models.response_function_tool import ResponseFunctionTool
from ..models.response_named_tool_choice import ResponseNamedToolChoice
from ..models.response_text_config import ResponseTextConfig
from ..models.tool_choice_mode import ToolChoiceMode

_INPUT_TAGS: dict[str, Any] = {
    "function_call_output": FunctionCallOutput,
    "function_call": FunctionCall,
    "reasoning": ReasoningItem,
}

_TOOLS_TAGS: dict[str, Any] = {"function": ChatCompletionTool}

_TOOL_CHOICE_TAGS: dict[str, Any] = {"function": ChatCompletionNamedToolChoice}

_RESPONSE_FORMAT_TAGS: dict[str, Any] = {
    "text": ResponseFormatText,
    "json_object": ResponseFormatJsonObject,
    "json_schema": ResponseFormatJsonSchema,
}
