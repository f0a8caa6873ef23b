# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class TranscriptionVerbose(Result):
    """A transcript with times.

    Attributes:
        text: The text.
        task: `transcribe`.
        language: Language that was heard.
        duration: Seconds; some engines send text.
        segments: The text in pieces.
        words: The single words.
        usage: dict[str, Any] | None
    """

    text: str
    task: None | str = None
    language: None | str = None
    duration: float | None | str = None
    segments: list[TranscriptionSegment] | None = None
    words: list[TranscriptionWord] | None = None
    usage: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["text"] = self.text
        if self.task is not None:
            d["task"] = self.task
        if self.language is not None:
            d["language"] = self.language
        if self.duration is not None:
            d["duration"] = self.duration
        if self.segments is not None:
            d["segments"] = plain(self.segments)
        if self.words is not None:
            d["words"] = plain(self.words)
        if self.usage is not None:
            d["usage"] = self.usage
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
        self.text = d.pop("text")
        self.task = d.pop("task", None)
        self.language = d.pop("language", None)
        self.duration = d.pop("duration", None)
        v = d.pop("segments", None)
        self.segments = None if v is None else [TranscriptionSegment.from_dict(i) for i in v]
        v = d.pop("words", None)
        self.words = None if v is None else [TranscriptionWord.from_dict(i) for i in v]
        self.usage = d.pop("usage", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.transcription_segment import TranscriptionSegment
from ..models.transcription_word import TranscriptionWord

hints_know(TranscriptionVerbose, TranscriptionSegment, TranscriptionWord)
