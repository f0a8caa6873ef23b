"""Options of a client and of a call: their defaults, their checks, and how they inherit.

A client's options are checked when it is made, a call's options when it is called, both before any
key could be sent. A call option that is left out, or ``None``, is the client's.
"""

from __future__ import annotations

import inspect
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol, TypedDict

from .._ground import checks
from .._ground.limits import CONNECT_TIMEOUT, Timeout
from .._ground.redaction import ApiKey, Redactor, RotatingKey
from ..errors import AuthenticationError, ConfigurationError, InvalidRequestError
from ..hooks import Hooks
from ..middleware import Middleware
from .headers import checked_headers
from .logs import log_as_told
from .pace import Pace
from .retry import ReplayPolicy, RetryQuota
from .spelling import unexpected
from .urls import DEFAULT_BASE_URL, BaseURL, resolve_base_url
from .watch import Tracer

API_KEY_VARIABLE: Final = "RUNINFRA_API_KEY"
BASE_URL_VARIABLE: Final = "RUNINFRA_BASE_URL"
PIPELINE_ID_VARIABLE: Final = "RUNINFRA_PIPELINE_ID"

DEFAULT_MAX_RETRIES: Final = 2
# Base64 of four large images fits easily; a server that sends without end does not.
MAX_RESPONSE_BYTES: Final = 256 * 1024 * 1024
MAX_EVENT_BYTES: Final = 16 * 1024 * 1024


class HTTPClient(Protocol):
    """An ``httpx.Client`` or ``httpx.AsyncClient`` with the proxies and TLS settings you need."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...


class RequestOptions(TypedDict, total=False):
    """Call options of :meth:`RunInfra.request`, which takes the headers as ``headers``.

    Attributes:
        idempotency_key: names this piece of work: repeating it with the same key does not run or
            charge it again where the operation is replay-safe. Made by the client if left out.
        client_request_id: your own id for logs; travels as ``X-Client-Request-Id`` on all attempts.
        timeout: seconds of silence, or a :class:`Timeout`, for each attempt.
        deadline: seconds for the whole call: attempts, waits, and reading the body.
        max_retries: how many attempts may follow a failed first one.
        idle_timeout: seconds without any byte on a stream, heartbeats counted.
        progress_timeout: seconds without any content on a stream, heartbeats not counted.
        allow_truncated: take a stream that ends without its terminal marker for complete.
        retry_streams: repeat a stream that was refused before its first event, where the call has
            an ``idempotency_key``.
    """

    idempotency_key: str | None
    client_request_id: str | None
    timeout: float | Timeout | None
    deadline: float | None
    max_retries: int | None
    idle_timeout: float | None
    progress_timeout: float | None
    allow_truncated: bool | None
    retry_streams: bool | None


class CallOptions(RequestOptions, total=False):
    """Keyword arguments of every operation, beside its own parameters: also those of a request.

    Attributes:
        extra_headers: more request headers; reserved names are refused.
    """

    extra_headers: Mapping[str, str] | None


class JsonCallOptions(CallOptions, total=False):
    """Call options of the operations with a JSON body.

    Attributes:
        extra_body: more members of the JSON body, for what a deployment takes beyond the document.
    """

    extra_body: Mapping[str, Any] | None


class UploadCallOptions(CallOptions, total=False):
    """Call options of the operations that send files.

    Attributes:
        on_progress: called with the bytes of the files sent so far, and all of them.
    """

    on_progress: Callable[[int, int], object] | None


class ClientOptions(TypedDict, total=False):
    """Options of a client that :meth:`with_options` can change; see ``RunInfra``."""

    timeout: float | Timeout
    deadline: float | None
    max_retries: int
    default_headers: Mapping[str, str] | None
    auto_idempotency: bool
    replay_policy: ReplayPolicy
    retry_streams: bool
    idle_timeout: float | None
    progress_timeout: float | None
    allow_truncated: bool
    max_response_bytes: int
    max_event_bytes: int
    hooks: Hooks | None
    middleware: Sequence[Middleware] | None
    telemetry: Tracer | Literal[False] | None
    retry_quota: RetryQuota | None


class TenantOptions(ClientOptions, total=False):
    """Options of a copy: those of a client, and whose key it has, and where.

    Attributes:
        api_key: another key, or a function that gives one for each call.
        base_url: another gateway.
    """

    api_key: str | Callable[[], str]
    base_url: str


class CopyOptions(TenantOptions, total=False):
    """Options of a copy, and what it speaks for.

    Attributes:
        pipeline_id: another pipeline; ``None`` is the workspace.
    """

    pipeline_id: str | None


class Settings(NamedTuple):
    """The checked options of a client. Immutable; its ``repr`` shows no secret."""

    api_key: ApiKey | RotatingKey
    root: object
    pipeline_id: object
    base: BaseURL
    redactor: Redactor
    pace: Pace
    retry_quota: RetryQuota | None
    timeout: Timeout = Timeout()
    deadline: float | None = None
    max_retries: int = DEFAULT_MAX_RETRIES
    default_headers: Mapping[str, str] = {}
    auto_idempotency: bool = True
    replay_policy: ReplayPolicy = "standard"
    retry_streams: bool = False
    idle_timeout: float | None = None
    progress_timeout: float | None = None
    allow_truncated: bool = False
    max_response_bytes: int = MAX_RESPONSE_BYTES
    max_event_bytes: int = MAX_EVENT_BYTES
    hooks: Hooks | None = None
    middleware: tuple[Middleware, ...] = ()
    telemetry: Tracer | Literal[False] | None = None
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    random: Callable[[], float] = random.random

    def __repr__(self) -> str:
        # The callers' own headers may hold credentials of theirs.
        headers = sorted(self.default_headers)
        return f"Settings(base={self.base!r}, default_headers={headers!r})"

    def changed(self, options: Mapping[str, Any]) -> Settings:
        """A copy with other options, checked; unknown names are a ``TypeError``."""
        for name in options:
            if name not in CopyOptions.__annotations__:
                raise unexpected(name, CopyOptions.__annotations__, "with_options")
        own = {name: options[name] for name in options if name in ClientOptions.__annotations__}
        changed = self._replace(**_checked_options(own))
        if "api_key" in options:
            key, redactor = _credentials(options["api_key"])
            # A rate limit is a key's own.
            changed = changed._replace(api_key=key, redactor=redactor, pace=Pace())
        if "base_url" not in options and "pipeline_id" not in options:
            return changed
        root = options.get("base_url", self.root)
        pipeline_id = options.get("pipeline_id", self.pipeline_id)
        pace = changed.pace if root == self.root else Pace()
        return changed._replace(
            root=root,
            pipeline_id=pipeline_id,
            base=resolve_base_url(root, pipeline_id),
            pace=pace,
        )

    def for_call(self, options: Mapping[str, Any]) -> Settings:
        """The settings of one call: its own options, checked, and the client's for the rest.

        Args:
            options: of the call; those that are not a client's, like its key, are left alone.

        Raises:
            InvalidRequestError: an option is wrong.
        """
        own = {name: options[name] for name in _CALL_OPTIONS if name in options}
        if not own:
            return self
        return self._replace(**_checked_options(own, InvalidRequestError))


def make_settings(
    *,
    api_key: object = None,
    base_url: object = None,
    pipeline_id: object = None,
    options: Mapping[str, Any],
) -> Settings:
    """Check a client's options; what is left out comes from the environment, then the default.

    Raises:
        AuthenticationError: no API key, with the variable to set.
        ConfigurationError: any other option is wrong.
    """
    for name in options:
        if name not in ClientOptions.__annotations__:
            known = ["api_key", "pipeline_id", "base_url", "http_client"]
            raise unexpected(name, [*known, *ClientOptions.__annotations__], "RunInfra")
    log_as_told()
    key, redactor = _credentials(api_key)
    given = _environment(base_url, BASE_URL_VARIABLE)
    root = DEFAULT_BASE_URL if given is None else given
    pipeline = _environment(pipeline_id, PIPELINE_ID_VARIABLE)
    checked: dict[str, Any] = {"retry_quota": RetryQuota(), **_checked_options(options)}
    return Settings(
        api_key=key,
        root=root,
        pipeline_id=pipeline,
        base=resolve_base_url(root, pipeline),
        redactor=redactor,
        pace=Pace(),
        **checked,
    )


def checked_timeout(
    value: object, error: type[InvalidRequestError] = InvalidRequestError
) -> Timeout:
    """Seconds, or a :class:`Timeout`, as a checked :class:`Timeout`.

    One number limits silence, writing and the wait for a connection; connecting is limited to
    10 seconds at most, because a host that does not answer by then is down.
    """
    if isinstance(value, Timeout):
        parts = {
            name: _seconds(f"timeout.{name}", part, error) for name, part in value._asdict().items()
        }
        return Timeout(**parts)
    seconds = checks.number("timeout", value, positive=True, error=error)
    return Timeout(min(CONNECT_TIMEOUT, seconds), seconds, seconds, seconds)


def _environment(value: object, variable: str) -> object:
    # A variable that is set but blank counts as not set: that is what shells and CI give.
    return value if value is not None else (os.environ.get(variable, "").strip() or None)


def _credentials(value: object) -> tuple[ApiKey | RotatingKey, Redactor]:
    """The key, or what gives one for each call, and what keeps it out of every text."""
    if callable(value) and not isinstance(value, type):
        if inspect.iscoroutinefunction(value):
            msg = "api_key: expected a plain function; keep the key fresh elsewhere and return it"
            raise ConfigurationError(msg, param="api_key")
        redactor = Redactor()
        return RotatingKey(value, _api_key, redactor), redactor
    key = _environment(value, API_KEY_VARIABLE)
    if key is None or (isinstance(key, str) and not key.strip()):
        msg = f"No API key: set the environment variable {API_KEY_VARIABLE}, or give api_key=."
        raise AuthenticationError(msg, status=401, param="api_key")
    checked = _api_key(key)
    return checked, Redactor([checked.reveal()])


def _api_key(value: object) -> ApiKey:
    if not isinstance(value, str):
        msg = f"api_key: expected a string, got a value of type {type(value).__name__}"
        raise ConfigurationError(msg, param="api_key")
    return ApiKey(checks.printable("api_key", value, secret=True, error=ConfigurationError))


def _checked_options(
    options: Mapping[str, Any], error: type[InvalidRequestError] = ConfigurationError
) -> dict[str, Any]:
    return {name: _OPTION_CHECKS[name](name, value, error) for name, value in options.items()}


_Error = type[InvalidRequestError]


def _seconds(name: str, value: object, error: _Error) -> float | None:
    return None if value is None else checks.number(name, value, positive=True, error=error)


def _count(name: str, value: object, error: _Error) -> int:
    return checks.count(name, value, error=error)


def _flag(name: str, value: object, error: _Error) -> bool:
    return checks.flag(name, value, error=error)


def _size(name: str, value: object, error: _Error) -> int:
    return checks.count(name, value, minimum=1, error=error)


def _timeout(_name: str, value: object, error: _Error) -> Timeout:
    return checked_timeout(value, error)


def _headers(name: str, value: Any, error: _Error) -> Mapping[str, str]:
    return checked_headers(name, value, error)


def _policy(name: str, value: object, error: _Error) -> ReplayPolicy:
    if value == "standard":
        return "standard"
    if value == "conservative":
        return "conservative"
    raise checks.wrong(name, "'standard' or 'conservative'", value, error)


def _quota(name: str, value: object, error: _Error) -> RetryQuota | None:
    if value is not None and not isinstance(value, RetryQuota):
        raise checks.wrong(name, "a RetryQuota, or None for no limit", value, error)
    return value


def _hooks(name: str, value: object, error: _Error) -> Hooks | None:
    if value is not None and not isinstance(value, Hooks):
        raise checks.wrong(name, "a Hooks object", value, error)
    return value


def _middleware(name: str, value: object, error: _Error) -> tuple[Middleware, ...]:
    if value is None:
        return ()
    given: Any = value
    if not isinstance(value, list | tuple) or not all(map(callable, given)):
        raise checks.wrong(name, "a list of functions", given, error)
    return tuple(given)


def _telemetry(name: str, value: object, error: _Error) -> Tracer | Literal[False] | None:
    if value is None or value is False or isinstance(value, Tracer):
        return value
    raise checks.wrong(name, "a runinfra_ext.telemetry.Telemetry, or False", value, error)


_OPTION_CHECKS: Final[Mapping[str, Callable[[str, Any, _Error], Any]]] = {
    "timeout": _timeout,
    "deadline": _seconds,
    "max_retries": _count,
    "default_headers": _headers,
    "auto_idempotency": _flag,
    "replay_policy": _policy,
    "retry_streams": _flag,
    "idle_timeout": _seconds,
    "progress_timeout": _seconds,
    "allow_truncated": _flag,
    "max_response_bytes": _size,
    "max_event_bytes": _size,
    "hooks": _hooks,
    "middleware": _middleware,
    "telemetry": _telemetry,
    "retry_quota": _quota,
}
# What a call may say for itself; its other options belong to no client.
_CALL_OPTIONS: Final = [name for name in CallOptions.__annotations__ if name in _OPTION_CHECKS]
