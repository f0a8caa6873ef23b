"""The command line in this process, and as a process of its own on a terminal."""

from __future__ import annotations

import io
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import runinfra_ext
from runinfra_ext.cli import main

ROOT = Path(runinfra_ext.__file__).parents[1]
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")

# The terminal becomes the process's own, so that a typed Ctrl-C is a signal.
_OWNED = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Ran(NamedTuple):
    """What a run has left: its exit code and its output."""

    code: int
    out: str
    err: str


class Shown(NamedTuple):
    """What stood on a terminal, as it was written and without colours."""

    code: int
    raw: str

    @property
    def text(self) -> str:
        return _ESCAPES.sub("", self.raw)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("RUNINFRA_MODEL", "NO_COLOR", "FORCE_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_PROXY", "no_proxy", "RUNINFRA_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def configured(gateway, monkeypatch):
    """The environment points to the sandbox."""
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
    return gateway


@pytest.fixture
def cli(configured, capfdbinary, monkeypatch) -> Callable[..., Ran]:
    """Runs the program in this process; stdin, stdout and stderr are no terminals."""

    def run(*arguments: str, stdin: bytes = b"") -> Ran:
        capfdbinary.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        code = main(list(arguments))
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    return run


@pytest.fixture
def terminal(configured, tmp_path) -> Callable[..., Shown]:
    """Runs the program as a process on a pseudo-terminal of 100 columns."""
    return lambda *arguments, **options: on_terminal(arguments, cwd=tmp_path, **options)


def on_terminal(
    arguments: Any,
    *,
    cwd: Path,
    typed: list[tuple[str, str]] | None = None,
    signals: tuple[str, int] | None = None,
    env: dict[str, str] | None = None,
) -> Shown:
    """Run the program on a pseudo-terminal.

    Args:
        arguments: of the command line.
        cwd: where.
        typed: what to wait for on the screen, and what to type then.
        signals: what to wait for, and the signal to send then.
        env: more variables.
    """
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    environment.pop("COLUMNS", None)
    environment |= env or {}
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNED, sys.executable, "-m", "runinfra_ext", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=cwd,
        start_new_session=True,
    )
    os.close(theirs)
    seen, waiting, looked, again = "", list(typed or []), 0, b""
    until = time.monotonic() + 60
    try:
        while time.monotonic() < until:
            if not select.select([ours], [], [], 1)[0]:
                if again:
                    # One that comes just before the prompt waits for it is lost in Python's input().
                    os.write(ours, again)
                continue
            try:
                piece = os.read(ours, 65536)
            except OSError:  # what Linux says when the other end is closed
                break
            if not piece:
                break
            seen += piece.decode("utf-8", "replace")
            text = _ESCAPES.sub("", seen)
            while waiting and (at := text.find(waiting[0][0], looked)) >= 0:
                looked = at + len(waiting[0][0])
                keys = waiting.pop(0)[1].encode()
                again = keys if keys == b"\x03" else b""
                os.write(ours, keys)
            if signals is not None and signals[0] in seen:
                os.kill(process.pid, signals[1])
                signals = None
        return Shown(process.wait(20), seen)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait(20)
        os.close(ours)
