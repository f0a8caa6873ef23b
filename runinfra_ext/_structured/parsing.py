"""Structured output: a schema for the model, and its text as an object.

A *target* is what the text should be: a JSON schema (a mapping), or a type that
:mod:`.shapes` understands, usually an attrs class, a dataclass, a ``TypedDict`` or a pydantic
model. What the model wrote is never lost: an error holds the text, the usage and the ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from runinfra_client import models

from .._answer.completions import ChatCompletion
from .._answer.results import Response
from .._ground.doors import door
from .._ground.json_codec import decode_exactly
from .._stream.tool_calls import CUT_REASONS
from ..errors import InvalidRequestError, StructuredOutputError
from .schemas import schema_of
from .values import MismatchError, parsed_value

P = TypeVar("P")

_UNFINISHED: Final = ("incomplete", "cancelled")  # ends of a response
_WRAPPED: Final = "value"  # the member of what had to be made an object
_NAME_LIMIT: Final = 64  # characters that engines accept in the name of a schema


class Parsed(Generic[P]):
    """A result whose texts were parsed."""

    __slots__ = ()
    _parsed: tuple[Any, ...]

    @property
    def parsed(self) -> P:
        """The object that the text stands for; with several choices that of the first one.

        ``None`` where the model called a tool instead of answering.
        """
        return cast("P", self._parsed[0])


W = TypeVar("W", bound=Parsed[Any])


class ParsedChatCompletion(ChatCompletion, Parsed[P]):
    """A chat completion whose text was parsed."""

    __slots__ = ("_parsed",)

    @property
    def all_parsed(self) -> tuple[P, ...]:
        """The objects of all choices, in their order."""
        return cast("tuple[P, ...]", self._parsed)


class ParsedResponse(Response, Parsed[P]):
    """A response whose text was parsed."""

    __slots__ = ("_parsed",)

    @property
    def output_parsed(self) -> P:
        """The object that ``output_text`` stands for: OpenAI's name of :attr:`parsed`."""
        return self.parsed


@door
def response_format_for(target: Any, *, name: str | None = None) -> dict[str, Any]:
    """The ``response_format`` of a request that makes the model answer with a target.

    Engines take only objects at the top: a list, a union, an enum and the like becomes the only
    member, ``value``, of one, which :func:`parse_text` takes away again.

    Args:
        target: a JSON schema, a type, or a ``response_format`` itself, which is given back.
        name: of the schema; by default its title or the name of the class.

    Raises:
        InvalidRequestError: the target has no JSON schema; the message says where.
    """
    if isinstance(target, Mapping):
        given = dict(cast("Mapping[str, Any]", target))
        if given.get("type") in ("json_schema", "json_object", "text"):
            return given
        schema, strict = given, given.get("additionalProperties") is False
        base = str(given.get("title", "response"))
        if schema.get("type") != "object":
            kind = schema.get("type", "something else")
            msg = f"response_format: the schema must be of an object, not of {kind}"
            raise InvalidRequestError(msg, param="response_format")
    else:
        schema, strict = _object_schema(target), True
        base = getattr(target, "__name__", "response")
    label = re.sub(r"[^A-Za-z0-9_-]", "_", name or base)[:_NAME_LIMIT]
    return {
        "type": "json_schema",
        "json_schema": {"name": label, "schema": schema, "strict": strict},
    }


def _object_schema(target: Any) -> dict[str, Any]:
    """The schema of a type, in an object if it is none."""
    try:
        schema = schema_of(target)
    except Exception as error:  # annotations and classes can do anything
        deep = isinstance(error, RecursionError)
        problem = "the type is nested too deeply" if deep else str(error) or type(error).__name__
        msg = f"response_format: {problem}"
        raise InvalidRequestError(msg, param="response_format") from error
    if schema.get("type") == "object":
        return schema
    definitions = schema.pop("$defs", None)
    return {
        "type": "object",
        "properties": {_WRAPPED: schema},
        "required": [_WRAPPED],
        "additionalProperties": False,
        **({"$defs": definitions} if definitions else {}),
    }


def with_format(params: Mapping[str, Any], target: Any) -> dict[str, Any]:
    """The keyword arguments of ``parse``, with the ``response_format`` of the target.

    Raises:
        InvalidRequestError: the target has no JSON schema, or a ``response_format`` is given too.
    """
    if params.get("response_format") is not None:
        msg = "response_format: it is made of the target"
        raise InvalidRequestError(msg, param="response_format")
    return {**params, "response_format": response_format_for(target)}


@door
def parse_text(target: type[P] | Any, text: str, *, usage: Any = None) -> P:
    """The object of a target that a text stands for.

    Args:
        target: as for :func:`response_format_for`; for a schema the plain decoded JSON is given.
        text: what the model wrote.
        usage: of the call, kept on the error.

    Raises:
        StructuredOutputError: the text is not JSON, or does not fit; with ``.text`` and ``.usage``.
    """
    try:
        if isinstance(target, Mapping):
            return cast("P", decode_exactly(text))
        wrapped = _WRAPPED in text and schema_of(target).get("type") != "object"
        return cast("P", parsed_value(target, text, _WRAPPED if wrapped else None))
    except Exception as error:  # the call is paid: whatever the target does, the text is kept
        if isinstance(error, MismatchError):
            name = getattr(cast("object", target), "__name__", "the target")
            problem = f"does not fit {name}: {error}"
        elif isinstance(error, ValueError):
            problem = "is not JSON" if text.strip() else "is empty"
        else:
            problem = f"does not fit the target: {type(error).__name__}: {error}"
        raise _failure(f"The model's text {problem}.", text, usage) from error


def parsed_completion(completion: ChatCompletion, target: type[P] | Any) -> ParsedChatCompletion[P]:
    """The same completion with its texts parsed, in ``.parsed``.

    Args:
        completion: what the call returned, or a stream came to.
        target: as for :func:`response_format_for`.

    Raises:
        StructuredOutputError: a text was refused, cut short, does not fit, or there is none.
    """
    if not completion.choices:
        raise _identified(_failure("The model gave no answer.", "", completion.usage), completion)
    parsed: list[Any] = []
    for choice in completion.choices:
        message = choice.message
        said = _Said(
            message.content or "",
            called=bool(message.tool_calls),
            refusal=message.refusal,
            cut=choice.finish_reason if choice.finish_reason in CUT_REASONS else None,
        )
        parsed.append(_object(said, target, completion))
    return _with(ParsedChatCompletion[P], completion, tuple(parsed))


def parsed_response(response: Response, target: type[P] | Any) -> ParsedResponse[P]:
    """The same response with its text parsed, in ``.parsed``; otherwise as parsed_completion."""
    output = response.output or ()
    refusals = [
        part.refusal
        for item in output
        if isinstance(item, models.ResponseOutputMessage)
        for part in item.content or ()
        if isinstance(part, models.ResponseOutputRefusal)
    ]
    details = response.incomplete_details
    said = _Said(
        response.output_text,
        called=any(isinstance(item, models.ResponseFunctionToolCall) for item in output),
        refusal=" ".join(refusals),
        cut=(details.reason if details else None)
        or (response.status if response.status in _UNFINISHED else None),
    )
    return _with(ParsedResponse[P], response, (_object(said, target, response),))


class _Said(NamedTuple):
    """What a model has said, and how it ended."""

    text: Any
    called: bool
    refusal: str | None
    cut: str | None


def _object(said: _Said, target: Any, result: Any) -> Any:
    """The object that was said; an error with all that is known about the call."""
    text = said.text
    # A call of tools instead of an answer is lawful, and has nothing to parse.
    if said.called and not text:
        return None
    problem = ""
    # Nothing has checked yet that the engine sent text, and not for example a list of parts.
    if not isinstance(text, str):
        problem = "The model's answer is not a text."
        text = ""
    elif said.refusal and not text:
        problem = f"The model refused: {said.refusal}"
    elif said.cut:
        problem = f"The model's text was cut short ({said.cut})."
    try:
        if problem:
            raise _failure(problem, text, result.usage)
        return parse_text(target, text, usage=result.usage)
    except StructuredOutputError as error:
        _identified(error, result)
        raise


def _with(cls: type[W], result: Any, parsed: tuple[Any, ...]) -> W:
    """A result of this richer class, with its objects."""
    richer = cast("Any", cls).from_dict(result.to_dict())
    richer._meta = getattr(result, "_meta", None)  # noqa: SLF001 - of a class of this module
    richer._parsed = parsed  # noqa: SLF001 - the same
    return cast("W", richer)


def _failure(message: str, text: str, usage: Any) -> StructuredOutputError:
    error = StructuredOutputError(message)
    error.text = text
    error.usage = usage
    return error


def _identified(error: StructuredOutputError, result: Any) -> StructuredOutputError:
    """The error, with the ids of the call and the whole result as ``partial``."""
    error.partial = result
    meta = getattr(result, "_meta", None)
    if meta is not None:
        error.update(
            status=meta.status,
            request_id=meta.request_id,
            client_request_id=meta.client_request_id,
            idempotency_key=meta.idempotency_key,
            operation=meta.operation,
            attempts=meta.attempts,
            failures=meta.failures,
            headers=meta.headers,
        )
    return error
