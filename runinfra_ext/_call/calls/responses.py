# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.responses``."""

from __future__ import annotations

from typing import NotRequired

from runinfra_client.api.responses.create_response import ResponseOtherParams, ResponseParams

from ..options import JsonCallOptions


class ResponseCall(ResponseParams, JsonCallOptions):
    """Arguments of ``responses.create``."""


class ResponsePipelineCall(ResponseOtherParams, JsonCallOptions):
    """Arguments of ``responses.create`` for a client of one pipeline."""

    model: NotRequired[str | None]
