"""How the sandbox behaves: its pace, its limits, its money, and its bad luck."""

from __future__ import annotations

import math
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, NoReturn, TypedDict

PLANS: Final = ("core", "enterprise")
UNKNOWN_FIELDS: Final = ("refuse", "ignore")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a sandbox can be told; all defaults together make one that never says no.

    Attributes:
        seed: of ``error_rate``: the same seed and the same requests meet the same faults.
        tokens_per_second: pace of streams; 0 sends at once.
        time_to_first_token: seconds before a stream's first event.
        heartbeat_seconds: silence after which a stream sends a comment.
        requests_per_minute: for each key; a leaky bucket that holds as many. Listing and
            retrieving models is free.
        balance_cents: credit of the workspace; a call that it can't pay is answered with 402.
            ``None`` is without end.
        spend_cap_cents: the plan's cap; a call beyond it is answered with 403. ``None`` is no cap.
        plan: ``core`` or ``enterprise``; some models need the latter.
        capacity: requests at work at once; the next one is answered with 503. ``None`` is no limit.
        cold_start_seconds: a model's first request wakes it, and it answers 503 for this long.
        error_rate: share of requests, 0 to 1, that meet a passing fault.
        max_body_bytes: a larger request is answered with 413, as an edge would.
        max_replay_bytes: a larger answer is not kept for replay.
        replay_pace: of streams from a cassette: 1 as they were recorded, 2 half as fast, 0 at once.
        unknown_fields: ``refuse`` answers a field that the document does not know with 400;
            ``ignore`` does as if it was not there.
        check_answers: hold the sandbox's own answers against the document as well, and note in
            the journal what is wrong. For tests of the sandbox.

    Raises:
        ValueError: a value makes no sense; the message names it.
    """

    seed: int = 0
    tokens_per_second: float = 0.0
    time_to_first_token: float = 0.0
    heartbeat_seconds: float = 15.0
    requests_per_minute: int = 60_000
    balance_cents: int | None = None
    spend_cap_cents: int | None = None
    plan: str = "core"
    capacity: int | None = None
    cold_start_seconds: float = 0.0
    error_rate: float = 0.0
    max_body_bytes: int = 1024 * 1024 * 1024
    max_replay_bytes: int = 4 * 1024 * 1024
    replay_pace: float = 1.0
    unknown_fields: str = "refuse"
    check_answers: bool = False

    def __post_init__(self) -> None:
        if self.plan not in PLANS:
            _refuse("plan", " or ".join(PLANS), self.plan)
        if self.unknown_fields not in UNKNOWN_FIELDS:
            _refuse("unknown_fields", " or ".join(UNKNOWN_FIELDS), self.unknown_fields)
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if isinstance(field.default, str) or (value is None and field.default is None):
                continue
            if isinstance(field.default, bool):
                if not isinstance(value, bool):
                    _refuse(field.name, "True or False", value)
                continue
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                _refuse(field.name, "a number", value)
            if not isinstance(field.default, float) and not isinstance(value, int):
                _refuse(field.name, "a whole number", value)
            if field.name == "seed":
                continue
            if not 0 <= value < math.inf:
                _refuse(field.name, "a number that is not negative", value)
        if self.error_rate > 1:
            _refuse("error_rate", "0 to 1", self.error_rate)
        for name in ("requests_per_minute", "heartbeat_seconds"):
            if not getattr(self, name):
                _refuse(name, "more than 0", 0)


class Changes(TypedDict, total=False):
    """Settings to change: each field of :class:`Settings`."""

    seed: int
    tokens_per_second: float
    time_to_first_token: float
    heartbeat_seconds: float
    requests_per_minute: int
    balance_cents: int | None
    spend_cap_cents: int | None
    plan: str
    capacity: int | None
    cold_start_seconds: float
    error_rate: float
    max_body_bytes: int
    max_replay_bytes: int
    replay_pace: float
    unknown_fields: str
    check_answers: bool


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Settings with other values for some.

    Raises:
        TypeError: there is no such setting.
        ValueError: a value makes no sense.
    """
    known = [field.name for field in fields(Settings)]
    for name in changes.keys() - set(known):
        msg = f"{name}: there is no such setting; there are {', '.join(known)}"
        raise TypeError(msg)
    return replace(settings, **changes)


# What the command line says of each; no entry, no option.
_HELP: Final = {
    "seed": "of --error-rate",
    "tokens_per_second": "pace of streams",
    "time_to_first_token": "seconds before a stream's first event",
    "heartbeat_seconds": "silence after which a stream sends a comment",
    "requests_per_minute": "rate limit of each key",
    "balance_cents": "credit; beyond it 402",
    "spend_cap_cents": "the plan's cap; beyond it 403",
    "plan": " or ".join(PLANS),
    "capacity": "requests at work at once; beyond it 503",
    "cold_start_seconds": "how long a model wakes up after its first request",
    "error_rate": "share of requests that meet a passing fault",
    "max_body_bytes": "a larger request is answered with 413",
    "max_replay_bytes": "a larger answer is not kept for replay",
    "unknown_fields": " or ".join(UNKNOWN_FIELDS) + " fields that the document does not know",
    "replay_pace": "of streams from a cassette: 1 as recorded, 0 at once",
}
_KINDS: Final[dict[str, type]] = {
    "plan": str,
    "unknown_fields": str,
    "tokens_per_second": float,
    "time_to_first_token": float,
    "heartbeat_seconds": float,
    "cold_start_seconds": float,
    "replay_pace": float,
    "error_rate": float,
}


def add_options(parser: ArgumentParser) -> None:
    """One option of the command line for each setting."""
    group = parser.add_argument_group("behaviour")
    for field in fields(Settings):
        if field.name in _HELP:
            default: Any = field.default
            kind = _KINDS.get(field.name, int)
            shown = "" if default is None else f" (default {default})"
            group.add_argument(
                _option(field.name),
                type=kind,
                default=default,
                help=_HELP[field.name] + shown,
                metavar="NAME" if kind is str else "N",
            )


def settings_of(options: Namespace) -> Settings:
    """The settings that a command line asks for.

    Raises:
        ValueError: a value makes no sense.
    """
    return Settings(**{name: getattr(options, name) for name in _HELP})


def arguments_of(settings: Settings) -> list[str]:
    """The command line that asks for these settings."""
    values = ((name, getattr(settings, name)) for name in _HELP)
    return [f"{_option(name)}={value}" for name, value in values if value is not None]


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _refuse(name: str, wanted: str, value: object) -> NoReturn:
    msg = f"{name}: expected {wanted}, got {value!r}"
    raise ValueError(msg)
