"""From a method's arguments to the :class:`~runinfra_ext._call.journey.Call` to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from runinfra_client.operations import OPERATIONS

from .._answer.transcripts import TEXT_FORMATS
from .._ground import json_codec
from .._ground.checks import flag
from .._media.formats import reference_audio
from .._media.uploads import FileInput, MultipartBody, Progress, RawBody, prepare_upload
from ..errors import ConfigurationError, InvalidRequestError
from .arguments import checked_arguments
from .call import Call
from .options import CallOptions, Settings, unexpected
from .urls import encode_segment, path_value

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
AUDIO: Final = "audio/*, application/octet-stream"

_SCOPE_HINT: Final = (
    "this operation exists on a pipeline's URL only; make the client with pipeline_id="
)


def json_call(
    operation_id: str,
    arguments: Mapping[str, Any],
    settings: Settings,
    *,
    function: str,
    stream: object = None,
    accept: str = JSON,
    raw: bool = False,
) -> Call:
    """A call with a JSON body, its arguments checked against the document.

    Args:
        operation_id: which operation.
        arguments: the method's keyword arguments.
        settings: of the client.
        function: the method's name, for errors.
        stream: the method's ``stream`` argument.
        accept: media type that is wanted.
        raw: the answer's bytes are handed out as they come, without being events.

    Raises:
        TypeError: an unknown or missing keyword.
        InvalidRequestError: a wrong value.
    """
    operation = OPERATIONS[operation_id]
    streaming = stream is not None and flag("stream", stream)
    checked = checked_arguments(
        operation, arguments, pipeline_scoped=settings.base.pipeline_scoped, function=function
    )
    if streaming:
        checked.body["stream"] = True
        accept = EVENTS
    return Call(
        operation=operation,
        path=operation.path,
        content=encoded(checked.body),
        content_type=JSON,
        accept=accept,
        streaming=streaming or raw,
        options=checked.options,
    )


def speech_call(
    arguments: Mapping[str, Any], settings: Settings, *, function: str, raw: bool = False
) -> Call:
    """The call of a speech; reference audio may be a file's path, which becomes a data URL.

    Raises:
        TypeError: an unknown or missing keyword.
        InvalidRequestError: a wrong value, or a file that can't be read.
    """
    given = dict(arguments)
    if given.get("ref_audio") is not None:
        given["ref_audio"] = reference_audio(given["ref_audio"])
    return json_call("createSpeech", given, settings, function=function, accept=AUDIO, raw=raw)


def get_call(operation_id: str, path_values: Mapping[str, object], options: CallOptions) -> Call:
    """A call without a body; path values are percent-encoded whole.

    Raises:
        InvalidRequestError: a path value is not a usable id.
    """
    operation = OPERATIONS[operation_id]
    path = operation.path
    for name, value in path_values.items():
        path = path.replace("{" + name + "}", encode_segment(path_value(name, value)))
    return Call(operation, path, None, None, JSON, streaming=False, options=known(options))


def transcription_call(
    arguments: Mapping[str, Any],
    settings: Settings,
    *,
    file: FileInput,
    response_format: object,
    filename: str | None,
    content_type: str | None,
    on_progress: Progress | None,
) -> Call:
    """The call of a transcription.

    Raises:
        TypeError: an unknown or missing keyword.
        InvalidRequestError: a wrong value, or a file that can't be sent.
    """
    operation = OPERATIONS["createTranscription"]
    given = {**arguments, "response_format": response_format, "file": ""}
    checked = checked_arguments(
        operation,
        given,
        pipeline_scoped=settings.base.pipeline_scoped,
        function="audio.transcriptions.create",
    )
    upload = prepare_upload(file, filename=filename, content_type=content_type)
    fields = {name: value for name, value in checked.body.items() if name != "file"}
    body = MultipartBody(fields, upload, on_progress=on_progress)
    accept = "text/plain, text/vtt" if response_format in TEXT_FORMATS else JSON
    return Call(
        operation,
        operation.path,
        body,
        body.content_type,
        accept,
        streaming=False,
        options=checked.options,
    )


def voice_call(
    options: CallOptions,
    settings: Settings,
    audio: FileInput,
    mime_type: str | None,
    on_progress: Progress | None,
) -> Call:
    """The call of a voice pipeline.

    Raises:
        ConfigurationError: the client addresses the workspace, where the route does not exist.
        InvalidRequestError: a wrong value, or audio that can't be sent.
    """
    operation = OPERATIONS["createVoicePipeline"]
    if operation.scope == "pipeline" and not settings.base.pipeline_scoped:
        msg = f"pipeline_id: {_SCOPE_HINT}"
        raise ConfigurationError(msg, param="pipeline_id")
    upload = prepare_upload(audio, content_type=mime_type, field="audio", type_field="mime_type")
    body = RawBody(upload, on_progress=on_progress)
    return Call(
        operation,
        operation.path,
        body,
        body.content_type,
        JSON,
        streaming=False,
        options=known(options, "voice.pipeline.create"),
    )


def known(options: Mapping[str, Any], function: str = "create") -> Mapping[str, Any]:
    """Call options of an operation without other keyword arguments."""
    for name in options:
        if name not in CallOptions.__annotations__:
            raise unexpected(name, CallOptions.__annotations__, function)
    return options


def encoded(body: Mapping[str, Any]) -> bytes:
    """The JSON body.

    Raises:
        InvalidRequestError: naming the field that has no JSON form.
    """
    try:
        return json_codec.encode(body)
    except (ValueError, TypeError, RecursionError):
        pass  # looked into below, so that the encoder's error is not chained
    for name, value in body.items():
        problem = _problem(value)
        if problem:
            raise InvalidRequestError(f"{name}: {problem}", param=name)
    msg = "the request has no JSON form"
    raise InvalidRequestError(msg)


def _problem(value: object) -> str:
    try:
        json_codec.encode(value)
    except TypeError as error:
        return f"expected values that JSON has, but {error}"
    except (ValueError, RecursionError):
        return "expected finite numbers and no circular references"
    return ""
