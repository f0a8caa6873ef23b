"""``client.embeddings``."""

from __future__ import annotations

from typing import Unpack

from ..._answer.bodies import json_result
from ..._answer.results import EmbeddingList
from ..._call.calls import EmbeddingCall
from ..._call.requests import json_call
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..transport import AsyncTransport


class AsyncEmbeddings:
    """Vectors of texts."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @at_hand
    @documented("createEmbedding")
    async def create(self, **params: Unpack[EmbeddingCall]) -> EmbeddingList:
        """Embed one text or a list of texts.

        Base64 vectors (``encoding_format="base64"``: a quarter of the bytes on the wire) come out
        decoded, as floats.

        Returns:
            ``.data[i].embedding`` is a vector of floats; match it to its input by
            ``.data[i].index``.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = json_call(
            "createEmbedding", params, transport.settings, function="embeddings.create"
        )
        return await transport.fetch(call, json_result(EmbeddingList, transport.settings.redactor))
