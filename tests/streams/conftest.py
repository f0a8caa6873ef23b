"""Streams over a body that a script plays: no socket, no real time, both drivers alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

import pytest

from runinfra_client import models
from runinfra_client.models import ChatCompletion
from runinfra_client.operations import OPERATIONS
from runinfra_client.unions import parse_response_stream_event
from runinfra_ext._answer.bodies import parse_result
from runinfra_ext._answer.results import Response
from runinfra_ext._async.stream import AsyncStream
from runinfra_ext._ground.metadata import Meta
from runinfra_ext._ground.redaction import Redactor
from runinfra_ext._ground.wire import Headers, TransportFailure
from runinfra_ext._stream.chat import ChatAssembler
from runinfra_ext._stream.responses import ResponseAssembler
from runinfra_ext._sync.stream import Stream
from tests.helpers import Clock

KEY = "sk-ri-abcdefghijklmnop"
CHAT = "createChatCompletion"
RESPONSES = "createResponse"


class Wait(NamedTuple):
    """The peer says nothing for so long."""

    seconds: float


Step = bytes | Wait | TransportFailure
EVER = Wait(1e9)


class Body:
    """A body played step by step; what both kinds of source share.

    Attributes:
        closed: how often it was closed.
        left: steps that nobody has pulled.
    """

    def __init__(self, steps: Iterable[Step], clock: Clock) -> None:
        self.left = list(steps)
        self.clock = clock
        self.closed = 0
        self.timeouts: list[float | None] = []

    def pull(self, timeout: float | None) -> bytes:
        if self.closed:
            raise TransportFailure("client_closed", "closed", sent=True)
        self.timeouts.append(timeout)
        while self.left:
            step = self.left.pop(0)
            if isinstance(step, bytes):
                return step
            if isinstance(step, TransportFailure):
                raise step
            if timeout is not None and step.seconds > timeout:
                self.clock.now += timeout
                self.left.insert(0, Wait(step.seconds - timeout))
                raise TransportFailure("read_timeout", "silent", sent=True)
            self.clock.now += step.seconds
            if timeout is not None:
                timeout -= step.seconds
        return b""


class SyncSource:
    """The blocking source."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def receive(self, timeout: float | None = None) -> bytes:
        return self.body.pull(timeout)

    def close(self) -> None:
        self.body.closed += 1

    def __del__(self) -> None:
        # The real source has a finalizer; what it does is all that this counts.
        self.body.closed += not self.body.closed


class AsyncSource:
    """The same for asyncio."""

    def __init__(self, body: Body) -> None:
        self.body = body

    async def receive(self, timeout: float | None = None) -> bytes:
        await asyncio.sleep(0)
        return self.body.pull(timeout)

    async def aclose(self) -> None:
        self.body.closed += 1

    def __del__(self) -> None:
        self.body.closed += not self.body.closed


class Played:
    """One stream of either kind, driven by blocking calls.

    Attributes:
        body: what it reads.
        stream: the stream itself; its properties are the same for both kinds.
    """

    def __init__(self, kind: str, runner: asyncio.Runner, body: Body, stream: Any) -> None:
        self.kind = kind
        self.body = body
        self.stream = stream
        self._runner = runner

    def call(self, name: str) -> Any:
        """Call a method, and await what it gives if it must be awaited."""
        method = getattr(self.stream, name)
        return self._runner.run(method()) if self.kind == "async" else method()

    def next(self) -> Any:
        """The next event; ``None`` at the end."""
        if self.kind == "sync":
            return next(self.stream, None)

        async def step() -> Any:
            return await anext(self.stream, None)

        return self._runner.run(step())

    def list(self, iterable: Any = None) -> list[Any]:
        """What a loop over the stream, or over another iterable of it, gives."""
        it = self.stream if iterable is None else iterable
        if self.kind == "sync":
            return list(it)

        async def collect() -> list[Any]:
            return [item async for item in it]

        return self._runner.run(collect())

    def loop(self, *, managed: bool, leave_after: int, error: BaseException | None = None) -> None:
        """Loop over the stream and leave by ``break``, or by raising an error."""
        if self.kind == "sync":
            _leave(self.stream, managed, leave_after, error)
        else:
            self._runner.run(_aleave(self.stream, managed, leave_after, error))


def _leave(stream: Any, managed: bool, leave_after: int, error: BaseException | None) -> None:
    def loop() -> None:
        for number, _ in enumerate(stream, 1):
            if number == leave_after:
                if error is not None:
                    raise error
                break

    if not managed:
        loop()
        return
    with stream:
        loop()


async def _aleave(
    stream: Any, managed: bool, leave_after: int, error: BaseException | None
) -> None:
    async def loop() -> None:
        number = 0
        async for _ in stream:
            number += 1
            if number == leave_after:
                if error is not None:
                    raise error
                break

    if not managed:
        await loop()
        return
    async with stream:
        await loop()


class Player:
    """Makes streams of one kind.

    Args:
        kind: ``sync`` or ``async``.
    """

    KEY: ClassVar = KEY
    CHAT: ClassVar = CHAT
    RESPONSES: ClassVar = RESPONSES
    EVER: ClassVar = EVER
    DONE: ClassVar = b"data: [DONE]\n\n"
    wait: ClassVar = Wait

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.clock = Clock()
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.close()

    @staticmethod
    def lost(kind: Any) -> TransportFailure:
        """A failure of the connection."""
        return TransportFailure(kind, f"it was {kind}", sent=True)

    @staticmethod
    def event(data: object, name: str = "") -> bytes:
        """One event."""
        text = data if isinstance(data, str) else json.dumps(data)
        return f"event: {name}\ndata: {text}\n\n".encode() if name else f"data: {text}\n\n".encode()

    @classmethod
    def chunk(cls, text: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
        """A chunk of a chat stream."""
        if text is not None:
            delta["content"] = text
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return cls.event({"id": "c1", "model": "m", "choices": [choice]})

    def run(self, awaitable: Any) -> Any:
        """Run something of the async side to its end."""
        return self._runner.run(awaitable)

    def __call__(
        self,
        *steps: Step,
        operation: str = CHAT,
        headers: Mapping[str, str] | None = None,
        status: int = 200,
        **options: Any,
    ) -> Played:
        """Play a body of these steps to a new stream; options are those of the constructor."""
        body = Body(steps, self.clock)
        source = SyncSource(body) if self.kind == "sync" else AsyncSource(body)
        cls: Any = Stream if self.kind == "sync" else AsyncStream
        stream = make_stream(cls, source, operation, self.clock, meta(status, headers), options)
        del source
        return Played(self.kind, self._runner, body, stream)


def meta(status: int = 200, headers: Mapping[str, str] | None = None) -> Meta:
    """The metadata of a played answer."""
    given = headers if headers is not None else {"content-type": "text/event-stream"}
    return Meta(
        operation=CHAT,
        status=status,
        headers=Headers([*given.items(), ("x-request-id", "req_1")]),
        request_id="req_1",
        client_request_id="client_1",
        idempotency_key="key_1",
        replayed=False,
        attempts=2,
        failures=(),
        elapsed=0.1,
    )


def make_stream(
    cls: Callable[..., Any],
    source: object,
    operation: str,
    clock: Callable[[], float],
    facts: Meta,
    options: dict[str, Any],
) -> Any:
    """A stream as the drivers make it."""
    finish = options.pop("finish", lambda completion: completion)
    spec = OPERATIONS[operation].stream
    assert spec is not None
    redactor = Redactor([KEY])
    parse: Any
    assembler: Any
    if operation == CHAT:
        parse = models.ChatCompletionChunk.from_dict
        assembler = ChatAssembler(
            partial(parse_result, ChatCompletion, meta=facts, redactor=redactor), finish
        )
    else:
        parse = parse_response_stream_event
        assembler = ResponseAssembler(
            partial(parse_result, Response, meta=facts, redactor=redactor),
            spec.terminal_events,
            finish,
        )
    settings = {
        "idle_timeout": None,
        "progress_timeout": None,
        "deadline_at": None,
        "max_event_bytes": 1 << 20,
        "max_bytes": 1 << 28,
        "allow_truncated": False,
    }
    return cls(
        source,
        spec,
        parse=parse,
        assembler=assembler,
        meta=facts,
        redactor=redactor,
        clock=clock,
        error_fields={"operation": operation, "client_request_id": "client_1", "attempts": 2},
        **{**settings, **options},
    )


@pytest.fixture(params=["sync", "async"])
def play(request: pytest.FixtureRequest) -> Iterator[Player]:
    """Makes streams over scripted bodies, once with each driver."""
    player = Player(request.param)
    yield player
    player.close()


@pytest.fixture
def play_async() -> Iterator[Player]:
    """The same with the asyncio driver alone, for what only tasks can do."""
    player = Player("async")
    yield player
    player.close()


@pytest.fixture
def assemble() -> Callable[..., Any]:
    """Feeds decoded events to an assembler of the operation and gives it."""

    def feed(events: Iterable[Mapping[str, Any]], operation: str = CHAT) -> Any:
        assembler: Any
        if operation == CHAT:
            assembler = ChatAssembler(ChatCompletion.from_dict, lambda completion: completion)
        else:
            spec = OPERATIONS[operation].stream
            assert spec is not None
            assembler = ResponseAssembler(
                Response.from_dict, spec.terminal_events, lambda made: made
            )
        for event in events:
            assembler.add(event)
        return assembler

    return feed
