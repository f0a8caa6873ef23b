"""Receives webhooks on this machine, for `webhook listen`.

Promises: a body has a limit, and a client that says nothing is let go; what is not verified is
forwarded to nobody; one delivery is told at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple, Self, cast

from .. import webhooks
from .._call.urls import is_usable_url
from .._ground.limits import Limits, Timeout
from .._ground.wire import TransportFailure
from .._http.blocking import HTTP
from ..errors import ConfigurationError, WebhookVerificationError

_LARGEST: Final = 4 * 1024 * 1024  # bytes of a body; an event has a few thousand
_PATIENCE: Final = 30.0  # seconds for a sender that says nothing
_FORWARD: Final = Timeout(5.0, 30.0, 30.0, 30.0)
# Of the delivery's head the application gets what belongs to the event.
_FORWARDED: Final = ("content-type", "user-agent", webhooks.HEADER.lower())


class Delivery(NamedTuple):
    """What came, and what became of it.

    Attributes:
        status: that was answered.
        path: that it was sent to.
        event: if it was verified.
        reason: why it was not.
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
            parts.append(f"-> {self.forwarded or 'no answer'}")
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
        OSError: the port is taken.
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
        self._server = _Server((host, port), _Handler)
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
            forwarded = self._forward(self._forward_to, head, body)
            status = forwarded or 502
        seconds = time.perf_counter() - begun
        with self._lock:
            if self._left != 0:
                self._told(Delivery(status, path, event, reason, forwarded, seconds))
            if self._left:
                self._left -= 1
                if not self._left:
                    threading.Thread(target=self._server.shutdown).start()
        return status

    def _forward(self, url: str, head: dict[str, str], body: bytes) -> int:
        """Hand it on as it came; the application's status, 0 where there is none."""
        headers = {name: head[name] for name in _FORWARDED if name in head}
        try:
            source = self._http.send("POST", url, headers, body, Limits(_FORWARD, None))
            try:
                while source.receive():
                    pass
            finally:
                source.close()
        except TransportFailure:
            return 0
        return source.status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self._server.server_close()
        self._http.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    server_version = "runinfra-ext"
    sys_version = ""

    def do_POST(self) -> None:
        """A delivery."""
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            self._answer(411)
        elif len(length) > 9 or int(length) > _LARGEST:
            self._answer(413)
        else:
            body = self.rfile.read(int(length))
            head = {name.lower(): value for name, value in self.headers.items()}
            if len(body) == int(length):
                receiver = cast("_Server", self.server).receiver
                self._answer(receiver.take(self.path, head, body))

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: deliveries are told by whoever receives them."""
