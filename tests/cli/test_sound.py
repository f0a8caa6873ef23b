"""`runinfra-ext speak`, `transcribe`, `voice` and `image`."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys

import pytest

from runinfra_ext import RunInfra
from tests.media.test_devices import Devices

TTS, ASR, FLUX = ("-m", "acme-tts", "--voice", "nova"), ("-m", "acme-asr"), ("-m", "acme-flux")


@pytest.fixture
def talk(gateway):
    """The bytes of a WAV file in which something is said."""

    def make(text):
        with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            speech = client.audio.speech.create(
                model="acme-tts", input=text, voice="nova", response_format="wav"
            )
        gateway.reset()
        return speech.content

    return make


@pytest.fixture
def player(tmp_path, monkeypatch):
    """A player that writes what it is given to a file."""
    heard = tmp_path / "heard"
    program = tmp_path / "player"
    program.write_text(f"#!/bin/sh\ncat > '{heard}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("RUNINFRA_PLAYER", str(program))
    return heard


def bodies(gateway):
    return [entry.body for entry in gateway.journal if entry.method == "POST"]


def test_speak_to_a_file(cli, gateway, tmp_path):
    """Its name says the format."""
    path = tmp_path / "hello.wav"
    ran = cli("speak", *TTS, "-o", str(path), "--speed", "1.5", "Hello", "there.")
    assert (ran.code, ran.out) == (0, "")
    assert path.read_bytes()[:4] == b"RIFF"
    assert ran.err.startswith(f"{path}, wav, {path.stat().st_size} bytes, req_")
    (body,) = bodies(gateway)
    assert (body["input"], body["response_format"]) == ("Hello there.", "wav")
    assert body["speed"] == 1.5


def test_speak_into_a_pipe(cli, gateway):
    """stdin to stdout; --format says which."""
    ran = cli("speak", *TTS, "--format", "flac", stdin=b"Hello.")
    assert ran.code == 0
    assert ran.out.startswith("fLaC")
    ran = cli("speak", *TTS, "--format", "wav", "-o", "-", "Hello.")
    assert (ran.code, ran.out[:4]) == (0, "RIFF")


def test_speak_json(cli, tmp_path):
    """What was made."""
    path = tmp_path / "hello.mp3"
    facts = json.loads(cli("speak", *TTS, "--json", "-o", str(path), "Hello.").out)
    assert (facts["file"], facts["format"]) == (str(path), "mp3")
    assert facts["bytes"] == path.stat().st_size


def test_speak_and_play(cli, player, tmp_path):
    """While it comes; also into a file."""
    path = tmp_path / "hello.mp3"
    assert cli("speak", *TTS, "--play", "-o", str(path), "Hello.").code == 0
    assert player.read_bytes() == path.read_bytes()
    player.unlink()
    ran = cli("speak", *TTS, "--play", "--format", "wav", "Hello.")
    assert (ran.code, ran.out) == (0, "")
    assert player.read_bytes()[:4] == b"RIFF"


def test_a_player_that_leaves(cli, monkeypatch, tmp_path):
    """It is no error: the file is whole."""
    monkeypatch.setenv("RUNINFRA_PLAYER", "true")
    path = tmp_path / "long.wav"
    assert cli("speak", *TTS, "--play", "-o", str(path), "Hello. " * 300).code == 0
    assert path.stat().st_size > 100_000


@pytest.mark.parametrize(
    ("command", "paid", "code", "words"),
    [
        ("'unbalanced", 0, 2, "RUNINFRA_PLAYER: expected a command: No closing quotation"),
        ("not-a-program", 0, 7, "Exec format error"),
        ("false", 1, 7, "false: it did not play this; it ended with 1"),
    ],
)
@pytest.mark.parametrize("command_line", ["speak", "voice"])
def test_a_player_that_does_not_play(
    cli, gateway, talk, monkeypatch, tmp_path, command_line, command, paid, code, words
):
    """What can be known is known before anything is paid for; else it is no success."""
    (tmp_path / "not-a-program").write_text("nonsense")
    (tmp_path / "not-a-program").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    recording = tmp_path / "one.wav"
    recording.write_bytes(talk("One."))
    monkeypatch.setenv("RUNINFRA_PLAYER", command)
    if command_line == "speak":
        ran = cli("speak", *TTS, "--play", "Hello.")
    else:
        monkeypatch.setenv("RUNINFRA_API_KEY", gateway.pipeline_api_key)
        ran = cli("voice", "--pipeline-id", gateway.pipeline_id, "--play", str(recording))
    assert (ran.code, len(gateway.charges)) == (code, paid)
    assert words in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("speak", *TTS, "--format", "wav", "Hello."),
        ("image", *FLUX, "A boat."),
        ("transcribe", *ASR, "one.wav"),
        ("chat", "-m", "acme-chat-8b", "Hi."),
    ],
)
def test_a_place_that_can_not_be_written(cli, gateway, talk, monkeypatch, tmp_path, arguments):
    """It is found out before anything is paid for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.wav").write_bytes(talk("One."))
    option = "--history" if arguments[0] == "chat" else "-o"
    ran = cli(*arguments, option, "/proc/place")
    assert (ran.code, "/proc/place: No such file" in ran.err) == (7, True)
    assert gateway.charges == []


def test_a_player_is_found(cli, monkeypatch, tmp_path):
    """On the PATH; what knows WAV only is given WAV only, else nothing is paid for."""
    heard = tmp_path / "heard"
    program = tmp_path / "aplay"
    program.write_text(f"#!/bin/sh\n/bin/cat > '{heard}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli("speak", *TTS, "--play", "--format", "wav", "Hello.").code == 0
    assert heard.read_bytes()[:4] == b"RIFF"


def test_no_player(cli, gateway, monkeypatch, tmp_path):
    """Nothing is paid for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = cli("speak", *TTS, "--play", "Hello.")
    assert (ran.code, gateway.journal) == (2, [])
    assert "ffplay, mpv, aplay, pacat" in ran.err
    assert "--format wav" in ran.err


def test_speech_that_fails_leaves_nothing(cli, gateway, tmp_path):
    """Neither a half file, nor a second request."""
    gateway.script("cut-body")
    ran = cli("speak", *TTS, "-o", str(tmp_path / "a.mp3"), "Hello.")
    assert (ran.code, list(tmp_path.iterdir())) == (5, [])
    assert len(gateway.journal) == 1


def test_speech_is_not_for_a_terminal(terminal, gateway, tmp_path):
    """It says what to give; a bar goes away when the file is there."""
    shown = terminal("speak", *TTS, "Hello.")
    assert (shown.code, gateway.journal) == (2, [])
    assert "give --output FILE or --play" in shown.text
    shown = terminal("speak", *TTS, "-o", "hello.wav", "Hello.")
    assert shown.code == 0
    assert (tmp_path / "hello.wav").read_bytes()[:4] == b"RIFF"


def test_ctrl_c_leaves_no_half_file(terminal, gateway, tmp_path):
    """While speech comes."""
    gateway.script("drip-body")
    shown = terminal("speak", *TTS, "-o", "hello.wav", "Hello.", signals=("speech", signal.SIGINT))
    assert shown.code == 130
    assert "Traceback" not in shown.text
    assert list(tmp_path.iterdir()) == []


def test_transcribe_one(cli, gateway, talk, tmp_path):
    """Printed, in the form that is asked for."""
    path = tmp_path / "one.wav"
    path.write_bytes(talk("The train leaves at nine."))
    assert cli("transcribe", *ASR, str(path)).out == "The train leaves at nine.\n"
    assert cli("transcribe", *ASR, str(path), "--format", "srt").out.startswith("1\n00:00:00,000")
    facts = json.loads(cli("transcribe", *ASR, str(path), "--format", "verbose_json").out)
    assert facts["segments"]
    whole = json.loads(cli("transcribe", *ASR, str(path), "--json", "--format", "json").out)
    assert whole["file"] == str(path)
    assert whole["transcript"] == {"text": "The train leaves at nine."}


def test_transcribe_stdin(cli, talk, tmp_path):
    """And a file for one transcript."""
    target = tmp_path / "deep" / "one.vtt"
    ran = cli("transcribe", *ASR, "-", "--format", "vtt", "-o", str(target), stdin=talk("Hello."))
    assert (ran.code, ran.out) == (0, "")
    assert target.read_text().startswith("WEBVTT")
    assert cli("transcribe", *ASR, "-", "-").code == 2


def test_transcribe_a_folder(cli, gateway, talk, tmp_path):
    """With what is below; what is there already is not paid for again."""
    (tmp_path / "talks" / "deep").mkdir(parents=True)
    (tmp_path / "talks" / "b.wav").write_bytes(talk("Two."))
    (tmp_path / "talks" / "deep" / "a.WAV").write_bytes(talk("One."))
    (tmp_path / "talks" / "notes.txt").write_text("no sound")
    folder = str(tmp_path / "talks")
    ran = cli("transcribe", *ASR, folder)
    assert ran.out == f"== {folder}/b.wav\nTwo.\n== {folder}/deep/a.WAV\nOne.\n"
    out = tmp_path / "out"
    gateway.reset()
    for expected in (2, 0):
        ran = cli("transcribe", *ASR, folder, "-o", str(out), "--language", "en", "--prompt", "P")
        assert ran.code == 0
        assert len(gateway.charges) == expected
        gateway.reset()
    assert "is there already" in ran.err
    assert {path.name: path.read_text() for path in out.iterdir()} == {
        "a.txt": "One.\n",
        "b.txt": "Two.\n",
    }
    assert cli("transcribe", *ASR, folder, "-o", str(out), "--again").code == 0
    assert len(gateway.charges) == 2


def test_a_file_that_fails_does_not_stop_the_others(cli, gateway, talk, tmp_path):
    """The exit code is the first failure's."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.wav").write_bytes(talk(f"{name}."))
    gateway.script("402", "ok", "500")
    ran = cli("transcribe", *ASR, str(tmp_path))
    assert ran.code == 4
    assert ran.out == f"== {tmp_path}/b.wav\nb.\n"
    assert ran.err.count("error: ") == 2
    assert ran.err.startswith(f"error: {tmp_path}/a.wav: ")
    gateway.script("402", "ok", "500")
    ran = cli("transcribe", *ASR, "--json", str(tmp_path))
    told = [json.loads(line)["file"] for line in ran.err.splitlines()]
    assert told == [f"{tmp_path}/a.wav", f"{tmp_path}/c.wav"]


@pytest.mark.parametrize("command", [("transcribe", *ASR), ("voice", "--pipeline-id", "pipe_demo")])
def test_the_recording_stays(cli, gateway, talk, tmp_path, command):
    """What is made of a file does not take its place, by whatever name; nothing is sent."""
    source = tmp_path / "talk.wav"
    source.write_bytes(talk("Hello."))
    (tmp_path / "same.wav").symlink_to(source)
    before = source.read_bytes()
    for output in (source, tmp_path / "same.wav"):
        ran = cli(*command, "-o", str(output), str(source))
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "--output: expected another file than the input" in ran.err
    assert source.read_bytes() == before
    assert gateway.journal == []


@pytest.mark.parametrize("command", [("transcribe", *ASR), ("voice", "--pipeline-id", "pipe_demo")])
def test_a_recording_that_there_is_not(cli, gateway, tmp_path, command):
    """As with every file that can't be read: 7."""
    ran = cli(*command, str(tmp_path / "none.wav"))
    assert (ran.code, ran.err) == (7, f"error: {tmp_path}/none.wav: No such file or directory\n")
    assert gateway.journal == []


def test_a_name_that_says_no_format(cli, gateway, tmp_path):
    """MP3 is not written to what is called something else, unless --format says so."""
    path = tmp_path / "hello.ogg"
    ran = cli("speak", *TTS, "-o", str(path), "Hello.")
    assert ran.code == 2
    assert "--output: expected a name that ends with mp3, wav, flac" in ran.err
    assert gateway.journal == []
    assert cli("speak", *TTS, "--format", "mp3", "-o", str(path), "Hello.").code == 0
    assert cli("speak", *TTS, "-o", str(tmp_path / "hello"), "Hello.").code == 0


def test_facts_beside_sound(cli):
    """The sound is on stdout, so that the facts are on stderr, as JSON too."""
    ran = cli("speak", *TTS, "--format", "wav", "--json", "Hello.")
    assert ran.out[:4] == "RIFF"
    facts = json.loads(ran.err)
    assert (facts["file"], facts["format"]) == (None, "wav")
    assert facts["request_id"] == "req_000001"


def test_transcripts_with_one_name(cli, gateway, talk, tmp_path):
    """None would overwrite another: nothing is sent."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "talk.wav").write_bytes(b"x")
    ran = cli("transcribe", *ASR, str(tmp_path), "-o", str(tmp_path / "out"))
    assert (ran.code, gateway.journal) == (2, [])
    assert "talk.txt" in ran.err


def test_an_empty_folder(cli, gateway, tmp_path):
    """Nothing to do is an error, and so is a file that is not there."""
    assert cli("transcribe", *ASR, str(tmp_path)).code == 2
    assert cli("transcribe", *ASR, str(tmp_path / "none.wav")).code == 7
    assert gateway.journal == []


def test_a_bar_takes_nothing_from_the_pipe(cli, talk, tmp_path, monkeypatch):
    """stderr on a terminal, stdout in a pipe: each gets its own."""
    path = tmp_path / "one.wav"
    path.write_bytes(talk("Hello there."))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "300")  # the name of the file is long
    ran = cli("transcribe", *ASR, str(path))
    assert (ran.code, ran.out) == (0, "Hello there.\n")
    assert str(path) in ran.err
    sound = cli("speak", *TTS, "--format", "wav", "Hello.")
    assert (sound.code, sound.out[:4]) == (0, "RIFF")
    assert "speech" in sound.err


def test_transcribe_on_a_terminal(terminal, talk, tmp_path):
    """The text; the bar has gone."""
    (tmp_path / "one.wav").write_bytes(talk("Hello there."))
    shown = terminal("transcribe", *ASR, "one.wav")
    assert (shown.code, "Hello there.\n" in shown.text) == (0, True)


@pytest.fixture
def pipeline(gateway, monkeypatch):
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.pipeline_api_key)
    monkeypatch.setenv("RUNINFRA_PIPELINE_ID", gateway.pipeline_id)


def test_voice(cli, gateway, talk, tmp_path, player, pipeline, monkeypatch):
    """What was heard, what is answered, and the answer as sound."""
    path = tmp_path / "question.wav"
    path.write_bytes(talk("What time is it?"))
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.pipeline_api_key)
    answer = tmp_path / "answer.wav"
    ran = cli("voice", str(path), "-o", str(answer), "--play")
    assert ran.code == 0
    assert ran.out.startswith("What time is it?\n-> ")
    assert answer.read_bytes() == player.read_bytes()
    facts = json.loads(cli("voice", "-", "--json", stdin=path.read_bytes()).out)
    assert facts["transcript"] == "What time is it?"


def test_voice_without_a_pipeline(cli, gateway, talk, tmp_path):
    """Nothing is sent."""
    path = tmp_path / "question.wav"
    path.write_bytes(talk("Hello?"))
    ran = cli("voice", str(path))
    assert (ran.code, gateway.journal) == (2, [])
    assert "pipeline_id" in ran.err


def test_voice_on_a_terminal(terminal, talk, tmp_path, pipeline):
    (tmp_path / "q.wav").write_bytes(talk("Who?"))
    shown = terminal("voice", "q.wav", "-o", "a.wav")
    assert (shown.code, shown.text.startswith("Who?\n-> ")) == (0, True)
    assert (tmp_path / "a.wav").exists()


def test_image(cli, gateway, tmp_path):
    """One, several, and into a pipe."""
    path = tmp_path / "boat.png"
    ran = cli("image", *FLUX, "--size", "64x64", "-o", str(path), "A", "boat")
    assert (ran.code, ran.out) == (0, "")
    assert path.read_bytes()[1:4] == b"PNG"
    assert ran.err.startswith(f"{path}, req_")
    assert bodies(gateway)[0]["prompt"] == "A boat"
    facts = json.loads(cli("image", *FLUX, "--json", "-n", "2", "-o", str(path), "Boats").out)
    assert facts["files"] == [str(tmp_path / "boat-1.png"), str(tmp_path / "boat-2.png")]
    assert cli("image", *FLUX, "--size", "64x64", stdin=b"A boat").out[1:4] == "PNG"
    assert cli("image", *FLUX, "-n", "2", "Boats").code == 2


def test_image_on_a_terminal(terminal, gateway, tmp_path):
    """A picture is not for a terminal."""
    shown = terminal("image", *FLUX, "A boat")
    assert (shown.code, gateway.journal) == (2, [])
    shown = terminal("image", *FLUX, "--size", "64x64", "-o", "boat.png", "A boat")
    assert (shown.code, (tmp_path / "boat.png").exists()) == (0, True)


def test_speech_is_played_by_the_extra(cli, gateway, monkeypatch, tmp_path):
    """As WAV, where a device is there; a command of the user's own, or another format, comes first."""
    machine = Devices()
    monkeypatch.setitem(sys.modules, "sounddevice", machine)
    monkeypatch.delenv("RUNINFRA_PLAYER", raising=False)
    monkeypatch.setenv("PATH", "")
    assert cli("speak", "-m", "acme-tts", "--voice", "nova", "--play", "Hello.").code == 0
    assert gateway.journal[-1].body["response_format"] == "wav"
    assert machine.played
    assert machine.states == ["start", "stop", "close"]
    machine.played = b""
    target = tmp_path / "a.wav"
    assert (
        cli(
            "speak", "-m", "acme-tts", "--voice", "nova", "--play", "-o", str(target), "Hello."
        ).code
        == 0
    )
    assert target.read_bytes().endswith(machine.played)
    ran = cli("speak", "-m", "acme-tts", "--voice", "nova", "--play", "--format", "mp3", "Hello.")
    assert (ran.code, len(gateway.journal)) == (2, 2)
