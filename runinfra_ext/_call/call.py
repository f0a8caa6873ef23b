"""What is to be sent: the same for all attempts of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

from runinfra_client.facts import Operation, StreamSpec


class Body(Protocol):
    """A request body that is sent piece by piece (an upload)."""

    @property
    def content_type(self) -> str:
        """Its media type, with the boundary."""
        ...

    @property
    def content_length(self) -> int:
        """Its exact length in bytes."""
        ...

    @property
    def rewindable(self) -> bool:
        """Whether it can be sent from its start again."""
        ...

    def iter_chunks(self) -> Any:
        """Its bytes from the start."""
        ...


class Route(NamedTuple):
    """What is called beyond the document: a file at a URL of any host, or a route of the gateway.

    It has those facts of an operation that a journey asks for; by default it is free to repeat.

    Attributes:
        operation_id: what results and errors call it.
        method: HTTP method.
        accept: media types that are wanted.
        replay: as of an operation.
        replay_scope: as of an operation.
        replay_conservative: as of an operation.
        stream: none: nothing is known of its events.
        own_errors: none: its errors have no schema.
    """

    operation_id: str
    method: str = "GET"
    accept: str = "*/*"
    replay: Literal["safe", "keyed", "never"] = "safe"
    replay_scope: Literal["any", "workspace"] = "any"
    replay_conservative: bool = True
    stream: StreamSpec | None = None
    own_errors: frozenset[int] = frozenset()


class Call(NamedTuple):
    """What is to be sent: immutable, the same for all attempts.

    Attributes:
        operation: what the document says of it; or of what it does not know.
        path: path below the base URL, encoded.
        content: the body; ``None`` for a GET.
        content_type: media type of the body, if any.
        accept: media type that is wanted.
        streaming: whether the body of the answer is handed out as it comes.
        options: the caller's call options, not checked yet.
        headers: header parameters of the operation.
        failure: makes the model of an error's answer, where one has a schema of its own.
        foreign: ``path`` is a whole URL, of a host that is not the gateway. It gets no key, no ids
            and no headers of the caller's, and is not named in the log, because what signs such a
            URL is a credential.
        arguments: the method's own, or the members of a raw body; never changed.
    """

    operation: Operation | Route
    path: str
    content: bytes | Body | None
    content_type: str | None
    accept: str
    streaming: bool
    options: Mapping[str, Any]
    headers: Mapping[str, str] = {}
    failure: Callable[..., Any] | None = None
    foreign: bool = False
    arguments: Mapping[str, Any] = {}
