"""What ``openai`` asks for, in the terms of ``client.request``."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from ... import errors as e
from ..._answer.bodies import media_type
from ..._ground.error_fields import fields_of_call
from ..._ground.json_codec import decode, is_object
from ..._ground.limits import Timeout
from ..._ground.metadata import Meta
from ..._media.uploads import PiecesBody
from .library import http

_JSON: Final = "application/json"
_EVENTS: Final = "text/event-stream"
MAX_RETRIES: Final = "X-RunInfra-Max-Retries"  # of one request, for the engine; never sent
OWN_KEYS: Final = "X-RunInfra-Own-Keys"  # a key that the request carries is meant; never sent
# What openai's client holds in place of a key: the key itself never leaves the SDK's own client.
NO_KEY: Final = "held-by-runinfra-ext"
FLAG: Final = "runinfra_stream"  # extension of a request: openai wants its answer as it comes
_WHOLE: Final = re.compile(r"[0-9]{1,9}\Z")
# What openai and httpx set by themselves and the engine sets anew, or what is for OpenAI's eyes.
_DROPPED: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "idempotency-key",
        "openai-organization",
        "openai-project",
        "transfer-encoding",
        "user-agent",
        "x-client-request-id",
        MAX_RETRIES.lower(),
        OWN_KEYS.lower(),
    }
)


class Asked(NamedTuple):
    """What a request of openai's asks of the engine.

    Attributes:
        method: HTTP method.
        path: below the base URL.
        given: keyword arguments of the client's ``request``.
        stream: the answer is wanted as it comes.
        events: openai will read the answer as events, which the engine was not told of.
        api_key: whom it speaks for; ``None`` for the client's own key.
    """

    method: str
    path: str
    given: dict[str, Any]
    stream: bool
    events: bool
    api_key: str | None


def asked(request: http.Request, base_url: str, body: Iterable[bytes] | bytes) -> Asked:
    """A request of openai's as arguments of ``client.request``.

    Args:
        request: what openai made.
        base_url: of the client.
        body: of the request, whole or while it is made.

    Raises:
        InvalidRequestError: it is for another host, or something in it can't be sent.
    """
    headers = request.headers
    timeout = request.extensions.get("timeout")
    kept = {
        name: value
        for name, value in headers.items()
        if name not in _DROPPED and not name.startswith("x-stainless-")
    }
    given: dict[str, Any] = {
        "headers": kept,
        "query": _query(request),
        "idempotency_key": headers.get("idempotency-key"),
        "client_request_id": headers.get("x-client-request-id"),
        "timeout": None if timeout is None else Timeout(**timeout),
        "max_retries": _max_retries(headers.get(MAX_RETRIES)),
        "content": None,
    }
    asks = False
    kind = headers.get("content-type", _JSON)
    if not isinstance(body, bytes):
        length = headers.get("content-length")
        if length is None:  # some file does not tell its size
            given |= {"content": Pieces(body), "content_type": kind}
        else:
            given["content"] = PiecesBody(body, kind, int(length))
    elif body:
        given |= {"content": body, "content_type": kind}
        asks = kind.partition(";")[0] == _JSON and _asks_stream(body)
    comes = bool(request.extensions.get(FLAG))
    events = comes and headers.get("x-stainless-raw-response") != "stream"
    # A whole answer can be repeated when it is lost; only what may be large has to come as it does.
    stream = asks or events or (comes and headers.get("accept") != _JSON)
    path, key = _path(request, base_url), _key(headers)
    return Asked(request.method, path, given, stream, events and not asks, key)


def body_of(request: http.Request) -> bytes | Iterable[bytes] | None:
    """What a request sends: whole, or while it is made; ``None``: it has to be read first."""
    try:
        return request.content
    except http.RequestNotRead:
        pass
    stream: Any = request.stream
    pieces: Iterable[bytes] | None = stream if hasattr(stream, "__iter__") else None
    return pieces


def _path(request: http.Request, base_url: str) -> str:
    base, url = http.URL(base_url), request.url
    below = base.raw_path.rstrip(b"/")
    path = url.raw_path.partition(b"?")[0]
    places = [(part.scheme, part.host, part.port) for part in (base, url)]
    if places[0] != places[1] or not path.startswith(below + b"/"):
        msg = (
            "base_url: expected the RunInfra client's, which is the http_client's .base_url too;"
            f" openai's client was made for {url.scheme}://{url.host}"
        )
        raise e.ConfigurationError(msg, param="base_url")
    return path.removeprefix(below).decode("ascii")


def _key(headers: http.Headers) -> str | None:
    """The key that the application has given to openai's client, or for one request.

    It does not stay in the request, which errors of openai's hold.
    """
    if OWN_KEYS not in headers:
        return None
    scheme, _, key = headers.get("authorization", f"Bearer {NO_KEY}").partition(" ")
    headers["authorization"] = f"Bearer {NO_KEY}"
    if scheme.lower() != "bearer" or not key.strip():
        msg = "Authorization: expected Bearer and an API key"
        raise e.InvalidRequestError(msg, param="Authorization")
    return None if key.strip() == NO_KEY else key.strip()


def _query(request: http.Request) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for name, value in request.url.params.multi_items():
        query.setdefault(name, []).append(value)
    return query


def _max_retries(told: str | None) -> int | None:
    if told is None:
        return None
    if not _WHOLE.match(told):
        msg = f"{MAX_RETRIES}: expected a whole number, 0 or more"
        raise e.InvalidRequestError(msg, param=MAX_RETRIES)
    return int(told)


def _asks_stream(body: bytes) -> bool:
    try:
        content = decode(body)
    except ValueError:
        return False
    return is_object(content) and bool(content.get("stream"))


class Pieces(io.RawIOBase):
    """Bytes in pieces as a file, which tells neither its size nor how to go back in it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer; 0 at the end."""
        while not self._rest and (piece := next(self._pieces, None)) is not None:
            self._rest = piece
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def check_events(asked: Asked, meta: Meta) -> None:
    """Hold the answer's media type against what openai is going to read.

    Raises:
        UnexpectedContentError: it would find no event in the answer, and take it for an empty one.
    """
    kind = media_type(meta.headers)
    if asked.events and kind != _EVENTS:
        msg = f"The gateway answered with {kind or 'no media type'} where {_EVENTS} was expected."
        error = e.UnexpectedContentError(msg, **fields_of_call(meta))
        error.update(status=meta.status, request_id=meta.request_id, phase="outcome_unknown")
        error.outcome_unknown = True
        raise error
