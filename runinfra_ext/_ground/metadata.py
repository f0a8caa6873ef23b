"""What is known about the answer besides its content: ids, attempts, rate limits, replay."""

from __future__ import annotations

from collections.abc import Mapping

from runinfra_client.meta import Meta, RateLimit, Result

__all__ = ["Answered", "Meta", "RateLimit", "Result", "is_replay"]


def is_replay(headers: Mapping[str, str]) -> bool:
    """Whether the answer is a stored one, by ``x-runinfra-idempotent-replay``."""
    return headers.get("x-runinfra-idempotent-replay", "").strip().lower() == "true"


class Answered:
    """What the facts of its call say of an answer that is handed out as bytes."""

    __slots__ = ()
    meta: Meta

    @property
    def status(self) -> int:
        """HTTP status, 2xx."""
        return self.meta.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers, case-insensitive."""
        return self.meta.headers

    @property
    def request_id(self) -> str | None:
        """The gateway's id of this answer."""
        return self.meta.request_id
