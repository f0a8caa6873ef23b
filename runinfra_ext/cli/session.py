"""What a command works with: the options that all commands have, a client, and the screen."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import AuthenticationError, ConfigurationError

if TYPE_CHECKING:
    from .._ground.redaction import Redactor
    from .._sync.client import RunInfra
    from ..hooks import AttemptEnd, Hooks, Sleep
    from .screen import Screen

MODEL_VARIABLE: Final = "RUNINFRA_MODEL"
_LONGEST_KEY_FILE: Final = 64 * 1024  # bytes


class Session:
    """One run of the program.

    Attributes:
        base_url: of the gateway, if given.
        pipeline_id: if given.
        api_key_file: path of a file whose first line is the key, if given.
        timeout: seconds of silence, if given.
        max_retries: further attempts where a repeat can't charge twice, if given.
        json: print JSON.
        debug: tell more.
    """

    def __init__(self) -> None:
        self.base_url: str | None = None
        self.pipeline_id: str | None = None
        self.api_key_file: str | None = None
        self.timeout: float | None = None
        self.max_retries: int | None = None
        self.json = False
        self.debug = False

    @cached_property
    def screen(self) -> Screen:
        """Where the command prints."""
        from .screen import Screen

        return Screen(json=self.json)

    def api_key(self) -> str | None:
        """The key: that of the file, if one is named, else the environment's, if any.

        Raises:
            ConfigurationError: the file can't be read, or begins with a blank line.
        """
        from .._call.options import API_KEY_VARIABLE

        if self.api_key_file is None:
            return os.environ.get(API_KEY_VARIABLE, "").strip() or None
        return first_line(self.api_key_file, "--api-key-file", "the key")

    def redactor(self) -> Redactor:
        """Blanks the key out of whatever is told of an error."""
        from .._ground.redaction import Redactor

        try:
            key = self.api_key()
        except ConfigurationError:
            key = None
        return Redactor([key] if key else ())

    def client(self, **options: Any) -> RunInfra:
        """A client, with the options of the command line.

        Args:
            options: more options of the client.

        Raises:
            AuthenticationError: there is no key.
            ConfigurationError: an option is wrong.
        """
        from .._call.options import API_KEY_VARIABLE
        from .._sync.client import RunInfra

        key = self.api_key()
        if key is None:
            msg = f"no API key: set {API_KEY_VARIABLE}, or give --api-key-file"
            raise AuthenticationError(msg, param="api_key")
        if self.timeout is not None:
            options.setdefault("timeout", self.timeout)
        if self.max_retries is not None:
            options.setdefault("max_retries", self.max_retries)
        if self.debug:
            options.setdefault("hooks", self._hooks())
        return RunInfra(
            api_key=key, base_url=self.base_url, pipeline_id=self.pipeline_id, **options
        )

    def model(self, given: str | None) -> dict[str, Any]:
        """The keyword ``model`` of a call: the option's, or the variable's.

        A pipeline has a default, so that it may be left out there.

        Raises:
            ConfigurationError: there is neither, for the workspace.
        """
        name = self.model_name(given)
        if name is None and not self._is_pipeline():
            msg = f"give --model, or set {MODEL_VARIABLE}; `runinfra-ext models` lists them"
            raise ConfigurationError(msg, param="model")
        return {} if name is None else {"model": name}

    @staticmethod
    def model_name(given: str | None) -> str | None:
        """The model of the option, or of the variable, if any."""
        return given or os.environ.get(MODEL_VARIABLE, "").strip() or None

    def _is_pipeline(self) -> bool:
        from .._call.options import BASE_URL_VARIABLE, PIPELINE_ID_VARIABLE
        from .._call.urls import DEFAULT_BASE_URL, resolve_base_url

        root = self.base_url or os.environ.get(BASE_URL_VARIABLE, "").strip() or DEFAULT_BASE_URL
        pipeline = self.pipeline_id or os.environ.get(PIPELINE_ID_VARIABLE, "").strip() or None
        return resolve_base_url(root, pipeline).pipeline_scoped

    def _hooks(self) -> Hooks:
        from ..hooks import Hooks

        def after(end: AttemptEnd) -> None:
            outcome = str(end.status or (end.error and type(end.error).__name__))
            ids = f"{end.client_request_id} {end.request_id or '-'}"
            line = f"{end.operation} attempt {end.attempt}: {outcome}"
            self.screen.note(f"{line}, {end.elapsed * 1000:.0f} ms, {ids}")

        def before(sleep: Sleep) -> None:
            self.screen.note(f"{sleep.operation}: waiting {sleep.seconds:.2f} s")

        return Hooks(after_attempt=after, before_sleep=before)


def first_line(path: str, option: str, what: str) -> str:
    """The first line of a file, which is a secret.

    Args:
        path: of the file.
        option: that names it, for the error.
        what: the line is, for the error.

    Raises:
        ConfigurationError: the file can't be read, or begins with a blank line.
    """
    problem = ""
    try:
        with Path(path).open("rb") as file:
            first = file.read(_LONGEST_KEY_FILE).decode("utf-8", "replace").partition("\n")[0]
        if first.strip():
            return first.strip()
        problem = "its first line is blank"
    except OSError as error:
        problem = error.strerror or type(error).__name__
    msg = f"{option}: expected a file whose first line is {what}: {problem}"
    raise ConfigurationError(msg, param=option)


def given_text(words: list[str] | None, *, what: str) -> str:
    """The text of the arguments, or of stdin where there are none, or where it is ``-``.

    Args:
        words: the arguments.
        what: it is, for the error.

    Raises:
        ConfigurationError: there is none, or it is no text.
    """
    if words and words != ["-"]:
        text = " ".join(words)
        if text.strip():
            return text
    elif words or not sys.stdin.isatty():
        text = stdin_text()
        if text.strip():
            return text.rstrip("\n")
    msg = f"give {what}, as an argument or on stdin"
    raise ConfigurationError(msg, param=what)


def stdin_text() -> str:
    """All of stdin, which is UTF-8 whatever the locale says.

    Raises:
        ConfigurationError: it is something else.
    """
    problem = ""
    try:
        # A mark of the order of bytes, as Windows' programs write it, is no part of the text.
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"{error.reason} at byte {error.start}"
    msg = f"stdin: expected text in UTF-8: {problem}"
    raise ConfigurationError(msg, param="stdin")
