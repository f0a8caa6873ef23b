"""The bytes of one connection, under ``http.client``: no wait is longer than its clock allows.

``http.client`` believes that it holds a socket. Below is a socket that never blocks, with TLS
beside it in memory, so that every wait is one ``poll`` of ours: its limit is the clock's, an
exception from outside (Ctrl-C, a signal handler's, a greenlet's end) leaves it as it came, and a
``TimeoutError`` is never the socket's own.

Promises: descriptors are closed whatever happens, quietly, and by no Python code in a finalizer (an
interrupt inside of one would be swallowed); another thread can end a wait; a child of a fork closes
its copies of the descriptors and says nothing to the peer.
"""

from __future__ import annotations

import contextlib
import os
import select
import ssl
from socket import SHUT_RDWR, SocketType
from typing import TYPE_CHECKING, Any, Final

from .._ground.redaction import HiddenBytes
from .._ground.wire import TransportFailure
from .failures import is_foreign
from .heads import HEAD_BYTES
from .tls_failures import is_refusal, tls_failure
from .urllib3_closer import Closer
from .urllib3_framing import EarlyAnswer, Head, without_interim

if TYPE_CHECKING:
    from .urllib3_clock import Clock

RECEIVE_BYTES: Final = 64 * 1024
_RECORD_BYTES: Final = 16 * 1024  # what came as large as this has more behind it
_JOINED_BYTES: Final = 64 * 1024  # a body up to this size leaves in one piece with the head
_SLICE_BYTES: Final = 256 * 1024  # that are encrypted at a time
CAN_POLL: Final = hasattr(select, "poll")  # Windows can't
_READ: Final = getattr(select, "POLLIN", 1)
_WRITE: Final = getattr(select, "POLLOUT", 4)
_BOTH: Final = _READ | _WRITE


_NOTHING: Final = HiddenBytes()


class Wire:
    """What ``http.client`` takes for its socket."""

    def __init__(self) -> None:
        # Several while a host's addresses are tried. In a list, because C code puts them there in
        # the same step that makes them: an interrupt finds them owned.
        self.sockets: list[SocketType] = []
        self.closer = Closer.of(self, self.sockets)
        self.clock: Clock
        self.idle_since: float | None = None  # while it waits in the pool
        self.busy = False  # whether a thread is inside
        self.closing = False  # whether the application closed it
        self.heard = False  # whether anything came since the request
        self.reused = False
        self.cut = False  # whether TLS ended without a goodbye
        # Only while one is read: it holds the wire, and a cycle would wait for the collector.
        self.head: Head | None = None
        self._pid = os.getpid()
        self._socket: SocketType
        self._tls: ssl.SSLObject | None = None
        self._lower: Wire | None = None  # TLS to a proxy, below the peer's
        self._incoming: ssl.MemoryBIO
        self._outgoing: ssl.MemoryBIO
        self._requesting = False
        self._ended = False
        self._fault: str | None = None  # that the next read tells
        self._eager = False
        self._pollers: dict[int, Any] = {}
        self._early = b""
        self._passed = 0  # bytes of interim answers that came while the request was being written
        self._held: HiddenBytes | None = None
        self._secrets = _NOTHING

    # What http.client calls.

    def makefile(self, mode: str) -> Head:  # noqa: ARG002 - its signature
        """The file that heads are read from."""
        self.head = head = Head(self.receive, self._early)
        self._early = b""
        return head

    def sendall(self, data: bytes) -> None:
        """Write; a head waits for its body, and takes the credentials in.

        Raises:
            EarlyAnswer: there is no use in writing more.
            TransportFailure: it took too long.
        """
        secrets = self._secrets
        if secrets:
            # Before the blank line that ends the head.
            data = HiddenBytes(data[:-2] + secrets + b"\r\n")
            self._secrets = _NOTHING
        held = self._held
        if held is None:
            self._write(data)
        elif held:
            self._held = None
            if len(data) <= _JOINED_BYTES:
                self._write(HiddenBytes(held + data))
            else:
                self._write(held)
                self._write(data)
        else:
            self._held = HiddenBytes(data)

    def settimeout(self, timeout: object) -> None:
        """Not needed: the clock bounds every wait."""

    def close(self) -> None:
        """Nothing: who holds the exchange ends the connection."""

    # What the backend calls.

    def begin(self, secrets: HiddenBytes) -> None:
        """Begin a request.

        Args:
            secrets: lines of the head that no frame of a library shall see.
        """
        self.heard = False
        self._requesting = True
        self._passed = 0
        self._held = _NOTHING
        self._secrets = secrets

    def credentials(self, secrets: HiddenBytes) -> None:
        """Lines for the next head that is written."""
        self._secrets = secrets

    def flush(self) -> None:
        """Send a head without a body."""
        held, self._held = self._held, None
        if held:
            self._write(held)

    def take_rest(self) -> bytes:
        """What has come behind the head that was read."""
        head, self.head = self.head, None
        return b"" if head is None else head.rest

    def answering(self) -> None:
        """Nothing more is written."""
        self._requesting = False

    def connected(self, socket: SocketType) -> None:
        """Take the one socket that has reached its peer; the others are closed already."""
        self._socket = socket
        self._pollers.clear()

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Begin TLS; inside of TLS if there is some already.

        Raises:
            TransportFailure: it was refused, or took too long.
        """
        if self._tls is not None:
            self._lower = lower = object.__new__(Wire)
            lower.__dict__.update(self.__dict__, _lower=None)
            self._tls = None
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                self._push_own(outgoing)  # the alert, which tells the peer why
                raise tls_failure(error, host=self.clock.host) from error
            self._push_own(outgoing)
            data = self._raw_receive()
            if not data:
                raise self.clock.failure("closed", detail="in the middle of the TLS handshake")
            incoming.write(data)
        self._tls, self._incoming, self._outgoing = tls, incoming, outgoing
        self._push_own(outgoing)

    def receive(self) -> bytes:
        """What has come, waiting for it if nothing has; ``b""`` when the peer has closed.

        Raises:
            TransportFailure: the connection broke, or it took too long.
        """
        if self._eager:
            self.clock.left()  # who is flooded never waits, and would not see its clock run out
        elif not self._ended:
            self._wait(_READ)
        while (data := self._available()) is None:
            self._wait(_READ)
        self._eager = len(data) >= _RECORD_BYTES
        if data:
            self.heard = True
        return data

    def is_quiet(self) -> bool:
        """Whether the peer of an idle connection has neither spoken nor gone."""
        try:
            return not self._poll(_READ, 0) or self._available() is None
        except TransportFailure:
            return False

    def shut(self) -> None:
        """End the connection, from any thread; one that is inside ends with a failure."""
        self.closing = True
        if self.busy and not self.is_inherited():
            for sock in tuple(self.sockets):
                with contextlib.suppress(OSError):
                    sock.shutdown(SHUT_RDWR)
        else:
            self.end()

    def is_idle(self) -> bool:
        """Whether it waits in the pool."""
        return self.idle_since is not None

    def peer_address(self) -> str:
        """The address that was reached, of several that the host may have."""
        try:
            return str(self._socket.getpeername()[0])
        except OSError as error:
            if is_foreign(error):
                raise
            raise self._reset("") from error

    def is_inherited(self) -> bool:
        """Whether it is the parent's, in a child of a fork."""
        return self._pid != os.getpid()

    def end(self) -> None:
        """Close the descriptors; takes no lock."""
        for sock in tuple(self.sockets):
            sock.close()
        self.closer.forget()

    # Reading

    def _available(self) -> bytes | None:
        """What has come, without waiting; ``None`` if nothing has, ``b""`` at the end."""
        if self._tls is None:
            return self._raw_available()
        if self._fault is not None:
            raise self._reset(self._fault)
        if self._ended:
            return b""
        pieces: list[bytes] = []
        fault: ssl.SSLError | None = None  # what came before it is handed out first
        data: bytes | None = b""
        while not pieces and not self._ended and fault is None and data is not None:
            data = self._raw_available()
            if data:
                self._incoming.write(data)
                fault = self._decrypt(self._tls, pieces)
            elif data is not None:
                # Not told to OpenSSL, which may be set to take a cut for a goodbye.
                self.cut = self._ended = True
        if fault is not None:
            self._ended = True
            if not pieces and not self.heard and not self.reused and is_refusal(fault):
                raise tls_failure(fault, host=self.clock.host) from fault
            self._fault = str(fault.reason or "").replace("_", " ").lower()
            if not pieces:
                raise self._reset(self._fault) from fault
        if not self._ended:
            self._push_own(self._outgoing)  # for example an answer to a change of keys
        if pieces:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return b"" if self._ended else None

    def _decrypt(self, tls: ssl.SSLObject, pieces: list[bytes]) -> ssl.SSLError | None:
        """Take apart what has come; what is wrong with it."""
        try:
            while self._incoming.pending:
                piece = tls.read(RECEIVE_BYTES)
                if not piece:
                    self._ended = True
                    break
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self._ended = True
        except ssl.SSLError as error:
            return error
        return None

    def _raw_available(self) -> bytes | None:
        if self._lower is not None:
            self._lower.clock = self.clock
            return self._lower._available()  # noqa: SLF001 - its own kind
        try:
            return self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            if is_foreign(error):
                raise
            raise self._reset(error.strerror or "") from error

    def _reset(self, detail: str) -> TransportFailure:
        stale = self.reused and not self.heard
        return self.clock.failure("reset", stale=stale, detail=detail)

    def _raw_receive(self) -> bytes:
        while (data := self._raw_available()) is None:
            self._wait(_READ)
        return data

    # Writing

    def _write(self, data: bytes) -> None:
        if self._requesting:
            if self.clock.sent:
                # A further piece: has the server said something meanwhile?
                self._listen()
            self.clock.sent = True
        if self._tls is None:
            self._push(data)
            return
        view = memoryview(data)
        for start in range(0, len(data), _SLICE_BYTES):
            try:
                self._tls.write(view[start : start + _SLICE_BYTES])
            except ssl.SSLError as error:
                raise EarlyAnswer from error
            self._push(self._outgoing.read())

    def _push_own(self, outgoing: ssl.MemoryBIO) -> None:
        """Send what TLS itself has to say; if that fails, reading will tell."""
        if outgoing.pending:
            with contextlib.suppress(EarlyAnswer):
                self._push(outgoing.read())

    def _push(self, data: bytes) -> None:
        if self._lower is not None:
            self._lower.clock = self.clock
            self._lower._write(data)  # noqa: SLF001 - its own kind
            return
        view: bytes | memoryview = data
        while True:
            size = 0
            try:
                size = self._socket.send(view)
            except BlockingIOError:
                pass
            except OSError as error:
                if is_foreign(error):
                    raise
                raise EarlyAnswer from error
            if size == len(view):
                return
            view = memoryview(view)[size:]
            self._wait(_BOTH if self._requesting else _WRITE)
            if self._requesting:
                self._listen()

    def _listen(self) -> None:
        """Look whether the answer has come already; that goes before the rest of the request."""
        data = self._available()
        if data is None:
            return
        self.heard = True
        early = self._early + data
        self._early, is_final = without_interim(early)
        self._passed += len(early) - len(self._early)
        if not data or is_final or len(self._early) + self._passed > HEAD_BYTES:
            raise EarlyAnswer

    # Waiting

    def _wait(self, events: int) -> None:
        if not self._poll(events, self.clock.left()):
            raise self.clock.late()
        if self.closing:
            raise self.clock.failure("client_closed")

    def _poll(self, events: int, timeout: float | None) -> bool:
        if not CAN_POLL:
            sock = self._socket
            reading = [] if events == _WRITE else [sock]
            writing = [] if events == _READ else [sock]
            return any(select.select(reading, writing, [sock], timeout))
        poller = self._pollers.get(events)
        if poller is None:
            poller = self._pollers[events] = select.poll()
            poller.register(self._socket, events)
        return bool(poller.poll(None if timeout is None else timeout * 1000))
