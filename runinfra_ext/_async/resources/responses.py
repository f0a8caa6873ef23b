"""``client.responses``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from ..._answer.bodies import json_result
from ..._answer.results import Response
from ..._call.calls import ResponseCall
from ..._call.requests import json_call
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..events import AsyncResponseStream, response_stream
from ..transport import AsyncTransport


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
