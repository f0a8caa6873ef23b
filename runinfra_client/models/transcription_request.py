# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import File, absent_or_null, multipart_field


@define(kw_only=True)
class TranscriptionRequest:
    """Audio to transcribe.

    Attributes:
        file: The audio: mp3, mp4, mpeg, mpga, wav, m4a, flac, webm or ogg.
        model: Id of the model.
        language: Language tag such as `en`.
        prompt: Spelling and style to follow.
        response_format: Form of a transcript.
        temperature: Randomness; 0 if left out.
        timestamp_granularities: What `verbose_json` gives times for.
    """

    file: File
    model: str
    language: str | None = None
    prompt: str | None = None
    response_format: TranscriptionFormat | None = None
    temperature: float | None = None
    timestamp_granularities: list[TimestampGranularity] | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["file"] = self.file
        d["model"] = self.model
        if self.language is not None:
            d["language"] = self.language
        if self.prompt is not None:
            d["prompt"] = self.prompt
        if self.response_format is not None:
            d["response_format"] = self.response_format
        if self.temperature is not None:
            d["temperature"] = self.temperature
        if self.timestamp_granularities is not None:
            d["timestamp_granularities[]"] = self.timestamp_granularities
        d.update(self.additional_properties)
        return d

    def to_multipart(self) -> list[tuple[str, Any]]:
        """The fields of a multipart/form-data body."""
        fields: list[tuple[str, Any]] = []
        fields += multipart_field("file", self.file)
        fields += multipart_field("model", self.model)
        fields += multipart_field("language", self.language)
        fields += multipart_field("prompt", self.prompt)
        fields += multipart_field("response_format", self.response_format)
        fields += multipart_field("temperature", self.temperature)
        fields += multipart_field("timestamp_granularities[]", self.timestamp_granularities)
        for name, value in self.additional_properties.items():
            fields += multipart_field(name, value)
        return fields

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
        self.file = d.pop("file")
        self.model = d.pop("model")
        self.language = d.pop("language", None)
        self.prompt = d.pop("prompt", None)
        self.response_format = d.pop("response_format", None)
        self.temperature = d.pop("temperature", None)
        self.timestamp_granularities = d.pop("timestamp_granularities[]", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.timestamp_granularity import TimestampGranularity
from ..models.transcription_format import TranscriptionFormat
