"""The connection is released however a stream is left (fault 21)."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from runinfra_ext._stream.reader import DRAIN_BYTES
from runinfra_ext.errors import StreamConsumedError


def two(play: Any) -> Any:
    """A stream of two events that goes on for ever."""
    return play(play.chunk("a"), play.chunk("b"), play.EVER)


@pytest.mark.parametrize("error", [None, ValueError("mine"), KeyboardInterrupt()])
@pytest.mark.parametrize("managed", [False, True])
def test_loop_is_left(play: Any, managed: bool, error: BaseException | None) -> None:
    """Leaving a loop by break or an exception closes the stream, with and without `with`."""
    played = two(play)
    if error is None:
        played.loop(managed=managed, leave_after=1)
    else:
        with pytest.raises(type(error)):
            played.loop(managed=managed, leave_after=1, error=error)

    assert 1 == played.body.closed
    assert "a" == played.stream.text
    with pytest.raises(StreamConsumedError):
        played.list()
    with pytest.raises(StreamConsumedError):
        played.next()
    with pytest.raises(StreamConsumedError) as caught:
        played.call("final")
    assert "a" == caught.value.partial.choices[0].message.content


def test_loops_inside_of_a_block(play: Any) -> None:
    """Inside of a `with` block a loop may be left and another goes on."""
    played = play(play.chunk("a"), play.chunk("b"), play.chunk("c", "stop"))
    played.call("__aenter__" if play.kind == "async" else "__enter__")
    played.loop(managed=False, leave_after=1)
    assert 0 == played.body.closed

    assert 2 == len(played.list())


def test_unused_iterator(play: Any) -> None:
    """An iterator that was made and thrown away closes nothing."""
    played = play(play.chunk("a", "stop"))
    for _ in range(2):
        _ = played.stream.text_stream
        _ = aiter(played.stream) if play.kind == "async" else iter(played.stream)
    gc.collect()

    assert 1 == len(played.list())


def test_single_steps_close_nothing(play: Any) -> None:
    """next() on the stream itself is no loop: the stream stays open."""
    played = two(play)
    played.next()
    gc.collect()
    assert 0 == played.body.closed

    played.next()
    assert "ab" == played.stream.text


@pytest.mark.parametrize("times", [1, 2])
def test_close(play: Any, times: int) -> None:
    """Closing releases the connection once, and may be repeated, before and after the end."""
    played = two(play)
    played.next()
    for _ in range(times):
        played.call("close")
    assert 1 == played.body.closed

    ended = play(play.chunk("a", "stop"), play.DONE)
    ended.list()
    ended.call("close")
    assert 1 == ended.body.closed
    assert "a" == ended.call("final").choices[0].message.content


def test_garbage(play: Any) -> None:
    """A stream that nobody holds lets go of its source, whose finalizer does the rest."""
    played = two(play)
    played.next()
    body = played.body
    del played
    gc.collect()

    assert 1 == body.closed


def test_rest_is_read_after_the_end(play: Any) -> None:
    """After the terminal marker the body is read to its end, so that the connection is reused."""
    played = play(play.chunk("a", "stop") + play.DONE, b": bye\n\n", b"")
    played.call("until_done")

    assert [] == played.body.left[:-1]
    assert 1 == played.body.closed


def test_rest_without_end(play: Any) -> None:
    """A server that goes on sending, or stays silent, is not waited for."""
    noisy = play(play.chunk("a", "stop") + play.DONE, *[b"x" * 1000] * 1000)
    noisy.list()
    assert 1000 - len(noisy.body.left) == pytest.approx(DRAIN_BYTES / 1000, abs=1)

    silent = play(play.chunk("a", "stop") + play.DONE, play.EVER)
    before = play.clock.now
    silent.list()
    assert play.clock.now - before == pytest.approx(0.25)

    slow = play(play.chunk("a", "stop") + play.DONE, *[play.wait(0.1), b"x"] * 100)
    before = play.clock.now
    slow.list()
    assert play.clock.now - before == pytest.approx(0.25)
    assert [1, 1, 1] == [noisy.body.closed, silent.body.closed, slow.body.closed]


def test_source_that_raises_anything(play: Any) -> None:
    """Whatever interrupts a read closes the stream and goes on."""
    played = play(play.chunk("a"), KeyboardInterrupt())
    played.next()
    played.body.pull = lambda timeout: (_ for _ in ()).throw(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        played.next()

    assert 1 == played.body.closed


class Hanging:
    """A source whose read never comes back by itself."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.closed = asyncio.Event()
        self.closes = 0

    async def receive(self, timeout: float | None = None) -> bytes:
        from runinfra_ext._ground.wire import TransportFailure

        self.reading.set()
        await self.closed.wait()
        raise TransportFailure("client_closed", "closed", sent=True)

    async def aclose(self) -> None:
        self.closes += 1
        self.closed.set()


@pytest.fixture
def hanging(play_async: Any) -> Any:
    """An asyncio stream that hangs in its first read."""
    stream = play_async().stream
    source = Hanging()
    stream._source = source
    return play_async, stream, source


def test_cancellation(hanging: Any) -> None:
    """A cancelled read closes the source and is not swallowed; the stream says that it is closed."""
    play, stream, source = hanging

    async def scenario() -> None:
        task = asyncio.create_task(anext(stream))
        await source.reading.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(StreamConsumedError):
            await anext(stream)

    play.run(scenario())
    assert 1 == source.closes


def test_timeout_of_the_application(hanging: Any) -> None:
    """asyncio.timeout around a read works, and releases the connection."""
    play, stream, source = hanging

    async def scenario() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                async for _ in stream:
                    pass

    play.run(scenario())
    assert 1 == source.closes


def test_close_from_another_task(hanging: Any) -> None:
    """Closing a stream while another task reads it ends the read with a typed error."""
    play, stream, source = hanging

    async def scenario() -> None:
        task = asyncio.create_task(stream.final())
        await source.reading.wait()
        await stream.aclose()
        with pytest.raises(StreamConsumedError, match="closed while it was being read"):
            await task

    play.run(scenario())
    assert 1 == source.closes


def test_two_readers(hanging: Any) -> None:
    """A second reader is refused, and does the first no harm."""
    play, stream, source = hanging

    async def scenario() -> None:
        task = asyncio.create_task(anext(stream))
        await source.reading.wait()
        with pytest.raises(StreamConsumedError, match="Another task"):
            await anext(stream)
        assert not source.closed.is_set()
        task.cancel()
        await asyncio.wait([task])

    play.run(scenario())


def test_coroutine_thrown_away(hanging: Any) -> None:
    """A read whose coroutine is closed does not wait; the source is let go."""
    play, stream, source = hanging

    async def scenario() -> None:
        step = stream.__anext__()
        step.send(None)
        step.close()

    play.run(scenario())
    assert None is stream._source
    assert 0 == source.closes
