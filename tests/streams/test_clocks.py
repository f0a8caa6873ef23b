"""The clocks of a stream: silence, lack of progress, the deadline (faults 4 and 5)."""

from __future__ import annotations

from typing import Any

import pytest

from runinfra_ext.errors import DeadlineExceededError, ReadTimeoutError


def ping(play: Any, seconds: float, times: int) -> list[Any]:
    """Heartbeats, each after so many seconds."""
    return [play.wait(seconds), b": ping\n\n"] * times


def timed_out(played: Any, cls: type[Exception]) -> Any:
    """The timeout of a stream after its first event, and when it came."""
    started = played.body.clock.now
    played.next()
    with pytest.raises(cls) as caught:
        played.next()

    assert caught.value.partial.choices[0].message.content == "a"
    assert caught.value.request_id == "req_1"
    assert caught.value.event_count == 1
    assert played.body.closed == 1
    return caught.value, played.body.clock.now - started


def test_silence(play: Any) -> None:
    """Fault 4: silence ends at the idle limit, with what had come."""
    played = play(play.chunk("a"), play.EVER, idle_timeout=20.0)
    error, after = timed_out(played, ReadTimeoutError)

    assert after == pytest.approx(20.0)
    assert "20 s" in error.message
    assert error.code is None


def test_heartbeats_reset_the_idle_clock(play: Any) -> None:
    """Fault 4: comments every 15 s keep a stream alive whose limit is 20 s."""
    played = play(play.chunk("a"), *ping(play, 15, 40), play.chunk("b", "stop"), idle_timeout=20.0)

    assert 2 == len(played.list())


def test_only_heartbeats(play: Any) -> None:
    """Fault 5: heartbeats are no progress; the no-progress clock ends them, the idle one does not."""
    steps = [play.chunk("a"), *ping(play, 15, 1000)]
    error, after = timed_out(
        play(*steps, idle_timeout=20.0, progress_timeout=100.0), ReadTimeoutError
    )

    assert after == pytest.approx(100.0)
    assert error.code == "no_progress"


def test_progress_resets_its_clock(play: Any) -> None:
    """Content within the limit, again and again, is progress; so is a finish reason."""
    chunks = [step for _ in range(9) for step in (*ping(play, 15, 3), play.chunk("x"))]
    played = play(*chunks, play.wait(40), play.chunk(finish="stop"), progress_timeout=50.0)

    assert 10 == len(played.list())


@pytest.mark.parametrize(
    "delta", [{}, {"content": ""}, {"role": "assistant"}, {"content": None, "tool_calls": None}]
)
def test_empty_chunks_are_no_progress(play: Any, delta: dict[str, Any]) -> None:
    """Fault 5: a chunk that brings nothing is a heartbeat too."""
    idle = [play.wait(15), play.chunk(**delta)] * 10
    played = play(play.chunk("a"), *idle, progress_timeout=50.0)
    played.next()
    with pytest.raises(ReadTimeoutError):
        played.list()


def test_progress_of_responses(play: Any) -> None:
    """Fault 5: `response.in_progress` is a sign of life only."""
    event = {"type": "response.in_progress", "response": {"id": "r", "model": "m"}}
    played = play(
        *[play.wait(15), play.event(event)] * 10, operation=play.RESPONSES, progress_timeout=50.0
    )
    with pytest.raises(ReadTimeoutError) as caught:
        played.list()

    assert 3 == caught.value.event_count


def test_deadline(play: Any) -> None:
    """Fault 5: the deadline ends heartbeats, and content as well."""
    for step in (b": ping\n\n", play.chunk("")):
        deadline = play.clock.now + 100
        played = play(
            play.chunk("a"), *[play.wait(15), step] * 1000, idle_timeout=20.0, deadline_at=deadline
        )
        with pytest.raises(DeadlineExceededError) as caught:
            played.list()
        assert play.clock.now == pytest.approx(deadline)
        assert caught.value.partial.choices[0].message.content == "a"


def test_deadline_that_has_passed(play: Any) -> None:
    """What was read is handed out; nothing more is asked for."""
    played = play(
        play.chunk("a") + play.chunk("b"), play.chunk("c"), deadline_at=play.clock.now + 5
    )
    played.next()
    play.clock.now += 60

    assert played.next() is not None
    with pytest.raises(DeadlineExceededError):
        played.next()
    assert 1 == len(played.body.left)


def test_slow_consumer(play: Any) -> None:
    """Only waiting counts: a consumer that takes its time times nothing out."""
    steps = [play.chunk("a"), play.chunk("b"), *ping(play, 1, 3), play.chunk("c", "stop")]
    played = play(*steps, idle_timeout=5.0, progress_timeout=5.0)
    for _ in range(3):
        assert played.next() is not None
        play.clock.now += 1000

    assert played.next() is None


def test_limit_of_the_source(play: Any) -> None:
    """Without an idle limit of its own, the source's timeout is the idle one."""
    played = play(play.chunk("a"), play.lost("read_timeout"))
    error, _ = timed_out(played, ReadTimeoutError)

    assert "the read limit" in error.message
