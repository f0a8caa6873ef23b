"""``runinfra-ext transcribe``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from .._ground.files import try_place, write_atomic
from ..errors import ConfigurationError, RunInfraError
from .failures import code_of, told
from .files import apart, readable
from .parameters import Model
from .session import Session

if TYPE_CHECKING:
    from .._sync.client import RunInfra

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Form = Literal["text", "json", "verbose_json", "srt", "vtt"]
_ENDINGS: Final = {"text": ".txt", "json": ".json", "verbose_json": ".json"}
# What is taken from a folder; a file that is named is taken whatever it is called.
_AUDIO: Final = frozenset(
    {".aac", ".flac", ".m4a", ".mp3", ".mp4", ".mpeg", ".mpga", ".oga", ".ogg", ".opus", ".wav",
     ".webm"}
)  # fmt: skip


@app.command()
def transcribe(
    ctx: typer.Context,
    audio: Annotated[
        list[str], typer.Argument(help="Files and folders (with what is below); '-' for stdin.")
    ],
    *,
    model: Model = None,
    form: Annotated[Form, typer.Option("--format", help="What to make of it.")] = "text",
    language: Annotated[str | None, typer.Option(help="A language tag, such as en.")] = None,
    prompt: Annotated[str | None, typer.Option(help="Spelling and style to follow.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder for the transcripts, or a file for one."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also those whose transcript is there already.")
    ] = False,
) -> None:
    """Write down what is said in files.

    One transcript is printed; several are printed under the names of their files, or written to
    the folder --output, where what is there already is neither made nor paid for again. A file
    that fails does not stop the others; the exit code is the first failure's.
    """
    session = ctx.ensure_object(Session)
    params: dict[str, Any] = session.model(model)
    options = {"language": language, "prompt": prompt}
    params |= {name: value for name, value in options.items() if value is not None}
    sources = list(_sources(audio))
    to_folder = output is not None and (
        output.is_dir() or len(sources) > 1 or any(Path(one).is_dir() for one in audio)
    )
    work = _Work(session, form, params, many=len(sources) > 1)
    targets = [_target(output, one, form, to_folder=to_folder) for one in sources]
    _check_targets(targets)
    for target in targets:
        for source in sources:
            apart(target, source)
    with session.client() as client:
        for source, target in zip(sources, targets, strict=True):
            if target is not None and to_folder and target.exists() and not again:
                session.screen.note(f"{target} is there already")
                continue
            work.take(client, source, target)
    if work.code:
        raise typer.Exit(work.code)


class _Work:
    """The transcripts, one after the other."""

    def __init__(self, session: Session, form: Form, params: dict[str, Any], *, many: bool) -> None:
        self._session = session
        self._form: Form = form
        self._params = params
        self._many = many
        self.code = 0

    def take(self, client: RunInfra, source: str, target: Path | None) -> None:
        """Transcribe one, and write or print it; a failure is told and kept."""
        create: Any = client.audio.transcriptions.create
        try:
            readable(source)
            if target is not None:
                try_place(target)
            with self._session.screen.progress(source) as progress:
                found = create(
                    file=("stdin", sys.stdin.buffer.read()) if source == "-" else Path(source),
                    response_format=self._form,
                    on_progress=progress,
                    **self._params,
                )
            self._put(source, found, target)
        except BrokenPipeError:
            raise
        except (RunInfraError, OSError) as error:
            fault: RunInfraError | OSError = error
        else:
            return
        if not self._many:
            raise fault
        told(fault, self._session, about=source)
        self.code = self.code or code_of(fault)

    def _put(self, source: str, found: Any, target: Path | None) -> None:
        screen = self._session.screen
        request_id: str | None = found.request_id
        facts: Any = str(found) if isinstance(found, str) else found.to_dict()
        text = facts if isinstance(facts, str) else json.dumps(facts, ensure_ascii=False, indent=2)
        if target is not None:
            write_atomic(target, text.rstrip("\n").encode() + b"\n")
        if screen.json:
            named = {"file": source, "output": None if target is None else str(target)}
            screen.data({**named, "transcript": facts, "request_id": request_id})
        elif target is not None:
            screen.note(f"{source} -> {target}")
        else:
            if self._many:
                screen.text(f"== {source}")
            screen.text(text.rstrip("\n"))


def _sources(given: list[str]) -> Iterator[str]:
    """The files that are meant; of a folder those that look like sound, in order."""
    if given.count("-") > 1:
        msg = "audio: expected '-' once, as stdin can be read once"
        raise ConfigurationError(msg, param="audio")
    for one in given:
        path = Path(one)
        if one == "-" or not path.is_dir():
            yield one
            continue
        found = sorted(
            inner for inner in path.rglob("*") if inner.suffix.lower() in _AUDIO and inner.is_file()
        )
        if not found:
            msg = f"audio: expected a folder with sound in it, got {one!r}"
            raise ConfigurationError(msg, param="audio")
        yield from map(str, found)


def _target(output: Path | None, source: str, form: Form, *, to_folder: bool) -> Path | None:
    if output is None or not to_folder:
        return output
    name = "stdin" if source == "-" else Path(source).stem
    return output / f"{name}{_ENDINGS.get(form, f'.{form}')}"


def _check_targets(targets: list[Path | None]) -> None:
    """See that no two transcripts go to one file, before anything is paid for."""
    named = [target for target in targets if target is not None]
    twice = {str(target) for target in named if named.count(target) > 1}
    if twice:
        msg = f"--output: several files would be written to {', '.join(sorted(twice))}"
        raise ConfigurationError(msg, param="output")
