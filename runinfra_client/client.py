# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The low-level clients: where the gateway is, and how to speak to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx


def segment(name: str, value: object) -> str:
    """A path value, percent-encoded whole.

    Raises:
        ValueError: it is empty or a dot segment, which would climb out of its place.
    """
    text = str(value)
    if text in {"", ".", ".."}:
        msg = f"{name}: expected an id, got {text!r}"
        raise ValueError(msg)
    return quote(text, safe="")


class Client:
    """A client without credentials.

    Args:
        base_url: where the gateway is.
        headers: sent with every request.
        timeout: seconds of silence.
        raise_on_unexpected_status: raise for a status that the document does not tell of.
        httpx_args: more arguments of `httpx.Client` and `httpx.AsyncClient`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | httpx.Timeout = 120.0,
        raise_on_unexpected_status: bool = True,
        httpx_args: Mapping[str, Any] | None = None,
    ) -> None:
        self.base_url = base_url
        self.timeout = timeout
        self.raise_on_unexpected_status = raise_on_unexpected_status
        self._headers = dict(headers or {})
        self._httpx_args = dict(httpx_args or {})
        self._client: httpx.Client | None = None
        self._async_client: httpx.AsyncClient | None = None

    def get_httpx_client(self) -> httpx.Client:
        """The blocking HTTP client, made when it is first asked for."""
        if self._client is None:
            self._client = httpx.Client(**self._arguments())
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """The asyncio HTTP client, made when it is first asked for."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._arguments())
        return self._async_client

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self.base_url,
            "headers": self._headers,
            "timeout": self.timeout,
            "follow_redirects": False,
            **self._httpx_args,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._async_client is not None:
            await self._async_client.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"


class AuthenticatedClient(Client):
    """A client that sends a bearer token; the token never shows.

    Args:
        base_url: where the gateway is.
        token: the API key.
        options: as for :class:`Client`.
    """

    def __init__(self, base_url: str, token: str, **options: Any) -> None:
        super().__init__(base_url, **options)
        self._headers["Authorization"] = f"Bearer {token}"
