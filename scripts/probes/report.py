"""What the canary tells: a table for people, a JSON file for programs; no key, prompt or body."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runinfra_ext import __version__

from .running import Outcome
from .variables import SECRETS

_MARK = "[redacted]"


def table(outcomes: Sequence[Outcome], given: Mapping[str, str]) -> str:
    """A line for each row, and the sum."""
    width = max(len(outcome.name) for outcome in outcomes)
    lines = [_line(outcome, width) for outcome in outcomes]
    sums = ", ".join(f"{number} {result}" for result, number in count(outcomes).items())
    return redacted("\n".join([*lines, "", sums]), given)


def _line(outcome: Outcome, width: int) -> str:
    took = "" if outcome.result == "skipped" else f"{outcome.milliseconds} ms"
    notes = [outcome.reason] if outcome.reason else []
    error = outcome.error
    if error is not None and error.error != "CheckFailed":
        facts = {"status": error.status or None, "type": error.type, "code": error.code}
        facts["param"] = error.param
        told = [f"{name} {value}" for name, value in facts.items() if value is not None]
        notes.append(", ".join([error.error, *told]))
    if outcome.request_id:
        notes.append(f"request id {outcome.request_id}")
    return f"{outcome.name:{width}}  {outcome.result:7}  {took:>9}  {'; '.join(notes)}".rstrip()


def count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many rows ended how."""
    return {
        result: sum(outcome.result == result for outcome in outcomes)
        for result in ("passed", "failed", "skipped")
    }


def write(
    path: Path,
    outcomes: Sequence[Outcome],
    base_url: str,
    given: Mapping[str, str],
    *,
    strict: bool,
    sandbox: bool,
) -> None:
    """Write the report.

    Args:
        path: where to; its folder is made.
        outcomes: of the rows that were wanted.
        base_url: of the gateway.
        given: the variables, whose secrets are left out.
        strict: every row had to pass, at the gateway itself.
        sandbox: the gateway was the bundled sandbox.

    Raises:
        OSError: it can't be written.
    """
    content = {
        "sdk": __version__,
        "python": platform.python_version(),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "base_url": base_url,
        "strict": strict,
        "sandbox": sandbox,
        "summary": count(outcomes),
        "rows": [_row(outcome) for outcome in outcomes],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    path.write_text(redacted(text, given), encoding="utf-8")


def _row(outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    return {**vars(outcome), "error": None if error is None else error._asdict()}


def redacted(text: str, given: Mapping[str, str]) -> str:
    """The text without secrets: a gateway could repeat one in a code or an id."""
    for name in SECRETS:
        if name in given:
            secret = given[name]
            for form in {
                secret,
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
            }:
                text = text.replace(form, _MARK)
    return text
