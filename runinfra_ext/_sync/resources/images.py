# Generated from runinfra_ext/_async/resources/images.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.images``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.images import create_image as _create_image

from ... import types
from ..._answer import results as _results
from ..._call.signatures import documented
from ..._ground.doors import door
from ..mixins.images import ImagesMethods


class Images(ImagesMethods):
    """Images from text."""

    @door
    @documented(_create_image.OPERATION)
    def generate(self, **params: Unpack[types.ImageCall]) -> types.ImageList:
        """Generate images.

        Images from a prompt, as base64 (the gateway's default) or as URLs. Sizes depend on the
        deployment.

        Returns:
            The images.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return self._json(_create_image, params, _results.ImageList)
