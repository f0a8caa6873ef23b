"""``client.voice.pipeline``."""

from __future__ import annotations

from typing import Unpack

from ..._answer.bodies import json_result
from ..._answer.results import VoicePipelineResult
from ..._call.options import CallOptions
from ..._call.requests import voice_call
from ..._call.signatures import documented
from ..._media.uploads import FileInput, Progress
from ..at_hand import at_hand
from ..transport import AsyncTransport


class AsyncVoicePipeline:
    """The native voice pipeline of the pipeline that the client addresses. Preview."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @at_hand
    @documented("createVoicePipeline")
    async def create(
        self,
        *,
        audio: FileInput,
        mime_type: str | None = None,
        on_progress: Progress | None = None,
        **options: Unpack[CallOptions],
    ) -> VoicePipelineResult:
        """Send recorded speech, get an answer.

        ``audio`` is bytes, a path, a binary file object, or ``(filename, data[, content_type])``;
        ``mime_type`` is told from it if left out. It is sent once: never repeated after it left.

        Returns:
            ``.transcript`` was heard, ``.text`` is the answer, ``.audio`` is it as speech (bytes)
            where the deployment returns it.

        Raises:
            ConfigurationError: the client addresses no pipeline; nothing was sent.
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = voice_call(options, transport.settings, audio, mime_type, on_progress)
        return await transport.fetch(
            call, json_result(VoicePipelineResult, transport.settings.redactor)
        )


class AsyncVoice:
    """The voice namespace."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.pipeline = AsyncVoicePipeline(transport)
