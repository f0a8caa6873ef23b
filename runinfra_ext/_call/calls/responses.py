# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.responses``."""

from __future__ import annotations

from runinfra_client.api.responses.create_response import ResponseParams

from ..options import JsonCallOptions


class ResponseCall(ResponseParams, JsonCallOptions):
    """Arguments of ``responses.create``."""
