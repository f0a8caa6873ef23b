"""Answers and errors as ``openai`` takes them.

It lets an exception of its own tree pass as it is, without repeating the request; so everything
that goes wrong leaves as one of these, with the SDK's error as its ``__cause__``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import openai

from ... import errors as e
from ..._answer.raw import RawResponse
from ..._ground.json_codec import is_object
from .library import http

META: Final = "runinfra_meta"  # extension of a response: the SDK's `Meta` of the call
_FRAMING: Final = frozenset({"connection", "content-encoding", "content-length", "set-cookie"}) | {
    "transfer-encoding",
    "keep-alive",
}
_BY_STATUS: Final[Mapping[int, type[openai.APIStatusError]]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}


def whole_response(answer: RawResponse, request: http.Request) -> http.Response:
    """An answer that was read whole, as openai takes it."""
    headers = passed_headers(answer.headers)
    if answer.content:
        headers.append(("content-length", str(len(answer.content))))
    return http.Response(
        answer.status,
        headers=headers,
        stream=http.ByteStream(answer.content),  # httpx tells the time that it took to be read
        request=request,
        extensions={META: answer.meta},
    )


def passed_headers(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in _FRAMING]


def openai_error(error: e.RunInfraError, request: http.Request) -> openai.APIError:
    """The error of openai's tree that says the same; raise it ``from`` the SDK's."""
    message = str(error)
    if isinstance(error, e.RunInfraTimeoutError):
        timeout = openai.APITimeoutError(request)
        timeout.message, timeout.args = message, (message,)
        return timeout
    if isinstance(error, e.RunInfraConnectionError | e.StreamTruncatedError):
        return openai.APIConnectionError(message=message, request=request)
    body: Any = error.body
    if isinstance(error, e.APIStatusError):
        # Held back by the rate limit before anything was sent: it is what the gateway has said.
        status = error.status or 429
        cls = _BY_STATUS.get(status)
        if cls is None:
            cls = openai.InternalServerError if status >= 500 else openai.APIStatusError
        inner: Any = body.get("error", body) if is_object(body) else body
        return cls(message, response=_answered(error, status, request), body=inner)
    if isinstance(error, e.APIResponseError | e.StreamError):
        response = _answered(error, error.status or 200, request)
        return openai.APIResponseValidationError(response, body, message=message)
    return openai.APIError(message, request, body=None)


def _answered(error: e.RunInfraError, status: int, request: http.Request) -> http.Response:
    body = error.body
    headers = passed_headers(error.headers)
    if body is None or isinstance(body, str):
        return http.Response(status, headers=headers, text=body or "", request=request)
    headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
    return http.Response(status, headers=headers, json=body, request=request)
