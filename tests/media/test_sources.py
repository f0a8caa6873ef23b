"""What people give as files: names, file objects of every library, and speech that was made."""

from __future__ import annotations

import asyncio
import gzip
import io
import mmap
import os
import stat
import tempfile
import threading
import zipfile
from pathlib import Path

import pytest
from starlette.datastructures import UploadFile
from werkzeug.datastructures import FileStorage

import runinfra_ext as sdk
from runinfra_ext._ground.files import atomic_file, write_atomic
from runinfra_ext._media.formats import audio_format, sniff_format
from runinfra_ext._media.sources import given_name, safe_name
from runinfra_ext._media.uploads import MultipartBody, prepare_upload

WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(30)


def sent(upload) -> bytes:
    """The whole body of an upload."""
    return b"".join(MultipartBody({}, {"file": upload}).iter_chunks())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("réunion du 3 mai.m4a", "reunion du 3 mai.m4a"),
        ("Grüße.wav", "Gru_e.wav"),
        ("it’s me.wav", "it_s me.wav"),
        ('say "hi".wav', "say _hi.wav"),
        ("C:\\Users\\me\\talk.wav", "talk.wav"),
        ("a\\b.wav", "b.wav"),
        ("emoji🎧.wav", "emoji.wav"),
        ("会议.mp3", "audio.mp3"),
        ("tab\there.wav", "tab_here.wav"),
        ("x" * 300 + ".wav", "x" * 251 + ".wav"),
        ("..", "audio"),
        ("bad\udcff.wav", "bad.wav"),
        ("/home/me/clip.wav", "clip.wav"),
    ],
)
def test_a_derived_name_never_spoils_a_recording(name: str, safe: str) -> None:
    """Letters lose their accents, the ending stays, and nothing is refused."""
    assert safe_name(name) == safe
    file = io.BytesIO(WAV)
    file.name = name
    assert prepare_upload(file).filename == safe


@pytest.mark.parametrize(
    ("name", "travels"),
    [
        ("réunion.m4a", "réunion.m4a"),
        ('say "hi".wav', "say %22hi%22.wav"),
        ("line\r\nbreak.wav", "line%0D%0Abreak.wav"),
        ("会议.mp3", "会议.mp3"),
        ("C:\\Users\\me\\talk.wav", "talk.wav"),
        ("a;b.wav", "a;b.wav"),
        ("../../etc/clip.wav", "clip.wav"),
    ],
)
def test_a_given_name_is_sent_as_it_is(name: str, travels: str) -> None:
    """In UTF-8, and it can't break out of its part."""
    assert given_name(name) == travels
    body = sent(prepare_upload((name, WAV)))
    assert f'filename="{travels}"\r\n'.encode() in body
    assert body.count(b"\r\n--") == 1


@pytest.mark.parametrize("name", ["", "  ", "a/", "x" * 256, "bad\udcff.wav", 7])
def test_a_given_name_that_can_not_travel(name: object) -> None:
    """It is refused, and named."""
    with pytest.raises(sdk.InvalidRequestError) as caught:
        given_name(name)
    assert caught.value.param == "filename"


class SeekNone(io.BytesIO):
    def seek(self, *args):
        super().seek(*args)


class OnlyRead:
    def __init__(self):
        self.inner = io.BytesIO(WAV)

    def read(self, size=-1):
        return self.inner.read(size)


def mapped(path: Path):
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 0)


def zipped(path: Path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("talk.wav", WAV)
    return zipfile.ZipFile(path).open("talk.wav")


FILES = {
    "bytesio": lambda _: io.BytesIO(WAV),
    "mmap": lambda folder: mapped(folder / "clip.wav"),
    "seek gives nothing": lambda _: SeekNone(WAV),
    "only read(n)": lambda _: OnlyRead(),
    "starlette": lambda _: UploadFile(io.BytesIO(WAV), filename="talk.wav", size=len(WAV)),
    "werkzeug": lambda _: FileStorage(io.BytesIO(WAV), filename="talk.wav", name="audio"),
    "gzip": lambda folder: gzip.open(folder / "clip.gz"),
    "zip": lambda folder: zipped(folder / "clip.zip"),
    "unbuffered": lambda folder: (folder / "clip.wav").open("rb", buffering=0),
}


@pytest.mark.parametrize("kind", FILES)
def test_file_objects(kind: str, tmp_path: Path) -> None:
    """Of the standard library, of web frameworks, and half-made ones: all of their bytes are sent."""
    (tmp_path / "clip.wav").write_bytes(WAV)
    (tmp_path / "clip.gz").write_bytes(gzip.compress(WAV))
    file = FILES[kind](tmp_path)
    upload = prepare_upload(file)
    for _ in range(2):
        assert WAV in sent(upload)
    assert (upload.size, upload.content_type) == (len(WAV), "audio/wav")
    if kind in {"starlette", "werkzeug"}:
        assert upload.filename == "talk.wav"
    if hasattr(file, "close") and kind != "starlette":
        file.close()


def test_a_spooled_file(tmp_path: Path) -> None:
    """It is read from where it stands."""
    with tempfile.SpooledTemporaryFile() as file:
        file.write(b"skipped" + WAV)
        file.seek(7)
        assert WAV in sent(prepare_upload(file))
        file.seek(0, 2)
        with pytest.raises(sdk.InvalidRequestError, match="empty file"):
            prepare_upload(file)


class AsyncRead:
    async def read(self, size=-1):
        return WAV


class ReadsAll:
    def read(self):
        return WAV


class Broken(io.BytesIO):
    def tell(self):
        raise OSError("no such thing")


def closed():
    file = io.BytesIO(WAV)
    file.close()
    return file


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (AsyncRead, "await file.read"),
        (ReadsAll, "open binary file object"),
        (Broken, "no such thing"),
        (closed, "closed file"),
        (lambda: io.StringIO("text"), "open binary file object"),
        (lambda: "no\0such.wav", "path of a readable file"),
        (lambda: iter([WAV]), "bytes, a path"),
    ],
)
def test_what_is_no_file(make, says: str) -> None:
    """One class of error, which names the argument and says what to give."""
    with pytest.raises(sdk.InvalidRequestError, match=says) as caught:
        prepare_upload(make())
    assert caught.value.param == "file"


def test_speech_goes_back_in(both) -> None:
    """A result of speech is a file, with its format for a name."""

    async def scenario():
        async with both.client() as client:
            speech = await client.audio.speech.create(
                model="acme-tts", input="Hello there.", voice="nova", response_format="wav"
            )
            return await client.audio.transcriptions.create(model="acme-asr", file=speech)

    assert both.run(scenario).text == "Hello there."


MP3 = b"\xff\xfb\x90\x64" + bytes(413)


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (MP3 + MP3, "mp3"),
        (MP3[:64], "mp3"),
        (MP3 + bytes(64), None),
        (b"\xff\xff" * 100, None),
        (b"\xff\xfb\xff\xfb" * 100, None),
        (b"\xff\xfb\x9c\x64", None),
        (b"\xff\xeb\x90\x64", None),
        (b"\xff\xf3\x84\xc4" + bytes(60), "mp3"),
        (b"\xff\xfd\x90\x64" + bytes(60), "mp3"),
        (b"\xff\xfb\x00\x64" + bytes(60), "mp3"),
        (b"\xff\xf1\x50\x80\x01\x7f\xfc" + bytes(4) + b"\xff\xf1", "aac"),
        (b"\xff\xf1\x50\x80\x01\x7f\xfc" + bytes(40), None),
        (b"\xff\xf1\x50\x80" + bytes(60), "aac"),
        (b"\xff\xf1\xff\xff\x01\x7f\xfc" + bytes(40), None),
        (b"\xff\xf1\x50", None),
        (b"\xff", None),
        (b"ID3\4\0\0\0\0\0\0fLaC", "flac"),
        (b"ID3\4\0\0\0\0\0\x05aaaaafLaC", "flac"),
        (b"ID3\4\0\0\0\0\1\0" + bytes(20), "mp3"),
        (b"RF64\xff\xff\xff\xffWAVE", "wav"),
    ],
)
def test_frames_are_looked_at(start: bytes, found: str | None) -> None:
    """A header has to make sense, and the next frame to follow where it is at hand."""
    assert sniff_format(start) == found


def test_samples_that_are_called_samples() -> None:
    """What begins like a frame by chance is what its label says."""
    assert audio_format(MP3 + MP3, "audio/pcm") == "pcm"
    assert audio_format(MP3 + MP3, "audio/wav") == "mp3"
    assert audio_format(WAV, "audio/pcm") == "wav"


def test_a_link_stays_one(tmp_path: Path) -> None:
    """The file that it names is written, with the permissions that it had; a dangling one too."""
    real, link = tmp_path / "real.bin", tmp_path / "link.bin"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert (real.read_bytes(), stat.S_IMODE(real.stat().st_mode)) == (b"new", 0o640)
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "later.bin")
    write_atomic(dangling, b"made")
    assert (tmp_path / "later.bin").read_bytes() == b"made"


def test_devices_pipes_and_folders_are_refused(tmp_path: Path) -> None:
    """Nothing is written, and nothing waits for a reader."""
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/null", tmp_path / "pipe", tmp_path):
        with pytest.raises(sdk.InvalidRequestError) as caught:
            write_atomic(path, b"data")
        assert caught.value.param == "path"
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_long_name(tmp_path: Path) -> None:
    """The longest name that the system takes is taken."""
    path = tmp_path / ("x" * 255)
    write_atomic(path, b"data")
    assert path.read_bytes() == b"data"


def test_the_umask_counts_and_is_left_alone(tmp_path: Path) -> None:
    """Other threads' files keep their permissions while files are written."""
    before = os.umask(0o077)
    try:
        stop, modes = threading.Event(), set()

        def others() -> None:
            while not stop.is_set():
                other = tmp_path / "other"
                other.touch()
                modes.add(stat.S_IMODE(other.stat().st_mode))
                other.unlink()

        thread = threading.Thread(target=others)
        thread.start()
        for number in range(200):
            with atomic_file(tmp_path / f"{number}") as file:
                file.write(b"x")
        stop.set()
        thread.join()
        assert modes == {0o600}
        assert stat.S_IMODE((tmp_path / "0").stat().st_mode) == 0o600
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(before)


@pytest.mark.parametrize("kind", ["audio/mpeg", "audio/pcm", ""])
def test_text_under_an_audio_type(kind: str) -> None:
    """Words are no sound, whatever their label."""
    from runinfra_ext._ground.metadata import Meta
    from runinfra_ext._ground.redaction import Redactor
    from runinfra_ext._ground.wire import Headers
    from runinfra_ext._media.speech import check_audio_start

    headers = Headers([("content-type", kind)] if kind else [])
    meta = Meta("createSpeech", 200, headers, None, "c", None, False, 1, (), 0.0)
    error = check_audio_start(meta, b"internal error\n", Redactor(), whole=True)
    assert type(error) is sdk.UnexpectedContentError
    assert "text" in error.message
    for sound in (b"\1\0" * 40, b"abc", MP3, "h\xe9".encode("latin-1") * 9):
        assert check_audio_start(meta, sound, Redactor(), whole=True) is None


def test_an_upload_of_a_framework_in_async_code(gateway) -> None:
    """FastAPI's UploadFile can be handed on as it is."""

    async def scenario() -> str:
        async with sdk.AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            speech = await client.audio.speech.create(
                model="acme-tts", input="Mind the gap.", voice="nova", response_format="wav"
            )
            upload = UploadFile(io.BytesIO(speech.content), filename="talk.wav")
            return (await client.audio.transcriptions.create(model="acme-asr", file=upload)).text

    assert asyncio.run(scenario()) == "Mind the gap."
