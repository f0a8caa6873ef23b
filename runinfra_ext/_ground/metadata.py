"""What is known about the answer besides its content: ids, attempts, rate limits, replay."""

from __future__ import annotations

from collections.abc import Mapping

from runinfra_client.meta import Meta, RateLimit, Result

__all__ = ["Meta", "RateLimit", "Result", "is_replay"]


def is_replay(headers: Mapping[str, str]) -> bool:
    """Whether the answer is a stored one, by ``x-runinfra-idempotent-replay``."""
    return headers.get("x-runinfra-idempotent-replay", "").strip().lower() == "true"
