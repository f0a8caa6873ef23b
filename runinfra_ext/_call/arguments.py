"""A call's keyword arguments, held against the document before anything is sent.

What a field may be (type, range, closed set of values, blank or not) comes from the operation table
that is generated from the document; only rules that span several fields stand here. Every error
names the argument, what was expected and what came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from runinfra_client.facts import Field, Operation

from .._ground.checks import wrong
from ..errors import InvalidRequestError
from .options import CallOptions, JsonCallOptions, UploadCallOptions
from .spelling import unexpected
from .values import check_field
from .warn import warn_deprecated

_OPTION_NAMES: Final = frozenset(CallOptions.__annotations__)
_OPTIONS: Final[Mapping[str, Any]] = {
    "none": CallOptions,
    "json": JsonCallOptions,
    "multipart": UploadCallOptions,
    "binary": UploadCallOptions,
}


class Arguments(NamedTuple):
    """A call's keyword arguments, by what becomes of them.

    Attributes:
        body: the operation's own parameters, without those that were left out.
        options: the call options that were given.
        extra: more members of the JSON body.
        on_progress: told how much of the files was sent.
    """

    body: dict[str, Any]
    options: dict[str, Any]
    extra: Mapping[str, Any] = {}
    on_progress: Any = None


def checked_arguments(
    operation: Operation, arguments: Mapping[str, Any], *, pipeline_scoped: bool, function: str
) -> Arguments:
    """Split and check the keyword arguments of a call.

    Args:
        operation: what is called.
        arguments: the keyword arguments as they came.
        pipeline_scoped: whether the client addresses one pipeline; then ``model`` may be left out.
        function: name of the method, for errors.

    Raises:
        TypeError: an unknown keyword, or a required one is missing.
        InvalidRequestError: a value is wrong.
    """
    fields = operation.fields
    body: dict[str, Any] = {}
    options: dict[str, Any] = {}
    extra: Mapping[str, Any] = {}
    on_progress: object = None
    if operation.deprecated:
        warn_deprecated(f"{function}()")
    for name, value in arguments.items():
        if name in fields:
            field = fields[name]
            # None means "not given" throughout, unless a value has to be there.
            if value is not None or (field.required and not _has_default(field, pipeline_scoped)):
                body[name] = check_field(name, field, value)
        elif name in _OPTION_NAMES:
            options[name] = value
        elif name == "extra_body" and operation.body == "json":
            extra = {} if value is None else _extra_body(operation, value)
        elif name == "on_progress" and operation.body in {"multipart", "binary"}:
            on_progress = value
        else:
            raise unexpected(
                name,
                [*fields, *option_names(operation)],
                function,
                extra_body=operation.body == "json",
            )
    _require(operation, body, pipeline_scoped=pipeline_scoped, function=function)
    _RULES.get(operation.operation_id, _no_rule)(body)
    return Arguments(body, options, extra, on_progress)


def option_names(operation: Operation) -> Iterable[str]:
    """The call options that an operation has."""
    names: dict[str, Any] = _OPTIONS[operation.body].__annotations__
    return names


def _require(
    operation: Operation, body: dict[str, Any], *, pipeline_scoped: bool, function: str
) -> None:
    missing: list[str] = []
    for name in operation.required:
        if name not in body:
            field = operation.fields[name]
            if _has_default(field, pipeline_scoped):
                body[name] = field.scoped_default
            else:
                missing.append(name)
    if missing:
        names = ", ".join(map(repr, missing))
        raise TypeError(f"{function}() missing required keyword argument(s): {names}")


def _has_default(field: Field, pipeline_scoped: bool) -> bool:  # noqa: FBT001 - private; a fact, not a switch
    return pipeline_scoped and field.scoped_default is not None


def _extra_body(operation: Operation, extra: object) -> Mapping[str, Any]:
    """More members of a JSON body: none that has an argument of its own."""
    if not isinstance(extra, Mapping):
        raise wrong("extra_body", "a mapping of field names to values", extra)
    members = cast("Mapping[str, Any]", extra)
    own = {field.wire: name for name, field in operation.fields.items() if field.wire}
    for name in cast("Iterable[object]", members):
        if not isinstance(name, str) or not name.strip():
            raise wrong("extra_body", "non-blank field names", name)
        # Also for a field that was left out: else an unchecked value could come in this way.
        if (
            name in own
            or name in operation.fields
            or (name == "stream" and operation.stream is not None)
        ):
            keyword = own.get(name, name)
            msg = f"extra_body: {name!r} has an argument of its own; give it as {keyword}="
            raise InvalidRequestError(msg, param="extra_body")
    return members


def _chat_rules(body: dict[str, Any]) -> None:
    for index, message in enumerate(body["messages"]):
        where = f"messages[{index}]"
        role = _member(message, "role", where)
        if not isinstance(role, str) or not role.strip():
            raise wrong(f"{where}.role", "a non-blank string such as 'user'", role)
    if any(hasattr(message, "to_dict") for message in body["messages"]):
        body["messages"] = [_sent_back(message) for message in body["messages"]]


def _sent_back(message: Any) -> Any:
    """A message; one that a model gave before goes back without what is null.

    Engines refuse ``content: null``, which they send themselves, in the history.
    """
    if not hasattr(message, "to_dict"):
        return message
    return {name: value for name, value in message.to_dict().items() if value is not None}


def _response_rules(body: dict[str, Any]) -> None:
    value = body["input"]
    if not isinstance(value, str):
        for index, item in enumerate(value):
            _member(item, "type", f"input[{index}]")


def _member(item: object, name: str, where: str) -> object:
    if type(item) is dict or isinstance(item, Mapping):
        return cast("Mapping[str, object]", item).get(name)
    if hasattr(item, "to_dict"):
        return getattr(item, name, None)
    raise wrong(where, "a mapping", item)


def _speech_rules(body: dict[str, Any]) -> None:
    if "voice" in body:
        return
    given = [name for name in ("ref_audio", "ref_text") if name in body]
    if len(given) == 1:
        other = "ref_text" if given == ["ref_audio"] else "ref_audio"
        msg = f"{other}: expected together with {given[0]} (or give voice instead)"
        raise InvalidRequestError(msg, param=other)
    if not given:
        msg = "voice: expected a voice, or reference audio by ref_audio and ref_text"
        raise InvalidRequestError(msg, param="voice")


def _rerank_rules(body: dict[str, Any]) -> None:
    given = [name for name in ("texts", "documents") if name in body]
    if len(given) != 1:
        got = "both" if given else "neither"
        msg = f"texts: expected exactly one of texts and documents, got {got}"
        raise InvalidRequestError(msg, param="texts")


def _no_rule(_body: dict[str, Any]) -> None:
    """Most operations have no rule that spans fields."""


_RULES: Final = {
    "createChatCompletion": _chat_rules,
    "createResponse": _response_rules,
    "createSpeech": _speech_rules,
    "createRerank": _rerank_rules,
}
