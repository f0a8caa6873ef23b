"""The models that the sandbox serves, and what each operation costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from . import strict

_CHAT: Final = ("chat_completions", "responses")
MODELS: Final[Mapping[str, Mapping[str, Any]]] = {
    "acme-chat-8b": {
        "name": "Acme Chat 8B",
        "context_window": 131_072,
        "max_output_tokens": 32_768,
        "pricing": {"input": 0.11, "output": 0.42},
        "supported_endpoints": list(_CHAT),
        "input_modalities": ["text", "image", "audio", "video", "file"],
        "reasoning_efforts": ["none", "low", "high"],
    },
    "Qwen/Qwen3-32B": {
        "name": "Qwen3 32B",
        "context_window": 131_072,
        "supported_endpoints": list(_CHAT),
    },
    "acme-byoc-70b": {
        "name": "Acme BYOC 70B, of the enterprise plan",
        "supported_endpoints": list(_CHAT),
    },
    "acme-paused": {
        "name": "Acme Paused",
        "availability": "paused",
        "supported_endpoints": list(_CHAT),
    },
    "acme-embed-m": {"name": "Acme Embed M", "supported_endpoints": ["embeddings"]},
    "acme-rerank": {"name": "Acme Rerank", "supported_endpoints": ["rerank"]},
    "acme-flux": {"name": "Acme Flux", "supported_endpoints": ["images"]},
    "acme-tts": {"name": "Acme TTS", "supported_endpoints": ["audio_speech"]},
    "acme-asr": {"name": "Acme ASR", "supported_endpoints": ["audio_transcriptions"]},
}
PAUSED: Final = "acme-paused"
PAUSED_SECONDS: Final = 3600
ENTERPRISE: Final = "acme-byoc-70b"
# Deployed but not verified: it is in no list, and calls of it are a conflict.
UNVERIFIED: Final = "acme-unverified"

# What `default` stands for on a pipeline's URL, by operation.
DEFAULTS: Final[Mapping[str, str]] = {
    "createChatCompletion": "acme-chat-8b",
    "createResponse": "acme-chat-8b",
    "createEmbedding": "acme-embed-m",
    "createRerank": "acme-rerank",
    "createImage": "acme-flux",
    "createSpeech": "acme-tts",
    "createTranscription": "acme-asr",
}
# What the models' `supported_endpoints` calls an operation.
ENDPOINTS: Final[Mapping[str, str]] = {
    "createChatCompletion": "chat_completions",
    "createResponse": "responses",
    "createEmbedding": "embeddings",
    "createRerank": "rerank",
    "createImage": "images",
    "createSpeech": "audio_speech",
    "createTranscription": "audio_transcriptions",
}
# Cents for a call; flat, so that a test can count. Other work costs one, what is no work nothing.
PRICES: Final[Mapping[str, int]] = {
    "createChatCompletion": 1,
    "createResponse": 1,
    "createEmbedding": 1,
    "createRerank": 1,
    "createImage": 4,
    "createSpeech": 2,
    "createTranscription": 2,
    "createVoicePipeline": 5,
}


def price(operation: str) -> int:
    """Cents for a call of an operation."""
    known = PRICES.get(operation)
    if known is not None:
        return known
    return sum(strict.costs(route) for route in strict.routes() if route.operation_id == operation)
