"""The HTTP clients that ``openai`` is given: httpx's on the outside, this SDK's engine inside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import openai

from ... import errors as e
from ..._answer.raw import RawResponse
from .answers import META, openai_error, passed_headers, whole_response
from .library import http
from .requests import FLAG, MAX_RETRIES, NO_KEY, OWN_KEYS, asked, body_of, check_events

if TYPE_CHECKING:
    from ..._async.binary import AsyncBinaryStream
    from ..._async.client import AsyncRunInfra
    from ..._sync.binary import BinaryStream
    from ..._sync.client import RunInfra


class Stream(http.SyncByteStream):
    """An answer's body while it comes; what goes wrong is an error of openai's."""

    def __init__(self, stream: BinaryStream, request: http.Request) -> None:
        self._stream = stream
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        # Step by step: openai reads on behind the last event, which is no second loop.
        try:
            while piece := next(self._stream, b""):
                yield piece
        except e.RunInfraError as error:
            raise openai_error(error, self._request) from error

    def close(self) -> None:
        """Release the connection."""
        self._stream.close()


class AsyncStream(http.AsyncByteStream):
    """An answer's body while it comes; what goes wrong is an error of openai's."""

    def __init__(self, stream: AsyncBinaryStream, request: http.Request) -> None:
        self._stream = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # Step by step: openai reads on behind the last event, which is no second loop.
        try:
            while piece := await anext(self._stream, b""):
                yield piece
        except e.RunInfraError as error:
            raise openai_error(error, self._request) from error

    async def aclose(self) -> None:
        """Release the connection."""
        await self._stream.close()


class Transport(http.BaseTransport):
    """Sends what httpx hands over by a client of this SDK.

    Args:
        client: whose engine sends.
        owns: the client is closed with this.
    """

    def __init__(self, client: RunInfra, *, owns: bool) -> None:
        self._client = client
        self._owns = owns

    def close(self) -> None:
        """Close the client, if it is nobody else's."""
        if self._owns:
            self._client.close()

    def handle_request(self, request: http.Request) -> http.Response:
        """Send a request.

        Raises:
            openai.APIError: it failed; the SDK's error is the ``__cause__``.
        """
        try:
            return self._answered(request)
        except e.RunInfraError as error:
            raise openai_error(error, request) from error

    def _answered(self, request: http.Request) -> http.Response:
        body = body_of(request)
        if body is None:
            body = request.read()
        call = asked(request, self._client.base_url, body)
        client = self._client
        if call.api_key is not None:
            client = client.with_options(api_key=call.api_key)
        answer = client.request(call.method, call.path, stream=call.stream, **call.given)
        if isinstance(answer, RawResponse):
            return whole_response(answer, request)
        try:
            check_events(call, answer.meta)
        except BaseException:  # cancelled too: the connection must not stay
            answer.close()
            raise
        return http.Response(
            answer.status,
            headers=passed_headers(answer.headers),
            stream=Stream(answer, request),
            request=request,
            extensions={META: answer.meta},
        )


class AsyncTransport(http.AsyncBaseTransport):
    """Sends what httpx hands over by an async client of this SDK.

    Args:
        client: whose engine sends.
        owns: the client is closed with this.
    """

    def __init__(self, client: AsyncRunInfra, *, owns: bool) -> None:
        self._client = client
        self._owns = owns

    async def aclose(self) -> None:
        """Close the client, if it is nobody else's."""
        if self._owns:
            await self._client.close()

    async def handle_async_request(self, request: http.Request) -> http.Response:
        """Send a request.

        Raises:
            openai.APIError: it failed; the SDK's error is the ``__cause__``.
        """
        try:
            return await self._answered(request)
        except e.RunInfraError as error:
            raise openai_error(error, request) from error

    async def _answered(self, request: http.Request) -> http.Response:
        body = body_of(request)
        if body is None:
            body = await request.aread()
        call = asked(request, self._client.base_url, body)
        client = self._client
        if call.api_key is not None:
            client = client.with_options(api_key=call.api_key)
        answer = await client.request(call.method, call.path, stream=call.stream, **call.given)
        if isinstance(answer, RawResponse):
            return whole_response(answer, request)
        try:
            check_events(call, answer.meta)
        except BaseException:  # the same
            await answer.close()
            raise
        return http.Response(
            answer.status,
            headers=passed_headers(answer.headers),
            stream=AsyncStream(answer, request),
            request=request,
            extensions={META: answer.meta},
        )


class SyncHTTPClient(http.Client):
    """An HTTP client whose requests a ``RunInfra`` sends.

    Args:
        client: whose engine sends.
        owns: the client is closed with this.
    """

    def __init__(self, client: RunInfra, owns: bool) -> None:  # noqa: FBT001 - it is pickled
        self.runinfra = client
        self._owns = owns
        super().__init__(**_options(client), transport=Transport(client, owns=owns))

    def send(self, request: http.Request, *, stream: bool = False, **more: Any) -> http.Response:
        """As of httpx's client."""
        request.extensions[FLAG] = stream
        return super().send(request, stream=stream, **more)

    def __reduce__(self) -> tuple[Any, ...]:
        return SyncHTTPClient, (self.runinfra, self._owns)


class AsyncHTTPClient(http.AsyncClient):
    """An HTTP client whose requests an ``AsyncRunInfra`` sends.

    Args:
        client: whose engine sends.
        owns: the client is closed with this.
    """

    def __init__(self, client: AsyncRunInfra, owns: bool) -> None:  # noqa: FBT001 - it is pickled
        self.runinfra = client
        self._owns = owns
        super().__init__(**_options(client), transport=AsyncTransport(client, owns=owns))

    async def send(
        self, request: http.Request, *, stream: bool = False, **more: Any
    ) -> http.Response:
        """As of httpx's client."""
        request.extensions[FLAG] = stream
        return await super().send(request, stream=stream, **more)

    def __reduce__(self) -> tuple[Any, ...]:
        return AsyncHTTPClient, (self.runinfra, self._owns)


def _options(client: RunInfra | AsyncRunInfra) -> dict[str, Any]:
    """What httpx's own client is told: nothing of the network, which is not its business."""
    limits = client._settings.timeout  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this package
    return {
        "base_url": client.base_url,
        "timeout": http.Timeout(**limits._asdict()),
        "trust_env": False,
    }


class _OpenAI(openai.OpenAI):
    """Its ``max_retries``, of the client or of one call, are the engine's."""

    def _prepare_options(self, options: Any) -> Any:
        return _told(super()._prepare_options(options), self.max_retries)


class _AsyncOpenAI(openai.AsyncOpenAI):
    """Its ``max_retries``, of the client or of one call, are the engine's."""

    async def _prepare_options(self, options: Any) -> Any:
        return _told(await super()._prepare_options(options), self.max_retries)


def _told(options: Any, max_retries: int) -> Any:
    """The options of a request, which tell the engine how often it may be repeated."""
    times = str(options.get_max_retries(max_retries))
    # A header that the application gave goes before it.
    options.headers = {MAX_RETRIES: times, OWN_KEYS: "1", **(options.headers or {})}
    return options


def openai_over(http_client: SyncHTTPClient) -> openai.OpenAI:
    """An ``openai.OpenAI`` that sends by such a client."""
    return _OpenAI(**_openai_options(http_client))


def async_openai_over(http_client: AsyncHTTPClient) -> openai.AsyncOpenAI:
    """An ``openai.AsyncOpenAI`` that sends by such a client."""
    return _AsyncOpenAI(**_openai_options(http_client))


def _openai_options(http_client: SyncHTTPClient | AsyncHTTPClient) -> dict[str, Any]:
    return {
        "api_key": NO_KEY,
        "base_url": http_client.base_url,
        "timeout": http_client.timeout,
        "max_retries": http_client.runinfra._settings.max_retries,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this package
        "http_client": http_client,
    }
