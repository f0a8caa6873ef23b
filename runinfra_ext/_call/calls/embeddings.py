# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.embeddings``."""

from __future__ import annotations

from typing import NotRequired

from runinfra_client.api.embeddings.create_embedding import EmbeddingOtherParams, EmbeddingParams

from ..options import JsonCallOptions


class EmbeddingCall(EmbeddingParams, JsonCallOptions):
    """Arguments of ``embeddings.create``."""


class EmbeddingPipelineCall(EmbeddingOtherParams, JsonCallOptions):
    """Arguments of ``embeddings.create`` for a client of one pipeline."""

    model: NotRequired[str | None]
