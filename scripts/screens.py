"""The screens of docs/cli.md: each `$ runinfra-ext …` in it, with what the program shows.

    python scripts/screens.py            run them against the sandbox and write what they show
    python scripts/screens.py --check    compare; exit 1 on a difference

What differs from run to run (times, ports, ids that are made up) is written as an example.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import os
import re
import shlex
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from runinfra_ext import RunInfra  # noqa: E402 - behind the path to it
from runinfra_ext.cli import main as program  # noqa: E402 - behind the path to it
from runinfra_ext.sandbox import Sandbox  # noqa: E402 - behind the path to it
from runinfra_ext.sandbox.deliveries import deliver  # noqa: E402 - behind the path to it

PAGE: Final = ROOT / "docs/cli.md"
_BLOCK: Final = re.compile(r"```console\n(\$ runinfra-ext ?(.*)\n)(?:.*\n)*?```\n")
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")
_SECRET: Final = "whsec_example"
_EVENT: Final = {"id": "evt_1", "type": "deployment.verified", "data": {"model": "acme-chat-8b"}}
_EXAMPLES: Final = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:8080"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:8080"),
    (re.compile(r"\b\d+ ms"), "8 ms"),
    (re.compile(r"\b\d+\.\d+ s\b"), "0.3 s"),
    (re.compile(r"\d+ of 60000 left, renewed in \d+ s"), "59999 of 60000 left, renewed in 1 s"),
    (re.compile(r"\d+ of 60000 left"), "59999 of 60000 left"),
    (re.compile(r"within \d+ s"), "within 1 s"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "5f0c…"),
    (
        re.compile(r"runinfra-ext \S+, Python 3\.\d+\.\d+\S*, \w+"),
        "runinfra-ext 0.1.0, Python 3.11.7, Linux",
    ),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "2026-01-01T12:00:00.000Z"),
    (re.compile(r"t=\d+,v1=[0-9a-f]{64}"), "t=1767268800,v1=7d1e…"),
    (re.compile(r"\d+\.\d rows/s, \d+ of \d+ in flight"), "9.5 rows/s, 0 of 8 in flight"),
    (re.compile(r"job {9,}\S+"), "job             job-5f0c…"),
    (re.compile(r"[ \t]+\n"), "\n"),
)


class _Terminal(io.StringIO):
    """Collects what a person would see."""

    def isatty(self) -> bool:
        """Whether it is a terminal: yes."""
        return True


class _Aside(io.StringIO):
    """stderr without the bars of a terminal, which are gone when a command has ended."""

    def __init__(self, screen: _Terminal) -> None:
        super().__init__()
        self._screen = screen

    def write(self, text: str) -> int:
        """Show it among the rest."""
        return self._screen.write(text)


def shown(command: str) -> str:
    """What a command of the program shows on a terminal.

    Args:
        command: its arguments, as in a shell.
    """
    screen = _Terminal()
    if command.startswith("webhook listen"):
        threading.Thread(target=_delivered, args=(screen,)).start()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(_Aside(screen)):
        code = program(shlex.split(command, comments=True))
    text = _ESCAPES.sub("", screen.getvalue())
    for pattern, example in _EXAMPLES:
        text = pattern.sub(example, text)
    return text.rstrip("\n") + "\n" + (f"(exit code {code})\n" if code else "")


def _delivered(screen: _Terminal) -> None:
    """Send two webhooks to the program when it says where it listens."""
    for _ in range(3000):  # a minute: machines may be busy
        found = re.search(r"listening on (\S+/)", screen.getvalue())
        if found is not None:
            deliver(found[1], _EVENT, secret=_SECRET)
            deliver(found[1], _EVENT, secret="other", attempts=1)
            return
        time.sleep(0.02)


@contextlib.contextmanager
def surroundings() -> Iterator[None]:
    """A sandbox, the variables that point to it, and a folder with what the commands read."""
    before = dict(os.environ)
    home = Path.cwd()
    with Sandbox() as gateway, tempfile.TemporaryDirectory() as folder:
        for name in [name for name in os.environ if name.upper().endswith("_PROXY")]:
            del os.environ[name]
        os.environ |= {
            "RUNINFRA_API_KEY": gateway.api_key,
            "RUNINFRA_BASE_URL": gateway.base_url,
            "RUNINFRA_MODEL": "",
            "RUNINFRA_WEBHOOK_SECRET": _SECRET,
            "COLUMNS": "100",
            "TERM": "xterm",
        }
        os.chdir(folder)
        try:
            _prepared(gateway)
            gateway.reset()
            yield
        finally:
            os.chdir(home)
            os.environ.clear()
            os.environ.update(before)


def _prepared(gateway: Sandbox) -> None:
    """The files that the page's commands read."""
    Path("event.json").write_text(json.dumps(_EVENT))
    words = ("red", "green", "blue")
    Path("rows.jsonl").write_text("".join(json.dumps({"word": word}) + "\n" for word in words))
    question = {"role": "user", "content": "Say {word}."}
    Path("request.json").write_text(json.dumps({"model": "acme-chat-8b", "messages": [question]}))
    Path("weather.json").write_text(
        '{"type": "object", "properties": {"city": {"type": "string"},'
        ' "sunny": {"type": "boolean"}}, "required": ["city", "sunny"],'
        ' "additionalProperties": false}'
    )
    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
        for name, text in (("one", "The train leaves at nine."), ("two", "Mind the gap.")):
            speech = client.audio.speech.create(
                model="acme-tts", input=text, voice="nova", response_format="wav"
            )
            speech.write_to_file(f"talks/{name}.wav")


def filled(page: str) -> str:
    """The page with what its commands show now."""

    def block(match: re.Match[str]) -> str:
        return f"```console\n{match[1]}{shown(match[2])}```\n"

    with surroundings():
        return _BLOCK.sub(block, page)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    before = PAGE.read_text("utf-8")
    after = filled(before)
    if not check:
        PAGE.write_text(after, "utf-8")
        return 0
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "docs/cli.md", "now", n=1)
    found = list(lines)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
