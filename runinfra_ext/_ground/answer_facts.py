"""What an answer says of itself besides its content, whole or streamed."""

from __future__ import annotations

from typing import Any, NamedTuple


class Facts(NamedTuple):
    """What an answer says of itself besides its content; nothing of it was looked at.

    Attributes:
        id: of the answer.
        model: that made it.
        finish_reasons: of its choices.
        usage: as its model.
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
    """The facts of a result that came whole."""
    choices: Any = getattr(result, "choices", None)
    reasons: list[Any] = []
    if isinstance(choices, list):
        reasons = [getattr(choice, "finish_reason", None) for choice in choices]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif hasattr(result, "output"):
        reasons = [_end_of(result)]
    return Facts(
        # Of other results, such as a model, it is no answer's.
        getattr(result, "id", None) if reasons else None,
        getattr(result, "model", None),
        tuple(reason for reason in reasons if reason),
        getattr(result, "usage", None),
    )


def _end_of(response: Any) -> Any:
    """Why a response of the Responses adapter ended."""
    details = getattr(response, "incomplete_details", None)
    return getattr(details, "reason", None) or getattr(response, "status", None)


def _number(holder: Any, *names: str) -> int | None:
    """A number, under the first of its names that has one."""
    for name in names:
        value = getattr(holder, name, None)
        if isinstance(value, int):
            return value
    return None


def _details(usage: Any, *names: str) -> Any:
    found = (getattr(usage, f"{name}_details", None) for name in names)
    return next((details for details in found if details is not None), None)
