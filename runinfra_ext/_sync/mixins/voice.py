# Generated from runinfra_ext/_async/mixins/voice.py by `make gen`; do not edit.
"""``client.voice.pipeline``."""

from __future__ import annotations

from typing import Unpack

from runinfra_client.api.voice import create_voice_pipeline
from runinfra_client.types import FileInput

from ..._answer.results import VoicePipelineResult
from ..._call.options import UploadCallOptions
from ..._call.requests import check_scope
from ..._call.signatures import documented
from ..._ground.doors import door
from ..._media.uploads import prepare_upload
from ..resource import Resource


class VoicePipelineMethods(Resource):
    """The native voice pipeline of the pipeline that the client addresses. Preview."""

    @door
    @documented(create_voice_pipeline.OPERATION, without=("content",))
    def create(
        self,
        *,
        audio: FileInput,
        mime_type: str | None = None,
        **options: Unpack[UploadCallOptions],
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
        check_scope(create_voice_pipeline.OPERATION, self._transport.settings)
        upload = prepare_upload(
            audio, content_type=mime_type, field="audio", type_field="mime_type"
        )
        return self._json(
            create_voice_pipeline, {**options, "content": upload}, VoicePipelineResult
        )
