# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.audio``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.audio import create_speech as _create_speech

from ... import types
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..mixins.audio import AsyncAudioTranscriptionsMethods
from ..resource import AsyncResource
from ..transport import AsyncTransport


class AsyncAudioSpeech(AsyncResource):
    """Speech and transcription."""

    @at_hand
    @documented(_create_speech.OPERATION)
    async def create(self, **params: Unpack[types.SpeechCall]) -> types.SpeechAudio:
        """Speak a text.

        Speech as raw audio bytes, by a voice or by reference audio with its transcript. Billed by
        characters. Sent once: it is not repeated automatically.

        Returns:
            The audio. The media type follows `response_format` where the deployment honours it;
            trust the header.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return await self._audio(_create_speech, params)

    @at_hand
    @documented(_create_speech.OPERATION)
    async def stream(self, **params: Unpack[types.SpeechCall]) -> types.AsyncSpeechStream:
        """Speak a text, and hand out the bytes as they come, in constant memory.

        Returns:
            A stream to iterate over or to write to a file, to be used as a context manager.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        return await self._audio_stream(_create_speech, params, "audio.speech.stream")


class AsyncAudioTranscriptions(AsyncAudioTranscriptionsMethods):
    """Speech and transcription."""


class AsyncAudio(AsyncResource):
    """Speech and transcription."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self.speech = AsyncAudioSpeech(transport)
        self.transcriptions = AsyncAudioTranscriptions(transport)
