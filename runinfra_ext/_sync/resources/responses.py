# Generated from runinfra_ext/_async/resources/responses.py by `make gen`; do not edit.
"""``client.responses``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from ..._answer.bodies import json_result
from ..._answer.results import Response
from ..._call.calls import ResponseCall
from ..._call.requests import json_call
from ..._call.signatures import documented
from ..events import ResponseStream, response_stream
from ..transport import Transport


class Responses:
    """The Responses adapter: stateless, over chat completions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[ResponseCall]
    ) -> Response: ...

    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseCall]
    ) -> ResponseStream: ...

    @overload
    def create(
        self, *, stream: bool, **params: Unpack[ResponseCall]
    ) -> Response | ResponseStream: ...

    @documented("createResponse")
    def create(
        self, *, stream: bool | None = None, **params: Unpack[ResponseCall]
    ) -> Response | ResponseStream:
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
            return transport.open(call, response_stream)
        return transport.fetch(call, json_result(Response, transport.settings.redactor))
