"""Rows of pictures and sound: images, speech, transcription, voice."""

from __future__ import annotations

from typing import Any, Final

from runinfra_ext import RunInfra

from . import variables
from .running import HEARD, SENTENCE, Row, Seen, Target

_REQUEST_ID: Final = "request id present"
# PNG, JPEG and the container of WebP.
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")


def image(target: Target, client: RunInfra, seen: Seen) -> None:
    """One image, small where the model allows it."""
    size = target.given.get(variables.IMAGE_SIZE)
    wanted: dict[str, Any] = {} if size is None else {"size": size}
    result = client.images.generate(
        model=target.given[variables.IMAGE_MODEL], prompt="A paper boat", n=1, **wanted
    )
    seen.answer(result.request_id)
    seen.check("one image", len(result.data) == 1)
    made = result.data[0]
    if made.b64_json is None:
        seen.check("a picture, or where it is", str(made.url).startswith("https://"))
    else:
        seen.check("a picture, or where it is", made.image.startswith(_PICTURES))


def speak(target: Target, client: RunInfra, seen: Seen) -> None:
    """Speech, whole; kept for the rows that listen."""
    speech = client.audio.speech.create(
        model=target.given[variables.TTS_MODEL],
        voice=target.given[variables.TTS_VOICE],
        input=SENTENCE,
        response_format="wav",
    )
    target.spoke(speech.content)
    seen.answer(speech.request_id)
    seen.check("content type of audio", speech.content_type.startswith("audio/"))
    seen.check("the format that was asked for", speech.format == "wav")
    seen.check("it has a duration", speech.duration)


def speak_stream(target: Target, client: RunInfra, seen: Seen) -> None:
    """Speech as it comes."""
    with client.audio.speech.stream(
        model=target.given[variables.TTS_MODEL],
        voice=target.given[variables.TTS_VOICE],
        input=SENTENCE,
        response_format="wav",
    ) as audio:
        size = sum(len(piece) for piece in audio)
    seen.answer(audio.request_id)
    seen.check("content type of audio", audio.content_type.startswith("audio/"))
    seen.check("bytes came", size)
    seen.check("the format that was asked for", audio.format == "wav")


def transcribe(target: Target, client: RunInfra, seen: Seen) -> None:
    """A recording becomes text."""
    recording = target.recording(client)
    result = client.audio.transcriptions.create(
        model=target.given[variables.ASR_MODEL], file=recording
    )
    seen.answer(result.request_id)
    seen.check("text present", result.text.strip())
    own = variables.AUDIO_FILE not in target.given
    seen.check("what was said, where it is known", not own or HEARD in result.text.casefold())


def converse(target: Target, client: RunInfra, seen: Seen) -> None:
    """The voice pipeline hears and answers."""
    recording = target.recording(client)
    pipeline = target.pipeline(target.given[variables.PIPELINE_ID])
    answer = pipeline.voice.pipeline.create(audio=recording)
    seen.answer(answer.request_id)
    seen.check("heard or answered", answer.transcript or answer.text)


ROWS: Final = (
    Row(
        "images",
        image,
        (_REQUEST_ID, "one image", "a picture, or where it is"),
        (variables.IMAGE_MODEL,),
    ),
    Row(
        "speech",
        speak,
        (
            _REQUEST_ID,
            "content type of audio",
            "the format that was asked for",
            "it has a duration",
        ),
        (variables.TTS_MODEL, variables.TTS_VOICE),
    ),
    Row(
        "speech-stream",
        speak_stream,
        (_REQUEST_ID, "content type of audio", "bytes came", "the format that was asked for"),
        (variables.TTS_MODEL, variables.TTS_VOICE),
    ),
    Row(
        "transcription",
        transcribe,
        (_REQUEST_ID, "text present", "what was said, where it is known"),
        (variables.ASR_MODEL,),
        listens=True,
    ),
    Row(
        "voice-pipeline",
        converse,
        (_REQUEST_ID, "heard or answered"),
        (variables.PIPELINE_ID, variables.PIPELINE_KEY),
        listens=True,
    ),
)
