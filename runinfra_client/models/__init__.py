# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The data models, one class for each schema of the document; loaded when they are first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .chat_completion import ChatCompletion
    from .chat_completion_choice import ChatCompletionChoice
    from .chat_completion_chunk import ChatCompletionChunk
    from .chat_completion_chunk_choice import ChatCompletionChunkChoice
    from .chat_completion_delta import ChatCompletionDelta
    from .chat_completion_delta_function import ChatCompletionDeltaFunction
    from .chat_completion_delta_tool_call import ChatCompletionDeltaToolCall
    from .chat_completion_function_call import ChatCompletionFunctionCall
    from .chat_completion_message import ChatCompletionMessage
    from .chat_completion_message_tool_call import ChatCompletionMessageToolCall
    from .choice_logprobs import ChoiceLogprobs
    from .completion_tokens_details import CompletionTokensDetails
    from .completion_usage import CompletionUsage
    from .embedding_data import EmbeddingData
    from .embedding_list import EmbeddingList
    from .embedding_usage import EmbeddingUsage
    from .error_detail import ErrorDetail
    from .error_envelope import ErrorEnvelope
    from .image_data import ImageData
    from .image_list import ImageList
    from .model import Model
    from .model_list import ModelList
    from .model_pricing import ModelPricing
    from .prompt_tokens_details import PromptTokensDetails
    from .rerank_result import RerankResult
    from .rerank_result_item import RerankResultItem
    from .rerank_score import RerankScore
    from .response import Response
    from .response_completed_event import ResponseCompletedEvent
    from .response_content_part_added_event import ResponseContentPartAddedEvent
    from .response_content_part_done_event import ResponseContentPartDoneEvent
    from .response_created_event import ResponseCreatedEvent
    from .response_error import ResponseError
    from .response_error_event import ResponseErrorEvent
    from .response_failed_event import ResponseFailedEvent
    from .response_function_call_arguments_delta_event import (
        ResponseFunctionCallArgumentsDeltaEvent,
    )
    from .response_function_call_arguments_done_event import ResponseFunctionCallArgumentsDoneEvent
    from .response_function_tool_call import ResponseFunctionToolCall
    from .response_in_progress_event import ResponseInProgressEvent
    from .response_incomplete_details import ResponseIncompleteDetails
    from .response_incomplete_event import ResponseIncompleteEvent
    from .response_output_item_added_event import ResponseOutputItemAddedEvent
    from .response_output_item_done_event import ResponseOutputItemDoneEvent
    from .response_output_message import ResponseOutputMessage
    from .response_output_refusal import ResponseOutputRefusal
    from .response_output_text import ResponseOutputText
    from .response_output_text_annotation_added_event import ResponseOutputTextAnnotationAddedEvent
    from .response_queued_event import ResponseQueuedEvent
    from .response_reasoning_item import ResponseReasoningItem
    from .response_reasoning_summary_part_added_event import ResponseReasoningSummaryPartAddedEvent
    from .response_reasoning_summary_part_done_event import ResponseReasoningSummaryPartDoneEvent
    from .response_reasoning_summary_text_delta_event import ResponseReasoningSummaryTextDeltaEvent
    from .response_reasoning_summary_text_done_event import ResponseReasoningSummaryTextDoneEvent
    from .response_reasoning_text import ResponseReasoningText
    from .response_reasoning_text_delta_event import ResponseReasoningTextDeltaEvent
    from .response_reasoning_text_done_event import ResponseReasoningTextDoneEvent
    from .response_refusal_delta_event import ResponseRefusalDeltaEvent
    from .response_refusal_done_event import ResponseRefusalDoneEvent
    from .response_summary_text import ResponseSummaryText
    from .response_text_delta_event import ResponseTextDeltaEvent
    from .response_text_done_event import ResponseTextDoneEvent
    from .response_usage import ResponseUsage
    from .token_logprob import TokenLogprob
    from .top_logprob import TopLogprob
    from .transcription import Transcription
    from .transcription_segment import TranscriptionSegment
    from .transcription_verbose import TranscriptionVerbose
    from .transcription_word import TranscriptionWord
    from .unknown_response_content_part import UnknownResponseContentPart
    from .unknown_response_output_item import UnknownResponseOutputItem
    from .unknown_response_stream_event import UnknownResponseStreamEvent
    from .usage_cost import UsageCost
    from .voice_pipeline_result import VoicePipelineResult

_MODULES = {
    "ChatCompletion": ".chat_completion",
    "ChatCompletionChoice": ".chat_completion_choice",
    "ChatCompletionChunk": ".chat_completion_chunk",
    "ChatCompletionChunkChoice": ".chat_completion_chunk_choice",
    "ChatCompletionDelta": ".chat_completion_delta",
    "ChatCompletionDeltaFunction": ".chat_completion_delta_function",
    "ChatCompletionDeltaToolCall": ".chat_completion_delta_tool_call",
    "ChatCompletionFunctionCall": ".chat_completion_function_call",
    "ChatCompletionMessage": ".chat_completion_message",
    "ChatCompletionMessageToolCall": ".chat_completion_message_tool_call",
    "ChoiceLogprobs": ".choice_logprobs",
    "CompletionTokensDetails": ".completion_tokens_details",
    "CompletionUsage": ".completion_usage",
    "EmbeddingData": ".embedding_data",
    "EmbeddingList": ".embedding_list",
    "EmbeddingUsage": ".embedding_usage",
    "ErrorDetail": ".error_detail",
    "ErrorEnvelope": ".error_envelope",
    "ImageData": ".image_data",
    "ImageList": ".image_list",
    "Model": ".model",
    "ModelList": ".model_list",
    "ModelPricing": ".model_pricing",
    "PromptTokensDetails": ".prompt_tokens_details",
    "RerankResult": ".rerank_result",
    "RerankResultItem": ".rerank_result_item",
    "RerankScore": ".rerank_score",
    "Response": ".response",
    "ResponseCompletedEvent": ".response_completed_event",
    "ResponseContentPartAddedEvent": ".response_content_part_added_event",
    "ResponseContentPartDoneEvent": ".response_content_part_done_event",
    "ResponseCreatedEvent": ".response_created_event",
    "ResponseError": ".response_error",
    "ResponseErrorEvent": ".response_error_event",
    "ResponseFailedEvent": ".response_failed_event",
    "ResponseFunctionCallArgumentsDeltaEvent": ".response_function_call_arguments_delta_event",
    "ResponseFunctionCallArgumentsDoneEvent": ".response_function_call_arguments_done_event",
    "ResponseFunctionToolCall": ".response_function_tool_call",
    "ResponseInProgressEvent": ".response_in_progress_event",
    "ResponseIncompleteDetails": ".response_incomplete_details",
    "ResponseIncompleteEvent": ".response_incomplete_event",
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
    "ResponseSummaryText": ".response_summary_text",
    "ResponseTextDeltaEvent": ".response_text_delta_event",
    "ResponseTextDoneEvent": ".response_text_done_event",
    "ResponseUsage": ".response_usage",
    "TokenLogprob": ".token_logprob",
    "TopLogprob": ".top_logprob",
    "Transcription": ".transcription",
    "TranscriptionSegment": ".transcription_segment",
    "TranscriptionVerbose": ".transcription_verbose",
    "TranscriptionWord": ".transcription_word",
    "UnknownResponseContentPart": ".unknown_response_content_part",
    "UnknownResponseOutputItem": ".unknown_response_output_item",
    "UnknownResponseStreamEvent": ".unknown_response_stream_event",
    "UsageCost": ".usage_cost",
    "VoicePipelineResult": ".voice_pipeline_result",
}

__all__ = (
    "ChatCompletion",
    "ChatCompletionChoice",
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionDelta",
    "ChatCompletionDeltaFunction",
    "ChatCompletionDeltaToolCall",
    "ChatCompletionFunctionCall",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCall",
    "ChoiceLogprobs",
    "CompletionTokensDetails",
    "CompletionUsage",
    "EmbeddingData",
    "EmbeddingList",
    "EmbeddingUsage",
    "ErrorDetail",
    "ErrorEnvelope",
    "ImageData",
    "ImageList",
    "Model",
    "ModelList",
    "ModelPricing",
    "PromptTokensDetails",
    "RerankResult",
    "RerankResultItem",
    "RerankScore",
    "Response",
    "ResponseCompletedEvent",
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseCreatedEvent",
    "ResponseError",
    "ResponseErrorEvent",
    "ResponseFailedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseFunctionToolCall",
    "ResponseIncompleteDetails",
    "ResponseIncompleteEvent",
    "ResponseInProgressEvent",
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
    "ResponseSummaryText",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
    "ResponseUsage",
    "TokenLogprob",
    "TopLogprob",
    "Transcription",
    "TranscriptionSegment",
    "TranscriptionVerbose",
    "TranscriptionWord",
    "UnknownResponseContentPart",
    "UnknownResponseOutputItem",
    "UnknownResponseStreamEvent",
    "UsageCost",
    "VoicePipelineResult",
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
