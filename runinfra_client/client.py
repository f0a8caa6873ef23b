# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The low-level client: where the gateway is, and how to speak to it over httpx.

It sends what a module of :mod:`runinfra_client.api` describes, once, and reads what comes.
"""

from __future__ import annotations

import json
import mimetypes
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar

import httpx

from .errors import StatusError, UnusableAnswer
from .facts import Operation
from .meta import Meta, Result
from .types import FileInput, plain
from .wire import Request, text_of

R = TypeVar("R")
_PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError)


class Client:
    """A client of one gateway: blocking and asyncio calls, no retries.

    Args:
        base_url: where the gateway is, with the pipeline's id in it, if any.
        token: the API key; it is neither printed nor pickled.
        headers: sent with every request.
        timeout: seconds of silence.
        httpx_args: more arguments of `httpx.Client` and `httpx.AsyncClient`.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | httpx.Timeout = 120.0,
        httpx_args: Mapping[str, Any] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._headers = dict(headers or {})
        self._arguments = {"timeout": timeout, "follow_redirects": False, **(httpx_args or {})}
        self._client: httpx.Client | None = None
        self._async_client: httpx.AsyncClient | None = None

    @property
    def blocking(self) -> httpx.Client:
        """The blocking HTTP client, made when it is first asked for."""
        if self._client is None:
            self._client = httpx.Client(**self._arguments)
        return self._client

    @property
    def asynchronous(self) -> httpx.AsyncClient:
        """The asyncio HTTP client, made when it is first asked for."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._arguments)
        return self._async_client

    def send(
        self,
        operation: Operation,
        request: Request,
        result: Callable[[int, Any], Any],
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request and give its result; see the modules of the operations."""
        with ExitStack() as files:
            arguments = self._described(operation, request, headers, files)
            response = self.blocking.request(**arguments)
        return _answer(operation, response, result)

    async def send_async(
        self,
        operation: Operation,
        request: Request,
        result: Callable[[int, Any], Any],
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """As :meth:`send`; files are read into memory before."""
        with ExitStack() as files:
            arguments = self._described(operation, request, headers, files)
            response = await self.asynchronous.request(**_in_memory(arguments))
        return _answer(operation, response, result)

    def stream(
        self,
        operation: Operation,
        request: Request,
        event: Callable[[Any], R],
        result: Callable[[int, Any], Any],
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[R]:
        """Send a request and give the events of its answer; closing the iterator hangs up."""
        with ExitStack() as files:
            arguments = self._described(operation, request, headers, files)
            arguments["headers"]["Accept"] = "text/event-stream"
            with self.blocking.stream(**arguments) as response:
                if not response.is_success:
                    response.read()
                    raise _refused(response, result)
                events = _Events(operation)
                for line in response.iter_lines():
                    for data in events.feed(line):
                        yield event(data)
                    if events.over:
                        return

    async def stream_async(
        self,
        operation: Operation,
        request: Request,
        event: Callable[[Any], R],
        result: Callable[[int, Any], Any],
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[R]:
        """As :meth:`stream`."""
        with ExitStack() as files:
            arguments = _in_memory(self._described(operation, request, headers, files))
            arguments["headers"]["Accept"] = "text/event-stream"
            async with self.asynchronous.stream(**arguments) as response:
                if not response.is_success:
                    await response.aread()
                    raise _refused(response, result)
                events = _Events(operation)
                async for line in response.aiter_lines():
                    for data in events.feed(line):
                        yield event(data)
                    if events.over:
                        return

    def _described(
        self,
        operation: Operation,
        request: Request,
        headers: Mapping[str, str] | None,
        files: ExitStack,
    ) -> dict[str, Any]:
        sent = {"Accept": operation.accept, **self._headers, **request.headers, **(headers or {})}
        if self._token is not None:
            sent["Authorization"] = f"Bearer {self._token}"
        arguments: dict[str, Any] = {
            "method": request.method,
            "url": self.base_url + request.target,
            "headers": sent,
        }
        if request.json is not None:
            sent["Content-Type"] = "application/json"
            arguments["content"] = json.dumps(request.json, allow_nan=False, default=_default)
        elif request.form is not None:
            parts: list[tuple[str, Any]] = []
            fields = {field.wire or name: field for name, field in operation.fields.items()}
            for name, value in request.form.items():
                field = fields.get(name)
                media = "" if field is None else field.media
                if field is not None and "binary" in (
                    field.format,
                    field.item and field.item.format,
                ):
                    many = value if field.format != "binary" else [value]
                    parts += [(name, _file(item, files, media)) for item in many]
                else:
                    items = value if isinstance(value, list | tuple) else [value]
                    parts += [(name, _part(item, media)) for item in items]
            arguments["files"] = parts
        elif request.content is not None:
            name, data, kind = _file(request.content, files)
            sent.setdefault("Content-Type", kind)
            arguments["content"] = data
        return arguments

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        if self._client is not None:
            self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_details: object) -> None:
        if self._async_client is not None:
            await self._async_client.aclose()

    def __reduce__(self) -> NoReturn:
        msg = "a client is never pickled or copied, because it holds the API key; make a new one"
        raise TypeError(msg)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"


class _Events:
    """Finds the events in the lines of a stream."""

    def __init__(self, operation: Operation) -> None:
        self._spec = operation.stream
        self._data: list[str] = []
        self.over = False

    def feed(self, line: str) -> Sequence[Any]:
        """The event that a line completes, if it does."""
        if line:
            name, _, value = line.partition(":")
            if name == "data":
                self._data.append(value.removeprefix(" "))
            return ()
        text = "\n".join(self._data)
        self._data.clear()
        if not text:
            return ()
        if text == "[DONE]":
            self.over = self._spec is not None and self._spec.done_ends
            return ()
        data = json.loads(text)
        if isinstance(data, dict) and self._spec is not None:
            kind = data.get("type")
            self.over = kind in self._spec.terminal_events or kind in self._spec.error_events
        return (data,)


def _answer(
    operation: Operation, response: httpx.Response, result: Callable[[int, Any], Any]
) -> Any:
    if not response.is_success:
        raise _refused(response, result)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    content: Any
    if operation.response in {"audio", "binary"}:
        content = response.content
    elif operation.response == "text" or (
        operation.response == "json_or_text" and kind != "application/json"
    ):
        content = response.text
    else:
        content = None
    problem = ""
    try:
        if content is None and operation.response != "none":
            content = response.json()
        answer = result(response.status_code, content)
    except _PARSE_ERRORS as error:
        problem = type(error).__name__
    if problem:
        msg = f"{operation.operation_id}: the answer is not what was promised ({problem})"
        raise UnusableAnswer(msg)
    if isinstance(answer, Result):
        answer._meta = _meta(operation, response)
    return answer


def _refused(response: httpx.Response, result: Callable[[int, Any], Any]) -> StatusError:
    parsed: Any = None
    try:
        parsed = result(response.status_code, response.json())
    except _PARSE_ERRORS:
        parsed = None  # an error page of something in between
    return StatusError(response.status_code, response.content, parsed)


def _meta(operation: Operation, response: httpx.Response) -> Meta:
    headers = response.headers
    return Meta(
        operation=operation.operation_id,
        status=response.status_code,
        headers=headers,
        request_id=headers.get("x-request-id"),
        client_request_id=headers.get("x-client-request-id", ""),
        idempotency_key=response.request.headers.get("idempotency-key"),
        replayed=headers.get("x-runinfra-idempotent-replay", "").lower() == "true",
        attempts=1,
        failures=(),
        elapsed=response.elapsed.total_seconds(),
    )


def _part(value: Any, media: str) -> tuple[Any, ...]:
    """Data and media type of a part that is no file; objects are JSON."""
    if isinstance(value, Mapping) or hasattr(value, "to_dict"):
        data = json.dumps(value, allow_nan=False, default=_default)
        return None, data.encode(), media or "application/json"
    data = text_of(value)
    return (None, data.encode(), media) if media else (None, data.encode())


def _file(value: FileInput, files: ExitStack, media: str = "") -> tuple[str, Any, str]:
    """Name, data and media type of a file."""
    name, kind = "", media
    data: Any = value
    if isinstance(value, tuple):
        name, data, *rest = value
        kind = rest[0] if rest else media
    if isinstance(data, str | os.PathLike):
        name = name or Path(data).name
        data = files.enter_context(Path(data).open("rb"))
    elif isinstance(data, bytearray | memoryview):
        data = bytes(data)
    name = name or Path(str(getattr(data, "name", "file"))).name
    return name, data, kind or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _in_memory(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same without file objects, which block an event loop."""
    content: Any = arguments.get("content")
    if hasattr(content, "read"):
        arguments["content"] = content.read()
    return arguments


def _default(value: object) -> Any:
    if hasattr(value, "to_dict"):
        return plain(value)
    return text_of(value)
