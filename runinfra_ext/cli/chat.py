"""``runinfra-ext chat``."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .._ground.files import try_place, write_atomic
from .files import checked_history, picture_url, read_json
from .parameters import Model, NoStream, Schema, Temperature
from .session import Session, given_text
from .usage import usage_line, usage_of

if TYPE_CHECKING:
    from .._answer.completions import ChatCompletion
    from .._sync.client import RunInfra
    from .screen import Screen

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_PROMPT: Final = "> "
_COMMANDS: Final = "/clear forgets the conversation, /exit or Ctrl-D ends it"


@app.command()
def chat(
    ctx: typer.Context,
    question: Annotated[
        list[str] | None,
        typer.Argument(help="The question; from stdin if left out or '-'; else a conversation."),
    ] = None,
    *,
    model: Model = None,
    system: Annotated[str | None, typer.Option(help="What the model shall be.")] = None,
    image: Annotated[
        list[str] | None, typer.Option(help="A picture to look at: a file or a URL. Repeatable.")
    ] = None,
    schema: Schema = None,
    history: Annotated[
        Path | None, typer.Option(help="A file to go on from, and to keep the conversation in.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens of an answer.")] = None,
    temperature: Temperature = None,
    no_stream: NoStream = False,
) -> None:
    """Ask one question, or hold a conversation.

    The answer is streamed. On stderr follow its tokens and, where the gateway or the model's price
    tells it, its cost. With --json the whole completion is printed instead.
    """
    session = ctx.ensure_object(Session)
    params: dict[str, Any] = session.model(model)
    options = {"max_tokens": max_tokens, "temperature": temperature}
    params |= {name: value for name, value in options.items() if value is not None}
    target = None if schema is None else read_json(schema, "--schema")
    pictures = [picture_url(one) for one in image or ()]
    messages: list[dict[str, Any]] = [] if history is None else checked_history(history)
    if system is not None:
        messages = [one for one in messages if one["role"] != "system"]
        messages.insert(0, {"role": "system", "content": system})
    if history is not None:
        try_place(history)
    with session.client() as client:
        talk = _Talk(client, session.screen, params, messages)
        talk.history, talk.target, talk.stream = history, target, not no_stream
        if question or session.json or not is_typed():
            talk.ask(given_text(question, what="a question"), pictures)
        else:
            talk.hold(pictures)


def is_typed() -> bool:
    """Whether somebody sits before stdin."""
    return sys.stdin.isatty()


class _Talk:
    """A conversation with a model."""

    def __init__(
        self,
        client: RunInfra,
        screen: Screen,
        params: dict[str, Any],
        messages: list[dict[str, Any]],
    ) -> None:
        self._client = client
        self._screen = screen
        self._params = params
        self._messages = messages
        self.history: Path | None = None
        self.target: Any = None
        self.stream = True

    def hold(self, pictures: list[str]) -> None:
        """Ask what is typed, until that ends."""
        with contextlib.suppress(ImportError):
            importlib.import_module("readline")  # input() edits lines with it
        self._screen.note(_COMMANDS)
        while True:
            try:
                text = input(_PROMPT).strip()
            except EOFError:
                self._screen.text("")
                return
            if text in {"/exit", "/quit"}:
                return
            if text == "/clear":
                self._messages[:] = [one for one in self._messages if one["role"] == "system"]
                self._keep()
            elif text:
                self.ask(text, pictures)
                pictures = []

    def ask(self, text: str, pictures: list[str]) -> None:
        """Ask one question; what was said is kept when its answer is whole."""
        content: Any = text
        if pictures:
            parts = [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
            content = [{"type": "text", "text": text}, *parts]
        asked = [*self._messages, {"role": "user", "content": content}]
        whole = self._answer(asked)
        said = whole.choices[0].message.content or "" if whole.choices else ""
        self._messages[:] = [*asked, {"role": "assistant", "content": said}]
        self._keep()
        usage = usage_of(self._client, whole.usage, whole.model)
        if self._screen.json:
            self._screen.data({**whole.to_dict(), "request_id": whole.request_id, "cli": usage})
        else:
            self._screen.note(usage_line(usage, whole.meta, whole.choices))

    def _answer(self, messages: list[dict[str, Any]]) -> ChatCompletion:
        completions: Any = self._client.chat.completions
        params: dict[str, Any] = {**self._params, "messages": messages}
        if self.target is not None:
            parsed: ChatCompletion = completions.parse(self.target, **params)
            if not self._screen.json:
                self._screen.text(
                    json.dumps(getattr(parsed, "parsed", None), ensure_ascii=False, indent=2)
                )
            return parsed
        if not self.stream or self._screen.json:
            whole: ChatCompletion = completions.create(**params)
            if not self._screen.json:
                self._screen.text(whole.choices[0].message.content or "" if whole.choices else "")
            return whole
        options = {"include_usage": True}
        with completions.create(stream=True, stream_options=options, **params) as stream:
            self._screen.stream(stream.text_stream)
            streamed: ChatCompletion = stream.final()
            return streamed

    def _keep(self) -> None:
        if self.history is not None:
            text = json.dumps(self._messages, ensure_ascii=False, indent=2)
            write_atomic(self.history, text.encode())
