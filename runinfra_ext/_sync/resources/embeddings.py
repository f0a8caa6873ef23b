# Generated from runinfra_ext/_async/resources/embeddings.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.embeddings``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.embeddings import create_embedding as _create_embedding

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..._ground.doors import door
from ..resource import Resource


class Embeddings(Resource):
    """Vectors of texts."""

    @door
    @documented(_create_embedding.OPERATION)
    def create(self, **params: Unpack[types.EmbeddingCall]) -> types.EmbeddingList:
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
        return self._json(_create_embedding, params, _results.EmbeddingList)
