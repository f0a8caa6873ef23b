# Generated from runinfra_ext/_async/resource.py by `make gen`; do not edit.
"""What the generated methods are made of: one function for each kind of answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .._answer.bodies import Parsable, json_result, nothing, union_result
from .._call.requests import Endpoint, described
from .transport import Transport

if TYPE_CHECKING:
    from .._answer.results import BinaryContent
    from .._media.speech import SpeechAudio
    from .binary import BinaryStream
    from .speech import SpeechStream

# What only some kinds of answers need is loaded with the first of them: it brings models along.
# ruff: noqa: PLC0415

R = TypeVar("R", bound=Parsable)


class Resource:
    """A namespace of the client.

    Args:
        transport: of the client.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _json(self, endpoint: Endpoint, given: Mapping[str, Any], cls: type[R]) -> R:
        """Call for a JSON object of one class."""
        settings = self._transport.settings
        call = described(endpoint, given, settings)
        return self._transport.fetch(call, json_result(endpoint.result, cls, settings.redactor))

    def _json_of(self, endpoint: Endpoint, given: Mapping[str, Any]) -> Any:
        """Call for a JSON object of one of several classes."""
        from .._answer.nested import as_public

        settings = self._transport.settings
        call = described(endpoint, given, settings)
        make = union_result(endpoint.result, as_public, settings.redactor)
        return self._transport.fetch(call, make)

    def _json_or_text(self, endpoint: Endpoint, given: Mapping[str, Any]) -> Any:
        """Call for what is JSON or text, as the answer's media type says."""
        from .._answer.transcripts import json_or_text_result

        settings = self._transport.settings
        call = described(endpoint, given, settings)
        make = json_or_text_result(endpoint.result, settings.redactor)
        return self._transport.fetch(call, make)

    def _text(self, endpoint: Endpoint, given: Mapping[str, Any]) -> Any:
        """Call for a text."""
        from .._answer.transcripts import text_result

        call = described(endpoint, given, self._transport.settings)
        return self._transport.fetch(call, text_result(endpoint.result))

    def _none(self, endpoint: Endpoint, given: Mapping[str, Any]) -> None:
        """Call for nothing but its success."""
        call = described(endpoint, given, self._transport.settings)
        self._transport.fetch(call, nothing)

    def _binary(self, endpoint: Endpoint, given: Mapping[str, Any]) -> BinaryContent:
        """Call for a file, whole."""
        from .._answer.results import binary_result

        call = described(endpoint, given, self._transport.settings)
        return self._transport.fetch(call, binary_result(endpoint.result, call.operation.accept))

    def _binary_stream(
        self, endpoint: Endpoint, given: Mapping[str, Any], function: str
    ) -> BinaryStream:
        """Call for a file, in pieces."""
        from .binary import BinaryStream

        settings = self._transport.settings
        call = described(endpoint, given, settings, function=function, raw=True)
        return self._transport.open(call, BinaryStream)

    def _audio(self, endpoint: Endpoint, given: Mapping[str, Any]) -> SpeechAudio:
        """Call for sound, whole."""
        from .._media.speech import speech_result

        settings = self._transport.settings
        call = described(endpoint, given, settings)
        asked = call.arguments.get("response_format")
        return self._transport.fetch(
            call, lambda body, meta: speech_result(body, meta, settings.redactor, asked)
        )

    def _audio_stream(
        self, endpoint: Endpoint, given: Mapping[str, Any], function: str
    ) -> SpeechStream:
        """Call for sound, in pieces."""
        from .speech import SpeechStream

        settings = self._transport.settings
        call = described(endpoint, given, settings, function=function, raw=True)
        return self._transport.open(call, SpeechStream)

    def _streamed(
        self, endpoint: Endpoint, given: Mapping[str, Any], cls: type[R], stream: object
    ) -> Any:
        """Call for a JSON object, or for the events that amount to it."""
        transport = self._transport
        call = described(endpoint, given, transport.settings, stream=stream)
        if call.streaming:
            from .events import event_stream

            return transport.open(call, event_stream(endpoint))
        return transport.fetch(call, json_result(endpoint.result, cls, transport.settings.redactor))

    def _events(self, endpoint: Endpoint, given: Mapping[str, Any]) -> Any:
        """Call for events."""
        from .events import event_stream

        call = described(endpoint, given, self._transport.settings)
        return self._transport.open(call, event_stream(endpoint))
