"""Playing and recording, over a stand-in for sounddevice that keeps what it is given."""

from __future__ import annotations

import io
import sys
import types

import pytest

from runinfra_ext import ConfigurationError, InvalidRequestError, audio
from runinfra_ext._display import devices
from runinfra_ext._media.waves import Sound, WaveReader, wave_of

SAMPLES = bytes(range(256)) * 4
WAV = wave_of(SAMPLES, Sound(8000, 1))


class PortAudioError(Exception):
    """As the library's."""


class Devices(types.ModuleType):
    """The machine's sound devices."""

    PortAudioError = PortAudioError

    def __init__(self):
        super().__init__("sounddevice")
        self.played = b""
        self.options = {}
        self.states = []
        self.broken = None
        self.heard = 0

    def query_devices(self, kind):
        if self.broken:
            raise self.broken
        return {"name": kind}

    def RawOutputStream(self, **options):  # noqa: N802 - the library's name
        return self._opened(options)

    RawInputStream = RawOutputStream

    def _opened(self, options):
        if self.broken:
            raise self.broken
        self.options = options
        return self

    def start(self):
        self.states.append("start")

    def write(self, data):
        self.played += data

    def read(self, frames):
        self.heard += 1
        return memoryview(bytes(frames * 2)), False

    def stop(self):
        self.states.append("stop")

    def abort(self):
        self.states.append("abort")

    def close(self):
        self.states.append("close")

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.states.append("close")


@pytest.fixture
def machine(monkeypatch):
    made = Devices()
    monkeypatch.setitem(sys.modules, "sounddevice", made)
    return made


def test_speech_is_played(both, machine):
    """Whole and while it comes: the same samples, without the header; then the device is free."""

    async def scenario():
        call = {"model": "acme-tts", "input": "Hello.", "voice": "nova", "response_format": "wav"}
        async with both.client() as client:
            whole = await client.audio.speech.create(**call)
            whole.play()
            first, machine.played = machine.played, b""
            async with await client.audio.speech.stream(**call) as stream:
                await stream.play()
            return whole, first

    whole, first = both.run(scenario)
    assert first == machine.played
    assert whole.content.endswith(b"data" + len(first).to_bytes(4, "little") + first)
    assert machine.options["dtype"] == "int16"
    assert len(first) / 2 / machine.options["samplerate"] == whole.duration
    assert machine.states == ["start", "stop", "close"] * 2


def test_what_can_be_played(machine, tmp_path):
    """A WAV file as bytes or a path, and raw samples whose rate is told."""
    path = tmp_path / "a.wav"
    path.write_bytes(WAV + b"LIST\x04\x00\x00\x00abcd")
    for sound in (WAV, path, str(path), io.BytesIO(WAV)):
        machine.played = b""
        audio.play(sound)
        assert machine.played == SAMPLES
        assert machine.options == {"samplerate": 8000, "channels": 1, "dtype": "int16"}
    audio.play(SAMPLES, sample_rate=24_000, channels=2)
    assert machine.options == {"samplerate": 24_000, "channels": 2, "dtype": "int16"}


@pytest.mark.parametrize("form", ["mp3", "flac", "pcm"])
def test_what_can_not_be_played(both, machine, form):
    """It is said before anything sounds, with what to ask for."""

    async def scenario():
        call = {"model": "acme-tts", "input": "Hello.", "voice": "nova", "response_format": form}
        async with both.client() as client:
            whole = await client.audio.speech.create(**call)
            async with await client.audio.speech.stream(**call) as stream:
                with pytest.raises(InvalidRequestError) as later:
                    await stream.play()
            with pytest.raises(InvalidRequestError) as at_once:
                audio.play(whole)
            whole.play(sample_rate=24_000)  # raw samples, if the caller says so
            return str(at_once.value), str(later.value)

    at_once, later = both.run(scenario)
    assert at_once == later
    word = "sample_rate" if form == "pcm" else "ask for response_format='wav'"
    assert word in at_once
    assert machine.states == ["start", "stop", "close"]


def test_recording(machine, tmp_path):
    """A WAV file that can be sent, kept, played and shown."""
    heard = audio.record(0.25, sample_rate=8000)
    assert (heard.duration, heard.sample_rate, heard.channels) == (0.25, 8000, 1)
    assert machine.heard == 3  # Ctrl-C never waits longer than a tenth of a second
    assert heard == wave_of(bytes(4000), Sound(8000, 1))
    assert heard.write_to_file(tmp_path / "a.wav").read_bytes() == heard
    assert repr(heard) == "<Recording wav, 0.2 s, 4044 bytes>"
    assert "data:audio/wav;base64," in heard._repr_html_()
    heard.play()
    assert machine.played == bytes(4000)


def test_a_recording_is_sent(client, machine):
    """Under a name that says what it is."""
    words = client.audio.transcriptions.create(model="acme-asr", file=audio.record(0.1))
    assert words.text


@pytest.mark.parametrize(
    "arguments",
    [{"seconds": 0}, {"seconds": 3601}, {"seconds": "5"}, {"seconds": 1, "sample_rate": 0}],
)
def test_wrong_arguments(machine, arguments):
    """Before the microphone is opened."""
    with pytest.raises(InvalidRequestError, match=list(arguments)[-1]):
        audio.record(**arguments)
    assert machine.options == {}


def test_without_what_it_needs(monkeypatch, machine):
    """The error says what to install."""
    machine.broken = PortAudioError("Error querying device -1\n[PaErrorCode -9996]")
    with pytest.raises(
        ConfigurationError, match=r"no device here can play this sound: Error .* device -1 \[Pa"
    ):
        audio.play(WAV)
    with pytest.raises(ConfigurationError, match="no device here can record"):
        audio.record(1)
    assert not devices.has_speaker()
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'runinfra-ext\[audio\]'"):
        audio.record(1)
    monkeypatch.delitem(sys.modules, "sounddevice")

    def find_spec(name, *_):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")

    monkeypatch.setattr(sys, "meta_path", [types.SimpleNamespace(find_spec=find_spec)])
    with pytest.raises(ConfigurationError, match="install PortAudio"):
        audio.play(WAV)
    assert not devices.has_speaker()


def test_ctrl_c_is_silent_at_once(machine, monkeypatch):
    """The device is given back."""

    def interrupted(data):
        raise KeyboardInterrupt

    monkeypatch.setattr(machine, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        audio.play(WAV)
    assert machine.states == ["start", "abort", "close"]


@pytest.mark.parametrize("size", [1, 7, 44, 1000])
@pytest.mark.parametrize(
    "sound",
    [
        Sound(8000, 1),
        Sound(44_100, 2, "int24"),
        Sound(8000, 1, "float32"),
        Sound(8000, 2, "uint8"),
        Sound(8000, 1, "int32"),
    ],
)
def test_a_wave_in_pieces(size, sound):
    """However it is cut, the samples are the same; what follows them is left out."""
    samples = bytes(range(240))
    file = wave_of(samples, sound) + b"LIST\x00\x00\x00\x00"
    reader = WaveReader()
    found = b"".join(reader.feed(file[i : i + size]) for i in range(0, len(file), size))
    reader.end()
    assert (found, reader.sound) == (samples, sound)


def test_an_encoder_that_streams():
    """It does not know its size, and writes 0 or the greatest; some write a longer format."""
    for size in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
        reader = WaveReader()
        assert reader.feed(WAV[:40] + size + SAMPLES) == SAMPLES
    extensible = b"\xfe\xff" + WAV[22:36] + bytes(8) + b"\x01\x00" + bytes(14)
    file = WAV[:16] + len(extensible).to_bytes(4, "little") + extensible + WAV[36:]
    reader = WaveReader()
    assert reader.feed(file) == SAMPLES
    assert reader.sound == Sound(8000, 1)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"ID3" + bytes(50), "expected a WAV file"),
        (WAV[:20], "that is whole"),
        (WAV[:12] + WAV[36:], "says what its samples are"),
        (WAV[:16] + b"\x02\x00\x00\x00ab" + WAV[36:], "says what its samples are"),
        (WAV[:20] + b"\x07\x00" + WAV[22:], "16 bits of type 7"),
        (WAV[:12] + b"junk\xff\xff\xff\x00" + bytes(1_100_000), "with samples"),
    ],
)
def test_no_wave(file, words):
    """Said in words, whatever it is."""
    reader = WaveReader()
    with pytest.raises(InvalidRequestError, match=words):
        reader.feed(file)
        reader.end()
