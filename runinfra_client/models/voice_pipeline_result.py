# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class VoicePipelineResult(Result):
    """The answer of a voice pipeline; each field may be missing.

    Attributes:
        object: `voice.pipeline`.
        modality: `voice-pipeline`.
        model: The model that answered.
        upstream_model: Its upstream name.
        transcript: What was heard.
        text: What was heard or said.
        responseText: What was said.
        response: What was said.
        response_text: What was said.
        outputText: What was said.
        output_text: What was said.
        audio_base64: The spoken answer as base64.
        content_type: Its media type.
        usage: dict[str, Any] | None
        latency_ms: Milliseconds.
    """

    object: None | str = None
    modality: None | str = None
    model: None | str = None
    upstream_model: None | str = None
    transcript: None | str = None
    text: None | str = None
    responseText: None | str = None
    response: None | str = None
    response_text: None | str = None
    outputText: None | str = None
    output_text: None | str = None
    audio_base64: None | str = None
    content_type: None | str = None
    usage: dict[str, Any] | None = None
    latency_ms: float | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.object is not None:
            d["object"] = self.object
        if self.modality is not None:
            d["modality"] = self.modality
        if self.model is not None:
            d["model"] = self.model
        if self.upstream_model is not None:
            d["upstream_model"] = self.upstream_model
        if self.transcript is not None:
            d["transcript"] = self.transcript
        if self.text is not None:
            d["text"] = self.text
        if self.responseText is not None:
            d["responseText"] = self.responseText
        if self.response is not None:
            d["response"] = self.response
        if self.response_text is not None:
            d["response_text"] = self.response_text
        if self.outputText is not None:
            d["outputText"] = self.outputText
        if self.output_text is not None:
            d["output_text"] = self.output_text
        if self.audio_base64 is not None:
            d["audio_base64"] = self.audio_base64
        if self.content_type is not None:
            d["content_type"] = self.content_type
        if self.usage is not None:
            d["usage"] = self.usage
        if self.latency_ms is not None:
            d["latency_ms"] = self.latency_ms
        d.update(self.additional_properties)
        return d

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the object of a decoded JSON object; unknown members are kept.

        Raises:
            KeyError: a required member is missing.
            TypeError, ValueError, AttributeError: a member is of another shape than promised.
        """
        d = dict(src_dict)
        self = cls.__new__(cls)
        self._nulls = absent_or_null(d) if None in d.values() else ()
        self.object = d.pop("object", None)
        self.modality = d.pop("modality", None)
        self.model = d.pop("model", None)
        self.upstream_model = d.pop("upstream_model", None)
        self.transcript = d.pop("transcript", None)
        self.text = d.pop("text", None)
        self.responseText = d.pop("responseText", None)
        self.response = d.pop("response", None)
        self.response_text = d.pop("response_text", None)
        self.outputText = d.pop("outputText", None)
        self.output_text = d.pop("output_text", None)
        self.audio_base64 = d.pop("audio_base64", None)
        self.content_type = d.pop("content_type", None)
        self.usage = d.pop("usage", None)
        self.latency_ms = d.pop("latency_ms", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
