"""What each operation answers, as plain values; no HTTP here."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

from . import encoders, pictures, responses_adapter, sounds, vectors
from .catalog import MODELS
from .chat import chat
from .content import reply
from .conversation import count_tokens
from .outcomes import Context, Refused, Result


def respond(body: Mapping[str, Any], context: Context) -> Result:
    """Responses adapter."""
    whole = responses_adapter.response(body, context)
    if body.get("stream"):
        return Result(events=responses_adapter.events(whole), named_events=True)
    return Result(json=whole)


def embed(body: Mapping[str, Any], context: Context) -> Result:
    """Embeddings."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    size = body.get("dimensions")
    if size is not None and size > 4096:
        raise Refused(
            400,
            "dimensions is not supported by this deployment beyond 4096.",
            code="unsupported_parameter",
            param="dimensions",
        )
    encoded = body.get("encoding_format") == "base64"
    data: list[dict[str, Any]] = []
    for index, text in enumerate(texts):
        vector = vectors.embed(text, size)
        value = vectors.encode(vector) if encoded else vector
        data.append({"object": "embedding", "index": index, "embedding": value})
    tokens = count_tokens(texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return Result(json={"object": "list", "model": context.model, "data": data, "usage": usage})


def rerank(body: Mapping[str, Any], context: Context) -> Result:
    """Rerank."""
    if ("texts" in body) == ("documents" in body):
        raise Refused(400, "Give exactly one of texts and documents.", param="texts")
    documents: list[Any] = body.get("texts") or body.get("documents") or []
    scores: list[dict[str, Any]] = [
        {
            "index": index,
            "score": vectors.relevance(body["query"], vectors.document_text(document)),
        }
        for index, document in enumerate(documents)
    ]
    best = sorted(scores, key=lambda score: (-score["score"], score["index"]))
    results: list[dict[str, Any]] = []
    for score in best[: body.get("top_n") or len(best)]:
        document: Any = documents[score["index"]]
        result: dict[str, Any] = dict(score)
        if isinstance(document, str):
            result["text"] = document
        else:
            result |= {key: document[key] for key in ("id", "text", "content") if key in document}
        results.append(result)
    texts = [vectors.document_text(document) for document in documents]
    tokens = count_tokens(body["query"]) + count_tokens(texts)
    return Result(
        json={
            "object": "runinfra.rerank",
            "model": context.model,
            "scores": scores,
            "rankings": results,
            "results": results,
            "document_count": len(documents),
            "usage": _input_usage(tokens),
        }
    )


def image(body: Mapping[str, Any], context: Context) -> Result:
    """Image generation."""
    size = pictures.parse_size(body.get("size"))
    if size is None:
        msg = f"size: expected WIDTHxHEIGHT with at most {pictures.MAX_SIDE} pixels a side."
        raise Refused(400, msg, param="size")
    data: list[dict[str, str]] = []
    for number in range(body.get("n") or 1):
        colours = pictures.colours(body["prompt"], number)
        if body.get("response_format") == "url":
            name = f"{colours}-{size[0]}x{size[1]}.png"
            data.append({"url": f"{context.base_url}sandbox/pictures/{name}"})
        else:
            drawn = pictures.png(colours, *size)
            data.append({"b64_json": base64.b64encode(drawn).decode("ascii")})
    usage = _input_usage(count_tokens(body["prompt"]))
    return Result(json={"created": context.created, "data": data, "usage": usage})


def _input_usage(tokens: int) -> dict[str, int]:
    """The usage of work whose answer has no tokens."""
    return {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens}


def speech(body: Mapping[str, Any], _context: Context) -> Result:
    """Text to speech."""
    if "voice" not in body and not ("ref_audio" in body and "ref_text" in body):
        raise Refused(400, "Give voice, or ref_audio with ref_text.", param="voice")
    text = body["input"]
    if len(text) > sounds.MAX_LETTERS:
        raise Refused(400, f"input: at most {sounds.MAX_LETTERS} characters.", param="input")
    form = "mp3" if body.get("response_format") is None else body["response_format"]
    known = sounds.media_types()
    if form not in known:
        msg = f"response_format: this deployment makes {', '.join(known)}."
        if form in encoders.MEDIA_TYPES:
            msg += f" For {form} install {encoders.EXTRA}."
        raise Refused(400, msg, code="unsupported_parameter", param="response_format")
    return Result(content=sounds.speak(text, form), media_type=known[form])


def transcribe(body: Mapping[str, Any], _context: Context) -> Result:
    """Transcription; ``file`` is bytes here."""
    data: bytes = body["file"]
    if not data:
        raise Refused(400, "file: expected some audio.", param="file")
    text = sounds.hear(data)
    if text is None:
        text = f"foreign audio of {len(data)} bytes, which the sandbox can't hear"
    length = sounds.seconds(text)
    form = body.get("response_format") or "json"
    if form == "text":
        return Result(content=(text + "\n").encode(), media_type="text/plain; charset=utf-8")
    if form == "srt":
        lines = f"1\n{_time(0, ',')} --> {_time(length, ',')}\n{text}\n"
        return Result(content=lines.encode(), media_type="text/plain; charset=utf-8")
    if form == "vtt":
        lines = f"WEBVTT\n\n{_time(0, '.')} --> {_time(length, '.')}\n{text}\n"
        return Result(content=lines.encode(), media_type="text/vtt; charset=utf-8")
    if form == "verbose_json":
        wanted: list[str] = body.get("timestamp_granularities[]") or ["segment"]
        return Result(json=_verbose(text, length, body.get("language"), wanted))
    return Result(json={"text": text})


def _verbose(text: str, length: float, language: str | None, wanted: list[str]) -> dict[str, Any]:
    words: list[dict[str, Any]] = []
    at = 0.0
    for word in text.split():
        end = round(at + len(word) * sounds.SECONDS_PER_LETTER, 2)
        words.append({"word": word, "start": at, "end": end})
        at = round(end + sounds.SECONDS_PER_LETTER, 2)
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": length,
        "text": text,
        "tokens": [len(word) for word in text.split()],
        "temperature": 0.0,
        "avg_logprob": -0.1,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.01,
    }
    verbose: dict[str, Any] = {
        "task": "transcribe",
        "text": text,
        "language": language or "en",
        "duration": length,
    }
    if "segment" in wanted:
        verbose["segments"] = [segment]
    if "word" in wanted:
        verbose["words"] = words
    return verbose


def _time(seconds: float, mark: str) -> str:
    whole = int(seconds)
    parts = whole // 3600, whole // 60 % 60, whole % 60
    milliseconds = round((seconds - whole) * 1000)
    return f"{parts[0]:02d}:{parts[1]:02d}:{parts[2]:02d}{mark}{milliseconds:03d}"


def voice(body: Mapping[str, Any], _context: Context) -> Result:
    """Voice pipeline; ``audio`` is bytes here."""
    data: bytes = body["audio"]
    if not data:
        raise Refused(400, "Expected some audio in the body.", code="missing_required_field")
    heard = sounds.hear(data) or f"foreign audio of {len(data)} bytes"
    said = reply(heard)
    spoken = base64.b64encode(sounds.speak(said, "wav")).decode("ascii")
    return Result(
        json={
            "object": "voice.pipeline",
            "modality": "voice-pipeline",
            "model": "acme-voice",
            "transcript": heard,
            "responseText": said,
            "audio_base64": spoken,
            "content_type": "audio/wav",
            "latency_ms": 12.5,
        }
    )


def list_models(_body: Mapping[str, Any], context: Context) -> Result:
    """Model list."""
    return Result(
        json={"object": "list", "data": [model(name, context.created) for name in MODELS]}
    )


def retrieve_model(body: Mapping[str, Any], context: Context) -> Result:
    """One model."""
    name = body["model"]
    if name not in MODELS:
        raise unknown_model(name)
    return Result(json=model(name, context.created))


def model(name: str, created: int) -> dict[str, Any]:
    """A model as the gateway lists it."""
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": "runinfra",
        "availability": "available",
        **MODELS[name],
    }


def unknown_model(name: str) -> Refused:
    """The error for a model that no deployment serves."""
    return Refused(
        404,
        f"Unknown model id {name[:100]} for this workspace.",
        "model_not_found",
        code="model_not_found",
        param="model",
    )


HANDLERS: Final[Mapping[str, Callable[[Mapping[str, Any], Context], Result]]] = {
    "createChatCompletion": chat,
    "createResponse": respond,
    "createEmbedding": embed,
    "createRerank": rerank,
    "createImage": image,
    "createSpeech": speech,
    "createTranscription": transcribe,
    "createVoicePipeline": voice,
    "listModels": list_models,
    "retrieveModel": retrieve_model,
}
