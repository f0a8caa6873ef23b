"""``client.request``: a call that the application describes itself, through the whole engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from .. import types
from .at_hand import at_hand
from .transport import AsyncTransport

if TYPE_CHECKING:
    from .._call.raw import RawCall, RequestArguments

# Every client has this method, and few programs call it: what it needs is loaded then.
# ruff: noqa: PLC0415


class AsyncRawRequests:
    """What the client has beside its namespaces: a request of any route."""

    _transport: AsyncTransport

    @overload
    @at_hand
    async def request(
        self,
        operation: str,
        path: str | None = None,
        *,
        stream: Literal[False] = False,
        **arguments: Unpack[RequestArguments],
    ) -> types.RawResponse: ...

    @overload
    @at_hand
    async def request(
        self,
        operation: str,
        path: str | None = None,
        *,
        stream: Literal[True],
        **arguments: Unpack[RequestArguments],
    ) -> types.AsyncBinaryStream: ...

    @overload
    @at_hand
    async def request(
        self,
        operation: str,
        path: str | None = None,
        *,
        stream: Literal["events"],
        **arguments: Unpack[RequestArguments],
    ) -> types.AsyncStream[Any, Any]: ...

    @overload
    @at_hand
    async def request(
        self,
        operation: str,
        path: str | None = None,
        *,
        stream: bool,
        **arguments: Unpack[RequestArguments],
    ) -> types.RawResponse | types.AsyncBinaryStream: ...

    @at_hand
    async def request(
        self,
        operation: str,
        path: str | None = None,
        *,
        path_params: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: types.FileInput | None = None,
        content_type: str | None = None,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, types.FileInput] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool | Literal["events"] = False,
        replay_safe: bool | None = None,
        on_progress: Callable[[int, int], object] | None = None,
        **options: Unpack[types.RequestOptions],
    ) -> types.RawResponse | types.AsyncBinaryStream | types.AsyncStream[Any, Any]:
        """Send any request: one that the SDK has no method for, or one of an operation, raw.

        It goes through everything that the other methods go through: credentials, retries, the rate
        limit's pace, ``deadline``, size limits, hooks, errors. An operation of the gateway's
        document keeps what the document says of it, by whatever it is named; its answer is refused
        if it is a web page, or an error under status 200. Any other route is never repeated once it
        was sent, unless ``replay_safe`` says that it may be.

        Args:
            operation: a method's name (``"chat.completions.create"``), an operation id
                (``"createChatCompletion"``), or an HTTP method.
            path: below the base URL, percent-encoded, such as ``"/models"``; needed with an HTTP
                method.
            path_params: what the parameters in an operation's own path are.
            query: names to values; a list repeats the name.
            json: the body, as JSON; sent as it is, without a look at its members.
            content: the body: bytes, a ``Path`` or a binary file object, which is streamed.
            content_type: its media type.
            data: fields of a form, beside ``files``.
            files: files of a multipart form, streamed.
            headers: more request headers; reserved names are refused.
            stream: ``True`` hands out the body's bytes while they come. ``"events"`` hands out an
                operation's typed events.
            replay_safe: a route that the document does not know may be repeated, with the same
                idempotency key, without running or charging a second time.
            on_progress: told the bytes of the files sent so far, and all of them.
            options: as for every call.

        Returns:
            A ``RawResponse`` with ``.status``, ``.headers``, ``.content`` and ``.json()``; with
            ``stream`` a stream, which is a context manager and iterable.

        Raises:
            TypeError: an unknown keyword.
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
            APIResponseError: an operation's answer is not what it promises.
        """
        from .._answer.raw import raw_result
        from .._call.raw import RawArguments, raw_call

        transport = self._transport
        given = RawArguments(
            operation=operation,
            path=path,
            path_params=path_params,
            json=json,
            content=content,
            content_type=content_type,
            data=data,
            files=files,
            query=query,
            headers=headers,
            stream=stream,
            replay_safe=replay_safe,
            on_progress=on_progress,
        )
        made = raw_call(given, options, transport.settings)
        if made.streaming == "no":
            operation_or_none = None if made.endpoint is None else made.endpoint.OPERATION
            make = raw_result(operation_or_none, transport.settings.redactor)
            return await transport.fetch(made.call, make)
        return await _opened(transport, made)


async def _opened(
    transport: AsyncTransport, made: RawCall
) -> types.AsyncBinaryStream | types.AsyncStream[Any, Any]:
    call, endpoint = made.call, made.endpoint
    if endpoint is not None and made.asks_stream:
        from .events import event_stream, raw_event_stream

        if made.streaming == "events":
            return await transport.open(call, event_stream(endpoint))
        return await transport.open(call, raw_event_stream(endpoint))
    if endpoint is not None and endpoint.OPERATION.response == "audio":
        from .speech import AsyncSpeechStream

        return await transport.open(call, AsyncSpeechStream)
    from .binary import AsyncBinaryStream

    return await transport.open(call, AsyncBinaryStream)
