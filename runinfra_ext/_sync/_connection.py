# Generated from runinfra_ext/_async/_connection.py by `make gen`; do not edit.
"""One HTTP/1.1 connection: h11 over a socket, without an HTTP library in between.

Promises: a request leaves in as few writes as it can; what has arrived is handed out at once,
however many chunks it was framed in; a body that ends before its framing says so is a failure; the
connection is used again only after a request and an answer that were both complete. Everything that
fails leaves as a :class:`TransportFailure`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import h11

from .._ground.limits import Limits
from .._http.failures import expired, failure, wait_limit
from ._network import Socket

_HEAD_BYTES: Final = 100 * 1024  # limit for the head of an answer, and for the line of a chunk
_WRITE_BYTES: Final = 64 * 1024  # each piece of this size has the write limit for itself


class Origin(NamedTuple):
    """Whom a connection reaches."""

    scheme: str
    host: str
    port: int


class Connection:
    """A connection that is open; it serves one exchange at a time.

    Args:
        origin: whom it reaches.
        socket: the open socket.
    """

    def __init__(self, origin: Origin, socket: Socket) -> None:
        self.origin = origin
        self.socket = socket
        self.reused = False
        self.idle_since: float | None = None
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)
        self._over = False

    def is_idle(self) -> bool:
        """Whether it waits in the pool."""
        return self.idle_since is not None

    def is_usable(self, idle_seconds: float) -> bool:
        """Whether an idle connection may be used again: neither too old nor left by the peer."""
        since = self.idle_since
        if since is None or time.monotonic() - since > idle_seconds:
            return False
        return not self.socket.has_news()

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        content: Any,
        limits: Limits,
    ) -> None:
        """Send a request.

        Args:
            method: the HTTP method.
            target: path of the URL, encoded.
            headers: all of them but the body's length, if that is bytes.
            content: the body: bytes, an (asynchronous) iterable of bytes, or ``None``.
            limits: of the attempt.

        Raises:
            TransportFailure: it took too long.
        """
        self.idle_since = None
        self._over = False
        fields = list(headers.items())
        whole = content if isinstance(content, bytes) else b""
        if isinstance(content, bytes):
            fields.append(("content-length", str(len(whole))))
        send: Any = self._h11.send
        data: bytes = send(h11.Request(method=method, target=target, headers=fields))
        if len(whole) <= _WRITE_BYTES:
            # Head and body in one segment: one system call, and one wake-up of the peer.
            data += whole
        if not self._write(data, limits):
            return
        if len(whole) > _WRITE_BYTES:
            for start in range(0, len(whole), _WRITE_BYTES):
                if not self._write(whole[start : start + _WRITE_BYTES], limits):
                    return
        elif content is not None and not isinstance(content, bytes):
            for piece in content:
                if not self._write(send(h11.Data(data=piece)), limits):
                    return
        if whole:
            send(h11.Data(data=whole))
        send(h11.EndOfMessage())

    def answer(self, limits: Limits) -> tuple[int, list[tuple[str, str]]]:
        """Wait for the head of the answer: its status and headers.

        Raises:
            TransportFailure: no answer.
        """
        while True:
            event = self._event(limits, None)
            if type(event) is h11.Response:
                break
            if type(event) is not h11.InformationalResponse:
                raise failure("protocol", sent=True, stale=self.reused)
        pairs = [(_text(name), _text(value)) for name, value in event.headers]
        return event.status_code, pairs

    def read(self, limits: Limits, silence: float | None) -> bytes:
        """What has come of the body, waiting for it if nothing has; ``b""`` at its end.

        Args:
            limits: of the attempt.
            silence: seconds to wait, besides the limits.

        Raises:
            TransportFailure: it broke off, or nothing came in time.
        """
        if self._over:
            return b""
        state: Any = self._h11
        event = self._event(limits, silence)
        pieces: list[bytes] = []
        while type(event) is h11.Data:
            pieces.append(event.data)
            try:
                event = state.next_event()
            except h11.RemoteProtocolError:
                break  # what came before is handed out first; asked again, it fails again
        else:
            self._over = event is not h11.NEED_DATA
        data = bytes(pieces[0]) if len(pieces) == 1 else b"".join(pieces)
        return data if data or self._over else self.read(limits, silence)

    def finish(self) -> bool:
        """End the exchange; whether the connection can be used for another one."""
        state = self._h11
        if state.our_state is not h11.DONE or state.their_state is not h11.DONE:
            return False
        state.start_next_cycle()
        self.reused = True
        self.idle_since = time.monotonic()
        return True

    def _write(self, data: bytes, limits: Limits) -> bool:
        """Write; ``False`` if the connection is broken, which is no failure yet.

        A server that refuses a request may answer and close before it has read all of it.
        """
        late = False
        try:
            self.socket.write(data, wait_limit(limits, limits.timeout.write))
        except TimeoutError:
            late = True
        except OSError:
            self._h11.send_failed()
            return False
        if late:
            raise failure("deadline" if expired(limits) else "write_timeout", sent=True)
        return True

    def _event(self, limits: Limits, silence: float | None) -> Any:
        """The next event, waiting for the bytes of it."""
        answering = self._h11.their_state is h11.SEND_BODY
        stale = self.reused and not answering
        state: Any = self._h11
        fault = None
        while fault is None:
            try:
                event = state.next_event()
                if event is not h11.NEED_DATA:
                    return event
                data = self.socket.read(wait_limit(limits, limits.timeout.read, silence))
                state.receive_data(data)
                if not data and not answering:
                    fault = failure("protocol", sent=True, stale=stale)
            except TimeoutError:
                fault = failure("deadline" if expired(limits) else "read_timeout", sent=True)
            except OSError:
                fault = failure("reset", sent=True, stale=stale)
            except h11.RemoteProtocolError:
                fault = failure("truncated" if answering else "protocol", sent=True, stale=stale)
        raise fault


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
