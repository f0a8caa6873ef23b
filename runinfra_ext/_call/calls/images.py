# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.images``."""

from __future__ import annotations

from typing import NotRequired

from runinfra_client.api.images.create_image import ImageOtherParams, ImageParams

from ..options import JsonCallOptions


class ImageCall(ImageParams, JsonCallOptions):
    """Arguments of ``images.generate``."""


class ImagePipelineCall(ImageOtherParams, JsonCallOptions):
    """Arguments of ``images.generate`` for a client of one pipeline."""

    model: NotRequired[str | None]
