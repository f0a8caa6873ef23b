"""Functions around each logical call: one call of a client's method, over all its attempts.

A middleware is called before the call, and may return a function that is called when the call is
over; what it has to remember stands between the two::

    def counted(start: CallStart) -> After:
        start.add_header("X-Team", "search")

        def after(end: CallEnd) -> None:
            print(end.operation, end.outcome, end.elapsed)

        return after


    client = RunInfra(middleware=[counted])

It sees of the arguments their names, types and sizes. With the async client both functions may be
``async``. A stream's call is over when the stream has ended, broken, been closed, or been dropped.
An exception raised before the call ends it, and nothing was sent; one raised afterwards is logged
(``runinfra_ext.middleware``), because what was paid for is handed out all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sized
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from ._call.call import Call
from ._call.headers import checked_headers
from ._ground.error_fields import FailedAttempt
from ._ground.metadata import Meta

Outcome: TypeAlias = Literal["ok", "error", "closed", "cancelled", "dropped"]
"""How a call went.

``ok``: it has a result, or its stream was read to the end. ``error``: it raised a
``RunInfraError``. ``closed``: its stream was closed, or its loop left, before the end.
``cancelled``: another exception went through it, such as a task's cancellation. ``dropped``: nobody
held the stream any more."""


class Argument(NamedTuple):
    """What an argument is, without its value.

    Attributes:
        type: name of its type, for example ``list``.
        size: characters, bytes or items that it has; ``None`` for what has no size.
    """

    type: str
    size: int | None


class CallStart:
    """A call that is about to be made.

    Attributes:
        operation: operation id, for example ``createChatCompletion``.
        model: the model that was asked for, if the call names one.
        streaming: whether the answer is handed out as it comes.
        client_request_id: the same on all attempts of the call.
        idempotency_key: the key that travels, if any.
    """

    __slots__ = (
        "_added",
        "_call",
        "client_request_id",
        "idempotency_key",
        "model",
        "operation",
        "streaming",
    )
    operation: str
    model: str | None
    streaming: bool
    client_request_id: str
    idempotency_key: str | None

    def __init__(self, call: Call, client_request_id: str, idempotency_key: str | None) -> None:
        self._call = call
        self._added: dict[str, str] = {}
        self.operation = call.operation.operation_id
        model = call.arguments.get("model")
        self.model = model if isinstance(model, str) else None
        self.streaming = call.streaming
        self.client_request_id = client_request_id
        self.idempotency_key = idempotency_key

    @property
    def arguments(self) -> Mapping[str, Argument]:
        """The arguments that were given, without their values."""
        return {
            name: Argument(type(value).__name__, len(value) if isinstance(value, Sized) else None)
            for name, value in self._call.arguments.items()
        }

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that were added, by their names in lower case."""
        return dict(self._added)

    def add_header(self, name: str, value: str) -> None:
        """Send a header with all attempts; it takes the place of the caller's own of that name.

        A picture that is fetched from another host is asked for without it.

        Raises:
            InvalidRequestError: a name that the client keeps for itself, or no lawful header.
        """
        self._added.update(checked_headers("add_header", {name: value}))

    def _carry(self, name: str, value: str) -> None:
        # A header that the package has made itself, and that needs no check.
        self._added[name] = value

    def __repr__(self) -> str:
        return f"<CallStart {self.operation}, {self.client_request_id}>"


class CallEnd:
    """A call that is over.

    Attributes:
        operation: operation id.
        model: the model that was asked for, if the call names one.
        outcome: how it went.
        error: what went wrong: a ``RunInfraError``, or what else ended the call.
        status: HTTP status of the last attempt, 0 without an answer.
        request_id: the gateway's id of the answer, if it answered.
        client_request_id: the same on all attempts of the call.
        attempts: how many requests it took.
        failures: the attempts that failed.
        replayed: the gateway answered from its store: nothing ran and nothing was charged.
        elapsed: seconds that the call took; a stream's until its end.
        first_chunk: of a stream, seconds until its first event or bytes.
        event_count: of a stream of events, how many were handed out.
        input_tokens: of the usage, if it was told.
        output_tokens: of the usage, if it was told.
        meta: what is known of the answer, if there was one.
    """

    __slots__ = (
        "_result",
        "attempts",
        "client_request_id",
        "elapsed",
        "error",
        "event_count",
        "failures",
        "first_chunk",
        "input_tokens",
        "meta",
        "model",
        "operation",
        "outcome",
        "output_tokens",
        "replayed",
        "request_id",
        "status",
    )
    operation: str
    model: str | None
    outcome: Outcome
    error: BaseException | None
    status: int
    request_id: str | None
    client_request_id: str
    attempts: int
    failures: tuple[FailedAttempt, ...]
    replayed: bool
    elapsed: float
    first_chunk: float | None
    event_count: int
    input_tokens: int | None
    output_tokens: int | None
    meta: Meta | None

    def __init__(
        self,
        start: CallStart,
        outcome: Outcome,
        error: BaseException | None,
        meta: Meta | None,
        result: Callable[[], Any],
    ) -> None:
        self._result = result
        self.operation = start.operation
        self.model = start.model
        self.outcome = outcome
        self.error = error
        self.client_request_id = start.client_request_id
        self.meta = meta
        told: Any = meta if meta is not None else error
        self.status = getattr(told, "status", 0)
        self.request_id = getattr(told, "request_id", None)
        # The error's are the newer ones: an answer that can't be used is a failure as well.
        told = told if error is None or not hasattr(error, "failures") else error
        self.attempts = getattr(told, "attempts", 0)
        self.failures = getattr(told, "failures", ())
        self.replayed = meta is not None and meta.replayed
        self.elapsed = 0.0
        self.first_chunk = None
        self.event_count = 0
        self.input_tokens = None
        self.output_tokens = None

    @property
    def result(self) -> Any:
        """The result; of a stream what has arrived, as the result that it amounts to."""
        return self._result()

    def __repr__(self) -> str:
        return f"<CallEnd {self.operation}: {self.outcome}, request id {self.request_id}>"


After: TypeAlias = Callable[[CallEnd], Awaitable[object] | object]
"""Told once when the call is over."""


class Middleware(Protocol):
    """Called before each call; what it returns, if anything, when the call is over."""

    def __call__(self, start: CallStart, /) -> After | Awaitable[After | None] | None:
        """Look at what is about to be sent."""
        ...
