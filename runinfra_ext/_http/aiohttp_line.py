"""One connection of aiohttp's, under watch.

aiohttp tells neither whether anything of an answer was heard, nor how a connection ended, nor
whether bytes came behind an answer. A :class:`Line` stands between the transport and aiohttp's own
protocol and knows. It also has the clock of whatever is awaited: one timer for each connection,
armed lazily, because a timer for each wait costs more than the wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import select
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from aiohttp import ClientConnectionError

from .aiohttp_rest import take_decrypted, take_received
from .heads import Heads, Unframed
from .urllib3_framing import ChunkedBody

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiohttp import StreamReader
    from aiohttp.client_proto import ResponseHandler

    from .._ground.limits import Limits
    from .._ground.wire import FailureReason
    from .proxies import Proxy

_CHUNKED: Final = re.compile(rb"(?i)\ntransfer-encoding:[ \t]*chunked[ \t]*\r?\n")
_CHUNK: Final = b"%x\r\n%b\r\n"
_LAST_CHUNK: Final = b"0\r\n\r\n"
_NEVER: Final = float("inf")


class Origin(NamedTuple):
    """Whom a connection reaches, and by which way."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None


class Line(asyncio.Protocol):
    """An open connection.

    Args:
        origin: whom it reaches.
        handler: aiohttp's protocol, whose transport this object listens to from now on.
        on_end: told when the connection has ended.

    Attributes:
        reused: it has served another request before.
        busy: a request is under way on it.
        turn: which request it is.
        uploading: its body has not left.
        heard: something of the answer has come.
        answered: that was more than interim answers.
        ended: the connection is no more.
        said_goodbye: the peer has ended it in good order; over TLS with its last word.
        error: how it broke, if it did.
        defective: it was ended because what came was no head of an answer, or no chunk of one.
        late: the clock has ended it.
        shut: the application has ended it.
        content: the body that is read from it.
        idle_since: when it became idle.
    """

    __slots__ = (
        "_armed",
        "_body_bytes",
        "_chunks",
        "_due",
        "_feed",
        "_head",
        "_last",
        "_limit",
        "_limits",
        "_loop",
        "_on_end",
        "_poll",
        "_timer",
        "_tls",
        "_tls_protocol",
        "answered",
        "busy",
        "content",
        "defective",
        "ended",
        "error",
        "handler",
        "heard",
        "idle_since",
        "late",
        "origin",
        "reused",
        "said_goodbye",
        "shut",
        "stage",
        "transport",
        "turn",
        "uploading",
    )

    def __init__(
        self, origin: Origin, handler: ResponseHandler, on_end: Callable[[Line], None]
    ) -> None:
        transport = handler.transport
        assert transport is not None
        self.origin = origin
        self.handler = handler
        self.transport = transport
        self.reused = False
        self.busy = False
        self.turn = 0
        self.uploading = False
        self.heard = False
        self.answered = False
        self.ended = False
        self.said_goodbye = False
        self.error: BaseException | None = None
        self.defective = False
        self.late = False
        self.shut = False
        self.content: StreamReader | None = None
        self.idle_since = 0.0
        self.stage: FailureReason = "read_timeout"
        self._feed = handler.data_received
        self._on_end = on_end
        self._head: Heads | None = None
        self._body_bytes = 0
        self._chunks: ChunkedBody | None = None
        self._due: float | None = None  # when what is awaited is late
        self._limit: float | None = None  # seconds of silence; each byte starts it anew
        self._last: float | None = None  # an end that no byte moves
        self._armed = _NEVER
        self._timer: asyncio.TimerHandle | None = None
        self._tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self._tls_protocol = getattr(transport, "_ssl_protocol", None)
        self._limits: Limits
        self._loop = asyncio.get_running_loop()
        self._poll: select.poll | None = None
        transport.set_protocol(self)

    @property
    def fileno(self) -> int:
        """The descriptor of its socket; negative if that is closed."""
        sock = self.transport.get_extra_info("socket")
        return -1 if sock is None else int(sock.fileno())

    def is_idle(self) -> bool:
        """Whether it waits in the pool."""
        return not self.busy

    def begin(self, limits: Limits) -> None:
        """A request begins, and its answer is awaited.

        Args:
            limits: of the attempt.
        """
        self.busy = True
        self.turn += 1
        self.uploading = False
        self.heard = False
        self.answered = False
        self.defective = False
        self.content = None
        self._head = Heads()
        self._body_bytes = 0
        self._chunks = None
        self._limits = limits
        self.await_news("read_timeout", limits, limits.timeout.read)

    def await_news(
        self,
        stage: FailureReason,
        limits: Limits,
        limit: float | None,
        silence: float | None = None,
    ) -> None:
        """Start the clock: from now on something is awaited.

        Args:
            stage: what it is called if it does not come.
            limits: of the attempt; of these only the deadline counts here.
            limit: seconds of silence; each byte that comes starts it anew.
            silence: seconds that no byte prolongs.
        """
        now = time.monotonic()
        last = limits.deadline_at
        if silence is not None and (last is None or now + silence < last):
            last = now + silence
        self.stage = stage
        self._last = last
        self._limit = limit
        self._start(now)

    def rest(self) -> None:
        """Stop the clock: nothing is awaited."""
        self._due = None

    def abort(self) -> None:
        """End it at once; what waits to be sent is dropped, over TLS the last word too."""
        self._stop()
        # The transport of a loop that is closed is closed by collection.
        with contextlib.suppress(RuntimeError):
            self.transport.abort()
            # asyncio's transport of TLS has forgotten the one below it if it was closed twice.
            below = getattr(self._tls_protocol, "_transport", None)
            if below is not None:
                below.abort()

    def has_ended(self) -> bool:
        """Whether it is no more, or about to be."""
        return self.ended or self.transport.is_closing()

    def has_news(self) -> bool:
        """Whether the peer has sent something or gone, which the loop may not have seen yet."""
        if self.has_ended():
            return True
        if not hasattr(select, "poll"):  # Windows
            try:
                return bool(select.select([self.fileno], [], [], 0)[0])
            except (OSError, ValueError):
                return True
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self.fileno, select.POLLIN)
        return bool(self._poll.poll(0))

    def is_clean(self, body_bytes: int) -> bool:
        """Whether an answer was complete, and nothing came behind it.

        Args:
            body_bytes: how long the body was.
        """
        if self.ended or self.uploading or self.handler.should_close or self._head is not None:
            return False
        # A peer that says more than its answer can't be trusted with another request.
        if self._chunks is not None:
            return self._chunks.over and not self._chunks.surplus
        return self._body_bytes == body_bytes

    def is_within_head(self) -> bool:
        """Whether a head has begun, and is not complete."""
        return self._head is not None and self._head.begun

    def is_finished(self) -> bool:
        """Whether the peer itself has ended it in good order."""
        return self.said_goodbye and not (self.error or self.late or self.shut)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        if not self.busy:
            self.abort()
            return
        if self.defective:
            return
        self.heard = True
        if self._due is not None:
            self._start(time.monotonic())
        if self._head is not None:
            self._read_head(self._head, data)
        elif self._chunks is not None:
            self._read_chunks(self._chunks, data)
        else:
            self._body_bytes += len(data)
            self._feed(data)
        if self.handler.exception() is not None:
            self.abort()

    def eof_received(self) -> None:
        """Called by the event loop."""
        self.said_goodbye = self._tls is None or take_decrypted(self._tls, self.data_received)
        self.handler.eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by the event loop."""
        if self.uploading and exc is not None:
            self.save_answer()
        if self.busy and self._tls is not None:
            self._take_rest(self._tls)
        self.ended = True
        self.error = exc
        self._stop()
        self.handler.connection_lost(exc)
        content = self.content
        if content is not None and not content.is_eof() and content.exception() is None:
            # aiohttp forgets whoever reads a body when its parser gives up in the middle of it.
            content.set_exception(ClientConnectionError())
        self._on_end(self)

    def save_answer(self) -> None:
        """Take what has come before a write failed."""
        if not self.ended:
            take_received(self.transport, self._tls_protocol, self.fileno, self.data_received)

    def pause_writing(self) -> None:
        """Called by the event loop."""
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        """Called by the event loop."""
        self.handler.resume_writing()

    def _take_rest(self, tls: ssl.SSLObject) -> None:
        """Take what is held back, also by a parser whose reader is slow: nothing comes again."""
        self.said_goodbye = take_decrypted(tls, self.data_received)
        while self.handler._reading_paused:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - aiohttp tells it nowhere else
            self.handler.resume_reading()

    def _read_head(self, head: Heads, data: bytes) -> None:
        """Hand the head of the answer on when it is complete: aiohttp's parser lets more pass."""
        try:
            found = head.feed(data)
        except Unframed:
            self._give_up()
            return
        self.answered = head.final
        if self.answered and self.stage == "write_timeout":
            # The upload may wait for a peer that takes no more of it: now this one is to speak.
            self.await_news("read_timeout", self._limits, self._limits.timeout.read)
        if found is None:
            return
        self._head = None
        plain, rest = found
        # The head by itself: what the parser does not like behind it must not take it along.
        self._feed(plain)
        if _CHUNKED.search(plain):
            self._chunks = ChunkedBody()
            if rest:
                self._read_chunks(self._chunks, rest)
            return
        self._body_bytes = len(rest)
        if rest:
            self._feed(rest)

    def _read_chunks(self, chunks: ChunkedBody, data: bytes) -> None:
        """Hand the chunks on as plain ones: aiohttp's parser judges them in another way."""
        if chunks.over:
            chunks.surplus = True
            return
        try:
            piece = chunks.feed(data)
        except Unframed:
            self._give_up()
            return
        if piece:
            self._feed(_CHUNK % (len(piece), piece))
        if chunks.over:
            self._feed(_LAST_CHUNK)
        elif chunks.broken:
            self._give_up()

    def _give_up(self) -> None:
        self.defective = True
        self.abort()

    def _start(self, now: float) -> None:
        due = self._last
        if self._limit is not None and (due is None or now + self._limit < due):
            due = now + self._limit
        self._due = due
        if due is not None and due < self._armed:
            if self._timer is not None:
                self._timer.cancel()
            self._arm(due, now)

    def _arm(self, due: float, now: float) -> None:
        self._armed = due
        self._timer = self._loop.call_later(max(0.0, due - now), self._ring)

    def _stop(self) -> None:
        self._due = None
        self._armed = _NEVER
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        """The timer has fired: too late, or the end has moved meanwhile."""
        self._timer = None
        self._armed = _NEVER
        if self._due is None:
            return
        now = time.monotonic()
        if now < self._due:
            self._arm(self._due, now)
        else:
            self.late = True
            self._due = None
            self.transport.abort()
