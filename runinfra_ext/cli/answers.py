"""What the doctor makes of the gateway's answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from .. import errors as e
from . import advice, way
from .checks import Check

if TYPE_CHECKING:
    from .._ground.metadata import RateLimit

_SKEW: Final = 30.0  # seconds; half a minute of a webhook's five is no trouble yet
_LOW: Final = 0.05  # of the limit

# The first class that fits counts.
_BY_CLASS: Final[tuple[tuple[type[e.RunInfraError], advice.Advice], ...]] = (
    (e.AuthenticationError, advice.BAD_KEY),
    (e.PermissionDeniedError, advice.FORBIDDEN),
    (e.InsufficientCreditsError, advice.CREDIT),
    (e.ModelPausedError, advice.PAUSED),
    (e.QuotaExceededError, advice.QUOTA),
    (e.RateLimitError, advice.LIMITED),
    (e.ModelNotFoundError, advice.UNKNOWN_MODEL),
    (e.NotFoundError, advice.WRONG_URL),
    (e.RedirectError, advice.WRONG_URL),
    (e.APIResponseError, advice.WRONG_URL),
    (e.InternalServerError, advice.SERVER),
)


def advice_for(error: e.RunInfraError) -> advice.Advice:
    """What to do about an error of a call."""
    if isinstance(error, e.RunInfraConnectionError):
        return way.by_reason(error.reason, error.message)
    if isinstance(error, e.APIStatusError) and error.status == 405:
        return advice.WRONG_URL
    return next((text for kind, text in _BY_CLASS if isinstance(error, kind)), advice.OTHER)


def words(error: e.RunInfraError) -> str:
    """An error in the doctor's table: its class and what it says."""
    until = getattr(error, "paused_until", None)
    return f"{type(error).__name__}: {error}{f'; paused until {until}' if until else ''}"


def error_facts(error: e.RunInfraError) -> dict[str, Any]:
    """An error in the report."""
    names = ("status", "type", "code", "reason", "request_id", "client_request_id")
    facts = {name: getattr(error, name) for name in names}
    return {"error": type(error).__name__, "message": error.message, **facts}


def clock(headers: Mapping[str, str]) -> Iterator[Check]:
    """This machine's clock against the ``Date`` of an answer, if it has one."""
    text = headers.get("date")
    if text is None:
        return
    try:
        skew = time.time() - parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return
    if abs(skew) > _SKEW:
        side = "ahead of" if skew > 0 else "behind"
        detail = f"{abs(skew):.0f} s {side} the gateway's"
        yield Check("clock", "warn", detail, *advice.CLOCK)
    else:
        yield Check("clock", "ok", f"within {max(1, round(abs(skew)))} s of the gateway's")


def rate_limit(limit: RateLimit) -> Check:
    """What the gateway tells of the rate limit."""
    if limit.limit is None and limit.remaining is None:
        return Check("rate limit", "skip", "not told")
    parts = [f"{limit.remaining if limit.remaining is not None else '?'} of {limit.limit} left"]
    if limit.reset is not None:
        parts.append(f"renewed in {max(0, round(limit.reset - time.time()))} s")
    if limit.tier:
        parts.append(f"tier {limit.tier}")
    low = (
        limit.limit is not None
        and limit.remaining is not None
        and limit.remaining < limit.limit * _LOW
    )
    if low:
        return Check("rate limit", "warn", ", ".join(parts), *advice.LOW)
    return Check("rate limit", "ok", ", ".join(parts))
