"""Receives webhooks on this machine, for `webhook listen`.

Promises: a body has a limit, and a client that says nothing is let go; what is not verified is
forwarded to nobody; one delivery is told at a time.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple, Self, cast

from .. import webhooks
from .._call.urls import is_usable_url
from .._ground.limits import Limits, Timeout
from .._ground.wire import FailureReason, TransportFailure
from .._http.blocking import HTTP
from ..errors import ConfigurationError, WebhookVerificationError

_LARGEST: Final = 4 * 1024 * 1024  # bytes of a body; an event has a few thousand
_PIECE: Final = 64 * 1024
_PATIENCE: Final = 30.0  # seconds for a sender that says nothing
_FORWARD: Final = Timeout(5.0, 30.0, 30.0, 30.0)
_WHOLE: Final = 60.0  # seconds that the application's whole answer may take
_REFUSALS: Final = {411: "no_length", 413: "too_large"}
_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,8}(?=[;\s])")  # of a chunk
_LINE: Final = 4096  # bytes of a line between chunks
# Of the delivery's head the application gets what belongs to the event.
_FORWARDED: Final = ("content-type", "user-agent", webhooks.HEADER.lower())


class Delivery(NamedTuple):
    """What came, and what became of it.

    Attributes:
        status: that was answered.
        path: that it was sent to.
        event: if it was verified.
        reason: why it was not, or why the application did not answer.
        forwarded: what the application has answered; 0 where it did not.
        seconds: that it took.
    """

    status: int
    path: str
    event: dict[str, Any] | None
    reason: str | None
    forwarded: int | None
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {**self._asdict(), "seconds": round(self.seconds, 6)}

    def line(self) -> str:
        """For people."""
        if self.event is None:
            return f"{self.path} refused: {self.reason}"
        parts = [self.path, str(self.event.get("type")), str(self.event.get("id"))]
        if self.forwarded is not None:
            parts.append(f"-> {self.forwarded or f'no answer ({self.reason})'}")
        return " ".join([*parts, f"{self.seconds * 1000:.0f} ms"])


class Receiver:
    """A server for deliveries.

    Args:
        host: address to listen on.
        port: 0 for a free one.
        secret: that deliveries are signed with.
        forward_to: URL that gets what is verified, if any.
        told: is given each delivery.

    Raises:
        ConfigurationError: the URL is none.
        OSError: the address can't be listened on; its ``filename`` says which.
    """

    def __init__(
        self,
        host: str,
        port: int,
        secret: str,
        forward_to: str | None,
        told: Callable[[Delivery], None],
    ) -> None:
        if forward_to is not None and not is_usable_url(forward_to):
            msg = "--forward-to: expected an http(s) URL without a user name or password"
            raise ConfigurationError(msg, param="forward_to")
        self._secret = secret
        self._forward_to = forward_to
        self._told = told
        self._lock = threading.Lock()
        self._left: int | None = None
        self._http = HTTP()
        try:
            self._server = _Server((host, port), _Handler)
        except OSError as error:
            error.filename = f"can't listen on {host}, port {port}"
            raise
        self._server.receiver = self
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self._server.server_port}/"

    def run(self, count: int | None = None) -> None:
        """Serve until Ctrl-C, or until so many deliveries have come."""
        self._left = count
        self._server.serve_forever(poll_interval=0.1)

    def take(self, path: str, head: dict[str, str], body: bytes) -> int:
        """Take a delivery; the status to answer."""
        begun = time.perf_counter()
        status, event, reason, forwarded = 200, None, None, None
        try:
            event = webhooks.construct_event(
                payload=body,
                signature_header=head.get(webhooks.HEADER.lower(), ""),
                secret=self._secret,
            ).to_dict()
        except WebhookVerificationError as error:
            status, reason = 400, error.reason
        if event is not None and self._forward_to is not None:
            forwarded, reason = self._forward(self._forward_to, head, body)
            status = forwarded or 502
        self.tell(Delivery(status, path, event, reason, forwarded, time.perf_counter() - begun))
        return status

    def tell(self, delivery: Delivery) -> None:
        """A delivery is answered, or refused unread."""
        with self._lock:
            if self._left != 0:
                self._told(delivery)
            if self._left:
                self._left -= 1
                if not self._left:
                    threading.Thread(target=self._server.shutdown).start()

    def _forward(
        self, url: str, head: dict[str, str], body: bytes
    ) -> tuple[int, FailureReason | None]:
        """Hand it on as it came; the application's status, or 0 and why there is none."""
        headers = {name: head[name] for name in _FORWARDED if name in head}
        try:
            source = self._http.send(
                "POST", url, headers, body, Limits(_FORWARD, time.monotonic() + _WHOLE)
            )
            try:
                while source.receive():
                    pass
            finally:
                source.close()
        except TransportFailure as failure:
            return 0, failure.reason
        return source.status, None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self._server.server_close()
        self._http.close()


def _size(line: bytes) -> int | None:
    """The bytes of a chunk; ``None`` where the line is none of one."""
    found = _SIZE.match(line)
    return None if found is None else int(found[0], 16)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    server_version = "runinfra-ext"

    def do_POST(self) -> None:
        """A delivery."""
        length = self.headers.get("content-length", "")
        body: bytes | None = None
        if self.headers.get("transfer-encoding", "").strip().lower() == "chunked":
            body = self._chunks()
        elif not (length.isascii() and length.isdigit()):
            self._refuse(411)
        elif len(length) > 9 or int(length) > _LARGEST:
            self._refuse(413)
        else:
            read = self.rfile.read(int(length))
            body = read if len(read) == int(length) else None
        if body is not None:
            head = {name.lower(): value for name, value in self.headers.items()}
            receiver = cast("_Server", self.server).receiver
            self._answer(receiver.take(self.path, head, body))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no delivery, such as a look by a browser, gets a status and no page."""
        del message, explain
        self._answer(405 if code == 501 else code)

    def _chunks(self) -> bytes | None:
        """A body that came in chunks; ``None`` if it is none, or was refused."""
        pieces: list[bytes] = []
        while size := _size(self.rfile.readline(_LINE)):
            if sum(map(len, pieces)) + size > _LARGEST:
                self._refuse(413)
                return None
            pieces.append(self.rfile.read(size))
            if len(pieces[-1]) < size or self.rfile.readline(_LINE).strip():
                return None
        return None if size is None else b"".join(pieces)

    def _refuse(self, status: int) -> None:
        """Answer without having read a body, and let the sender hear it."""
        delivery = Delivery(status, self.path, None, _REFUSALS[status], None, 0.0)
        cast("_Server", self.server).receiver.tell(delivery)
        self._answer(status)
        with contextlib.suppress(OSError):
            # What is closed with bytes unread is reset, and the answer with it.
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(_LARGEST // _PIECE):
                if not self.rfile.read1(_PIECE):
                    break

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def version_string(self) -> str:
        """The program, and nothing of the machine."""
        return self.server_version

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: deliveries are told by whoever receives them."""
