"""What both backends for an application's own client share: its kind, its attempts, its faults.

httpx and httpx2 have the same interface. Neither is imported here: whoever gives a client has
imported its library. The client is used exactly as it is: what happens in it is learned from the
public ``trace`` extension of a request, and from nothing else. Nothing that the library raises is
kept: its exceptions hold the request, and with it the API key.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import re
import socket
import ssl
import sys
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, cast

from .._ground.wire import TransportFailure
from ..errors import ConfigurationError
from .failures import LONGEST, expired, failure, proxy_refusal
from .options import check_public, target_of
from .tls_failures import is_refusal, tls_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from .._ground.limits import Limits
    from .._ground.wire import FailureReason

_LIBRARIES: Final = ("httpx2", "httpx")
# Extras that take part in a request's work, as the libraries' packages call them.
_EXTRAS: Final = frozenset({"http2", "socks"})
# What a transport that tells nothing of its attempts is believed: documented to come before a
# request is sent. Not so the timeout of a connect: others call any break of a connection that.
_UNSENT: Final = ("ConnectError", "PoolTimeout", "ProxyError", "UnsupportedProtocol")
_NO_WAY: Final = frozenset(
    getattr(errno, name)
    for name in ("EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN", "ETIMEDOUT")
    if hasattr(errno, name)
)
_BODILESS: Final = frozenset({204, 304})  # their end is the head's: no connection tells it
_CHAIN: Final = 12  # links of an exception that are looked at


def library_of(client: object, kind: str) -> Any:
    """The library of an application's client.

    Args:
        client: what it gave.
        kind: the class that is wanted, ``Client`` or ``AsyncClient``.

    Raises:
        ConfigurationError: it is something else.
    """
    for name in _LIBRARIES:
        library = sys.modules.get(name)
        if library is not None and isinstance(client, getattr(library, kind)):
            return library
    other = "AsyncClient" if kind == "Client" else "Client"
    got = type(client)
    named = f"{got.__module__.partition('.')[0]}.{got.__name__}"
    hint = ""
    if any(
        isinstance(client, getattr(sys.modules[name], other))
        for name in _LIBRARIES
        if name in sys.modules
    ):
        hint = f", which is for {'AsyncRunInfra' if kind == 'Client' else 'RunInfra'}"
    msg = f"http_client: expected an httpx.{kind} or httpx2.{kind}, got {named}{hint}"
    raise ConfigurationError(msg, param="http_client")


class HttpxAttempt:
    """What is known of one request that a client of the application's sends.

    Attributes:
        timeouts: the library's limits of single waits, read by it when a wait begins.
        sent: whether the request may have left.
        answering: whether the answer's head has come.
        stream: the connection, where it is known.
        connected: called when a connection was opened for this request.
    """

    def __init__(self, library: Any, url: str, limits: Limits) -> None:
        self._target = target = target_of(url)
        self._library = library
        self._limits = limits
        self._traced = False
        self._opened = False
        self._direct = True  # no proxy in between
        self._left = False
        self._began = time.monotonic()
        self.host = target.host if ":" not in target.host else f"[{target.host}]"
        self.timeouts = _timeouts(limits)
        self.answering = False
        self.stream: Any = None
        self.connected: Callable[[], None] | None = None

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Take what the library tells while it works."""
        self._traced = True
        _, stage, state = event.split(".")
        if stage in {"connect_tcp", "connect_unix_socket"} and state == "started":
            self._opened = True
            self._direct = info.get("host") == self._target.host
        elif stage in {"connect_tcp", "connect_unix_socket", "start_tls"} and state == "complete":
            self.stream = info["return_value"]
            if self.connected is not None:
                self.connected()
        elif stage == "send_request_headers" and state == "started":
            if self._limits.public_only and self._direct and self.stream is not None:
                # Raised through the library, which closes the connection before it sends anything.
                check_public(self.stream.get_extra_info("server_addr")[0])
            # A tunnel through a proxy is asked for by a request of its own, without our headers.
            self._left = self._left or info["request"].method != b"CONNECT"

    def request(
        self, method: str, url: str, headers: Mapping[str, str], content: Any, trace: Any
    ) -> Any:
        """The request: nothing of the client's own headers, cookies or parameters is in it."""
        return self._library.Request(
            method,
            url,
            headers=dict(headers),
            content=content,
            extensions={"timeout": self.timeouts, "trace": trace},
        )

    def waits(self) -> None:
        """A new wait begins, for the body."""
        self._began = time.monotonic()

    def fail(self, reason: FailureReason, *, detail: str = "") -> TransportFailure:
        """A failure of this attempt."""
        left = self.answering or self._left or not self._traced
        return failure(reason, sent=left, host=self.host, detail=detail)

    def fault(self, error: Exception) -> Exception:
        """What the caller gets for an exception.

        A failure; or the exception itself, if it is not the library's but a hook's or a signal
        handler's.
        """
        name = self._name(error)
        chain = list(_chain(error))
        foreign = self._foreign_timeout(name, chain)
        if foreign is not None:
            return foreign
        tls = next((e for e in chain if isinstance(e, ssl.SSLError)), None)
        if tls is not None and (is_refusal(tls) or not (self._left or self.answering)):
            return tls_failure(tls, host=self.host)
        found = self._reason(name, error, chain)
        if found is None:
            return error
        reason, detail = found
        sent = self.answering or self._left or not (self._traced or name in _UNSENT)
        if reason.endswith("_timeout") and expired(self._limits):
            reason = "deadline"
        elif reason == "connect_timeout" and not self._opened:
            reason, detail = "reset", ""
        broken = reason in {"reset", "closed", "protocol"}
        reused = self._traced and self._left and not self._opened
        stale = broken and reused and not self.answering
        return failure(reason, sent=sent, stale=stale, host=self.host, detail=detail)

    def _name(self, error: Exception) -> str:
        """The name of the library's public class that an exception is of; blank for another."""
        for cls in type(error).__mro__:
            name: str = cls.__name__
            if getattr(self._library, name, None) is cls:
                return name
        return ""

    def _foreign_timeout(self, name: str, chain: list[BaseException]) -> Exception | None:
        """A ``TimeoutError`` of somebody else's that the library took for one of its socket's."""
        limit = self.timeouts.get(name.removesuffix("Timeout").lower())
        root = next((e for e in chain if isinstance(e, TimeoutError) and e.errno is None), None)
        if not name.endswith("Timeout") or root is None:
            return None
        if type(root) is not TimeoutError:
            return root
        # It can't be the library's before the limit; waits follow each other, so that a later one
        # can't be told.
        early = limit is None or time.monotonic() - self._began < limit * 0.95
        return root if early else None

    def _reason(
        self, name: str, error: Exception, chain: list[BaseException]
    ) -> tuple[FailureReason, str] | None:
        if name in _BY_CLASS:
            return _BY_CLASS[name], ""
        if name == "ProxyError":
            status = re.match(r"\d{3}\b", str(error))
            return "proxy", proxy_refusal(int(status[0])) if status else ""
        if name == "RemoteProtocolError":
            return self._broken_off(str(error)), ""
        if name == "HTTPStatusError" or not (name or self._is_below(error)):
            return None
        by_cause = _by_cause(chain)
        if by_cause is not None and not self.answering:
            return by_cause, ""
        if name == "ConnectError":
            return "unreachable", ""
        if "Closed" in type(error).__name__:
            return "client_closed", ""
        if name == "" or issubclass(type(error), self._library.NetworkError):
            return "reset", ""
        return "protocol", ""

    def _broken_off(self, text: str) -> FailureReason:
        if "disconnected without" in text or "peer closed" in text or "unexpectedly" in text:
            return "truncated" if self.answering else "closed"
        return "protocol"

    def _is_below(self, error: Exception) -> bool:
        if isinstance(error, ConnectionError | ssl.SSLError | socket.gaierror):
            return True
        return type(error) is OSError or _package(type(error).__module__) in below()


_BY_CLASS: Final[dict[str, FailureReason]] = {
    "ConnectTimeout": "connect_timeout",
    "PoolTimeout": "pool_timeout",
    "WriteTimeout": "write_timeout",
    "ReadTimeout": "read_timeout",
    "StreamClosed": "client_closed",
    "StreamConsumed": "client_closed",
}


class HttpxBody:
    """How the body of an answer is to be taken.

    Args:
        response: the library's.

    Attributes:
        status: HTTP status.
        headers: names and values as they came.
        read: the body if one of the application's hooks has read it already, decoded.
        gone: whether a hook took it, or closed the answer.
        unframed: whether only the end of the connection tells the end of the body.
    """

    def __init__(self, response: Any) -> None:
        self.status = int(response.status_code)
        self.headers: list[tuple[str, str]] = list(response.headers.multi_items())
        self.read: bytes | None = None
        self.gone = False
        if response.is_stream_consumed or response.is_closed:
            try:
                self.read = bytes(response.content)
            except Exception:  # noqa: BLE001 - whatever says that it is not there
                self.gone = True
            skipped = {"content-encoding", "content-length", "transfer-encoding"}
            self.headers = [pair for pair in self.headers if pair[0].lower() not in skipped]
        names = {name.lower() for name, _ in self.headers}
        version = response.extensions.get("http_version", b"")
        self.unframed = (
            version.startswith(b"HTTP/1")
            and not ({"content-length", "transfer-encoding"} & names)
            and self.status not in _BODILESS
            and response.request.method != "HEAD"
        )


@functools.cache
def below() -> frozenset[str]:
    """The packages that a client's exceptions come through, or from, as they are.

    The libraries and what they stand on, in their own words: of an application's own code nothing.
    """
    found: set[str] = set()
    waiting = list(_LIBRARIES)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of a part that is not installed
            continue
        for need in needs:
            extra = re.search(r"extra == ['\"](\w+)", need)
            if extra is None or extra[1] in _EXTRAS:
                waiting += re.findall(r"^[\w.-]+", need)
    return frozenset(name.lower().replace("-", "_") for name in found)


def _package(module: str) -> str:
    return module.partition(".")[0]


def was_cut(stream: Any) -> bool:
    """Whether a TLS connection whose end was read has ended without the peer's goodbye."""
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    if tls is None:
        return False
    try:
        tls.read(1)
    except ssl.SSLZeroReturnError:
        return False
    except (OSError, ValueError):
        return True
    return False


def forget_locals(error: BaseException) -> None:
    """Empty the frames of the library that a foreign exception came through: they hold the key."""
    for link in _chain(error):
        trace = link.__traceback__
        while trace is not None:
            frame: FrameType = trace.tb_frame
            if _package(str(frame.f_globals.get("__name__", ""))) in below():
                with contextlib.suppress(RuntimeError):  # it still runs
                    frame.clear()
            trace = trace.tb_next


def _by_cause(chain: list[BaseException]) -> FailureReason | None:
    for link in chain:
        if isinstance(link, socket.gaierror):
            return "dns"
        if isinstance(link, ConnectionRefusedError):
            return "refused"
        if isinstance(link, OSError) and link.errno in _NO_WAY:
            return "unreachable"
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and those that it came from, those of a group too."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _CHAIN:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [e for e in (link.__cause__, link.__context__) if e is not None]
        if isinstance(link, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", link).exceptions


def _timeouts(limits: Limits) -> dict[str, float | None]:
    """The attempt's limits; none of them ends after the deadline."""
    timeouts = {
        name: None if limit is None else min(limit, LONGEST)
        for name, limit in limits.timeout._asdict().items()
    }
    if limits.deadline_at is not None:
        left = min(LONGEST, max(0.001, limits.deadline_at - time.monotonic()))
        for name, limit in timeouts.items():
            timeouts[name] = left if limit is None else min(limit, left)
    return timeouts
