# Generated from runinfra_ext/_async/resources/voice.py by `make gen`; do not edit.
"""``client.voice.pipeline``."""

from __future__ import annotations

from typing import Unpack

from ..._answer.bodies import json_result
from ..._answer.results import VoicePipelineResult
from ..._call.options import CallOptions
from ..._call.requests import voice_call
from ..._call.signatures import documented
from ..._media.uploads import FileInput, Progress
from ..transport import Transport


class VoicePipeline:
    """The native voice pipeline of the pipeline that the client addresses. Preview."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @documented("createVoicePipeline")
    def create(
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
        return transport.fetch(call, json_result(VoicePipelineResult, transport.settings.redactor))


class Voice:
    """The voice namespace."""

    def __init__(self, transport: Transport) -> None:
        self.pipeline = VoicePipeline(transport)
