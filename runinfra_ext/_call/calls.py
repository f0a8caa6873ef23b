"""Keyword arguments of the methods, as type checkers and editors see them.

Each joins a request's parameters, which are generated from the document, with the call options; so
a field that is added to the document appears here after ``make gen`` with no other edit.
"""

from __future__ import annotations

from os import PathLike
from typing import NotRequired

from runinfra_client.params import (
    ChatCompletionParams,
    EmbeddingParams,
    ImageParams,
    RerankParams,
    ResponseParams,
    SpeechParams,
    TranscriptionParams,
)

from .options import CallOptions, JsonCallOptions


class ChatCompletionCall(ChatCompletionParams, JsonCallOptions):
    """Arguments of ``chat.completions.create``, but ``stream``."""


class ResponseCall(ResponseParams, JsonCallOptions):
    """Arguments of ``responses.create``, but ``stream``."""


class EmbeddingCall(EmbeddingParams, JsonCallOptions):
    """Arguments of ``embeddings.create``."""


class RerankCall(RerankParams, JsonCallOptions):
    """Arguments of ``rerank.create``."""


class ImageCall(ImageParams, JsonCallOptions):
    """Arguments of ``images.generate``."""


class SpeechCall(SpeechParams, JsonCallOptions):
    """Arguments of ``audio.speech.create`` and ``audio.speech.stream``.

    Attributes:
        ref_audio: a voice to follow: a URL, a data URL, a path, or an audio file's bytes.
    """

    ref_audio: NotRequired[str | PathLike[str] | bytes | bytearray | memoryview | None]


class TranscriptionCall(TranscriptionParams, CallOptions):
    """Arguments of ``audio.transcriptions.create``, but ``file`` and ``response_format``."""
