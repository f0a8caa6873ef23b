# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.rerank``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.rerank import create_rerank as _create_rerank

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..resource import AsyncResource


class AsyncRerank(AsyncResource):
    """Documents by relevance to a query."""

    @at_hand
    @documented(_create_rerank.OPERATION)
    async def create(self, **params: Unpack[types.RerankCall]) -> types.RerankResult:
        """Rank documents.

        Scores `texts` or `documents` (exactly one of them) against a query. Replay-safe with an
        idempotency key on the workspace's URL; on a pipeline's URL it is sent once.

        Returns:
            The scores.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return await self._json(_create_rerank, params, _results.RerankResult)
