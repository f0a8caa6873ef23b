"""Opus and AAC: real files by a real encoder, where it is installed."""

from __future__ import annotations

import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import av
import httpx
import pytest

from runinfra_ext.sandbox import encoders, sounds

TEXT = "Mind the gap, Zoë."


@pytest.fixture
def http(gateway):
    """A client of the sandbox."""
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers, timeout=60) as made:
        yield made


def speak(http, form, text=TEXT):
    body = {"model": "acme-tts", "input": text, "voice": "nova", "response_format": form}
    return http.post("/audio/speech", json=body)


@pytest.mark.parametrize(
    ("form", "media_type", "codec", "rate"),
    [("opus", "audio/ogg", "opus", 48_000), ("aac", "audio/aac", "aac", 16_000)],
)
def test_coded_speech(http, form, media_type, codec, rate):
    """A decoder reads it: as long as it should be, not silent, and each time the same."""
    answer = speak(http, form)
    assert answer.headers["content-type"] == media_type
    with av.open(io.BytesIO(answer.content)) as container:
        [stream] = container.streams
        assert (stream.codec_context.name, stream.rate) == (codec, rate)
        frames = [frame.to_ndarray() for frame in container.decode(stream)]
    length = sum(frame.shape[-1] for frame in frames) / rate
    assert 0 <= length - sounds.seconds(TEXT) < 0.2  # the encoder fills its last frame
    assert max(abs(frame).max() for frame in frames) > 0.1
    assert speak(http, form).content == answer.content


@pytest.mark.parametrize("form", ["opus", "aac"])
@pytest.mark.parametrize("text", [TEXT, "e", "ö" * 300])
def test_it_is_heard(http, form, text):
    """To the letter, however long it is."""
    files = {"file": (f"a.{form}", speak(http, form, text).content)}
    heard = http.post("/audio/transcriptions", data={"model": "acme-asr"}, files=files)
    assert heard.json()["text"] == text


@pytest.mark.parametrize("form", ["opus", "aac"])
def test_the_longest_text_is_in_one_piece(form):
    """No page or frame of the container divides what it is found by."""
    text = "ü" * sounds.MAX_LETTERS
    comment = sounds._comment(text).decode()
    assert sounds.hear(encoders.encode(b"\1\0" * 1600, 16_000, form, comment)) == text


@pytest.mark.parametrize("form", ["", "ogg"])
def test_formats_that_there_are_not(http, form):
    """An empty name is none either; only without one it is mp3."""
    answer = speak(http, form)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, "response_format")


def test_others_need_not_wait(http, gateway, monkeypatch):
    """While a long speech is made, the sandbox answers what else comes."""
    begun, done = threading.Event(), threading.Event()

    def slow(text, form):
        begun.set()
        assert done.wait(60)
        return b"RIFF"

    monkeypatch.setattr(sounds, "speak", slow)
    body = {"model": "acme-tts", "input": "Hi", "voice": "nova", "response_format": "wav"}
    with ThreadPoolExecutor(1) as pool:
        speech = pool.submit(http.post, "/audio/speech", json=body)
        assert begun.wait(60)
        assert http.get("/models", timeout=30).status_code == 200
        done.set()
        assert speech.result().content == b"RIFF"


@pytest.mark.parametrize("form", ["opus", "aac"])
def test_the_sdk_tells_the_format(client, form):
    """The answer's format is what the bytes are."""
    speech = client.audio.speech.create(
        model="acme-tts", input=TEXT, voice="nova", response_format=form
    )
    assert speech.format == form


@pytest.mark.parametrize("form", ["opus", "aac"])
def test_without_the_extra(http, monkeypatch, form):
    """A 400 that tells what is to be had, and how to have more."""
    monkeypatch.setitem(sys.modules, "av", None)
    answer = speak(http, form)
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "response_format: this deployment makes wav, mp3, flac, pcm. "
        f"For {form} install runinfra-ext[sandbox-audio].",
        "type": "invalid_request_error",
        "param": "response_format",
        "code": "unsupported_parameter",
    }
    assert speak(http, "mp3").status_code == 200
