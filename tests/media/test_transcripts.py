"""Transcripts in all forms, and what is none."""

from __future__ import annotations

import pytest

import runinfra_ext as sdk
from runinfra_ext._answer.transcripts import transcription_result
from runinfra_ext._ground.metadata import Meta
from runinfra_ext._ground.redaction import Redactor
from runinfra_ext._ground.wire import Headers


def result(form, body, content_type="text/plain"):
    """The result of an answer."""
    headers = Headers([("content-type", content_type), ("x-request-id", "req_1")])
    meta = Meta("createTranscription", 200, headers, "req_1", "mine", None, False, 1, (), 0.1)
    return transcription_result(form, body, meta, Redactor())


def test_text_is_a_str_with_metadata():
    """Plain text, also when an engine wraps it in JSON, also with a byte order mark."""
    for body, kind in (
        (b"hello", "text/plain"),
        (b'{"text": "hello"}', "application/json"),
        (b"\xef\xbb\xbfhello", ""),
    ):
        text = result("text", body, kind)
        assert (text, text.request_id, text.meta.attempts) == ("hello", "req_1", 1)
        assert isinstance(text, str)


@pytest.mark.parametrize(
    ("form", "body", "kind", "cls"),
    [
        ("text", b"<html>", "text/html", sdk.UnexpectedContentError),
        ("srt", b"\xff\xfe", "text/plain", sdk.ResponseShapeError),
        ("json", b"hello", "text/plain", sdk.UnexpectedContentError),
        (None, b"{}", "application/json", sdk.ResponseShapeError),
        ("verbose_json", b"[]", "application/json", sdk.ResponseShapeError),
        ("json", b"", "application/json", sdk.ResponseShapeError),
    ],
)
def test_what_is_no_transcript(form, body, kind, cls):
    """Pages, other encodings and other shapes are typed errors."""
    with pytest.raises(cls):
        result(form, body, kind)
