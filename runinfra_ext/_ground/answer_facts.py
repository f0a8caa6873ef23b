"""What an answer says of itself besides its content, whole or streamed."""

from __future__ import annotations

from typing import Any, NamedTuple


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

    @property
    def input_tokens(self) -> int | None:
        """Of the whole question."""
        return _number(self.usage, "input_tokens", "prompt_tokens")

    @property
    def output_tokens(self) -> int | None:
        """Of the whole answer."""
        return _number(self.usage, "output_tokens", "completion_tokens")

    @property
    def cached_tokens(self) -> int | None:
        """Those of the question that came from a cache."""
        return _number(_details(self.usage, "input_tokens", "prompt_tokens"), "cached_tokens")

    @property
    def reasoning_tokens(self) -> int | None:
        """Those of the answer that the model thought with."""
        details = _details(self.usage, "output_tokens", "completion_tokens")
        return _number(details, "reasoning_tokens")


def facts_of(result: Any) -> Facts:
    """The facts of a result that came whole: of its model, of its JSON, or kept by a raw one."""
    kept: Any = getattr(result, "_facts", None)
    if isinstance(kept, Facts):
        return kept
    choices: Any = _member(result, "choices")
    reasons: list[Any] = []
    if isinstance(choices, list):
        reasons = [_member(choice, "finish_reason") for choice in choices]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - decoded JSON
    elif "output" in result if isinstance(result, dict) else hasattr(result, "output"):
        reasons = [_end_of(result)]
    return Facts(
        # Of other results, such as a model, it is no answer's.
        _member(result, "id") if reasons else None,
        _member(result, "model"),
        tuple(reason for reason in reasons if reason),
        _member(result, "usage"),
    )


def _end_of(response: Any) -> Any:
    """Why a response of the Responses adapter ended."""
    details = _member(response, "incomplete_details")
    return _member(details, "reason") or _member(response, "status")


def _number(holder: Any, *names: str) -> int | None:
    """A number, under the first of its names that has one."""
    for name in names:
        value = _member(holder, name)
        if isinstance(value, int):
            return value
    return None


def _details(usage: Any, *names: str) -> Any:
    found = (_member(usage, f"{name}_details") for name in names)
    return next((details for details in found if details is not None), None)


def _member(holder: Any, name: str) -> Any:
    """A member of a model, or of the JSON that it would be made of."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - decoded JSON
