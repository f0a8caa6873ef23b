"""How the program ends: exit codes, and the one line that an error is."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from .. import errors as e

if TYPE_CHECKING:
    from .._ground.redaction import Redact, Redactor
    from .session import Session

OK: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
KEY: Final = 3
LATER: Final = 4
NO_ANSWER: Final = 5
UNUSABLE: Final = 6
FILES: Final = 7
INTERNAL: Final = 70
INTERRUPTED: Final = 130
LEFT: Final = 141

CODES: Final = (
    (OK, "done"),
    (REFUSED, "the gateway said no, or a check failed"),
    (USAGE, "wrong arguments, options or variables; nothing was sent"),
    (KEY, "the key is missing, wrong, or may not do this (401, 403)"),
    (LATER, "wait or pay: rate limit, credit, paused, at capacity (402, 429, 503)"),
    (NO_ANSWER, "no answer: the network, a certificate, a proxy, a time limit"),
    (UNUSABLE, "an answer that can't be used, or one that was cut"),
    (FILES, "a file can't be read or written"),
    (INTERNAL, "a fault of this program"),
    (INTERRUPTED, "Ctrl-C"),
    (LEFT, "the reader of the output has left"),
)
# The first class that fits counts.
_CLASSES: Final[tuple[tuple[type[BaseException], int], ...]] = (
    (KeyboardInterrupt, INTERRUPTED),
    (BrokenPipeError, LEFT),
    (e.WebhookVerificationError, REFUSED),
    (e.InvalidRequestError, USAGE),
    (e.AuthenticationError, KEY),
    (e.PermissionDeniedError, KEY),
    (e.InsufficientCreditsError, LATER),
    (e.RateLimitError, LATER),
    (e.ServiceUnavailableError, LATER),
    (e.RunInfraConnectionError, NO_ANSWER),
    (e.APIResponseError, UNUSABLE),
    (e.StreamError, UNUSABLE),
    (e.StructuredOutputError, UNUSABLE),
    (e.RunInfraError, REFUSED),
    (OSError, FILES),
)
# The type of bulk's JournalError, whose class is not loaded for any other command.
_JOURNAL: Final = "journal_error"
_FIELDS: Final = (
    "type",
    "code",
    "param",
    "status",
    "reason",
    "request_id",
    "client_request_id",
    "idempotency_key",
    "operation",
    "attempts",
    "outcome_unknown",
    "retry_after_seconds",
)


def code_of(error: BaseException) -> int:
    """The exit code of an error."""
    if getattr(error, "type", None) == _JOURNAL:
        return FILES
    return next((code for kind, code in _CLASSES if isinstance(error, kind)), INTERNAL)


def line_of(error: BaseException, redact: Redact) -> str:
    """An error in one line, without secrets, and without anything that moves a terminal."""
    from .._ground.redaction import escaped

    if isinstance(error, e.RunInfraError):
        text = str(error)
    elif isinstance(error, OSError):
        text = error.strerror or str(error) or type(error).__name__
        if error.filename is not None:
            text = f"{error.filename}: {text}"
    else:
        text = f"{type(error).__name__}: {error} (a fault of this program; see --debug)"
    return escaped(redact(text))


def as_dict(error: BaseException, redactor: Redactor) -> dict[str, Any]:
    """An error for machines: its class, its message, its exit code and its ids."""
    found: dict[str, Any] = {"error": type(error).__name__, "exit_code": code_of(error)}
    if isinstance(error, e.RunInfraError):
        found["message"] = error.message
        fields = {name: getattr(error, name) for name in _FIELDS}
        found |= {name: value for name, value in fields.items() if value not in (None, 0, False)}
    else:
        found["message"] = line_of(error, redactor)
    cleaned: dict[str, Any] = redactor.deep(found)
    return cleaned


def told(error: BaseException, session: Session, *, about: str | None = None) -> None:
    """Tell of an error on stderr, as the options ask.

    Args:
        error: what went wrong.
        session: with the options.
        about: the file that it is about, of several.
    """
    screen, redactor = session.screen, session.redactor()
    if isinstance(error, KeyboardInterrupt):
        screen.error("")
        return
    if session.debug:
        import traceback

        # No values of variables: only where it was.
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        screen.error(redactor("".join(lines)).rstrip("\n"))
        for attempt in getattr(error, "failures", ()):
            screen.error(f"attempt {attempt.number}: {attempt.error}, {attempt.message}")
    if session.json:
        named = {} if about is None else {"file": about}
        screen.json_aside({**as_dict(error, redactor), **named})
    else:
        line = line_of(error, redactor)
        place = "" if about is None or line.startswith(f"{about}: ") else f"{about}: "
        screen.error(f"error: {place}{line}")


def quieted() -> None:
    """Let nothing more be written to a reader that has left, not even when the process ends."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
