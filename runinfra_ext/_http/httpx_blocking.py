"""Requests over an application's own blocking client, of httpx or httpx2.

The client is used as it is and never closed. The library bounds each single wait; the deadline of
a call, which no drip of bytes may outlast, is kept by a timer that ends the socket. It does so
wherever the socket is known: from its connect on, and with the head of any answer.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .._ground.wire import TransportFailure
from .failures import LONGEST, expired, failure, wait_limit
from .httpx_given import HttpxAttempt, HttpxBody, forget_locals, library_of, was_cut

if TYPE_CHECKING:
    from .._ground.limits import Limits

_CLOSE_ENOUGH = 0.95  # of a limit: the library's own clock will do


class HttpxBackend:
    """Sends by a client of the application's.

    Args:
        client: an ``httpx.Client`` or ``httpx2.Client``.

    Raises:
        ConfigurationError: ``client`` is something else.
    """

    def __init__(self, client: Any) -> None:
        self._library = library_of(client, "Client")
        self._client = client

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        limits: Limits,
    ) -> HttpxExchange:
        """Send a request and wait for the head of its answer.

        Raises:
            TransportFailure: no answer.
        """
        wait_limit(limits, None, sent=False)
        if self._client.is_closed:
            raise failure("client_closed", sent=False)
        attempt = HttpxAttempt(self._library, url, limits)
        body = content if content is None or isinstance(content, bytes) else _Upload(content)
        watch = _Watch(attempt, limits.deadline_at)
        # Raised outside of ``except``: it may be the application's own, which leaves unchanged.
        fault: Exception
        try:
            request = attempt.request(method, url, headers, body, attempt.note)
            response = self._client.send(request, stream=True, auth=None, follow_redirects=False)
            return HttpxExchange(response, attempt, watch)
        except self._library.HTTPStatusError as error:
            # A hook has called raise_for_status: that is an answer.
            return HttpxExchange(error.response, attempt, watch)
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            watch.stop()
            if isinstance(body, _Upload) and body.error is error:
                fault = error
            elif watch.fired:
                fault = attempt.fail("deadline")
            elif self._client.is_closed:
                fault = attempt.fail("client_closed")
            else:
                fault = attempt.fault(error)
            forget_locals(error)
        except BaseException as error:  # interrupted: its frames hold the key
            watch.stop()
            forget_locals(error)
            raise
        raise fault

    def close(self) -> None:
        """Nothing: the client is the application's."""


class HttpxExchange:
    """An answer whose head has come.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
    """

    def __init__(self, response: Any, attempt: HttpxAttempt, watch: _Watch) -> None:
        attempt.answering = True
        body = HttpxBody(response)
        self.status = body.status
        self.headers = body.headers
        self._body = body
        self._response = response
        self._attempt = attempt
        self._watch = watch
        self._iterator: Iterator[bytes] | None = None
        self._over = False
        self._pid = os.getpid()
        attempt.stream = response.extensions.get("network_stream", attempt.stream)
        watch.rest()

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """The next bytes of the body; ``b""`` at its end.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        if self._body.read is not None:
            piece, self._body.read = self._body.read, b""
            self._over = True
            return piece
        attempt, watch = self._attempt, self._watch
        if self._body.gone:
            raise attempt.fail("client_closed", detail="a hook of the http_client took the body")
        limit = wait_limit(limits, limits.timeout.read, silence)
        if self._iterator is None:
            # The library reads its limit once, when the body begins.
            attempt.timeouts["read"] = limit
            self._iterator = iter(self._response.stream)
        own = attempt.timeouts["read"]
        if limit is not None and (own is None or limit < own * _CLOSE_ENOUGH):
            watch.until(time.monotonic() + limit)
        attempt.waits()
        fault: Exception  # the same
        piece = b""
        try:
            for piece in self._iterator:
                if piece:
                    break
        except Exception as error:  # noqa: BLE001 - nothing of the libraries below may escape
            fault = self._timed_out(limits) if watch.fired else attempt.fault(error)
            forget_locals(error)
        except BaseException as error:  # interrupted: its frames hold the key
            forget_locals(error)
            raise
        else:
            if watch.fired:
                raise self._timed_out(limits)
            if not piece and self._body.unframed and was_cut(attempt.stream):
                raise attempt.fail("truncated")
            self._over = not piece
            return piece
        finally:
            watch.rest()
        raise fault

    def close(self) -> None:
        """Release the connection: to the pool if the body was read to its end, else closed.

        Another thread that waits in :meth:`read` is woken with a failure.
        """
        self._watch.stop()
        if self._pid != os.getpid():
            self._leave()
            return
        if not self._over:
            _end(self._attempt.stream)
        # What fails while closing leaves nothing to use and nothing to report.
        with contextlib.suppress(Exception):
            self._response.close()

    def release(self) -> None:
        """The same from a finalizer: takes no lock, never waits."""
        if self._pid != os.getpid():
            self._leave()
            return
        _end(self._attempt.stream)
        # The library's pool takes a lock, which a finalizer must not wait for; no lock is needed to
        # begin a thread in this way.
        with contextlib.suppress(RuntimeError):  # the interpreter ends
            _thread.start_new_thread(self.close, ())

    def _leave(self) -> None:
        """Close this process's copy of a socket of the parent's, without a word to the peer."""
        sock = _socket(self._attempt.stream)
        if sock is not None:
            socket.socket.close(sock)

    def _timed_out(self, limits: Limits) -> TransportFailure:
        return self._attempt.fail("deadline" if expired(limits) else "read_timeout")


class _Upload:
    """The pieces of a request's body; what their source raises is the caller's own.

    Attributes:
        error: what the source raised.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        except Exception as error:  # the source is the application's: anything
            self.error = error
            raise


class _Watch:
    """Ends the waits that the library's own limits can't bound, by ending the socket.

    One timer, armed when it is first needed; a later end moves it without a new one.
    """

    def __init__(self, attempt: HttpxAttempt, deadline_at: float | None) -> None:
        self.fired = False
        self._attempt = attempt
        self._deadline_at = deadline_at
        self._due: float | None = None
        self._timer: threading.Timer | None = None
        self._timer_due = 0.0
        if deadline_at is not None:
            attempt.connected = self._connected

    def rest(self) -> None:
        """Nothing waits for now."""
        self._due = None

    def until(self, due: float) -> None:
        """Watch a wait."""
        self._due = due
        if self._timer is None or due < self._timer_due:
            self._arm(due)

    def stop(self) -> None:
        """There is nothing more to watch."""
        self._due = None
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _connected(self) -> None:
        if self._deadline_at is not None:
            self.until(self._deadline_at)

    def _arm(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        seconds = min(LONGEST, max(0.0, due - time.monotonic()))
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        due = self._due
        if due is None:
            self._timer = None
        elif time.monotonic() < due:
            self._arm(due)
        else:
            self.fired = True
            _end(self._attempt.stream)


def _socket(stream: Any) -> socket.socket | None:
    found = stream.get_extra_info("socket") if stream is not None else None
    return found if isinstance(found, socket.socket) else None


def _end(stream: Any) -> None:
    with contextlib.suppress(Exception):
        sock = _socket(stream)
        tls = stream.get_extra_info("ssl_object") if sock is not None else None
        if tls is not None and tls.selected_alpn_protocol() == "h2":
            return  # others' answers come over it too
        if sock is not None:
            # Not the method of a TLS socket: that one forgets its session under the reader's feet.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
