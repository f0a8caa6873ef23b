# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Speak a text: POST /audio/speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


class SpeechOtherParams(TypedDict):
    """Those of :class:`SpeechParams` that one pipeline does not settle by itself.

    Attributes:
        input: The text.
        voice: A preset or a speaker of the model.
        ref_text: What is said in it.
        task_type: `Base`, `CustomVoice` or `VoiceDesign`, where the model has them.
        response_format: `mp3` (the default), `wav`, `flac`, `opus`, `aac` or `pcm`; what is possible depends on the deployment.
        speed: 1 if left out.
    """

    input: str
    voice: NotRequired[str | None]
    ref_text: NotRequired[str | None]
    task_type: NotRequired[str | None]
    response_format: NotRequired[str | None]
    speed: NotRequired[float | None]


class SpeechParams(SpeechOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createSpeech",
    function="audio.speech.create",
    method="POST",
    path="/audio/speech",
    scope="any",
    replay="never",
    replay_scope="any",
    replay_conservative=False,
    body="json",
    response="audio",
    accept="audio/*, application/octet-stream",
    fields={
        "model": Field(
            types=("string",),
            required=True,
            min_length=1,
            max_length=512,
            non_blank=True,
            scoped_default="default",
            description="Id of the model.",
        ),
        "input": Field(types=("string",), required=True, non_blank=True, description="The text."),
        "voice": Field(
            types=("string",), non_blank=True, description="A preset or a speaker of the model."
        ),
        "ref_audio": Field(
            types=("string",),
            non_blank=True,
            file=True,
            special=True,
            description="URL or data URL of a voice to follow.",
        ),
        "ref_text": Field(types=("string",), non_blank=True, description="What is said in it."),
        "task_type": Field(
            types=("string",),
            description="`Base`, `CustomVoice` or `VoiceDesign`, where the model has them.",
        ),
        "response_format": Field(
            types=("string",),
            description="`mp3` (the default), `wav`, `flac`, `opus`, `aac` or `pcm`; what is possible depends on the deployment.",
        ),
        "speed": Field(types=("number",), minimum=0.25, maximum=4, description="1 if left out."),
    },
    required=("model", "input"),
)


def request(
    *,
    ref_audio: str | None = None,
    **params: Unpack[SpeechParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        ref_audio: URL or data URL of a voice to follow.
        params: The other parameters; see :class:`SpeechParams`.
    """
    given: dict[str, Any] = {**params}
    if ref_audio is not None:
        given["ref_audio"] = ref_audio
    return Request(
        "POST",
        "/audio/speech",
        json=given,
    )


def result(status: int, content: Any) -> bytes | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON; the bytes of another answer.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return bytes(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    ref_audio: str | None = None,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[SpeechParams],
) -> bytes:
    """Speak a text.

    Args:
        client: where to.
        ref_audio: URL or data URL of a voice to follow.
        params: The other parameters; see :class:`SpeechParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(ref_audio=ref_audio, **params)
    answer: bytes = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    ref_audio: str | None = None,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[SpeechParams],
) -> bytes:
    """Speak a text.

    Args:
        client: where to.
        ref_audio: URL or data URL of a voice to follow.
        params: The other parameters; see :class:`SpeechParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(ref_audio=ref_audio, **params)
    answer: bytes = await client.send_async(OPERATION, described, result, headers)
    return answer
