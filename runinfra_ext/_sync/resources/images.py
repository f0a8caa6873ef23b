# Generated from runinfra_ext/_async/resources/images.py by `make gen`; do not edit.
"""``client.images``."""

from __future__ import annotations

from typing import Unpack

from ...answers import json_result
from ...calls import ImageCall
from ...requests import json_call
from ...results import ImageList
from ...signatures import documented
from ..transport import Transport


class Images:
    """Images from text."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @documented("createImage")
    def generate(self, **params: Unpack[ImageCall]) -> ImageList:
        """Generate images from a prompt.

        Returns:
            ``.data[i].image`` is the picture's bytes, ``.data[i].write_to_file(path)`` saves it.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = json_call("createImage", params, transport.settings, function="images.generate")
        return transport.fetch(call, json_result(ImageList, transport.settings.redactor))
