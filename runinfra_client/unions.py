# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The tagged unions of the document: a type for each, and a parser that looks once at the tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from .models.chat_completion_assistant_message import ChatCompletionAssistantMessage
from .models.chat_completion_content_part_file import ChatCompletionContentPartFile
from .models.chat_completion_content_part_image import ChatCompletionContentPartImage
from .models.chat_completion_content_part_input_audio import (
    ChatCompletionContentPartInputAudio,
)
from .models.chat_completion_content_part_refusal import (
    ChatCompletionContentPartRefusal,
)
from .models.chat_completion_content_part_text import ChatCompletionContentPartText
from .models.chat_completion_content_part_video import ChatCompletionContentPartVideo
from .models.chat_completion_developer_message import ChatCompletionDeveloperMessage
from .models.chat_completion_system_message import ChatCompletionSystemMessage
from .models.chat_completion_tool import ChatCompletionTool
from .models.chat_completion_tool_message import ChatCompletionToolMessage
from .models.chat_completion_user_message import ChatCompletionUserMessage
from .models.easy_input_message import EasyInputMessage
from .models.function_call import FunctionCall
from .models.function_call_output import FunctionCallOutput
from .models.reasoning_item import ReasoningItem
from .models.rerank_image_part import RerankImagePart
from .models.rerank_text_part import RerankTextPart
from .models.rerank_video_part import RerankVideoPart
from .models.response_completed_event import ResponseCompletedEvent
from .models.response_content_part_added_event import ResponseContentPartAddedEvent
from .models.response_content_part_done_event import ResponseContentPartDoneEvent
from .models.response_created_event import ResponseCreatedEvent
from .models.response_error_event import ResponseErrorEvent
from .models.response_failed_event import ResponseFailedEvent
from .models.response_format_json_object import ResponseFormatJsonObject
from .models.response_format_json_schema import ResponseFormatJsonSchema
from .models.response_format_text import ResponseFormatText
from .models.response_function_call_arguments_delta_event import (
    ResponseFunctionCallArgumentsDeltaEvent,
)
from .models.response_function_call_arguments_done_event import (
    ResponseFunctionCallArgumentsDoneEvent,
)
from .models.response_function_tool import ResponseFunctionTool
from .models.response_function_tool_call import ResponseFunctionToolCall
from .models.response_in_progress_event import ResponseInProgressEvent
from .models.response_incomplete_event import ResponseIncompleteEvent
from .models.response_input_audio import ResponseInputAudio
from .models.response_input_file import ResponseInputFile
from .models.response_input_image import ResponseInputImage
from .models.response_input_output_text import ResponseInputOutputText
from .models.response_input_refusal import ResponseInputRefusal
from .models.response_input_text import ResponseInputText
from .models.response_output_item_added_event import ResponseOutputItemAddedEvent
from .models.response_output_item_done_event import ResponseOutputItemDoneEvent
from .models.response_output_message import ResponseOutputMessage
from .models.response_output_refusal import ResponseOutputRefusal
from .models.response_output_text import ResponseOutputText
from .models.response_output_text_annotation_added_event import (
    ResponseOutputTextAnnotationAddedEvent,
)
from .models.response_queued_event import ResponseQueuedEvent
from .models.response_reasoning_item import ResponseReasoningItem
from .models.response_reasoning_summary_part_added_event import (
    ResponseReasoningSummaryPartAddedEvent,
)
from .models.response_reasoning_summary_part_done_event import (
    ResponseReasoningSummaryPartDoneEvent,
)
from .models.response_reasoning_summary_text_delta_event import (
    ResponseReasoningSummaryTextDeltaEvent,
)
from .models.response_reasoning_summary_text_done_event import (
    ResponseReasoningSummaryTextDoneEvent,
)
from .models.response_reasoning_text import ResponseReasoningText
from .models.response_reasoning_text_delta_event import ResponseReasoningTextDeltaEvent
from .models.response_reasoning_text_done_event import ResponseReasoningTextDoneEvent
from .models.response_refusal_delta_event import ResponseRefusalDeltaEvent
from .models.response_refusal_done_event import ResponseRefusalDoneEvent
from .models.response_summary_text import ResponseSummaryText
from .models.response_text_delta_event import ResponseTextDeltaEvent
from .models.response_text_done_event import ResponseTextDoneEvent
from .models.response_text_format_json_schema import ResponseTextFormatJsonSchema
from .models.unknown_response_content_part import UnknownResponseContentPart
from .models.unknown_response_output_item import UnknownResponseOutputItem
from .models.unknown_response_stream_event import UnknownResponseStreamEvent

ResponseFormat: TypeAlias = ResponseFormatText | ResponseFormatJsonObject | ResponseFormatJsonSchema
"""The form of the answer; what is possible depends on the deployment."""

_RESPONSE_FORMAT: Final[Mapping[str, Any]] = {
    "text": ResponseFormatText,
    "json_object": ResponseFormatJsonObject,
    "json_schema": ResponseFormatJsonSchema,
}


def parse_response_format(value: Mapping[str, Any]) -> ResponseFormat:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_FORMAT[value["type"]]
    member: ResponseFormat = cls.from_dict(value)
    return member


ChatMessage: TypeAlias = (
    ChatCompletionUserMessage
    | ChatCompletionAssistantMessage
    | ChatCompletionToolMessage
    | ChatCompletionSystemMessage
    | ChatCompletionDeveloperMessage
)
"""One message of a conversation."""

_CHAT_MESSAGE: Final[Mapping[str, Any]] = {
    "user": ChatCompletionUserMessage,
    "assistant": ChatCompletionAssistantMessage,
    "tool": ChatCompletionToolMessage,
    "system": ChatCompletionSystemMessage,
    "developer": ChatCompletionDeveloperMessage,
}


def parse_chat_message(value: Mapping[str, Any]) -> ChatMessage:
    """Make the member that the tag `role` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _CHAT_MESSAGE[value["role"]]
    member: ChatMessage = cls.from_dict(value)
    return member


ChatCompletionContentPart: TypeAlias = (
    ChatCompletionContentPartText
    | ChatCompletionContentPartImage
    | ChatCompletionContentPartInputAudio
    | ChatCompletionContentPartVideo
    | ChatCompletionContentPartFile
)
"""A part of a user's message."""

_CHAT_COMPLETION_CONTENT_PART: Final[Mapping[str, Any]] = {
    "text": ChatCompletionContentPartText,
    "image_url": ChatCompletionContentPartImage,
    "input_audio": ChatCompletionContentPartInputAudio,
    "video_url": ChatCompletionContentPartVideo,
    "file": ChatCompletionContentPartFile,
}


def parse_chat_completion_content_part(value: Mapping[str, Any]) -> ChatCompletionContentPart:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _CHAT_COMPLETION_CONTENT_PART[value["type"]]
    member: ChatCompletionContentPart = cls.from_dict(value)
    return member


ChatCompletionAssistantContentPart: TypeAlias = (
    ChatCompletionContentPartText | ChatCompletionContentPartRefusal
)
"""A part of what the model said before."""

_CHAT_COMPLETION_ASSISTANT_CONTENT_PART: Final[Mapping[str, Any]] = {
    "text": ChatCompletionContentPartText,
    "refusal": ChatCompletionContentPartRefusal,
}


def parse_chat_completion_assistant_content_part(
    value: Mapping[str, Any],
) -> ChatCompletionAssistantContentPart:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _CHAT_COMPLETION_ASSISTANT_CONTENT_PART[value["type"]]
    member: ChatCompletionAssistantContentPart = cls.from_dict(value)
    return member


ResponseTool: TypeAlias = ChatCompletionTool | ResponseFunctionTool
"""A function that the model may call."""

_RESPONSE_TOOL: Final[Mapping[str, Any]] = {
    "function": ChatCompletionTool,
}


def parse_response_tool(value: Mapping[str, Any]) -> ResponseTool:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_TOOL.get(value.get("type", ""), ResponseFunctionTool)
    member: ResponseTool = cls.from_dict(value)
    return member


ResponseTextFormat: TypeAlias = (
    ResponseFormatText | ResponseFormatJsonObject | ResponseTextFormatJsonSchema
)
"""The form of the answer; what is possible depends on the deployment."""

_RESPONSE_TEXT_FORMAT: Final[Mapping[str, Any]] = {
    "text": ResponseFormatText,
    "json_object": ResponseFormatJsonObject,
    "json_schema": ResponseTextFormatJsonSchema,
}


def parse_response_text_format(value: Mapping[str, Any]) -> ResponseTextFormat:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_TEXT_FORMAT[value["type"]]
    member: ResponseTextFormat = cls.from_dict(value)
    return member


ResponseInputItem: TypeAlias = FunctionCallOutput | FunctionCall | ReasoningItem | EasyInputMessage
"""A message, a function call, its result, or what the model thought."""

_RESPONSE_INPUT_ITEM: Final[Mapping[str, Any]] = {
    "function_call_output": FunctionCallOutput,
    "function_call": FunctionCall,
    "reasoning": ReasoningItem,
}


def parse_response_input_item(value: Mapping[str, Any]) -> ResponseInputItem:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_INPUT_ITEM.get(value.get("type", ""), EasyInputMessage)
    member: ResponseInputItem = cls.from_dict(value)
    return member


ResponseInputPart: TypeAlias = (
    ResponseInputText
    | ResponseInputImage
    | ResponseInputAudio
    | ResponseInputFile
    | ResponseInputOutputText
    | ResponseInputRefusal
)
"""A part of an input message."""

_RESPONSE_INPUT_PART: Final[Mapping[str, Any]] = {
    "input_text": ResponseInputText,
    "input_image": ResponseInputImage,
    "input_audio": ResponseInputAudio,
    "input_file": ResponseInputFile,
    "output_text": ResponseInputOutputText,
    "refusal": ResponseInputRefusal,
}


def parse_response_input_part(value: Mapping[str, Any]) -> ResponseInputPart:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_INPUT_PART[value["type"]]
    member: ResponseInputPart = cls.from_dict(value)
    return member


ResponseOutputItem: TypeAlias = (
    ResponseOutputMessage
    | ResponseFunctionToolCall
    | ResponseReasoningItem
    | UnknownResponseOutputItem
)
"""An item of an answer."""

_RESPONSE_OUTPUT_ITEM: Final[Mapping[str, Any]] = {
    "message": ResponseOutputMessage,
    "function_call": ResponseFunctionToolCall,
    "reasoning": ResponseReasoningItem,
}


def parse_response_output_item(value: Mapping[str, Any]) -> ResponseOutputItem:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_OUTPUT_ITEM.get(value.get("type", ""), UnknownResponseOutputItem)
    member: ResponseOutputItem = cls.from_dict(value)
    return member


ResponseContentPart: TypeAlias = (
    ResponseOutputText
    | ResponseOutputRefusal
    | ResponseReasoningText
    | ResponseSummaryText
    | UnknownResponseContentPart
)
"""A part of a message or of reasoning."""

_RESPONSE_CONTENT_PART: Final[Mapping[str, Any]] = {
    "output_text": ResponseOutputText,
    "refusal": ResponseOutputRefusal,
    "reasoning_text": ResponseReasoningText,
    "summary_text": ResponseSummaryText,
}


def parse_response_content_part(value: Mapping[str, Any]) -> ResponseContentPart:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_CONTENT_PART.get(value.get("type", ""), UnknownResponseContentPart)
    member: ResponseContentPart = cls.from_dict(value)
    return member


ResponseStreamEvent: TypeAlias = (
    ResponseTextDeltaEvent
    | ResponseReasoningTextDeltaEvent
    | ResponseFunctionCallArgumentsDeltaEvent
    | ResponseCreatedEvent
    | ResponseQueuedEvent
    | ResponseInProgressEvent
    | ResponseOutputItemAddedEvent
    | ResponseOutputItemDoneEvent
    | ResponseContentPartAddedEvent
    | ResponseContentPartDoneEvent
    | ResponseTextDoneEvent
    | ResponseOutputTextAnnotationAddedEvent
    | ResponseRefusalDeltaEvent
    | ResponseRefusalDoneEvent
    | ResponseFunctionCallArgumentsDoneEvent
    | ResponseReasoningTextDoneEvent
    | ResponseReasoningSummaryTextDeltaEvent
    | ResponseReasoningSummaryTextDoneEvent
    | ResponseReasoningSummaryPartAddedEvent
    | ResponseReasoningSummaryPartDoneEvent
    | ResponseCompletedEvent
    | ResponseIncompleteEvent
    | ResponseFailedEvent
    | ResponseErrorEvent
    | UnknownResponseStreamEvent
)
"""What happened, in the order in which it happened."""

_RESPONSE_STREAM_EVENT: Final[Mapping[str, Any]] = {
    "response.output_text.delta": ResponseTextDeltaEvent,
    "response.reasoning_text.delta": ResponseReasoningTextDeltaEvent,
    "response.function_call_arguments.delta": ResponseFunctionCallArgumentsDeltaEvent,
    "response.created": ResponseCreatedEvent,
    "response.queued": ResponseQueuedEvent,
    "response.in_progress": ResponseInProgressEvent,
    "response.output_item.added": ResponseOutputItemAddedEvent,
    "response.output_item.done": ResponseOutputItemDoneEvent,
    "response.content_part.added": ResponseContentPartAddedEvent,
    "response.content_part.done": ResponseContentPartDoneEvent,
    "response.output_text.done": ResponseTextDoneEvent,
    "response.output_text.annotation.added": ResponseOutputTextAnnotationAddedEvent,
    "response.refusal.delta": ResponseRefusalDeltaEvent,
    "response.refusal.done": ResponseRefusalDoneEvent,
    "response.function_call_arguments.done": ResponseFunctionCallArgumentsDoneEvent,
    "response.reasoning_text.done": ResponseReasoningTextDoneEvent,
    "response.reasoning_summary_text.delta": ResponseReasoningSummaryTextDeltaEvent,
    "response.reasoning_summary_text.done": ResponseReasoningSummaryTextDoneEvent,
    "response.reasoning_summary_part.added": ResponseReasoningSummaryPartAddedEvent,
    "response.reasoning_summary_part.done": ResponseReasoningSummaryPartDoneEvent,
    "response.completed": ResponseCompletedEvent,
    "response.incomplete": ResponseIncompleteEvent,
    "response.failed": ResponseFailedEvent,
    "error": ResponseErrorEvent,
}


def parse_response_stream_event(value: Mapping[str, Any]) -> ResponseStreamEvent:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RESPONSE_STREAM_EVENT.get(value.get("type", ""), UnknownResponseStreamEvent)
    member: ResponseStreamEvent = cls.from_dict(value)
    return member


RerankContentPart: TypeAlias = RerankTextPart | RerankImagePart | RerankVideoPart
"""A part of a document."""

_RERANK_CONTENT_PART: Final[Mapping[str, Any]] = {
    "text": RerankTextPart,
    "image_url": RerankImagePart,
    "video_url": RerankVideoPart,
}


def parse_rerank_content_part(value: Mapping[str, Any]) -> RerankContentPart:
    """Make the member that the tag `type` says.

    Raises:
        KeyError: a required member is missing, or the tag is unknown.
        TypeError, ValueError, AttributeError: a member is of another shape than promised.
    """
    cls = _RERANK_CONTENT_PART[value["type"]]
    member: RerankContentPart = cls.from_dict(value)
    return member
