# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Transcribe audio: POST /audio/transcriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation
from ...params import TimestampGranularityParam, TranscriptionFormatParam
from ...types import FileInput, first_of
from ...wire import Request, renamed

if TYPE_CHECKING:
    from ...client import Client


class TranscriptionOtherParams(TypedDict):
    """Those of :class:`TranscriptionParams` that one pipeline does not settle by itself.

    Attributes:
        language: Language tag such as `en`.
        prompt: Spelling and style to follow.
        temperature: Randomness; 0 if left out.
        timestamp_granularities: What `verbose_json` gives times for.
    """

    language: NotRequired[str | None]
    prompt: NotRequired[str | None]
    temperature: NotRequired[float | None]
    timestamp_granularities: NotRequired[Sequence[TimestampGranularityParam] | None]


class TranscriptionParams(TranscriptionOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createTranscription",
    function="audio.transcriptions.create",
    method="POST",
    path="/audio/transcriptions",
    scope="any",
    replay="never",
    replay_scope="any",
    replay_conservative=False,
    body="multipart",
    response="json_or_text",
    accept="application/json, text/plain, text/vtt",
    fields={
        "file": Field(
            types=("string",),
            required=True,
            format="binary",
            special=True,
            description="The audio: mp3, mp4, mpeg, mpga, wav, m4a, flac, webm or ogg.",
        ),
        "model": Field(
            types=("string",),
            required=True,
            min_length=1,
            max_length=512,
            non_blank=True,
            scoped_default="default",
            description="Id of the model.",
        ),
        "language": Field(types=("string",), description="Language tag such as `en`."),
        "prompt": Field(types=("string",), description="Spelling and style to follow."),
        "response_format": Field(
            types=("string",),
            enum=("json", "text", "srt", "verbose_json", "vtt"),
            description="Form of the answer; `json` if left out.",
        ),
        "temperature": Field(
            types=("number",), minimum=0, maximum=1, description="Randomness; 0 if left out."
        ),
        "timestamp_granularities": Field(
            types=("array",),
            wire="timestamp_granularities[]",
            item=Field(
                types=("string",),
                required=True,
                enum=("word", "segment"),
                description="What has times.",
            ),
            description="What `verbose_json` gives times for.",
        ),
    },
    required=("file", "model"),
)
_NAMES: Final = {
    "file": "file",
    "model": "model",
    "language": "language",
    "prompt": "prompt",
    "response_format": "response_format",
    "temperature": "temperature",
    "timestamp_granularities": "timestamp_granularities[]",
}


def request(
    *,
    file: FileInput,
    response_format: TranscriptionFormatParam | None = None,
    **params: Unpack[TranscriptionParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        file: The audio: mp3, mp4, mpeg, mpga, wav, m4a, flac, webm or ogg.
        response_format: Form of the answer; `json` if left out.
        params: The other parameters; see :class:`TranscriptionParams`.
    """
    given: dict[str, Any] = {**params}
    given["file"] = file
    if response_format is not None:
        given["response_format"] = response_format
    return Request(
        "POST",
        "/audio/transcriptions",
        form=renamed(given, _NAMES),
    )


def result(
    status: int, content: Any
) -> models.TranscriptionVerbose | models.Transcription | str | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON, or the text.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (
            content
            if isinstance(content, str)
            else first_of(
                content,
                (
                    models.TranscriptionVerbose,
                    models.Transcription,
                ),
            )
        )
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    file: FileInput,
    response_format: TranscriptionFormatParam | None = None,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[TranscriptionParams],
) -> models.TranscriptionVerbose | models.Transcription | str:
    """Transcribe audio.

    Args:
        client: where to.
        file: The audio: mp3, mp4, mpeg, mpga, wav, m4a, flac, webm or ogg.
        response_format: Form of the answer; `json` if left out.
        params: The other parameters; see :class:`TranscriptionParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(file=file, response_format=response_format, **params)
    answer: models.TranscriptionVerbose | models.Transcription | str = client.send(
        OPERATION, described, result, headers
    )
    return answer


async def asyncio(
    client: Client,
    *,
    file: FileInput,
    response_format: TranscriptionFormatParam | None = None,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[TranscriptionParams],
) -> models.TranscriptionVerbose | models.Transcription | str:
    """Transcribe audio.

    Args:
        client: where to.
        file: The audio: mp3, mp4, mpeg, mpga, wav, m4a, flac, webm or ogg.
        response_format: Form of the answer; `json` if left out.
        params: The other parameters; see :class:`TranscriptionParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(file=file, response_format=response_format, **params)
    answer: models.TranscriptionVerbose | models.Transcription | str = await client.send_async(
        OPERATION, described, result, headers
    )
    return answer
