"""``client.responses``: with the text parsed."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, Unpack, overload

from runinfra_client.api.responses import create_response

from ... import types
from ..._answer.bodies import json_result
from ..._answer.results import Response
from ..._call.requests import described
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..resource import AsyncResource

# Schemas and the models of streams are loaded with the first call that needs them.
# ruff: noqa: PLC0415

P = TypeVar("P")


class AsyncResponsesMethods(AsyncResource):
    """Responses with what is made of their texts."""

    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ResponseCall],
    ) -> types.ParsedResponse[P]: ...

    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: Literal[True], **params: Unpack[types.ResponseCall]
    ) -> types.AsyncParsedResponseStream[P]: ...

    # A union, and a JSON schema, is no class that a type checker could take the result's type from.
    @overload
    @at_hand
    async def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ResponseCall],
    ) -> types.ParsedResponse[Any]: ...

    @overload
    @at_hand
    async def parse(
        self, target: object, /, *, stream: Literal[True], **params: Unpack[types.ResponseCall]
    ) -> types.AsyncParsedResponseStream[Any]: ...

    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: bool, **params: Unpack[types.ResponseCall]
    ) -> types.ParsedResponse[P] | types.AsyncParsedResponseStream[P]: ...

    @at_hand
    @documented(create_response.OPERATION, without=("response_format",))
    async def parse(
        self,
        target: Any,
        /,
        *,
        stream: bool | None = None,
        **params: Unpack[types.ResponseCall],
    ) -> types.ParsedResponse[Any] | types.AsyncParsedResponseStream[Any]:
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
        from ..._structured.parsing import parsed_response, with_format

        transport = self._transport
        call = described(
            create_response,
            with_format(params, target),
            transport.settings,
            function="responses.parse",
            stream=stream,
        )
        if call.streaming:
            from ..events import parsed_response_stream

            return await transport.open(call, parsed_response_stream(target))
        make = json_result(create_response.result, Response, transport.settings.redactor)
        return parsed_response(await transport.fetch(call, make), target)
