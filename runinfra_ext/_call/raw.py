"""From the arguments of a raw call to the :class:`~runinfra_ext._call.call.Call` to be sent.

An operation of the document, by whatever it is named (its id, its method, or method and path), has
the document's facts: replay class, scope, media types. Any other route has none, so that it is
never repeated once it was sent, unless the caller says that this is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

from runinfra_client.facts import Operation
from runinfra_client.operations import endpoint
from runinfra_client.wire import query_of

from .._ground import json_codec
from .._ground.checks import is_printable, shown, wrong
from .._ground.json_codec import is_mapping, is_sequence
from .._ground.wire import EVENTS, JSON
from .._media.sources import NAME_LIMIT
from .._media.uploads import MultipartBody, PiecesBody, RawBody, prepare_upload
from ..errors import InvalidRequestError
from .call import Body, Call, Route
from .headers import checked_headers
from .options import RequestOptions, Settings
from .requests import Endpoint, check_scope, encoded
from .spelling import unexpected
from .targets import BODILESS, route_of, target

if TYPE_CHECKING:
    from runinfra_client.types import FileInput

_FORM: Final = re.compile(r"[^\x00-\x1f\x7f\"]+\Z")  # a name that can't break out of its part

Streaming = Literal["no", "bytes", "events"]
"""How an answer is handed out: whole, as bytes while they come, or as the operation's events."""


class RawCall(NamedTuple):
    """A raw call that is ready to be sent.

    Attributes:
        call: what is to be sent.
        endpoint: the module of the operation, if the document knows it.
        streaming: how the answer is to be handed out.
        asks_stream: the request's body asks for a stream of events.
    """

    call: Call
    endpoint: Endpoint | None
    streaming: Streaming
    asks_stream: bool


class RequestArguments(RequestOptions, total=False):
    """Keyword arguments of :meth:`RunInfra.request`, which tells what each is."""

    path_params: Mapping[str, str] | None
    query: Mapping[str, Any] | None
    json: Any
    content: FileInput | None
    content_type: str | None
    data: Mapping[str, Any] | None
    files: Mapping[str, FileInput] | None
    headers: Mapping[str, str] | None
    replay_safe: bool | None
    on_progress: Callable[[int, int], object] | None


class RawArguments(NamedTuple):
    """The arguments of a raw call, as they came; see ``RunInfra.request``."""

    operation: Any
    path: Any = None
    path_params: Any = None
    json: Any = None
    content: Any = None
    content_type: Any = None
    data: Any = None
    files: Any = None
    query: Any = None
    headers: Any = None
    stream: Any = False
    replay_safe: Any = None
    on_progress: Any = None


def raw_call(given: RawArguments, options: Mapping[str, Any], settings: Settings) -> RawCall:
    """Check the arguments of a raw call.

    Args:
        given: the arguments.
        options: the call options.
        settings: of the client.

    Raises:
        TypeError: an unknown keyword.
        InvalidRequestError: an argument is wrong, or does not go with another.
        ConfigurationError: the operation exists on a pipeline's URL only.
    """
    for name in options:
        if name not in RequestOptions.__annotations__:
            known = [*RawArguments._fields, *RequestOptions.__annotations__]
            raise unexpected(name, known, "request")
    method, path, known_id = target(given.operation, given.path, given.path_params)
    module = None if known_id is None else cast("Endpoint", endpoint(known_id))
    operation: Operation | Route
    if module is None:
        operation = route_of(method, settings.redactor(path), given.replay_safe)
    else:
        operation = module.OPERATION
        check_scope(operation, settings)
        if given.replay_safe is not None:
            msg = f"replay_safe: whether {known_id} may be repeated is known; leave it out"
            raise InvalidRequestError(msg, param="replay_safe")
    headers = checked_headers("headers", given.headers)
    content, kind = _body(given)
    if content is not None and method in BODILESS:
        msg = f"{_body_argument(given)}: a {method} request has no body"
        raise InvalidRequestError(msg, param=_body_argument(given))
    looked_into = operation.stream is not None or _is_json(kind)
    members = _members(given, content if looked_into else None)
    asks = _asks_stream(operation, members, content)
    streaming = _streaming(given.stream, operation, asks=asks)
    call = Call(
        operation,
        path + _query(given.query),
        content,
        kind,
        EVENTS if asks else operation.accept,
        asks,
        options,
        headers,
        module.result if module is not None and operation.own_errors else None,
        arguments=members,
    )
    return RawCall(call, module, streaming, asks)


def _body_argument(given: RawArguments) -> str:
    names = ("json", "content", "data", "files")
    return next((name for name in names if getattr(given, name) is not None), "content_type")


def _body(given: RawArguments) -> tuple[bytes | Body | None, str | None]:
    """The body to send, and its media type."""
    forms = [given.json is not None, given.content is not None]
    forms.append(given.data is not None or given.files is not None)
    if sum(forms) > 1:
        msg = "json: expected one body: json, or content, or files with data"
        raise InvalidRequestError(msg, param="json")
    kind = given.content_type
    if kind is not None:
        if given.content is None:
            msg = "content_type: it goes with content only; the others tell theirs"
            raise InvalidRequestError(msg, param="content_type")
        if not isinstance(kind, str) or not is_printable(kind) or "/" not in kind:
            raise wrong("content_type", "a media type such as application/json", kind)
        if len(kind) > NAME_LIMIT:
            raise wrong("content_type", f"at most {NAME_LIMIT} characters", kind)
    if given.json is not None:
        return _json(given.json), JSON
    if given.content is not None:
        return _content(given.content, kind, given.on_progress)
    if given.data is not None or given.files is not None:
        form = _form(given.data, given.files, given.on_progress)
        return form, form.content_type
    return None, None


def _json(value: object) -> bytes:
    if is_mapping(value):
        return encoded(value)
    try:
        return json_codec.encode(value)
    except (ValueError, TypeError, RecursionError):
        pass  # raised below, so that the encoder's error is not chained
    raise wrong("json", "a value that JSON has", value)


def _content(value: Any, kind: str | None, on_progress: Any) -> tuple[bytes | Body, str]:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(cast("bytes", value)), kind or "application/octet-stream"
    if isinstance(value, str):
        # A text could be meant as the body, or as a path: neither is guessed.
        raise wrong("content", "bytes, a Path, or a binary file object", value)
    if isinstance(value, PiecesBody):
        return value, value.content_type
    upload = prepare_upload(
        value, content_type=kind, field="content", type_field="content_type", sound=False
    )
    return RawBody(upload, on_progress=on_progress), upload.content_type


def _form(data: object, files: object, on_progress: Any) -> MultipartBody:
    fields = _named("data", {} if data is None else data)
    uploads = {
        name: prepare_upload(value, field=name, sound=False)
        for name, value in _named("files", {} if files is None else files).items()
    }
    double = fields.keys() & uploads.keys()
    if double:
        msg = f"files: {shown(min(double))} is in data too"
        raise InvalidRequestError(msg, param="files")
    return MultipartBody(fields, uploads, on_progress=on_progress)


def _named(param: str, values: object) -> dict[str, Any]:
    """A mapping whose names can be those of the parts of a form."""
    if not is_mapping(values):
        raise wrong(param, "a mapping of names to values", values)
    for name in values:
        if not isinstance(name, str) or not _FORM.match(name):
            raise wrong(param, "names without quotes and control characters", name)
    return dict(values)


def _query(values: object) -> str:
    if values is None:
        return ""
    if not is_mapping(values):
        raise wrong("query", "a mapping of names to values", values)
    for name, value in values.items():
        items = value if is_sequence(value) else [value]
        if not isinstance(name, str) or not name:
            raise wrong("query", "names that are texts", name)
        for item in items:
            if not isinstance(item, str | int | float | None):
                raise wrong(f"query.{name}", "a text, a number, True or False, or a list", item)
            if isinstance(item, str) and not _encodable(item):
                raise wrong(f"query.{name}", "a text that UTF-8 has", "a half of a character")
    return query_of(*((name, value, "&") for name, value in values.items()))


def _encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_json(kind: str | None) -> bool:
    return (kind or "").partition(";")[0].strip().lower() == JSON


def _members(given: RawArguments, content: bytes | Body | None) -> Mapping[str, Any]:
    """The members of a body, as far as they can be seen in it."""
    if is_mapping(given.data) or is_mapping(given.files):
        return {**(given.data or {}), **(given.files or {})}
    value = given.json
    if value is None and isinstance(content, bytes):
        try:
            value = json_codec.decode(content)
        except ValueError:
            return {}  # no body that an operation could take
    return value if is_mapping(value) else {}


def _asks_stream(
    operation: Operation | Route, members: Mapping[str, Any], content: bytes | Body | None
) -> bool:
    """Whether the body asks for a stream of events; in doubt it does: streams are not repeated."""
    if isinstance(operation, Operation) and operation.response == "events":
        return True
    if operation.stream is None or content is None:
        return False
    return not isinstance(content, bytes) or bool(members.get("stream"))


def _streaming(stream: object, operation: Operation | Route, *, asks: bool) -> Streaming:
    if stream == "events":
        if operation.stream is None:
            msg = f"stream: {operation.operation_id} has no events that are known; use stream=True"
            raise InvalidRequestError(msg, param="stream")
        if not asks:
            msg = "stream: the body asks for no stream: put 'stream': True into it"
            raise InvalidRequestError(msg, param="stream")
        return "events"
    if not isinstance(stream, bool):
        raise wrong("stream", "True, False or 'events'", stream)
    if asks and not stream:
        msg = "stream: the body asks for a stream: use stream=True, or stream='events'"
        raise InvalidRequestError(msg, param="stream")
    return "bytes" if stream else "no"
