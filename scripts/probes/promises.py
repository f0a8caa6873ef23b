"""Rows of promises: no second charge, no cut that is not noticed, verified deployments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from runinfra_ext import (
    AlreadyCompletedError,
    IdempotencyReplayUnavailableError,
    RunInfra,
    RunInfraConnectionError,
    RunInfraError,
    StreamTruncatedError,
    idempotency,
)

from . import variables
from .relay import Relay
from .running import SENTENCE, Row, Seen, Target

_REQUEST_ID: Final = "request id present"
_REPEAT: Final = (
    "the first is no replay",
    _REQUEST_ID,
    "the second was not run again",
    "it is the same answer",
)
# What the rows of paid operations use: each must be a deployment that the gateway has verified.
_MODELS: Final = (
    variables.CHAT_MODEL,
    variables.EMBEDDING_MODEL,
    variables.RERANK_MODEL,
    variables.IMAGE_MODEL,
    variables.TTS_MODEL,
    variables.ASR_MODEL,
)


def verified(target: Target, client: RunInfra, seen: Seen) -> None:
    """The gateway lists a deployment as long as it is verified and live, and no longer."""
    models = client.models.list()
    seen.answer(models.request_id)
    listed = {model.id: model for model in models.data}
    used = [target.given[name] for name in _MODELS]
    seen.check("every model that the rows use is listed", all(name in listed for name in used))
    usable = all(listed[name].availability in {None, "available"} for name in used)
    seen.check("and available", usable)


def repeated(seen: Seen, call: Callable[[str], tuple[object, bool, str | None]]) -> None:
    """Two calls with one key, by hand: the second must not be run, and so not be charged.

    Args:
        seen: of the row.
        call: makes one with this key: what came, whether it is a replay, the request id.
    """
    key = idempotency.new_key()
    first, replayed, _ = call(key)
    seen.check("the first is no replay", not replayed)
    try:
        second, replayed, request_id = call(key)
    except (AlreadyCompletedError, IdempotencyReplayUnavailableError) as error:
        # It was done and charged before, and not kept: refused, and so not run again.
        second, replayed, request_id = first, True, error.request_id
    seen.answer(request_id)
    seen.check("the second was not run again", replayed)
    seen.check("it is the same answer", first == second)


def speak_again(target: Target, client: RunInfra, seen: Seen) -> None:
    """Speech is never repeated by the SDK; by hand, with its key, it costs nothing more."""

    def call(key: str) -> tuple[object, bool, str | None]:
        speech = client.audio.speech.create(
            model=target.given[variables.TTS_MODEL],
            voice=target.given[variables.TTS_VOICE],
            input=SENTENCE,
            response_format="wav",
            idempotency_key=key,
        )
        target.spoke(speech.content)
        return speech.content, speech.meta.replayed, speech.request_id

    repeated(seen, call)


def transcribe_again(target: Target, client: RunInfra, seen: Seen) -> None:
    """So does a transcription."""
    recording = target.recording(client)

    def call(key: str) -> tuple[object, bool, str | None]:
        result = client.audio.transcriptions.create(
            model=target.given[variables.ASR_MODEL], file=recording, idempotency_key=key
        )
        return result.text, result.meta.replayed, result.request_id

    repeated(seen, call)


def cut(target: Target, client: RunInfra, seen: Seen) -> None:
    """A stream whose connection ends in its middle is an error that holds what had arrived."""
    with Relay(client.base_url) as relay:
        behind = target.client(**relay.options)
        stream = behind.chat.completions.create(
            model=target.given[variables.CHAT_MODEL],
            messages=[{"role": "user", "content": "Count to fifty, in words."}],
            max_tokens=256,
            stream=True,
        )
        came = 0
        noticed: RunInfraError | None = None
        try:
            with stream:
                for _ in stream:
                    came += 1
                    relay.cut()
        except (StreamTruncatedError, RunInfraConnectionError) as error:
            # Which of them depends on how the gateway marks the end of a body.
            noticed = error
    seen.answer(stream.request_id if noticed is None else noticed.request_id)
    seen.check("something had arrived", came)
    seen.check("the cut is an error", noticed is not None)
    seen.check("which holds what had arrived", noticed is not None and noticed.partial is not None)


ROWS: Final = (
    Row(
        "deployments",
        verified,
        (_REQUEST_ID, "every model that the rows use is listed", "and available"),
        _MODELS,
    ),
    Row(
        "stream-cut",
        cut,
        (
            _REQUEST_ID,
            "something had arrived",
            "the cut is an error",
            "which holds what had arrived",
        ),
        (variables.CHAT_MODEL,),
    ),
    Row("speech-repeat", speak_again, _REPEAT, (variables.TTS_MODEL, variables.TTS_VOICE)),
    Row("transcription-repeat", transcribe_again, _REPEAT, (variables.ASR_MODEL,), listens=True),
)
