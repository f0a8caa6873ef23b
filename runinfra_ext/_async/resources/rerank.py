"""``client.rerank``."""

from __future__ import annotations

from typing import Unpack

from ..._answer.bodies import json_result
from ..._answer.results import RerankResult
from ..._call.calls import RerankCall
from ..._call.requests import json_call
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..transport import AsyncTransport


class AsyncRerank:
    """Documents in the order of their relevance to a query."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @at_hand
    @documented("createRerank")
    async def create(self, **params: Unpack[RerankCall]) -> RerankResult:
        """Score ``texts`` or ``documents`` (exactly one of them) against ``query``.

        Repeats of a lost answer can't charge twice on the workspace's URL; on a pipeline's URL the
        gateway keeps no answers, so the call is made once.

        Returns:
            ``.results[i].index`` points into the input, ``.results[i].score`` is its relevance.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = json_call("createRerank", params, transport.settings, function="rerank.create")
        return await transport.fetch(call, json_result(RerankResult, transport.settings.redactor))
