# Generated from runinfra_ext/_async/resources/rerank.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.rerank``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.rerank import create_rerank as _create_rerank

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..._ground.doors import door
from ..resource import Resource


class Rerank(Resource):
    """Documents by relevance to a query."""

    @door
    @documented(_create_rerank.OPERATION)
    def create(self, **params: Unpack[types.RerankCall]) -> types.RerankResult:
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
        return self._json(_create_rerank, params, _results.RerankResult)
