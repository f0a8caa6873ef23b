"""``client.models``."""

from __future__ import annotations

from typing import Unpack

from ..._answer.bodies import json_result
from ..._answer.results import Model, ModelList
from ..._call.options import CallOptions
from ..._call.requests import get_call
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..transport import AsyncTransport


class AsyncModels:
    """The models that the key can use. Asking is free, and not counted against the rate limit."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @at_hand
    @documented("listModels")
    async def list(self, **options: Unpack[CallOptions]) -> ModelList:
        """List the live models of the workspace, or of the pipeline that the client addresses.

        Returns:
            ``.data[i].id`` is what to give as ``model``. The list may be empty.

        Raises:
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        call = get_call("listModels", {}, options)
        return await self._transport.fetch(
            call, json_result(ModelList, self._transport.settings.redactor)
        )

    @at_hand
    @documented("retrieveModel")
    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """Look one model up; ids may hold slashes (``Qwen/Qwen3-32B``).

        Returns:
            The model.

        Raises:
            InvalidRequestError: ``model`` is blank or a dot segment.
            ModelNotFoundError: no live deployment serves it.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        call = get_call("retrieveModel", {"model": model}, options)
        return await self._transport.fetch(
            call, json_result(Model, self._transport.settings.redactor)
        )
