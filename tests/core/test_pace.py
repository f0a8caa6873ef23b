"""When requests may leave under a rate limit; the clock is the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runinfra_ext import RateLimitError, RetryQuota, Sleep
from runinfra_ext import errors as e
from runinfra_ext._call.call import Call
from runinfra_ext._call.journey import Journey
from runinfra_ext._call.options import Settings
from runinfra_ext._call.pace import Pace
from runinfra_ext._call.retry import is_flow_control
from runinfra_ext._ground.wire import Headers
from runinfra_ext.hooks import Hooks


def limits(limit: object, remaining: object, reset: object) -> Headers:
    """The rate limit's headers."""
    return Headers(
        [
            ("X-RateLimit-Limit", str(limit)),
            ("X-RateLimit-Remaining", str(remaining)),
            ("X-RateLimit-Reset", str(reset)),
        ]
    )


def test_nothing_is_held_back_at_first() -> None:
    """A client that was told nothing waits for nothing."""
    assert Pace().reserve(5.0) == 0.0


def test_a_hold_concerns_everybody() -> None:
    """Until it has passed; an earlier one does not shorten it."""
    pace = Pace()
    pace.hold(10.0)
    pace.hold(8.0)
    assert [pace.reserve(4.0), pace.reserve(9.5), pace.reserve(10.0)] == [6.0, 0.5, 0.0]


def test_near_the_limit_requests_leave_one_by_one() -> None:
    """At the rate at which the bucket leaks: 60 of 60 taken, empty in a minute, is one a second."""
    pace = Pace()
    pace.told(limits(60, 0, 1060), now=100.0, wall=1000.0)
    assert [pace.reserve(100.0) for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]
    assert pace.reserve(102.5) == 1.5
    # After the reset all is free again.
    assert pace.reserve(160.0) == 0.0


def test_far_from_the_limit_nothing_is_paced() -> None:
    """Plenty left, or left again, means no pace."""
    pace = Pace()
    pace.told(limits(60, 30, 1030), now=100.0, wall=1000.0)
    assert [pace.reserve(100.0), pace.reserve(100.0)] == [0.0, 0.0]
    pace.told(limits(60, 2, 1058), now=100.0, wall=1000.0)
    assert [pace.reserve(100.0), pace.reserve(100.0)] == [0.0, 1.0]
    pace.told(limits(60, 40, 1020), now=101.0, wall=1001.0)
    assert [pace.reserve(101.0), pace.reserve(101.0)] == [0.0, 0.0]


def test_the_longest_interval() -> None:
    """A bucket that seems to leak once an hour is no reason to wait for an hour unasked."""
    pace = Pace()
    pace.told(limits(1, 0, 4600), now=100.0, wall=1000.0)
    assert [pace.reserve(100.0), pace.reserve(100.0)] == [0.0, 5.0]


@pytest.mark.parametrize(
    "headers",
    [
        Headers(),
        limits("many", 0, 1060),
        limits(60, "none", 1060),
        limits(60, 0, "soon"),
        limits(60, 0, 900),
        limits(0, 0, 1060),
    ],
)
def test_headers_that_tell_nothing(headers: Headers) -> None:
    """Missing, unreadable, past or empty limits pace nothing."""
    pace = Pace()
    pace.told(headers, now=100.0, wall=1000.0)
    assert [pace.reserve(100.0), pace.reserve(100.0)] == [0.0, 0.0]


def test_a_moment_that_comes_too_late_is_not_taken() -> None:
    """So that it is left to a caller who can wait."""
    pace = Pace()
    pace.told(limits(60, 0, 1060), now=100.0, wall=1000.0)
    assert [pace.reserve(100.0, 100.5), pace.reserve(100.0, 100.5)] == [0.0, None]
    assert pace.reserve(100.0, 109.0) == 1.0


@pytest.mark.parametrize(
    ("cls", "status", "hint", "flow"),
    [
        (e.RateLimitError, 429, 0.03, True),
        (e.ServiceUnavailableError, 503, 2.0, True),
        (e.RateLimitError, 429, None, False),
        (e.RateLimitError, 429, 61.0, False),
        (e.ModelPausedError, 429, 1.0, False),
        (e.QuotaExceededError, 429, 1.0, False),
        (e.InternalServerError, 500, 1.0, False),
    ],
)
def test_what_is_flow_control(
    cls: type[e.APIStatusError], status: int, hint: float | None, flow: bool
) -> None:
    """A refusal that says when to come back, and concerns the whole client."""
    assert is_flow_control(cls("m", status=status, retry_after_seconds=hint)) is flow


def test_waiting_for_a_limit_costs_no_quota(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """A thousand hints later an outage still has all of its retries."""
    quota = RetryQuota(capacity=5, refill=0)
    made = settings(retry_quota=quota, max_retries=1000)
    journey = Journey(call("listModels"), made)
    for _ in range(1000):
        assert journey.held() == 0.0
        journey.start()
        clock.now += journey.refused(429, Headers([("retry-after-ms", "30")]), b"")
    assert quota.tokens == 5


def test_a_refused_call_holds_the_others_back(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """Also one that is not repeated itself; and the wait is told to the hooks."""
    told: list[Sleep] = []
    made = settings(hooks=Hooks(before_sleep=told.append))
    one = Journey(call("createSpeech"), made)
    assert one.held() == 0.0
    one.start()
    with pytest.raises(e.RateLimitError) as caught:
        one.refused(429, Headers([("retry-after", "2")]), b"")
    assert caught.value.gave_up == "the operation is not replay-safe, or has no idempotency key"
    other = Journey(call("listModels"), made)
    assert other.held() == 2.0
    assert [(fact.attempt, fact.seconds, fact.error) for fact in told] == [(0, 2.0, None)]
    clock.now += 2.0
    assert other.held() == 0.0


def test_a_hold_that_grows_while_one_waits(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """Whoever waits for its moment asks again when it has come."""
    made = settings()
    made.pace.hold(clock.now + 1)
    waiting = Journey(call("listModels"), made)
    assert waiting.held() == 1.0
    made.pace.hold(clock.now + 3)
    clock.now += 1
    assert waiting.held() == 2.0
    clock.now += 2
    assert waiting.held() == 0.0


def test_a_hold_beyond_the_deadline(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """It is raised at once, unsent, with the hint: it would end no other way."""
    made = settings(deadline=5)
    made.pace.hold(clock.now + 20)
    journey = Journey(call("listModels", client_request_id="mine"), made)
    with pytest.raises(RateLimitError) as caught:
        journey.held()
    error = caught.value
    assert (error.phase, error.outcome_unknown, error.attempts) == ("never_sent", False, 0)
    assert (error.retry_after_seconds, error.client_request_id) == (20.0, "mine")
    assert error.gave_up == "the deadline comes before the next attempt"


def test_the_wait_of_a_refused_call_ends_at_its_turn(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """Two that were refused together come back one after the other, each after the hint."""
    made = settings()._replace(wall_clock=lambda: 1000.0)
    headers = Headers([*limits(60, 0, 1060).items(), ("retry-after", "2")])
    waits = []
    for _ in range(2):
        journey = Journey(call("listModels"), made)
        journey.start()
        waits.append(journey.refused(429, headers, b""))
    assert waits == [2.0, 3.0]


def test_the_turn_of_a_refused_call_after_its_deadline(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """The others were first: the refusal is raised instead of a wait that has no end in time."""
    made = settings(deadline=4)._replace(wall_clock=lambda: 1000.0)
    headers = Headers([*limits(60, 0, 1060).items(), ("retry-after", "2")])
    for _ in range(2):
        Journey(call("listModels"), made).refused(429, headers, b"")
    with pytest.raises(RateLimitError) as caught:
        Journey(call("listModels"), made).refused(429, headers, b"")
    assert caught.value.gave_up == "the deadline comes before the next attempt"
