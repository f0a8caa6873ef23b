"""From a method's arguments to the :class:`~runinfra_ext._call.journey.Call` to be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from runinfra_client.facts import Operation
from runinfra_client.wire import Request

from .._ground import json_codec
from .._ground.checks import flag
from .._ground.wire import EVENTS, JSON
from ..errors import ConfigurationError, InvalidRequestError
from .arguments import checked_arguments
from .call import Body, Call
from .options import Settings

if TYPE_CHECKING:
    from .._media.uploads import Upload

_SCOPE_HINT: Final = (
    "this operation exists on a pipeline's URL only; make the client with pipeline_id="
)


class Endpoint(Protocol):
    """The module of an operation, in :mod:`runinfra_client.api`."""

    @property
    def OPERATION(self) -> Operation:  # noqa: N802 - a constant of the modules
        """What the document says of it."""
        ...

    @property
    def request(self) -> Callable[..., Request]:
        """Describes a request."""
        ...

    @property
    def result(self) -> Callable[..., Any]:
        """Makes the model of an answer."""
        ...


def described(
    endpoint: Endpoint,
    arguments: Mapping[str, Any],
    settings: Settings,
    *,
    function: str | None = None,
    stream: object = None,
    raw: bool = False,
    accept: str | None = None,
) -> Call:
    """A call, its arguments checked against the document.

    Args:
        endpoint: the module of the operation.
        arguments: the method's keyword arguments.
        settings: of the client.
        function: the method's name for errors, if it is not the document's.
        stream: the method's ``stream`` argument.
        raw: the answer's bytes are handed out as they come, without being events.
        accept: media type that is wanted, if not all that the operation has.

    Raises:
        TypeError: an unknown or missing keyword.
        InvalidRequestError: a wrong value, or a file that can't be sent.
        ConfigurationError: the operation exists on a pipeline's URL only.
    """
    operation = endpoint.OPERATION
    check_scope(operation, settings)
    streaming = stream is not None and flag("stream", stream)
    values, options, extra, on_progress = checked_arguments(
        operation,
        arguments,
        pipeline_scoped=settings.base.pipeline_scoped,
        function=function or operation.function,
    )
    if stream is not None:
        # False travels too: some engines stream unless they are told not to.
        values["stream"] = streaming
    if streaming:
        accept = EVENTS
    elif operation.response == "events":
        streaming = True
    request = endpoint.request(**values)
    content: bytes | Body | None = None
    kind: str | None = None
    if request.json is not None:
        request.json.update(extra)
        content, kind = encoded(request.json), JSON
    elif operation.body != "none":
        content = _upload(operation, request, on_progress)
        kind = content.content_type
    return Call(
        operation,
        request.target,
        content,
        kind,
        accept or operation.accept,
        streaming or raw,
        options,
        request.headers,
        endpoint.result if operation.own_errors else None,
        arguments=values,
    )


def check_scope(operation: Operation, settings: Settings) -> None:
    """Whether the operation exists on the client's URL.

    Raises:
        ConfigurationError: it exists on a pipeline's URL only.
    """
    if operation.scope == "pipeline" and not settings.base.pipeline_scoped:
        msg = f"pipeline_id: {_SCOPE_HINT}"
        raise ConfigurationError(msg, param="pipeline_id")


def _upload(operation: Operation, request: Request, on_progress: Any) -> Body:
    from .._media.uploads import MultipartBody, RawBody  # noqa: PLC0415 - most calls send no file

    if request.form is None:
        return RawBody(_ready("content", request.content), on_progress=on_progress)
    fields = dict(request.form)
    files: dict[str, Upload | list[Upload]] = {}
    for name, field in operation.fields.items():
        wire = field.wire or name
        if wire not in fields:
            continue
        if field.format == "binary":
            files[wire] = _ready(name, fields.pop(wire), field.media)
        elif field.item is not None and field.item.format == "binary":
            given = enumerate(fields.pop(wire))
            files[wire] = [_ready(f"{name}[{i}]", item, field.media) for i, item in given]
        else:
            fields[wire] = _part(name, fields[wire], field.media)
    return MultipartBody(fields, files, on_progress=on_progress)


def _ready(name: str, value: Any, media: str = "") -> Upload:
    from .._media.uploads import Upload, prepare_upload  # noqa: PLC0415 - most calls send no file

    if isinstance(value, Upload):
        return value
    # What the caller says of a file goes before what the document says of all.
    told = isinstance(value, tuple) and len(value) == 3  # pyright: ignore[reportUnknownArgumentType] - looked at where it is prepared
    kind = None if told or not media else media
    return prepare_upload(value, content_type=kind, field=name, sound=False)


def _part(name: str, value: Any, media: str) -> Any:
    """A field of a form as it travels: an object as JSON, a text of a media type with it."""
    from .._media.uploads import Part, form_text  # noqa: PLC0415 - most calls send no file

    if json_codec.is_sequence(value):
        return [_part(f"{name}[{index}]", item, media) for index, item in enumerate(value)]
    if json_codec.is_mapping(value) or hasattr(value, "to_dict"):
        encoded({name: value})  # tells what has no form in JSON, by its name
        return Part(json_codec.encode(value).decode(), media or JSON)
    text = form_text(name, value)
    return Part(text, media) if media and isinstance(text, str) else text


def encoded(body: Mapping[str, Any]) -> bytes:
    """The JSON body.

    Raises:
        InvalidRequestError: naming the field that has no JSON form.
    """
    try:
        return json_codec.encode(body)
    except (ValueError, TypeError, RecursionError) as error:
        for name, value in body.items():
            problem = _problem({name: value})
            if problem:
                msg = f"{name if name.isprintable() else ascii(name)}: {problem}"
                raise InvalidRequestError(msg, param=name) from error
        msg = "the request has no JSON form"
        raise InvalidRequestError(msg) from error


def _problem(value: object) -> str:
    try:
        json_codec.encode(value)
    except TypeError as error:
        return f"expected values that JSON has, but {error}"
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        return f"expected text without halves of surrogate pairs, got one with {half!r}"
    except (ValueError, RecursionError):
        return "expected finite numbers and no circular references"
    return ""
