# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
# A list of a richer class, and an attribute of it, are what pyright calls another type: they are.
# pyright: reportIncompatibleVariableOverride=false
"""The models that hold a richer one of the SDK's own: here it is that class also inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Self, TypeAlias

from runinfra_client import models, unions

from .._ground.json_codec import is_object, is_sequence
from . import completions, results


class ResponseCompletedEvent(models.ResponseCompletedEvent):
    """It is complete; the end of the stream.

    Attributes:
        type: Literal['response.completed']
        response: A response.
        sequence_number: Place in the stream.
    """

    __slots__ = ()
    response: results.Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does, with the richer class inside."""
        self = super().from_dict(src_dict)
        self.response = as_public(self.response, src_dict.get("response"))
        return self


class ResponseCreatedEvent(models.ResponseCreatedEvent):
    """It begins.

    Attributes:
        type: Literal['response.created']
        response: A response.
        sequence_number: Place in the stream.
    """

    __slots__ = ()
    response: results.Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does, with the richer class inside."""
        self = super().from_dict(src_dict)
        self.response = as_public(self.response, src_dict.get("response"))
        return self


class ResponseFailedEvent(models.ResponseFailedEvent):
    """It failed; the end of the stream.

    Attributes:
        type: Literal['response.failed']
        response: A response.
        sequence_number: Place in the stream.
    """

    __slots__ = ()
    response: results.Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does, with the richer class inside."""
        self = super().from_dict(src_dict)
        self.response = as_public(self.response, src_dict.get("response"))
        return self


class ResponseInProgressEvent(models.ResponseInProgressEvent):
    """It runs.

    Attributes:
        type: Literal['response.in_progress']
        response: A response.
        sequence_number: Place in the stream.
    """

    __slots__ = ()
    response: results.Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does, with the richer class inside."""
        self = super().from_dict(src_dict)
        self.response = as_public(self.response, src_dict.get("response"))
        return self


class ResponseIncompleteEvent(models.ResponseIncompleteEvent):
    """It was cut short; the end of the stream.

    Attributes:
        type: Literal['response.incomplete']
        response: A response.
        sequence_number: Place in the stream.
    """

    __slots__ = ()
    response: results.Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does, with the richer class inside."""
        self = super().from_dict(src_dict)
        self.response = as_public(self.response, src_dict.get("response"))
        return self


class ResponseQueuedEvent(models.ResponseQueuedEvent):
    """It waits.

    Attributes:
        type: Literal['response.queued']
        response: A response.
        sequence_number: Place in the stream.
    """

    __slots__ = ()
    response: results.Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does, with the richer class inside."""
        self = super().from_dict(src_dict)
        self.response = as_public(self.response, src_dict.get("response"))
        return self


_PUBLIC: Final[Mapping[type, Any]] = {
    models.ChatCompletion: completions.ChatCompletion,
    models.EmbeddingData: results.EmbeddingData,
    models.EmbeddingList: results.EmbeddingList,
    models.ImageData: results.ImageData,
    models.ImageList: results.ImageList,
    models.ModelList: results.ModelList,
    models.RerankResult: results.RerankResult,
    models.Response: results.Response,
    models.VoicePipelineResult: results.VoicePipelineResult,
    models.ResponseCompletedEvent: ResponseCompletedEvent,
    models.ResponseCreatedEvent: ResponseCreatedEvent,
    models.ResponseFailedEvent: ResponseFailedEvent,
    models.ResponseInProgressEvent: ResponseInProgressEvent,
    models.ResponseIncompleteEvent: ResponseIncompleteEvent,
    models.ResponseQueuedEvent: ResponseQueuedEvent,
}


def as_public(value: Any, source: Any) -> Any:
    """A value with the richer class in the place of each model that has one.

    Args:
        value: a model, a list or object of models, or anything else, which stays as it is.
        source: the decoded JSON that it was made of.
    """
    if is_sequence(value):
        return [as_public(item, came) for item, came in zip(value, source or (), strict=True)]
    if is_object(value):
        return {key: as_public(item, source[key]) for key, item in value.items()}
    richer = _PUBLIC.get(value.__class__)
    return value if richer is None else richer.from_dict(source)


ResponseStreamEvent: TypeAlias = (
    models.ResponseTextDeltaEvent
    | models.ResponseReasoningTextDeltaEvent
    | models.ResponseFunctionCallArgumentsDeltaEvent
    | ResponseCreatedEvent
    | ResponseQueuedEvent
    | ResponseInProgressEvent
    | models.ResponseOutputItemAddedEvent
    | models.ResponseOutputItemDoneEvent
    | models.ResponseContentPartAddedEvent
    | models.ResponseContentPartDoneEvent
    | models.ResponseTextDoneEvent
    | models.ResponseOutputTextAnnotationAddedEvent
    | models.ResponseRefusalDeltaEvent
    | models.ResponseRefusalDoneEvent
    | models.ResponseFunctionCallArgumentsDoneEvent
    | models.ResponseReasoningTextDoneEvent
    | models.ResponseReasoningSummaryTextDeltaEvent
    | models.ResponseReasoningSummaryTextDoneEvent
    | models.ResponseReasoningSummaryPartAddedEvent
    | models.ResponseReasoningSummaryPartDoneEvent
    | ResponseCompletedEvent
    | ResponseIncompleteEvent
    | ResponseFailedEvent
    | models.ResponseErrorEvent
    | models.UnknownResponseStreamEvent
)
"""What happened, in the order in which it happened."""

_RESPONSE_STREAM_EVENT: Final[Mapping[str, Any]] = {
    "response.created": ResponseCreatedEvent,
    "response.queued": ResponseQueuedEvent,
    "response.in_progress": ResponseInProgressEvent,
    "response.completed": ResponseCompletedEvent,
    "response.incomplete": ResponseIncompleteEvent,
    "response.failed": ResponseFailedEvent,
}


def parse_response_stream_event(value: Mapping[str, Any]) -> ResponseStreamEvent:
    """Make the member that the tag `type` says, with the richer class inside.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: as the low-level client's parser.
    """
    cls = _RESPONSE_STREAM_EVENT.get(value.get("type", ""))
    event: Any = unions.parse_response_stream_event(value) if cls is None else cls.from_dict(value)
    made: ResponseStreamEvent = event
    return made


EVENTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "ResponseStreamEvent": parse_response_stream_event,
}
"""The parsers of the events of streams that have richer ones here, by the event's name."""
