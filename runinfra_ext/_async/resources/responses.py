"""``client.responses``."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, Unpack, overload

from ..._answer.bodies import json_result
from ..._answer.results import Response
from ..._call.calls import ResponseCall
from ..._call.requests import json_call
from ..._call.signatures import documented
from ..._structured.parsing import ParsedResponse, parsed_response, with_format
from ..at_hand import at_hand
from ..events import (
    AsyncParsedResponseStream,
    AsyncResponseStream,
    parsed_response_stream,
    response_stream,
)
from ..transport import AsyncTransport

P = TypeVar("P")


class AsyncResponses:
    """The Responses adapter: stateless, over chat completions."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[ResponseCall]
    ) -> Response: ...

    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseCall]
    ) -> AsyncResponseStream: ...

    @overload
    @at_hand
    async def create(
        self, *, stream: bool, **params: Unpack[ResponseCall]
    ) -> Response | AsyncResponseStream: ...

    @at_hand
    @documented("createResponse")
    async def create(
        self, *, stream: bool | None = None, **params: Unpack[ResponseCall]
    ) -> Response | AsyncResponseStream:
        """Answer an input, whole or as a stream of events.

        Tools have the chat shape (``{"type": "function", "function": {...}}``). The adapter keeps
        no state: there is nothing to retrieve, cancel or continue.

        Args:
            stream: Hand out the answer while it is made.

        Returns:
            A ``Response`` whose ``.output_text`` is the text; with ``stream=True`` a stream of
            events whose ``.final()`` is the same ``Response``.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        arguments: Any = params
        call = json_call(
            "createResponse",
            arguments,
            transport.settings,
            function="responses.create",
            stream=stream,
        )
        if call.streaming:
            return await transport.open(call, response_stream)
        return await transport.fetch(call, json_result(Response, transport.settings.redactor))

    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[ResponseCall],
    ) -> ParsedResponse[P]: ...

    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: Literal[True], **params: Unpack[ResponseCall]
    ) -> AsyncParsedResponseStream[P]: ...

    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: bool, **params: Unpack[ResponseCall]
    ) -> ParsedResponse[P] | AsyncParsedResponseStream[P]: ...

    @at_hand
    @documented("createResponse", without=("response_format",))
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: bool | None = None,
        **params: Unpack[ResponseCall],
    ) -> ParsedResponse[P] | AsyncParsedResponseStream[P]:
        """Answer an input with an object, as ``chat.completions.parse`` does.

        The ``response_format`` is that of the target.

        Args:
            target: The type of the object, the first argument.
            stream: Hand out the answer while it is made.

        Returns:
            A ``Response`` whose ``.parsed`` is the object; with ``stream=True`` a stream whose
            ``.final()`` is that.

        Raises:
            StructuredOutputError: the text does not fit, was cut short or refused.
            InvalidRequestError: an argument is wrong, or the target has no schema.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = json_call(
            "createResponse",
            with_format(params, target),
            transport.settings,
            function="responses.parse",
            stream=stream,
        )
        if call.streaming:
            return await transport.open(call, parsed_response_stream(target))
        make = json_result(Response, transport.settings.redactor)
        return parsed_response(await transport.fetch(call, make), target)
