# Generated from runinfra_ext/_async/events.py by `make gen`; do not edit.
"""Makes the streams of events, each with the assembler of what it amounts to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeVar

from runinfra_client import models
from runinfra_client.api.chat import create_chat_completion
from runinfra_client.api.responses import create_response
from runinfra_client.facts import StreamSpec

from .._answer.bodies import parse_result
from .._answer.completions import ChatCompletion
from .._answer.engines import response_event
from .._answer.nested import EVENTS, ResponseStreamEvent
from .._answer.results import Response
from .._call.journey import Journey
from .._ground.error_fields import fields_of_call
from .._ground.metadata import Meta
from .._http.blocking import Source
from .._stream.assembly import Assembler
from .._stream.chat import ChatAssembler
from .._stream.last_event import LastEvent
from .._stream.responses import ResponseAssembler
from .._structured.parsing import (
    ParsedChatCompletion,
    ParsedResponse,
    parsed_completion,
    parsed_response,
)
from .raw_events import RawEvents
from .stream import Stream

P = TypeVar("P")
R = TypeVar("R")

ParsedStream: TypeAlias = Stream[models.ChatCompletionChunk, ParsedChatCompletion[P]]
ParsedResponseStream: TypeAlias = Stream[ResponseStreamEvent, ParsedResponse[P]]


def event_stream(endpoint: Any) -> Callable[[Source, Journey, Meta], Stream[Any, Any]]:
    """Makes the streams of an operation, with the assembler of what it amounts to."""

    def begin(source: Source, journey: Journey, meta: Meta) -> Stream[Any, Any]:
        return _stream(source, journey, meta, endpoint, _assembler(endpoint, journey, meta))

    return begin


def raw_event_stream(endpoint: Any) -> Callable[[Source, Journey, Meta], RawEvents]:
    """Makes the streams of an operation's events as bytes, held to what the events say."""

    def begin(source: Source, journey: Journey, meta: Meta) -> RawEvents:
        return RawEvents(source, journey, meta, _spec(journey), _assembler(endpoint, journey, meta))

    return begin


def _parser(endpoint: Any, spec: StreamSpec) -> Callable[[Mapping[str, Any]], Any]:
    """Makes an event of its JSON object: of the SDK's own class where it has one."""
    parse = EVENTS.get(spec.event, endpoint.event)
    return response_event(parse) if spec.assembles == "Response" else parse


def _assembler(endpoint: Any, journey: Journey, meta: Meta) -> Assembler[Any]:
    spec, redactor = _spec(journey), journey.settings.redactor
    if spec.assembles == "ChatCompletion":
        build = partial(parse_result, ChatCompletion, meta=meta, redactor=redactor)
        return ChatAssembler(build, _as_it_is)
    if spec.assembles == "Response":
        return _response_assembler(journey, meta, _as_it_is)
    return LastEvent(_parser(endpoint, spec))


def parsed_chat_stream(
    target: type[P],
) -> Callable[[Source, Journey, Meta], ParsedStream[P]]:
    """Makes streams of chat completions whose final text is parsed."""

    def begin(source: Source, journey: Journey, meta: Meta) -> ParsedStream[P]:
        redactor = journey.settings.redactor
        build = partial(parse_result, ChatCompletion, meta=meta, redactor=redactor)
        assembler: Assembler[ParsedChatCompletion[P]] = ChatAssembler(
            build, partial(parsed_completion, target=target)
        )
        return _stream(source, journey, meta, create_chat_completion, assembler)

    return begin


def parsed_response_stream(
    target: type[P],
) -> Callable[[Source, Journey, Meta], ParsedResponseStream[P]]:
    """Makes streams of responses whose final text is parsed."""

    def begin(source: Source, journey: Journey, meta: Meta) -> ParsedResponseStream[P]:
        finish: Callable[[Response], ParsedResponse[P]] = partial(parsed_response, target=target)
        assembler = _response_assembler(journey, meta, finish)
        return _stream(source, journey, meta, create_response, assembler)

    return begin


def _response_assembler(
    journey: Journey, meta: Meta, finish: Callable[[Response], R]
) -> ResponseAssembler[Response, R]:
    build = partial(parse_result, Response, meta=meta, redactor=journey.settings.redactor)
    return ResponseAssembler(build, _spec(journey).terminal_events, finish)


def _stream(
    source: Source,
    journey: Journey,
    meta: Meta,
    endpoint: Any,
    assembler: Assembler[R],
) -> Stream[Any, R]:
    settings, spec = journey.settings, _spec(journey)
    return Stream(
        source,
        spec,
        parse=_parser(endpoint, spec),
        assembler=assembler,
        meta=meta,
        redactor=settings.redactor,
        idle_timeout=settings.idle_timeout,
        progress_timeout=settings.progress_timeout,
        deadline_at=journey.limits.deadline_at,
        clock=settings.clock,
        max_event_bytes=settings.max_event_bytes,
        max_bytes=settings.max_response_bytes,
        allow_truncated=settings.allow_truncated,
        error_fields=fields_of_call(meta),
        watch=journey.watch,
    )


def _as_it_is(result: R) -> R:
    return result


def _spec(journey: Journey) -> StreamSpec:
    spec = journey.call.operation.stream
    if spec is None:
        msg = f"{journey.call.operation.operation_id} is no operation that streams"
        raise TypeError(msg)
    return spec
