"""``runinfra-ext speak`` and ``runinfra-ext voice``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .._ground.files import atomic_file, try_place, write_atomic
from ..errors import ConfigurationError
from .files import apart, readable
from .parameters import Model, Output, Play
from .player import Player, speaks
from .session import Session, given_text

if TYPE_CHECKING:
    from .._display.devices import Speaker

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_FORMATS: Final = ("mp3", "wav", "flac", "opus", "aac", "pcm")


@app.command()
def speak(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="What to say; from stdin if left out or '-'.")
    ] = None,
    *,
    model: Model = None,
    voice: Annotated[str | None, typer.Option(help="A voice or speaker of the model.")] = None,
    ref_audio: Annotated[str | None, typer.Option(help="A voice to follow: file or URL.")] = None,
    ref_text: Annotated[str | None, typer.Option(help="What is said in it.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(_FORMATS)}; by the file's name.")
    ] = None,
    speed: Annotated[float | None, typer.Option(help="From 0.25 to 4.")] = None,
    output: Output = None,
    play: Play = False,
) -> None:
    """Say a text: to a file, to a player, or to a pipe, while it is made.

    The file takes its place when all of it is there. Speech is never asked for twice.
    """
    session = ctx.ensure_object(Session)
    to_stdout = str(output) == "-" or (output is None and not play)
    if to_stdout and sys.stdout.isatty():
        msg = "give --output FILE or --play: sound is not for a terminal"
        raise ConfigurationError(msg, param="output")
    params: dict[str, Any] = {**session.model(model), "input": given_text(text, what="a text")}
    form = form or _form_of(output)
    if form is None and output is not None and output.suffix and not to_stdout:
        msg = f"--output: expected a name that ends with {', '.join(_FORMATS)}, or --format"
        raise ConfigurationError(f"{msg}; got {str(output)!r}", param="output")
    itself = play and (form or output is None) and speaks(form)
    form = "wav" if itself else form
    options = {
        "voice": voice,
        "ref_audio": ref_audio,
        "ref_text": ref_text,
        "response_format": form,
        "speed": speed,
    }
    params |= {name: value for name, value in options.items() if value is not None}
    if output is not None and not to_stdout:
        try_place(output)
    with contextlib.ExitStack() as stack:
        player: Speaker | Player | None = None
        if itself:
            from .._display import devices

            player = stack.enter_context(devices.Speaker())
        elif play:
            player = stack.enter_context(Player(form or "mp3"))
        client = stack.enter_context(session.client())
        stream: Any = client.audio.speech.stream
        speech = stack.enter_context(stream(**params))
        write = stack.enter_context(_target(output, to_stdout=to_stdout))
        progress = stack.enter_context(session.screen.progress("speech"))
        size = 0
        for piece in speech:
            write(piece)
            if player is not None:
                player.write(piece)
            size += len(piece)
            progress(size, speech.content_length)
        facts = {"format": speech.format, "bytes": size, "request_id": speech.request_id}
    # The player has played, and the file is in its place.
    _told(session, {"file": None if to_stdout else _name(output), **facts}, aside=to_stdout)


@app.command()
def voice(
    ctx: typer.Context,
    audio: Annotated[str, typer.Argument(help="Recorded speech; '-' for stdin.")],
    *,
    output: Output = None,
    play: Play = False,
) -> None:
    """Talk to a pipeline: send recorded speech, get an answer (preview).

    What was heard and what is answered are printed; the spoken answer goes to --output or --play.
    """
    session = ctx.ensure_object(Session)
    apart(output, audio)
    readable(audio)
    if output is not None:
        try_place(output)
    content: Any = sys.stdin.buffer.read() if audio == "-" else Path(audio)
    with contextlib.ExitStack() as stack:
        player = stack.enter_context(Player("wav")) if play else None
        client = stack.enter_context(session.client())
        answer = client.voice.pipeline.create(audio=content)
        spoken = answer.audio
        if spoken is None and (play or output is not None):
            session.screen.note("the pipeline has answered without sound")
        elif spoken is not None:
            if output is not None:
                write_atomic(output, spoken)
            if player is not None:
                player.write(spoken)
    facts = {"transcript": answer.transcript, "text": answer.text, "file": _name(output)}
    if session.screen.json:
        session.screen.data({**facts, "request_id": answer.request_id})
        return
    session.screen.text(f"{answer.transcript}\n-> {answer.text}")
    session.screen.note(", ".join(filter(None, (facts["file"], answer.request_id))))


def _form_of(output: Path | None) -> str | None:
    """The format that a file's name asks for."""
    ending = "" if output is None else output.suffix.lower().lstrip(".")
    return ending if ending in _FORMATS else None


def _name(output: Path | None) -> str | None:
    return None if output is None else str(output)


@contextlib.contextmanager
def _target(
    output: Path | None, *, to_stdout: bool
) -> Generator[Callable[[bytes], object], None, None]:
    """Gives what writes a piece."""
    if to_stdout:
        out = sys.stdout.buffer
        yield out.write
        out.flush()
    elif output is None:
        yield len  # it is only played
    else:
        with atomic_file(output) as file:
            yield file.write


def _told(session: Session, facts: dict[str, Any], *, aside: bool) -> None:
    """What was made: for people on stderr, for machines on stdout, if that has no sound."""
    if session.screen.json:
        (session.screen.json_aside if aside else session.screen.data)(facts)
    else:
        words = [facts["file"], facts["format"], f"{facts['bytes']} bytes", facts["request_id"]]
        session.screen.note(", ".join(word for word in words if word))
