# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The data models, one class for each schema of the document; loaded when they are first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .chat_completion import ChatCompletion
    from .chat_completion_assistant_message import ChatCompletionAssistantMessage
    from .chat_completion_choice import ChatCompletionChoice
    from .chat_completion_chunk import ChatCompletionChunk
    from .chat_completion_chunk_choice import ChatCompletionChunkChoice
    from .chat_completion_content_part_file import ChatCompletionContentPartFile
    from .chat_completion_content_part_image import ChatCompletionContentPartImage
    from .chat_completion_content_part_input_audio import (
        ChatCompletionContentPartInputAudio,
    )
    from .chat_completion_content_part_refusal import ChatCompletionContentPartRefusal
    from .chat_completion_content_part_text import ChatCompletionContentPartText
    from .chat_completion_content_part_video import ChatCompletionContentPartVideo
    from .chat_completion_delta import ChatCompletionDelta
    from .chat_completion_delta_function import ChatCompletionDeltaFunction
    from .chat_completion_delta_tool_call import ChatCompletionDeltaToolCall
    from .chat_completion_developer_message import ChatCompletionDeveloperMessage
    from .chat_completion_function_call import ChatCompletionFunctionCall
    from .chat_completion_message import ChatCompletionMessage
    from .chat_completion_message_tool_call import ChatCompletionMessageToolCall
    from .chat_completion_named_function import ChatCompletionNamedFunction
    from .chat_completion_named_tool_choice import ChatCompletionNamedToolChoice
    from .chat_completion_request import ChatCompletionRequest
    from .chat_completion_stream_options import ChatCompletionStreamOptions
    from .chat_completion_system_message import ChatCompletionSystemMessage
    from .chat_completion_tool import ChatCompletionTool
    from .chat_completion_tool_message import ChatCompletionToolMessage
    from .chat_completion_user_message import ChatCompletionUserMessage
    from .choice_logprobs import ChoiceLogprobs
    from .completion_tokens_details import CompletionTokensDetails
    from .completion_usage import CompletionUsage
    from .easy_input_message import EasyInputMessage
    from .easy_input_message_type import EasyInputMessageType
    from .embedding_data import EmbeddingData
    from .embedding_encoding_format import EmbeddingEncodingFormat
    from .embedding_list import EmbeddingList
    from .embedding_request import EmbeddingRequest
    from .embedding_usage import EmbeddingUsage
    from .error_detail import ErrorDetail
    from .error_envelope import ErrorEnvelope
    from .file_data import FileData
    from .free_object import FreeObject
    from .function_call import FunctionCall
    from .function_call_output import FunctionCallOutput
    from .function_definition import FunctionDefinition
    from .image_data import ImageData
    from .image_detail import ImageDetail
    from .image_list import ImageList
    from .image_request import ImageRequest
    from .image_response_format import ImageResponseFormat
    from .image_url import ImageUrl
    from .input_audio import InputAudio
    from .input_audio_format import InputAudioFormat
    from .input_role import InputRole
    from .json_schema_format import JsonSchemaFormat
    from .model import Model
    from .model_list import ModelList
    from .model_pricing import ModelPricing
    from .prompt_tokens_details import PromptTokensDetails
    from .reasoning_effort import ReasoningEffort
    from .reasoning_item import ReasoningItem
    from .rerank_content_document import RerankContentDocument
    from .rerank_image_part import RerankImagePart
    from .rerank_media_url import RerankMediaUrl
    from .rerank_request import RerankRequest
    from .rerank_result import RerankResult
    from .rerank_result_item import RerankResultItem
    from .rerank_score import RerankScore
    from .rerank_text_document import RerankTextDocument
    from .rerank_text_part import RerankTextPart
    from .rerank_video_part import RerankVideoPart
    from .response import Response
    from .response_completed_event import ResponseCompletedEvent
    from .response_content_part_added_event import ResponseContentPartAddedEvent
    from .response_content_part_done_event import ResponseContentPartDoneEvent
    from .response_created_event import ResponseCreatedEvent
    from .response_error import ResponseError
    from .response_error_event import ResponseErrorEvent
    from .response_failed_event import ResponseFailedEvent
    from .response_format_json_object import ResponseFormatJsonObject
    from .response_format_json_schema import ResponseFormatJsonSchema
    from .response_format_text import ResponseFormatText
    from .response_function_call_arguments_delta_event import (
        ResponseFunctionCallArgumentsDeltaEvent,
    )
    from .response_function_call_arguments_done_event import (
        ResponseFunctionCallArgumentsDoneEvent,
    )
    from .response_function_tool import ResponseFunctionTool
    from .response_function_tool_call import ResponseFunctionToolCall
    from .response_function_type import ResponseFunctionType
    from .response_in_progress_event import ResponseInProgressEvent
    from .response_incomplete_details import ResponseIncompleteDetails
    from .response_incomplete_event import ResponseIncompleteEvent
    from .response_input_audio import ResponseInputAudio
    from .response_input_file import ResponseInputFile
    from .response_input_image import ResponseInputImage
    from .response_input_output_text import ResponseInputOutputText
    from .response_input_refusal import ResponseInputRefusal
    from .response_input_text import ResponseInputText
    from .response_named_tool_choice import ResponseNamedToolChoice
    from .response_output_item_added_event import ResponseOutputItemAddedEvent
    from .response_output_item_done_event import ResponseOutputItemDoneEvent
    from .response_output_message import ResponseOutputMessage
    from .response_output_refusal import ResponseOutputRefusal
    from .response_output_text import ResponseOutputText
    from .response_output_text_annotation_added_event import (
        ResponseOutputTextAnnotationAddedEvent,
    )
    from .response_queued_event import ResponseQueuedEvent
    from .response_reasoning_item import ResponseReasoningItem
    from .response_reasoning_summary_part_added_event import (
        ResponseReasoningSummaryPartAddedEvent,
    )
    from .response_reasoning_summary_part_done_event import (
        ResponseReasoningSummaryPartDoneEvent,
    )
    from .response_reasoning_summary_text_delta_event import (
        ResponseReasoningSummaryTextDeltaEvent,
    )
    from .response_reasoning_summary_text_done_event import (
        ResponseReasoningSummaryTextDoneEvent,
    )
    from .response_reasoning_text import ResponseReasoningText
    from .response_reasoning_text_delta_event import ResponseReasoningTextDeltaEvent
    from .response_reasoning_text_done_event import ResponseReasoningTextDoneEvent
    from .response_refusal_delta_event import ResponseRefusalDeltaEvent
    from .response_refusal_done_event import ResponseRefusalDoneEvent
    from .response_request import ResponseRequest
    from .response_summary_text import ResponseSummaryText
    from .response_text_config import ResponseTextConfig
    from .response_text_delta_event import ResponseTextDeltaEvent
    from .response_text_done_event import ResponseTextDoneEvent
    from .response_text_format_json_schema import ResponseTextFormatJsonSchema
    from .response_usage import ResponseUsage
    from .speech_request import SpeechRequest
    from .timestamp_granularity import TimestampGranularity
    from .token_logprob import TokenLogprob
    from .tool_choice_mode import ToolChoiceMode
    from .top_logprob import TopLogprob
    from .transcription import Transcription
    from .transcription_format import TranscriptionFormat
    from .transcription_request import TranscriptionRequest
    from .transcription_segment import TranscriptionSegment
    from .transcription_verbose import TranscriptionVerbose
    from .transcription_word import TranscriptionWord
    from .unknown_response_content_part import UnknownResponseContentPart
    from .unknown_response_output_item import UnknownResponseOutputItem
    from .unknown_response_stream_event import UnknownResponseStreamEvent
    from .usage_cost import UsageCost
    from .video_url import VideoUrl
    from .voice_pipeline_result import VoicePipelineResult
    from .webhook_event import WebhookEvent

_MODULES = {
    "ChatCompletion": ".chat_completion",
    "ChatCompletionAssistantMessage": ".chat_completion_assistant_message",
    "ChatCompletionChoice": ".chat_completion_choice",
    "ChatCompletionChunk": ".chat_completion_chunk",
    "ChatCompletionChunkChoice": ".chat_completion_chunk_choice",
    "ChatCompletionContentPartFile": ".chat_completion_content_part_file",
    "ChatCompletionContentPartImage": ".chat_completion_content_part_image",
    "ChatCompletionContentPartInputAudio": ".chat_completion_content_part_input_audio",
    "ChatCompletionContentPartRefusal": ".chat_completion_content_part_refusal",
    "ChatCompletionContentPartText": ".chat_completion_content_part_text",
    "ChatCompletionContentPartVideo": ".chat_completion_content_part_video",
    "ChatCompletionDelta": ".chat_completion_delta",
    "ChatCompletionDeltaFunction": ".chat_completion_delta_function",
    "ChatCompletionDeltaToolCall": ".chat_completion_delta_tool_call",
    "ChatCompletionDeveloperMessage": ".chat_completion_developer_message",
    "ChatCompletionFunctionCall": ".chat_completion_function_call",
    "ChatCompletionMessage": ".chat_completion_message",
    "ChatCompletionMessageToolCall": ".chat_completion_message_tool_call",
    "ChatCompletionNamedFunction": ".chat_completion_named_function",
    "ChatCompletionNamedToolChoice": ".chat_completion_named_tool_choice",
    "ChatCompletionRequest": ".chat_completion_request",
    "ChatCompletionStreamOptions": ".chat_completion_stream_options",
    "ChatCompletionSystemMessage": ".chat_completion_system_message",
    "ChatCompletionTool": ".chat_completion_tool",
    "ChatCompletionToolMessage": ".chat_completion_tool_message",
    "ChatCompletionUserMessage": ".chat_completion_user_message",
    "ChoiceLogprobs": ".choice_logprobs",
    "CompletionTokensDetails": ".completion_tokens_details",
    "CompletionUsage": ".completion_usage",
    "EasyInputMessage": ".easy_input_message",
    "EasyInputMessageType": ".easy_input_message_type",
    "EmbeddingData": ".embedding_data",
    "EmbeddingEncodingFormat": ".embedding_encoding_format",
    "EmbeddingList": ".embedding_list",
    "EmbeddingRequest": ".embedding_request",
    "EmbeddingUsage": ".embedding_usage",
    "ErrorDetail": ".error_detail",
    "ErrorEnvelope": ".error_envelope",
    "FileData": ".file_data",
    "FreeObject": ".free_object",
    "FunctionCall": ".function_call",
    "FunctionCallOutput": ".function_call_output",
    "FunctionDefinition": ".function_definition",
    "ImageData": ".image_data",
    "ImageDetail": ".image_detail",
    "ImageList": ".image_list",
    "ImageRequest": ".image_request",
    "ImageResponseFormat": ".image_response_format",
    "ImageUrl": ".image_url",
    "InputAudio": ".input_audio",
    "InputAudioFormat": ".input_audio_format",
    "InputRole": ".input_role",
    "JsonSchemaFormat": ".json_schema_format",
    "Model": ".model",
    "ModelList": ".model_list",
    "ModelPricing": ".model_pricing",
    "PromptTokensDetails": ".prompt_tokens_details",
    "ReasoningEffort": ".reasoning_effort",
    "ReasoningItem": ".reasoning_item",
    "RerankContentDocument": ".rerank_content_document",
    "RerankImagePart": ".rerank_image_part",
    "RerankMediaUrl": ".rerank_media_url",
    "RerankRequest": ".rerank_request",
    "RerankResult": ".rerank_result",
    "RerankResultItem": ".rerank_result_item",
    "RerankScore": ".rerank_score",
    "RerankTextDocument": ".rerank_text_document",
    "RerankTextPart": ".rerank_text_part",
    "RerankVideoPart": ".rerank_video_part",
    "Response": ".response",
    "ResponseCompletedEvent": ".response_completed_event",
    "ResponseContentPartAddedEvent": ".response_content_part_added_event",
    "ResponseContentPartDoneEvent": ".response_content_part_done_event",
    "ResponseCreatedEvent": ".response_created_event",
    "ResponseError": ".response_error",
    "ResponseErrorEvent": ".response_error_event",
    "ResponseFailedEvent": ".response_failed_event",
    "ResponseFormatJsonObject": ".response_format_json_object",
    "ResponseFormatJsonSchema": ".response_format_json_schema",
    "ResponseFormatText": ".response_format_text",
    "ResponseFunctionCallArgumentsDeltaEvent": ".response_function_call_arguments_delta_event",
    "ResponseFunctionCallArgumentsDoneEvent": ".response_function_call_arguments_done_event",
    "ResponseFunctionTool": ".response_function_tool",
    "ResponseFunctionToolCall": ".response_function_tool_call",
    "ResponseFunctionType": ".response_function_type",
    "ResponseInProgressEvent": ".response_in_progress_event",
    "ResponseIncompleteDetails": ".response_incomplete_details",
    "ResponseIncompleteEvent": ".response_incomplete_event",
    "ResponseInputAudio": ".response_input_audio",
    "ResponseInputFile": ".response_input_file",
    "ResponseInputImage": ".response_input_image",
    "ResponseInputOutputText": ".response_input_output_text",
    "ResponseInputRefusal": ".response_input_refusal",
    "ResponseInputText": ".response_input_text",
    "ResponseNamedToolChoice": ".response_named_tool_choice",
    "ResponseOutputItemAddedEvent": ".response_output_item_added_event",
    "ResponseOutputItemDoneEvent": ".response_output_item_done_event",
    "ResponseOutputMessage": ".response_output_message",
    "ResponseOutputRefusal": ".response_output_refusal",
    "ResponseOutputText": ".response_output_text",
    "ResponseOutputTextAnnotationAddedEvent": ".response_output_text_annotation_added_event",
    "ResponseQueuedEvent": ".response_queued_event",
    "ResponseReasoningItem": ".response_reasoning_item",
    "ResponseReasoningSummaryPartAddedEvent": ".response_reasoning_summary_part_added_event",
    "ResponseReasoningSummaryPartDoneEvent": ".response_reasoning_summary_part_done_event",
    "ResponseReasoningSummaryTextDeltaEvent": ".response_reasoning_summary_text_delta_event",
    "ResponseReasoningSummaryTextDoneEvent": ".response_reasoning_summary_text_done_event",
    "ResponseReasoningText": ".response_reasoning_text",
    "ResponseReasoningTextDeltaEvent": ".response_reasoning_text_delta_event",
    "ResponseReasoningTextDoneEvent": ".response_reasoning_text_done_event",
    "ResponseRefusalDeltaEvent": ".response_refusal_delta_event",
    "ResponseRefusalDoneEvent": ".response_refusal_done_event",
    "ResponseRequest": ".response_request",
    "ResponseSummaryText": ".response_summary_text",
    "ResponseTextConfig": ".response_text_config",
    "ResponseTextDeltaEvent": ".response_text_delta_event",
    "ResponseTextDoneEvent": ".response_text_done_event",
    "ResponseTextFormatJsonSchema": ".response_text_format_json_schema",
    "ResponseUsage": ".response_usage",
    "SpeechRequest": ".speech_request",
    "TimestampGranularity": ".timestamp_granularity",
    "TokenLogprob": ".token_logprob",
    "ToolChoiceMode": ".tool_choice_mode",
    "TopLogprob": ".top_logprob",
    "Transcription": ".transcription",
    "TranscriptionFormat": ".transcription_format",
    "TranscriptionRequest": ".transcription_request",
    "TranscriptionSegment": ".transcription_segment",
    "TranscriptionVerbose": ".transcription_verbose",
    "TranscriptionWord": ".transcription_word",
    "UnknownResponseContentPart": ".unknown_response_content_part",
    "UnknownResponseOutputItem": ".unknown_response_output_item",
    "UnknownResponseStreamEvent": ".unknown_response_stream_event",
    "UsageCost": ".usage_cost",
    "VideoUrl": ".video_url",
    "VoicePipelineResult": ".voice_pipeline_result",
    "WebhookEvent": ".webhook_event",
}

__all__ = (
    "ChatCompletion",
    "ChatCompletionAssistantMessage",
    "ChatCompletionChoice",
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionContentPartFile",
    "ChatCompletionContentPartImage",
    "ChatCompletionContentPartInputAudio",
    "ChatCompletionContentPartRefusal",
    "ChatCompletionContentPartText",
    "ChatCompletionContentPartVideo",
    "ChatCompletionDelta",
    "ChatCompletionDeltaFunction",
    "ChatCompletionDeltaToolCall",
    "ChatCompletionDeveloperMessage",
    "ChatCompletionFunctionCall",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCall",
    "ChatCompletionNamedFunction",
    "ChatCompletionNamedToolChoice",
    "ChatCompletionRequest",
    "ChatCompletionStreamOptions",
    "ChatCompletionSystemMessage",
    "ChatCompletionTool",
    "ChatCompletionToolMessage",
    "ChatCompletionUserMessage",
    "ChoiceLogprobs",
    "CompletionTokensDetails",
    "CompletionUsage",
    "EasyInputMessage",
    "EasyInputMessageType",
    "EmbeddingData",
    "EmbeddingEncodingFormat",
    "EmbeddingList",
    "EmbeddingRequest",
    "EmbeddingUsage",
    "ErrorDetail",
    "ErrorEnvelope",
    "FileData",
    "FreeObject",
    "FunctionCall",
    "FunctionCallOutput",
    "FunctionDefinition",
    "ImageData",
    "ImageDetail",
    "ImageList",
    "ImageRequest",
    "ImageResponseFormat",
    "ImageUrl",
    "InputAudio",
    "InputAudioFormat",
    "InputRole",
    "JsonSchemaFormat",
    "Model",
    "ModelList",
    "ModelPricing",
    "PromptTokensDetails",
    "ReasoningEffort",
    "ReasoningItem",
    "RerankContentDocument",
    "RerankImagePart",
    "RerankMediaUrl",
    "RerankRequest",
    "RerankResult",
    "RerankResultItem",
    "RerankScore",
    "RerankTextDocument",
    "RerankTextPart",
    "RerankVideoPart",
    "Response",
    "ResponseCompletedEvent",
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseCreatedEvent",
    "ResponseError",
    "ResponseErrorEvent",
    "ResponseFailedEvent",
    "ResponseFormatJsonObject",
    "ResponseFormatJsonSchema",
    "ResponseFormatText",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseFunctionTool",
    "ResponseFunctionToolCall",
    "ResponseFunctionType",
    "ResponseIncompleteDetails",
    "ResponseIncompleteEvent",
    "ResponseInProgressEvent",
    "ResponseInputAudio",
    "ResponseInputFile",
    "ResponseInputImage",
    "ResponseInputOutputText",
    "ResponseInputRefusal",
    "ResponseInputText",
    "ResponseNamedToolChoice",
    "ResponseOutputItemAddedEvent",
    "ResponseOutputItemDoneEvent",
    "ResponseOutputMessage",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "ResponseOutputTextAnnotationAddedEvent",
    "ResponseQueuedEvent",
    "ResponseReasoningItem",
    "ResponseReasoningSummaryPartAddedEvent",
    "ResponseReasoningSummaryPartDoneEvent",
    "ResponseReasoningSummaryTextDeltaEvent",
    "ResponseReasoningSummaryTextDoneEvent",
    "ResponseReasoningText",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseRefusalDeltaEvent",
    "ResponseRefusalDoneEvent",
    "ResponseRequest",
    "ResponseSummaryText",
    "ResponseTextConfig",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
    "ResponseTextFormatJsonSchema",
    "ResponseUsage",
    "SpeechRequest",
    "TimestampGranularity",
    "TokenLogprob",
    "ToolChoiceMode",
    "TopLogprob",
    "Transcription",
    "TranscriptionFormat",
    "TranscriptionRequest",
    "TranscriptionSegment",
    "TranscriptionVerbose",
    "TranscriptionWord",
    "UnknownResponseContentPart",
    "UnknownResponseOutputItem",
    "UnknownResponseStreamEvent",
    "UsageCost",
    "VideoUrl",
    "VoicePipelineResult",
    "WebhookEvent",
)


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(module, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
