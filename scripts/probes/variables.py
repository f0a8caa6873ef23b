"""The environment variables of the canary, and their values for the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from runinfra_ext.sandbox import Sandbox

API_KEY: Final = "RUNINFRA_API_KEY"
BASE_URL: Final = "RUNINFRA_BASE_URL"
PIPELINE_ID: Final = "RUNINFRA_PIPELINE_ID"
WEBHOOK_SECRET: Final = "RUNINFRA_WEBHOOK_SECRET"
PIPELINE_KEY: Final = "RUNINFRA_CANARY_PIPELINE_KEY"
OTHER_PIPELINE_ID: Final = "RUNINFRA_CANARY_OTHER_PIPELINE_ID"
CHAT_MODEL: Final = "RUNINFRA_CANARY_CHAT_MODEL"
EMBEDDING_MODEL: Final = "RUNINFRA_CANARY_EMBEDDING_MODEL"
RERANK_MODEL: Final = "RUNINFRA_CANARY_RERANK_MODEL"
IMAGE_MODEL: Final = "RUNINFRA_CANARY_IMAGE_MODEL"
IMAGE_SIZE: Final = "RUNINFRA_CANARY_IMAGE_SIZE"
TTS_MODEL: Final = "RUNINFRA_CANARY_TTS_MODEL"
TTS_VOICE: Final = "RUNINFRA_CANARY_TTS_VOICE"
ASR_MODEL: Final = "RUNINFRA_CANARY_ASR_MODEL"
AUDIO_FILE: Final = "RUNINFRA_CANARY_AUDIO_FILE"

# Name -> what it is, in the order of the help.
HELP: Final[Mapping[str, str]] = {
    API_KEY: "key of the workspace; without it nothing runs",
    BASE_URL: "where the gateway is, if not the usual place",
    CHAT_MODEL: "a small model that can call tools",
    EMBEDDING_MODEL: "a model for embeddings",
    RERANK_MODEL: "a model that reranks",
    IMAGE_MODEL: "a model for images: one image is made",
    IMAGE_SIZE: "its size, like 256x256; the model's own if left out",
    TTS_MODEL: "a model that speaks",
    TTS_VOICE: "a voice that it has",
    ASR_MODEL: "a model that transcribes",
    AUDIO_FILE: "a short recording to transcribe; the speech of TTS_MODEL if left out",
    PIPELINE_ID: "a pipeline with a voice route",
    PIPELINE_KEY: "a key of that pipeline only",
    OTHER_PIPELINE_ID: "another pipeline, which that key must not reach",
    WEBHOOK_SECRET: "secret of a webhook endpoint; nothing is sent",
}
SECRETS: Final = (API_KEY, PIPELINE_KEY, WEBHOOK_SECRET)


def of_sandbox(gateway: Sandbox) -> dict[str, str]:
    """Every variable that a row needs, for a sandbox."""
    return {
        API_KEY: gateway.api_key,
        BASE_URL: gateway.base_url,
        PIPELINE_ID: gateway.pipeline_id,
        PIPELINE_KEY: gateway.pipeline_api_key,
        OTHER_PIPELINE_ID: gateway.other_pipeline_id,
        WEBHOOK_SECRET: gateway.webhook_secret,
        CHAT_MODEL: "acme-chat-8b",
        EMBEDDING_MODEL: "acme-embed-m",
        RERANK_MODEL: "acme-rerank",
        IMAGE_MODEL: "acme-flux",
        IMAGE_SIZE: "64x64",
        TTS_MODEL: "acme-tts",
        TTS_VOICE: "nova",
        ASR_MODEL: "acme-asr",
    }
