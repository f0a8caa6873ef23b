"""What a call has used: its tokens, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, RunInfraError

if TYPE_CHECKING:
    from .._ground.metadata import Meta
    from .._sync.client import RunInfra

_MILLION = 1_000_000


def usage_of(client: RunInfra, usage: Any, model: str | None) -> dict[str, Any]:
    """Tokens and cost of a call.

    Where the gateway tells no cost it is worked out from the model's prices (a free question); then
    ``estimated`` is true. What can't be told is left out.

    Args:
        client: to ask for the prices.
        usage: of a completion or a response; may be ``None``.
        model: that has answered.
    """
    if usage is None:
        return {}
    found: dict[str, Any] = _tokens(usage)
    cost = getattr(usage, "cost", None)
    if cost is not None:
        return {**found, "cost_usd": cost}
    if len(found) == 2 and model:
        worked_out = _cost(_price(client, model), found)
        if worked_out is not None:
            return {**found, "cost_usd": worked_out, "estimated": True}
    return found


def prices(client: RunInfra) -> Callable[[Any], float]:
    """Gives the cost of a result, by the prices that the models have now.

    Raises (when it is called):
        ConfigurationError: the model has no price, or the result tells no tokens.
    """
    known = {model.id: model.pricing for model in client.models.list().data}

    def price(result: Any) -> float:
        model: str = getattr(result, "model", None) or ""
        cost = _cost(known.get(model), _tokens(getattr(result, "usage", None)))
        if cost is None:
            msg = f"--max-cost: the gateway tells neither a row's cost nor a price of {model!r}"
            raise ConfigurationError(msg, param="max_cost")
        return cost

    return price


def _tokens(usage: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, other in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
        value = getattr(usage, name, None)
        value = getattr(usage, other, None) if value is None else value
        if value is not None:
            found[name] = value
    return found


def _cost(price: Any, tokens: dict[str, int]) -> float | None:
    if price is None or price.input is None or price.output is None or len(tokens) < 2:
        return None
    sum_ = tokens["input_tokens"] * price.input + tokens["output_tokens"] * price.output
    return float(round(sum_ / _MILLION, 9))


def _price(client: RunInfra, model: str) -> Any:
    try:
        return client.models.retrieve(model, max_retries=0).pricing
    except RunInfraError:
        return None  # the answer is there; what it cost is a nicety


def usage_line(usage: dict[str, Any], meta: Meta, choices: Sequence[Any] = ()) -> str:
    """The same in one line, with how the answer ended if that is unusual, and its id."""
    parts: list[str] = []
    if "input_tokens" in usage:
        parts.append(f"{usage['input_tokens']} tokens in")
    if "output_tokens" in usage:
        parts.append(f"{usage['output_tokens']} out")
    if "cost_usd" in usage:
        about = "about " if usage.get("estimated") else ""
        parts.append(f"{about}${usage['cost_usd']:.6f}")
    parts.append(f"{meta.elapsed:.1f} s")
    if meta.replayed:
        parts.append("replayed, not charged")
    reason = getattr(choices[0], "finish_reason", None) if choices else None
    if reason not in {None, "stop"}:
        parts.append(f"ended by {reason}")
    if meta.request_id:
        parts.append(meta.request_id)
    return ", ".join(parts)
