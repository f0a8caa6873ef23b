"""``client.audio.speech`` and ``client.audio.transcriptions``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from ..._answer.results import Transcription, TranscriptionText, TranscriptionVerbose
from ..._answer.transcripts import transcription_result
from ..._call.calls import SpeechCall, TranscriptionCall
from ..._call.requests import speech_call, transcription_call
from ..._call.signatures import documented
from ..._media.formats import SpeechAudio, speech_result
from ..._media.uploads import FileInput, Progress
from ..at_hand import at_hand
from ..speech import AsyncSpeechStream
from ..transport import AsyncTransport


class AsyncSpeech:
    """Speech from text."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @at_hand
    @documented("createSpeech")
    async def create(self, **params: Unpack[SpeechCall]) -> SpeechAudio:
        """Speak a text, whole.

        Give ``voice``, or reference audio: ``ref_audio`` (a URL, a data URL, or the path of a file)
        with ``ref_text``. It is sent once: never repeated after it left, because the gateway keeps
        no answers of this operation. The error of a lost answer holds the idempotency key.

        Returns:
            The audio: ``.content``, ``.format``, ``.duration``, ``.write_to_file(path)``.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            UnexpectedContentError: the answer is not audio.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        settings = transport.settings
        call = speech_call(params, settings, function="audio.speech.create")
        return await transport.fetch(
            call, lambda body, meta: speech_result(body, meta, settings.redactor)
        )

    @at_hand
    @documented("createSpeech")
    async def stream(self, **params: Unpack[SpeechCall]) -> AsyncSpeechStream:
        """Speak a text, and hand out the bytes as they come, in constant memory.

        Returns:
            A stream to iterate over or to write to a file, to be used as a context manager.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = speech_call(params, transport.settings, function="audio.speech.stream", raw=True)
        return await transport.open(call, AsyncSpeechStream)


class AsyncTranscriptions:
    """Text from speech."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @overload
    @at_hand
    async def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["json"] | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: Progress | None = None,
        **params: Unpack[TranscriptionCall],
    ) -> Transcription: ...

    @overload
    @at_hand
    async def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["verbose_json"],
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: Progress | None = None,
        **params: Unpack[TranscriptionCall],
    ) -> TranscriptionVerbose: ...

    @overload
    @at_hand
    async def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["text", "srt", "vtt"],
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: Progress | None = None,
        **params: Unpack[TranscriptionCall],
    ) -> TranscriptionText: ...

    @at_hand
    @documented("createTranscription")
    async def create(
        self,
        *,
        file: FileInput,
        response_format: str | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: Progress | None = None,
        **params: Unpack[TranscriptionCall],
    ) -> Transcription | TranscriptionVerbose | TranscriptionText:
        """Transcribe an audio file.

        ``file`` is bytes, a path, a binary file object, or ``(filename, data[, content_type])``. It
        is read while it is sent, in constant memory. ``filename`` and ``content_type`` are told
        from it if left out; ``on_progress`` is called with the bytes sent so far, and all of them.
        It is sent once: never repeated after it left.

        Returns:
            A ``Transcription``; with ``response_format="verbose_json"`` one with segments and
            words; with ``text``, ``srt`` or ``vtt`` a ``str`` with ``.request_id``.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        arguments: Any = params
        call = transcription_call(
            arguments,
            transport.settings,
            file=file,
            response_format=response_format,
            filename=filename,
            content_type=content_type,
            on_progress=on_progress,
        )
        redactor = transport.settings.redactor
        return await transport.fetch(
            call, lambda body, meta: transcription_result(response_format, body, meta, redactor)
        )


class AsyncAudio:
    """The audio namespace."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.speech = AsyncSpeech(transport)
        self.transcriptions = AsyncTranscriptions(transport)
