"""From an answer that is text, or may be, to its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runinfra_client.models import Transcription, TranscriptionVerbose

from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from .._ground.wire import JSON
from ..errors import ResponseShapeError, UnexpectedContentError
from .bodies import json_object, media_type, parse_result, union_result
from .error_mapping import BASE_URL_HINT
from .nested import as_public
from .results import TextResult

TEXT_FORMATS = frozenset({"text", "srt", "vtt"})


def transcription_result(
    response_format: str | None, body: bytes, meta: Meta, redactor: Redactor
) -> Transcription | TranscriptionVerbose | TextResult:
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


def _text(body: bytes, meta: Meta, redactor: Redactor) -> TextResult:
    kind = media_type(meta.headers)
    if kind == "text/html":
        msg = f"The gateway answered with a web page instead of a transcript. {BASE_URL_HINT}"
        raise UnexpectedContentError(msg)
    if kind == JSON:
        # Some engines wrap the text in JSON whatever format was asked for.
        text = parse_result(Transcription, json_object(body, meta), meta, redactor).text
    else:
        text = _decoded(body)
    return _with_meta(text, meta)


def text_result(make: Callable[..., Any]) -> Callable[[bytes, Meta], TextResult]:
    """A function that makes a text of a body.

    Args:
        make: the ``result()`` of the operation's module.
    """

    def made(body: bytes, meta: Meta) -> TextResult:
        kind = media_type(meta.headers)
        if kind == "text/html" or kind.endswith("json"):
            msg = f"The gateway answered with {kind} where text was expected. {BASE_URL_HINT}"
            raise UnexpectedContentError(msg)
        return _with_meta(make(meta.status, _decoded(body)), meta)

    return made


def json_or_text_result(
    make: Callable[..., Any], redactor: Redactor
) -> Callable[[bytes, Meta], Any]:
    """A function that makes a text or a model of a body, as its media type says."""

    def made(body: bytes, meta: Meta) -> Any:
        if media_type(meta.headers).startswith("text/"):
            return text_result(make)(body, meta)
        return union_result(make, as_public, redactor)(body, meta)

    return made


def _with_meta(text: str, meta: Meta) -> TextResult:
    result = TextResult(text)
    result._meta = meta  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - results are completed in here
    return result


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = "The gateway's text is not UTF-8."
        raise ResponseShapeError(msg) from error
