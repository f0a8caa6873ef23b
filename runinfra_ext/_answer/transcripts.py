"""From a transcription's answer to the result that its format has."""

from __future__ import annotations

from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from ..errors import ResponseShapeError, UnexpectedContentError
from .bodies import BASE_URL_HINT, json_object, media_type, parse_result
from .results import Transcription, TranscriptionText, TranscriptionVerbose

TEXT_FORMATS = frozenset({"text", "srt", "vtt"})


def transcription_result(
    response_format: str | None, body: bytes, meta: Meta, redactor: Redactor
) -> Transcription | TranscriptionVerbose | TranscriptionText:
    """The result of an answer.

    Raises:
        UnexpectedContentError: a web page, or not JSON where JSON was asked for.
        ResponseShapeError: the text is missing, or is not UTF-8.
    """
    if response_format in TEXT_FORMATS:
        return _text(body, meta, redactor)
    content = json_object(body, meta)
    if response_format == "verbose_json":
        return parse_result(TranscriptionVerbose, content, meta, redactor)
    return parse_result(Transcription, content, meta, redactor)


def _text(body: bytes, meta: Meta, redactor: Redactor) -> TranscriptionText:
    kind = media_type(meta.headers)
    if kind == "text/html":
        msg = f"The gateway answered with a web page instead of a transcript. {BASE_URL_HINT}"
        raise UnexpectedContentError(msg)
    if kind == "application/json":
        # Some engines wrap the text in JSON whatever format was asked for.
        text = parse_result(Transcription, json_object(body, meta), meta, redactor).text
    else:
        text = _decoded(body)
    result = TranscriptionText(text)
    result._meta = meta  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return result


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass  # raised below, so that the codec's error, with the body, is not chained
    msg = "The gateway's transcript is not UTF-8."
    raise ResponseShapeError(msg)
