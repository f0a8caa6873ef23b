"""Makes the streams of the two operations that stream events."""

from __future__ import annotations

from typing import TypeAlias

from runinfra_client import models
from runinfra_client.unions import ResponseStreamEvent, parse_response_stream_event

from ..chat_assembly import ChatAssembler
from ..journey import Journey
from ..metadata import Meta
from ..response_assembly import ResponseAssembler
from ..results import ChatCompletion, Response
from ..streams import EventReader
from ._http import AsyncSource
from .stream import AsyncStream, Clocks

AsyncChatCompletionStream: TypeAlias = AsyncStream[models.ChatCompletionChunk, ChatCompletion]
AsyncResponseStream: TypeAlias = AsyncStream[ResponseStreamEvent, Response]


def chat_stream(source: AsyncSource, journey: Journey, meta: Meta) -> AsyncChatCompletionStream:
    """The stream of a chat completion."""
    reader = EventReader(models.ChatCompletionChunk.from_dict, journey, source.headers)
    return AsyncStream(
        source,
        reader,
        ChatAssembler(ChatCompletion),
        journey=journey,
        meta=meta,
        clocks=_clocks(journey),
    )


def response_stream(source: AsyncSource, journey: Journey, meta: Meta) -> AsyncResponseStream:
    """The stream of a response."""
    reader = EventReader(parse_response_stream_event, journey, source.headers)
    return AsyncStream(
        source,
        reader,
        ResponseAssembler(Response),
        journey=journey,
        meta=meta,
        clocks=_clocks(journey),
    )


def _clocks(journey: Journey) -> Clocks:
    settings = journey.settings
    return Clocks(settings.idle_timeout, settings.progress_timeout)
