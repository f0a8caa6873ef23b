# Generated from runinfra_ext/_async/tool_loop.py by `make gen`; do not edit.
"""The tool-calling loop: asks, executes, and asks again; the rules are the conversation's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Self

from runinfra_client import models

from .._answer.completions import ChatCompletion
from .._call.spans import Work, ended_by
from .._ground.doors import door
from .._structured.conversation import (
    ToolCall,
    ToolCallEvent,
    ToolConversation,
    ToolDoneEvent,
    ToolEvent,
    ToolRun,
    ToolTextEvent,
)
from ..errors import StreamConsumedError
from ..middleware import Outcome
from ._callbacks import check_callback, settled
from .stream import Loop, Stream


class ToolStream:
    """A tool-calling loop while it runs: iterate it for its typed steps.

    Each event has a ``type``: ``text`` (a piece of what the model says), ``call`` (of a tool),
    ``result`` (of that call) and, once, ``done`` (the whole run). Nothing happens that nobody asked
    for: the next request is sent, and the next tool called, when the next event is wanted. Use it
    as a context manager, or iterate it in one loop; leaving either ends the run.

    Args:
        create: ``client.chat.completions.create``.
        conversation: messages, tools, limits and the other arguments of every request.
        streaming: make every request a stream, so that there are pieces of text.
        begin: gives the span around all of it, when the first request is about to be sent.
        on_event: is given the chunks of these streams.

    Raises (while reading):
        ToolLoopError: the limit of steps is reached, all calls were cut, or a result has no JSON
            form.
        RunInfraError: a request failed.
        Exception: a tool raised it. Like all of these it has ``messages``, ``steps`` and ``usage``
            of the run so far.
    """

    def __init__(
        self,
        create: Callable[..., Any],
        conversation: ToolConversation,
        *,
        streaming: bool,
        begin: Callable[[], Work],
        on_event: Callable[[Any], object] | None = None,
    ) -> None:
        for tool in conversation.tools:
            check_callback("tools", tool.function)
        if on_event is not None:
            check_callback("on_event", on_event)
        self._create = create
        self._conversation = conversation
        self._begin = begin
        self._streaming = streaming
        self._on_event = on_event
        self._ready: deque[ToolEvent] = deque()
        self._calls: deque[ToolCall] = deque()
        self._executing: ToolCall | None = None
        self._stream: Stream[Any, ChatCompletion] | None = None
        self._run: ToolRun | None = None
        self._error: BaseException | None = None
        self._span: Work | None = None
        self._closed = False
        self._reading = False
        self._managed = False

    @property
    def messages(self) -> list[Any]:
        """The conversation so far."""
        return self._conversation.messages

    @property
    def steps(self) -> int:
        """Requests that were answered."""
        return self._conversation.steps

    @property
    def usage(self) -> models.CompletionUsage | None:
        """Of all answers so far, together."""
        return self._conversation.usage

    def __iter__(self) -> Iterator[ToolEvent]:
        """Begin a loop.

        Raises:
            StreamConsumedError: the run is over, or was closed.
        """
        if self._closed or (self._run is not None and not self._ready):
            msg = "The run is over; .final() has what it came to."
            raise StreamConsumedError(msg)
        return ToolEvents(self)

    @door
    def __next__(self) -> ToolEvent:
        event = self._next()
        if event is None:
            raise StopIteration
        return event

    def __enter__(self) -> Self:
        self._managed = True
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    @door
    def final(self) -> ToolRun:
        """Run to the end; what it came to.

        Raises:
            StreamConsumedError: it was closed before.
            Exception: as for reading.
        """
        while self._next() is not None:
            pass
        if self._run is None:
            msg = "The run was closed before its end."
            raise StreamConsumedError(msg)
        return self._run

    def close(self) -> None:
        """End the run: no further request, no further tool. May be called again."""
        self._closed = True
        stream = self._drop()
        if stream is not None:
            stream.close()

    def _next(self) -> ToolEvent | None:
        if self._reading:
            msg = "Another task is reading this run; one run has one reader."
            raise StreamConsumedError(msg)
        if self._error is not None:
            raise self._error
        self._reading = True
        try:
            while not (self._ready or self._closed or self._run):
                with self._work().current():
                    self._move()
        except GeneratorExit as error:
            # The coroutine is being thrown away and must not wait.
            self._ended(ended_by(type(error)), type(error))
            self._drop()
            raise
        except BaseException as error:  # a cancellation, too, tells what the run has done
            self._conversation.mark(error, self._executing)
            self._ended(ended_by(type(error)), type(error))
            if isinstance(error, Exception):
                self._error = error
            self.close()
            raise
        finally:
            self._reading = False
        return self._ready.popleft() if self._ready else None

    def _move(self) -> None:
        try:
            self._advance()
        except StopIteration as error:
            # Of a tool or a callback: it would end the caller's loop without a word.
            msg = f"a function of this run raised {type(error).__name__}"
            raise RuntimeError(msg) from error

    def _advance(self) -> None:
        """One move: the next piece of an answer, the next tool, or the next request."""
        if self._stream is not None:
            self._read(self._stream)
        elif self._calls:
            self._execute(self._calls[0])
        elif self._streaming:
            self._stream = self._create(stream=True, **self._conversation.request())
        else:
            self._take(self._create(**self._conversation.request()))

    def _read(self, stream: Stream[Any, ChatCompletion]) -> None:
        chunk = next(stream, None)
        if chunk is None:
            self._stream = None
            self._take(stream.final())
            return
        if self._on_event is not None:
            left = self._conversation.left()
            settled(self._on_event(chunk), "The function on_event", left)
        if stream.text_delta:
            self._ready.append(ToolTextEvent(stream.text_delta, self.steps + 1))

    def _execute(self, call: ToolCall) -> None:
        conversation = self._conversation
        left = conversation.left()
        self._executing = call
        with self._work().tool(call) as span:
            result = settled(call.result(), f"The tool {call.name!r}", left)
            self._executing = None
            event = conversation.answer(call, result)
            span.answered(event.content)
        self._ready.append(event)
        self._calls.popleft()

    def _take(self, completion: ChatCompletion) -> None:
        conversation = self._conversation
        self._calls.extend(conversation.calls_of(completion))
        self._ready.extend(ToolCallEvent(call, conversation.steps) for call in self._calls)
        if not self._calls:
            self._run = conversation.run(completion)
            self._ready.append(ToolDoneEvent(self._run, conversation.steps))
            self._ended("ok")

    def _work(self) -> Work:
        """The span around all of it."""
        if self._span is None:
            self._span = self._begin()
        return self._span

    def _ended(self, outcome: Outcome, error: type[BaseException] | None = None) -> None:
        """The run is over; only the first end counts."""
        if self._span is not None:
            usage = self._conversation.usage
            self._span.over(
                outcome,
                error,
                steps=self.steps,
                input_tokens=None if usage is None else usage.prompt_tokens,
                output_tokens=None if usage is None else usage.completion_tokens,
            )

    def _drop(self) -> Stream[Any, ChatCompletion] | None:
        """Forget what is left to do; the stream that is to be closed, if any."""
        self._ended("closed")
        stream, self._stream = self._stream, None
        self._closed = self._run is None or self._closed
        self._calls.clear()
        if self._run is None:
            self._ready.clear()
        return stream

    def _loop_left(self) -> None:
        # Inside of a `with` block another loop may follow; the block's end closes.
        if not self._managed:
            self._drop()


class ToolEvents(Loop):
    """The iterator of one loop over a run."""

    def __init__(self, run: ToolStream) -> None:
        super().__init__(run)
        self._events = run

    def __next__(self) -> ToolEvent:
        if not self._begun:
            self._begin()
        return self._events.__next__()
