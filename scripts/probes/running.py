"""Runs a row, and holds what came of it without anything that must not be shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from runinfra_ext import Hooks, RunInfra, RunInfraError

from . import variables

SENTENCE: Final = "The quick brown fox."
HEARD: Final = "fox"  # the word of it that every spelling keeps
_DEADLINE: Final = 300.0  # seconds for one call; an uncached cold start may take two minutes
_LONGEST: Final = 80  # characters of a type or code; a gateway could send anything


class CheckFailed(Exception):
    """The answer is not as the row states."""


class Seen:
    """What a row has checked so far.

    Attributes:
        made: the checks that held, in order.
        request_id: the gateway's id of the last answer.
        requests: how many requests were sent.
    """

    def __init__(self) -> None:
        self.made: list[str] = []
        self.request_id: str | None = None
        self.requests = 0

    def check(self, what: str, holds: object) -> None:
        """Note a check that held.

        Raises:
            CheckFailed: it did not.
        """
        if not holds:
            raise CheckFailed(what)
        self.made.append(what)

    def answer(self, request_id: str | None) -> None:
        """Check that an answer carries the gateway's id, and note it."""
        self.request_id = request_id
        self.check("request id present", request_id)


class Target:
    """The gateway that the rows work on, and what they share.

    Args:
        given: the variables that are set.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.seen = Seen()
        self._speech: bytes | None = None
        self._open = ExitStack()

    @cached_property
    def workspace(self) -> RunInfra:
        """The client of most rows."""
        return self.client()

    def client(self, **options: Any) -> RunInfra:
        """A client of the workspace, or what the options make of it; closed with the target."""
        wanted = {
            "api_key": self.given[variables.API_KEY],
            "base_url": self.given.get(variables.BASE_URL),
            "deadline": _DEADLINE,
            "hooks": Hooks(before_attempt=self._count),
            **options,
        }
        return self._open.enter_context(RunInfra(**wanted))

    def pipeline(self, pipeline_id: str) -> RunInfra:
        """A client with the pipeline's key, addressing this pipeline."""
        return self.client(api_key=self.given[variables.PIPELINE_KEY], pipeline_id=pipeline_id)

    def recording(self, client: RunInfra) -> bytes:
        """Recorded speech: the file's, or made here, once."""
        if variables.AUDIO_FILE in self.given:
            return Path(self.given[variables.AUDIO_FILE]).read_bytes()
        if self._speech is None:
            self._speech = client.audio.speech.create(
                model=self.given[variables.TTS_MODEL],
                voice=self.given[variables.TTS_VOICE],
                input=SENTENCE,
                response_format="wav",
            ).content
        return self._speech

    def spoke(self, speech: bytes) -> None:
        """Keep speech for the rows that listen, so that it is paid for once."""
        self._speech = speech

    def close(self) -> None:
        """Close the clients."""
        self._open.close()

    def _count(self, _event: object) -> None:
        self.seen.requests += 1


Run = Callable[[Target, RunInfra, Seen], object]


class Row(NamedTuple):
    """One thing that must work.

    Attributes:
        name: for ``--only`` and the report.
        run: does it; raises what goes wrong.
        checks: what it states, in the order in which it is checked.
        needs: variables without which it is skipped.
        listens: it needs a recording, or a voice to make one.
    """

    name: str
    run: Run
    checks: tuple[str, ...]
    needs: tuple[str, ...] = ()
    listens: bool = False

    def missing(self, given: Mapping[str, str]) -> list[str]:
        """The variables that it lacks."""
        lacking = [name for name in self.needs if name not in given]
        if self.listens and variables.AUDIO_FILE not in given:
            voice = (variables.TTS_MODEL, variables.TTS_VOICE)
            lacking += [
                f"{name} (or {variables.AUDIO_FILE})" for name in voice if name not in given
            ]
        return lacking


class ErrorFacts(NamedTuple):
    """An error without its message, which may quote what was sent."""

    error: str
    status: int = 0
    type: str | None = None
    code: str | None = None
    param: str | None = None
    request_id: str | None = None

    @classmethod
    def of(cls, error: Exception) -> ErrorFacts:
        """The facts of an error."""
        name = type(error).__name__
        if not isinstance(error, RunInfraError):
            return cls(name)
        texts = (error.type, error.code, error.param, error.request_id)
        return cls(name, error.status, *(_short(text) for text in texts))


@dataclass
class Outcome:
    """What came of a row.

    Attributes:
        name: the row's.
        result: whether it held.
        reason: why it was skipped, or which check failed.
        checks: what was checked and held.
        milliseconds: wall time.
        requests: how many were sent, repeats counted.
        request_id: the gateway's id of the last answer.
        error: what was raised, if it failed.
    """

    name: str
    result: Literal["passed", "failed", "skipped"]
    reason: str | None = None
    checks: list[str] = field(default_factory=list[str])
    milliseconds: int = 0
    requests: int = 0
    request_id: str | None = None
    error: ErrorFacts | None = None


def run_row(row: Row, target: Target) -> Outcome:
    """Run a row; whatever it raises is its outcome."""
    missing = row.missing(target.given)
    if missing:
        return Outcome(row.name, "skipped", f"not set: {', '.join(missing)}")
    seen = target.seen = Seen()
    error: Exception | None = None
    reason: str | None = None
    begin = time.perf_counter()
    try:
        row.run(target, target.workspace, seen)
        if tuple(seen.made) != row.checks:
            # A row that returns early must not look as if all of it had held.
            left = [check for check in row.checks if check not in seen.made]
            reason = f"not checked: {', '.join(left)}" if left else "checked what it does not state"
    except CheckFailed as failed:
        error, reason = failed, f"not so: {failed}"
    except Exception as raised:  # noqa: BLE001 - whatever a row raises is its failure
        error = raised
    milliseconds = round((time.perf_counter() - begin) * 1000)
    facts = None if error is None else ErrorFacts.of(error)
    return Outcome(
        row.name,
        "passed" if error is None and reason is None else "failed",
        reason,
        seen.made,
        milliseconds,
        seen.requests,
        (facts.request_id if facts else None) or _short(seen.request_id),
        facts,
    )


def _short(value: object) -> str | None:
    return None if value is None else str(value)[:_LONGEST]
