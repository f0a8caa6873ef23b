"""Audio, files, vectors and images: formats, durations, atomic writes, and what is no audio."""

from __future__ import annotations

import io
import os
import struct
import wave

import pytest

import runinfra_ext as sdk
from runinfra_ext._answer import results
from runinfra_ext._ground import files
from runinfra_ext._ground.metadata import Meta
from runinfra_ext._ground.wire import Headers
from runinfra_ext._media import vectors
from runinfra_ext._media.formats import (
    audio_format,
    reference_audio,
    sniff_format,
    wav_duration,
)
from runinfra_ext._media.speech import SpeechAudio
from runinfra_ext._media.waves import WaveReader
from tests.network.hostile import Hostile, answer, answering


def wav(seconds, rate=8000):
    """A WAV file of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(b"\0\0" * int(seconds * rate))
    return buffer.getvalue()


def make_speech(content, content_type, asked=None):
    """Speech as an answer would make it."""
    headers = Headers([("content-type", content_type)])
    meta = Meta("createSpeech", 200, headers, "req_1", "mine", None, False, 1, (), 0.1)
    return SpeechAudio(content, meta, asked)


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (wav(0.1), "wav"),
        (b"ID3\x04", "mp3"),
        (b"ID3\4\0\0\0\0\0\x05aaaaa\xff\xf1\x50\x80", "aac"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"fLaC\0", "flac"),
        (b"OggS" + b"\0" * 24 + b"OpusHead", "opus"),
        (b"OggS\0\0", "ogg"),
        (b"\0\0\0\x20ftypM4A ", "m4a"),
        (b"\x1a\x45\xdf\xa3", "webm"),
        (b"\0\0\0\0", None),
        (b"", None),
    ],
)
def test_formats_by_their_first_bytes(start, form):
    """The bytes tell the format, whatever the header says."""
    assert sniff_format(start) == form


@pytest.mark.parametrize(
    ("start", "content_type", "form"),
    [
        (b"ID3\4\0\0\0\0\1\0" + bytes(60), "audio/aac", "aac"),  # hidden behind the tag
        (b"ID3\4\0\0\0\0\1\0" + bytes(60), "audio/mpeg", "mp3"),
        (b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\x00", "audio/aac", "mp3"),  # in sight, and another
    ],
)
def test_a_tag_stands_before_either(start, content_type, form):
    """ID3 alone tells no format where the header says AAC."""
    assert audio_format(start, content_type) == form


@pytest.mark.parametrize(
    ("content_type", "start", "asked", "form"),
    [
        ("application/octet-stream", bytes(60), "pcm", "pcm"),
        ("", b"\xff\xfb" * 60, "pcm", "pcm"),  # samples may look like a frame
        ("application/octet-stream", b"RIFF\0\0\0\0WAVE", "pcm", "wav"),
        ("application/octet-stream", bytes(60), "mp3", "unknown"),
        ("application/octet-stream", bytes(60), None, "unknown"),
        ("audio/mpeg", bytes(60), "pcm", "mp3"),
    ],
)
def test_raw_samples_under_any_label(content_type, start, asked, form):
    """Raw samples have no mark, so that they are what was asked for where nothing says else."""
    assert make_speech(start, content_type, asked).format == form


def test_duration_of_wav():
    """By the chunks; a streaming header without a size counts what is there."""
    data = wav(1.5)
    assert wav_duration(data) == 1.5
    place = data.index(b"data") + 4
    for size in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
        assert wav_duration(data[:place] + size + data[place + 4 :]) == 1.5
    assert wav_duration(b"RIFF") is None
    assert wav_duration(data[:30]) is None
    assert wav_duration(data + b"LIST\4\0\0\0INFO") == 1.5
    assert wav_duration(data + data) is None, "two files one behind the other"


@pytest.mark.parametrize("rest", [b"", b"LIST\4\0\0\0INFO"])
def test_sizes_of_64_bits(rest):
    """RF64 tells the samples' size in a chunk before them; only that knows where they end."""
    data = wav(1.5)
    form, samples = data[12:36], data[44:]
    long = struct.pack("<4sIQQQI", b"ds64", 28, 0, len(samples), 0, 0)
    head = b"RF64\xff\xff\xff\xffWAVE" + long + form + b"data\xff\xff\xff\xff"
    assert wav_duration(head + samples + rest) == 1.5
    reader = WaveReader()
    assert reader.feed(head + samples + rest) == samples


@pytest.mark.parametrize(
    ("content_type", "seconds"),
    [
        ("audio/pcm; rate=24000", 0.5),
        ('audio/L16;rate="12000"; channels=2', 0.5),
        ("audio/pcm;RATE=24000;channels=0", 0.5),
        ("audio/pcm", None),
        ("audio/pcm; rate=", None),
        ("audio/pcm; rate=-1", None),
        ("audio/pcm; rate=99999999", None),
        ("audio/pcm; rate=\u0664", None),
    ],
)
def test_duration_of_raw_samples(content_type, seconds):
    """By the rate that the media type tells; unknown without one."""
    speech = make_speech(b"\0" * 24_000, content_type)
    assert speech.format == "pcm"
    assert speech.duration == seconds


def test_duration_of_raw_samples_by_hand():
    """By the rate that the caller knows; what is no rate is refused by name."""
    speech = make_speech(b"\0" * 48_000, "audio/pcm")
    assert speech.pcm_duration(24_000) == 1.0
    assert speech.pcm_duration(24_000, channels=2, sample_width=4) == 0.25
    for name in ("sample_rate", "channels", "sample_width"):
        with pytest.raises(sdk.InvalidRequestError) as caught:
            speech.pcm_duration(**{"sample_rate": 24_000, name: 0})
        assert caught.value.param == name


@pytest.mark.parametrize("kind", ["whole", "streamed"])
@pytest.mark.parametrize(
    ("fault", "cls"),
    [
        ("html", sdk.UnexpectedContentError),
        ("empty", sdk.UnexpectedContentError),
        ("json-error", sdk.ServiceUnavailableError),
        ("mislabelled:audio/wav", sdk.InternalServerError),
        ("short-body", sdk.RunInfraConnectionError),
        ("cut-body", sdk.RunInfraConnectionError),
    ],
)
def test_what_is_no_speech(both, tmp_path, kind, fault, cls):
    """23: an error or a page under 200, an empty or a cut body: typed, and no file is left."""
    target = tmp_path / "speech.wav"

    async def scenario():
        async with both.client() as client:
            arguments = {
                "model": "acme-tts",
                "input": "Mind the gap.",
                "voice": "nova",
                "response_format": "wav",
            }
            arguments["extra_headers"] = {"X-Sandbox-Fault": fault}
            with pytest.raises(sdk.RunInfraError) as caught:
                if kind == "whole":
                    (await client.audio.speech.create(**arguments)).write_to_file(target)
                else:
                    stream = await client.audio.speech.stream(**arguments)
                    async with stream:
                        await stream.write_to_file(target)
            return caught.value

    error = both.run(scenario)
    assert type(error) is cls
    assert error.request_id == both.gateway.journal[-1].request_id
    assert list(tmp_path.iterdir()) == []
    assert len(both.gateway.journal) == 1


def test_raw_samples_that_were_asked_for(both):
    """A gateway that sends them as any bytes is understood, whole and while they come."""

    async def scenario(url):
        call = {"model": "m", "input": "x", "voice": "v", "response_format": "pcm"}
        async with both.client(base_url=url) as client:
            whole = await client.audio.speech.create(**call)
            async with await client.audio.speech.stream(**call) as stream:
                await stream.prime()
                return whole.format, stream.format

    raw = answer(bytes(4000), media="application/octet-stream")
    with Hostile(answering(raw, raw)) as server:
        assert both.run(lambda: scenario(server.base_url)) == ("pcm", "pcm")


def test_a_streamed_speech_in_pieces(both):
    """Pieces in order, progress, format and length; a second reading is an error."""

    async def scenario():
        async with both.client() as client:
            arguments = {
                "model": "acme-tts",
                "input": "x" * 400,
                "voice": "nova",
                "response_format": "wav",
            }
            whole = await client.audio.speech.create(**arguments)
            stream = await client.audio.speech.stream(**arguments)
            async with stream:
                await stream.prime()
                form, length = stream.format, stream.content_length
                pieces = [piece async for piece in stream]
                with pytest.raises(sdk.StreamConsumedError):
                    async for _ in stream:
                        pass
            return whole, form, length, pieces

    whole, form, length, pieces = both.run(scenario)
    assert b"".join(pieces) == bytes(whole) == b"".join(whole.iter_bytes(1000))
    assert (form, length) == ("wav", len(whole))
    assert pieces


def test_a_full_disk_leaves_nothing(tmp_path):
    """23: a failing write removes its temporary file and keeps what stood there."""
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def write():
        with files.atomic_file(target) as file:
            file.write(b"new")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_a_written_file_follows_the_umask(tmp_path):
    """A new file has the usual mode, an existing one keeps its own."""
    mask = os.umask(0o027)
    try:
        path = files.write_atomic(tmp_path / "deep" / "new.bin", b"x")
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o600)
        files.write_atomic(path, b"y")
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(mask)


@pytest.mark.parametrize("text", ["AAAA", "!!", "AACAPw=", "ü"])
def test_vectors_that_are_none(text):
    """Base64 of something else than float32 is a shape error."""
    with pytest.raises(sdk.ResponseShapeError):
        vectors.decode_vector(text)


def test_vectors_come_back_exactly():
    """Decoding and encoding is the identity."""
    assert list(vectors.decode_vector("AACAPwAAAAAAAIC/")) == [1.0, 0.0, -1.0]
    assert vectors.encode_vector(vectors.decode_vector("AACAPwAAAAAAAIC/")) == "AACAPwAAAAAAAIC/"


def test_an_image_by_url_says_so():
    """`.image` of an image that came as a URL tells what to do."""
    image = results.ImageData.from_dict({"url": "https://media.example/x.png"})
    with pytest.raises(sdk.ResponseShapeError, match="b64_json"):
        _ = image.image
    broken = results.ImageData.from_dict({"b64_json": "!"})
    with pytest.raises(sdk.ResponseShapeError, match="b64_json"):
        _ = broken.image


def test_reference_audio(tmp_path):
    """URLs stay; bytes and files become data URLs with the right type."""
    path = tmp_path / "ref.mp3"
    path.write_bytes(b"ID3data")
    assert reference_audio("https://x.example/a.wav") == "https://x.example/a.wav"
    assert reference_audio("data:audio/wav;base64,AA==") == "data:audio/wav;base64,AA=="
    assert reference_audio("speaker-7") == "speaker-7"
    for value in (path, str(path), b"ID3data"):
        assert reference_audio(value) == "data:audio/mpeg;base64,SUQzZGF0YQ=="


def test_reference_audio_is_sent_as_a_data_url(both, tmp_path):
    """A path given as ref_audio reaches the gateway as a data URL."""
    path = tmp_path / "ref.wav"
    path.write_bytes(wav(0.1))

    async def scenario():
        async with both.client() as client:
            await client.audio.speech.create(
                model="acme-tts",
                input="Hi",
                ref_audio=str(path),
                ref_text="Sample.",
                task_type="Base",
            )

    both.run(scenario)
    assert both.gateway.journal[-1].body["ref_audio"].startswith("data:audio/wav;base64,UklGR")


@pytest.mark.parametrize("arguments", [{}, {"ref_audio": "x"}, {"ref_text": "x"}, {"voice": " "}])
def test_speech_needs_a_voice(client, gateway, arguments):
    """A voice, or both reference fields; nothing is sent otherwise."""
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.audio.speech.create(model="acme-tts", input="Hi", **arguments)
    assert caught.value.param in {"voice", "ref_audio", "ref_text"}
    assert gateway.journal == []


def test_voice_spellings():
    """The answer under each of its names, and the transcript; to_dict() stays what came."""
    for name in ("responseText", "response_text", "response", "outputText", "output_text"):
        data = {name: "It is nine.", "text": "what time is it"}
        answer = results.VoicePipelineResult.from_dict(data)
        assert (answer.text, answer.transcript) == ("It is nine.", "what time is it")
        assert answer.to_dict() == data
    only = results.VoicePipelineResult.from_dict({"text": "hello", "transcript": None})
    assert (only.text, only.audio, only.to_dict()) == (
        "hello",
        None,
        {"text": "hello", "transcript": None},
    )
    with pytest.raises(sdk.ResponseShapeError, match="no audio"):
        only.write_to_file("never")
