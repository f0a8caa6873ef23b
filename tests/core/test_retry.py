"""The retry engine's decisions, and the quota."""

from __future__ import annotations

import threading
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext import errors as e
from runinfra_ext._answer.error_mapping import error_from_response
from runinfra_ext._call.retry import (
    BACKOFF_CAP,
    HINT_CAP,
    Failure,
    GiveUp,
    Replay,
    Retry,
    RetryQuota,
    RetryState,
    decide,
    phase_of_status,
)
from runinfra_ext._ground.redaction import Redactor
from runinfra_ext._ground.wire import Headers

Kind = Literal["safe", "keyed", "never"]
GET = Replay("safe", has_key=False)
KEYED = Replay("keyed", has_key=True)
BARE = Replay("keyed", has_key=False)
NEVER = Replay("never", has_key=True)
STREAM = Replay("keyed", has_key=True, streaming=True)
FIRST = RetryState(attempt=1, max_retries=2, stale_retried=False, now=0.0, deadline_at=None)
NEVER_SENT = e.ConnectTimeoutError("m", phase="never_sent")
LOST = e.ReadTimeoutError("m", phase="outcome_unknown")


def answer(status: int, hint: float | None = None, **members: object) -> e.APIStatusError:
    """The error for an error answer."""
    error = error_from_response(
        status, Headers(), {"error": {"message": "m", **members}}, Redactor()
    )
    error.update(phase=phase_of_status(status), retry_after_seconds=hint)
    return error


def repeats(replay: Replay, error: e.RunInfraError, **failure: Any) -> bool:
    """Whether the first failure of a call is repeated."""
    return isinstance(decide(replay, Failure(error, **failure), FIRST, lambda: 0.0), Retry)


@pytest.mark.parametrize(
    ("error", "on_get", "on_keyed", "on_bare", "on_never", "on_stream"),
    [
        (NEVER_SENT, True, True, True, True, True),
        (e.RunInfraConnectionError("m", phase="never_sent"), True, True, True, True, True),
        (LOST, True, True, False, False, False),
        (e.RunInfraConnectionError("m", phase="outcome_unknown"), True, True, False, False, False),
        (e.TLSError("m", phase="never_sent"), False, False, False, False, False),
        (e.DeadlineExceededError("m", phase="never_sent"), False, False, False, False, False),
        *(
            (answer(status), True, True, False, False, False)
            for status in (408, 429, 500, 502, 503, 504)
        ),
        *(
            (answer(status), False, False, False, False, False)
            for status in (
                302,
                400,
                401,
                402,
                403,
                404,
                409,
                413,
                418,
                422,
                425,
                501,
                505,
                520,
                529,
                599,
            )
        ),
        (answer(409, code="request_in_progress"), True, True, False, False, False),
        (answer(409, code="idempotency_conflict"), True, True, False, False, False),
        (answer(409, code="idempotency_key_reused"), False, False, False, False, False),
        (answer(409, type="deployment_error"), False, False, False, False, False),
        (answer(503, type="deployment_error"), False, False, False, False, False),
        (answer(500, type="model_not_found"), False, False, False, False, False),
        (answer(503, code="insufficient_credits"), False, False, False, False, False),
        (answer(503, code="unsupported_operation"), False, False, False, False, False),
        (answer(422, code="idempotency_replay_unavailable"), False, False, False, False, False),
        (answer(429, code="insufficient_quota"), False, False, False, False, False),
        (answer(503, code="quota_exceeded"), False, False, False, False, False),
        (answer(429, code="hosted_model_paused"), False, False, False, False, False),
        (answer(503, 5.0, code="hosted_model_paused"), True, True, False, False, False),
    ],
)
def test_what_is_repeated(
    error: e.RunInfraError,
    on_get: bool,
    on_keyed: bool,
    on_bare: bool,
    on_never: bool,
    on_stream: bool,
) -> None:
    """The phase, the replay class and the key decide; nothing that may have run is run twice."""
    expected = (on_get, on_keyed, on_bare, on_never, on_stream)
    assert tuple(repeats(r, error) for r in (GET, KEYED, BARE, NEVER, STREAM)) == expected


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (answer(429), True),
        (answer(503), True),
        (answer(500), False),
        (LOST, False),
        (NEVER_SENT, True),
    ],
)
def test_conservative_policy(error: e.RunInfraError, repeated: bool) -> None:
    """Where unknown outcomes are not repeated, refusals still are."""
    assert repeats(Replay("keyed", has_key=True, unknown_outcomes=False), error) is repeated


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (answer(429), True),
        (answer(503), True),
        (answer(500), False),
        (LOST, False),
        (answer(400), False),
    ],
)
def test_streams_that_may_be_repeated(error: e.RunInfraError, repeated: bool) -> None:
    """retry_streams repeats streams that were refused, never those that may have run."""
    assert repeats(STREAM._replace(retry_streams=True), error) is repeated


@pytest.mark.parametrize(
    ("error", "told", "repeated"),
    [
        (answer(503), False, False),
        (LOST, False, False),
        (NEVER_SENT, False, False),
        (answer(529), True, True),
        (answer(409), True, True),
        (answer(400), True, False),
        (answer(402), True, False),
        (answer(409, code="idempotency_key_reused"), True, False),
    ],
)
def test_gateways_advice(error: e.RunInfraError, told: bool, repeated: bool) -> None:
    """x-should-retry: false is always heard; true helps only where a repeat can succeed."""
    assert repeats(KEYED, error, should_retry=told) is repeated
    assert repeats(NEVER, answer(529), should_retry=True) is False


def test_closed_by_the_application() -> None:
    """A call whose client was closed is over, although nothing was sent."""
    error = e.RunInfraConnectionError("m", phase="never_sent")
    assert repeats(GET, error, closed=True) is False


@pytest.mark.parametrize(
    ("replay", "spent", "decision"),
    [
        (GET, False, Retry(0.0, free=True)),
        (KEYED, False, Retry(0.0, free=True)),
        (KEYED, True, GiveUp("max_retries is used up")),
        (BARE, False, GiveUp("max_retries is used up")),
        (NEVER, False, GiveUp("max_retries is used up")),
        (STREAM, False, GiveUp("max_retries is used up")),
    ],
)
def test_stale_connection(replay: Replay, spent: bool, decision: Retry | GiveUp) -> None:
    """A dead pooled connection is replaced once for free, where a repeat is safe."""
    progress = FIRST._replace(max_retries=0, stale_retried=spent)
    error = e.RunInfraConnectionError("m", phase="outcome_unknown")
    assert decide(replay, Failure(error, stale=True), progress, lambda: 0.5) == decision


@pytest.mark.parametrize(("attempt", "repeated"), [(1, True), (2, True), (3, False), (4, False)])
def test_max_retries(attempt: int, repeated: bool) -> None:
    """max_retries counts what follows the first attempt."""
    decision = decide(GET, Failure(LOST), FIRST._replace(attempt=attempt), lambda: 0.0)
    assert isinstance(decision, Retry) is repeated


BACKOFF = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


@pytest.mark.parametrize(("attempt", "full"), [*enumerate(BACKOFF, 1), (5000, 30.0)])
def test_backoff(attempt: int, full: float) -> None:
    """The wait doubles up to its cap; chance takes at most half of it away."""
    progress = FIRST._replace(attempt=attempt, max_retries=9999)
    waits = [decide(GET, Failure(LOST), progress, lambda c=c: c) for c in (0.0, 0.5, 1.0)]
    assert waits == [Retry(full / 2), Retry(full * 3 / 4), Retry(full)]


def test_backoff_while_a_key_is_busy() -> None:
    """A request that still runs is asked after about a second first."""
    running = answer(409, code="request_in_progress")
    assert decide(KEYED, Failure(running), FIRST, lambda: 1.0) == Retry(1.0)


@pytest.mark.parametrize(
    ("hint", "shortest", "longest"),
    [(0.0, 0.0, 0.0), (0.5, 0.5, 0.55), (10.0, 10.0, 11.0), (60.0, 60.0, 62.0)],
)
def test_hint(hint: float, shortest: float, longest: float) -> None:
    """A hint is never undercut; chance only adds a little."""
    waits = [decide(GET, Failure(answer(503, hint)), FIRST, lambda c=c: c) for c in (0.0, 1.0)]
    assert waits == [Retry(shortest), Retry(pytest.approx(longest))]


@pytest.mark.parametrize("hint", [60.001, 61.0, 120.0, 5000.0, 1e15])
def test_hint_beyond_the_cap(hint: float) -> None:
    """A longer hint is neither slept nor undercut: the call ends with the hint in its error."""
    assert isinstance(decide(GET, Failure(answer(429, hint)), FIRST, lambda: 0.0), GiveUp)


@pytest.mark.parametrize(
    ("now", "hint", "repeated"),
    [
        (0.0, 9.9, True),
        (0.0, 10.0, False),
        (5.0, 5.0, False),
        (9.99, None, False),
        (10.0, 0.0, False),
    ],
)
def test_deadline(now: float, hint: float | None, repeated: bool) -> None:
    """No wait reaches the deadline: the error comes now rather than then."""
    progress = FIRST._replace(now=now, deadline_at=10.0)
    decision = decide(GET, Failure(answer(503, hint)), progress, lambda: 0.0)
    assert isinstance(decision, Retry) is repeated


def test_no_free_attempt_after_the_deadline() -> None:
    """The free repeat of a stale connection doesn't start after the deadline either."""
    progress = FIRST._replace(now=10.0, deadline_at=10.0)
    assert isinstance(decide(GET, Failure(LOST, stale=True), progress, lambda: 0.0), GiveUp)


KINDS: list[Kind] = ["safe", "keyed", "never"]
REPLAYS = st.builds(
    Replay, st.sampled_from(KINDS), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)
CODES = st.sampled_from(
    [
        None,
        "idempotency_conflict",
        "idempotency_key_reused",
        "request_in_progress",
        "hosted_model_paused",
    ]
)
ERRORS = st.one_of(
    st.sampled_from([NEVER_SENT, LOST]),
    st.builds(
        lambda status, hint, code: answer(status, hint, code=code),
        st.integers(300, 599),
        st.none() | st.floats(0, 1e6),
        CODES,
    ),
)


@given(
    REPLAYS,
    st.builds(Failure, ERRORS, st.booleans(), st.sampled_from([None, True, False])),
    st.builds(
        RetryState,
        st.integers(1, 20),
        st.integers(0, 10),
        st.booleans(),
        st.floats(0, 100),
        st.none() | st.floats(0, 200),
    ),
    st.floats(0, 1),
)
def test_any_failure(replay: Replay, failure: Failure, progress: RetryState, chance: float) -> None:
    """Whatever happens: no unsafe repeat, none beyond its limits, no wait out of bounds."""
    decision = decide(replay, failure, progress, lambda: chance)
    if isinstance(decision, GiveUp):
        assert decision.reason
        return
    error = failure.error
    assert error.phase == "never_sent" or replay.repeatable
    if error.phase == "outcome_unknown":
        assert replay.unknown_outcomes
        assert not replay.streaming
    assert decision.free or progress.attempt <= progress.max_retries
    assert not decision.free or (failure.stale and not progress.stale_retried)
    assert 0 <= decision.after <= max(BACKOFF_CAP, HINT_CAP + 2)
    if error.retry_after_seconds is not None and not decision.free:
        assert error.retry_after_seconds <= decision.after
    if progress.deadline_at is not None:
        assert progress.now + decision.after < progress.deadline_at


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        *((status, "refused") for status in (302, 400, 401, 404, 409, 429, 501, 503, 505)),
        *((status, "outcome_unknown") for status in (408, 500, 502, 504, 520, 529, 599)),
    ],
)
def test_phase_of_status(status: int, phase: str) -> None:
    """A status says whether the request may have run."""
    assert phase_of_status(status) == phase


def test_quota_in_an_outage() -> None:
    """In a full outage, 100 callers with 10 calls each make at most 1.2 attempts for each call."""
    quota = RetryQuota(refill=0)
    attempts = 0

    def caller() -> None:
        nonlocal attempts
        for _ in range(10):
            made = 1
            while made <= 2 and quota.take(answer(503)) is not None:
                made += 1
            with lock:
                attempts += made

    lock = threading.Lock()
    threads = [threading.Thread(target=caller) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert attempts == 1000 + 100
    assert quota.tokens == 0


def test_quota_prices() -> None:
    """A timeout costs more than a refusal; an empty quota takes nothing."""
    quota = RetryQuota(capacity=16, refill=0)
    assert [quota.take(LOST), quota.take(answer(503)), quota.take(answer(503))] == [10, 5, None]
    assert quota.tokens == 1


def test_quota_refill() -> None:
    """Success gives back what its retry cost, or one token, never beyond the capacity."""
    quota = RetryQuota(capacity=20, refill=0)
    paid = quota.take(LOST)
    quota.take(answer(503))
    assert quota.tokens == 5
    quota.success()
    assert quota.tokens == 6
    quota.success(paid or 0.0)
    assert quota.tokens == 16
    quota.success(10.0)
    assert quota.tokens == 20
    quota.success()
    assert quota.tokens == 20


def test_quota_refills_with_time() -> None:
    """What an outage took comes back with time too, also where nothing succeeds."""
    clock = [0.0]
    quota = RetryQuota(capacity=20, refill=2, clock=lambda: clock[0])
    assert [quota.take(LOST), quota.take(LOST), quota.take(LOST)] == [10, 10, None]
    clock[0] = 4.0
    assert quota.tokens == 8
    clock[0] = 5.0
    assert quota.take(LOST) == 10
    clock[0] = 1000.0
    assert quota.tokens == 20


@pytest.mark.parametrize("name", ["capacity", "cost", "timeout_cost", "refund", "refill"])
@pytest.mark.parametrize("value", [-1, float("nan"), "many"])
def test_quota_of_nonsense(name: str, value: Any) -> None:
    """A quota is checked where it is made, and names what is wrong."""
    with pytest.raises(e.ConfigurationError, match=name):
        RetryQuota(**{name: value})


def test_quota_is_thread_safe() -> None:
    """Concurrent payments and refunds lose and make no token."""
    quota = RetryQuota(capacity=1_000_000, refill=0)

    def pay() -> None:
        for _ in range(2_000):
            quota.take(answer_503)
            quota.success(4.0)

    answer_503 = answer(503)
    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert quota.tokens == 1_000_000 - 8 * 2_000 * (5 - 4)
