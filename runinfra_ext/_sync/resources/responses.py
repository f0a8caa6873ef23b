# Generated from runinfra_ext/_async/resources/responses.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.responses``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from runinfra_client.api.responses import create_response as _create_response

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..._ground.doors import door
from ..mixins.responses import ResponsesMethods


class Responses(ResponsesMethods):
    """The stateless Responses adapter."""

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[types.ResponseCall]
    ) -> types.Response: ...

    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[types.ResponseCall]
    ) -> types.ResponseStream: ...

    @overload
    def create(
        self, *, stream: bool, **params: Unpack[types.ResponseCall]
    ) -> types.Response | types.ResponseStream: ...

    @door
    @documented(_create_response.OPERATION)
    def create(
        self, *, stream: bool | None = None, **params: Unpack[types.ResponseCall]
    ) -> types.Response | types.ResponseStream:
        """Answer an input.

        A stateless adapter over chat completions: `instructions` becomes a system message, `input`
        becomes the messages. Nothing is stored, so there is nothing to retrieve, delete or
        continue. Streams are events that end with `response.completed`, `response.incomplete`,
        `response.failed` or `error`; a `data: [DONE]` may appear anywhere and means nothing.
        Replay-safe with an idempotency key when it is not streamed.

        Returns:
            The response, or the stream of its events. With `stream=True` a stream of events
            whose `.final()` is the same.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        arguments: Any = params
        answer: types.Response | types.ResponseStream = self._streamed(
            _create_response, arguments, _results.Response, stream
        )
        return answer
