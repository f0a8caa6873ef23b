# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The tagged unions of the document: a type for each, and a parser that looks once at the tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from .models.response_completed_event import ResponseCompletedEvent
from .models.response_content_part_added_event import ResponseContentPartAddedEvent
from .models.response_content_part_done_event import ResponseContentPartDoneEvent
from .models.response_created_event import ResponseCreatedEvent
from .models.response_error_event import ResponseErrorEvent
from .models.response_failed_event import ResponseFailedEvent
from .models.response_function_call_arguments_delta_event import (
    ResponseFunctionCallArgumentsDeltaEvent,
)
from .models.response_function_call_arguments_done_event import (
    ResponseFunctionCallArgumentsDoneEvent,
)
from .models.response_in_progress_event import ResponseInProgressEvent
from .models.response_incomplete_event import ResponseIncompleteEvent
from .models.response_output_item_added_event import ResponseOutputItemAddedEvent
from .models.response_output_item_done_event import ResponseOutputItemDoneEvent
from .models.response_output_text_annotation_added_event import (
    ResponseOutputTextAnnotationAddedEvent,
)
from .models.response_queued_event import ResponseQueuedEvent
from .models.response_reasoning_summary_part_added_event import (
    ResponseReasoningSummaryPartAddedEvent,
)
from .models.response_reasoning_summary_part_done_event import ResponseReasoningSummaryPartDoneEvent
from .models.response_reasoning_summary_text_delta_event import (
    ResponseReasoningSummaryTextDeltaEvent,
)
from .models.response_reasoning_summary_text_done_event import ResponseReasoningSummaryTextDoneEvent
from .models.response_reasoning_text_delta_event import ResponseReasoningTextDeltaEvent
from .models.response_reasoning_text_done_event import ResponseReasoningTextDoneEvent
from .models.response_refusal_delta_event import ResponseRefusalDeltaEvent
from .models.response_refusal_done_event import ResponseRefusalDoneEvent
from .models.response_text_delta_event import ResponseTextDeltaEvent
from .models.response_text_done_event import ResponseTextDoneEvent
from .models.unknown_response_stream_event import UnknownResponseStreamEvent

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
