# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.embeddings``."""

from __future__ import annotations

from runinfra_client.api.embeddings.create_embedding import EmbeddingParams

from ..options import JsonCallOptions


class EmbeddingCall(EmbeddingParams, JsonCallOptions):
    """Arguments of ``embeddings.create``."""
