"""From the bytes of a 2xx answer to a result, or to the error that says why they are not one.

Pure: what the transport hands over is bytes and metadata. Every function raises
:class:`APIResponseError` or, where the gateway reports an error under status 200, the error of the
status that it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self, TypeVar, cast

from .._ground.json_codec import decode
from .._ground.metadata import Meta
from .._ground.redaction import Redactor
from .._ground.wire import EVENTS, JSON, Headers
from ..errors import APIStatusError, ResponseShapeError, UnexpectedContentError
from .engines import adapted
from .error_mapping import BASE_URL_HINT, error_from_response, implied_status


class Parsable(Protocol):
    """A result class: a generated model that can carry metadata."""

    _meta: Meta | None

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the object from decoded JSON."""
        ...


R = TypeVar("R", bound=Parsable)


def json_result(
    make: Callable[..., Any], cls: type[R], redactor: Redactor
) -> Callable[[bytes, Meta], R]:
    """A function that makes a ``cls`` of a JSON body.

    Args:
        make: the ``result()`` of the operation's module.
        cls: the class that it is to make.
        redactor: blanks secrets in what errors show.
    """

    def made(body: bytes, meta: Meta) -> R:
        def build(content: Mapping[str, Any]) -> R:
            result: R = make(meta.status, content, cls)
            return result

        return parse_result(cls, json_object(body, meta), meta, redactor, build)

    return made


def union_result(
    make: Callable[..., Any], public: Callable[[Any, Any], Any], redactor: Redactor
) -> Callable[[bytes, Meta], Any]:
    """A function that makes one of several results of a JSON body; see :func:`json_result`.

    Args:
        make: the ``result()`` of the operation's module.
        public: makes of a model, and what it came from, the class that callers know.
        redactor: blanks secrets in what errors show.
    """

    def made(body: bytes, meta: Meta) -> Any:
        cls: Any = _Union
        if not body.strip() and _is_nothing(make, meta.status):
            return None

        def build(content: Mapping[str, Any]) -> Any:
            return public(make(meta.status, content), content)

        return parse_result(cls, json_object(body, meta), meta, redactor, build)

    return made


def _is_nothing(make: Callable[..., Any], status: int) -> bool:
    """Whether a success of this status has no content by the document."""
    try:
        return make(status, None) is None
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


class _Union:
    """Stands for the result of an operation that has several, in errors."""


def nothing(body: bytes, meta: Meta) -> None:
    """The result of an operation that answers with its success alone."""


def modelled(make: Callable[..., Any], status: int, body: object) -> Any:
    """The model of an error's answer; ``None`` if it is not what the document promises."""
    try:
        return make(status, body)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def binary_problem(accept: str, meta: Meta) -> UnexpectedContentError | None:
    """What is wrong with the media type of an answer that should be a file."""
    kind = media_type(meta.headers)
    wanted = {part.strip() for part in accept.split(",")}
    families = {part.removesuffix("*") for part in wanted if part.endswith("/*")}
    if not kind or kind in wanted or kind == "application/octet-stream" or "*/*" in wanted:
        return None
    if any(kind.startswith(family) for family in families):
        return None
    msg = f"The gateway answered with {kind} where {accept} was expected. {BASE_URL_HINT}"
    return UnexpectedContentError(msg)


def json_object(body: bytes, meta: Meta) -> Mapping[str, Any]:
    """The JSON object that a body must be.

    Raises:
        UnexpectedContentError: another content type, or not JSON.
        ResponseShapeError: empty, or JSON of another kind.
    """
    if not body.strip():
        msg = f"The gateway answered with status {meta.status} and an empty body."
        raise ResponseShapeError(msg)
    kind = media_type(meta.headers)
    # Without a content type the body itself has to tell.
    if kind == EVENTS:
        msg = (
            "The gateway answered with a stream of events although none was asked for: ask with "
            "stream=True, or tell it with stream=False that none is wanted."
        )
        raise UnexpectedContentError(msg)
    if kind and kind != JSON and not kind.endswith("+json"):
        msg = f"The gateway answered with {kind} where JSON was expected. {BASE_URL_HINT}"
        raise UnexpectedContentError(msg)
    try:
        content = decode(body)
    except ValueError as error:
        msg = f"The gateway's answer is not JSON. {BASE_URL_HINT}"
        raise UnexpectedContentError(msg) from error
    content = adapted(meta.operation, content)
    if not isinstance(content, dict):
        kind = _json_kind(content)
        msg = f"The gateway answered with a JSON {kind} where an object was expected."
        raise ResponseShapeError(msg)
    return cast("dict[str, Any]", content)


def checked_object(body: bytes, meta: Meta, redactor: Redactor) -> Mapping[str, Any]:
    """The JSON object of a body, where it is not read any closer.

    Raises:
        APIResponseError: as :func:`json_object` does.
        APIStatusError: it is an error body under status 200.
    """
    content = json_object(body, meta)
    reported: object = content.get("error")
    # A response of the Responses adapter has such a member of its own.
    if reported and _is_report(reported) and content.get("object") in (None, "error"):
        raise _reported(reported, content, meta, redactor)
    return content


def parse_result(
    cls: type[R],
    content: Mapping[str, Any],
    meta: Meta,
    redactor: Redactor,
    build: Callable[[Mapping[str, Any]], R] | None = None,
) -> R:
    """A ``cls`` of decoded JSON, with its metadata.

    Args:
        cls: the class of the result.
        content: the decoded JSON.
        meta: of the answer.
        redactor: blanks secrets in what errors show.
        build: makes the result, if not ``cls.from_dict``.

    Raises:
        ResponseShapeError: a promised field is missing or of another shape.
        APIStatusError: it is an error body under status 200.
    """
    reported: object = content.get("error")
    # A result of optional fields only would take an error body for a result without any of them.
    if reported and _is_report(reported) and not hasattr(cls, "error"):
        raise _reported(reported, content, meta, redactor)
    try:
        result = (build or cls.from_dict)(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if _is_report(reported):
            raise _reported(reported, content, meta, redactor) from error
        msg = f"The gateway's answer is not a {cls.__name__}: {redactor(unlike(error))}."
        raise ResponseShapeError(msg, body=redactor.deep(dict(content))) from error
    result._meta = meta  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - results are completed in here
    return result


def unlike(error: Exception) -> str:
    """What is wrong with an object, by what its model said when it was made of it."""
    if not isinstance(error, KeyError):
        return "a field is of another type than promised"
    return f"the field {error.args[0]!r} is missing" if error.args else "a field is missing"


def _is_report(value: object) -> bool:
    return isinstance(value, Mapping | str)


def _reported(
    reported: object, content: Mapping[str, Any], meta: Meta, redactor: Redactor
) -> APIStatusError:
    status = implied_status(reported)
    return error_from_response(status, _headers(meta), content, redactor)


def media_type(headers: Mapping[str, str]) -> str:
    """The media type of an answer in lower case, without parameters; ``""`` if it has none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _headers(meta: Meta) -> Headers:
    return Headers(meta.headers.items())


def _json_kind(content: object) -> str:
    if isinstance(content, list):
        return "array"
    if isinstance(content, str):
        return "string"
    if content is None:
        return "null"
    return "boolean" if isinstance(content, bool) else "number"
