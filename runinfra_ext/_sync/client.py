# Generated from runinfra_ext/_async/client.py by `make gen`; do not edit.
"""The async client; the blocking one is generated from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

from .._call.options import (
    ClientOptions,
    CopyOptions,
    HTTPClient,
    Settings,
    TenantOptions,
    make_settings,
)
from .._call.scope import Pipeline, Scope_co, Workspace
from .._ground.doors import door
from .._ground.late import LateModule
from .._http.blocking import HTTP
from .._http.options import MAX_CONNECTIONS, HTTPOptions
from ..errors import ConfigurationError
from ..hooks import Hooks
from ._callbacks import check_callback
from .namespaces import Namespaces
from .raw import RawRequests
from .transport import Transport

if TYPE_CHECKING:
    import ssl

    from .._webhooks.events import Webhooks
    from .bulk import Bulk
else:
    ssl = LateModule("ssl")  # 20 ms that a client over plain HTTP need not spend


class RunInfra(RawRequests, Namespaces[Scope_co]):
    """A client of the RunInfra gateway.

    One client serves a whole process: the blocking one is safe to share between threads, the async
    one between tasks. It keeps a pool of connections (opened at the first request), and survives a
    fork. Close it, or use it as a context manager.

    Args:
        api_key: the key, or a function that gives it for each call (keys that rotate);
            ``RUNINFRA_API_KEY`` if left out. Never logged, printed or pickled.
        pipeline_id: address one pipeline instead of the workspace; ``RUNINFRA_PIPELINE_ID`` if
            left out. Then ``model`` may be left out of calls.
        base_url: where the gateway is; ``RUNINFRA_BASE_URL`` if left out, else
            ``https://api.runinfra.ai/v1``. https only, but for loopback hosts.
        http_client: an ``httpx.Client`` or ``httpx2.Client`` of your own. It stays yours:
            closing this client leaves it open.
        ssl_context: an ``ssl.SSLContext`` of your own: other authorities, a certificate to show;
            by default the authorities of certifi, or those that ``SSL_CERT_FILE`` or
            ``SSL_CERT_DIR`` names.
        proxy: URL of a proxy for all requests (``http``, ``https``, or ``socks5`` with the extra
            ``socks``); by default those of the environment: ``HTTPS_PROXY``, ``HTTP_PROXY``,
            ``ALL_PROXY``, but for ``NO_PROXY``.
        trust_env: ``False`` leaves the environment's proxies alone.
        max_connections: how many may be open at a time (default 1000); more calls wait.
        timeout: limits of each attempt: seconds of silence (default 120; at most 10 of them for
            connecting), or a :class:`Timeout`.
        deadline: seconds for a whole call, with all its attempts, waits and reading; none by
            default.
        max_retries: how many attempts may follow a failed first one (default 2), where a repeat
            can't charge twice.
        default_headers: more headers for every request; reserved names are refused.
        auto_idempotency: make an idempotency key for every call that can have one (default). With
            ``False``, only calls with a key of their own are repeated after they were sent.
        replay_policy: ``"conservative"`` repeats calls with an unknown outcome for chat and
            responses only, the two that every source promises to be replay-safe.
        retry_streams: also repeat a stream that was refused before its first event, where the call
            has an ``idempotency_key``.
        idle_timeout: seconds without any byte on a stream, heartbeats counted; ``timeout`` if
            left out.
        progress_timeout: seconds without any content on a stream, heartbeats not counted; none by
            default.
        allow_truncated: take a stream that ends without its terminal marker for complete.
        max_response_bytes: a larger answer, or stream as a whole, is an error (default 256 MiB).
        max_event_bytes: a larger event of a stream is an error (default 16 MiB).
        hooks: callbacks around attempts and waits.
        middleware: functions around each logical call, see :mod:`runinfra_ext.middleware`.
        telemetry: a :class:`runinfra_ext.telemetry.Telemetry` for traces and metrics; ``False``
            for none; by default that of the process, if it was enabled.
        retry_quota: a :class:`RetryQuota` that bounds the retries of all calls together in an
            outage; a copy by :meth:`with_options` shares it unless it is given one of its own.
            ``None``: no bound. Waiting for a rate limit is not counted.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong; ``error.param`` names it.
    """

    _from_env: ClientOptions | None = None

    # A type checker tells from `pipeline_id` whether `model` may be left out.
    @overload
    def __init__(
        self: RunInfra[Pipeline],
        *,
        pipeline_id: str,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        http_client: HTTPClient | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_connections: int = MAX_CONNECTIONS,
        **options: Unpack[ClientOptions],
    ) -> None: ...

    @overload
    def __init__(
        self,
        *,
        pipeline_id: str | None = None,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        http_client: HTTPClient | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_connections: int = MAX_CONNECTIONS,
        **options: Unpack[ClientOptions],
    ) -> None: ...

    @door
    def __init__(
        self,
        *,
        api_key: str | Callable[[], str] | None = None,
        pipeline_id: str | None = None,
        base_url: str | None = None,
        http_client: HTTPClient | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_connections: int = MAX_CONNECTIONS,
        **options: Unpack[ClientOptions],
    ) -> None:
        settings = make_settings(
            api_key=api_key, base_url=base_url, pipeline_id=pipeline_id, options=options
        )
        network = HTTPOptions(ssl_context, proxy, trust_env, max_connections)
        self._set(settings, HTTP(http_client, network))

    def _set(self, settings: Settings, http: HTTP) -> None:
        for name, hook in (settings.hooks or Hooks())._asdict().items():
            check_callback(f"hooks.{name}", hook, ConfigurationError)
        for number, middleware in enumerate(settings.middleware):
            check_callback(f"middleware[{number}]", middleware, ConfigurationError)
        self._http = http
        self._settings = settings
        self._transport = Transport(settings, http)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Checks and reads what the gateway sends to your own server."""
        from .._webhooks.events import Webhooks

        return Webhooks()

    @cached_property
    def bulk(self) -> Bulk:
        """Jobs of many rows, each paid once."""
        from .bulk import Bulk

        return Bulk(self._transport)

    @property
    def base_url(self) -> str:
        """Where requests go, with the pipeline id in it, if any."""
        return self._settings.base.url

    @overload
    def with_options(
        self, *, pipeline_id: str, **options: Unpack[TenantOptions]
    ) -> RunInfra[Pipeline]: ...

    @overload
    def with_options(
        self, *, pipeline_id: None, **options: Unpack[TenantOptions]
    ) -> RunInfra[Workspace]: ...

    @overload
    def with_options(self, **options: Unpack[TenantOptions]) -> Self: ...

    @door
    def with_options(self, **options: Unpack[CopyOptions]) -> RunInfra[Any]:
        """A copy with other options; it shares the connections and the retry quota.

        Give ``api_key``, ``base_url`` or ``pipeline_id`` to speak for another tenant over the same
        connections. Closing either closes the shared connections.

        Raises:
            TypeError: an unknown option.
            ConfigurationError: an option is wrong.
        """
        copy = object.__new__(type(self))
        copy._set(self._settings.changed(options), self._http)
        return copy

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """A client of the environment's key, URL and pipeline, which can be pickled.

        What is pickled is "read the environment again", with the options: the key stays here, and a
        worker in another process uses its own.

        Args:
            options: as for the client itself; they travel in the pickle.

        Raises:
            AuthenticationError: no API key is set.
            ConfigurationError: an option or a variable is wrong.
        """
        client = cls(**options)
        client._from_env = options
        return client

    def close(self) -> None:
        """Close the connections; the client can't be used afterwards."""
        self._http.close()

    def __enter__(self) -> Self:
        if self._http.closed:
            msg = "the client is closed"
            raise ConfigurationError(msg)
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        if self._from_env is not None:
            return partial(type(self).from_env, **self._from_env), ()
        msg = (
            "a client is never pickled or copied, because it holds the API key; make one with "
            "from_env(), which is pickled as 'read the environment again'"
        )
        raise TypeError(msg)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r}, api_key='[redacted]')"
