# Generated from runinfra_ext/_async/transport.py by `make gen`; do not edit.
"""Sends calls: the retry loop, the reading of bodies, and the turning of answers into results.

Every decision is the :class:`~runinfra_ext._call.journey.Journey`'s; this module sends, reads
and waits. What an attempt came to is a value, a failure too: the journey tells it to the hooks,
whose own exceptions must not hold it as their context.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from .._call.call import Call
from .._call.journey import Journey
from .._call.options import Settings
from .._ground.limits import Limits
from .._ground.metadata import Meta
from .._ground.wire import TransportFailure
from .._http.blocking import HTTP, Source
from ..errors import InvalidRequestError, ResponseTooLargeError, RunInfraError
from ._callbacks import settled
from ._timing import sleep
from .watching import watched

R = TypeVar("R")

_ERROR_BODY_LIMIT = 1024 * 1024  # an error explains itself in less; the rest is not read


class Answer(NamedTuple):
    """A 2xx answer: its body read whole, or still to be pulled from ``source``."""

    source: Source
    body: bytes


def _hooks(journey: Journey) -> None:
    """Await what the application's hooks have returned, where they are ``async``."""
    while journey.pending:
        settled(journey.pending.pop(0), "A hook")


def _made(make: Callable[[bytes, Meta], R], body: bytes, meta: Meta) -> R | RunInfraError:
    """The result of an answer, or what is wrong with it: told to the hooks outside of ``except``.

    So the application's own exceptions in them have no chain of ours.
    """
    try:
        return make(body, meta)
    except RunInfraError as error:
        return error


class Transport:
    """Sends the calls of one client; copies of a client share its ``http``."""

    def __init__(self, settings: Settings, http: HTTP) -> None:
        self.settings = settings
        self.http = http

    def fetch(self, call: Call, make: Callable[[bytes, Meta], R]) -> R:
        """Send a call, read its whole answer, and make the result of it.

        Args:
            call: what to send.
            make: gives the result; what it raises is completed with the call's ids. It is never
                repeated: the work was done.

        Raises:
            RunInfraError: see :mod:`runinfra_ext.errors`.
        """
        journey = Journey(call, self.settings)
        if journey.watch is None:
            return self._fetch(journey, make)
        work = partial(self._fetch, journey, make)
        result: R = watched(journey, journey.watch, work, streams=False)
        return result

    def _fetch(self, journey: Journey, make: Callable[[bytes, Meta], R]) -> R:
        answer = self._answer(journey, whole=True)
        meta = journey.answered(answer.source.status, answer.source.headers)
        result = _made(make, answer.body, meta)
        if isinstance(result, RunInfraError):
            error = journey.unusable(result, meta, answer.body)
            _hooks(journey)
            raise error
        journey.succeeded(meta)
        _hooks(journey)
        return result

    def open(self, call: Call, begin: Callable[[Source, Journey, Meta], R]) -> R:
        """Send a call and hand out its body as it comes.

        Args:
            call: what to send.
            begin: makes the stream of the answer.

        Raises:
            RunInfraError: the gateway said no, or never answered.
        """
        journey = Journey(call, self.settings)
        if journey.watch is None:
            return self._open(journey, begin)
        work = partial(self._open, journey, begin)
        stream: R = watched(journey, journey.watch, work, streams=True)
        return stream

    def _open(self, journey: Journey, begin: Callable[[Source, Journey, Meta], R]) -> R:
        answer = self._answer(journey, whole=False)
        meta = journey.answered(answer.source.status, answer.source.headers)
        journey.succeeded(meta)
        _hooks(journey)
        return begin(answer.source, journey, meta)

    def _answer(self, journey: Journey, *, whole: bool) -> Answer:
        """Attempts until one is answered 2xx (and, if ``whole``, its body has been read)."""
        try:
            while True:
                while wait := journey.held():
                    _hooks(journey)
                    sleep(wait)
                answer = self._attempt(journey, whole=whole)
                if isinstance(answer, Answer):
                    return answer
                _hooks(journey)
                sleep(answer)
        except RunInfraError as error:
            failed = error
        except BaseException:  # cancelled, or the application's own: the hooks of the attempt first
            _hooks(journey)
            raise
        # Outside of ``except``: what a hook raises has no chain of ours; it was told the error.
        _hooks(journey)
        raise failed

    def _attempt(self, journey: Journey, *, whole: bool) -> Answer | float:
        """One attempt: a 2xx answer, or the seconds to wait before the next one."""
        limits = journey.start()
        _hooks(journey)
        source = self._sent(journey, limits)
        if isinstance(source, TransportFailure):
            return journey.lost(source)
        if not 200 <= source.status < 300:
            said = self._error_body(source)
            return journey.refused(source.status, source.headers, said)
        if not whole:
            return Answer(source, b"")
        body = self._body(source)
        if isinstance(body, TransportFailure):
            return journey.lost(body, source.headers)
        if isinstance(body, RunInfraError):
            meta = journey.answered(source.status, source.headers)
            raise journey.unusable(body, meta, b"")
        return Answer(source, body)

    def _sent(self, journey: Journey, limits: Limits) -> Source | TransportFailure:
        """The beginning of an answer, or why there is none."""
        call = journey.call
        content: Any = call.content
        try:
            return self.http.send(
                call.operation.method,
                journey.url,
                journey.headers,
                content if content is None or isinstance(content, bytes) else content.iter_chunks(),
                limits,
            )
        except TransportFailure as failure:
            return failure
        except InvalidRequestError as error:
            # A picture in a private network, to which nothing was sent. The gateway may be there
            # too: what its name stands for is looked up now that it matters. Or an upload's file.
            host = journey.settings.base.host
            if not (limits.public_only and self.http.leads_inside(host, limits)):
                journey.interrupted(error)
                raise
        return self._sent(journey, limits._replace(public_only=False))

    def _body(self, source: Source) -> bytes | TransportFailure | RunInfraError:
        """The whole body of an answer, or why there is none."""
        limit = self.settings.max_response_bytes
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := source.receive():
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    break
        except TransportFailure as failure:
            return failure
        finally:
            source.close()
        if size > limit:
            msg = f"The answer is larger than max_response_bytes ({limit} bytes)."
            return ResponseTooLargeError(msg)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _error_body(self, source: Source) -> bytes:
        """What of an error's body can be had: the status alone already says what to do."""
        pieces: list[bytes] = []
        size = 0
        try:
            while size < _ERROR_BODY_LIMIT and (piece := source.receive()):
                pieces.append(piece)
                size += len(piece)
        except TransportFailure:
            pieces.clear()
        finally:
            source.close()
        return b"".join(pieces)
