"""Requests over an application's own async client, of httpx or httpx2.

Twin of ``httpx_blocking.py``. The client is used as it is and never closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from .failures import expired, failure, wait_limit
from .httpx_given import HttpxAttempt, HttpxBody, forget_locals, library_of, was_cut

if TYPE_CHECKING:
    from .._ground.limits import Limits

# The library's own clocks know better what they waited for: let them ring first.
_GRACE: Final = 0.005  # seconds
# Tasks that close abandoned answers; the event loop itself keeps only weak references.
_closing: Final[set[asyncio.Task[None]]] = set()


class AsyncHttpxBackend:
    """Sends by a client of the application's.

    Args:
        client: an ``httpx.AsyncClient`` or ``httpx2.AsyncClient``.

    Raises:
        ConfigurationError: ``client`` is something else.
    """

    def __init__(self, client: Any) -> None:
        self._library = library_of(client, "AsyncClient")
        self._client = client

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes] | None,
        limits: Limits,
    ) -> AsyncHttpxExchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
        """
        left = wait_limit(limits, None, sent=False)
        if self._client.is_closed:
            raise failure("client_closed", sent=False)
        attempt = HttpxAttempt(self._library, url, limits)
        body = content if content is None or isinstance(content, bytes) else _Upload(content)

        async def note(event: str, info: Mapping[str, Any]) -> None:
            attempt.note(event, info)

        clock = asyncio.timeout(None if left is None else left + _GRACE)
        # Raised outside of ``except``: it may be the application's own, which leaves unchanged.
        fault: Exception
        try:
            request = attempt.request(method, url, headers, body, note)
            async with clock:
                response = await self._client.send(
                    request, stream=True, auth=None, follow_redirects=False
                )
            return AsyncHttpxExchange(response, attempt)
        except self._library.HTTPStatusError as error:
            # A hook has called raise_for_status: that is an answer.
            return AsyncHttpxExchange(error.response, attempt)
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            if isinstance(body, _Upload) and body.error is error:
                fault = error
            elif clock.expired():
                fault = attempt.fail("deadline")
            elif self._client.is_closed:
                fault = attempt.fail("client_closed")
            else:
                fault = attempt.fault(error)
            forget_locals(error)
        except BaseException as error:  # cancelled: its frames hold the key
            forget_locals(error)
            raise
        raise fault

    async def aclose(self) -> None:
        """Nothing: the client is the application's."""


class AsyncHttpxExchange:
    """An answer whose head has come.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    def __init__(self, response: Any, attempt: HttpxAttempt) -> None:
        attempt.answering = True
        body = HttpxBody(response)
        self.status = body.status
        self.headers = body.headers
        self._body = body
        self._response = response
        self._attempt = attempt
        self._iterator: Any = None
        self._loop = asyncio.get_running_loop()
        self._pid = os.getpid()
        attempt.stream = response.extensions.get("network_stream", attempt.stream)

    async def read(self, limits: Limits, silence: float | None) -> bytes:
        """The next bytes of the body; ``b""`` at its end.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        if self._body.read is not None:
            piece, self._body.read = self._body.read, b""
            return piece
        attempt = self._attempt
        if self._body.gone:
            raise attempt.fail("client_closed", detail="a hook of the http_client took the body")
        limit = wait_limit(limits, limits.timeout.read, silence)
        if self._iterator is None:
            # The library reads its limit once, when the body begins.
            attempt.timeouts["read"] = limit
            self._iterator = aiter(self._response.stream)
        attempt.waits()
        clock = asyncio.timeout(None if limit is None else limit + _GRACE)
        fault: Exception  # the same
        piece = b""
        try:
            async with clock:
                async for piece in self._iterator:
                    if piece:
                        break
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            if clock.expired():
                fault = attempt.fail("deadline" if expired(limits) else "read_timeout")
            else:
                fault = attempt.fault(error)
            forget_locals(error)
        except BaseException as error:  # cancelled: its frames hold the key
            forget_locals(error)
            raise
        else:
            if not piece and self._body.unframed and was_cut(attempt.stream):
                raise attempt.fail("truncated")
            return piece
        raise fault

    async def aclose(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed."""
        if self._pid != os.getpid():
            self._leave()
            return
        # What fails while closing leaves nothing to use and nothing to report.
        with contextlib.suppress(Exception):
            await self._response.aclose()
            await self._iterator.aclose()

    def release(self) -> None:
        """The same for an answer that nobody reads any more, from any thread, without waiting."""
        if self._pid != os.getpid():
            self._leave()
            return
        # A loop that is closed has closed its sockets.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._close_later)

    def _close_later(self) -> None:
        task = self._loop.create_task(self.aclose())
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    def _leave(self) -> None:
        """Close this process's copy of a socket of the parent's, without a word to the peer."""
        stream = self._attempt.stream
        sock = stream.get_extra_info("socket") if stream is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                os.close(sock.fileno())


class _Upload:
    """The pieces of a request's body; what their source raises is the caller's own.

    Attributes:
        error: what the source raised.
    """

    def __init__(self, pieces: AsyncIterable[bytes]) -> None:
        self._pieces = pieces
        self.error: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._pieces:
                yield piece
        except Exception as error:  # the source is the application's: anything
            self.error = error
            raise
