# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.embeddings``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.embeddings import create_embedding as _create_embedding

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..resource import AsyncResource


class AsyncEmbeddings(AsyncResource):
    """Vectors of texts."""

    @at_hand
    @documented(_create_embedding.OPERATION)
    async def create(self, **params: Unpack[types.EmbeddingCall]) -> types.EmbeddingList:
        """Embed texts.

        Normalised vectors of one text or of a list of texts. Limits depend on the class of the
        model: up to 2048 texts and a shared budget of tokens. Order the result by `index`.

        Returns:
            The vectors.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return await self._json(_create_embedding, params, _results.EmbeddingList)
