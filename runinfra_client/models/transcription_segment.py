# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False)
class TranscriptionSegment:
    """A piece of a transcript.

    Attributes:
        id: Its place.
        seek: Where the engine looked.
        start: Seconds.
        end: Seconds.
        text: The text.
        tokens: Its tokens.
        temperature: Used here.
        avg_logprob: How sure.
        compression_ratio: High when it repeats itself.
        no_speech_prob: Chance that nothing was said.
    """

    id: int | None | str = None
    seek: float | None = None
    start: float | None = None
    end: float | None = None
    text: None | str = None
    tokens: list[int] | None = None
    temperature: float | None = None
    avg_logprob: float | None = None
    compression_ratio: float | None = None
    no_speech_prob: float | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.id is not None:
            d["id"] = self.id
        if self.seek is not None:
            d["seek"] = self.seek
        if self.start is not None:
            d["start"] = self.start
        if self.end is not None:
            d["end"] = self.end
        if self.text is not None:
            d["text"] = self.text
        if self.tokens is not None:
            d["tokens"] = self.tokens
        if self.temperature is not None:
            d["temperature"] = self.temperature
        if self.avg_logprob is not None:
            d["avg_logprob"] = self.avg_logprob
        if self.compression_ratio is not None:
            d["compression_ratio"] = self.compression_ratio
        if self.no_speech_prob is not None:
            d["no_speech_prob"] = self.no_speech_prob
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
        self.id = d.pop("id", None)
        self.seek = d.pop("seek", None)
        self.start = d.pop("start", None)
        self.end = d.pop("end", None)
        self.text = d.pop("text", None)
        self.tokens = d.pop("tokens", None)
        self.temperature = d.pop("temperature", None)
        self.avg_logprob = d.pop("avg_logprob", None)
        self.compression_ratio = d.pop("compression_ratio", None)
        self.no_speech_prob = d.pop("no_speech_prob", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
