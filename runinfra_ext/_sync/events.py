# Generated from runinfra_ext/_async/events.py by `make gen`; do not edit.
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
from ._http import Source
from .stream import Clocks, Stream

ChatCompletionStream: TypeAlias = Stream[models.ChatCompletionChunk, ChatCompletion]
ResponseStream: TypeAlias = Stream[ResponseStreamEvent, Response]


def chat_stream(source: Source, journey: Journey, meta: Meta) -> ChatCompletionStream:
    """The stream of a chat completion."""
    reader = EventReader(models.ChatCompletionChunk.from_dict, journey, source.headers)
    return Stream(
        source,
        reader,
        ChatAssembler(ChatCompletion),
        journey=journey,
        meta=meta,
        clocks=_clocks(journey),
    )


def response_stream(source: Source, journey: Journey, meta: Meta) -> ResponseStream:
    """The stream of a response."""
    reader = EventReader(parse_response_stream_event, journey, source.headers)
    return Stream(
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
