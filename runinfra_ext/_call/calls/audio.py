# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.audio``."""

from __future__ import annotations

from os import PathLike
from typing import NotRequired

from runinfra_client.api.audio.create_speech import SpeechOtherParams, SpeechParams
from runinfra_client.api.audio.create_transcription import (
    TranscriptionOtherParams,
    TranscriptionParams,
)

from ..options import JsonCallOptions, UploadCallOptions


class SpeechCall(SpeechParams, JsonCallOptions):
    """Arguments of ``audio.speech.create``.

    Attributes:
        ref_audio: A URL, a data URL, the path of a file, or its bytes.
    """

    ref_audio: NotRequired[str | PathLike[str] | bytes | bytearray | memoryview | None]


class SpeechPipelineCall(SpeechOtherParams, JsonCallOptions):
    """Arguments of ``audio.speech.create`` for a client of one pipeline.

    Attributes:
        ref_audio: A URL, a data URL, the path of a file, or its bytes.
    """

    ref_audio: NotRequired[str | PathLike[str] | bytes | bytearray | memoryview | None]

    model: NotRequired[str | None]


class TranscriptionCall(TranscriptionParams, UploadCallOptions):
    """Arguments of ``audio.transcriptions.create``."""


class TranscriptionPipelineCall(TranscriptionOtherParams, UploadCallOptions):
    """Arguments of ``audio.transcriptions.create`` for a client of one pipeline."""

    model: NotRequired[str | None]
