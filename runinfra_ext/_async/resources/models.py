# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.models``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client import models
from runinfra_client import models as _models
from runinfra_client.api.models import list_models as _list_models
from runinfra_client.api.models import retrieve_model as _retrieve_model

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..resource import AsyncResource


class AsyncModels(AsyncResource):
    """Model discovery; free, and not counted against the rate limit."""

    @at_hand
    @documented(_list_models.OPERATION)
    async def list(self, **params: Unpack[types.CallOptions]) -> types.ModelList:
        """List models.

        The verified live models that the key can use, without duplicates; may be empty. With a
        pipeline's key only that pipeline's models.

        Returns:
            The models.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return await self._json(_list_models, params, _results.ModelList)

    @at_hand
    @documented(_retrieve_model.OPERATION)
    async def retrieve(self, model: str, **params: Unpack[types.CallOptions]) -> models.Model:
        """Look a model up.

        One model by its id, percent-encoded as one path segment.

        Returns:
            The model.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return await self._json(_retrieve_model, {"model": model, **params}, _models.Model)
