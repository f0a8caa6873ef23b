# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Where each operation is: its module has its facts, ``request()`` and ``result()``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Final

from .facts import Operation

MODULES: Final = {
    "createChatCompletion": "api.chat.create_chat_completion",
    "createResponse": "api.responses.create_response",
    "createEmbedding": "api.embeddings.create_embedding",
    "createRerank": "api.rerank.create_rerank",
    "createImage": "api.images.create_image",
    "createSpeech": "api.audio.create_speech",
    "createTranscription": "api.audio.create_transcription",
    "listModels": "api.models.list_models",
    "retrieveModel": "api.models.retrieve_model",
    "createVoicePipeline": "api.voice.create_voice_pipeline",
}


def endpoint(operation_id: str) -> ModuleType:
    """The module of an operation."""
    return importlib.import_module(f".{MODULES[operation_id]}", __package__)


class _Operations(Mapping[str, Operation]):
    """The facts of every operation; a module is imported when its facts are asked for."""

    def __getitem__(self, operation_id: str) -> Operation:
        operation: Operation = endpoint(operation_id).OPERATION
        return operation

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


OPERATIONS: Final = _Operations()
