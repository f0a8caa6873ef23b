# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.rerank``."""

from __future__ import annotations

from typing import NotRequired

from runinfra_client.api.rerank.create_rerank import RerankOtherParams, RerankParams

from ..options import JsonCallOptions


class RerankCall(RerankParams, JsonCallOptions):
    """Arguments of ``rerank.create``."""


class RerankPipelineCall(RerankOtherParams, JsonCallOptions):
    """Arguments of ``rerank.create`` for a client of one pipeline."""

    model: NotRequired[str | None]
