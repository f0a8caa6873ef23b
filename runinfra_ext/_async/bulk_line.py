"""How one row of a job is sent: a transport that knows the row, and what the journal has of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .._call.call import Call
from .._ground.checks import shown
from .._ground.metadata import Meta
from .._ground.wire import Headers
from ..bulk.keys import request_digest, row_key
from ..bulk.options import functions
from ..bulk.rows import Ticket, error_of
from ..bulk.sources import Line
from ..errors import InvalidRequestError
from ._crew import at_once
from .namespaces import AsyncNamespaces
from .transport import AsyncTransport

R = TypeVar("R")


class _Namespaces(AsyncNamespaces):
    """The client's methods, over the line of one row."""

    def __init__(self, line: Any) -> None:
        self._transport = line


class Methods:
    """The client's methods over the lines of rows.

    The class that has a method is looked up once: the namespaces of a client wait for a lock of all
    threads.
    """

    def __init__(self) -> None:
        self._owners: dict[str, tuple[type[Any], str]] = {}

    def of(self, line: Any, operation: str) -> Any:
        """A method over the line of a row.

        Args:
            line: the row's, in the place of a transport.
            operation: the method's dotted name.
        """
        if operation not in self._owners:
            *path, name = operation.split(".")
            owner: Any = _Namespaces(line)
            for part in path:
                owner = getattr(owner, part)
            self._owners[operation] = type(owner), name
        owner_class, name = self._owners[operation]
        return getattr(owner_class(line), name)


class _SoundError(Exception):
    """A call has come as far as to be sent: nothing is wrong with its arguments."""


class AsyncDryLine:
    """Sends nothing: finds what is wrong with the arguments of rows before any is sent.

    Args:
        transport: of the client.
    """

    def __init__(self, transport: AsyncTransport) -> None:
        self.settings = transport.settings
        self.http = transport.http
        self._methods = Methods()

    def problem(self, line: Line) -> str:
        """What is wrong with the request of a line; empty if nothing is, or only its file tells.

        Args:
            line: of a file.
        """
        if functions()[line.operation].body != "json":
            return ""
        try:
            at_once(self._methods.of(self, line.operation)(**line.params))
        except (InvalidRequestError, TypeError) as error:
            return str(error)
        except _SoundError:
            pass
        return ""

    async def fetch(self, *_call: object) -> Any:
        """As of the client's transport, as far as that is reached.

        Raises:
            _SoundError: always.
        """
        raise _SoundError

    open = fetch


class AsyncBulkLine:
    """Sends a row with its own key, or gives what the journal has of it.

    Args:
        transport: of the client.
        ticket: the row.
        job: name of the job.
        resend: send it even if the journal has an error of it.
    """

    def __init__(
        self, transport: AsyncTransport, ticket: Ticket, job: str, *, resend: bool
    ) -> None:
        self.settings = transport.settings
        self.http = transport.http
        self.sent = False
        self._transport = transport
        self._ticket = ticket
        self._job = job
        self._resend = resend

    async def fetch(self, call: Call, make: Callable[[bytes, Meta], R]) -> R:
        """As of the client's transport.

        Raises:
            InvalidRequestError: the row was sent before, with another request.
        """
        ticket = self._ticket
        ticket.digest = digest = request_digest(call)
        stored = ticket.stored
        if stored is not None and stored.digest != digest:
            msg = (
                f"row {shown(ticket.key)}: its request is not the one that the journal has of it; "
                "nothing was sent. Give changed rows other keys, or another journal."
            )
            raise InvalidRequestError(msg, param="key")
        if stored is not None and not self._resend:
            if stored.body is None:
                raise error_of(stored.facts())
            return make(stored.body, _meta_of(call, stored))
        key = call.options.get("idempotency_key")
        if key is None:
            key = row_key(self._job, ticket.key, digest)
            call = call._replace(options={**call.options, "idempotency_key": key})
        ticket.idempotency_key = key

        def kept(body: bytes, meta: Meta) -> R:
            # Also of an answer that turns out to be unusable: it was paid.
            ticket.body, ticket.meta = body, meta
            return make(body, meta)

        self.sent = True
        return await self._transport.fetch(call, kept)

    async def open(self, call: Call, begin: Callable[..., R]) -> R:
        """A stream can't be kept.

        Raises:
            InvalidRequestError: always.
        """
        del call, begin
        msg = "stream: a bulk job reads whole answers; leave it out"
        raise InvalidRequestError(msg, param="stream")


def _meta_of(call: Call, stored: Any) -> Meta:
    """What the journal knows of the answer's metadata."""
    return Meta(
        operation=call.operation.operation_id,
        status=stored.status,
        headers=Headers([("content-type", stored.content_type)]),
        request_id=stored.request_id,
        client_request_id="",
        idempotency_key=stored.idempotency_key,
        replayed=bool(stored.replayed),
        attempts=stored.attempts,
        failures=(),
        elapsed=stored.elapsed,
    )
