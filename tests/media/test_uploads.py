"""Uploads: what can be given, what is refused, and what goes over the wire."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from runinfra_ext import InvalidRequestError
from runinfra_ext._media.uploads import MultipartBody, RawBody, Upload, prepare_upload

WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40


class Pipe(io.RawIOBase):
    """A binary source that can't be rewound."""

    def __init__(self, data):
        self._inner = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._inner.readinto(buffer)


@pytest.mark.parametrize(
    "kind", ["bytes", "bytearray", "memoryview", "path", "str", "file", "pipe", "tuple"]
)
def test_every_kind_of_file(kind, tmp_path):
    """All kinds of input give the same bytes, as often as they are asked for."""
    path = tmp_path / "clip.wav"
    path.write_bytes(WAV)
    with path.open("rb") as file:
        value = {
            "bytes": WAV,
            "bytearray": bytearray(WAV),
            "memoryview": memoryview(WAV),
            "path": path,
            "str": str(path),
            "file": file,
            "pipe": Pipe(WAV),
            "tuple": ("clip.wav", WAV, "audio/x-own"),
        }[kind]
        upload = prepare_upload(value)
        body = RawBody(upload)
        assert b"".join(body.iter_chunks()) == b"".join(body.iter_chunks()) == WAV
        assert body.content_length == len(WAV)
        assert not file.closed
    named = kind in {"path", "str", "file", "tuple"}
    assert upload.filename == ("clip.wav" if named else "audio.wav")
    assert upload.content_type == ("audio/x-own" if kind == "tuple" else "audio/wav")


def test_an_open_file_is_sent_from_where_it_stands():
    """A file object is read from its current position."""
    file = io.BytesIO(b"skip" + WAV)
    file.seek(4)
    assert b"".join(RawBody(prepare_upload(file)).iter_chunks()) == WAV


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"", "file: expected some audio, got an empty file"),
        (bytearray(), "empty file"),
        (io.BytesIO(), "empty file"),
        (None, "file: expected bytes, a path"),
        (5, "file: expected bytes, a path"),
        ("/no/such/file.wav", "file: expected the path of a readable file"),
        ("/", "readable file"),
        (io.StringIO("text"), "open binary file object"),
        (("only-a-name",), "(filename, data)"),
    ],
)
def test_what_is_no_file(value, message):
    """An error names the argument, what came and what was expected."""
    with pytest.raises(InvalidRequestError) as caught:
        prepare_upload(value)
    assert message in str(caught.value)
    assert caught.value.param == "file"


@pytest.mark.parametrize("name", [" ", "x" * 256, 5])
def test_names_that_can_not_travel(name):
    """Blank and overlong names are refused, and what is no text."""
    with pytest.raises(InvalidRequestError, match="^filename: "):
        prepare_upload(WAV, filename=name)


@pytest.mark.parametrize("kind", ["a\r\nb", "", "x" * 256, 5])
def test_types_that_can_not_travel(kind):
    """The same for media types."""
    with pytest.raises(InvalidRequestError, match="^content_type: "):
        prepare_upload(WAV, content_type=kind)


def test_folders_are_left_out():
    """Only the last part of a name is sent."""
    assert prepare_upload(WAV, filename="../../etc/clip.wav").filename == "clip.wav"


def parse(body):
    """The parts of a multipart body, by a library of its own."""
    from email.parser import BytesParser

    raw = (
        b"Content-Type: " + body.content_type.encode() + b"\r\n\r\n" + b"".join(body.iter_chunks())
    )
    message = BytesParser().parsebytes(raw)
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in message.get_payload()
    ]


def test_the_form_as_another_parser_reads_it():
    """Numbers plain, booleans in lower case, lists repeated, the file last; nothing breaks out."""
    fields = {
        "model": "m",
        "temperature": 0.0,
        "flag": True,
        "prompt": 'ü\r\n--x\r\nContent-Disposition: form-data; name="evil"',
        "timestamp_granularities[]": ["word", "segment"],
    }
    nasty = WAV + b"\r\n--runinfra-\r\n\r\n--\r\n"
    body = MultipartBody(fields, {"file": prepare_upload(("clip.wav", nasty))})
    assert body.content_length == len(b"".join(body.iter_chunks()))
    parts = parse(body)
    assert [(name, payload.decode()) for name, _, payload in parts[:-1]] == [
        ("model", "m"),
        ("temperature", "0.0"),
        ("flag", "true"),
        ("prompt", fields["prompt"]),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ]
    assert parts[-1] == ("file", "clip.wav", nasty)
    other = MultipartBody(fields, {"file": prepare_upload(WAV)})
    assert other.content_type != body.content_type


@pytest.mark.parametrize("value", [{"a": 1}, float("nan").hex, object()])
def test_values_that_are_no_fields(value):
    """A form field is text, a number or a boolean."""
    with pytest.raises(InvalidRequestError, match="^odd: "):
        MultipartBody({"odd": value}, {"file": prepare_upload(WAV)})


def test_a_file_that_shrinks_is_an_error(tmp_path):
    """Never a short upload: the error says that it may have left."""
    path = tmp_path / "clip.wav"
    path.write_bytes(WAV)
    body = RawBody(prepare_upload(path))
    path.write_bytes(WAV[:10])
    with pytest.raises(InvalidRequestError, match="too early"):
        list(body.iter_chunks())
    path.unlink()
    with pytest.raises(InvalidRequestError, match="No such file"):
        list(body.iter_chunks())


def test_progress_is_told():
    """The callback hears every piece, and ends with all."""
    heard = []
    data = b"x" * 200_000
    body = MultipartBody(
        {},
        {"file": prepare_upload(data)},
        on_progress=lambda done, total: heard.append((done, total)),
    )
    list(body.iter_chunks())
    assert heard[-1] == (200_000, 200_000)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})


@pytest.mark.slow
def test_memory_stays_constant():
    """A source of 200 MB raises peak memory by less than 8 MB."""

    class Zeros:
        def __init__(self, size):
            self.left = size

        def read(self, size):
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

        def __enter__(self):
            return self

        def __exit__(self, *details):
            pass

    total = 200_000_000
    body = MultipartBody(
        {"model": "m"}, {"file": Upload("a.wav", "audio/wav", total, lambda: Zeros(total))}
    )
    tracemalloc.start()
    sent = sum(len(piece) for piece in body.iter_chunks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent == body.content_length
    assert peak < 8_000_000


def test_the_upload_is_streamed_with_its_length(both):
    """Over the wire the body has a Content-Length, and one request is made."""

    async def scenario():
        async with both.client() as client:
            return await client.audio.transcriptions.create(model="acme-asr", file=Pipe(WAV))

    assert "foreign audio" in both.run(scenario).text
    (entry,) = both.gateway.journal
    assert int(entry.headers["content-length"]) > len(WAV)
    assert "transfer-encoding" not in entry.headers


def test_an_early_refusal_is_reported(both):
    """22: a 413 while the upload is still under way is the error, not a broken pipe."""
    from runinfra_ext import PayloadTooLargeError

    both.gateway.configure(max_body_bytes=1000)

    async def scenario():
        async with both.client() as client:
            with pytest.raises(PayloadTooLargeError) as caught:
                await client.audio.transcriptions.create(model="acme-asr", file=b"x" * 20_000_000)
            return caught.value

    try:
        error = both.run(scenario)
    finally:
        both.gateway.configure(max_body_bytes=1024**3)
    assert (error.status, error.attempts) == (413, 1)
    assert "FUNCTION_PAYLOAD_TOO_LARGE" in error.message
