"""The ``openai`` package's own clients, with what this SDK guarantees (extra ``openai``).

The application stays as it is; what sends its requests is this SDK's engine::

    from runinfra_ext.integrations.openai import openai_client

    client = openai_client()  # an openai.OpenAI; RUNINFRA_API_KEY from the environment
    client.chat.completions.create(model="acme-chat-8b", messages=[...])

Retries are the engine's, as many as ``max_retries`` (of ``with_options``, too) allows: a lost
answer is asked for again with the same idempotency key where that can't charge twice, and nowhere
else. A stream that is cut, an error inside of it, a web page under status 200 are errors of
``openai``'s tree, with the SDK's own as their ``__cause__``, which has the ``idempotency_key``,
``outcome_unknown`` and ``partial``. Works with ``openai`` 2 (from 2.40) and 3.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Unpack

import runinfra_ext

from .._call.options import ClientOptions
from .._ground.late import LateModule
from ..errors import ConfigurationError
from ._extras import asynchronous, blocking

if TYPE_CHECKING:
    import httpx2
    import openai
else:
    httpx2, openai = LateModule("httpx2", "httpx"), LateModule("openai")

__all__ = ["async_http_client", "async_openai_client", "http_client", "openai_client"]


def openai_client(
    client: runinfra_ext.RunInfra | None = None,
    *,
    api_key: str | Callable[[], str] | None = None,
    pipeline_id: str | None = None,
    base_url: str | None = None,
    **options: Unpack[ClientOptions],
) -> openai.OpenAI:
    """An ``openai.OpenAI`` whose requests this SDK sends.

    Args:
        client: a ``RunInfra`` of your own, with the proxies and hooks that you need; it stays
            yours: closing the result leaves it open. Without it one is made of the rest.
        api_key: as for ``RunInfra``.
        pipeline_id: as for ``RunInfra``.
        base_url: as for ``RunInfra``.
        options: as for ``RunInfra``; ``max_retries`` and ``timeout`` too.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong, or ``openai`` is not installed.
    """
    http = http_client(
        client, api_key=api_key, pipeline_id=pipeline_id, base_url=base_url, **options
    )
    made: openai.OpenAI = _adapter().openai_over(http)
    return made


def async_openai_client(
    client: runinfra_ext.AsyncRunInfra | None = None,
    *,
    api_key: str | Callable[[], str] | None = None,
    pipeline_id: str | None = None,
    base_url: str | None = None,
    **options: Unpack[ClientOptions],
) -> openai.AsyncOpenAI:
    """An ``openai.AsyncOpenAI`` whose requests this SDK sends; see :func:`openai_client`.

    Args:
        client: an ``AsyncRunInfra`` of your own.
        api_key: as for ``AsyncRunInfra``.
        pipeline_id: as for ``AsyncRunInfra``.
        base_url: as for ``AsyncRunInfra``.
        options: as for ``AsyncRunInfra``.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong, or ``openai`` is not installed.
    """
    http = async_http_client(
        client, api_key=api_key, pipeline_id=pipeline_id, base_url=base_url, **options
    )
    made: openai.AsyncOpenAI = _adapter().async_openai_over(http)
    return made


def http_client(
    client: runinfra_ext.RunInfra | None = None,
    *,
    api_key: str | Callable[[], str] | None = None,
    pipeline_id: str | None = None,
    base_url: str | None = None,
    **options: Unpack[ClientOptions],
) -> httpx2.Client:
    """An HTTP client for an ``openai.OpenAI`` of your own, or of a framework's.

    Give that the same ``base_url`` (``http.base_url``) and any ``api_key``: it is not sent. Its
    own ``max_retries`` is not told to an HTTP client and has no effect: the engine repeats as often
    as ``max_retries`` here says, or for one request ``extra_headers={"X-RunInfra-Max-Retries":
    "0"}``, which is not sent; what then fails is an error that ``openai`` raises at once.

    Args:
        client: a ``RunInfra`` of your own; see :func:`openai_client`.
        api_key: as for ``RunInfra``.
        pipeline_id: as for ``RunInfra``.
        base_url: as for ``RunInfra``.
        options: as for ``RunInfra``.

    Returns:
        An ``httpx2.Client`` with ``openai`` 3, an ``httpx.Client`` with ``openai`` 2.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong, or ``openai`` is not installed.
    """
    adapter = _adapter()
    place = {"api_key": api_key, "pipeline_id": pipeline_id, "base_url": base_url, **options}
    own = blocking(client, place)
    made: httpx2.Client = adapter.SyncHTTPClient(own, client is None)
    return made


def async_http_client(
    client: runinfra_ext.AsyncRunInfra | None = None,
    *,
    api_key: str | Callable[[], str] | None = None,
    pipeline_id: str | None = None,
    base_url: str | None = None,
    **options: Unpack[ClientOptions],
) -> httpx2.AsyncClient:
    """An HTTP client for an ``openai.AsyncOpenAI``; see :func:`http_client`.

    Args:
        client: an ``AsyncRunInfra`` of your own.
        api_key: as for ``AsyncRunInfra``.
        pipeline_id: as for ``AsyncRunInfra``.
        base_url: as for ``AsyncRunInfra``.
        options: as for ``AsyncRunInfra``.

    Returns:
        An ``httpx2.AsyncClient`` with ``openai`` 3, an ``httpx.AsyncClient`` with ``openai`` 2.

    Raises:
        AuthenticationError: no API key was given or set.
        ConfigurationError: an option is wrong, or ``openai`` is not installed.
    """
    adapter = _adapter()
    place = {"api_key": api_key, "pipeline_id": pipeline_id, "base_url": base_url, **options}
    own = asynchronous(client, place)
    made: httpx2.AsyncClient = adapter.AsyncHTTPClient(own, client is None)
    return made


def _adapter() -> ModuleType:
    """What needs the ``openai`` package, which is imported here and not before."""
    problem = ""
    try:
        from ._openai import clients  # noqa: PLC0415 - an extra
    except ImportError as error:
        problem = str(error)
    else:
        return clients
    msg = f"openai 2.40 or later is needed: pip install 'runinfra-ext[openai]' ({problem})"
    raise ConfigurationError(msg)
