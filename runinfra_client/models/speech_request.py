# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null


@define(kw_only=True)
class SpeechRequest:
    """A text to speak: with `voice`, or with `ref_audio` and `ref_text`.

    Attributes:
        model: Id of the model.
        input: The text.
        voice: A preset or a speaker of the model.
        ref_audio: URL or data URL of a voice to follow.
        ref_text: What is said in it.
        task_type: `Base`, `CustomVoice` or `VoiceDesign`, where the model has them.
        response_format: `mp3` (the default), `wav`, `flac`, `opus`, `aac` or `pcm`; what is possible depends
            on the deployment.
        speed: 1 if left out.
    """

    model: str
    input: str
    voice: str | None = None
    ref_audio: str | None = None
    ref_text: str | None = None
    task_type: str | None = None
    response_format: str | None = None
    speed: float | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["model"] = self.model
        d["input"] = self.input
        if self.voice is not None:
            d["voice"] = self.voice
        if self.ref_audio is not None:
            d["ref_audio"] = self.ref_audio
        if self.ref_text is not None:
            d["ref_text"] = self.ref_text
        if self.task_type is not None:
            d["task_type"] = self.task_type
        if self.response_format is not None:
            d["response_format"] = self.response_format
        if self.speed is not None:
            d["speed"] = self.speed
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
        self.model = d.pop("model")
        self.input = d.pop("input")
        self.voice = d.pop("voice", None)
        self.ref_audio = d.pop("ref_audio", None)
        self.ref_text = d.pop("ref_text", None)
        self.task_type = d.pop("task_type", None)
        self.response_format = d.pop("response_format", None)
        self.speed = d.pop("speed", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
