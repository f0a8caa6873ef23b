"""A call's keyword arguments, held against the document before anything is sent.

What a field may be (type, range, closed set of values, blank or not) comes from the operation table
that is generated from the document; only rules that span several fields stand here. Every error
names the argument, what was expected and what came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from runinfra_client.facts import Field, Operation

from .._ground.checks import printable, wrong
from ..errors import InvalidRequestError
from .options import CallOptions, JsonCallOptions, UploadCallOptions
from .spelling import unexpected
from .text_forms import as_text
from .urls import path_text
from .warn import warn_deprecated

_KINDS: Final = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a finite number",
    "boolean": "True or False",
    "array": "a list",
    "object": "a mapping",
    "null": "None",
}
# The kinds of the usual types; others are looked at more closely, which takes longer.
_BY_TYPE: Final[Mapping[type, str]] = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "array",
    tuple: "array",
    type(None): "null",
}
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


def check_field(name: str, field: Field, value: Any) -> Any:
    """One value against its field; the value to send (an id is trimmed).

    Raises:
        InvalidRequestError: with ``param`` naming the field or the item in it.
    """
    if field.special:
        if field.deprecated:
            warn_deprecated(name)
        if field.format == "binary":
            return value  # looked at when it is made ready to be sent
        if field.file:
            from .._media.formats import reference_audio  # noqa: PLC0415 - few calls have one

            value = reference_audio(value)
        elif field.format:
            value = as_text(name, field.format, value)
    if isinstance(value, str):
        return _check_string(name, field, value)
    kind = _BY_TYPE.get(cast("type", value.__class__)) or _kind(value)
    if kind == "integer" and "number" in field.types and "integer" not in field.types:
        kind = "number"
    if kind not in field.types:
        raise wrong(name, _expected(field), value)
    if kind in {"integer", "number"}:
        _check_range(name, field, value)
    elif kind == "array":
        return _checked_items(name, field, value)
    return value


def check_id(name: str, value: object) -> str:
    """A model id: trimmed, non-blank, printable ASCII, at most 512 characters."""
    return printable(name, value)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, Mapping) or hasattr(value, "to_dict"):
        return "object"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return "array"
    return "unknown"


def _check_string(name: str, field: Field, value: str) -> str:
    if "string" not in field.types:
        raise wrong(name, _expected(field), value)
    if field.scoped_default is not None:
        return check_id(name, value)
    if field.place == "path":
        value = path_text(name, value)
    elif field.place == "header":
        value = printable(name, value)
    if field.non_blank and not value.strip():
        raise wrong(name, "a non-blank string", value)
    if field.enum is not None and value not in field.enum:
        raise wrong(name, f"one of {', '.join(map(repr, field.enum))}", value)
    length = len(value)
    if field.min_length is not None and length < field.min_length:
        raise wrong(name, f"at least {field.min_length} characters", value)
    if field.max_length is not None and length > field.max_length:
        msg = f"{name}: expected at most {field.max_length} characters, got {length}"
        raise InvalidRequestError(msg, param=name)
    return value


def _check_range(name: str, field: Field, value: float) -> None:
    if field.enum is not None and value not in field.enum and type(field.enum[0]) is int:
        raise wrong(name, _expected(field), value)
    low, above, high = field.minimum, field.exclusive_minimum, field.maximum
    below = field.exclusive_maximum
    if (
        value - value != 0  # NaN or an infinity
        or (low is not None and value < low)
        or (above is not None and value <= above)
        or (high is not None and value > high)
        or (below is not None and value >= below)
    ):
        raise wrong(name, _expected(field), value)


def _checked_items(name: str, field: Field, value: Sequence[Any]) -> Sequence[Any]:
    size = len(value)
    if field.min_items is not None and size < field.min_items:
        what = "a non-empty list" if field.min_items == 1 else f"at least {field.min_items} items"
        raise wrong(name, what, list(value))
    if field.max_items is not None and size > field.max_items:
        msg = f"{name}: expected at most {field.max_items} items, got {size}"
        raise InvalidRequestError(msg, param=name)
    if field.item is not None:
        items = [check_field(f"{name}[{i}]", field.item, item) for i, item in enumerate(value)]
        if field.place == "header":
            for index, item in enumerate(items):
                if isinstance(item, str) and "," in item:
                    raise wrong(f"{name}[{index}]", "no comma, which divides the items", item)
        if field.item.special or field.place == "header":
            return items
    return value


def _expected(field: Field) -> str:
    kinds = [_KINDS[kind] for kind in field.types if kind != "null" or field.nullable]
    text = " or ".join(kinds)
    limits: list[str] = []
    if field.minimum is not None:
        limits.append(f"at least {_number(field.minimum)}")
    if field.exclusive_minimum is not None:
        limits.append(f"above {_number(field.exclusive_minimum)}")
    if field.maximum is not None:
        limits.append(f"at most {_number(field.maximum)}")
    if field.exclusive_maximum is not None:
        limits.append(f"below {_number(field.exclusive_maximum)}")
    if limits:
        text += " of " + " and ".join(limits)
    if field.enum is not None:
        text = f"one of {', '.join(map(repr, field.enum))}"
    return text


def _number(limit: float) -> str:
    return str(limit) if isinstance(limit, int) else f"{limit:g}"


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
    for name in cast("Iterable[object]", members):
        if not isinstance(name, str) or not name.strip():
            raise wrong("extra_body", "non-blank field names", name)
        # Also for a field that was left out: else an unchecked value could come in this way.
        if name in operation.fields or (name == "stream" and operation.stream is not None):
            msg = f"extra_body: {name!r} has an argument of its own; give it as {name}="
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
