"""Structured output: a schema for the model, and its text as an object.

A *target* is what the text should be: a JSON schema (a mapping), or a type that
:mod:`.json_shapes` understands, usually an attrs class, a dataclass, a ``TypedDict`` or a pydantic
model. What the model wrote is never lost: an error holds the text, the usage and the ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, Self, TypeVar, cast

from .._answer.results import ChatCompletion
from .._ground.json_codec import decode_exactly
from ..errors import InvalidRequestError, StructuredOutputError
from .schemas import schema_of
from .values import MismatchError, value_of

P = TypeVar("P")

_NAME_LIMIT: Final = 64  # characters that engines accept in the name of a schema


class ParsedChatCompletion(ChatCompletion, Generic[P]):
    """A chat completion whose text was parsed."""

    __slots__ = ("_parsed",)
    _parsed: tuple[Any, ...]

    @classmethod
    def of(cls, completion: ChatCompletion, parsed: tuple[P, ...]) -> Self:
        """The completion with these objects for its choices."""
        result = cls.from_dict(completion.to_dict())
        result._meta = getattr(completion, "_meta", None)  # noqa: SLF001 - of this very class
        result._parsed = parsed  # noqa: SLF001
        return result

    @property
    def parsed(self) -> P:
        """The object that the text of the first choice stands for."""
        return cast("P", self._parsed[0])

    @property
    def all_parsed(self) -> tuple[P, ...]:
        """The objects of all choices, in their order."""
        return cast("tuple[P, ...]", self._parsed)


def response_format_for(target: Any, *, name: str | None = None) -> dict[str, Any]:
    """The ``response_format`` of a request that makes the model answer with a target.

    Args:
        target: a JSON schema, a type, or a ``response_format`` itself, which is given back.
        name: of the schema; by default its title or the name of the class.

    Raises:
        InvalidRequestError: the target has no JSON schema; the message says where.
    """
    if isinstance(target, Mapping):
        given = dict(cast("Mapping[str, Any]", target))
        if given.get("type") in {"json_schema", "json_object", "text"}:
            return given
        schema, strict = given, given.get("additionalProperties") is False
        base = str(given.get("title", "response"))
    else:
        problem = ""
        schema, strict = {}, True
        try:
            schema = schema_of(target)
        except (TypeError, NameError) as error:
            problem = str(error)
        if problem:
            msg = f"response_format: {problem}"
            raise InvalidRequestError(msg, param="response_format")
        base = getattr(target, "__name__", "response")
    if schema.get("type") != "object":
        # Engines take only objects at the top.
        kind = schema.get("type", "something else")
        msg = f"response_format: the schema must be of an object, not of {kind}"
        raise InvalidRequestError(msg, param="response_format")
    label = re.sub(r"[^A-Za-z0-9_-]", "_", name or base)[:_NAME_LIMIT]
    return {
        "type": "json_schema",
        "json_schema": {"name": label, "schema": schema, "strict": strict},
    }


def parse_text(target: type[P] | Any, text: str, *, usage: Any = None) -> P:
    """The object of a target that a text stands for.

    Args:
        target: as for :func:`response_format_for`; for a schema the plain decoded JSON is given.
        text: what the model wrote.
        usage: of the call, kept on the error.

    Raises:
        StructuredOutputError: the text is not JSON, or does not fit; with ``.text`` and ``.usage``.
    """
    problem = ""
    value: Any = None
    try:
        value = decode_exactly(text)
        if not isinstance(target, Mapping):
            value = value_of(target, value)
    except MismatchError as error:
        name = getattr(cast("object", target), "__name__", "the target")
        problem = f"does not fit {name}: {error}"
    except ValueError:
        problem = "is not JSON" if text.strip() else "is empty"
    if problem:
        msg = f"The model's text {problem}."
        raise _failure(msg, text, usage)
    return cast("P", value)


def parsed_completion(completion: ChatCompletion, target: type[P] | Any) -> ParsedChatCompletion[P]:
    """The same completion with its texts parsed, in ``.parsed``.

    Args:
        completion: what the call returned, or a stream came to.
        target: as for :func:`response_format_for`.

    Raises:
        StructuredOutputError: a text was refused, cut short, does not fit, or there is none.
    """
    if not completion.choices:
        msg = "The model gave no answer."
        raise _identified(_failure(msg, "", completion.usage), completion)
    parsed: list[Any] = []
    for choice in completion.choices:
        text = choice.message.content or ""
        # A call of tools instead of an answer is lawful, and has nothing to parse.
        if choice.message.tool_calls and not text:
            parsed.append(None)
            continue
        problem = ""
        # Nothing has checked yet that the engine sent text, and not for example a list of parts.
        if not isinstance(text, str):
            problem = "The model's answer is not a text."
            text = ""
        elif choice.message.refusal and not text:
            problem = f"The model refused: {choice.message.refusal}"
        elif choice.finish_reason in ("length", "content_filter"):
            problem = f"The model's text was cut short ({choice.finish_reason})."
        if problem:
            raise _identified(_failure(problem, text, completion.usage), completion)
        fault = None
        try:
            parsed.append(parse_text(target, text, usage=completion.usage))
        except StructuredOutputError as error:
            fault = error
        if fault is not None:
            raise _identified(fault, completion)
    return ParsedChatCompletion[P].of(completion, tuple(parsed))


def _failure(message: str, text: str, usage: Any) -> StructuredOutputError:
    error = StructuredOutputError(message)
    error.text = text
    error.usage = usage
    return error


def _identified(error: StructuredOutputError, completion: ChatCompletion) -> StructuredOutputError:
    """The error, with the ids of the call and the whole completion as ``partial``."""
    error.partial = completion
    meta = getattr(completion, "_meta", None)
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
