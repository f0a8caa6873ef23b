"""What an answer says of itself besides its content, whole or streamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

# The names of chat and those of Responses; engines tell either under both.
_INPUT: Final = ("input_tokens", "prompt_tokens")
_OUTPUT: Final = ("output_tokens", "completion_tokens")
_DETAILS: Final = tuple(f"{name}_details" for name in (*_INPUT, *_OUTPUT))


class Facts(NamedTuple):
    """What an answer says of itself besides its content; nothing of it was looked at.

    Attributes:
        id: of the answer.
        model: that made it.
        finish_reasons: of its choices.
        usage: as its model, or as JSON.
    """

    id: Any = None
    model: Any = None
    finish_reasons: tuple[Any, ...] = ()
    usage: Any = None

    def tokens(self) -> tuple[int | None, int | None]:
        """Of the whole question, and of the whole answer."""
        found = _members(self.usage, *_INPUT, *_OUTPUT)
        return _number(found[:2]), _number(found[2:])

    def special_tokens(self) -> tuple[int | None, int | None]:
        """Those of the question that came from a cache; those the model thought with."""
        asked, also_asked, answered, also_answered = _members(self.usage, *_DETAILS)
        cached = asked if asked is not None else also_asked
        thought = answered if answered is not None else also_answered
        return (
            None if cached is None else _number(_members(cached, "cached_tokens")),
            None if thought is None else _number(_members(thought, "reasoning_tokens")),
        )


def facts_of(result: Any) -> Facts:
    """The facts of a result that came whole: of its model, of its JSON, or kept by a raw one."""
    kept, choices, id_, model, usage = _members(result, "_facts", "choices", "id", "model", "usage")
    if isinstance(kept, Facts):
        return kept
    reasons: list[Any] = []
    if isinstance(choices, list):
        reasons = [_members(choice, "finish_reason")[0] for choice in choices]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - decoded JSON
    elif "output" in result if isinstance(result, dict) else hasattr(result, "output"):
        reasons = [_end_of(result)]
    return Facts(
        # Of other results, such as a model, it is no answer's.
        id_ if reasons else None,
        model,
        tuple([reason for reason in reasons if reason]),
        usage,
    )


def _end_of(response: Any) -> Any:
    """Why a response of the Responses adapter ended."""
    details, status = _members(response, "incomplete_details", "status")
    return _members(details, "reason")[0] or status


def _number(values: Iterable[Any]) -> int | None:
    """The first that is a number."""
    for value in values:
        if isinstance(value, int):
            return value
    return None


def _members(holder: Any, *names: str) -> list[Any]:
    """Members of a model, or of the JSON that it would be made of."""
    if isinstance(holder, dict):
        return [holder.get(name) for name in names]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - decoded JSON
    return [getattr(holder, name, None) for name in names]
