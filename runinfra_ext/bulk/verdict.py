"""What an error of one row means for the job: the row's own, all rows', or come back later."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from .. import errors as e

OUTAGE: Final = 20  # rows in a row that failed by passing faults: nobody is there
ROUNDS: Final = 30  # how often a row is put back before its error counts
_PAUSE: Final = 2.0  # seconds before a row that was put back, where nothing was told
# Whatever the row: the next one would meet the same.
_OF_ALL: Final = (
    e.AuthenticationError,
    e.InsufficientCreditsError,
    e.PermissionDeniedError,
    e.ModelPausedError,
    e.QuotaExceededError,
    e.TLSError,
    e.ConfigurationError,
)
# The same, as long as no row has succeeded: then it is about one row's own model.
_OF_ALL_AT_FIRST: Final = (e.NotFoundError, e.DeploymentError, e.UnsupportedOperationError)
_PASSING: Final = (e.RunInfraConnectionError, e.InternalServerError, e.APIResponseError)


class Verdict(NamedTuple):
    """What to do.

    Attributes:
        kind: ``row``: the row has failed; ``job``: the job stops, the row stays open; ``later``:
            the row is sent again.
        after: seconds until then.
        everyone: the others wait too.
        passing: the row's error may pass: another run of the job sends it again.
    """

    kind: Literal["row", "job", "later"]
    after: float = 0.0
    everyone: bool = False
    passing: bool = False


def judged(error: e.RunInfraError, *, rounds: int, succeeded: bool) -> Verdict:
    """What an error means.

    Args:
        error: of the row's call, after the retries of that.
        rounds: how often the row was put back before.
        succeeded: whether any row of this run has a result.
    """
    if isinstance(error, _OF_ALL) or error.reason == "client_closed":
        return Verdict("job")
    if isinstance(error, _OF_ALL_AT_FIRST) and not succeeded:
        return Verdict("job")
    hint = error.retry_after_seconds
    if isinstance(error, e.RateLimitError):
        # Flow control is no failure, however often it comes and however long it takes.
        return Verdict("later", _PAUSE if hint is None else hint, everyone=True)
    if rounds < ROUNDS:
        if isinstance(error, e.ServiceUnavailableError):
            return Verdict("later", _PAUSE if hint is None else hint, everyone=True)
        if isinstance(error, e.RequestInProgressError) or error.gave_up == e.QUOTA_EMPTY:
            return Verdict("later", _PAUSE if hint is None else hint)
    return Verdict("row", passing=isinstance(error, _PASSING))
