# Generated from runinfra_ext/_async/mixins/audio.py by `make gen`; do not edit.
"""``client.audio.transcriptions``: a result for each format."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from runinfra_client.api.audio import create_transcription
from runinfra_client.models import Transcription, TranscriptionVerbose
from runinfra_client.types import FileInput

from ... import types
from ..._answer.results import TextResult
from ..._answer.transcripts import TEXT_FORMATS, transcription_result
from ..._call.requests import described
from ..._call.signatures import documented
from ..._ground.doors import door
from ..._ground.wire import JSON
from ..._media.uploads import prepare_upload
from ..resource import Resource


class AudioTranscriptionsMethods(Resource):
    """Text from speech; what it is depends on the format that is asked for."""

    @overload
    def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["json"] | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionCall],
    ) -> Transcription: ...

    @overload
    def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["verbose_json"],
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionCall],
    ) -> TranscriptionVerbose: ...

    @overload
    def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["text", "srt", "vtt"],
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionCall],
    ) -> TextResult: ...

    @door
    @documented(create_transcription.OPERATION)
    def create(
        self,
        *,
        file: FileInput,
        response_format: str | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionCall],
    ) -> Transcription | TranscriptionVerbose | TextResult:
        """Transcribe an audio file.

        ``file`` is read while it is sent, in constant memory. ``filename`` and ``content_type`` are
        told from it if left out. It is sent once: never repeated after it left.

        Returns:
            A ``Transcription``; with ``response_format="verbose_json"`` one with segments and
            words; with ``text``, ``srt`` or ``vtt`` a ``str`` with ``.request_id``.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        arguments: dict[str, Any] = {**params, "response_format": response_format}
        settings = self._transport.settings
        arguments["file"] = prepare_upload(file, filename=filename, content_type=content_type)
        accept = "text/plain, text/vtt" if response_format in TEXT_FORMATS else JSON
        call = described(create_transcription, arguments, settings, accept=accept)
        redactor = settings.redactor
        return self._transport.fetch(
            call, lambda body, meta: transcription_result(response_format, body, meta, redactor)
        )
