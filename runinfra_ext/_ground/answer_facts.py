"""What an answer says of itself besides its content, whole or streamed."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

# The names of chat and those of Responses; engines tell either under both.
_INPUT: Final = ("input_tokens", "prompt_tokens")
_OUTPUT: Final = ("output_tokens", "completion_tokens")
_INPUT_DETAILS: Final = ("input_tokens_details", "prompt_tokens_details")
_OUTPUT_DETAILS: Final = ("output_tokens_details", "completion_tokens_details")
_CACHED: Final = ("cached_tokens",)
_THOUGHT: Final = ("reasoning_tokens",)


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
        usage = self.usage
        return _number(usage, _INPUT), _number(usage, _OUTPUT)

    def special_tokens(self) -> tuple[int | None, int | None]:
        """Those of the question that came from a cache; those the model thought with."""
        usage = self.usage
        return _detail(usage, _INPUT_DETAILS, _CACHED), _detail(usage, _OUTPUT_DETAILS, _THOUGHT)


def facts_of(result: Any) -> Facts:
    """The facts of a result that came whole: of its model, of its JSON, or kept by a raw one."""
    kept = _member(result, "_facts")
    if isinstance(kept, Facts):
        return kept
    choices = _member(result, "choices")
    ended: list[Any] = []
    if isinstance(choices, list):
        ended = [_member(choice, "finish_reason") for choice in choices]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    elif "output" in result if isinstance(result, dict) else hasattr(result, "output"):
        ended = [_end_of(result)]
    return Facts(
        # Of other results, such as a model, it is no answer's.
        _member(result, "id") if ended else None,
        _member(result, "model"),
        tuple([reason for reason in ended if reason]) if ended else (),
        _member(result, "usage"),
    )


def _end_of(response: Any) -> Any:
    """Why a response of the Responses adapter ended."""
    details = _member(response, "incomplete_details")
    return _member(details, "reason") or _member(response, "status")


def _detail(usage: Any, names: tuple[str, ...], kind: tuple[str, ...]) -> int | None:
    """The tokens of one kind, in the first of the details that are there."""
    for name in names:
        details = _member(usage, name)
        if details is not None:
            return _number(details, kind)
    return None


def _number(holder: Any, names: tuple[str, ...]) -> int | None:
    """The first of these members that is a number."""
    for name in names:
        value = _member(holder, name)
        if isinstance(value, int):
            return value
    return None


def _member(holder: Any, name: str) -> Any:
    """A member of a model, or of the JSON that it would be made of."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - decoded JSON
